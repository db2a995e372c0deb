/* apportion: shares in whole units that add up, and a cost shared by means and points. */
#include "daemon/ledger/apportion.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

static void shares_are(uint64_t amount, const uint64_t *weights, size_t n, const uint64_t *expected)
{
    struct arena arena = {0};
    uint64_t shares[8] = {0};
    assert_int_equal(apportion(amount, weights, n, &arena, shares), ERR_OK);
    for (size_t i = 0; i < n; i++)
        assert_true(shares[i] == expected[i]);
    arena_fini(&arena);
}

static void what_is_left_goes_to_the_largest_remainders_then_by_order(void **state)
{
    (void)state;
    shares_are(100, (uint64_t[]){1, 1, 1}, 3, (uint64_t[]){34, 33, 33});
    shares_are(100, (uint64_t[]){1, 2, 3}, 3, (uint64_t[]){17, 33, 50});
    shares_are(10, (uint64_t[]){0, 5, 0, 5}, 4, (uint64_t[]){0, 5, 0, 5});
    shares_are(7, (uint64_t[]){6, 6, 2}, 3, (uint64_t[]){3, 3, 1});
    shares_are(1, (uint64_t[]){1, 1000}, 2, (uint64_t[]){0, 1});
    shares_are(0, (uint64_t[]){1, 2}, 2, (uint64_t[]){0, 0});
    shares_are(5, (uint64_t[]){0, 0, 0}, 3, (uint64_t[]){2, 2, 1});
    shares_are(INT64_MAX, (uint64_t[]){INT64_MAX, INT64_MAX}, 2, (uint64_t[]){INT64_MAX / 2 + 1, INT64_MAX / 2});
}

static void shares_always_add_up(void **state)
{
    (void)state;
    uint32_t r = 7;
    for (unsigned round = 0; round < 2000; round++) {
        struct arena arena = {0};
        uint64_t means[20], points[20], amount, total = 0;
        struct shares s;
        for (size_t i = 0; i < 20; i++) {
            r = r * 1664525u + 1013904223u;
            means[i] = round % 5 ? r >> 20 : 0;
            points[i] = round % 7 ? (r >> 8) % 5000 : 0;
        }
        amount = (uint64_t)r * (round % 3);
        assert_int_equal(shares_make(amount, r % 101, means, points, 20, &arena, &s), ERR_OK);
        assert_true(s.of_means + s.of_points == amount);
        for (size_t i = 0; i < 20; i++)
            total += s.by_means[i] + s.by_points[i];
        assert_true(total == amount);
        arena_fini(&arena);
    }
}

static void where_one_measure_says_nothing_the_other_decides(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct shares s;
    const uint64_t none[] = {0, 0, 0}, some[] = {1, 3, 0};
    assert_int_equal(shares_make(1000, 50, some, some, 3, &arena, &s), ERR_OK);
    assert_int_equal(s.basis, SHARES_BOTH);
    assert_true(s.of_means == 500 && s.by_means[1] == 375 && s.by_points[1] == 375 && s.by_points[2] == 0);
    assert_int_equal(shares_make(1000, 50, none, some, 3, &arena, &s), ERR_OK);
    assert_int_equal(s.basis, SHARES_POINTS);
    assert_true(s.of_means == 0 && s.by_points[1] == 750);
    assert_int_equal(shares_make(1000, 50, some, none, 3, &arena, &s), ERR_OK);
    assert_int_equal(s.basis, SHARES_MEANS);
    assert_true(s.of_points == 0 && s.by_means[1] == 750);
    assert_int_equal(shares_make(1000, 50, none, none, 3, &arena, &s), ERR_OK);
    assert_int_equal(s.basis, SHARES_EQUAL);
    assert_true(s.by_points[0] == 334 && s.by_points[1] == 333 && s.by_points[2] == 333);
    arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_left_goes_to_the_largest_remainders_then_by_order),
        cmocka_unit_test(shares_always_add_up),
        cmocka_unit_test(where_one_measure_says_nothing_the_other_decides),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
