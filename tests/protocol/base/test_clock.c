#include "protocol/base/clock.h"

#include <time.h>
#include <string.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

static void a_clock_is_the_wall_or_one_more_than_the_last(void **state)
{
    (void)state;
    uint64_t c = 0;
    assert_int_equal(clock_next((struct wall){1000}, 0, &c), ERR_OK);
    assert_int_equal(c, 1000u << 16);
    assert_int_equal(clock_next((struct wall){1000}, c, &c), ERR_OK);
    assert_int_equal(c, (1000u << 16) + 1);
    assert_int_equal(clock_next((struct wall){1}, c, &c), ERR_OK); /* the wall went back; the log's clock does not */
    assert_int_equal(c, (1000u << 16) + 2);
    assert_int_equal(clock_next((struct wall){1001}, c, &c), ERR_OK);
    assert_int_equal(c, 1001u << 16);
    assert_int_equal(clock_wall(c + 5).ms, 1001);
    assert_int_equal(clock_next((struct wall){-5}, 0, &c), ERR_OK);
    assert_int_equal(c, 1);
}

static void a_clock_at_or_past_2200_is_refused(void **state)
{
    (void)state;
    uint64_t end = (uint64_t)CLOCK_MAX_MS << 16, c = 7;
    assert_int_equal(clock_next((struct wall){CLOCK_MAX_MS}, 0, &c), ERR_CLOCK);
    assert_int_equal(clock_next((struct wall){1}, end - 1, &c), ERR_CLOCK);
    assert_int_equal(clock_next((struct wall){1}, UINT64_MAX, &c), ERR_CLOCK);
    assert_int_equal(c, 7);
    assert_int_equal(clock_next((struct wall){1}, end - 2, &c), ERR_OK);
    assert_true(c == end - 1);
    assert_true(clock_valid(end - 1));
    assert_false(clock_valid(end));
    assert_false(clock_valid(UINT64_MAX));
}

static void known_times_are_written_as_rfc3339(void **state)
{
    (void)state;
    static const struct {
        int64_t ms;
        const char *text;
    } times[] = {
        {0,                      "1970-01-01T00:00:00Z"},
        {-1,                     "1969-12-31T23:59:59Z"},
        {INT64_C(951782399999),  "2000-02-28T23:59:59Z"},
        {INT64_C(951782400000),  "2000-02-29T00:00:00Z"},
        {INT64_C(4107542400000), "2100-03-01T00:00:00Z"},
        {INT64_C(1795297260000), "2026-11-21T21:41:00Z"},
        {CLOCK_MAX_MS,           "2200-01-01T00:00:00Z"},
        {INT64_MAX,              "9999-12-31T23:59:59Z"},
        {INT64_MIN,              "0001-01-01T00:00:00Z"},
    };
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        char *out = malloc(RFC3339_LEN + 1);
        rfc3339_format((struct wall){times[i].ms}, out);
        assert_string_equal(out, times[i].text);
        free(out);
    }
}

static void every_week_of_three_centuries_agrees_with_the_library(void **state)
{
    (void)state;
    for (int64_t s = INT64_C(-2208988800); s < INT64_C(7258118400); s += 7 * 86400 + 3661) {
        time_t t = (time_t)s;
        struct tm tm;
        char ours[RFC3339_LEN + 1], theirs[64];
        gmtime_r(&t, &tm);
        strftime(theirs, sizeof theirs, "%Y-%m-%dT%H:%M:%SZ", &tm);
        rfc3339_format((struct wall){s * 1000 + 999}, ours);
        assert_string_equal(ours, theirs);
    }
}

static void what_people_write_for_a_moment_is_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t ms;
    } good[] = {
        {"1970",                           0                     },
        {"2000-02-29",                     INT64_C(951782400000) },
        {"2100-03",                        INT64_C(4107542400000)},
        {"2026-11-21T21:41:00Z",           INT64_C(1795297260000)},
        {"2026-11-21T21:41",               INT64_C(1795297260000)},
        {"2026-11-21T21",                  INT64_C(1795294800000)},
        {"2026-11-21T22:41:00+01:00",      INT64_C(1795297260000)},
        {"2026-11-21T18:11:00.5-03:30",    INT64_C(1795297260500)},
        {"2026-11-21T21:41:00.123456789Z", INT64_C(1795297260123)},
        {"1969-12-31T23:59:59.999Z",       -1                    },
    };
    static const char *const bad[] = {"",
                                      "noon",
                                      "26-11-21",
                                      "2026-13",
                                      "2026-00-01",
                                      "2026-02-29",
                                      "2100-02-29",
                                      "2026-11-21T",
                                      "2026-11T21",
                                      "0000",
                                      "2026-11-21T24:00",
                                      "2026-11-21T21:60",
                                      "2026-1-2",
                                      "2026-11-21 ",
                                      "2026-11-21T21:41X",
                                      "2026-11-21T21:41:00+01",
                                      "2026-11-",
                                      "2026T10",
                                      "2026-11-21T21:41:00."};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct wall t = {7};
        assert_int_equal(rfc3339_read(good[i].text, &t), ERR_OK);
        assert_int_equal(t.ms, good[i].ms);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct wall t = {7};
        assert_int_equal(rfc3339_read(bad[i], &t), ERR_RANGE);
        assert_int_equal(t.ms, 7);
    }
    for (int64_t ms = INT64_C(-62135596800000); ms < CLOCK_MAX_MS; ms += INT64_C(123456789000)) {
        char text[RFC3339_LEN + 1];
        struct wall t;
        rfc3339_format((struct wall){ms}, text);
        assert_int_equal(rfc3339_read(text, &t), ERR_OK);
        assert_int_equal(t.ms, ms);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_clock_is_the_wall_or_one_more_than_the_last),
        cmocka_unit_test(a_clock_at_or_past_2200_is_refused),
        cmocka_unit_test(what_people_write_for_a_moment_is_read),
        cmocka_unit_test(known_times_are_written_as_rfc3339),
        cmocka_unit_test(every_week_of_three_centuries_agrees_with_the_library),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
