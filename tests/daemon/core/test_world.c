/* core_world itself: one seed is one trace. */
#include "tests/help/core_world.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void history(uint64_t seed, uint8_t trace[HASH_BYTES])
{
    struct world *w = world_alliance(seed, 3);
    char id[64];
    w->jitter = 40;
    for (size_t i = 0; i < 6; i++)
        world_record(w, i % 3, "one", i % 2 ? "Un" : "Deux", id);
    world_block(w, 0, 1, true);
    world_run(w, 2000);
    world_crash(w, 2);
    assert_int_equal(world_start(w, 2), ERR_OK);
    world_heal(w);
    assert_true(world_settle(w, 60000));
    memcpy(trace, w->trace, HASH_BYTES);
    world_free(w);
}

static void one_seed_is_one_trace(void **state)
{
    (void)state;
    uint8_t a[HASH_BYTES], b[HASH_BYTES], c[HASH_BYTES];
    history(7, a);
    history(7, b);
    history(8, c);
    assert_memory_equal(a, b, HASH_BYTES);
    assert_memory_not_equal(a, c, HASH_BYTES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_seed_is_one_trace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
