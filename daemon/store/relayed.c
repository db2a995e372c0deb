#include "daemon/store/relayed.h"

#include "daemon/store/query.h"

enum statement { HAS, PUT, FIRST, LIST, DROP, STATEMENTS };
/* clang-format off */
static const char *const statements[STATEMENTS] = {
    [HAS]   = "SELECT 1 FROM relayed WHERE day = ? AND site = ?",
    [PUT]   = "INSERT OR IGNORE INTO relayed (day, site) VALUES (?, ?)",
    [FIRST] = "SELECT day FROM relayed ORDER BY day LIMIT 1",
    [LIST]  = "SELECT site, day FROM relayed WHERE day >= ? AND day < ? ORDER BY site, day",
    [DROP]  = "DELETE FROM relayed WHERE day >= ? AND day < ? AND site <= ?",
};
/* clang-format on */
_Static_assert(STATEMENTS <= QUERY_STATEMENTS_MAX, "room for the statements of relayed");

static void start(struct query *q, struct store *s, enum statement which)
{
    query_start(q, s, OWNER_RELAYED, which, statements[which]);
}

static void start_at(struct query *q, struct store *s, enum statement which, const struct relayed *at)
{
    start(q, s, which);
    query_int(q, at->day);
    query_blob(q, slice_of(at->site, SITE_BYTES));
}

err_t relayed_has(struct store *s, const struct relayed *at, bool *has)
{
    struct query q;
    start_at(&q, s, HAS, at);
    *has = query_row(&q);
    return query_end(&q);
}

err_t relayed_put(struct store *s, const struct relayed *at)
{
    struct query q;
    start_at(&q, s, PUT, at);
    return query_run(&q);
}

err_t relayed_first(struct store *s, int64_t *day)
{
    struct query q;
    int64_t first = 0;
    start(&q, s, FIRST);
    bool found = query_row(&q);
    if (found)
        first = query_get_int(&q);
    err_t e = query_end_found(&q, found);
    if (!e)
        *day = first;
    return e;
}

err_t relayed_list(struct store *s, int64_t from, int64_t to, struct arena *arena, struct relayed **out, size_t *n)
{
    struct query q;
    struct query_list list = {.arena = arena, .size = sizeof(struct relayed)};
    start(&q, s, LIST);
    query_int(&q, from);
    query_int(&q, to);
    while (query_row(&q)) {
        struct relayed *one = query_list_add(&q, &list);
        if (!one)
            break;
        query_get_fixed(&q, one->site, SITE_BYTES);
        one->day = query_get_int(&q);
    }
    err_t e = query_end(&q);
    if (!e) {
        *out = list.at;
        *n = list.n;
    }
    return e;
}

err_t relayed_drop(struct store *s, int64_t from, int64_t to, const uint8_t last[SITE_BYTES])
{
    struct query q;
    start(&q, s, DROP);
    query_int(&q, from);
    query_int(&q, to);
    query_blob(&q, slice_of(last, SITE_BYTES));
    return query_run(&q);
}
