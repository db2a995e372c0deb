#include "peers/reconcile.h"
#include "protocol/wire/wr.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#define HEADS_MAX 40

static uint32_t draw(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 16;
}

static struct msg_head head(uint8_t site, uint64_t incarnation, uint64_t seq)
{
    struct msg_head h = {.incarnation = incarnation, .seq = seq};
    memset(h.site, site, sizeof h.site);
    memset(h.id, (int)(seq % 251), sizeof h.id);
    return h;
}

/* Ascending heads of up to 8 sites × 4 logs, some of them empty. */
static size_t random_heads(uint32_t *seed, struct msg_head *out)
{
    size_t n = 0;
    for (uint8_t site = 0; site < 8; site++)
        for (uint64_t log = 0; log < 4; log++)
            if (draw(seed) % 3)
                out[n++] = head(site, log * 1000, draw(seed) % 5);
    return n;
}

static void wants_make_us_hold_the_greater_of_both(void **state)
{
    (void)state;
    uint32_t seed = 1;
    for (int round = 0; round < 500; round++) {
        struct arena arena = {0};
        struct msg_head ours[HEADS_MAX], theirs[HEADS_MAX];
        struct msg_want *wants, *back;
        struct reconcile_counts c, mirror;
        size_t a = random_heads(&seed, ours), b = random_heads(&seed, theirs), n, m;
        uint64_t behind = 0, ahead = 0;
        assert_true(reconcile_heads_ordered(ours, a) && reconcile_heads_ordered(theirs, b));
        assert_int_equal(reconcile_wants(ours, a, theirs, b, &arena, &wants, &n), ERR_OK);
        assert_int_equal(reconcile_wants(theirs, b, ours, a, &arena, &back, &m), ERR_OK);
        for (size_t i = 0; i < n; i++) {
            bool found = false;
            for (size_t j = 0; j < b; j++)
                if (!memcmp(theirs[j].site, wants[i].site, 32) && theirs[j].incarnation == wants[i].incarnation) {
                    found = true;
                    assert_int_equal(wants[i].last, theirs[j].seq);
                }
            assert_true(found);
            for (size_t j = 0; j < a; j++)
                if (!memcmp(ours[j].site, wants[i].site, 32) && ours[j].incarnation == wants[i].incarnation)
                    assert_int_equal(wants[i].first, ours[j].seq + 1);
            assert_true(wants[i].first >= 1 && wants[i].first <= wants[i].last);
            behind += wants[i].last - wants[i].first + 1;
        }
        for (size_t i = 0; i < m; i++)
            ahead += back[i].last - back[i].first + 1;
        reconcile_count(ours, a, theirs, b, &c);
        reconcile_count(theirs, b, ours, a, &mirror);
        assert_int_equal(c.behind, behind);
        assert_int_equal(c.ahead, ahead);
        assert_int_equal(mirror.behind, ahead);
        assert_int_equal(c.forked, 0);
        arena_fini(&arena);
    }
}

static void equal_heads_want_nothing_and_empty_lists_are_fine(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct msg_head heads[HEADS_MAX];
    struct msg_want *wants;
    struct msg_site *sites, *differ;
    uint32_t seed = 7;
    size_t n = random_heads(&seed, heads), count, sites_n;
    assert_int_equal(reconcile_wants(heads, n, heads, n, &arena, &wants, &count), ERR_OK);
    assert_int_equal(count, 0);
    assert_int_equal(reconcile_wants(NULL, 0, NULL, 0, &arena, &wants, &count), ERR_OK);
    assert_int_equal(count, 0);
    assert_int_equal(reconcile_sites(NULL, 0, &arena, &sites, &count), ERR_OK);
    assert_int_equal(count, 0);
    assert_int_equal(reconcile_sites(heads, n, &arena, &sites, &sites_n), ERR_OK);
    assert_int_equal(reconcile_differing(sites, sites_n, sites, sites_n, &arena, &differ, &count), ERR_OK);
    assert_int_equal(count, 0);
    arena_fini(&arena);
}

static void hostile_seqs_do_not_wrap_the_counts(void **state)
{
    (void)state;
    struct msg_head theirs[3] = {head(1, 0, UINT64_MAX), head(1, 1, UINT64_MAX), head(2, 0, 5)};
    struct reconcile_counts c;
    reconcile_count(NULL, 0, theirs, 3, &c);
    assert_true(c.behind == UINT64_MAX);
}

static void same_seq_with_another_id_is_a_fork(void **state)
{
    (void)state;
    struct msg_head a[2] = {head(1, 0, 3), head(2, 0, 0)}, b[2] = {head(1, 0, 3), head(2, 0, 0)};
    struct reconcile_counts c;
    b[0].id[31] ^= 1;
    b[1].id[31] ^= 1;
    reconcile_count(a, 2, b, 2, &c);
    assert_int_equal(c.forked, 1);
    assert_int_equal(c.behind + c.ahead, 0);
}

static void unordered_or_repeated_lists_are_seen(void **state)
{
    (void)state;
    struct msg_head up[2] = {head(1, 5, 1), head(2, 1, 1)}, down[2] = {up[1], up[0]}, twice[2] = {up[0], up[0]};
    struct msg_head logs[2] = {head(1, 6, 1), head(1, 5, 1)};
    struct msg_site sites[2] =
        {
            {{1}, {0}},
            {{2}, {0}}
    },
                    back[2] = {sites[1], sites[0]}, same[2] = {sites[0], sites[0]};
    assert_true(reconcile_heads_ordered(up, 2));
    assert_false(reconcile_heads_ordered(down, 2));
    assert_false(reconcile_heads_ordered(twice, 2));
    assert_false(reconcile_heads_ordered(logs, 2));
    assert_true(reconcile_sites_ordered(sites, 2));
    assert_false(reconcile_sites_ordered(back, 2));
    assert_false(reconcile_sites_ordered(same, 2));
}

/* The formula, written out by hand for two sites, one of them with an empty log. */
static void digests_are_those_of_the_text(void **state)
{
    (void)state;
    struct msg_head heads[4] = {head(1, 0, 2), head(1, 9, 300), head(2, 0, 0), head(3, 1, 1)};
    struct arena arena = {0};
    struct msg_site *sites;
    uint8_t want[32], got[32], charter[32], roster[32];
    size_t n;
    struct buf b;
    memset(charter, 0xc1, 32);
    memset(roster, 0xc2, 32);
    assert_int_equal(reconcile_sites(heads, 4, &arena, &sites, &n), ERR_OK);
    assert_int_equal(n, 2);
    assert_memory_equal(sites[0].site, heads[0].site, 32);
    assert_memory_equal(sites[1].site, heads[3].site, 32);
    buf_init(&b, 4096);
    buf_add(&b, slice_text("allied/inputs/1"));
    buf_append(&b, "\x94\xc4\x20", 3);
    buf_append(&b, heads[0].site, 32);
    buf_append(&b, "\x00\x02\xc4\x20", 4);
    buf_append(&b, heads[0].id, 32);
    buf_append(&b, "\x94\xc4\x20", 3);
    buf_append(&b, heads[1].site, 32);
    buf_append(&b, "\x09\xcd\x01\x2c\xc4\x20", 6);
    buf_append(&b, heads[1].id, 32);
    struct slice all = buf_slice(&b);
    hash256(want, &all, 1);
    assert_memory_equal(sites[0].digest, want, 32);
    buf_clear(&b);
    buf_add(&b, slice_text("allied/inputs/1"));
    buf_append(&b, "\x92\xc4\x20", 3);
    buf_append(&b, charter, 32);
    buf_append(&b, "\xc4\x20", 2);
    buf_append(&b, roster, 32);
    buf_append(&b, sites[0].digest, 32);
    buf_append(&b, sites[1].digest, 32);
    all = buf_slice(&b);
    hash256(want, &all, 1);
    assert_int_equal(reconcile_inputs(sites, n, charter, roster, slice_text(""), got), ERR_OK);
    assert_memory_equal(got, want, 32);
    buf_fini(&b);
    arena_fini(&arena);
}

static void any_change_of_heads_charter_or_roster_changes_the_input_digest(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct msg_head heads[3] = {head(1, 0, 2), head(1, 9, 3), head(2, 0, 1)};
    uint8_t charter[32] = {1}, roster[32] = {2}, seen[6][32];
    for (int change = 0; change < 6; change++) {
        struct msg_head h[3] = {heads[0], heads[1], heads[2]};
        struct msg_site *sites;
        size_t n;
        h[0].seq += change == 1;
        h[1].incarnation += change == 2;
        h[2].id[0] ^= change == 3;
        charter[31] = change == 4;
        roster[31] = change == 5;
        assert_int_equal(reconcile_sites(h, 3, &arena, &sites, &n), ERR_OK);
        assert_int_equal(reconcile_inputs(sites, n, charter, roster, slice_text(""), seen[change]), ERR_OK);
        for (int i = 0; i < change; i++)
            assert_memory_not_equal(seen[i], seen[change], 32);
    }
    arena_fini(&arena);
}

static void comparing_only_differing_sites_finds_the_same_wants(void **state)
{
    (void)state;
    uint32_t seed = 3;
    for (int round = 0; round < 300; round++) {
        struct arena arena = {0};
        struct msg_head ours[HEADS_MAX], theirs[HEADS_MAX], *our_some, *their_some;
        struct msg_site *our_sites, *their_sites, *differ;
        struct msg_want *all, *some;
        size_t a = random_heads(&seed, ours), b = random_heads(&seed, theirs), os, ts, d, oa, tb, n, m;
        assert_int_equal(reconcile_sites(ours, a, &arena, &our_sites, &os), ERR_OK);
        assert_int_equal(reconcile_sites(theirs, b, &arena, &their_sites, &ts), ERR_OK);
        assert_int_equal(reconcile_differing(our_sites, os, their_sites, ts, &arena, &differ, &d), ERR_OK);
        assert_true(reconcile_sites_ordered(differ, d));
        assert_int_equal(reconcile_heads_of(ours, a, differ, d, &arena, &our_some, &oa), ERR_OK);
        assert_int_equal(reconcile_heads_of(theirs, b, differ, d, &arena, &their_some, &tb), ERR_OK);
        assert_int_equal(reconcile_wants(ours, a, theirs, b, &arena, &all, &n), ERR_OK);
        assert_int_equal(reconcile_wants(our_some, oa, their_some, tb, &arena, &some, &m), ERR_OK);
        assert_int_equal(n, m);
        if (n)
            assert_memory_equal(all, some, n * sizeof *all);
        struct reconcile_counts x, y;
        reconcile_count(ours, a, theirs, b, &x);
        reconcile_count(our_some, oa, their_some, tb, &y);
        assert_int_equal(x.ahead, y.ahead);
        assert_int_equal(x.behind, y.behind);
        arena_fini(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wants_make_us_hold_the_greater_of_both),
        cmocka_unit_test(equal_heads_want_nothing_and_empty_lists_are_fine),
        cmocka_unit_test(hostile_seqs_do_not_wrap_the_counts),
        cmocka_unit_test(same_seq_with_another_id_is_a_fork),
        cmocka_unit_test(unordered_or_repeated_lists_are_seen),
        cmocka_unit_test(digests_are_those_of_the_text),
        cmocka_unit_test(any_change_of_heads_charter_or_roster_changes_the_input_digest),
        cmocka_unit_test(comparing_only_differing_sites_finds_the_same_wants),
    };
    if (sign_start())
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
