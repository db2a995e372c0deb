/* A new key in an old one's place, at every step. */
#include "daemon/core/admit.h"
#include "tests/help/core_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void site_id(struct world *w, size_t at, char id[64])
{
    json_t *r = world_do(w, at, "status", NULL);
    snprintf(id, 64, "%s", json_string_value(json_object_get(r, "site")));
    json_decref(r);
}

static json_t *edit(const char *id, const char *title)
{
    return json_pack("{s:s, s:{s:{s:s}}}", "id", id, "set", "title", "fr", title);
}

static void the_new_key_writes_on_and_the_old_one_no_more(void **state)
{
    (void)state;
    struct world *w = world_alliance(341, 3);
    char id[64], before[64], after[64], copy[160];
    world_record(w, 0, "s1", "Avant", id);
    assert_true(world_settle(w, 10000));
    site_id(w, 0, before);
    world_copy(w, 0, copy);
    json_t *r = world_do(w, 0, "key.rotate", NULL);
    assert_true(json_is_true(json_object_get(r, "restart")));
    json_decref(r);
    world_refused(w, 0, "record.edit", edit(id, "Non"), "ended");
    world_refused(w, 0, "key.rotate", NULL, "nothing_to_do");
    world_run(w, 2000);
    site_id(w, 0, after);
    assert_string_not_equal(before, after);
    assert_true(world_settle(w, 60000));
    json_decref(world_do(w, 0, "record.edit", edit(id, "Après")));
    assert_true(world_settle(w, 60000));
    world_title_is(w, 1, id, "Après");
    /* Whoever has the old key writes for nobody but himself. */
    size_t thief = world_add(w, "voleur");
    world_restore(w, thief, copy);
    world_block(w, thief, 0, true);
    world_block(w, thief, 1, true);
    world_block(w, thief, 2, true);
    assert_int_equal(world_start(w, thief), ERR_OK);
    json_decref(world_do(w, thief, "record.edit", edit(id, "Volé")));
    world_heal(w);
    world_run(w, 30000);
    for (size_t i = 0; i < 3; i++)
        world_title_is(w, i, id, "Après");
    world_free(w);
}

/* The act stands, and the machine goes down before the key files are brought after it. */
static void a_crash_after_any_step_is_taken_up_again(void **state)
{
    (void)state;
    struct world *w = world_alliance(342, 2);
    char before[64], after[64], now[200], old[200], next[200];
    site_id(w, 0, before);
    json_decref(world_do(w, 0, "key.rotate", NULL));
    world_crash(w, 0);
    snprintf(now, sizeof now, "%s/keys/alpha.key", w->sites[0].dir);
    snprintf(old, sizeof old, "%s/keys/alpha.old.key", w->sites[0].dir);
    snprintf(next, sizeof next, "%s/keys/alpha.next.key", w->sites[0].dir);
    assert_int_equal(access(next, F_OK), 0);
    world_open(w, 0);
    site_id(w, 0, after);
    assert_string_not_equal(before, after);
    assert_int_equal(access(old, F_OK), 0);
    assert_int_not_equal(access(next, F_OK), 0);
    world_stop(w, 0);
    /* Before the last two renames, and between them. */
    assert_int_equal(rename(now, next), 0);
    assert_int_equal(rename(old, now), 0);
    assert_int_equal(world_start(w, 0), ERR_OK);
    world_stop(w, 0);
    assert_int_equal(rename(now, next), 0);
    assert_int_equal(world_start(w, 0), ERR_OK);
    site_id(w, 0, now);
    assert_string_equal(now, after);
    assert_true(world_settle(w, 60000));
    world_free(w);
}

static void a_command_changes_over_at_once(void **state)
{
    (void)state;
    struct world *w = world_alliance(343, 2);
    char id[64], after[64];
    world_stop(w, 0);
    world_open(w, 0);
    json_t *r = world_do(w, 0, "key.rotate", NULL);
    assert_true(json_is_false(json_object_get(r, "restart")));
    site_id(w, 0, after);
    assert_string_equal(after, json_string_value(json_object_get(r, "site")));
    json_decref(r);
    world_record(w, 0, "s1", "Après", id);
    world_free(w);
}

/* ---- a site that is not the registrar's ---- */

static void ask_for_a_key(struct world *w, size_t at, char fresh[64])
{
    json_t *r = world_do(w, at, "key.rotate", NULL);
    assert_true(json_is_true(json_object_get(r, "waits")));
    snprintf(fresh, 64, "%s", json_string_value(json_object_get(r, "site")));
    json_decref(r);
}

static void assert_site(struct world *w, size_t at, const char *expected)
{
    char id[64];
    site_id(w, at, id);
    assert_string_equal(id, expected);
}

static void another_site_asks_the_registrar_and_goes_on_under_the_new_key(void **state)
{
    (void)state;
    struct world *w = world_alliance(344, 3);
    char id[64], fresh[64], copy[160];
    world_record(w, 1, "s1", "Avant", id);
    assert_true(world_settle(w, 10000));
    world_copy(w, 1, copy);
    ask_for_a_key(w, 1, fresh);
    world_run(w, 3000);
    assert_site(w, 1, fresh);
    assert_true(world_settle(w, 60000));
    assert_false(world_has_problem(w, 1, "key_waiting"));
    json_decref(world_do(w, 1, "record.edit", edit(id, "Après")));
    assert_true(world_settle(w, 60000));
    for (size_t i = 0; i < 3; i++)
        world_title_is(w, i, id, "Après");
    /* Whoever has the old key alone writes for nobody, and gets no further key by it. */
    size_t thief = world_add(w, "voleur");
    world_restore(w, thief, copy);
    for (size_t i = 0; i < 3; i++)
        world_block(w, thief, i, true);
    assert_int_equal(world_start(w, thief), ERR_OK);
    json_decref(world_do(w, thief, "record.edit", edit(id, "Volé")));
    json_decref(world_do(w, thief, "key.rotate", NULL));
    world_heal(w);
    world_run(w, 60000);
    for (size_t i = 0; i < 3; i++)
        world_title_is(w, i, id, "Après");
    assert_site(w, 1, fresh);
    world_stop(w, thief);
    assert_true(world_settle(w, 60000));
    for (size_t i = 0; i < 3; i++)
        world_verify(w, i);
    world_free(w);
}

static void a_request_reaches_the_registrar_through_another_member(void **state)
{
    (void)state;
    struct world *w = world_alliance(345, 4);
    char fresh[64];
    world_block(w, 3, 0, true);
    world_block(w, 3, 1, true);
    world_block(w, 2, 0, true);
    ask_for_a_key(w, 3, fresh);
    world_run(w, 10000);
    assert_site(w, 3, fresh);
    world_heal(w);
    assert_true(world_settle(w, 120000));
    world_free(w);
}

static void a_request_waits_for_an_absent_registrar_and_what_was_written_meanwhile_stays(void **state)
{
    (void)state;
    struct world *w = world_alliance(346, 3);
    char fresh[64], again[64], before[64], known[64], unknown[64];
    site_id(w, 1, before);
    world_stop(w, 0);
    ask_for_a_key(w, 1, fresh);
    world_run(w, 5000);
    assert_site(w, 1, before);
    assert_true(world_has_problem(w, 1, "key_waiting"));
    world_record(w, 1, "s1", "Su de gamma", known);
    world_run(w, 2000);
    world_crash(w, 1);
    assert_int_equal(world_start(w, 1), ERR_OK);
    ask_for_a_key(w, 1, again);
    assert_string_equal(fresh, again);
    world_run(w, 2000);
    /* The registrar hears of it by gamma, and of this record by nobody. */
    world_block(w, 1, 2, true);
    world_block(w, 1, 0, true);
    world_record(w, 1, "s2", "Su de personne", unknown);
    assert_int_equal(world_start(w, 0), ERR_OK);
    world_run(w, 60000);
    assert_site(w, 1, before);
    world_heal(w);
    world_run(w, 60000);
    assert_site(w, 1, fresh);
    assert_true(world_settle(w, 60000));
    for (size_t i = 0; i < 3; i++) {
        world_title_is(w, i, known, "Su de gamma");
        world_title_is(w, i, unknown, "Su de personne");
        world_verify(w, i);
    }
    world_free(w);
}

static void a_site_that_goes_down_at_any_step_ends_with_the_new_key(void **state)
{
    (void)state;
    for (int step = 0; step < 6; step++) {
        struct world *w = world_alliance(347, 3);
        char fresh[64], again[64], id[64];
        ask_for_a_key(w, 1, fresh);
        world_run(w, step * 60);
        world_crash(w, 1);
        assert_int_equal(world_start(w, 1), ERR_OK);
        world_run(w, 60000);
        site_id(w, 1, again);
        assert_string_equal(fresh, again);
        world_record(w, 1, "s1", "Après", id);
        assert_true(world_settle(w, 60000));
        world_title_is(w, 2, id, "Après");
        world_free(w);
    }
}

static void who_only_reaches_out_finds_the_new_key_where_the_old_one_was(void **state)
{
    (void)state;
    struct world *w = world_new(348);
    char fresh[64];
    for (size_t i = 0; i < 3; i++) {
        world_add(w, i == 0 ? "alpha" : i == 1 ? "beta" : "gamma");
        w->sites[i].outgoing_only = i == 2;
        if (i)
            world_join(w, i, NULL);
        else
            world_found(w, 0);
        assert_int_equal(world_start(w, i), ERR_OK);
    }
    assert_true(world_settle(w, 60000));
    world_block(w, 0, 2, true);
    ask_for_a_key(w, 1, fresh);
    assert_true(world_settle(w, 120000));
    world_run(w, 5000);
    assert_site(w, 1, fresh);
    assert_true(world_settle(w, 120000));
    assert_int_equal(world_links_between(w, 1, 2), 1);
    world_free(w);
}

/* ---- what a member can make others keep ---- */

static struct msg_join request_of(struct core *c, const struct sign_key *old, uint8_t n, struct buf *request)
{
    struct msg_join m = {0};
    struct sign_key fresh;
    uint8_t seed[SEED_BYTES] = {n, 7};
    const struct site *site = authority_site(&c->authority, old->pub);
    struct join_request r = {.ally_name = slice_text("x"), .site_name = slice_text("x")};
    sign_key_from_seed(seed, &fresh);
    memcpy(r.alliance, c->authority.alliance, ALLIANCE_BYTES);
    memcpy(r.secret_key, old->pub, SITE_BYTES);
    memcpy(r.site, fresh.pub, SITE_BYTES);
    memcpy(r.ally, c->authority.allies[site->ally].id, ALLY_BYTES);
    buf_clear(request);
    join_encode(&r, request);
    m.request = buf_slice(request);
    assert_int_equal(sign_make(old, DOMAIN_JOIN, m.request, m.secret_signature), ERR_OK);
    assert_int_equal(sign_make(&fresh, DOMAIN_JOIN, m.request, m.site_signature), ERR_OK);
    return m;
}

static void only_the_old_key_asks_and_few_requests_are_kept(void **state)
{
    (void)state;
    struct world *w = world_alliance(349, 3);
    struct core *beta = w->sites[1].core, *gamma = w->sites[2].core;
    struct sign_key key = core_own(gamma)->key;
    struct why why;
    struct buf request;
    uint8_t from[SITE_BYTES];
    buf_init(&request, LIMIT_ENVELOPE_BYTES);
    memcpy(from, core_own(w->sites[0].core)->key.pub, SITE_BYTES);
    struct msg_join m = request_of(gamma, &key, 1, &request);
    m.secret_signature[3] ^= 1;
    assert_int_equal(admit_join(beta, &m, from, &why), ERR_SIGNATURE);
    m.secret_signature[3] ^= 1;
    m.site_signature[3] ^= 1;
    assert_int_equal(admit_join(beta, &m, from, &why), ERR_SIGNATURE);
    m.site_signature[3] ^= 1;
    uint8_t stranger[SITE_BYTES] = {1};
    assert_int_equal(admit_join(beta, &m, stranger, &why), ERR_PEER_KEY);
    for (uint8_t n = 1; n <= LIMIT_JOINS_SITE; n++) {
        m = request_of(gamma, &key, n, &request);
        assert_int_equal(admit_join(beta, &m, from, &why), ERR_WAITING);
        assert_int_equal(admit_join(beta, &m, from, &why), ERR_WAITING);
    }
    m = request_of(gamma, &key, 77, &request);
    assert_int_equal(admit_join(beta, &m, from, &why), ERR_ITEMS);
    buf_fini(&request);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_new_key_writes_on_and_the_old_one_no_more),
        cmocka_unit_test(a_crash_after_any_step_is_taken_up_again),
        cmocka_unit_test(a_command_changes_over_at_once),
        cmocka_unit_test(another_site_asks_the_registrar_and_goes_on_under_the_new_key),
        cmocka_unit_test(a_request_reaches_the_registrar_through_another_member),
        cmocka_unit_test(a_request_waits_for_an_absent_registrar_and_what_was_written_meanwhile_stays),
        cmocka_unit_test(a_site_that_goes_down_at_any_step_ends_with_the_new_key),
        cmocka_unit_test(who_only_reaches_out_finds_the_new_key_where_the_old_one_was),
        cmocka_unit_test(only_the_old_key_asks_and_few_requests_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
