#include "daemon/store/changed.h"

#include "daemon/store/query.h"

enum statement { STATE, LATEST, MARK, SINCE, STATEMENTS };
/* clang-format off */
static const char *const statements[STATEMENTS] = {
    [STATE] = "SELECT id, (SELECT coalesce(max(number), 0) FROM changed) FROM generation",
    /* The sign keeps the planner on the numbers: the index of types would give all of them. */
    [LATEST] = "SELECT number FROM changed WHERE +type = ? ORDER BY number DESC LIMIT 1",
    /* The greatest number is never deleted without a greater one in its place, so that none is given twice. */
    [MARK]  = "INSERT OR REPLACE INTO changed (number, type, entity) VALUES ((SELECT coalesce(max(number), 0) + 1 FROM changed), ?, ?)",
    [SINCE] = "SELECT number, entity FROM changed WHERE type = ? AND number > ? ORDER BY number LIMIT ?",
};
/* clang-format on */
_Static_assert(STATEMENTS <= QUERY_STATEMENTS_MAX, "room for the statements of changed");

static void start(struct query *q, struct store *s, enum statement which)
{
    query_start(q, s, OWNER_CHANGED, which, statements[which]);
}

err_t changed_state(struct store *s, struct changed_state *out)
{
    struct query q;
    struct changed_state state = {0};
    start(&q, s, STATE);
    bool found = query_row(&q);
    if (found) {
        query_get_fixed(&q, state.generation, GENERATION_BYTES);
        state.last = query_get_uint(&q);
    }
    err_t e = query_end(&q);
    if (!e && !found)
        e = ERR_DATABASE;
    if (!e)
        *out = state;
    return e;
}

err_t changed_latest(struct store *s, enum entity_type type, uint64_t *out)
{
    struct query q;
    uint64_t number = 0;
    start(&q, s, LATEST);
    query_int(&q, (int64_t)type);
    if (query_row(&q))
        number = query_get_uint(&q);
    err_t e = query_end(&q);
    if (!e)
        *out = number;
    return e;
}

err_t changed_mark(struct store *s, enum entity_type type, struct slice entity)
{
    struct query q;
    start(&q, s, MARK);
    query_int(&q, (int64_t)type);
    query_blob(&q, entity);
    return query_run(&q);
}

err_t changed_since(struct store *s, enum entity_type type, uint64_t after, size_t limit, struct arena *arena,
                    struct changed_row **out, size_t *n)
{
    struct query q;
    struct query_list list = {.arena = arena, .size = sizeof(struct changed_row)};
    start(&q, s, SINCE);
    query_int(&q, (int64_t)type);
    query_uint(&q, after);
    query_uint(&q, limit);
    while (query_row(&q)) {
        struct changed_row *row = query_list_add(&q, &list);
        if (!row)
            break;
        row->number = query_get_uint(&q);
        row->entity = query_get_copy(&q, arena);
    }
    err_t e = query_end(&q);
    if (!e) {
        *out = list.at;
        *n = list.n;
    }
    return e;
}
