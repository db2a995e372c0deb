/*
 * Relations between concepts: what a concept's rows lead to, and in which order cycles are broken.
 */
#include "daemon/store/replica.h"

#include "daemon/store/query.h"

enum statement { OLD, DROP, PUT, ALL, OF, EACH, TARGETS, STATEMENTS };
/* clang-format off */
#define EDGE_COLUMNS "child, relation, target, adopted, clock, dot"
#define EDGE_ORDER   "ORDER BY adopted DESC, clock, dot, relation, child, target"
static const char *const statements[STATEMENTS] = {
    [OLD]     = "SELECT " EDGE_COLUMNS " FROM edges WHERE child = ? ORDER BY relation, target",
    [DROP]    = "DELETE FROM edges WHERE child = ?",
    [PUT]     = "INSERT INTO edges (child, relation, target, adopted, clock, dot) VALUES (?, ?, ?, ?, ?, ?)",
    [ALL]     = "SELECT " EDGE_COLUMNS " FROM edges WHERE relation = ? " EDGE_ORDER,
    [OF]      = "SELECT " EDGE_COLUMNS " FROM edges WHERE relation = ?1 AND child = ?2 "
                "UNION ALL SELECT " EDGE_COLUMNS " FROM edges WHERE relation = ?1 AND target = ?2 AND child <> ?2 "
                EDGE_ORDER,
    [EACH]    = "SELECT child, relation, target, adopted FROM edges ORDER BY child, relation, target",
    [TARGETS] = "SELECT target FROM edges WHERE relation = ? AND child = ? ORDER BY target",
};
/* clang-format on */
_Static_assert(STATEMENTS <= QUERY_STATEMENTS_MAX, "room for the statements of replica_edges");

static void start(struct query *q, struct store *s, enum statement which)
{
    query_start(q, s, OWNER_EDGES, which, statements[which]);
}

/* ---- writing ---- */

static err_t put_edge(struct store *s, const struct edge_row *edge)
{
    struct query q;
    uint8_t dot[DOT_BYTES];
    dot_pack(&edge->dot, dot);
    start(&q, s, PUT);
    query_blob(&q, edge->child);
    query_int(&q, edge->relation);
    query_blob(&q, edge->target);
    query_int(&q, edge->adopted);
    query_uint(&q, edge->clock);
    query_blob(&q, slice_of(dot, sizeof dot));
    return query_run(&q);
}

static bool is_edge(struct query *q, const struct edge_row *edge)
{
    uint8_t dot[DOT_BYTES];
    dot_pack(&edge->dot, dot);
    return slice_equal(query_get(q), edge->child) && query_get_uint(q) == edge->relation &&
           slice_equal(query_get(q), edge->target) && (query_get_int(q) != 0) == edge->adopted &&
           query_get_uint(q) == edge->clock && slice_equal(query_get(q), slice_of(dot, sizeof dot));
}

/* In another order they pass for others, which costs no more than writing them. */
static err_t stand(struct store *s, struct slice child, const struct edge_row *edges, size_t n, bool *out)
{
    struct query q;
    size_t same = 0, rows = 0;
    start(&q, s, OLD);
    query_blob(&q, child);
    for (; same == rows && query_row(&q); rows++)
        same += rows < n && is_edge(&q, &edges[rows]);
    err_t e = query_end(&q);
    *out = same == rows && same == n;
    return e;
}

static err_t drop(struct store *s, struct slice child)
{
    struct query q;
    start(&q, s, DROP);
    query_blob(&q, child);
    return query_run(&q);
}

err_t replica_put_edges(struct store *s, struct slice child, const struct edge_row *edges, size_t n)
{
    bool same = false;
    err_t e = stand(s, child, edges, n, &same);
    if (e || same)
        return e;
    e = drop(s, child);
    for (size_t i = 0; i < n && !e; i++)
        e = put_edge(s, &edges[i]);
    return e;
}

/* ---- lists ---- */

static void read_edge(struct query *q, struct arena *arena, struct edge_row *edge)
{
    uint8_t dot[DOT_BYTES];
    edge->child = query_get_copy(q, arena);
    edge->relation = (unsigned)query_get_uint(q);
    edge->target = query_get_copy(q, arena);
    edge->adopted = query_get_int(q) != 0;
    edge->clock = query_get_uint(q);
    query_get_fixed(q, dot, sizeof dot);
    edge->dot = dot_unpack(dot);
}

static err_t list_edges(struct query *q, struct arena *arena, struct edge_row **out, size_t *n)
{
    struct query_list list = {.arena = arena, .size = sizeof(struct edge_row)};
    while (query_row(q)) {
        struct edge_row *edge = query_list_add(q, &list);
        if (edge)
            read_edge(q, arena, edge);
    }
    err_t e = query_end(q);
    if (!e) {
        *out = list.at;
        *n = list.n;
    }
    return e;
}

err_t replica_edges(struct store *s, unsigned relation, struct arena *arena, struct edge_row **out, size_t *n)
{
    struct query q;
    start(&q, s, ALL);
    query_int(&q, relation);
    return list_edges(&q, arena, out, n);
}

err_t replica_each_edge(struct store *s, void (*each)(void *ctx, const struct edge_row *edge), void *ctx)
{
    struct query q;
    start(&q, s, EACH);
    while (query_row(&q)) {
        struct edge_row edge = {.child = query_get(&q)};
        edge.relation = (unsigned)query_get_uint(&q);
        edge.target = query_get(&q);
        edge.adopted = query_get_int(&q) != 0;
        if (!q.err)
            each(ctx, &edge);
    }
    return query_end(&q);
}

err_t replica_edges_of(struct store *s, unsigned relation, struct slice concept, struct arena *arena,
                       struct edge_row **out, size_t *n)
{
    struct query q;
    start(&q, s, OF);
    query_int(&q, relation);
    query_blob(&q, concept);
    return list_edges(&q, arena, out, n);
}

err_t replica_targets(struct store *s, unsigned relation, struct slice child, struct arena *arena, struct slice **out,
                      size_t *n)
{
    struct query q;
    struct query_list list = {.arena = arena, .size = sizeof(struct slice)};
    start(&q, s, TARGETS);
    query_int(&q, relation);
    query_blob(&q, child);
    while (query_row(&q)) {
        struct slice *target = query_list_add(&q, &list);
        if (target)
            *target = query_get_copy(&q, arena);
    }
    err_t e = query_end(&q);
    if (!e) {
        *out = list.at;
        *n = list.n;
    }
    return e;
}
