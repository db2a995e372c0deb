/* relayed: days on which commits came through others, kept until they are told. */
#include "daemon/store/relayed.h"

#include "tests/help/store_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct relayed at(uint8_t site, int64_t day)
{
    struct relayed r = {.day = day};
    memset(r.site, site, SITE_BYTES);
    return r;
}

static void put(struct store *s, uint8_t site, int64_t day)
{
    struct relayed r = at(site, day);
    assert_int_equal(relayed_put(s, &r), ERR_OK);
}

static void days_are_kept_once_and_listed_by_site(void **state)
{
    struct store_fixture *f = *state;
    struct relayed *rows = NULL, one = at(2, 12), none = at(2, 13);
    struct arena arena = {0};
    int64_t first = 0;
    size_t n = 0;
    bool has = true;
    assert_int_equal(relayed_first(f->s, &first), ERR_NOT_FOUND);
    put(f->s, 2, 12);
    put(f->s, 2, 12);
    put(f->s, 1, 14);
    put(f->s, 2, 10);
    put(f->s, 3, 40);
    assert_int_equal(relayed_first(f->s, &first), ERR_OK);
    assert_int_equal(first, 10);
    assert_int_equal(relayed_has(f->s, &one, &has), ERR_OK);
    assert_true(has);
    assert_int_equal(relayed_has(f->s, &none, &has), ERR_OK);
    assert_false(has);
    assert_int_equal(relayed_list(f->s, 10, 40, &arena, &rows, &n), ERR_OK);
    assert_int_equal(n, 3);
    assert_int_equal(rows[0].site[0], 1);
    assert_int_equal(rows[1].day, 10);
    assert_int_equal(rows[2].day, 12);
    arena_fini(&arena);
}

static void what_was_told_goes_and_the_rest_stays(void **state)
{
    struct store_fixture *f = *state;
    struct relayed last = at(2, 0), *rows = NULL;
    struct arena arena = {0};
    size_t n = 0;
    for (uint8_t site = 1; site <= 3; site++)
        for (int64_t day = 10; day <= 40; day += 30)
            put(f->s, site, day);
    assert_int_equal(relayed_drop(f->s, 1, 32, last.site), ERR_OK);
    assert_int_equal(relayed_list(f->s, 0, INT64_MAX, &arena, &rows, &n), ERR_OK);
    assert_int_equal(n, 4); /* site 3 of that month, and all of the next */
    assert_int_equal(rows[2].site[0], 3);
    assert_int_equal(rows[2].day, 10);
    arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(days_are_kept_once_and_listed_by_site, store_fixture_setup,
                                        store_fixture_teardown),
        cmocka_unit_test_setup_teardown(what_was_told_goes_and_the_rest_stays, store_fixture_setup,
                                        store_fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
