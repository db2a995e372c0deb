#include "daemon/store/feed.h"

#include "daemon/store/query.h"

enum statement {
    HASH,
    LAST,
    AT,
    PASSED,
    NOTE,
    MOVE,
    FROM,
    UNTIL,
    SPAN,
    PAGE,
    PAGE_ALL,
    BACK,
    BACK_ALL,
    COUNT,
    STATEMENTS
};
/* clang-format off */
#define COLUMNS "SELECT serial, record, at_s, last FROM feed "
#define WITHIN  "serial > ?1 AND serial <= ?2 AND record BETWEEN ?3 AND ?4 " \
                "AND (?5 = x'' OR EXISTS (SELECT 1 FROM facets f WHERE f.facet = ?5 AND f.record = feed.record)) "
static const char *const statements[STATEMENTS] = {
    [HASH]     = "SELECT hash FROM entities WHERE type = ? AND id = ?",
    [LAST]     = "SELECT serial, record, at_s, last, hash FROM feed WHERE record = ? ORDER BY serial DESC LIMIT 1",
    [AT]       = COLUMNS "WHERE serial = ?",
    [PASSED]   = "UPDATE feed SET last = 0 WHERE serial = ?",
    [NOTE]     = "INSERT INTO feed (record, at_s, hash, last) VALUES (?, ?, ?, 1)",
    [MOVE]     = "UPDATE feed SET at_s = ?2 WHERE at_s >= ?1",
    [FROM]     = "SELECT serial FROM feed WHERE at_s >= ? ORDER BY at_s, serial LIMIT 1",
    [UNTIL]    = "SELECT serial FROM feed WHERE at_s <= ? ORDER BY at_s DESC, serial DESC LIMIT 1",
    [SPAN]     = "SELECT (SELECT serial FROM feed ORDER BY serial DESC LIMIT 1), (SELECT at_s FROM feed ORDER BY serial DESC LIMIT 1), "
                 "(SELECT at_s FROM feed ORDER BY serial LIMIT 1)",
    [PAGE]     = COLUMNS "WHERE last = 1 AND " WITHIN "ORDER BY serial LIMIT ?6",
    [PAGE_ALL] = COLUMNS "WHERE " WITHIN "ORDER BY serial LIMIT ?6",
    [BACK]     = COLUMNS "WHERE last = 1 AND " WITHIN "ORDER BY serial DESC LIMIT ?6",
    [BACK_ALL] = COLUMNS "WHERE " WITHIN "ORDER BY serial DESC LIMIT ?6",
    [COUNT]    = "SELECT count(*) FROM feed WHERE " WITHIN "AND last >= ?6",
};
/* clang-format on */
_Static_assert(STATEMENTS <= QUERY_STATEMENTS_MAX, "room for the statements of feed");

static void start(struct query *q, struct store *s, enum statement which)
{
    query_start(q, s, OWNER_FEED, which, statements[which]);
}

static void read_row(struct query *q, struct feed_row *out)
{
    out->serial = query_get_int(q);
    query_get_fixed(q, out->record, RECORD_BYTES);
    out->at_s = query_get_int(q);
    out->last = query_get_int(q) != 0;
}

/* Ends it where at most one row was asked for. */
static err_t end_one(struct query *q, struct feed_row *out)
{
    struct feed_row row;
    bool found = query_row(q);
    if (found)
        read_row(q, &row);
    err_t e = query_end_found(q, found);
    if (!e)
        *out = row;
    return e;
}

err_t feed_of(struct store *s, struct slice record, struct feed_row *out)
{
    struct query q;
    start(&q, s, LAST);
    query_blob(&q, record);
    return end_one(&q, out);
}

err_t feed_at(struct store *s, int64_t serial, struct feed_row *out)
{
    struct query q;
    start(&q, s, AT);
    query_int(&q, serial);
    return end_one(&q, out);
}

err_t feed_span(struct store *s, struct feed_span *out)
{
    struct query q;
    struct feed_span span = {0};
    start(&q, s, SPAN);
    if (query_row(&q)) {
        span.newest = query_get_int(&q);
        span.newest_s = query_get_int(&q);
        span.oldest_s = query_get_int(&q);
    }
    err_t e = query_end(&q);
    if (!e)
        *out = span;
    return e;
}

/* ---- writing ---- */

err_t feed_stamp(struct store *s, int64_t now_s, int64_t *at_s)
{
    struct feed_span span;
    err_t e = feed_span(s, &span);
    if (!e)
        *at_s = span.newest_s > now_s ? span.newest_s : now_s + 1;
    return e;
}

struct state { /* of a record: how it looks; len 0: it is not there */
    uint8_t hash[HASH_BYTES];
    size_t len;
    int64_t serial; /* where it was noted so; 0: nowhere */
};

static void read_hash(struct query *q, struct state *out)
{
    struct slice hash = query_get(q);
    out->len = hash.len == HASH_BYTES ? HASH_BYTES : 0;
    if (out->len)
        memcpy(out->hash, hash.at, HASH_BYTES);
}

static err_t state_now(struct store *s, struct slice record, struct state *out)
{
    struct query q;
    *out = (struct state){0};
    start(&q, s, HASH);
    query_int(&q, ENTITY_RECORD);
    query_blob(&q, record);
    if (query_row(&q))
        read_hash(&q, out);
    return query_end(&q);
}

static err_t state_noted(struct store *s, struct slice record, struct state *out)
{
    struct query q;
    struct feed_row row;
    *out = (struct state){0};
    start(&q, s, LAST);
    query_blob(&q, record);
    if (query_row(&q)) {
        read_row(&q, &row);
        read_hash(&q, out);
        out->serial = row.serial;
    }
    return query_end(&q);
}

err_t feed_note(struct store *s, struct slice record, int64_t at_s, bool *noted)
{
    struct query q;
    struct state now, then;
    err_t e = state_now(s, record, &now);
    if (!e)
        e = state_noted(s, record, &then);
    if (e)
        return e;
    bool same = now.len == then.len && memcmp(now.hash, then.hash, now.len) == 0;
    *noted = !same && (now.len || then.serial);
    if (!*noted)
        return ERR_OK;
    start(&q, s, PASSED);
    query_int(&q, then.serial);
    e = query_run(&q);
    if (e)
        return e;
    start(&q, s, NOTE);
    query_blob(&q, record);
    query_int(&q, at_s);
    query_blob(&q, slice_of(now.hash, now.len));
    return query_run(&q);
}

err_t feed_move(struct store *s, int64_t from_s, int64_t to_s)
{
    struct query q;
    start(&q, s, MOVE);
    query_int(&q, from_s);
    query_int(&q, to_s);
    return query_run(&q);
}

/* ---- reading ---- */

struct within {
    uint8_t low[RECORD_BYTES],
        high[RECORD_BYTES]; /* the first and the last record of an ally; of all where there is none */
    uint8_t facet[1 + CONCEPT_BYTES];
};

static void bind_within(struct query *q, const struct feed_ask *ask, struct within *w)
{
    memset(w->low, 0, RECORD_BYTES);
    memset(w->high, 0xff, RECORD_BYTES);
    if (ask->ally.len == ALLY_BYTES) {
        memcpy(w->low, ask->ally.at, ALLY_BYTES);
        memcpy(w->high, ask->ally.at, ALLY_BYTES);
    }
    bool any = ask->concept.len != CONCEPT_BYTES;
    w->facet[0] = 'c'; /* replica_facets.h */
    if (!any)
        memcpy(w->facet + 1, ask->concept.at, CONCEPT_BYTES);
    query_int(q, ask->after);
    query_int(q, ask->upto);
    query_blob(q, slice_of(w->low, RECORD_BYTES));
    query_blob(q, slice_of(w->high, RECORD_BYTES));
    query_blob(q, slice_of(w->facet, any ? 0 : sizeof w->facet));
}

err_t feed_page(struct store *s, const struct feed_ask *ask, struct arena *arena, struct feed_row **out, size_t *n)
{
    struct query q;
    struct within within;
    struct query_list list = {.arena = arena, .size = sizeof(struct feed_row)};
    enum statement which = ask->backwards ? (ask->last_alone ? BACK : BACK_ALL) : ask->last_alone ? PAGE : PAGE_ALL;
    start(&q, s, which);
    bind_within(&q, ask, &within);
    query_int(&q, ask->limit > INT32_MAX ? INT32_MAX : (int64_t)ask->limit);
    while (query_row(&q)) {
        struct feed_row *row = query_list_add(&q, &list);
        if (row)
            read_row(&q, row);
    }
    err_t e = query_end(&q);
    if (!e) {
        *out = list.at;
        *n = list.n;
    }
    return e;
}

err_t feed_count(struct store *s, const struct feed_ask *ask, uint64_t *out)
{
    struct query q;
    struct within within;
    uint64_t count = 0;
    start(&q, s, COUNT);
    bind_within(&q, ask, &within);
    query_int(&q, ask->last_alone);
    if (query_row(&q))
        count = query_get_uint(&q);
    err_t e = query_end(&q);
    if (!e)
        *out = count;
    return e;
}

/* 0 where there is none. */
static err_t serial_at(struct store *s, enum statement which, int64_t at_s, int64_t *out)
{
    struct query q;
    *out = 0;
    start(&q, s, which);
    query_int(&q, at_s);
    if (query_row(&q))
        *out = query_get_int(&q);
    return query_end(&q);
}

err_t feed_between(struct store *s, int64_t from_s, int64_t until_s, int64_t *after, int64_t *upto)
{
    int64_t first = 0, last = 0;
    err_t e = serial_at(s, FROM, from_s, &first);
    if (!e)
        e = serial_at(s, UNTIL, until_s, &last);
    if (e)
        return e;
    *after = first ? first - 1 : INT64_MAX;
    *upto = last;
    return ERR_OK;
}
