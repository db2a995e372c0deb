/* amount: money and hours as people write them, exact. */
#include "daemon/cmd/amount.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void money_is_exact_to_the_cent(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t cents;
    } good[] = {
        {"0",               0             },
        {"1200",            120000        },
        {"1200.50",         120050        },
        {"1200,50",         120050        },
        {"1200,5",          120050        },
        {"0.07",            7             },
        {"999999999999.99", 99999999999999}
    };
    static const char *const bad[] = {"",    ".5",   "1.",    "1.005", "1,2,3",         "-1",
                                      "1e3", "12 €", "1 200", "abc",   "1000000000000", "1.5 "};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        uint64_t cents = 1;
        assert_int_equal(amount_read_money(good[i].text, &cents), ERR_OK);
        assert_int_equal(cents, good[i].cents);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        uint64_t cents = 42;
        assert_int_equal(amount_read_money(bad[i], &cents), ERR_MONEY);
        assert_int_equal(cents, 42);
    }
}

static void time_is_hours_or_hours_and_minutes(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t minutes;
    } good[] = {
        {"35",    2100},
        {"35h",   2100},
        {"35:00", 2100},
        {"35:30", 2130},
        {"35h05", 2105},
        {"0:07",  7   }
    };
    static const char *const bad[] = {"",       "h",    ":30",  "35:", "35:5", "35:60",
                                      "35:300", "35.5", "35 h", "-1",  "1d",   "1000000000000"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        uint64_t minutes = 1;
        assert_int_equal(amount_read_time(good[i].text, &minutes), ERR_OK);
        assert_int_equal(minutes, good[i].minutes);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        uint64_t minutes = 42;
        assert_int_equal(amount_read_time(bad[i], &minutes), ERR_HOURS);
        assert_int_equal(minutes, 42);
    }
}

static void amounts_are_shown_as_each_language_writes_them(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 256);
    amount_show_money(&b, "fr", 120050);
    buf_printf(&b, "|");
    amount_show_money(&b, "en", 7);
    buf_printf(&b, "|");
    amount_show_time(&b, 2100);
    buf_printf(&b, "|");
    amount_show_time(&b, 2105);
    assert_string_equal(buf_text(&b), "1200,50 €|€0.07|35 h|35 h 05");
    buf_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(money_is_exact_to_the_cent),
        cmocka_unit_test(time_is_hours_or_hours_and_minutes),
        cmocka_unit_test(amounts_are_shown_as_each_language_writes_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
