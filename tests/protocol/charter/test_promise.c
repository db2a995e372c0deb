/* promise: its bytes, and when an ally that signed one charter may sign its rival. */
#include "protocol/charter/promise.h"

#include "tests/help/charter_world.h"
#include "tests/help/op_sweep.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

static const uint8_t all[] = {0x11, 0x21, 0x31, 0x41, 0x51, 0x61};

static int start(void **state)
{
    (void)state;
    return sign_start() != ERR_OK;
}

static const char *verdict(struct slice carried)
{
    struct promise p;
    err_t e = promise_decode(carried, &p);
    return err_name(e ? e : promise_check(&p));
}

static void a_promise_is_read_back_and_no_prefix_or_flipped_bit_of_it_passes(void **state)
{
    (void)state;
    struct world w;
    struct buf again, body;
    world_init(&w, 3);
    struct world_draft *d = world_draft(&w, false);
    struct charter c = world_sign(&w, &d->charter, all, 1);
    struct promise p = world_promise(&w, &c, 0x21);
    assert_int_equal(promise_check(&p), ERR_OK);
    assert_memory_equal(p.charter, c.id, HASH_BYTES);
    assert_memory_equal(p.site, world_site(&w, 0x21), SITE_BYTES);
    buf_init(&again, PROMISE_MAX_BYTES);
    buf_init(&body, PROMISE_MAX_BYTES);
    promise_encode_body(&body, p.charter, p.site);
    assert_true(slice_equal(buf_slice(&body), p.bytes));
    promise_encode(&again, p.bytes, p.signature);
    assert_string_equal(verdict(buf_slice(&again)), "ok");
    assert_int_equal(sweep_prefixes(buf_slice(&again), verdict), 0);
    assert_int_equal(sweep_flips(buf_slice(&again), verdict), 0);
    buf_byte(&again, 0);
    assert_string_equal(verdict(buf_slice(&again)), "trailing");
    buf_fini(&again);
    buf_fini(&body);
    world_fini(&w);
}

struct rivals {
    struct world w;
    struct charter one, other;
    struct charter_on on_one, on_other;
};

/* Two charters 1 of an alliance of v; the first signed by so many. */
static void set(struct rivals *r, unsigned v, size_t signers)
{
    world_init(&r->w, v);
    struct world_draft *d = world_draft(&r->w, false);
    r->one = world_sign(&r->w, &d->charter, all, signers);
    d->charter.name = slice_text("Other");
    r->other = world_sign(&r->w, &d->charter, NULL, 0);
    r->on_one = (struct charter_on){&r->one, &d->before};
    r->on_other = (struct charter_on){&r->other, &d->before};
}

static bool may(struct rivals *r, unsigned k, bool signed_one, const struct promise *promises, size_t n)
{
    return authority_may_sign(world_ally(&r->w, k), &r->on_other, &r->on_one, signed_one, promises, n);
}

static void who_signed_nothing_signs_what_it_likes(void **state)
{
    (void)state;
    struct rivals r;
    set(&r, 4, 1);
    assert_true(may(&r, 1, false, NULL, 0));
    assert_true(authority_may_sign(world_ally(&r.w, 1), &r.on_one, &r.on_one, 1, NULL, 0)); /* the same once more */
    assert_false(may(&r, 9, false, NULL, 0));                                               /* a stranger */
    world_fini(&r.w);
}

static void who_signed_one_waits_until_it_is_impossible(void **state)
{
    (void)state;
    static const struct {
        unsigned v, needed;
    } cases[] = {
        {3, 2},
        {4, 2},
        {5, 2},
        {6, 3}
    };
    for (size_t i = 0; i < 4; i++) {
        struct rivals r;
        struct promise p[4];
        set(&r, cases[i].v, 1);
        for (unsigned k = 0; k < cases[i].needed; k++) {
            assert_false(may(&r, 1, true, p, k));
            assert_false(promise_makes_impossible(&r.on_one, p, k));
            p[k] = world_promise(&r.w, &r.one, world_seed(k + 2));
        }
        assert_true(may(&r, 1, true, p, cases[i].needed));
        assert_true(promise_makes_impossible(&r.on_one, p, cases[i].needed));
        world_fini(&r.w);
    }
}

static void promises_count_once_an_ally_when_valid_and_of_this_charter(void **state)
{
    (void)state;
    struct rivals r;
    set(&r, 4, 1);
    struct promise good = world_promise(&r.w, &r.one, 0x21), broken = world_promise(&r.w, &r.one, 0x31);
    struct promise list[] = {good,
                             good,
                             world_promise(&r.w, &r.other, 0x31),
                             world_promise(&r.w, &r.one, 0x77),
                             world_promise(&r.w, &r.one, 0x11),
                             broken};
    list[5].signature[3] ^= 1;
    assert_int_equal(promise_count(&r.on_one, list, 6), 1); /* 11 has signed it: its promise is worth nothing */
    assert_false(may(&r, 1, true, list, 6));
    list[5] = broken;
    assert_int_equal(promise_count(&r.on_one, list, 6), 2);
    assert_true(may(&r, 1, true, list, 6));
    world_fini(&r.w);
}

static void who_promised_never_to_sign_does_not(void **state)
{
    (void)state;
    struct rivals r;
    set(&r, 4, 1);
    struct promise p = world_promise(&r.w, &r.other, 0x21);
    assert_true(may(&r, 1, false, &p, 1));
    assert_false(may(&r, 2, false, &p, 1));
    world_fini(&r.w);
}

static void who_signed_does_not_promise(void **state)
{
    (void)state;
    struct rivals r;
    set(&r, 4, 1);
    assert_true(authority_may_promise(world_ally(&r.w, 2), &r.on_one, false));
    assert_false(authority_may_promise(world_ally(&r.w, 2), &r.on_one, true));
    assert_false(authority_may_promise(world_ally(&r.w, 1), &r.on_one, false)); /* its signature is there */
    assert_false(authority_may_promise(world_ally(&r.w, 9), &r.on_one, false));
    world_fini(&r.w);
}

/* Whoever keeps to the rule never makes two rivals complete. */
static void signing_by_the_rule_never_completes_two_rivals(void **state)
{
    (void)state;
    uint32_t seed = 3;
    size_t switched = 0;
    for (size_t round = 0; round < 40; round++) {
        struct rivals r;
        struct promise promises[6];
        size_t n = 0, ones = 0, others = 0;
        bool signed_one[7] = {false}, signed_other[7] = {false}, promised[7] = {false};
        uint8_t one_seeds[6];
        unsigned v = 3 + (unsigned)round % 4;
        set(&r, v, 0);
        for (size_t step = 0; step < 25; step++) {
            seed = seed * 1664525u + 1013904223u;
            unsigned k = 1 + (seed >> 8) % v, what = (seed >> 20) % 3;
            if (what == 0 && !promised[k] && !signed_one[k] && !signed_other[k]) {
                signed_one[k] = true;
                one_seeds[ones++] = world_seed(k);
                struct charter again = world_sign(&r.w, &r.one, one_seeds, ones);
                r.one.signatures = again.signatures;
                r.one.signatures_n = again.signatures_n;
            } else if (what == 1 && !promised[k] &&
                       authority_may_promise(world_ally(&r.w, k), &r.on_one, signed_one[k])) {
                promised[k] = true;
                promises[n++] = world_promise(&r.w, &r.one, world_seed(k));
            } else if (what == 2 && !signed_other[k] && may(&r, k, signed_one[k], promises, n)) {
                signed_other[k] = true;
                switched += signed_one[k];
                others++;
            }
        }
        size_t needed = (2 * v + 2) / 3;
        assert_false(ones >= needed && others >= needed);
        world_fini(&r.w);
    }
    assert_true(switched > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_promise_is_read_back_and_no_prefix_or_flipped_bit_of_it_passes),
        cmocka_unit_test(who_signed_nothing_signs_what_it_likes),
        cmocka_unit_test(who_signed_one_waits_until_it_is_impossible),
        cmocka_unit_test(promises_count_once_an_ally_when_valid_and_of_this_charter),
        cmocka_unit_test(who_promised_never_to_sign_does_not),
        cmocka_unit_test(who_signed_does_not_promise),
        cmocka_unit_test(signing_by_the_rule_never_completes_two_rivals),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
