/*
 * lattice: see lattice.h. Concepts are kept in a topological order (child before target) that is mended as edges come in, after Pearce and
 * Kelly, "A dynamic topological sort algorithm for directed acyclic graphs" (2006). An edge that fits the order costs one comparison; one
 * that doesn't searches only the concepts between its two ends in the order: forward from the target for a cycle, backward from the
 * child, and then deals the places of both sets out anew. At worst an edge costs one walk over what lies between its ends.
 * The first order is a depth-first search's over all edges, so that where there is no cycle nothing is ever mended: linear. Only what an
 * edge about to be suppressed has put out of order costs more.
 * Merges need no order: a concept has at most one way out, so that they are a forest, and an edge closes a cycle where its target's root is its
 * own concept.
 */
#include "daemon/commons/lattice.h"
#include <stdlib.h>

#define NONE SIZE_MAX

struct node {
    size_t place;              /* in the topological order */
    size_t first_up, first_in; /* newest kept edge out of it, into it */
    bool seen;
};
struct link { /* a kept edge */
    size_t child, target;
    size_t next_up, next_in;
};
struct lattice {
    struct node *nodes;
    size_t nodes_n;
    struct link *links; /* one for each edge, in the order taken */
    size_t *stack;
    size_t *below, *above; /* the concepts a search found */
    size_t *places;
};

static int by_id(const void *a, const void *b)
{
    return memcmp(a, b, CONCEPT_BYTES);
}

/* Every concept once, ascending. */
static uint8_t *collect_ids(const struct lattice_edge *edges, size_t n, struct arena *arena, size_t *ids_n)
{
    uint8_t *ids = arena_alloc(arena, 2 * n + 1, CONCEPT_BYTES);
    size_t used = 0;
    for (size_t i = 0; ids && i < n; i++) {
        memcpy(ids + 2 * i * CONCEPT_BYTES, edges[i].child, CONCEPT_BYTES);
        memcpy(ids + (2 * i + 1) * CONCEPT_BYTES, edges[i].target, CONCEPT_BYTES);
    }
    if (ids && n)
        qsort(ids, 2 * n, CONCEPT_BYTES, by_id);
    for (size_t i = 0; ids && i < 2 * n; i++) {
        if (used == 0 || memcmp(ids + (used - 1) * CONCEPT_BYTES, ids + i * CONCEPT_BYTES, CONCEPT_BYTES) != 0)
            memmove(ids + used++ * CONCEPT_BYTES, ids + i * CONCEPT_BYTES, CONCEPT_BYTES);
    }
    *ids_n = used;
    return ids;
}

static size_t node_of(const uint8_t *ids, size_t ids_n, const uint8_t *id)
{
    const uint8_t *at = bsearch(id, ids, ids_n, CONCEPT_BYTES, by_id);
    return (size_t)(at - ids) / CONCEPT_BYTES;
}

static err_t lattice_init(struct lattice *l, const struct lattice_edge *edges, size_t n, struct arena *arena)
{
    size_t ids_n;
    const uint8_t *ids = collect_ids(edges, n, arena, &ids_n);
    l->nodes = arena_alloc(arena, ids_n + 1, sizeof *l->nodes);
    l->links = arena_alloc(arena, n + 1, sizeof *l->links);
    l->stack = arena_alloc(arena, ids_n + 1, sizeof(size_t));
    l->below = arena_alloc(arena, ids_n + 1, sizeof(size_t));
    l->above = arena_alloc(arena, ids_n + 1, sizeof(size_t));
    l->places = arena_alloc(arena, ids_n + 1, sizeof(size_t));
    if (!ids || !l->nodes || !l->links || !l->stack || !l->below || !l->above || !l->places)
        return ERR_MEMORY;
    l->nodes_n = ids_n;
    for (size_t i = 0; i < ids_n; i++)
        l->nodes[i] = (struct node){.place = i, .first_up = NONE, .first_in = NONE};
    for (size_t i = 0; i < n; i++)
        l->links[i] =
            (struct link){node_of(ids, ids_n, edges[i].child), node_of(ids, ids_n, edges[i].target), NONE, NONE};
    return ERR_OK;
}

static void keep(struct lattice *l, size_t edge)
{
    struct link *e = &l->links[edge];
    e->next_up = l->nodes[e->child].first_up;
    l->nodes[e->child].first_up = edge;
    e->next_in = l->nodes[e->target].first_in;
    l->nodes[e->target].first_in = edge;
}

/* Gives `from` and all above it that have none yet a place: each behind what it leads to, counted down from the end. */
static size_t place_from(struct lattice *l, size_t from, size_t left)
{
    size_t depth = 0;
    l->nodes[from].seen = true;
    l->stack[depth++] = from;
    while (depth) {
        struct node *at = &l->nodes[l->stack[depth - 1]];
        while (at->first_up != NONE && l->nodes[l->links[at->first_up].target].seen)
            at->first_up = l->links[at->first_up].next_up;
        if (at->first_up == NONE) {
            at->place = --left;
            depth--;
            continue;
        }
        size_t to = l->links[at->first_up].target;
        l->nodes[to].seen = true;
        l->stack[depth++] = to;
    }
    return left;
}

static void place_all(struct lattice *l, size_t edges_n)
{
    size_t left = l->nodes_n;
    for (size_t i = edges_n; i-- > 0;) /* so that the edges taken first are followed first */
        keep(l, i);
    for (size_t i = 0; i < l->nodes_n; i++) {
        if (!l->nodes[i].seen)
            left = place_from(l, i, left);
    }
    for (size_t i = 0; i < l->nodes_n; i++)
        l->nodes[i] = (struct node){.place = l->nodes[i].place, .first_up = NONE, .first_in = NONE};
}

/*
 * Walks from `from` over kept edges, upward or downward, through concepts whose place lies within [low, high]. The concepts found go
 * to `out`, marked as seen.
 */
static size_t walk(struct lattice *l, size_t from, bool up, size_t low, size_t high, size_t *out)
{
    size_t depth = 0, found = 0;
    l->stack[depth++] = from;
    l->nodes[from].seen = true;
    while (depth) {
        size_t at = l->stack[--depth];
        out[found++] = at;
        size_t i = up ? l->nodes[at].first_up : l->nodes[at].first_in;
        for (; i != NONE; i = up ? l->links[i].next_up : l->links[i].next_in) {
            size_t to = up ? l->links[i].target : l->links[i].child;
            if (l->nodes[to].seen || l->nodes[to].place < low || l->nodes[to].place > high)
                continue;
            l->nodes[to].seen = true;
            l->stack[depth++] = to;
        }
    }
    return found;
}

static void forget(struct lattice *l, const size_t *set, size_t n)
{
    for (size_t i = 0; i < n; i++)
        l->nodes[set[i]].seen = false;
}

static void swap(size_t *a, size_t *b)
{
    size_t t = *a;
    *a = *b;
    *b = t;
}

/* Heap sort by place (of nodes), or by value where nodes is NULL: qsort has no room for the nodes. */
static size_t weight(const struct node *nodes, size_t v)
{
    return nodes ? nodes[v].place : v;
}
static void sink(size_t *set, size_t at, size_t n, const struct node *nodes)
{
    for (size_t child; (child = 2 * at + 1) < n; at = child) {
        if (child + 1 < n && weight(nodes, set[child + 1]) > weight(nodes, set[child]))
            child++;
        if (weight(nodes, set[at]) >= weight(nodes, set[child]))
            return;
        swap(&set[at], &set[child]);
    }
}
static void sort(size_t *set, size_t n, const struct node *nodes)
{
    for (size_t i = n / 2; i-- > 0;)
        sink(set, i, n, nodes);
    for (size_t i = n; i-- > 1;) {
        swap(&set[0], &set[i]);
        sink(set, 0, i, nodes);
    }
}

/* The concepts below the new edge get the lower of all the places concerned, those above it the higher; inside each set the order stays. */
static void reorder(struct lattice *l, size_t below_n, size_t above_n)
{
    size_t n = 0;
    sort(l->below, below_n, l->nodes);
    sort(l->above, above_n, l->nodes);
    for (size_t i = 0; i < below_n; i++)
        l->places[n++] = l->nodes[l->below[i]].place;
    for (size_t i = 0; i < above_n; i++)
        l->places[n++] = l->nodes[l->above[i]].place;
    sort(l->places, n, NULL);
    for (size_t i = 0; i < below_n; i++)
        l->nodes[l->below[i]].place = l->places[i];
    for (size_t i = 0; i < above_n; i++)
        l->nodes[l->above[i]].place = l->places[below_n + i];
}

/* False where the edge would close a cycle. */
static bool insert(struct lattice *l, size_t edge)
{
    const struct link *e = &l->links[edge];
    if (e->child == e->target)
        return false;
    size_t high = l->nodes[e->child].place, low = l->nodes[e->target].place;
    if (low < high) {
        size_t above_n = walk(l, e->target, true, low, high, l->above);
        bool cycle = l->nodes[e->child].seen;
        forget(l, l->above, above_n);
        if (cycle)
            return false;
        size_t below_n = walk(l, e->child, false, low, high, l->below);
        forget(l, l->below, below_n);
        reorder(l, below_n, above_n);
    }
    keep(l, edge);
    return true;
}

err_t lattice_break(const struct lattice_edge *edges, size_t n, struct arena *arena, const uint8_t **suppressed)
{
    struct lattice l = {0};
    uint8_t *bitmap = arena_alloc(arena, n / 8 + 1, 1);
    err_t err = lattice_init(&l, edges, n, arena);
    if (!bitmap || err != ERR_OK)
        return ERR_MEMORY;
    place_all(&l, n);
    for (size_t i = 0; i < n; i++) {
        if (!insert(&l, i))
            bitmap[i / 8] = (uint8_t)(bitmap[i / 8] | 1u << (i % 8));
    }
    *suppressed = bitmap;
    return ERR_OK;
}

/* ---- merges ---- */

/* The end of the way from `at`. Every other step is cut short, so that long ways are walked once. */
static size_t root_of(size_t *up, size_t at)
{
    while (up[at] != NONE) {
        if (up[up[at]] != NONE)
            up[at] = up[up[at]];
        at = up[at];
    }
    return at;
}

static void merge_all(const struct lattice_edge *edges, size_t n, const uint8_t *ids, size_t ids_n, size_t *up,
                      uint8_t *bitmap)
{
    for (size_t i = 0; i < ids_n; i++)
        up[i] = NONE;
    for (size_t i = 0; i < n; i++) {
        size_t child = node_of(ids, ids_n, edges[i].child);
        size_t root = root_of(up, node_of(ids, ids_n, edges[i].target));
        if (up[child] != NONE || root == child)
            bitmap[i / 8] = (uint8_t)(bitmap[i / 8] | 1u << (i % 8));
        else
            up[child] = root;
    }
}

err_t lattice_merges(const struct lattice_edge *edges, size_t n, struct arena *arena, struct lattice_merges *out)
{
    size_t ids_n, final_n = 0;
    uint8_t *bitmap = arena_alloc(arena, n / 8 + 1, 1);
    const uint8_t *ids = collect_ids(edges, n, arena, &ids_n);
    size_t *up = arena_alloc(arena, ids_n + 1, sizeof *up);
    struct lattice_edge *final = arena_alloc(arena, ids_n + 1, sizeof *final);
    if (!bitmap || !ids || !up || !final)
        return ERR_MEMORY;
    merge_all(edges, n, ids, ids_n, up, bitmap);
    for (size_t i = 0; i < ids_n; i++) {
        if (up[i] == NONE)
            continue;
        memcpy(final[final_n].child, ids + i * CONCEPT_BYTES, CONCEPT_BYTES);
        memcpy(final[final_n++].target, ids + root_of(up, i) * CONCEPT_BYTES, CONCEPT_BYTES);
    }
    *out = (struct lattice_merges){bitmap, final, final_n};
    return ERR_OK;
}

static int by_child(const void *id, const void *edge)
{
    return memcmp(id, ((const struct lattice_edge *)edge)->child, CONCEPT_BYTES);
}

const uint8_t *lattice_merged(const struct lattice_merges *merges, const uint8_t *concept_id)
{
    const struct lattice_edge *at =
        bsearch(concept_id, merges->final, merges->final_n, sizeof *merges->final, by_child);
    return at ? at->target : NULL;
}
