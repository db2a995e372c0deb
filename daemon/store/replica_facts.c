#include "daemon/store/replica_facts.h"

#include "daemon/store/query.h"

enum statement { OF, IN, UPTO, PUT, CHANGE, DROP, STATEMENTS };
/* clang-format off */
static const char *const statements[STATEMENTS] = {
    [OF]     = "SELECT row, type, entity, term, facts FROM facts WHERE type = ? AND entity = ? ORDER BY term",
    [IN]     = "SELECT row, type, entity, term, facts FROM facts WHERE term = ?",
    [UPTO]   = "SELECT row, type, entity, term, facts FROM facts WHERE term <= ?",
    [PUT]    = "INSERT INTO facts (type, entity, term, facts) VALUES (?, ?, ?, ?)",
    [CHANGE] = "UPDATE facts SET facts = ? WHERE row = ?",
    [DROP]   = "DELETE FROM facts WHERE row = ?",
};
/* clang-format on */
_Static_assert(STATEMENTS <= QUERY_STATEMENTS_MAX, "room for the statements of replica_facts");

static void start(struct query *q, struct store *s, enum statement which)
{
    query_start(q, s, OWNER_FACTS, which, statements[which]);
}

/* ---- reading ---- */

static err_t read_all(struct query *q, struct arena *arena, struct facts_row **out, size_t *n)
{
    struct query_list list = {.arena = arena, .size = sizeof(struct facts_row)};
    while (query_row(q)) {
        struct facts_row *row = query_list_add(q, &list);
        if (!row)
            continue;
        row->row = query_get_int(q);
        row->type = (enum entity_type)query_get_uint(q);
        row->entity = query_get_copy(q, arena);
        row->term = (unsigned)query_get_uint(q);
        row->facts = query_get_copy(q, arena);
    }
    err_t e = query_end(q);
    if (!e) {
        *out = list.at;
        *n = list.n;
    }
    return e;
}

err_t replica_facts_of(struct store *s, enum entity_type type, struct slice entity, struct arena *arena,
                       struct facts_row **out, size_t *n)
{
    struct query q;
    start(&q, s, OF);
    query_uint(&q, type);
    query_blob(&q, entity);
    return read_all(&q, arena, out, n);
}

err_t replica_facts_in(struct store *s, unsigned term, struct arena *arena, struct facts_row **out, size_t *n)
{
    struct query q;
    start(&q, s, IN);
    query_uint(&q, term);
    return read_all(&q, arena, out, n);
}

err_t replica_facts_upto(struct store *s, unsigned term, struct arena *arena, struct facts_row **out, size_t *n)
{
    struct query q;
    start(&q, s, UPTO);
    query_uint(&q, term);
    return read_all(&q, arena, out, n);
}

/* ---- writing ---- */

static err_t drop_row(struct store *s, int64_t row)
{
    struct query q;
    start(&q, s, DROP);
    query_int(&q, row);
    return query_run(&q);
}

static err_t change_row(struct store *s, int64_t row, struct slice facts)
{
    struct query q;
    start(&q, s, CHANGE);
    query_blob(&q, facts);
    query_int(&q, row);
    return query_run(&q);
}

static err_t put_row(struct store *s, const struct facts_row *r)
{
    struct query q;
    start(&q, s, PUT);
    query_uint(&q, r->type);
    query_blob(&q, r->entity);
    query_uint(&q, r->term);
    query_blob(&q, r->facts);
    return query_run(&q);
}

err_t replica_put_facts(struct store *s, const struct facts_row *was, size_t was_n, const struct facts_row *rows,
                        size_t n)
{
    err_t e = ERR_OK;
    for (size_t w = 0, i = 0; (w < was_n || i < n) && !e;) {
        bool stood = i == n || (w < was_n && was[w].term <= rows[i].term);
        bool stands = w == was_n || (i < n && rows[i].term <= was[w].term);
        if (!stands)
            e = drop_row(s, was[w].row);
        else if (!stood)
            e = put_row(s, &rows[i]);
        else if (!slice_equal(was[w].facts, rows[i].facts))
            e = change_row(s, was[w].row, rows[i].facts);
        w += stood;
        i += stands;
    }
    return e;
}
