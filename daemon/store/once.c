#include "daemon/store/once.h"

#include "daemon/store/query.h"

enum statement { GET, PUT, DROP, STATEMENTS };
/* clang-format off */
static const char *const statements[STATEMENTS] = {
    [GET]  = "SELECT request, answer, at_ms FROM answers WHERE key = ? AND at_ms >= ?",
    [PUT]  = "INSERT OR REPLACE INTO answers (key, request, answer, at_ms) VALUES (?, ?, ?, ?)",
    [DROP] = "DELETE FROM answers WHERE at_ms < ?",
};
/* clang-format on */
_Static_assert(STATEMENTS <= QUERY_STATEMENTS_MAX, "room for the statements of once");

static void start(struct query *q, struct store *s, enum statement which)
{
    query_start(q, s, OWNER_ONCE, which, statements[which]);
}

err_t once_get(struct store *s, int64_t since_ms, struct arena *arena, struct once *out)
{
    struct query q;
    struct once got = *out;
    start(&q, s, GET);
    query_blob(&q, slice_of(out->key, ONCE_BYTES));
    query_int(&q, since_ms);
    bool found = query_row(&q);
    if (found) {
        query_get_fixed(&q, got.request, ONCE_BYTES);
        got.answer = query_get_copy(&q, arena);
        got.at_ms = query_get_int(&q);
    }
    err_t e = query_end_found(&q, found);
    if (!e)
        *out = got;
    return e;
}

err_t once_put(struct store *s, const struct once *once)
{
    struct query q;
    start(&q, s, DROP);
    query_int(&q, once->at_ms - ONCE_KEEP_MS);
    err_t e = query_run(&q);
    if (e)
        return e;
    start(&q, s, PUT);
    query_blob(&q, slice_of(once->key, ONCE_BYTES));
    query_blob(&q, slice_of(once->request, ONCE_BYTES));
    query_text(&q, once->answer);
    query_int(&q, once->at_ms);
    return query_run(&q);
}
