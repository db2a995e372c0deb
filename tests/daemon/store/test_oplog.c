#include "tests/help/store_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

static void assert_carried(struct store_fixture *f, const struct commit *want, uint64_t seq)
{
    struct buf got, expected = store_commit_carried(want);
    buf_init(&got, LIMIT_COMMIT_BYTES);
    assert_int_equal(oplog_carried(f->s, &want->log, seq, &got), ERR_OK);
    assert_int_equal(got.len, expected.len);
    assert_memory_equal(got.at, expected.at, got.len);
    buf_fini(&got);
    buf_fini(&expected);
}

static void a_commit_comes_back_byte_for_byte(void **state)
{
    struct store_fixture *f = *state;
    struct store_author a;
    int64_t row = 0, by_dot = 0;
    struct commit *got = test_malloc(sizeof *got);
    store_author_init(&a, 1, 42);
    struct store_commit *m = store_author_commit(&a, 3, 900);
    m->c.ops[1].state = BODY_ERASED;
    m->c.ops[2].state = BODY_MISSING;
    assert_int_equal(oplog_put(f->s, &m->c, &row), ERR_OK);
    store_fixture_again(f, STORE_READ);
    assert_carried(f, &m->c, 1);
    assert_int_equal(oplog_get(f->s, &a.log, 1, &f->arena, got), ERR_OK);
    assert_memory_equal(got->id, m->c.id, HASH_BYTES);
    assert_int_equal(got->ops_n, 3);
    assert_true(slice_equal(got->envelope, m->c.envelope));
    assert_true(slice_equal(got->ops[0].body, m->c.ops[0].body));
    assert_memory_equal(got->ops[0].salt, m->c.ops[0].salt, SALT_BYTES);
    assert_int_equal(commit_check_body(&got->ops[0]), ERR_OK);
    assert_int_equal(got->ops[1].state, BODY_ERASED);
    assert_int_equal(got->ops[2].state, BODY_MISSING);
    assert_int_equal(oplog_by_dot(f->s, m->c.id, &by_dot), ERR_OK);
    assert_int_equal(by_dot, row);
    assert_int_equal(oplog_get_row(f->s, row, &f->arena, got), ERR_OK);
    assert_int_equal(got->seq, 1);
    test_free(got);
    store_commit_free(m);
}

static void a_full_commit_of_256_ops_keeps_each_body(void **state)
{
    struct store_fixture *f = *state;
    struct store_author a;
    int64_t row = 0, next = 0;
    store_author_init(&a, 1, 42);
    struct store_commit *m = store_author_commit(&a, LIMIT_OPS, 30);
    assert_int_equal(oplog_put(f->s, &m->c, &row), ERR_OK);
    next = store_author_put(&a, f->s, 1);
    assert_true(next > row);
    assert_carried(f, &m->c, 1);
    store_commit_free(m);
}

static void what_is_not_there_is_not_found(void **state)
{
    struct store_fixture *f = *state;
    struct store_author a;
    struct log_head head;
    struct buf out;
    uint8_t dot[16] = {9};
    int64_t row = 77;
    struct commit *c = test_malloc(sizeof *c);
    store_author_init(&a, 1, 42);
    buf_init(&out, 1000);
    buf_byte(&out, 'x');
    assert_int_equal(oplog_head(f->s, &a.log, &head), ERR_NOT_FOUND);
    assert_int_equal(oplog_carried(f->s, &a.log, 1, &out), ERR_NOT_FOUND);
    assert_int_equal(out.len, 1);
    assert_int_equal(oplog_get(f->s, &a.log, 1, &f->arena, c), ERR_NOT_FOUND);
    assert_int_equal(oplog_get_row(f->s, 1, &f->arena, c), ERR_NOT_FOUND);
    assert_int_equal(oplog_by_dot(f->s, dot, &row), ERR_NOT_FOUND);
    assert_int_equal(oplog_next_row(f->s, 0, &row), ERR_NOT_FOUND);
    assert_int_equal(row, 77);
    assert_int_equal(oplog_last_row(f->s, &row), ERR_OK);
    assert_int_equal(row, 0);
    buf_fini(&out);
    test_free(c);
}

static void a_commit_that_does_not_follow_its_head_is_refused(void **state)
{
    struct store_fixture *f = *state;
    struct store_author a, twin;
    int64_t row = 0;
    store_author_init(&a, 1, 42);
    store_author_init(&twin, 1, 42);
    store_author_put(&a, f->s, 1);
    struct store_commit *first = store_author_commit(&twin, 2, 40); /* another one of the same place */
    struct store_commit *second = store_author_commit(&twin, 2, 40);
    struct store_commit *third = store_author_commit(&a, 1, 40);
    struct store_commit *gap = store_author_commit(&a, 1, 40);
    assert_int_equal(oplog_put(f->s, &first->c, &row), ERR_CHAIN);
    assert_int_equal(oplog_put(f->s, &second->c, &row), ERR_CHAIN);
    assert_int_equal(oplog_put(f->s, &gap->c, &row), ERR_CHAIN);
    assert_int_equal(oplog_put(f->s, &third->c, &row), ERR_OK);
    store_commit_free(first);
    store_commit_free(second);
    store_commit_free(third);
    store_commit_free(gap);
}

static void heads_come_in_the_order_of_site_and_incarnation(void **state)
{
    struct store_fixture *f = *state;
    struct store_author a, b, older;
    struct log_head *heads = NULL, one;
    size_t n = 0;
    store_author_init(&a, 1, 900);
    store_author_init(&b, 2, 3);
    store_author_init(&older, 1, 50);
    store_author_put(&a, f->s, 2);
    store_author_put(&b, f->s, 1);
    store_author_put(&older, f->s, 1);
    store_author_put(&a, f->s, 1);
    assert_int_equal(oplog_heads(f->s, &f->arena, &heads, &n), ERR_OK);
    assert_int_equal(n, 3);
    for (size_t i = 1; i < n; i++)
        assert_true(log_compare(&heads[i - 1].log, &heads[i].log) < 0);
    assert_int_equal(oplog_head(f->s, &a.log, &one), ERR_OK);
    assert_int_equal(one.seq, 2);
    assert_int_equal(one.clock, a.clock);
    assert_memory_equal(one.id, a.prev, HASH_BYTES);
    assert_int_equal(one.held, ERR_OK);
}

static void a_held_log_says_why_until_it_is_lifted(void **state)
{
    struct store_fixture *f = *state;
    struct store_author a;
    struct log_head head;
    struct oplog_counts counts;
    store_author_init(&a, 1, 42);
    assert_int_equal(oplog_hold(f->s, &a.log, ERR_SIGNATURE), ERR_OK); /* an empty one */
    assert_int_equal(oplog_head(f->s, &a.log, &head), ERR_OK);
    assert_int_equal(head.held, ERR_SIGNATURE);
    assert_int_equal(head.seq, 0);
    assert_int_equal(oplog_counts(f->s, &counts), ERR_OK);
    assert_int_equal(counts.held, 1);
    assert_int_equal(oplog_hold(f->s, &a.log, ERR_OK), ERR_OK);
    store_author_put(&a, f->s, 1);
    assert_int_equal(oplog_hold(f->s, &a.log, ERR_FORK), ERR_OK);
    store_fixture_again(f, STORE_WRITE);
    assert_int_equal(oplog_head(f->s, &a.log, &head), ERR_OK);
    assert_int_equal(head.held, ERR_FORK);
    assert_int_equal(head.seq, 1);
}

static void a_hole_is_counted_until_it_is_filled(void **state)
{
    struct store_fixture *f = *state;
    struct store_author a;
    struct oplog_counts counts;
    int64_t row = 0;
    store_author_init(&a, 1, 42);
    struct store_commit *m = store_author_commit(&a, 2, 100);
    m->c.ops[1].state = BODY_MISSING;
    assert_int_equal(oplog_put(f->s, &m->c, &row), ERR_OK);
    store_author_put(&a, f->s, 3);
    assert_int_equal(oplog_counts(f->s, &counts), ERR_OK);
    assert_int_equal(counts.commits, 2);
    assert_int_equal(counts.ops, 5);
    assert_int_equal(counts.holes, 1);
    assert_int_equal(counts.held, 0);
    assert_int_equal(oplog_fill(f->s, row * 256 + 1, m->salt[1], m->c.ops[1].body), ERR_OK);
    assert_int_equal(oplog_counts(f->s, &counts), ERR_OK);
    assert_int_equal(counts.holes, 0);
    m->c.ops[1].state = BODY_PRESENT;
    assert_carried(f, &m->c, 1);
    /* There is no hole any more, and an erased body is none. */
    assert_int_equal(oplog_fill(f->s, row * 256 + 1, m->salt[1], m->c.ops[1].body), ERR_NOT_FOUND);
    store_commit_free(m);
}

static void rows_are_walked_in_the_order_of_arrival(void **state)
{
    struct store_fixture *f = *state;
    struct store_author a, b;
    int64_t rows[4], at = 0, last = 0;
    store_author_init(&a, 1, 42);
    store_author_init(&b, 2, 42);
    rows[0] = store_author_put(&a, f->s, 1);
    rows[1] = store_author_put(&b, f->s, 1);
    rows[2] = store_author_put(&b, f->s, 1);
    rows[3] = store_author_put(&a, f->s, 1);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(oplog_next_row(f->s, at, &at), ERR_OK);
        assert_int_equal(at, rows[i]);
    }
    assert_int_equal(oplog_next_row(f->s, at, &at), ERR_NOT_FOUND);
    assert_int_equal(oplog_last_row(f->s, &last), ERR_OK);
    assert_int_equal(last, rows[3]);
}

static void a_rolled_back_commit_leaves_nothing(void **state)
{
    struct store_fixture *f = *state;
    struct store_author a;
    struct oplog_counts counts;
    struct log_head head;
    store_author_init(&a, 1, 42);
    assert_int_equal(store_begin(f->s), ERR_OK);
    store_author_put(&a, f->s, 2);
    store_rollback(f->s);
    assert_int_equal(oplog_head(f->s, &a.log, &head), ERR_NOT_FOUND);
    assert_int_equal(oplog_counts(f->s, &counts), ERR_OK);
    assert_int_equal(counts.commits, 0);
    assert_int_equal(counts.ops, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, store_fixture_setup, store_fixture_teardown)
        T(a_commit_comes_back_byte_for_byte),
        T(a_full_commit_of_256_ops_keeps_each_body),
        T(what_is_not_there_is_not_found),
        T(a_commit_that_does_not_follow_its_head_is_refused),
        T(heads_come_in_the_order_of_site_and_incarnation),
        T(a_held_log_says_why_until_it_is_lifted),
        T(a_hole_is_counted_until_it_is_filled),
        T(rows_are_walked_in_the_order_of_arrival),
        T(a_rolled_back_commit_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
