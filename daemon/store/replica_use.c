#include "daemon/store/replica_use.h"

#include "daemon/store/changed.h"
#include "daemon/store/query.h"

enum statement { DROP, PUT, OF, FIRST, DROP_ADOPTION, PUT_ADOPTION, ADOPTION, STATEMENTS };
/* clang-format off */
static const char *const statements[STATEMENTS] = {
    [DROP]  = "DELETE FROM uses WHERE record = ?",
    [PUT]   = "INSERT INTO uses (record, concept, clock, site, ally, term, incarnation, seq, dot) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [OF]    = "SELECT concept, clock, site, ally, term, incarnation, seq, dot FROM uses WHERE record = ? ORDER BY concept, clock, site",
    [FIRST] = "SELECT concept, clock, site, ally, term, incarnation, seq, dot FROM uses WHERE concept = ?1 AND (clock, site) > (?2, ?3) AND ally <> ?4 "
              "AND term <= ?5 ORDER BY clock, site, dot LIMIT 1",
    [DROP_ADOPTION] = "DELETE FROM adoptions WHERE concept = ?",
    [PUT_ADOPTION]  = "INSERT OR REPLACE INTO adoptions (concept, clock, site, ally, dots) VALUES (?, ?, ?, ?, ?)",
    [ADOPTION]      = "SELECT concept, clock, site, ally, dots FROM adoptions WHERE concept = ?",
};
/* clang-format on */
_Static_assert(STATEMENTS <= QUERY_STATEMENTS_MAX, "room for the statements of replica_use");

static void start(struct query *q, struct store *s, enum statement which, struct slice id)
{
    query_start(q, s, OWNER_USES, which, statements[which]);
    query_blob(q, id);
}

static void bind_use(struct query *q, const struct use_row *row)
{
    query_uint(q, row->clock);
    query_blob(q, slice_of(row->site, SITE_BYTES));
    query_blob(q, slice_of(row->ally, ALLY_BYTES));
}

static void read_use(struct query *q, struct use_row *row)
{
    query_get_fixed(q, row->concept_id, CONCEPT_BYTES);
    row->clock = query_get_uint(q);
    query_get_fixed(q, row->site, SITE_BYTES);
    query_get_fixed(q, row->ally, ALLY_BYTES);
}

/* ---- uses ---- */

static void read_whole_use(struct query *q, struct use_row *row)
{
    uint8_t dot[DOT_BYTES] = {0};
    read_use(q, row);
    row->term = (unsigned)query_get_uint(q);
    row->incarnation = query_get_uint(q);
    row->seq = query_get_uint(q);
    query_get_fixed(q, dot, sizeof dot);
    row->dot = dot_unpack(dot);
}

static err_t put_use(struct store *s, struct slice record, const struct use_row *row)
{
    struct query q;
    uint8_t dot[DOT_BYTES];
    dot_pack(&row->dot, dot);
    start(&q, s, PUT, record);
    query_blob(&q, slice_of(row->concept_id, CONCEPT_BYTES));
    bind_use(&q, row);
    query_uint(&q, row->term);
    query_uint(&q, row->incarnation);
    query_uint(&q, row->seq);
    query_blob(&q, slice_of(dot, sizeof dot));
    return query_run(&q);
}

err_t replica_put_uses(struct store *s, struct slice record, const struct use_row *rows, size_t n)
{
    struct query q;
    start(&q, s, DROP, record);
    err_t e = query_run(&q);
    for (size_t i = 0; i < n && !e; i++)
        e = put_use(s, record, &rows[i]);
    return e;
}

err_t replica_uses_of(struct store *s, struct slice record, struct arena *arena, struct use_row **out, size_t *n)
{
    struct query q;
    struct query_list list = {.arena = arena, .size = sizeof(struct use_row)};
    start(&q, s, OF, record);
    while (query_row(&q)) {
        struct use_row *row = query_list_add(&q, &list);
        if (row)
            read_whole_use(&q, row);
    }
    err_t e = query_end(&q);
    if (!e) {
        *out = list.at;
        *n = list.n;
    }
    return e;
}

err_t replica_first_use(struct store *s, struct slice concept_id, const struct use_row *after, struct use_row *out)
{
    struct query q;
    struct use_row row;
    start(&q, s, FIRST, concept_id);
    bind_use(&q, after);
    query_uint(&q, after->term);
    bool found = query_row(&q);
    if (found)
        read_whole_use(&q, &row);
    err_t e = query_end_found(&q, found);
    if (!e)
        *out = row;
    return e;
}

/* ---- what they adopt ---- */

static err_t write_dots(struct buf *out, const struct dot *dots, size_t n)
{
    uint8_t dot[DOT_BYTES];
    for (size_t i = 0; i < n; i++) {
        dot_pack(&dots[i], dot);
        buf_append(out, dot, sizeof dot);
    }
    return out->err;
}

static err_t put_adoption(struct store *s, struct slice concept_id, const struct adoption *a)
{
    struct query q;
    struct buf dots;
    if (!a) {
        start(&q, s, DROP_ADOPTION, concept_id);
        return query_run(&q);
    }
    buf_init(&dots, a->dots_n * DOT_BYTES + 1);
    err_t e = write_dots(&dots, a->dots, a->dots_n);
    if (!e) {
        start(&q, s, PUT_ADOPTION, concept_id);
        bind_use(&q, &a->by);
        query_blob(&q, buf_slice(&dots));
        e = query_run(&q);
    }
    buf_fini(&dots);
    return e;
}

err_t replica_put_adoption(struct store *s, struct slice concept_id, const struct adoption *a)
{
    err_t e = put_adoption(s, concept_id, a);
    return e ? e : changed_mark(s, ENTITY_CONCEPT, concept_id);
}

static void read_dots(struct query *q, struct arena *arena, struct adoption *a)
{
    struct slice bytes = query_get(q);
    struct dot *dots = arena_alloc(arena, bytes.len / DOT_BYTES + 1, sizeof *dots);
    if (!dots || bytes.len % DOT_BYTES) {
        q->err = q->err ? q->err : dots ? ERR_DATABASE : ERR_MEMORY;
        return;
    }
    for (size_t i = 0; i < bytes.len / DOT_BYTES; i++)
        dots[i] = dot_unpack(bytes.at + i * DOT_BYTES);
    a->dots = dots;
    a->dots_n = bytes.len / DOT_BYTES;
}

err_t replica_adoption(struct store *s, struct slice concept_id, struct arena *arena, struct adoption *out)
{
    struct query q;
    struct adoption a = {0};
    start(&q, s, ADOPTION, concept_id);
    if (query_row(&q)) {
        read_use(&q, &a.by);
        read_dots(&q, arena, &a);
    }
    err_t e = query_end(&q);
    if (!e)
        *out = a;
    return e;
}
