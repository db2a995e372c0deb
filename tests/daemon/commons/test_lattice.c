/*
 * lattice: cycles of `broader` and of merges, against a plain search, and fast enough for an atlas.
 */
#include "daemon/commons/lattice.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

static struct lattice_edge edge(unsigned child, unsigned target)
{
    struct lattice_edge e = {{0}, {0}};
    uint32_t c = child * 2654435761u, t = target * 2654435761u; /* ids in no useful order */
    memcpy(e.child, &c, sizeof c);
    memcpy(e.target, &t, sizeof t);
    return e;
}

static void suppressed_are(const struct lattice_edge *edges, size_t n, const char *expected)
{
    struct arena arena = {0};
    const uint8_t *bitmap = NULL;
    assert_int_equal(lattice_break(edges, n, &arena, &bitmap), ERR_OK);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(lattice_suppressed(bitmap, i), expected[i] == 'x');
    arena_fini(&arena);
}

static void without_a_cycle_every_edge_is_kept(void **state)
{
    (void)state;
    const struct lattice_edge edges[] = {edge(1, 2), edge(1, 3), edge(2, 4), edge(3, 4), edge(1, 2)};
    suppressed_are(edges, 5, ".....");
    suppressed_are(edges, 0, "");
}

static void the_edge_that_would_close_a_cycle_is_suppressed(void **state)
{
    (void)state;
    const struct lattice_edge edges[] = {edge(1, 2), edge(2, 3), edge(3, 1), edge(3, 4)};
    suppressed_are(edges, 4, "..x.");
}

static void a_concept_broader_than_itself_is_suppressed(void **state)
{
    (void)state;
    const struct lattice_edge edges[] = {edge(1, 1), edge(1, 2)};
    suppressed_are(edges, 2, "x.");
}

static void a_suppressed_edge_suppresses_no_other(void **state)
{
    (void)state;
    const struct lattice_edge edges[] = {edge(1, 2), edge(2, 1), edge(3, 2), edge(1, 3), edge(2, 3)};
    suppressed_are(edges, 5, ".x..x");
}

static void the_order_of_edges_decides_which_one_goes(void **state)
{
    (void)state;
    const struct lattice_edge there[] = {edge(1, 2), edge(2, 1)}, back[] = {edge(2, 1), edge(1, 2)};
    suppressed_are(there, 2, ".x");
    suppressed_are(back, 2, ".x");
}

#define N 24
static bool reaches(bool to[N][N], unsigned from, unsigned goal, bool *seen)
{
    if (from == goal)
        return true;
    seen[from] = true;
    for (unsigned i = 0; i < N; i++) {
        if (to[from][i] && !seen[i] && reaches(to, i, goal, seen))
            return true;
    }
    return false;
}

static void random_lattices_agree_with_a_plain_search(void **state)
{
    (void)state;
    srand(1);
    for (int round = 0; round < 400; round++) {
        bool to[N][N] = {{false}};
        struct lattice_edge edges[120];
        char expected[120];
        size_t n = 1 + (size_t)rand() % 120;
        for (size_t i = 0; i < n; i++) {
            unsigned child = (unsigned)rand() % N, target = (unsigned)rand() % N;
            bool seen[N] = {false};
            edges[i] = edge(child, target);
            expected[i] = reaches(to, target, child, seen) ? 'x' : '.';
            to[child][target] |= expected[i] == '.';
        }
        suppressed_are(edges, n, expected);
    }
}

enum { CONCEPTS = 5500, EDGES = 16500 };

/* A chain through all concepts, from its end on; then edges along it, of which one in `down` turns back. */
static void atlas(unsigned down, size_t least, size_t most)
{
    struct lattice_edge *edges = calloc(EDGES, sizeof *edges);
    struct arena arena = {0};
    const uint8_t *bitmap;
    size_t suppressed = 0;
    assert_non_null(edges);
    srand(2);
    for (unsigned i = 0; i < EDGES; i++) {
        unsigned low = (unsigned)rand() % (CONCEPTS - 200), high = low + 1 + (unsigned)rand() % 199;
        if (i < CONCEPTS - 1)
            edges[i] = edge(CONCEPTS - 2 - i, CONCEPTS - 1 - i);
        else
            edges[i] = down && rand() % (int)down == 0 ? edge(high, low) : edge(low, high);
    }
    assert_int_equal(lattice_break(edges, EDGES, &arena, &bitmap), ERR_OK);
    for (size_t i = 0; i < EDGES; i++)
        suppressed += lattice_suppressed(bitmap, i);
    assert_in_range(suppressed, least, most);
    arena_fini(&arena);
    free(edges);
}

static void a_large_atlas_in_a_bad_order_takes_no_time_to_speak_of(void **state)
{
    (void)state;
    atlas(0, 0, 0);
}

static void a_large_atlas_with_many_cycles_does_neither(void **state)
{
    (void)state;
    atlas(20, 400, 700);
}

/* ---- merges ---- */

/* Where each of the first concepts ends; 0: it is not merged. */
static void ends_are(const struct lattice_edge *edges, size_t n, const char *suppressed, const unsigned *ends,
                     size_t ends_n)
{
    struct arena arena = {0};
    struct lattice_merges m;
    assert_int_equal(lattice_merges(edges, n, &arena, &m), ERR_OK);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(lattice_suppressed(m.suppressed, i), suppressed[i] == 'x');
    size_t merged = 0;
    for (unsigned c = 1; c <= ends_n; c++) {
        struct lattice_edge e = edge(c, ends[c - 1]);
        const uint8_t *end = lattice_merged(&m, e.child);
        assert_int_equal(end != NULL, ends[c - 1] != 0);
        if (end)
            assert_memory_equal(end, e.target, CONCEPT_BYTES);
        merged += end != NULL;
    }
    assert_int_equal(m.final_n, merged);
    for (size_t i = 1; i < m.final_n; i++)
        assert_true(memcmp(m.final[i - 1].child, m.final[i].child, CONCEPT_BYTES) < 0);
    arena_fini(&arena);
}

static void merges_are_followed_to_their_end(void **state)
{
    (void)state;
    const struct lattice_edge edges[] = {edge(2, 3), edge(1, 2), edge(3, 4), edge(5, 3)};
    ends_are(edges, 4, "....", (const unsigned[]){4, 4, 4, 0, 4}, 5);
    ends_are(edges, 0, "", (const unsigned[]){0, 0}, 2);
}

static void the_merge_that_would_close_a_cycle_is_suppressed(void **state)
{
    (void)state;
    const struct lattice_edge edges[] = {edge(1, 2), edge(2, 3), edge(3, 1), edge(4, 1)};
    ends_are(edges, 4, "..x.", (const unsigned[]){3, 3, 0, 3}, 4);
    const struct lattice_edge itself[] = {edge(1, 1), edge(2, 1)};
    ends_are(itself, 2, "x.", (const unsigned[]){0, 1}, 2);
}

static void of_several_merges_of_a_concept_the_first_kept_counts(void **state)
{
    (void)state;
    const struct lattice_edge edges[] = {edge(1, 2), edge(2, 1), edge(2, 3), edge(1, 4)};
    ends_are(edges, 4, ".x.x", (const unsigned[]){3, 3, 0, 0}, 4);
}

static void random_merges_agree_with_a_plain_walk(void **state)
{
    (void)state;
    srand(3);
    for (int round = 0; round < 400; round++) {
        unsigned to[N + 1] = {0}, ends[N];
        struct lattice_edge edges[60];
        char expected[60];
        size_t n = 1 + (size_t)rand() % 60;
        for (size_t i = 0; i < n; i++) {
            unsigned child = 1 + (unsigned)rand() % N, target = 1 + (unsigned)rand() % N, at = target;
            while (to[at] && at != child)
                at = to[at];
            edges[i] = edge(child, target);
            expected[i] = to[child] || at == child ? 'x' : '.';
            if (expected[i] == '.')
                to[child] = target;
        }
        for (unsigned c = 1; c <= N; c++) {
            unsigned at = c;
            while (to[at])
                at = to[at];
            ends[c - 1] = at == c ? 0 : at;
        }
        ends_are(edges, n, expected, ends, N);
    }
}

/* The worst order: each merge comes before the one that it leads to. */
static void a_long_way_of_merges_takes_no_time_to_speak_of(void **state)
{
    (void)state;
    struct lattice_edge *edges = calloc(EDGES, sizeof *edges);
    struct arena arena = {0};
    struct lattice_merges m;
    assert_non_null(edges);
    for (unsigned i = 0; i < EDGES; i++)
        edges[i] = edge(i, i + 1);
    struct lattice_edge last = edge(0, EDGES);
    assert_int_equal(lattice_merges(edges, EDGES, &arena, &m), ERR_OK);
    assert_int_equal(m.final_n, EDGES);
    assert_memory_equal(lattice_merged(&m, last.child), last.target, CONCEPT_BYTES);
    arena_fini(&arena);
    free(edges);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_cycle_every_edge_is_kept),
        cmocka_unit_test(the_edge_that_would_close_a_cycle_is_suppressed),
        cmocka_unit_test(a_concept_broader_than_itself_is_suppressed),
        cmocka_unit_test(a_suppressed_edge_suppresses_no_other),
        cmocka_unit_test(the_order_of_edges_decides_which_one_goes),
        cmocka_unit_test(random_lattices_agree_with_a_plain_search),
        cmocka_unit_test(a_large_atlas_in_a_bad_order_takes_no_time_to_speak_of),
        cmocka_unit_test(a_large_atlas_with_many_cycles_does_neither),
        cmocka_unit_test(merges_are_followed_to_their_end),
        cmocka_unit_test(the_merge_that_would_close_a_cycle_is_suppressed),
        cmocka_unit_test(of_several_merges_of_a_concept_the_first_kept_counts),
        cmocka_unit_test(random_merges_agree_with_a_plain_walk),
        cmocka_unit_test(a_long_way_of_merges_takes_no_time_to_speak_of),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
