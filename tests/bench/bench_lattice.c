/*
 * bench_lattice: what the walks over all concepts cost as the thesaurus doubles. Prints nanoseconds of CPU for n and for 2n edges, the least of
 * several tries each: {"broader_ns": [n, 2n], "merges_ns": [n, 2n], "edges": n}. A walk that is linear gives 2, one that is quadratic 4.
 */
#include "daemon/commons/lattice.h"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define EDGES 16500 /* of an atlas of 5,500 concepts */
#define TRIES 5

static int64_t cpu_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "bench_lattice: %s\n", what);
    exit(1);
}

static struct lattice_edge edge(uint32_t child, uint32_t target)
{
    struct lattice_edge e = {{0}, {0}};
    child *= 2654435761u; /* ids in no useful order */
    target *= 2654435761u;
    memcpy(e.child, &child, sizeof child);
    memcpy(e.target, &target, sizeof target);
    return e;
}

/* A chain through all concepts, from its end on; then edges along it, now and then one back: the worst order found. */
static void make_broader(struct lattice_edge *edges, uint32_t n)
{
    uint32_t concepts = n / 3, random = 2;
    for (uint32_t i = 0; i < n; i++) {
        random = random * 1664525u + 1013904223u;
        uint32_t low = (random >> 8) % (concepts - 200), high = low + 1 + (random >> 4) % 199;
        edges[i] = i < concepts - 1           ? edge(concepts - 2 - i, concepts - 1 - i)
                   : (random >> 12) % 20 == 0 ? edge(high, low)
                                              : edge(low, high);
    }
}

static void make_merges(struct lattice_edge *edges, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        edges[i] = edge(i, i + 1);
}

static err_t walk(const struct lattice_edge *edges, size_t n, bool merges)
{
    struct arena arena = {0};
    const uint8_t *bitmap;
    struct lattice_merges all;
    err_t e = merges ? lattice_merges(edges, n, &arena, &all) : lattice_break(edges, n, &arena, &bitmap);
    arena_fini(&arena);
    return e;
}

static int64_t least_ns(void (*make)(struct lattice_edge *, uint32_t), uint32_t n, bool merges)
{
    struct lattice_edge *edges = calloc(n, sizeof *edges);
    int64_t least = INT64_MAX;
    if (!edges)
        fail("no memory");
    make(edges, n);
    for (int i = 0; i < TRIES; i++) {
        int64_t begin = cpu_ns();
        if (walk(edges, n, merges))
            fail("a walk failed");
        int64_t took = cpu_ns() - begin;
        least = took < least ? took : least;
    }
    free(edges);
    return least;
}

int main(void)
{
    printf("{\"edges\": %d, \"broader_ns\": [%lld, %lld], \"merges_ns\": [%lld, %lld]}\n", EDGES,
           (long long)least_ns(make_broader, EDGES, false), (long long)least_ns(make_broader, 2 * EDGES, false),
           (long long)least_ns(make_merges, EDGES, true), (long long)least_ns(make_merges, 2 * EDGES, true));
    return 0;
}
