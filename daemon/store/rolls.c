#include "daemon/store/rolls.h"

#include "daemon/store/query.h"

enum statement {
    PUT_CHARTER,
    SET_CHARTER,
    HAS_CHARTER,
    PUT_ACT,
    HAS_ACT,
    PUT_PROMISE,
    CHARTERS,
    COUNT,
    ACTS,
    PROMISES,
    SEEN,
    UNSEEN,
    STATEMENTS
};
/* clang-format off */
static const char *const statements[STATEMENTS] = {
    [PUT_CHARTER] = "INSERT OR IGNORE INTO charters (id, number, carried) VALUES (?, ?, ?)",
    [SET_CHARTER] = "UPDATE charters SET carried = ?2 WHERE id = ?1 AND carried <> ?2",
    [HAS_CHARTER] = "SELECT 1 FROM charters WHERE id = ?1 AND carried = ?2",
    [HAS_ACT]     = "SELECT 1 FROM roster WHERE id = ?1",
    [PUT_PROMISE] = "INSERT OR IGNORE INTO promises (charter, site, carried) VALUES (?, ?, ?)",
    [PROMISES]    = "SELECT carried FROM promises ORDER BY charter, site",
    [SEEN]        = "SELECT 1 FROM charters WHERE id = ?",
    [UNSEEN]      = "SELECT count(*) FROM promises WHERE site = ? AND charter <> ? AND charter NOT IN (SELECT id FROM charters)",
    [PUT_ACT]     = "INSERT OR IGNORE INTO roster (id, number, carried) VALUES (?, ?, ?)",
    [CHARTERS]    = "SELECT carried FROM charters ORDER BY number, id",
    [COUNT]       = "SELECT count(*) FROM charters",
    [ACTS]        = "SELECT carried FROM roster ORDER BY number, id",
};
/* clang-format on */
_Static_assert(STATEMENTS <= QUERY_STATEMENTS_MAX, "room for the statements of rolls");

static void start(struct query *q, struct store *s, enum statement which)
{
    query_start(q, s, OWNER_ROLLS, which, statements[which]);
}

static err_t put(struct store *s, enum statement which, const uint8_t *id, uint64_t number, struct slice carried,
                 bool *fresh)
{
    struct query q;
    int changed = 0;
    start(&q, s, which);
    query_blob(&q, slice_of(id, HASH_BYTES));
    query_uint(&q, number);
    query_blob(&q, carried);
    err_t e = query_run_changed(&q, &changed);
    if (!e)
        *fresh = changed > 0;
    return e;
}

static err_t all(struct store *s, enum statement which, struct arena *arena, struct slice **out, size_t *n)
{
    struct query q;
    struct query_list list = {.arena = arena, .size = sizeof(struct slice)};
    start(&q, s, which);
    while (query_row(&q)) {
        struct slice *item = query_list_add(&q, &list);
        if (item)
            *item = query_get_copy(&q, arena);
    }
    err_t e = query_end(&q);
    if (!e) {
        *out = list.at;
        *n = list.n;
    }
    return e;
}

err_t rolls_put_charter(struct store *s, const uint8_t id[HASH_BYTES], uint64_t number, struct slice carried,
                        bool *fresh)
{
    return put(s, PUT_CHARTER, id, number, carried, fresh);
}

err_t rolls_put_act(struct store *s, const uint8_t id[HASH_BYTES], uint64_t number, struct slice carried, bool *fresh)
{
    return put(s, PUT_ACT, id, number, carried, fresh);
}

bool rolls_has_act(struct store *s, const uint8_t id[HASH_BYTES])
{
    struct query q;
    start(&q, s, HAS_ACT);
    query_blob(&q, slice_of(id, HASH_BYTES));
    bool found = query_row(&q);
    return query_end(&q) == ERR_OK && found;
}

bool rolls_has_charter(struct store *s, const uint8_t id[HASH_BYTES], struct slice carried)
{
    struct query q;
    start(&q, s, HAS_CHARTER);
    query_blob(&q, slice_of(id, HASH_BYTES));
    query_blob(&q, carried);
    bool found = query_row(&q);
    return query_end(&q) == ERR_OK && found;
}

err_t rolls_charters(struct store *s, struct arena *arena, struct slice **out, size_t *n)
{
    return all(s, CHARTERS, arena, out, n);
}

err_t rolls_acts(struct store *s, struct arena *arena, struct slice **out, size_t *n)
{
    return all(s, ACTS, arena, out, n);
}

err_t rolls_set_charter(struct store *s, const uint8_t id[HASH_BYTES], struct slice carried, bool *fresh)
{
    struct query q;
    int changed = 0;
    start(&q, s, SET_CHARTER);
    query_blob(&q, slice_of(id, HASH_BYTES));
    query_blob(&q, carried);
    err_t e = query_run_changed(&q, &changed);
    if (!e)
        *fresh = changed > 0;
    return e;
}

err_t rolls_put_promise(struct store *s, const uint8_t charter[HASH_BYTES], const uint8_t site[SITE_BYTES],
                        struct slice carried, bool *fresh)
{
    struct query q;
    int changed = 0;
    start(&q, s, PUT_PROMISE);
    query_blob(&q, slice_of(charter, HASH_BYTES));
    query_blob(&q, slice_of(site, SITE_BYTES));
    query_blob(&q, carried);
    err_t e = query_run_changed(&q, &changed);
    if (!e)
        *fresh = changed > 0;
    return e;
}

err_t rolls_seen(struct store *s, const uint8_t charter[HASH_BYTES], bool *seen)
{
    struct query q;
    start(&q, s, SEEN);
    query_blob(&q, slice_of(charter, HASH_BYTES));
    bool found = query_row(&q);
    err_t e = query_end(&q);
    if (!e)
        *seen = found;
    return e;
}

err_t rolls_unseen_promises(struct store *s, const uint8_t site[SITE_BYTES], const uint8_t besides[HASH_BYTES],
                            uint64_t *n)
{
    struct query q;
    uint64_t found = 0;
    start(&q, s, UNSEEN);
    query_blob(&q, slice_of(site, SITE_BYTES));
    query_blob(&q, slice_of(besides, HASH_BYTES));
    if (query_row(&q))
        found = query_get_uint(&q);
    err_t e = query_end(&q);
    if (!e)
        *n = found;
    return e;
}

err_t rolls_promises(struct store *s, struct arena *arena, struct slice **out, size_t *n)
{
    return all(s, PROMISES, arena, out, n);
}

size_t rolls_count(struct store *s)
{
    struct query q;
    uint64_t n = 0;
    start(&q, s, COUNT);
    if (query_row(&q))
        n = query_get_uint(&q);
    return query_end(&q) == ERR_OK ? (size_t)n : 0;
}
