/* One daemon, the sites of several allies: each with its key, guard and logs; the first speaks for all. */
#include "tests/help/core_hosting.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static uint64_t incarnation(struct world *w, size_t at, const char *name)
{
    const struct own *own = core_own_named(w->sites[at].core, slice_text(name));
    assert_non_null(own);
    return own->row.incarnation;
}

static void the_registrar_hosts_a_site_at_once_and_all_see_by_whom(void **state)
{
    (void)state;
    struct world *w = world_alliance(401, 3);
    char id[64];
    hosting_add(w, 0, "Réseau Delta", "delta", "", "member");
    hosting_write(w, 0, "delta", "d1", id);
    assert_true(world_settle(w, 30000));
    for (size_t i = 0; i < 3; i++)
        hosting_owner(w, i, id, "Réseau Delta");
    world_run(w, 60000);
    json_t *r = world_do(w, 2, "status", NULL),
           *ally = world_do(w, 2, "ally.show", json_pack("{s:s}", "ally", "Réseau Delta"));
    const json_t *peer = hosting_named(json_object_get(r, "peers"), "delta");
    assert_non_null(peer);
    assert_string_equal(json_string_value(json_object_get(peer, "hosted_by")), "alpha");
    assert_string_equal(json_string_value(json_object_get(peer, "state")), "live");
    assert_true(json_is_true(json_object_get(peer, "digest_equal")));
    assert_string_equal(json_string_value(json_object_get(r, "state")), "ok");
    assert_int_equal(json_array_size(json_object_get(r, "problems")), 0);
    const json_t *site = json_array_get(json_object_get(ally, "sites"), 0);
    assert_string_equal(json_string_value(json_object_get(site, "hosted_by")), "alpha");
    json_decref(ally);
    json_decref(r);
    hosting_end(w);
}

static void a_writer_says_for_which_site_and_a_reader_need_not(void **state)
{
    (void)state;
    struct world *w = world_alliance(402, 2);
    world_record(w, 0, "a1", "a1", NULL);
    hosting_add(w, 0, "Delta", "delta", "", "member");
    world_refused(w, 0, "record.write", hosting_record_args("", "x", "x"), "site_choose");
    world_refused(w, 0, "record.write", hosting_record_args("omega", "x", "x"), "site_unknown");
    world_refused(w, 0, "charter.sign", json_pack("{s:s}", "id", "0"), "site_choose");
    json_decref(world_do(w, 0, "record.list", NULL));
    char first[64], second[64];
    hosting_write(w, 0, "alpha", "same", first);
    hosting_write(w, 0, "delta", "same", second);
    assert_string_not_equal(first, second);
    hosting_owner(w, 0, first, "alpha");
    hosting_owner(w, 0, second, "Delta");
    json_t *set = json_pack("{s:s, s:s, s:{s:{s:s}}}", "site", "delta", "id", first, "set", "title", "fr", "Volé");
    world_refused(w, 0, "record.edit", set, "not_ours");
    hosting_end(w);
}

static void a_name_or_an_ally_that_is_there_is_refused(void **state)
{
    (void)state;
    struct world *w = world_alliance(403, 2);
    world_refused(w, 1, "site.add", hosting_add_args("Delta", "delta", ""), "site_code");
    world_refused(w, 0, "site.add", hosting_add_args("beta", "other", ""), "ally_known");
    world_refused(w, 0, "site.add", hosting_add_args("Delta", "alpha", ""), "site_exists");
    world_refused(w, 0, "site.add", hosting_add_args("Delta", "a/b", ""), "site_name");
    world_refused(w, 0, "site.add", hosting_add_args("Delta", "alpha.old", ""), "site_name");
    hosting_add(w, 0, "Delta", "delta", "", "member");
    world_refused(w, 0, "site.add", hosting_add_args("Epsilon", "delta", ""), "site_exists");
    hosting_end(w);
}

static void a_member_hosts_with_a_code_that_serves_once(void **state)
{
    (void)state;
    struct world *w = world_alliance(404, 3);
    char *code = world_invite(w, "Delta", 3600), *other = world_invite(w, "Epsilon", 3600), id[64];
    hosting_add(w, 1, "", "delta", code, "waiting");
    hosting_add(w, 1, "", "epsilon", other, "waiting");
    assert_true(world_settle(w, 30000));
    hosting_state(w, 1, "delta", "member", "");
    hosting_state(w, 1, "epsilon", "member", "");
    hosting_write(w, 1, "delta", "d1", id);
    assert_true(world_settle(w, 30000));
    hosting_owner(w, 2, id, "Delta");
    hosting_add(w, 1, "", "delta", code, "member");
    hosting_add(w, 1, "Zeta", "zeta", code, "waiting");
    world_run(w, 10000);
    hosting_state(w, 1, "zeta", "refused", "invite_used");
    world_refused(w, 1, "record.write", hosting_record_args("zeta", "x", "x"), "standing");
    world_crash(w, 1);
    assert_int_equal(world_start(w, 1), ERR_OK);
    hosting_state(w, 1, "zeta", "refused", "invite_used");
    free(other);
    other = world_invite(w, "Zeta", 3600);
    hosting_add(w, 1, "", "zeta", other, "waiting");
    assert_true(world_settle(w, 30000));
    hosting_state(w, 1, "zeta", "member", "");
    free(code);
    free(other);
    hosting_end(w);
}

/* The inviter's own daemon, and the registrar's by the word of another member. */
static void a_code_is_good_on_whatever_daemon_hosts_by_it(void **state)
{
    (void)state;
    struct world *w = world_alliance(420, 3);
    const char *const names[] = {"delta", "epsilon"};
    const size_t hosts[] = {1, 0};
    for (size_t i = 0; i < 2; i++) {
        json_t *r = world_do(w, 1, "invite", json_pack("{s:s}", "ally", names[i]));
        hosting_add(w, hosts[i], "", names[i], json_string_value(json_object_get(r, "code")), "waiting");
        world_run(w, 60000);
        hosting_state(w, hosts[i], names[i], "member", "");
        json_decref(r);
    }
    hosting_end(w);
}

static void it_waits_for_an_absent_registrar_and_goes_on_by_itself(void **state)
{
    (void)state;
    struct world *w = world_alliance(405, 3);
    char *code = world_invite(w, "Delta", 3600);
    world_stop(w, 0);
    hosting_add(w, 1, "", "delta", code, "waiting");
    world_run(w, 60000);
    world_crash(w, 1);
    assert_int_equal(world_start(w, 1), ERR_OK);
    hosting_state(w, 1, "delta", "waiting", "");
    world_record(w, 2, "g1", "g1", NULL);
    assert_int_equal(world_start(w, 0), ERR_OK);
    world_run(w, 60000);
    hosting_state(w, 1, "delta", "member", "");
    hosting_write(w, 1, "delta", "d1", NULL);
    free(code);
    hosting_end(w);
}

/* The daemon speaks as the site it began with, whatever the others are called. */
static void the_first_stays_the_first(void **state)
{
    (void)state;
    struct world *w = world_alliance(406, 2);
    hosting_add(w, 0, "Aardvark", "aa", "", "member");
    hosting_write(w, 0, "aa", "x", NULL);
    assert_true(world_settle(w, 30000));
    world_stop(w, 0);
    assert_int_equal(world_start(w, 0), ERR_OK);
    json_t *r = world_do(w, 0, "status", NULL);
    assert_string_equal(json_string_value(json_object_get(r, "name")), "alpha");
    assert_int_equal(json_array_size(json_object_get(r, "sites")), 2);
    json_decref(r);
    assert_true(world_settle(w, 30000));
    hosting_end(w);
}

static void each_site_has_a_guard_and_incarnations_of_its_own(void **state)
{
    (void)state;
    struct world *w = world_alliance(407, 2);
    w->watch = true;
    hosting_add(w, 0, "Delta", "delta", "", "member");
    hosting_write(w, 0, "alpha", "a1", NULL);
    hosting_write(w, 0, "delta", "d1", NULL);
    uint64_t alpha = incarnation(w, 0, "alpha"), delta = incarnation(w, 0, "delta");
    world_crash(w, 0);
    assert_int_equal(world_start(w, 0), ERR_OK);
    hosting_write(w, 0, "delta", "d2", NULL);
    hosting_write(w, 0, "alpha", "a2", NULL);
    assert_true(incarnation(w, 0, "alpha") == alpha && incarnation(w, 0, "delta") == delta);
    world_crash(w, 0);
    world_boot(w, 0);
    assert_int_equal(world_start(w, 0), ERR_OK);
    world_run(w, 2000);
    hosting_write(w, 0, "delta", "d3", NULL);
    assert_true(incarnation(w, 0, "delta") != delta);
    hosting_write(w, 0, "alpha", "a3", NULL);
    assert_true(incarnation(w, 0, "alpha") != alpha);
    hosting_end(w);
}

static void a_copy_put_back_opens_an_incarnation_for_each(void **state)
{
    (void)state;
    struct world *w = world_alliance(408, 2);
    char copy[160];
    w->watch = true;
    hosting_add(w, 0, "Delta", "delta", "", "member");
    hosting_write(w, 0, "delta", "d1", NULL);
    world_run(w, 2000);
    world_copy(w, 0, copy);
    hosting_write(w, 0, "alpha", "a1", NULL);
    hosting_write(w, 0, "delta", "d2", NULL);
    uint64_t alpha = incarnation(w, 0, "alpha"), delta = incarnation(w, 0, "delta");
    assert_true(world_settle(w, 30000));
    world_crash(w, 0);
    world_restore(w, 0, copy);
    assert_int_equal(world_start(w, 0), ERR_OK);
    hosting_write(w, 0, "alpha", "a2", NULL);
    hosting_write(w, 0, "delta", "d3", NULL);
    assert_true(incarnation(w, 0, "alpha") != alpha && incarnation(w, 0, "delta") != delta);
    hosting_end(w);
}

static void unheld_is_told_for_each_and_in_all(void **state)
{
    (void)state;
    struct world *w = world_alliance(409, 2);
    hosting_add(w, 0, "Delta", "delta", "", "member");
    assert_true(world_settle(w, 30000));
    world_run(w, 12000);
    world_block(w, 0, 1, true);
    hosting_write(w, 0, "delta", "d1", NULL);
    hosting_write(w, 0, "delta", "d2", NULL);
    hosting_write(w, 0, "alpha", "a1", NULL);
    json_t *r = world_do(w, 0, "status", NULL);
    const json_t *sites = json_object_get(r, "sites");
    assert_int_equal(world_number(r, "unheld"), 3);
    assert_int_equal(world_number(hosting_named(sites, "delta"), "unheld"), 2);
    assert_int_equal(world_number(hosting_named(sites, "alpha"), "unheld"), 1);
    json_decref(r);
    r = world_do(w, 0, "status", json_pack("{s:s}", "site", "delta"));
    assert_int_equal(world_number(r, "unheld"), 2);
    assert_string_equal(json_string_value(json_object_get(r, "ally")), "Delta");
    json_decref(r);
    world_heal(w);
    hosting_end(w);
}

static void a_hosted_site_of_a_suspended_ally_writes_no_more_and_the_others_do(void **state)
{
    (void)state;
    struct world *w = world_alliance(410, 2);
    hosting_add(w, 0, "Delta", "delta", "", "member");
    hosting_write(w, 0, "delta", "d1", NULL);
    json_decref(world_do(w, 0, "ally.suspend", json_pack("{s:s, s:s}", "ally", "Delta", "reason", "essai")));
    world_refused(w, 0, "record.write", hosting_record_args("delta", "x", "x"), "suspended");
    hosting_state(w, 0, "delta", "readonly", "");
    hosting_write(w, 0, "alpha", "a1", NULL);
    json_decref(world_do(w, 0, "ally.lift", json_pack("{s:s}", "ally", "Delta")));
    hosting_write(w, 0, "delta", "d2", NULL);
    hosting_end(w);
}

static void one_that_was_not_admitted_is_given_up(void **state)
{
    (void)state;
    struct world *w = world_alliance(411, 2);
    char *code = world_invite(w, "Delta", 3600);
    hosting_add(w, 1, "", "delta", code, "waiting");
    assert_true(world_settle(w, 30000));
    hosting_add(w, 1, "Autre", "autre", code, "waiting");
    world_run(w, 5000);
    hosting_state(w, 1, "autre", "refused", "invite_used");
    world_refused(w, 1, "site.remove", json_pack("{s:s}", "site", "beta"), "site_own");
    world_refused(w, 1, "site.remove", json_pack("{s:s}", "site", "delta"), "member");
    json_decref(world_do(w, 1, "site.remove", json_pack("{s:s}", "site", "autre")));
    world_refused(w, 1, "site.remove", json_pack("{s:s}", "site", "autre"), "site_unknown");
    json_t *r = world_do(w, 1, "status", NULL);
    assert_int_equal(json_array_size(json_object_get(r, "problems")), 0);
    json_decref(r);
    world_crash(w, 1);
    assert_int_equal(world_start(w, 1), ERR_OK);
    hosting_write(w, 1, "delta", "d1", NULL);
    free(code);
    hosting_end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_registrar_hosts_a_site_at_once_and_all_see_by_whom),
        cmocka_unit_test(a_writer_says_for_which_site_and_a_reader_need_not),
        cmocka_unit_test(a_name_or_an_ally_that_is_there_is_refused),
        cmocka_unit_test(a_member_hosts_with_a_code_that_serves_once),
        cmocka_unit_test(a_code_is_good_on_whatever_daemon_hosts_by_it),
        cmocka_unit_test(it_waits_for_an_absent_registrar_and_goes_on_by_itself),
        cmocka_unit_test(the_first_stays_the_first),
        cmocka_unit_test(each_site_has_a_guard_and_incarnations_of_its_own),
        cmocka_unit_test(a_copy_put_back_opens_an_incarnation_for_each),
        cmocka_unit_test(unheld_is_told_for_each_and_in_all),
        cmocka_unit_test(a_hosted_site_of_a_suspended_ally_writes_no_more_and_the_others_do),
        cmocka_unit_test(one_that_was_not_admitted_is_given_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
