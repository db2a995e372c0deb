#include "daemon/index/tree.h"
#include "daemon/read/merges.h"
#include <stdlib.h>

static int by_id(const void *a, const void *b)
{
    return memcmp(a, b, CONCEPT_BYTES);
}

static int by_edge(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct lattice_edge));
}

void tree_forget(struct tree *t)
{
    arena_fini(&t->arena);
    *t = (struct tree){0};
}

/* ---- reading ---- */

err_t tree_need_merges(struct tree *t, struct store *s)
{
    if (t->merges_known)
        return ERR_OK;
    err_t e = replica_edges(s, EDGE_MERGE, &t->arena, &t->merge_rows, &t->merge_rows_n);
    const struct lattice_edge *edges = e ? NULL : read_lattice(&t->arena, t->merge_rows, t->merge_rows_n);
    if (!e)
        e = edges ? lattice_merges(edges, t->merge_rows_n, &t->arena, &t->merges) : ERR_MEMORY;
    t->merges_known = e == ERR_OK;
    return e;
}

const uint8_t *tree_final(const struct tree *t, const uint8_t *concept_id)
{
    const uint8_t *end = lattice_merged(&t->merges, concept_id);
    return end ? end : concept_id;
}

/* From one end of a merge to another; ascending. */
static void put(const struct tree *t, struct lattice_edge *out, size_t *n, const uint8_t *from, const uint8_t *to)
{
    const uint8_t *a = tree_final(t, from), *b = tree_final(t, to);
    if (memcmp(a, b, CONCEPT_BYTES) == 0)
        return;
    memcpy(out[*n].child, a, CONCEPT_BYTES);
    memcpy(out[(*n)++].target, b, CONCEPT_BYTES);
}

static err_t read_narrower(struct tree *t, struct store *s)
{
    struct arena arena = {0};
    struct edge_row *rows = NULL;
    const uint8_t *suppressed = NULL;
    size_t n = 0;
    err_t e = replica_edges(s, REL_BROADER, &arena, &rows, &n);
    const struct lattice_edge *edges = e ? NULL : read_lattice(&arena, rows, n);
    if (!e)
        e = edges ? lattice_break(edges, n, &arena, &suppressed) : ERR_MEMORY;
    t->narrower = e ? NULL : arena_alloc(&t->arena, n + 1, sizeof *t->narrower);
    if (!e && !t->narrower)
        e = ERR_MEMORY;
    for (size_t i = 0; i < n && !e; i++)
        if (!lattice_suppressed(suppressed, i))
            put(t, t->narrower, &t->narrower_n, edges[i].target, edges[i].child);
    if (!e)
        qsort(t->narrower, t->narrower_n, sizeof *t->narrower, by_edge);
    arena_fini(&arena);
    return e;
}

static err_t read_related(struct tree *t, struct store *s)
{
    struct arena arena = {0};
    struct edge_row *rows = NULL;
    size_t n = 0;
    err_t e = replica_edges(s, REL_RELATED, &arena, &rows, &n);
    t->related = e ? NULL : arena_alloc(&t->arena, 2 * n + 1, sizeof *t->related);
    if (!e && !t->related)
        e = ERR_MEMORY;
    for (size_t i = 0; i < n && !e; i++) {
        put(t, t->related, &t->related_n, rows[i].child.at, rows[i].target.at);
        put(t, t->related, &t->related_n, rows[i].target.at, rows[i].child.at);
    }
    if (!e)
        qsort(t->related, t->related_n, sizeof *t->related, by_edge);
    arena_fini(&arena);
    return e;
}

err_t tree_need_edges(struct tree *t, struct store *s)
{
    err_t e = tree_need_merges(t, s);
    if (e || t->edges_known)
        return e;
    t->narrower_n = t->related_n = 0;
    e = read_narrower(t, s);
    if (!e)
        e = read_related(t, s);
    t->edges_known = e == ERR_OK;
    return e;
}

/* ---- following ---- */

bool tree_has(const struct tree_set *set, const uint8_t *id)
{
    return set->n && bsearch(id, set->ids, set->n, CONCEPT_BYTES, by_id);
}

/* The first edge from it; *n how many there are. */
static const struct lattice_edge *from(const struct lattice_edge *edges, size_t edges_n, const uint8_t *id, size_t *n)
{
    size_t low = 0, high = edges_n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (memcmp(edges[middle].child, id, CONCEPT_BYTES) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (high = low; high < edges_n && memcmp(edges[high].child, id, CONCEPT_BYTES) == 0; high++)
        ;
    *n = high - low;
    return edges + low;
}

static size_t sort_once(uint8_t (*ids)[CONCEPT_BYTES], size_t n)
{
    size_t used = 0;
    if (n)
        qsort(ids, n, CONCEPT_BYTES, by_id);
    for (size_t i = 0; i < n; i++)
        if (!used || memcmp(ids[used - 1], ids[i], CONCEPT_BYTES) != 0)
            memmove(ids[used++], ids[i], CONCEPT_BYTES);
    return used;
}

/* What the edges lead to from any of these, and `known` does not hold yet: in the arena, ascending. */
static err_t next_of(const struct lattice_edge *edges, size_t edges_n, const struct tree_set *of,
                     const struct tree_set *known, struct arena *arena, struct tree_set *out)
{
    size_t room = 0, used = 0, n = 0;
    for (size_t i = 0; i < of->n; i++) {
        from(edges, edges_n, of->ids[i], &n);
        room += n;
    }
    uint8_t(*ids)[CONCEPT_BYTES] = arena_alloc(arena, room + 1, CONCEPT_BYTES);
    if (!ids)
        return ERR_MEMORY;
    for (size_t i = 0; i < of->n; i++) {
        const struct lattice_edge *edge = from(edges, edges_n, of->ids[i], &n);
        for (; n; n--, edge++)
            if (!tree_has(known, edge->target))
                memcpy(ids[used++], edge->target, CONCEPT_BYTES);
    }
    *out = (struct tree_set){(const uint8_t(*)[CONCEPT_BYTES])ids, sort_once(ids, used)};
    return ERR_OK;
}

static err_t join(struct tree_set *set, const struct tree_set *more, struct arena *arena)
{
    uint8_t(*ids)[CONCEPT_BYTES] = arena_alloc(arena, set->n + more->n + 1, CONCEPT_BYTES);
    if (!ids)
        return ERR_MEMORY;
    if (set->n)
        memcpy(ids, set->ids, set->n * CONCEPT_BYTES);
    if (more->n)
        memcpy(ids + set->n, more->ids, more->n * CONCEPT_BYTES);
    *set = (struct tree_set){(const uint8_t(*)[CONCEPT_BYTES])ids, sort_once(ids, set->n + more->n)};
    return ERR_OK;
}

err_t tree_around(const struct tree *t, const uint8_t *id, struct arena *arena, struct tree_set *near,
                  struct tree_set *far)
{
    uint8_t(*self)[CONCEPT_BYTES] = arena_alloc(arena, 1, CONCEPT_BYTES);
    if (!self)
        return ERR_MEMORY;
    memcpy(self[0], tree_final(t, id), CONCEPT_BYTES);
    const struct tree_set one = {(const uint8_t(*)[CONCEPT_BYTES])self, 1};
    struct tree_set below = one, level = one;
    err_t e = ERR_OK;
    while (level.n && !e) {
        e = next_of(t->narrower, t->narrower_n, &level, &below, arena, &level);
        if (!e)
            e = join(&below, &level, arena);
    }
    if (!e)
        e = next_of(t->related, t->related_n, &one, &below, arena, far);
    if (!e)
        *near = below;
    return e;
}
