/* How long commits take: what is told of many lengths. */
#include "daemon/core/propagation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#define HOUR_MS INT64_C(3600000)

static struct propagation_said said_of(const int64_t *ms, size_t n)
{
    struct propagation *p = calloc(1, sizeof *p);
    assert_non_null(p);
    for (size_t i = 0; i < n; i++)
        propagation_add(p, (struct mono){30 * HOUR_MS}, ms[i]);
    struct propagation_said said = propagation_say(p, (struct mono){30 * HOUR_MS});
    free(p);
    return said;
}

static void without_a_sample_there_is_nothing_to_tell(void **state)
{
    (void)state;
    struct propagation_said said = said_of(NULL, 0);
    assert_int_equal(said.samples, 0);
    assert_int_equal(said.p50_ms, 0);
    assert_int_equal(said.p95_ms, 0);
}

static void a_length_is_told_too_long_by_an_eighth_at_most_and_never_too_short(void **state)
{
    (void)state;
    for (int64_t ms = 0; ms < (INT64_C(1) << 27); ms += 1 + ms / 37) {
        struct propagation_said said = said_of(&ms, 1);
        assert_in_range(said.p50_ms, ms, ms + ms / 8);
        assert_int_equal(said.p95_ms, said.p50_ms);
    }
    int64_t odd[] = {-5, INT64_MAX};
    assert_int_equal(said_of(&odd[0], 1).p50_ms, 0);
    assert_int_equal(said_of(&odd[1], 1).p50_ms, (1 << 27) - 1);
}

static void half_and_nineteen_of_twenty_are_not_longer(void **state)
{
    (void)state;
    int64_t ms[100];
    for (int i = 0; i < 100; i++)
        ms[i] = i < 50 ? 10 : i < 95 ? 100 : 100000;
    struct propagation_said said = said_of(ms, 100);
    assert_int_equal(said.samples, 100);
    assert_int_equal(said.p50_ms, 10);
    assert_in_range(said.p95_ms, 100, 112);
    ms[94] = 100000;
    assert_in_range(said_of(ms, 100).p95_ms, 100000, 112500);
}

static void what_is_older_than_a_day_no_longer_counts(void **state)
{
    (void)state;
    struct propagation *p = calloc(1, sizeof *p);
    assert_non_null(p);
    for (int64_t hour = 0; hour < 100; hour++) {
        propagation_add(p, (struct mono){hour * HOUR_MS}, hour);
        uint64_t expected = hour < 24 ? (uint64_t)hour + 1 : 24;
        assert_int_equal(propagation_say(p, (struct mono){hour * HOUR_MS + 1000}).samples, expected);
    }
    assert_int_equal(propagation_say(p, (struct mono){110 * HOUR_MS}).samples, 13);
    assert_int_equal(propagation_say(p, (struct mono){123 * HOUR_MS}).samples, 0);
    free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_sample_there_is_nothing_to_tell),
        cmocka_unit_test(a_length_is_told_too_long_by_an_eighth_at_most_and_never_too_short),
        cmocka_unit_test(half_and_nineteen_of_twenty_are_not_longer),
        cmocka_unit_test(what_is_older_than_a_day_no_longer_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
