/* What was answered is given again while nothing was committed, and not for long. */
#include "daemon/scribe/copies.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static json_t *question(int year, const char *sites)
{
    return json_pack("{s:s, s:s, s:{s:i, s:s}}", "do", "report", "lang", "fr", "args", "year", year, "sites", sites);
}

static void put(struct copies *c, int year, int64_t state, int64_t ms, const char *text)
{
    json_t *q = question(year, "a");
    copies_put(c, q, state, (struct mono){ms}, slice_text(text));
    json_decref(q);
}

static void expect(struct copies *c, int year, const char *sites, int64_t state, int64_t ms, const char *text)
{
    json_t *q = question(year, sites);
    bool fresh = false;
    struct slice found = copies_find(c, q, state, (struct mono){ms}, &fresh);
    assert_true(slice_equal(fresh ? found : slice_text(""), slice_text(text)));
    json_decref(q);
}

static void the_same_question_gets_the_same_answer(void **state)
{
    struct copies c = {0};
    (void)state;
    put(&c, 2026, 7, 1000, "one");
    put(&c, 2025, 7, 1000, "other");
    expect(&c, 2026, "a", 7, 1001, "one");
    expect(&c, 2026, "how others are by now", 7, 1001, "one");
    expect(&c, 2025, "a", 7, 1001, "other");
    expect(&c, 2024, "a", 7, 1001, "");
    copies_fini(&c);
}

static void a_commit_or_two_minutes_end_it(void **state)
{
    struct copies c = {0};
    (void)state;
    put(&c, 2026, 7, 1000, "one");
    expect(&c, 2026, "a", 8, 1001, "");
    put(&c, 2026, 7, 1000, "one");
    expect(&c, 2026, "a", 7, 1000 + COPIES_MAX_MS - 1, "one");
    expect(&c, 2026, "a", 7, 1000 + COPIES_MAX_MS, "");
    copies_fini(&c);
}

static void one_that_is_no_longer_fresh_is_there_for_a_while(void **state)
{
    struct copies c = {0};
    bool fresh = true;
    json_t *q = question(2026, "a");
    (void)state;
    put(&c, 2026, 7, 1000, "one");
    assert_true(slice_equal(copies_find(&c, q, 8, (struct mono){1001}, &fresh), slice_text("one")));
    assert_false(fresh);
    put(&c, 2026, 8, 2000, "two"); /* in its place */
    assert_true(slice_equal(copies_find(&c, q, 7, (struct mono){2001}, &fresh), slice_text("two")));
    assert_int_equal(copies_find(&c, q, 8, (struct mono){2000 + COPIES_OLD_MS}, &fresh).len, 0);
    assert_false(fresh);
    json_decref(q);
    copies_fini(&c);
}

static void the_oldest_makes_room(void **state)
{
    struct copies c = {0};
    (void)state;
    for (int i = 0; i <= COPIES_N; i++)
        put(&c, 2000 + i, 7, 1000 + i, "one");
    expect(&c, 2000, "a", 7, 1100, "");
    for (int i = 1; i <= COPIES_N; i++)
        expect(&c, 2000 + i, "a", 7, 1100, "one");
    copies_fini(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_question_gets_the_same_answer),
        cmocka_unit_test(a_commit_or_two_minutes_end_it),
        cmocka_unit_test(one_that_is_no_longer_fresh_is_there_for_a_while),
        cmocka_unit_test(the_oldest_makes_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
