/* Two to five cores in all shapes: random work, partitions, crashes; afterwards all are equal and say so. */
#include "tests/help/core_history.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum shape { MESH, LINE, STAR };

static bool neighbours(enum shape shape, size_t a, size_t b)
{
    return shape == MESH || (shape == LINE && (a + 1 == b || b + 1 == a)) || (shape == STAR && (a == 1 || b == 1));
}

static void take_shape(struct world *w, enum shape shape)
{
    for (size_t a = 0; a < w->sites_n; a++)
        for (size_t b = 0; b < a; b++)
            world_block(w, a, b, !neighbours(shape, a, b));
}

static void disturb(struct world *w, enum shape shape)
{
    size_t a = (size_t)world_random(w, w->sites_n), b = (size_t)world_random(w, w->sites_n);
    switch (world_random(w, 10)) {
    case 0:
        world_crash(w, a);
        assert_int_equal(world_start(w, a), ERR_OK);
        break;
    case 1:
        if (a != b)
            world_block(w, a, b, true);
        break;
    case 2:
        take_shape(w, shape);
        break;
    case 3:
        if (a != b)
            world_cut(w, a, b);
        break;
    default:
        break;
    }
}

static void live(uint64_t seed, size_t n, enum shape shape, int steps)
{
    struct world *w = world_alliance(seed, n);
    struct core_history h;
    core_history_init(&h, w);
    w->watch = true;
    w->jitter = (int64_t)world_random(w, 200);
    take_shape(w, shape);
    for (int i = 0; i < steps; i++) {
        core_history_step(&h, (size_t)world_random(w, n));
        if (world_random(w, 3) == 0)
            disturb(w, shape);
        world_run(w, (int64_t)world_random(w, 300));
    }
    take_shape(w, shape);
    if (!world_settle(w, 700000))
        fail_msg("seed %d: %zu sites do not agree", (int)seed, n);
    core_history_check(&h);
    assert_int_equal(w->forks, 0);
    assert_true(h.refused < h.asked);
    core_history_fini(&h);
    world_free(w);
}

static void a_mesh_agrees(void **state)
{
    (void)state;
    for (uint64_t seed = 100; seed < 106; seed++)
        live(seed, 2 + seed % 4, MESH, 70);
}

static void a_line_relays_from_end_to_end(void **state)
{
    (void)state;
    for (uint64_t seed = 200; seed < 203; seed++)
        live(seed, 3 + seed % 3, LINE, 60);
}

static void a_star_relays_through_its_middle(void **state)
{
    (void)state;
    for (uint64_t seed = 300; seed < 303; seed++)
        live(seed, 3 + seed % 3, STAR, 60);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mesh_agrees),
        cmocka_unit_test(a_line_relays_from_end_to_end),
        cmocka_unit_test(a_star_relays_through_its_middle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
