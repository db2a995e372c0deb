/*
 * Log by log, since an index leads to the commits of each in their order; clocks and rows grow along a log, so a walk ends early at either bound.
 */
#include "daemon/store/arrivals.h"

#include "daemon/store/query.h"

#include <stdlib.h>

enum statement { BEFORE, BEHIND, STATEMENTS };
/* clang-format off */
static const char *const statements[STATEMENTS] = {
    /* The sign keeps the planner on the index of logs. */
    [BEFORE] = "SELECT row, clock FROM commits WHERE log = ? AND +row < ? ORDER BY seq DESC",
    [BEHIND] = "SELECT row, clock FROM commits WHERE log = ? AND +row > ? ORDER BY seq",
};
/* clang-format on */
_Static_assert(STATEMENTS <= QUERY_STATEMENTS_MAX, "room for the statements of arrivals");

/* Up to one more than asked for: whether there are more is known then. */
static err_t of_log(struct store *s, const struct arrivals_ask *ask, int64_t log, struct query_list *list)
{
    struct query q;
    size_t found = 0;
    bool ends = false;
    enum statement which = ask->forward ? BEHIND : BEFORE;
    query_start(&q, s, OWNER_ARRIVALS, which, statements[which]);
    query_int(&q, log);
    query_int(&q, ask->at);
    while (!ends && found <= ask->limit && query_row(&q)) {
        int64_t row = query_get_int(&q);
        bool late = query_get_uint(&q) >= ask->since;
        int64_t *out = late ? query_list_add(&q, list) : NULL;
        if (out) {
            *out = row;
            found++;
        }
        ends = !late && !ask->forward;
    }
    return query_end(&q);
}

static int ascending(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

err_t arrivals_page(struct store *s, const struct arrivals_ask *ask, struct arena *arena, int64_t **rows, size_t *n,
                    bool *more)
{
    struct query_list list = {.arena = arena, .size = sizeof(int64_t)};
    err_t e = ERR_OK;
    for (size_t i = 0; i < ask->logs_n && !e; i++)
        e = of_log(s, ask, ask->logs[i], &list);
    if (e)
        return e;
    int64_t *all = list.at;
    if (list.n)
        qsort(all, list.n, sizeof *all, ascending);
    *more = list.n > ask->limit;
    *n = *more ? ask->limit : list.n;
    *rows = *more && !ask->forward ? all + (list.n - ask->limit) : all;
    return ERR_OK;
}
