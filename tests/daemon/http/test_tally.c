/* What was answered, counted by route, class and time. */
#include "daemon/http/tally.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static void every_answer_is_in_one_class_and_within_one_bound_or_none(void **state)
{
    struct tally t;
    (void)state;
    assert_int_equal(tally_open(&t, 2), ERR_OK);
    assert_int_equal(t.n, 3);
    assert_true(t.since.ms > 0);
    tally_add(&t, 0, 200, 0);
    tally_add(&t, 0, 204, tally_bounds_us[0]);
    tally_add(&t, 0, 304, tally_bounds_us[0] + 1);
    tally_add(&t, 0, 503, tally_bounds_us[TALLY_BOUNDS - 1] + 1);
    assert_int_equal(t.rows[0].answered[1], 2);
    assert_int_equal(t.rows[0].answered[2], 1);
    assert_int_equal(t.rows[0].answered[4], 1);
    assert_int_equal(t.rows[0].within[0], 2);
    assert_int_equal(t.rows[0].within[1], 1);
    for (size_t i = 2; i < TALLY_BOUNDS; i++)
        assert_int_equal(t.rows[0].within[i], 0);
    assert_int_equal(t.rows[0].sum_us, 2 * tally_bounds_us[0] + 1 + tally_bounds_us[TALLY_BOUNDS - 1] + 1);
    tally_close(&t);
}

static void what_has_no_route_is_counted_last_and_nonsense_nowhere(void **state)
{
    struct tally t;
    (void)state;
    assert_int_equal(tally_open(&t, 2), ERR_OK);
    tally_add(&t, 2, 404, 5);
    tally_add(&t, 7, 404, -5);
    tally_add(&t, 1, 0, 5);
    tally_add(&t, 1, 600, 5);
    assert_int_equal(t.rows[2].answered[3], 2);
    assert_int_equal(t.rows[2].sum_us, 5);
    assert_int_equal(t.rows[1].sum_us, 0);
    tally_close(&t);
    tally_add(&t, 0, 200, 5); /* one that is not open counts nothing */
    assert_null(t.rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_answer_is_in_one_class_and_within_one_bound_or_none),
        cmocka_unit_test(what_has_no_route_is_counted_last_and_nonsense_nowhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
