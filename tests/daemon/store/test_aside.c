#include "daemon/store/aside.h"

#include "daemon/store/query.h"
#include "tests/help/store_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void put_aside(struct store *s, const struct commit *c, err_t why)
{
    struct buf carried = store_commit_carried(c);
    assert_int_equal(aside_put(s, c, buf_slice(&carried), why), ERR_OK);
    buf_fini(&carried);
}

static bool is_carried(const struct commit *c, struct slice got)
{
    struct buf carried = store_commit_carried(c);
    bool same = slice_equal(buf_slice(&carried), got);
    buf_fini(&carried);
    return same;
}

static struct log_head head_of(struct store *s, const struct log_id *log)
{
    struct log_head head = {0};
    assert_int_equal(oplog_head(s, log, &head), ERR_OK);
    return head;
}

/* Two commits that claim the same place of one log: the author signs twice from where it stood. */
static void fork_of(struct store_author *a, struct store_commit *out[2])
{
    struct store_author at = *a;
    out[0] = store_author_commit(a, 1, 20);
    at.clock += 1 << 20;
    out[1] = store_author_commit(&at, 2, 30);
    assert_int_equal(out[0]->c.seq, out[1]->c.seq);
    assert_memory_not_equal(out[0]->c.id, out[1]->c.id, HASH_BYTES);
}

static void nothing_is_aside_at_first(void **state)
{
    struct store_fixture *f = *state;
    struct aside_row *rows = NULL;
    struct fork_proof *proofs = NULL;
    struct slice carried = slice_text("untouched");
    struct log_id log = {.incarnation = 1};
    uint8_t zeros[HASH_BYTES] = {0};
    uint64_t n64 = 9, seq = 7;
    size_t n = 9;
    assert_int_equal(aside_list(f->s, &f->arena, &rows, &n), ERR_OK);
    assert_int_equal(n, 0);
    n = 9;
    assert_int_equal(forks_all(f->s, &f->arena, &proofs, &n), ERR_OK);
    assert_int_equal(n, 0);
    assert_int_equal(aside_count(f->s, &log, &n64), ERR_OK);
    assert_int_equal(n64, 0);
    assert_int_equal(aside_get(f->s, zeros, &f->arena, &carried), ERR_NOT_FOUND);
    assert_int_equal(aside_next(f->s, &log, 1, zeros, &f->arena, &carried), ERR_NOT_FOUND);
    assert_int_equal(forks_lowest(f->s, &log, 0, &seq), ERR_NOT_FOUND);
    assert_int_equal(aside_take_head(f->s, &log, ERR_CUT), ERR_NOT_FOUND);
    assert_int_equal(aside_drop(f->s, zeros), ERR_OK);
    /* Outputs only on success. */
    assert_true(slice_equal(carried, slice_text("untouched")));
    assert_int_equal(seq, 7);
}

static void what_is_put_aside_is_found_by_its_dot_and_by_what_it_follows(void **state)
{
    struct store_fixture *f = *state;
    struct store_author a;
    struct store_commit *c[3];
    struct slice carried;
    uint64_t n;
    store_author_init(&a, 1, 5);
    for (size_t i = 0; i < 3; i++) {
        c[i] = store_author_commit(&a, i + 1, 40);
        put_aside(f->s, &c[i]->c, i == 2 ? ERR_FORK : ERR_CUT);
    }
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(aside_get(f->s, c[i]->c.id, &f->arena, &carried), ERR_OK);
        assert_true(is_carried(&c[i]->c, carried));
        assert_int_equal(aside_next(f->s, &a.log, i + 1, c[i]->c.prev, &f->arena, &carried), ERR_OK);
        assert_true(is_carried(&c[i]->c, carried));
        assert_int_equal(aside_count_at(f->s, &a.log, i + 1, &n), ERR_OK);
        assert_int_equal(n, 1);
    }
    assert_int_equal(aside_count(f->s, &a.log, &n), ERR_OK);
    assert_int_equal(n, 3);
    /* The right place after another commit, and the right commit at another place. */
    assert_int_equal(aside_next(f->s, &a.log, 2, c[2]->c.prev, &f->arena, &carried), ERR_NOT_FOUND);
    assert_int_equal(aside_next(f->s, &a.log, 4, c[1]->c.prev, &f->arena, &carried), ERR_NOT_FOUND);
    struct log_id other = a.log;
    other.incarnation++;
    assert_int_equal(aside_next(f->s, &other, 2, c[1]->c.prev, &f->arena, &carried), ERR_NOT_FOUND);
    assert_int_equal(aside_count(f->s, &other, &n), ERR_OK);
    assert_int_equal(n, 0);
    for (size_t i = 0; i < 3; i++)
        store_commit_free(c[i]);
}

static void a_commit_known_aside_is_left_as_it_is(void **state)
{
    struct store_fixture *f = *state;
    struct store_author a;
    struct aside_row *rows = NULL;
    struct slice carried;
    size_t n = 0;
    store_author_init(&a, 1, 5);
    struct store_commit *c = store_author_commit(&a, 1, 40);
    put_aside(f->s, &c->c, ERR_CUT);
    enum body_state was = c->c.ops[0].state;
    c->c.ops[0].state = BODY_MISSING;
    put_aside(f->s, &c->c, ERR_FORK);
    c->c.ops[0].state = was;
    assert_int_equal(aside_list(f->s, &f->arena, &rows, &n), ERR_OK);
    assert_int_equal(n, 1);
    assert_int_equal(rows[0].why, ERR_CUT);
    assert_int_equal(aside_get(f->s, c->c.id, &f->arena, &carried), ERR_OK);
    assert_true(is_carried(&c->c, carried));
    store_commit_free(c);
}

static void the_list_ascends_and_says_why(void **state)
{
    struct store_fixture *f = *state;
    static const err_t whys[] = {ERR_CUT, ERR_FORK};
    struct aside_row *rows = NULL;
    size_t n = 0;
    for (uint8_t seed = 3; seed > 0; seed--)
        for (uint64_t incarnation = 2; incarnation > 0; incarnation--) {
            struct store_author a;
            struct store_commit *c[2];
            store_author_init(&a, seed, incarnation);
            fork_of(&a, c);
            for (size_t i = 0; i < 2; i++) {
                put_aside(f->s, &c[i]->c, whys[i]);
                store_commit_free(c[i]);
            }
            struct store_commit *next = store_author_commit(&a, 1, 20);
            put_aside(f->s, &next->c, ERR_CUT);
            store_commit_free(next);
        }
    assert_int_equal(aside_list(f->s, &f->arena, &rows, &n), ERR_OK);
    assert_int_equal(n, 18);
    for (size_t i = 0; i < n; i++) {
        assert_true(rows[i].why == ERR_CUT || rows[i].why == ERR_FORK);
        if (!i)
            continue;
        int by_log = log_compare(&rows[i - 1].log, &rows[i].log);
        assert_true(by_log <= 0);
        if (by_log == 0)
            assert_true(
                rows[i - 1].seq < rows[i].seq ||
                (rows[i - 1].seq == rows[i].seq && memcmp(rows[i - 1].dot, rows[i].dot, sizeof rows[i].dot) < 0));
    }
}

/* Of two that claim one place each is found, and goes alone. */
static void a_commit_that_is_dropped_goes_alone(void **state)
{
    struct store_fixture *f = *state;
    struct store_author a;
    struct store_commit *c[2];
    struct slice carried;
    uint64_t n;
    store_author_init(&a, 1, 5);
    fork_of(&a, c);
    put_aside(f->s, &c[0]->c, ERR_FORK);
    put_aside(f->s, &c[1]->c, ERR_FORK);
    assert_int_equal(aside_count_at(f->s, &a.log, 1, &n), ERR_OK);
    assert_int_equal(n, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(aside_next(f->s, &a.log, 1, c[0]->c.prev, &f->arena, &carried), ERR_OK);
        struct commit *first = malloc(sizeof *first);
        assert_non_null(first);
        assert_int_equal(commit_decode(carried, first), ERR_OK);
        assert_int_equal(aside_drop(f->s, first->id), ERR_OK);
        assert_int_equal(aside_get(f->s, first->id, &f->arena, &carried), ERR_NOT_FOUND);
        assert_int_equal(aside_count(f->s, &a.log, &n), ERR_OK);
        assert_int_equal(n, 1 - i);
        free(first);
    }
    store_commit_free(c[0]);
    store_commit_free(c[1]);
}

/* ---- out of a log ---- */

static void a_head_taken_out_leaves_the_log_as_it_was_before_it_came(void **state)
{
    struct store_fixture *f = *state;
    struct store_author a, other;
    struct store_commit *c[3];
    struct log_head before[4];
    struct oplog_counts counts, counts_before[4];
    struct slice carried;
    int64_t row;
    store_author_init(&a, 1, 5);
    store_author_init(&other, 2, 6);
    store_author_put(&other, f->s, 3);
    assert_int_equal(store_begin(f->s), ERR_OK);
    for (size_t i = 0; i < 3; i++) {
        c[i] = store_author_commit(&a, 4 - i, 40);
        if (i)
            before[i] = head_of(f->s, &a.log);
        assert_int_equal(oplog_counts(f->s, &counts_before[i]), ERR_OK);
        assert_int_equal(oplog_put(f->s, &c[i]->c, &row), ERR_OK);
    }
    for (size_t i = 3; i-- > 0;) {
        assert_int_equal(aside_take_head(f->s, &a.log, i ? ERR_FORK : ERR_CUT), ERR_OK);
        struct log_head now = head_of(f->s, &a.log);
        assert_int_equal(now.seq, i);
        if (i) {
            assert_memory_equal(now.id, before[i].id, HASH_BYTES);
            assert_true(now.clock == before[i].clock);
        } else {
            assert_true(now.clock == 0);
        }
        assert_int_equal(oplog_counts(f->s, &counts), ERR_OK);
        assert_int_equal(counts.commits, counts_before[i].commits);
        assert_int_equal(counts.ops, counts_before[i].ops);
        assert_int_equal(oplog_by_dot(f->s, c[i]->c.id, &row), ERR_NOT_FOUND);
        assert_int_equal(aside_get(f->s, c[i]->c.id, &f->arena, &carried), ERR_OK);
        assert_true(is_carried(&c[i]->c, carried));
    }
    assert_int_equal(aside_take_head(f->s, &a.log, ERR_CUT), ERR_NOT_FOUND);
    /* And they go in again, one after the other, as aside_next hands them out. */
    uint8_t prev[HASH_BYTES] = {0};
    for (size_t i = 0; i < 3; i++) {
        struct commit *again = malloc(sizeof *again);
        assert_non_null(again);
        assert_int_equal(aside_next(f->s, &a.log, i + 1, prev, &f->arena, &carried), ERR_OK);
        assert_int_equal(commit_decode(carried, again), ERR_OK);
        assert_int_equal(oplog_put(f->s, again, &row), ERR_OK);
        assert_int_equal(aside_drop(f->s, again->id), ERR_OK);
        memcpy(prev, again->id, HASH_BYTES);
        free(again);
    }
    assert_int_equal(head_of(f->s, &a.log).seq, 3);
    assert_int_equal(head_of(f->s, &other.log).seq, 1);
    assert_int_equal(store_commit(f->s), ERR_OK);
    for (size_t i = 0; i < 3; i++)
        store_commit_free(c[i]);
}

/* ---- fork proofs ---- */

static bool put_fork(struct store *s, struct store_commit *const c[2])
{
    struct buf one = store_commit_carried(&c[0]->c), other = store_commit_carried(&c[1]->c);
    bool ordered = memcmp(c[0]->c.id, c[1]->c.id, HASH_BYTES) < 0, fresh = false;
    struct fork_proof proof = {.log = c[0]->c.log,
                               .seq = c[0]->c.seq,
                               .a = buf_slice(ordered ? &one : &other),
                               .b = buf_slice(ordered ? &other : &one)};
    assert_int_equal(forks_put(s, &proof, &fresh), ERR_OK);
    buf_fini(&one);
    buf_fini(&other);
    return fresh;
}

static void the_first_proof_of_a_place_is_enough(void **state)
{
    struct store_fixture *f = *state;
    struct store_author a;
    struct store_commit *c[2], *third;
    struct fork_proof *all = NULL;
    size_t n = 0;
    store_author_init(&a, 1, 5);
    struct store_author later = a;
    fork_of(&a, c);
    later.clock += UINT64_C(1) << 30;
    third = store_author_commit(&later, 1, 50);
    struct store_commit *second[] = {c[0], third};
    assert_true(put_fork(f->s, c));
    assert_false(put_fork(f->s, c));
    assert_false(put_fork(f->s, second));
    assert_int_equal(forks_all(f->s, &f->arena, &all, &n), ERR_OK);
    assert_int_equal(n, 1);
    bool ordered = memcmp(c[0]->c.id, c[1]->c.id, HASH_BYTES) < 0;
    assert_true(is_carried(&c[ordered ? 0 : 1]->c, all[0].a));
    assert_true(is_carried(&c[ordered ? 1 : 0]->c, all[0].b));
    store_commit_free(c[0]);
    store_commit_free(c[1]);
    store_commit_free(third);
}

static void the_lowest_proof_above_a_place_is_found_and_all_survive_closing(void **state)
{
    struct store_fixture *f = *state;
    struct store_author a, other;
    struct store_commit *c[2];
    struct fork_proof *all = NULL;
    struct aside_row *rows = NULL;
    uint64_t seq = 0;
    size_t n = 0;
    store_author_init(&a, 1, 5);
    store_author_init(&other, 1, 6);
    for (uint64_t at = 1; at <= 6; at++) {
        fork_of(&a, c);
        if (at % 2 == 0)
            assert_true(put_fork(f->s, c));
        put_aside(f->s, &c[1]->c, ERR_FORK);
        store_commit_free(c[0]);
        store_commit_free(c[1]);
    }
    store_fixture_again(f, STORE_WRITE);
    static const uint64_t lowest[] = {2, 2, 4, 4, 6, 6};
    for (uint64_t above = 0; above < 6; above++) {
        assert_int_equal(forks_lowest(f->s, &a.log, above, &seq), ERR_OK);
        assert_int_equal(seq, lowest[above]);
    }
    assert_int_equal(forks_lowest(f->s, &a.log, 6, &seq), ERR_NOT_FOUND);
    assert_int_equal(forks_lowest(f->s, &other.log, 0, &seq), ERR_NOT_FOUND);
    assert_int_equal(forks_all(f->s, &f->arena, &all, &n), ERR_OK);
    assert_int_equal(n, 3);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(all[i].seq, 2 * (i + 1));
    assert_int_equal(aside_list(f->s, &f->arena, &rows, &n), ERR_OK);
    assert_int_equal(n, 6);
}

/* ---- what fails ---- */

static void what_is_written_and_not_committed_is_not_there(void **state)
{
    struct store_fixture *f = *state;
    struct store_author a;
    struct aside_row *rows = NULL;
    size_t n = 9;
    store_author_init(&a, 1, 5);
    store_author_put(&a, f->s, 2);
    assert_int_equal(store_begin(f->s), ERR_OK);
    assert_int_equal(aside_take_head(f->s, &a.log, ERR_CUT), ERR_OK);
    store_rollback(f->s);
    assert_int_equal(aside_list(f->s, &f->arena, &rows, &n), ERR_OK);
    assert_int_equal(n, 0);
    assert_int_equal(head_of(f->s, &a.log).seq, 1);
}

static void a_store_open_for_reading_takes_nothing(void **state)
{
    struct store_fixture *f = *state;
    struct store_author a;
    struct fork_proof proof = {.seq = 1, .a = slice_text("a"), .b = slice_text("b")};
    struct slice carried;
    bool fresh = true;
    store_author_init(&a, 1, 5);
    struct store_commit *c = store_author_commit(&a, 1, 40);
    put_aside(f->s, &c->c, ERR_CUT);
    store_author_init(&a, 2, 5);
    store_author_put(&a, f->s, 2);
    store_fixture_again(f, STORE_READ);
    assert_int_equal(aside_put(f->s, &c->c, slice_text("x"), ERR_CUT), ERR_READ_ONLY);
    assert_int_equal(aside_drop(f->s, c->c.id), ERR_READ_ONLY);
    assert_int_equal(aside_take_head(f->s, &a.log, ERR_CUT), ERR_READ_ONLY);
    assert_int_equal(forks_put(f->s, &proof, &fresh), ERR_READ_ONLY);
    assert_true(fresh); /* outputs only on success */
    assert_int_equal(aside_get(f->s, c->c.id, &f->arena, &carried), ERR_OK);
    assert_int_equal(head_of(f->s, &a.log).seq, 1);
    store_commit_free(c);
}

static void a_row_of_another_length_is_a_damaged_database(void **state)
{
    struct store_fixture *f = *state;
    struct aside_row *rows = NULL;
    struct fork_proof *all = NULL;
    static const char *const bad[] = {"INSERT INTO aside VALUES (x'00', zeroblob(32), 1, 1, zeroblob(32), 1409, x'00')",
                                      "INSERT INTO forks VALUES (x'00', 1, 1, x'00', x'00')", NULL};
    size_t n = 9;
    assert_int_equal(query_script(f->s, bad), ERR_OK);
    assert_int_equal(aside_list(f->s, &f->arena, &rows, &n), ERR_DATABASE);
    assert_int_equal(forks_all(f->s, &f->arena, &all, &n), ERR_DATABASE);
    assert_int_equal(n, 9);
    assert_null(rows);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, store_fixture_setup, store_fixture_teardown)
    const struct CMUnitTest tests[] = {
        T(nothing_is_aside_at_first),
        T(what_is_put_aside_is_found_by_its_dot_and_by_what_it_follows),
        T(a_commit_known_aside_is_left_as_it_is),
        T(the_list_ascends_and_says_why),
        T(a_commit_that_is_dropped_goes_alone),
        T(a_head_taken_out_leaves_the_log_as_it_was_before_it_came),
        T(the_first_proof_of_a_place_is_enough),
        T(the_lowest_proof_above_a_place_is_found_and_all_survive_closing),
        T(what_is_written_and_not_committed_is_not_there),
        T(a_store_open_for_reading_takes_nothing),
        T(a_row_of_another_length_is_a_damaged_database),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
