#include "daemon/store/erased.h"

#include "daemon/store/query.h"
#include "tests/help/store_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct erasure asked_by(uint8_t target, uint8_t index, uint8_t site, uint64_t seq)
{
    struct erasure e = {
        .target = {{target},       index           },
          .by = {.site = {site}, .incarnation = 5},
          .by_seq = seq
    };
    return e;
}

static size_t count(struct store_fixture *f, const struct dot *target)
{
    struct erasure *all = NULL;
    size_t n = 0;
    assert_int_equal(erased_list(f->s, target, &f->arena, &all, &n), ERR_OK);
    return n;
}

/* ---- who asked ---- */

static void nobody_has_asked_at_first(void **state)
{
    struct store_fixture *f = *state;
    struct erasure e = asked_by(1, 0, 1, 1);
    uint8_t site[SITE_BYTES] = {1};
    bool any = true, changed = true;
    assert_int_equal(count(f, NULL), 0);
    assert_int_equal(count(f, &e.target), 0);
    assert_int_equal(erased_unask(f->s, &e), ERR_OK);
    assert_int_equal(erased_unask_early(f->s, &any), ERR_OK);
    assert_false(any);
    assert_false(erased_is_attested(f->s, &e.target, site));
    assert_int_equal(erased_unattest(f->s, &e), ERR_OK);
    assert_int_equal(erased_purge(f->s, &e.target, &changed), ERR_OK);
    assert_false(changed);
    changed = true;
    assert_int_equal(erased_void(f->s, &e.target, &changed), ERR_OK);
    assert_false(changed);
}

static void those_that_ask_are_listed_in_order_once_each(void **state)
{
    struct store_fixture *f = *state;
    struct erasure *all = NULL;
    size_t n = 0;
    for (uint8_t i = 0; i < 24; i++) {
        uint8_t k = (uint8_t)(i * 7 % 24);
        struct erasure e = asked_by((uint8_t)(k / 12), k / 6 % 2, (uint8_t)(k / 3 % 2), k % 3 + 1);
        assert_int_equal(erased_ask(f->s, &e, false), ERR_OK);
        assert_int_equal(erased_ask(f->s, &e, false), ERR_OK);
    }
    assert_int_equal(erased_list(f->s, NULL, &f->arena, &all, &n), ERR_OK);
    assert_int_equal(n, 24);
    for (size_t i = 1; i < n; i++) {
        int c = dot_compare(&all[i - 1].target, &all[i].target);
        int l = log_compare(&all[i - 1].by, &all[i].by);
        assert_true(c < 0 || (c == 0 && (l < 0 || (l == 0 && all[i - 1].by_seq < all[i].by_seq))));
    }
    struct dot one = asked_by(1, 1, 0, 0).target;
    assert_int_equal(count(f, &one), 6);
    one.index = 2;
    assert_int_equal(count(f, &one), 0);
}

/* What was told ahead becomes an op of its log when that comes; never the other way. */
static void an_early_one_becomes_certain_and_stays_so(void **state)
{
    struct store_fixture *f = *state;
    struct erasure *all = NULL, early = asked_by(1, 0, 1, 1), other = asked_by(1, 0, 2, 1);
    size_t n = 0;
    bool any = false;
    assert_int_equal(erased_ask(f->s, &early, true), ERR_OK);
    assert_int_equal(erased_ask(f->s, &other, true), ERR_OK);
    assert_int_equal(erased_ask(f->s, &early, false), ERR_OK);
    assert_int_equal(erased_ask(f->s, &early, true), ERR_OK);
    assert_int_equal(erased_list(f->s, &early.target, &f->arena, &all, &n), ERR_OK);
    assert_int_equal(n, 2);
    assert_false(all[0].early);
    assert_true(all[1].early);
    assert_int_equal(erased_unask_early(f->s, &any), ERR_OK);
    assert_true(any);
    assert_int_equal(count(f, NULL), 1);
    assert_int_equal(erased_unask_early(f->s, &any), ERR_OK);
    assert_false(any);
}

static void whoever_takes_back_takes_back_its_own_alone(void **state)
{
    struct store_fixture *f = *state;
    struct erasure a = asked_by(1, 0, 1, 1), b = asked_by(1, 0, 1, 2), c = asked_by(1, 0, 2, 1);
    assert_int_equal(erased_ask(f->s, &a, false), ERR_OK);
    assert_int_equal(erased_ask(f->s, &b, false), ERR_OK);
    assert_int_equal(erased_ask(f->s, &c, false), ERR_OK);
    assert_int_equal(erased_unask(f->s, &b), ERR_OK);
    assert_int_equal(erased_unask(f->s, &b), ERR_OK);
    assert_int_equal(count(f, &a.target), 2);
    store_fixture_again(f, STORE_WRITE);
    assert_int_equal(count(f, &a.target), 2);
}

static void attestations_are_each_sites_own(void **state)
{
    struct store_fixture *f = *state;
    struct erasure a_one = asked_by(1, 0, 1, 1), b_one = asked_by(1, 0, 2, 1), b_two = asked_by(1, 1, 2, 1);
    assert_int_equal(erased_attest(f->s, &a_one), ERR_OK);
    assert_int_equal(erased_attest(f->s, &a_one), ERR_OK);
    assert_int_equal(erased_attest(f->s, &b_one), ERR_OK);
    assert_int_equal(erased_attest(f->s, &b_two), ERR_OK);
    store_fixture_again(f, STORE_WRITE);
    assert_true(erased_is_attested(f->s, &a_one.target, a_one.by.site));
    assert_false(erased_is_attested(f->s, &b_two.target, a_one.by.site));
    assert_int_equal(erased_unattest(f->s, &b_one), ERR_OK);
    assert_true(erased_is_attested(f->s, &a_one.target, a_one.by.site));
    assert_false(erased_is_attested(f->s, &b_one.target, b_one.by.site));
    assert_true(erased_is_attested(f->s, &b_two.target, b_two.by.site));
}

static void what_one_site_attests_twice_stays_while_one_commit_does(void **state)
{
    struct store_fixture *f = *state;
    struct erasure first = asked_by(1, 0, 1, 1), again = asked_by(1, 0, 1, 2);
    assert_int_equal(erased_attest(f->s, &first), ERR_OK);
    assert_int_equal(erased_attest(f->s, &again), ERR_OK);
    assert_int_equal(erased_unattest(f->s, &again), ERR_OK);
    assert_true(erased_is_attested(f->s, &first.target, first.by.site));
    assert_int_equal(erased_unattest(f->s, &first), ERR_OK);
    assert_false(erased_is_attested(f->s, &first.target, first.by.site));
}

/* ---- erasing ---- */

struct held {
    struct store_author a;
    struct store_commit *c;
    int64_t row;
};

static void hold(struct store_fixture *f, struct held *h)
{
    store_author_init(&h->a, 1, 5);
    h->c = store_author_commit(&h->a, 3, 60);
    assert_int_equal(oplog_put(f->s, &h->c->c, &h->row), ERR_OK);
}

static struct commit *stored(struct store_fixture *f, const struct held *h)
{
    struct commit *c = arena_alloc(&f->arena, 1, sizeof *c);
    assert_non_null(c);
    assert_int_equal(oplog_get_row(f->s, h->row, &f->arena, c), ERR_OK);
    return c;
}

static void a_purged_body_goes_with_its_salt_and_leaves_its_siblings(void **state)
{
    struct store_fixture *f = *state;
    struct held h;
    bool changed = false;
    hold(f, &h);
    struct dot dot = dot_of(h.c->c.id, 1);
    assert_int_equal(erased_purge(f->s, &dot, &changed), ERR_OK);
    assert_true(changed);
    assert_int_equal(erased_purge(f->s, &dot, &changed), ERR_OK);
    assert_false(changed);
    store_fixture_again(f, STORE_WRITE);
    struct commit *now = stored(f, &h);
    assert_int_equal(now->ops[1].state, BODY_ERASED);
    assert_int_equal(now->ops[1].body.len, 0);
    for (size_t i = 0; i < 3; i += 2) {
        assert_int_equal(now->ops[i].state, BODY_PRESENT);
        assert_int_equal(commit_check_body(&now->ops[i]), ERR_OK);
    }
    store_commit_free(h.c);
}

static void an_index_past_the_commits_ops_is_nothing(void **state)
{
    struct store_fixture *f = *state;
    struct held h;
    bool changed = true;
    hold(f, &h);
    store_author_put(&h.a, f->s, 3); /* the next rows are another's */
    struct dot dot = dot_of(h.c->c.id, 3);
    assert_int_equal(erased_purge(f->s, &dot, &changed), ERR_OK);
    assert_false(changed);
    dot.index = 255;
    assert_int_equal(erased_purge(f->s, &dot, &changed), ERR_OK);
    assert_false(changed);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(stored(f, &h)->ops[i].state, BODY_PRESENT);
    store_commit_free(h.c);
}

static void what_was_voided_is_a_hole_that_can_be_filled(void **state)
{
    struct store_fixture *f = *state;
    struct held h;
    struct oplog_counts counts;
    bool changed = true;
    hold(f, &h);
    struct dot dot = dot_of(h.c->c.id, 2);
    assert_int_equal(erased_void(f->s, &dot, &changed), ERR_OK);
    assert_false(changed); /* a body that is there is no hole */
    assert_int_equal(erased_purge(f->s, &dot, &changed), ERR_OK);
    assert_int_equal(erased_void(f->s, &dot, &changed), ERR_OK);
    assert_true(changed);
    assert_int_equal(oplog_counts(f->s, &counts), ERR_OK);
    assert_int_equal(counts.holes, 1);
    assert_int_equal(oplog_fill(f->s, h.row * 256 + 2, h.c->salt[2], h.c->c.ops[2].body), ERR_OK);
    struct commit *now = stored(f, &h);
    assert_int_equal(now->ops[2].state, BODY_PRESENT);
    assert_int_equal(commit_check_body(&now->ops[2]), ERR_OK);
    store_commit_free(h.c);
}

/* A hole that is erased is one no longer: nobody is asked for it. */
static void a_hole_is_erased_as_well(void **state)
{
    struct store_fixture *f = *state;
    struct held h;
    struct oplog_counts counts;
    bool changed = false;
    store_author_init(&h.a, 1, 5);
    h.c = store_author_commit(&h.a, 1, 60);
    h.c->c.ops[0].state = BODY_MISSING;
    assert_int_equal(oplog_put(f->s, &h.c->c, &h.row), ERR_OK);
    struct dot dot = dot_of(h.c->c.id, 0);
    assert_int_equal(erased_purge(f->s, &dot, &changed), ERR_OK);
    assert_true(changed);
    assert_int_equal(oplog_counts(f->s, &counts), ERR_OK);
    assert_int_equal(counts.holes, 0);
    store_commit_free(h.c);
}

static void assert_only_gone(struct store_fixture *f, struct slice carried, const struct commit *was, size_t gone)
{
    struct commit *now = arena_alloc(&f->arena, 1, sizeof *now);
    assert_non_null(now);
    assert_int_equal(commit_decode(carried, now), ERR_OK);
    assert_memory_equal(now->id, was->id, HASH_BYTES);
    for (size_t i = 0; i < was->ops_n; i++) {
        assert_int_equal(now->ops[i].state, i == gone ? BODY_ERASED : BODY_PRESENT);
        if (i != gone)
            assert_int_equal(commit_check_body(&now->ops[i]), ERR_OK);
    }
}

static void it_goes_from_what_is_aside_and_from_proofs_on_either_side(void **state)
{
    struct store_fixture *f = *state;
    struct store_author a, again;
    struct fork_proof *all = NULL;
    struct slice carried;
    size_t n = 0;
    bool changed = false, fresh = false;
    store_author_init(&a, 1, 5);
    again = a;
    again.clock += 1 << 20;
    struct store_commit *c[] = {store_author_commit(&a, 2, 60), store_author_commit(&again, 3, 60)};
    size_t low = memcmp(c[0]->c.id, c[1]->c.id, HASH_BYTES) < 0 ? 0 : 1;
    struct buf both[] = {store_commit_carried(&c[0]->c), store_commit_carried(&c[1]->c)};
    struct fork_proof proof = {.log = a.log, .seq = 1, .a = buf_slice(&both[low]), .b = buf_slice(&both[1 - low])};
    assert_int_equal(forks_put(f->s, &proof, &fresh), ERR_OK);
    assert_int_equal(aside_put(f->s, &c[0]->c, buf_slice(&both[0]), ERR_FORK), ERR_OK);
    for (size_t i = 0; i < 2; i++) {
        struct dot dot = dot_of(c[i]->c.id, 1);
        assert_int_equal(erased_purge(f->s, &dot, &changed), ERR_OK);
        assert_true(changed);
        assert_int_equal(erased_purge(f->s, &dot, &changed), ERR_OK);
        assert_false(changed);
    }
    store_fixture_again(f, STORE_WRITE);
    assert_int_equal(aside_get(f->s, c[0]->c.id, &f->arena, &carried), ERR_OK);
    assert_only_gone(f, carried, &c[0]->c, 1);
    assert_int_equal(forks_all(f->s, &f->arena, &all, &n), ERR_OK);
    assert_int_equal(n, 1);
    assert_only_gone(f, all[0].a, &c[low]->c, 1);
    assert_only_gone(f, all[0].b, &c[1 - low]->c, 1);
    for (size_t i = 0; i < 2; i++) {
        buf_fini(&both[i]);
        store_commit_free(c[i]);
    }
}

static void what_cannot_be_read_aside_is_said(void **state)
{
    struct store_fixture *f = *state;
    struct store_author a;
    bool changed = false;
    store_author_init(&a, 1, 5);
    struct store_commit *c = store_author_commit(&a, 1, 60);
    assert_int_equal(aside_put(f->s, &c->c, slice_text("no commit"), ERR_FORK), ERR_OK);
    struct dot dot = dot_of(c->c.id, 0);
    assert_int_not_equal(erased_purge(f->s, &dot, &changed), ERR_OK);
    store_commit_free(c);
}

/* ---- the write-ahead log ---- */

static void a_flush_empties_the_write_ahead_log_unless_somebody_reads_in_it(void **state)
{
    struct store_fixture *f = *state;
    struct store *reader = NULL;
    struct why why = {0};
    struct held h;
    char wal[112];
    bool changed = false;
    snprintf(wal, sizeof wal, "%s-wal", f->path);
    hold(f, &h);
    assert_int_equal(store_open(f->path, STORE_READ, &reader, &why), ERR_OK);
    assert_int_equal(store_begin(reader), ERR_OK);
    struct log_head head;
    assert_int_equal(oplog_head(reader, &h.a.log, &head), ERR_OK);
    struct dot dot = dot_of(h.c->c.id, 0);
    assert_int_equal(erased_purge(f->s, &dot, &changed), ERR_OK);
    sqlite3_busy_timeout(f->s->db, 1);
    assert_int_equal(erased_flush(f->s), ERR_LOCKED);
    assert_int_not_equal(store_fixture_size(wal), 0);
    assert_int_equal(store_commit(reader), ERR_OK);
    assert_int_equal(erased_flush(f->s), ERR_OK);
    assert_int_equal(store_fixture_size(wal), 0);
    store_close(reader);
    store_commit_free(h.c);
}

static void a_store_open_for_reading_erases_nothing(void **state)
{
    struct store_fixture *f = *state;
    struct held h;
    struct erasure e = asked_by(1, 0, 1, 1);
    bool changed = true, any = true;
    hold(f, &h);
    assert_int_equal(erased_ask(f->s, &e, true), ERR_OK);
    store_fixture_again(f, STORE_READ);
    struct dot dot = dot_of(h.c->c.id, 0);
    assert_int_equal(erased_purge(f->s, &dot, &changed), ERR_READ_ONLY);
    assert_false(changed);
    assert_int_equal(erased_ask(f->s, &e, false), ERR_READ_ONLY);
    assert_int_equal(erased_unask(f->s, &e), ERR_READ_ONLY);
    assert_int_equal(erased_unask_early(f->s, &any), ERR_READ_ONLY);
    assert_true(any);
    assert_int_equal(erased_attest(f->s, &e), ERR_READ_ONLY);
    assert_int_equal(erased_unattest(f->s, &e), ERR_READ_ONLY);
    assert_int_equal(count(f, NULL), 1);
    assert_int_equal(stored(f, &h)->ops[0].state, BODY_PRESENT);
    store_commit_free(h.c);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, store_fixture_setup, store_fixture_teardown)
    const struct CMUnitTest tests[] = {
        T(nobody_has_asked_at_first),
        T(those_that_ask_are_listed_in_order_once_each),
        T(an_early_one_becomes_certain_and_stays_so),
        T(whoever_takes_back_takes_back_its_own_alone),
        T(attestations_are_each_sites_own),
        T(what_one_site_attests_twice_stays_while_one_commit_does),
        T(a_purged_body_goes_with_its_salt_and_leaves_its_siblings),
        T(an_index_past_the_commits_ops_is_nothing),
        T(what_was_voided_is_a_hole_that_can_be_filled),
        T(a_hole_is_erased_as_well),
        T(it_goes_from_what_is_aside_and_from_proofs_on_either_side),
        T(what_cannot_be_read_aside_is_said),
        T(a_flush_empties_the_write_ahead_log_unless_somebody_reads_in_it),
        T(a_store_open_for_reading_erases_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
