/* Which records changed here, in what order and when: dated by arrival, each at its last place, never backwards. */
#include "daemon/store/feed.h"
#include "tests/help/store_fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct slice record_of(uint8_t ally, uint8_t number, uint8_t room[RECORD_BYTES])
{
    memset(room, ally, ALLY_BYTES);
    memset(room + ALLY_BYTES, number, RECORD_BYTES - ALLY_BYTES);
    return slice_of(room, RECORD_BYTES);
}

/* A record looks like this from now on; whether that was news. */
static bool looks(struct store *s, uint8_t ally, uint8_t number, const char *canon, int64_t now_s)
{
    uint8_t room[RECORD_BYTES];
    struct slice record = record_of(ally, number, room);
    int64_t at_s = 0;
    bool noted = false;
    assert_int_equal(store_begin(s), ERR_OK);
    if (*canon)
        assert_int_equal(replica_put(s, ENTITY_RECORD, record, slice_text(canon)), ERR_OK);
    else
        assert_int_equal(replica_drop(s, ENTITY_RECORD, record), ERR_OK);
    assert_int_equal(feed_stamp(s, now_s, &at_s), ERR_OK);
    assert_int_equal(feed_note(s, record, at_s, &noted), ERR_OK);
    assert_int_equal(store_commit(s), ERR_OK);
    return noted;
}

/* Second bytes of the records' numbers, in the order given. */
static void expect_page(struct store_fixture *f, const struct feed_ask *ask, const char *numbers)
{
    struct feed_row *rows = NULL;
    size_t n = 0;
    uint64_t count = 0;
    assert_int_equal(feed_page(f->s, ask, &f->arena, &rows, &n), ERR_OK);
    assert_int_equal(feed_count(f->s, ask, &count), ERR_OK);
    assert_int_equal(n, strlen(numbers));
    assert_true(count >= n);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(rows[i].record[RECORD_BYTES - 1], numbers[i]);
}

static void a_record_that_changes_moves_to_the_end(void **state)
{
    struct store_fixture *f = *state;
    assert_true(looks(f->s, 1, 'a', "A", 100));
    assert_true(looks(f->s, 1, 'b', "B", 200));
    assert_true(looks(f->s, 2, 'c', "C", 300));
    assert_false(looks(f->s, 1, 'b', "B", 400));
    assert_true(looks(f->s, 1, 'a', "A2", 500));
    struct feed_ask ask = {.upto = INT64_MAX, .last_alone = true, .limit = 10};
    expect_page(f, &ask, "bca");
    ask.backwards = true;
    expect_page(f, &ask, "acb");
    ask.last_alone = false;
    expect_page(f, &ask, "acba");
    ask = (struct feed_ask){.upto = INT64_MAX, .last_alone = true, .limit = 1, .after = 2};
    expect_page(f, &ask, "c");
    uint8_t room[RECORD_BYTES];
    ask = (struct feed_ask){
        .upto = INT64_MAX, .ally = slice_of(record_of(2, 0, room).at, ALLY_BYTES), .limit = 10, .last_alone = true};
    expect_page(f, &ask, "c");
}

static void what_is_gone_stays_as_gone(void **state)
{
    struct store_fixture *f = *state;
    uint8_t room[RECORD_BYTES];
    struct feed_row row;
    assert_false(looks(f->s, 1, 'a', "", 100));
    assert_true(looks(f->s, 1, 'a', "A", 100));
    assert_true(looks(f->s, 1, 'a', "", 200));
    assert_false(looks(f->s, 1, 'a', "", 300));
    assert_int_equal(feed_of(f->s, record_of(1, 'a', room), &row), ERR_OK);
    assert_int_equal(row.at_s, 201);
    assert_true(row.last);
    assert_int_equal(feed_of(f->s, record_of(1, 'b', room), &row), ERR_NOT_FOUND);
    assert_int_equal(feed_at(f->s, 1, &row), ERR_OK);
    assert_false(row.last);
}

static void times_never_fall_though_the_clock_does(void **state)
{
    struct store_fixture *f = *state;
    int64_t after = 0, upto = 0;
    struct feed_span span;
    looks(f->s, 1, 'a', "A", 1000);
    looks(f->s, 1, 'b', "B", 400);
    looks(f->s, 1, 'c', "C", 2000);
    assert_int_equal(feed_span(f->s, &span), ERR_OK);
    assert_int_equal(span.oldest_s, 1001);
    assert_int_equal(span.newest_s, 2001);
    assert_int_equal(span.newest, 3);
    assert_int_equal(feed_between(f->s, 1001, 1001, &after, &upto), ERR_OK);
    assert_int_equal(after, 0);
    assert_int_equal(upto, 2);
    assert_int_equal(feed_between(f->s, 1002, 5000, &after, &upto), ERR_OK);
    assert_int_equal(after, 2);
    assert_int_equal(upto, 3);
    assert_int_equal(feed_between(f->s, 2002, 5000, &after, &upto), ERR_OK);
    assert_true(after >= upto);
}

static void what_a_slow_commit_made_late_is_dated_anew(void **state)
{
    struct store_fixture *f = *state;
    uint8_t room[RECORD_BYTES];
    struct feed_row row;
    looks(f->s, 1, 'a', "A", 1000);
    looks(f->s, 1, 'b', "B", 2000);
    assert_int_equal(feed_move(f->s, 2001, 2007), ERR_OK);
    assert_int_equal(feed_of(f->s, record_of(1, 'a', room), &row), ERR_OK);
    assert_int_equal(row.at_s, 1001);
    assert_int_equal(feed_of(f->s, record_of(1, 'b', room), &row), ERR_OK);
    assert_int_equal(row.at_s, 2007);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, store_fixture_setup, store_fixture_teardown)
        TEST(a_record_that_changes_moves_to_the_end),
        TEST(what_is_gone_stays_as_gone),
        TEST(times_never_fall_though_the_clock_does),
        TEST(what_a_slow_commit_made_late_is_dated_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
