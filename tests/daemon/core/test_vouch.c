/* Invited by a member that is not the registrar: its word, the way of the request, and who must act. */
#include "tests/help/core_world.h"

#include "daemon/core/admit.h"
#include "daemon/core/found.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static char *invite(struct world *w, size_t at, const char *ally)
{
    json_t *r = world_do(w, at, "invite", json_pack("{s:s}", "ally", ally));
    char *code = strdup(json_string_value(json_object_get(r, "code")));
    json_decref(r);
    return code;
}

static void assert_in(struct world *w, size_t n)
{
    assert_true(world_settle(w, 120000));
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(world_allies(w, i), n);
        world_verify(w, i);
    }
}

static void assert_mentor(struct world *w, size_t newcomer, size_t mentor)
{
    const struct authority *a = &w->sites[0].core->authority;
    const struct ally *ally = authority_ally_of(a, w->sites[newcomer].core->own[0].key.pub);
    const struct ally *expected = authority_ally_of(a, w->sites[mentor].core->own[0].key.pub);
    const struct roster_act *act = NULL;
    for (size_t i = 0; i < a->acts_n; i++)
        if (memcmp(a->acts[i].act.ally, ally->id, ALLY_BYTES) == 0)
            act = &a->acts[i].act;
    assert_non_null(act);
    assert_int_equal(act->mentor.len, ALLY_BYTES);
    assert_memory_equal(act->mentor.at, expected->id, ALLY_BYTES);
}

static void a_member_invites_and_the_registrar_admits(void **state)
{
    (void)state;
    struct world *w = world_alliance(401, 2);
    char id[64], title[64];
    world_record(w, 1, "s1", "Avant", id);
    char *code = invite(w, 1, "gamma");
    size_t at = world_newcomer(w, "gamma", code);
    world_run(w, 3000);
    world_status_is(w, at, "state", "ok");
    assert_in(w, 3);
    assert_mentor(w, 1, 0); /* whoever invited accompanies */
    assert_mentor(w, 2, 1);
    world_title(w, at, id, title);
    assert_string_equal(title, "Avant");
    free(code);
    world_free(w);
}

static void a_provisional_or_suspended_ally_does_not_invite(void **state)
{
    (void)state;
    struct world *w = world_alliance(402, 4);
    world_refused(w, 3, "invite", json_pack("{s:s}", "ally", "zeta"), "not_registrar");
    world_refused(w, 3, "ally.card", NULL, "not_registrar");
    char *code = invite(w, 1, "zeta");
    json_decref(world_do(w, 0, "ally.suspend", json_pack("{s:s}", "ally", "beta")));
    assert_true(world_settle(w, 10000));
    world_refused(w, 1, "invite", json_pack("{s:s}", "ally", "zeta"), "not_registrar");
    size_t at = world_newcomer(w, "zeta", code);
    world_run(w, 5000);
    world_status_is(w, at, "join_error", "not_registrar");
    assert_int_equal(world_allies(w, 0), 4);
    free(code);
    world_free(w);
}

static void an_absent_registrar_is_waited_for_by_name_through_crashes_of_all(void **state)
{
    (void)state;
    struct world *w = world_alliance(403, 2);
    world_stop(w, 0);
    char *code = invite(w, 1, "gamma");
    size_t at = world_newcomer(w, "gamma", code);
    world_run(w, 5000);
    world_status_is(w, at, "state", "joining");
    world_status_is(w, at, "join_wait", "waiting");
    world_status_is(w, at, "join_who", "alpha");
    world_status_is(w, at, "join_error", "");
    /* The same command again: the same request. */
    world_stop(w, at);
    assert_int_equal(world_join_code(w, at, code), ERR_OK);
    assert_int_equal(world_start(w, at), ERR_OK);
    world_run(w, 5000);
    world_crash(w, 1);
    assert_int_equal(world_start(w, 1), ERR_OK);
    world_run(w, 2000);
    world_crash(w, at);
    world_crash(w, 1);
    assert_int_equal(world_start(w, 1), ERR_OK);
    /* The registrar decides while the newcomer is away, and forgets nothing. */
    assert_int_equal(world_start(w, 0), ERR_OK);
    world_run(w, 60000);
    assert_int_equal(world_allies(w, 0), 3);
    world_crash(w, 0);
    assert_int_equal(world_start(w, 0), ERR_OK);
    assert_int_equal(world_start(w, at), ERR_OK);
    assert_in(w, 3);
    world_status_is(w, at, "state", "ok");
    free(code);
    world_free(w);
}

static void a_request_finds_the_registrar_through_other_members(void **state)
{
    (void)state;
    struct world *w = world_alliance(404, 3);
    world_block(w, 1, 0, true);
    char *code = invite(w, 1, "delta");
    size_t at = world_newcomer(w, "delta", code);
    world_block(w, at, 0, true);
    world_run(w, 10000);
    world_status_is(w, at, "join_wait", "");
    assert_int_equal(world_allies(w, at), 4);
    world_heal(w);
    assert_in(w, 4);
    free(code);
    world_free(w);
}

static void a_members_invitation_is_good_once(void **state)
{
    (void)state;
    struct world *w = world_alliance(405, 2);
    world_stop(w, 0);
    char *code = invite(w, 1, "gamma");
    size_t first = world_newcomer(w, "gamma", code);
    world_run(w, 3000);
    /* The registrar knows of neither yet. */
    size_t thief = world_newcomer(w, "voleur", code);
    world_run(w, 3000);
    world_status_is(w, thief, "join_error", "invite_used");
    world_crash(w, 1);
    assert_int_equal(world_start(w, 1), ERR_OK);
    assert_int_equal(world_start(w, 0), ERR_OK);
    world_run(w, 60000);
    world_status_is(w, first, "state", "ok");
    world_stop(w, thief);
    assert_in(w, 3);
    free(code);
    world_free(w);
}

static void a_members_clock_says_when_its_invitation_ends(void **state)
{
    (void)state;
    struct world *w = world_alliance(406, 2);
    const int64_t years = INT64_C(5) * 365 * 86400 * 1000;
    world_stop(w, 0);
    json_t *r = world_do(w, 1, "invite", json_pack("{s:s, s:i}", "ally", "gamma", "expires_s", 60));
    char *code = strdup(json_string_value(json_object_get(r, "code")));
    json_decref(r);
    r = world_do(w, 1, "invite", json_pack("{s:s, s:i}", "ally", "delta", "expires_s", 60));
    char *late = strdup(json_string_value(json_object_get(r, "code")));
    json_decref(r);
    size_t at = world_add(w, "gamma");
    w->sites[at].skew_ms = -years;
    assert_int_equal(world_join_code(w, at, code), ERR_OK);
    assert_int_equal(world_start(w, at), ERR_OK);
    world_run(w, 3000);
    /* Asked in time, and decided long after. */
    world_run(w, 90000);
    size_t other = world_add(w, "delta");
    w->sites[other].skew_ms = -years;
    assert_int_equal(world_join_code(w, other, late), ERR_OK);
    assert_int_equal(world_start(w, other), ERR_OK);
    world_run(w, 5000);
    world_status_is(w, other, "join_error", "invite_expired");
    world_stop(w, other);
    w->sites[0].skew_ms = 2 * years;
    assert_int_equal(world_start(w, 0), ERR_OK);
    world_run(w, 60000);
    world_status_is(w, at, "state", "ok");
    assert_in(w, 3);
    free(code);
    free(late);
    world_free(w);
}

/* ---- words ---- */

struct word {
    struct core *registrar;
    struct sign_key secret, site;
    struct vouch v;
    struct buf request, text;
    struct msg_join m;
};

static void new_word(struct word *x, struct world *w, uint8_t number, uint8_t secret)
{
    uint8_t seed[SEED_BYTES];
    struct join_request r = {.ally_name = slice_text("Neuf"), .site_name = slice_text("neuf")};
    *x = (struct word){.registrar = w->sites[0].core};
    memset(seed, secret, sizeof seed);
    sign_key_from_seed(seed, &x->secret);
    memset(seed, number, sizeof seed);
    sign_key_from_seed(seed, &x->site);
    memcpy(r.alliance, w->sites[1].core->authority.alliance, ALLIANCE_BYTES);
    memcpy(r.secret_key, x->secret.pub, SITE_BYTES);
    memcpy(r.site, x->site.pub, SITE_BYTES);
    memset(r.ally, number, ALLY_BYTES);
    buf_init(&x->request, LIMIT_ENVELOPE_BYTES);
    buf_init(&x->text, VOUCH_MAX_BYTES);
    join_encode(&r, &x->request);
    x->m.request = buf_slice(&x->request);
    assert_int_equal(admit_sign(x->m.request, seed, &x->site, &x->m), ERR_OK);
    assert_int_equal(sign_make(&x->secret, DOMAIN_JOIN, x->m.request, x->m.secret_signature), ERR_OK);
    memcpy(x->v.alliance, r.alliance, ALLIANCE_BYTES);
    memcpy(x->v.inviter, w->sites[1].core->own[0].key.pub, SITE_BYTES);
    hash256(x->v.request, &x->m.request, 1);
    x->v.taken_s = 100;
    x->v.expires_s = 200;
}

static void give_word(struct word *x, const struct sign_key *by)
{
    buf_clear(&x->text);
    vouch_encode(&x->v, &x->text);
    x->m.word = buf_slice(&x->text);
    assert_int_equal(sign_make(by, DOMAIN_VOUCH, x->m.word, x->m.inviter_signature), ERR_OK);
}

/* What the registrar says to it, brought by site 2. */
static err_t brought(struct word *x, const struct world *w)
{
    struct why why = {0};
    return admit_vouched(x->registrar, &x->m, w->sites[2].core->own[0].key.pub, &why);
}

static void free_word(struct word *x)
{
    buf_fini(&x->request);
    buf_fini(&x->text);
}

static void the_registrar_believes_ratified_members_alone(void **state)
{
    (void)state;
    struct world *w = world_alliance(407, 4);
    const struct sign_key *beta = &w->sites[1].core->own[0].key, *delta = &w->sites[3].core->own[0].key;
    struct word x, other;
    new_word(&x, w, 61, 71);
    new_word(&other, w, 62, 72);
    give_word(&x, &x.site); /* beta's name, somebody else's key */
    assert_int_equal(brought(&x, w), ERR_SIGNATURE);
    memcpy(x.v.inviter, x.site.pub, SITE_BYTES);
    give_word(&x, &x.site);
    assert_int_equal(brought(&x, w), ERR_STANDING);
    memcpy(x.v.inviter, delta->pub, SITE_BYTES);
    give_word(&x, delta);
    assert_int_equal(brought(&x, w), ERR_NOT_REGISTRAR);
    memcpy(x.v.inviter, beta->pub, SITE_BYTES);
    x.v.taken_s = 201;
    give_word(&x, beta);
    assert_int_equal(brought(&x, w), ERR_INVITE_EXPIRED);
    x.v.taken_s = 200;
    x.v.alliance[0] ^= 1;
    give_word(&x, beta);
    assert_int_equal(brought(&x, w), ERR_ALLIANCE);
    x.v.alliance[0] ^= 1;
    memcpy(x.v.request, other.v.request, HASH_BYTES);
    give_word(&x, beta);
    assert_int_equal(brought(&x, w), ERR_SIGNATURE);
    hash256(x.v.request, &x.m.request, 1);
    give_word(&x, beta);
    x.m.site_signature[0] ^= 1;
    assert_int_equal(brought(&x, w), ERR_SIGNATURE);
    x.m.site_signature[0] ^= 1;
    assert_int_equal(world_allies(w, 0), 4);
    assert_int_equal(brought(&x, w), ERR_OK);
    assert_int_equal(world_allies(w, 0), 5);
    /* Again, and by another member: it is the same site. */
    assert_int_equal(brought(&x, w), ERR_OK);
    memcpy(x.v.inviter, w->sites[2].core->own[0].key.pub, SITE_BYTES);
    give_word(&x, &w->sites[2].core->own[0].key);
    assert_int_equal(brought(&x, w), ERR_OK);
    assert_int_equal(world_allies(w, 0), 5);
    free_word(&x);
    free_word(&other);
    world_free(w);
}

static void one_secret_lets_one_site_in_whoever_passes_it_on(void **state)
{
    (void)state;
    struct world *w = world_alliance(408, 3);
    struct word x, y;
    new_word(&x, w, 63, 73);
    new_word(&y, w, 64, 73);
    give_word(&x, &w->sites[1].core->own[0].key);
    memcpy(y.v.inviter, w->sites[2].core->own[0].key.pub, SITE_BYTES);
    give_word(&y, &w->sites[2].core->own[0].key);
    assert_int_equal(brought(&x, w), ERR_OK);
    assert_int_equal(brought(&y, w), ERR_INVITE_USED);
    world_run(w, 1000);
    world_crash(w, 0);
    assert_int_equal(world_start(w, 0), ERR_OK);
    y.registrar = w->sites[0].core;
    assert_int_equal(brought(&y, w), ERR_INVITE_USED);
    assert_int_equal(world_allies(w, 0), 4);
    free_word(&x);
    free_word(&y);
    world_free(w);
}

/* It may decide once it has compared itself: then nobody asks any more, and all have to hear of it. */
static void a_restored_registrar_tells_at_once_whom_it_lets_in_later(void **state)
{
    (void)state;
    struct world *w = world_alliance(416, 3);
    struct word x;
    new_word(&x, w, 65, 75);
    give_word(&x, &w->sites[1].core->own[0].key);
    assert_int_equal(local_set(w->sites[0].core->store, SETTING_RESTORED, slice_text("1")), ERR_OK);
    world_record(w, 0, "s1", "Neu", NULL);
    assert_int_equal(brought(&x, w), ERR_WAITING);
    assert_int_equal(world_allies(w, 0), 3);
    world_run(w, 10000);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(world_allies(w, i), 4);
    free_word(&x);
    world_free(w);
}

static void one_inviter_fills_nobody_elses_room(void **state)
{
    (void)state;
    struct world *w = world_alliance(409, 3);
    struct word x;
    world_stop(w, 0);
    for (uint8_t n = 0; n <= LIMIT_VOUCHES_INVITER; n++) {
        new_word(&x, w, (uint8_t)(100 + n), (uint8_t)(150 + n));
        x.registrar = w->sites[2].core;
        give_word(&x, &w->sites[1].core->own[0].key);
        assert_int_equal(brought(&x, w), n < LIMIT_VOUCHES_INVITER ? ERR_WAITING : ERR_ITEMS);
        if (n < LIMIT_VOUCHES_INVITER)
            assert_int_equal(brought(&x, w), ERR_WAITING);
        free_word(&x);
    }
    new_word(&x, w, 90, 91);
    x.registrar = w->sites[2].core;
    memcpy(x.v.inviter, w->sites[2].core->own[0].key.pub, SITE_BYTES);
    give_word(&x, &w->sites[2].core->own[0].key);
    assert_int_equal(brought(&x, w), ERR_WAITING);
    free_word(&x);
    world_free(w);
}

static void what_the_registrar_refuses_the_newcomer_hears(void **state)
{
    (void)state;
    struct world *w = world_alliance(410, 4);
    char *code = invite(w, 1, "zeta");
    world_block(w, 1, 0, true);
    world_block(w, 1, 2, true);
    world_block(w, 1, 3, true);
    json_decref(world_do(w, 0, "ally.suspend", json_pack("{s:s}", "ally", "beta")));
    size_t at = world_newcomer(w, "zeta", code);
    world_run(w, 5000);
    world_status_is(w, at, "join_wait", "waiting");
    world_heal(w);
    world_run(w, 120000);
    world_status_is(w, at, "join_error", "not_registrar");
    assert_int_equal(world_allies(w, 0), 4);
    free(code);
    world_free(w);
}

/* ---- an inviter with an old charter ---- */

static void propose(struct world *w, size_t at, json_t *changes, char id[64])
{
    json_t *r = world_do(w, at, "charter.propose", changes);
    snprintf(id, 64, "%s", json_string_value(json_object_get(r, "id")));
    json_decref(r);
    world_run(w, 1000);
}

static void sign(struct world *w, size_t at, const char *id)
{
    json_decref(world_do(w, at, "charter.sign", json_pack("{s:s}", "id", id)));
    world_run(w, 1000);
}

/* Charter 1 keeps who is in; charter 2, unknown to beta, gives roster and role to gamma. */
static char *invite_under_an_old_charter(struct world *w)
{
    char id[64], key[64];
    propose(w, 0, NULL, id);
    sign(w, 1, id);
    assert_true(world_settle(w, 10000));
    char *code = invite(w, 1, "zeta");
    for (size_t i = 0; i < 4; i++)
        world_block(w, 1, i, true);
    json_t *r = world_do(w, 2, "key.registrar", NULL);
    snprintf(key, sizeof key, "%s", json_string_value(json_object_get(r, "registrar")));
    json_decref(r);
    propose(w, 2, json_pack("{s:s, s:{s:s}}", "registrar", key, "roles", "secretariat", "gamma"), id);
    sign(w, 3, id);
    return code;
}

static void an_inviter_with_an_old_charter_lets_nobody_miss_the_new_one(void **state)
{
    (void)state;
    struct world *w = world_alliance(411, 4);
    char *code = invite_under_an_old_charter(w);
    size_t at = world_newcomer(w, "zeta", code);
    for (size_t i = 0; i < 4; i++)
        world_block(w, at, i, i != 1);
    world_run(w, 5000);
    /* As far as the inviter knows. */
    world_status_is(w, at, "join_wait", "waiting");
    world_status_is(w, at, "join_who", "alpha");
    world_heal(w);
    world_run(w, 60000);
    world_status_is(w, at, "state", "ok");
    assert_in(w, 5);
    assert_int_equal(w->sites[at].core->authority.charter_number, 2);
    free(code);
    world_free(w);
}

static void a_code_of_an_old_charter_is_good_under_the_new_one(void **state)
{
    (void)state;
    struct world *w = world_alliance(412, 4);
    char *code = invite_under_an_old_charter(w);
    world_heal(w);
    assert_true(world_settle(w, 60000));
    size_t at = world_newcomer(w, "zeta", code);
    world_run(w, 5000);
    world_status_is(w, at, "state", "ok");
    assert_in(w, 5);
    free(code);
    world_free(w);
}

/* Its disk is of before the charter that its code names. */
static void an_inviter_that_lost_the_charter_of_its_code_is_not_believed(void **state)
{
    (void)state;
    struct world *w = world_alliance(413, 3);
    char id[64], copy[160];
    world_copy(w, 1, copy);
    propose(w, 0, NULL, id);
    sign(w, 1, id);
    assert_true(world_settle(w, 10000));
    char *code = invite(w, 1, "delta");
    world_crash(w, 1);
    world_restore(w, 1, copy);
    world_block(w, 1, 0, true);
    world_block(w, 1, 2, true);
    assert_int_equal(world_start(w, 1), ERR_OK);
    size_t at = world_newcomer(w, "delta", code);
    world_run(w, 10000);
    world_status_is(w, at, "state", "joining");
    world_status_is(w, at, "join_error", "");
    assert_int_equal(world_noted(w, 1, "join.refused"), 0);
    /* It learns of the charter again, and has lost the invitation with the rest. */
    world_heal(w);
    world_run(w, 120000);
    world_status_is(w, at, "join_error", "invite_unknown");
    free(code);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_member_invites_and_the_registrar_admits),
        cmocka_unit_test(a_provisional_or_suspended_ally_does_not_invite),
        cmocka_unit_test(an_absent_registrar_is_waited_for_by_name_through_crashes_of_all),
        cmocka_unit_test(a_request_finds_the_registrar_through_other_members),
        cmocka_unit_test(a_members_invitation_is_good_once),
        cmocka_unit_test(a_members_clock_says_when_its_invitation_ends),
        cmocka_unit_test(the_registrar_believes_ratified_members_alone),
        cmocka_unit_test(one_secret_lets_one_site_in_whoever_passes_it_on),
        cmocka_unit_test(a_restored_registrar_tells_at_once_whom_it_lets_in_later),
        cmocka_unit_test(one_inviter_fills_nobody_elses_room),
        cmocka_unit_test(what_the_registrar_refuses_the_newcomer_hears),
        cmocka_unit_test(an_inviter_with_an_old_charter_lets_nobody_miss_the_new_one),
        cmocka_unit_test(a_code_of_an_old_charter_is_good_under_the_new_one),
        cmocka_unit_test(an_inviter_that_lost_the_charter_of_its_code_is_not_believed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
