#include "daemon/read/broader.h"
#include "daemon/read/merges.h"

/* Of more ancestors than that no list is searched: all edges are looked at once. */
#define ANCESTORS_MAX 256u

static bool is_among(const struct slice *list, size_t n, struct slice concept)
{
    for (size_t i = 0; i < n; i++)
        if (slice_equal(list[i], concept))
            return true;
    return false;
}

/* Does a walk up from the concept come back to it? Only then can an edge of its close a cycle. Also true where nobody can tell that cheaply. */
static err_t may_be_in_cycle(struct read *r, struct slice concept, bool *out)
{
    struct slice found[ANCESTORS_MAX] = {concept};
    size_t n = 1;
    *out = false;
    for (size_t i = 0; i < n; i++) {
        struct slice *up = NULL;
        size_t up_n = 0;
        err_t e = replica_targets(r->store, REL_BROADER, found[i], &r->arena, &up, &up_n);
        if (e)
            return e;
        for (size_t k = 0; k < up_n; k++) {
            if (slice_equal(up[k], concept) || n == ANCESTORS_MAX) {
                *out = true;
                return ERR_OK;
            }
            if (!is_among(found, n, up[k]))
                found[n++] = up[k];
        }
    }
    return ERR_OK;
}

static err_t load_all(struct read *r, struct edge_row **rows, size_t *n, const uint8_t **suppressed)
{
    err_t e = replica_edges(r->store, REL_BROADER, &r->arena, rows, n);
    const struct lattice_edge *edges = e ? NULL : read_lattice(&r->arena, *rows, *n);
    if (e || !edges)
        return e ? e : ERR_MEMORY;
    return lattice_break(edges, *n, &r->arena, suppressed);
}

err_t read_broader(struct read *r, struct slice concept, struct broader *out)
{
    struct edge_row *rows = NULL;
    const uint8_t *suppressed = NULL;
    size_t n = 0;
    bool cycle;
    err_t e = may_be_in_cycle(r, concept, &cycle);
    if (!e)
        e = cycle ? load_all(r, &rows, &n, &suppressed)
                  : replica_edges_of(r->store, REL_BROADER, concept, &r->arena, &rows, &n);
    out->n = 0;
    out->list = e ? NULL : arena_alloc(&r->arena, n + 1, sizeof *out->list);
    if (e || !out->list)
        return e ? e : ERR_MEMORY;
    for (size_t i = 0; i < n; i++) {
        bool up = slice_equal(rows[i].child, concept);
        if (up || slice_equal(rows[i].target, concept))
            out->list[out->n++] = (struct broader_edge){up, up ? rows[i].target : rows[i].child, rows[i].adopted,
                                                        suppressed && lattice_suppressed(suppressed, i)};
    }
    return ERR_OK;
}
