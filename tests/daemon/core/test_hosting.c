/* One daemon, the sites of several allies: each with its key, guard and logs; the first speaks for all. */
#include "tests/help/core_world.h"

#include "daemon/core/joins.h"
#include "daemon/core/sync.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static json_t *add_args(const char *ally, const char *name, const char *code)
{
    return json_pack("{s:s, s:s, s:s}", "ally", ally, "name", name, "code", code);
}

/* The state it is in when the request is answered. */
static void host(struct world *w, size_t at, const char *ally, const char *name, const char *code, const char *state)
{
    json_t *r = world_do(w, at, "site.add", add_args(ally, name, code));
    assert_string_equal(json_string_value(json_object_get(r, "state")), state);
    assert_string_equal(json_string_value(json_object_get(r, "name")), name);
    json_decref(r);
}

static json_t *record_args(const char *site, const char *source_id, const char *title)
{
    return json_pack("{s:s, s:s, s:[{s:i, s:{s:s, s:s}}]}", "site", site, "mode", "add", "lines", "line", 1, "record",
                     "source_id", source_id, "title", title);
}

static void write_as(struct world *w, size_t at, const char *site, const char *source_id, char id[64])
{
    json_t *r = world_do(w, at, "record.write", record_args(site, source_id, source_id));
    const char *made = json_string_value(json_object_get(json_array_get(json_object_get(r, "ids"), 0), "id"));
    assert_non_null(made);
    if (id)
        snprintf(id, 64, "%s", made);
    json_decref(r);
}

static void assert_owner(struct world *w, size_t at, const char *id, const char *ally)
{
    json_t *r = world_do(w, at, "record.show", json_pack("{s:s}", "id", id));
    assert_string_equal(json_string_value(json_object_get(r, "ally_name")), ally);
    json_decref(r);
}

/* One of the objects of an array, by its name; borrowed. */
static const json_t *named(const json_t *list, const char *name)
{
    size_t i;
    json_t *one;
    json_array_foreach((json_t *)(uintptr_t)list, i, one)
    {
        const char *its = json_string_value(json_object_get(one, "name"));
        if (its && strcmp(its, name) == 0)
            return one;
    }
    return NULL;
}

static void assert_state(struct world *w, size_t at, const char *name, const char *state, const char *error)
{
    json_t *r = world_do(w, at, "site.list", NULL);
    const json_t *one = named(json_object_get(r, "sites"), name);
    assert_non_null(one);
    assert_string_equal(json_string_value(json_object_get(one, "state")), state);
    const char *told = json_string_value(json_object_get(one, "join_error"));
    assert_string_equal(told ? told : "", error);
    json_decref(r);
}

static uint64_t incarnation(struct world *w, size_t at, const char *name)
{
    const struct own *own = core_own_named(w->sites[at].core, slice_text(name));
    assert_non_null(own);
    return own->row.incarnation;
}

static void end(struct world *w)
{
    assert_true(world_settle(w, 60000));
    assert_int_equal(w->forks, 0);
    for (size_t i = 0; i < w->sites_n; i++)
        if (w->sites[i].core)
            world_verify(w, i);
    world_free(w);
}

static void the_registrar_hosts_a_site_at_once_and_all_see_by_whom(void **state)
{
    (void)state;
    struct world *w = world_alliance(401, 3);
    char id[64];
    host(w, 0, "Réseau Delta", "delta", "", "member");
    write_as(w, 0, "delta", "d1", id);
    assert_true(world_settle(w, 30000));
    for (size_t i = 0; i < 3; i++)
        assert_owner(w, i, id, "Réseau Delta");
    world_run(w, 60000);
    json_t *r = world_do(w, 2, "status", NULL),
           *ally = world_do(w, 2, "ally.show", json_pack("{s:s}", "ally", "Réseau Delta"));
    const json_t *peer = named(json_object_get(r, "peers"), "delta");
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
    end(w);
}

static void a_writer_says_for_which_site_and_a_reader_need_not(void **state)
{
    (void)state;
    struct world *w = world_alliance(402, 2);
    world_record(w, 0, "a1", "a1", NULL);
    host(w, 0, "Delta", "delta", "", "member");
    world_refused(w, 0, "record.write", record_args("", "x", "x"), "site_choose");
    world_refused(w, 0, "record.write", record_args("omega", "x", "x"), "site_unknown");
    world_refused(w, 0, "charter.sign", json_pack("{s:s}", "id", "0"), "site_choose");
    json_decref(world_do(w, 0, "record.list", NULL));
    char first[64], second[64];
    write_as(w, 0, "alpha", "same", first);
    write_as(w, 0, "delta", "same", second);
    assert_string_not_equal(first, second);
    assert_owner(w, 0, first, "alpha");
    assert_owner(w, 0, second, "Delta");
    json_t *set = json_pack("{s:s, s:s, s:{s:{s:s}}}", "site", "delta", "id", first, "set", "title", "fr", "Volé");
    world_refused(w, 0, "record.edit", set, "not_ours");
    end(w);
}

static void a_name_or_an_ally_that_is_there_is_refused(void **state)
{
    (void)state;
    struct world *w = world_alliance(403, 2);
    world_refused(w, 1, "site.add", add_args("Delta", "delta", ""), "site_code");
    world_refused(w, 0, "site.add", add_args("beta", "other", ""), "ally_known");
    world_refused(w, 0, "site.add", add_args("Delta", "alpha", ""), "site_exists");
    world_refused(w, 0, "site.add", add_args("Delta", "a/b", ""), "site_name");
    world_refused(w, 0, "site.add", add_args("Delta", "alpha.old", ""), "site_name");
    host(w, 0, "Delta", "delta", "", "member");
    world_refused(w, 0, "site.add", add_args("Epsilon", "delta", ""), "site_exists");
    end(w);
}

static void a_member_hosts_with_a_code_that_serves_once(void **state)
{
    (void)state;
    struct world *w = world_alliance(404, 3);
    char *code = world_invite(w, "Delta", 3600), *other = world_invite(w, "Epsilon", 3600), id[64];
    host(w, 1, "", "delta", code, "waiting");
    host(w, 1, "", "epsilon", other, "waiting");
    assert_true(world_settle(w, 30000));
    assert_state(w, 1, "delta", "member", "");
    assert_state(w, 1, "epsilon", "member", "");
    write_as(w, 1, "delta", "d1", id);
    assert_true(world_settle(w, 30000));
    assert_owner(w, 2, id, "Delta");
    host(w, 1, "", "delta", code, "member");
    host(w, 1, "Zeta", "zeta", code, "waiting");
    world_run(w, 10000);
    assert_state(w, 1, "zeta", "refused", "invite_used");
    world_refused(w, 1, "record.write", record_args("zeta", "x", "x"), "standing");
    world_crash(w, 1);
    assert_int_equal(world_start(w, 1), ERR_OK);
    assert_state(w, 1, "zeta", "refused", "invite_used");
    free(other);
    other = world_invite(w, "Zeta", 3600);
    host(w, 1, "", "zeta", other, "waiting");
    assert_true(world_settle(w, 30000));
    assert_state(w, 1, "zeta", "member", "");
    free(code);
    free(other);
    end(w);
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
        host(w, hosts[i], "", names[i], json_string_value(json_object_get(r, "code")), "waiting");
        world_run(w, 60000);
        assert_state(w, hosts[i], names[i], "member", "");
        json_decref(r);
    }
    end(w);
}

static void it_waits_for_an_absent_registrar_and_goes_on_by_itself(void **state)
{
    (void)state;
    struct world *w = world_alliance(405, 3);
    char *code = world_invite(w, "Delta", 3600);
    world_stop(w, 0);
    host(w, 1, "", "delta", code, "waiting");
    world_run(w, 60000);
    world_crash(w, 1);
    assert_int_equal(world_start(w, 1), ERR_OK);
    assert_state(w, 1, "delta", "waiting", "");
    world_record(w, 2, "g1", "g1", NULL);
    assert_int_equal(world_start(w, 0), ERR_OK);
    world_run(w, 60000);
    assert_state(w, 1, "delta", "member", "");
    write_as(w, 1, "delta", "d1", NULL);
    free(code);
    end(w);
}

/* The daemon speaks as the site it began with, whatever the others are called. */
static void the_first_stays_the_first(void **state)
{
    (void)state;
    struct world *w = world_alliance(406, 2);
    host(w, 0, "Aardvark", "aa", "", "member");
    write_as(w, 0, "aa", "x", NULL);
    assert_true(world_settle(w, 30000));
    world_stop(w, 0);
    assert_int_equal(world_start(w, 0), ERR_OK);
    json_t *r = world_do(w, 0, "status", NULL);
    assert_string_equal(json_string_value(json_object_get(r, "name")), "alpha");
    assert_int_equal(json_array_size(json_object_get(r, "sites")), 2);
    json_decref(r);
    assert_true(world_settle(w, 30000));
    end(w);
}

static void each_site_has_a_guard_and_incarnations_of_its_own(void **state)
{
    (void)state;
    struct world *w = world_alliance(407, 2);
    w->watch = true;
    host(w, 0, "Delta", "delta", "", "member");
    write_as(w, 0, "alpha", "a1", NULL);
    write_as(w, 0, "delta", "d1", NULL);
    uint64_t alpha = incarnation(w, 0, "alpha"), delta = incarnation(w, 0, "delta");
    world_crash(w, 0);
    assert_int_equal(world_start(w, 0), ERR_OK);
    write_as(w, 0, "delta", "d2", NULL);
    write_as(w, 0, "alpha", "a2", NULL);
    assert_true(incarnation(w, 0, "alpha") == alpha && incarnation(w, 0, "delta") == delta);
    world_crash(w, 0);
    world_boot(w, 0);
    assert_int_equal(world_start(w, 0), ERR_OK);
    world_run(w, 2000);
    write_as(w, 0, "delta", "d3", NULL);
    assert_true(incarnation(w, 0, "delta") != delta);
    write_as(w, 0, "alpha", "a3", NULL);
    assert_true(incarnation(w, 0, "alpha") != alpha);
    end(w);
}

static void a_copy_put_back_opens_an_incarnation_for_each(void **state)
{
    (void)state;
    struct world *w = world_alliance(408, 2);
    char copy[160];
    w->watch = true;
    host(w, 0, "Delta", "delta", "", "member");
    write_as(w, 0, "delta", "d1", NULL);
    world_run(w, 2000);
    world_copy(w, 0, copy);
    write_as(w, 0, "alpha", "a1", NULL);
    write_as(w, 0, "delta", "d2", NULL);
    uint64_t alpha = incarnation(w, 0, "alpha"), delta = incarnation(w, 0, "delta");
    assert_true(world_settle(w, 30000));
    world_crash(w, 0);
    world_restore(w, 0, copy);
    assert_int_equal(world_start(w, 0), ERR_OK);
    write_as(w, 0, "alpha", "a2", NULL);
    write_as(w, 0, "delta", "d3", NULL);
    assert_true(incarnation(w, 0, "alpha") != alpha && incarnation(w, 0, "delta") != delta);
    end(w);
}

static void unheld_is_told_for_each_and_in_all(void **state)
{
    (void)state;
    struct world *w = world_alliance(409, 2);
    host(w, 0, "Delta", "delta", "", "member");
    assert_true(world_settle(w, 30000));
    world_run(w, 12000);
    world_block(w, 0, 1, true);
    write_as(w, 0, "delta", "d1", NULL);
    write_as(w, 0, "delta", "d2", NULL);
    write_as(w, 0, "alpha", "a1", NULL);
    json_t *r = world_do(w, 0, "status", NULL);
    const json_t *sites = json_object_get(r, "sites");
    assert_int_equal(world_number(r, "unheld"), 3);
    assert_int_equal(world_number(named(sites, "delta"), "unheld"), 2);
    assert_int_equal(world_number(named(sites, "alpha"), "unheld"), 1);
    json_decref(r);
    r = world_do(w, 0, "status", json_pack("{s:s}", "site", "delta"));
    assert_int_equal(world_number(r, "unheld"), 2);
    assert_string_equal(json_string_value(json_object_get(r, "ally")), "Delta");
    json_decref(r);
    world_heal(w);
    end(w);
}

static void a_hosted_site_of_a_suspended_ally_writes_no_more_and_the_others_do(void **state)
{
    (void)state;
    struct world *w = world_alliance(410, 2);
    host(w, 0, "Delta", "delta", "", "member");
    write_as(w, 0, "delta", "d1", NULL);
    json_decref(world_do(w, 0, "ally.suspend", json_pack("{s:s, s:s}", "ally", "Delta", "reason", "essai")));
    world_refused(w, 0, "record.write", record_args("delta", "x", "x"), "suspended");
    assert_state(w, 0, "delta", "readonly", "");
    write_as(w, 0, "alpha", "a1", NULL);
    json_decref(world_do(w, 0, "ally.lift", json_pack("{s:s}", "ally", "Delta")));
    write_as(w, 0, "delta", "d2", NULL);
    end(w);
}

static void one_that_was_not_admitted_is_given_up(void **state)
{
    (void)state;
    struct world *w = world_alliance(411, 2);
    char *code = world_invite(w, "Delta", 3600);
    host(w, 1, "", "delta", code, "waiting");
    assert_true(world_settle(w, 30000));
    host(w, 1, "Autre", "autre", code, "waiting");
    world_run(w, 5000);
    assert_state(w, 1, "autre", "refused", "invite_used");
    world_refused(w, 1, "site.remove", json_pack("{s:s}", "site", "beta"), "site_own");
    world_refused(w, 1, "site.remove", json_pack("{s:s}", "site", "delta"), "member");
    json_decref(world_do(w, 1, "site.remove", json_pack("{s:s}", "site", "autre")));
    world_refused(w, 1, "site.remove", json_pack("{s:s}", "site", "autre"), "site_unknown");
    json_t *r = world_do(w, 1, "status", NULL);
    assert_int_equal(json_array_size(json_object_get(r, "problems")), 0);
    json_decref(r);
    world_crash(w, 1);
    assert_int_equal(world_start(w, 1), ERR_OK);
    write_as(w, 1, "delta", "d1", NULL);
    free(code);
    end(w);
}

/* ---- moving ---- */

static json_t *move_args(const char *site, bool cancel)
{
    return json_pack("{s:s, s:b}", "site", site, "cancel", cancel);
}

static char *offer(struct world *w, size_t at, const char *site)
{
    json_t *r = world_do(w, at, "site.move", move_args(site, false));
    char *code = strdup(json_string_value(json_object_get(r, "code")));
    json_decref(r);
    return code;
}

/* The site's own daemon: it joins with the code, and holds all that there is. */
static size_t arrive(struct world *w, const char *name, const char *code)
{
    size_t at = world_add(w, name);
    assert_int_equal(world_join_code(w, at, code), ERR_OK);
    assert_int_equal(world_start(w, at), ERR_OK);
    assert_true(world_settle(w, 120000));
    return at;
}

static json_t *edit_args(const char *id, const char *title)
{
    return json_pack("{s:s, s:{s:{s:s}}}", "id", id, "set", "title", "fr", title);
}

static void assert_moved(struct world *w, size_t from, size_t to, const char *name, const char *id)
{
    char file[260], title[64];
    json_t *r = world_do(w, to, "status", NULL);
    assert_string_equal(json_string_value(json_object_get(r, "ally")), "Delta");
    assert_string_equal(json_string_value(json_object_get(r, "state")), "ok");
    json_decref(r);
    assert_state(w, from, name, "moved", "");
    world_refused(w, from, "record.write", record_args(name, "x", "x"), "site_moved");
    json_decref(world_do(w, to, "record.edit", edit_args(id, "De chez nous")));
    assert_true(world_settle(w, 30000));
    world_title(w, from, id, title);
    assert_string_equal(title, "De chez nous");
    assert_owner(w, from, id, "Delta");
    snprintf(file, sizeof file, "%s/keys/%s.key", w->sites[from].dir, name);
    assert_int_not_equal(access(file, F_OK), 0);
    snprintf(file, sizeof file, "%s/keys/%s.moved.key", w->sites[from].dir, name);
    assert_int_equal(access(file, F_OK), 0);
}

static void a_site_moves_with_its_history_to_a_daemon_of_its_own(void **state)
{
    (void)state;
    struct world *w = world_alliance(421, 2);
    char id[64], before[260], after[260];
    w->watch = true;
    host(w, 0, "Delta", "delta", "", "member");
    write_as(w, 0, "delta", "d1", id);
    char *code = offer(w, 0, "delta");
    world_refused(w, 0, "record.write", record_args("delta", "x", "x"), "site_moved");
    assert_state(w, 0, "delta", "moving", "");
    write_as(w, 0, "alpha", "a1", NULL);
    world_crash(w, 0);
    assert_int_equal(world_start(w, 0), ERR_OK);
    assert_state(w, 0, "delta", "moving", "");
    size_t at = arrive(w, "delta", code);
    assert_moved(w, 0, at, "delta", id);
    /* The code is good once. */
    size_t thief = world_add(w, "voleur");
    assert_int_equal(world_join_code(w, thief, code), ERR_OK);
    assert_int_equal(world_start(w, thief), ERR_OK);
    world_run(w, 10000);
    json_t *r = world_do(w, thief, "status", NULL);
    assert_string_equal(json_string_value(json_object_get(r, "state")), "refused");
    json_decref(r);
    world_stop(w, thief);
    /* The crash lay between the row and the file. */
    world_crash(w, 0);
    snprintf(after, sizeof after, "%s/keys/delta.moved.key", w->sites[0].dir);
    snprintf(before, sizeof before, "%s/keys/delta.key", w->sites[0].dir);
    assert_int_equal(rename(after, before), 0);
    assert_int_equal(world_start(w, 0), ERR_OK);
    assert_int_equal(access(after, F_OK), 0);
    free(code);
    end(w);
}

/* The host is not the registrar: it passes the request on, once the registrar is there. */
static void a_site_moves_from_a_member_that_hosts_it(void **state)
{
    (void)state;
    struct world *w = world_alliance(422, 3);
    char *invitation = world_invite(w, "Delta", 3600), id[64];
    host(w, 1, "", "delta", invitation, "waiting");
    assert_true(world_settle(w, 30000));
    world_block(w, 1, 0, true);
    world_block(w, 1, 2, true);
    write_as(w, 1, "delta", "d1", id);
    world_refused(w, 1, "site.move", move_args("delta", false), "site_uncopied");
    write_as(w, 1, "delta", "d2", NULL);
    world_heal(w);
    assert_true(world_settle(w, 60000));
    char *code = offer(w, 1, "delta");
    world_stop(w, 0);
    size_t at = world_add(w, "delta");
    assert_int_equal(world_join_code(w, at, code), ERR_OK);
    assert_int_equal(world_start(w, at), ERR_OK);
    world_run(w, 40000);
    json_t *r = world_do(w, at, "status", NULL);
    assert_string_equal(json_string_value(json_object_get(r, "state")), "joining");
    json_decref(r);
    assert_state(w, 1, "delta", "moving", "");
    assert_int_equal(world_start(w, 0), ERR_OK);
    world_run(w, 60000);
    assert_true(world_settle(w, 120000));
    assert_moved(w, 1, at, "delta", id);
    free(code);
    free(invitation);
    end(w);
}

static void a_move_is_cancelled_and_the_daemons_own_site_does_not_move(void **state)
{
    (void)state;
    struct world *w = world_alliance(423, 2);
    host(w, 0, "Delta", "delta", "", "member");
    world_refused(w, 0, "site.move", move_args("alpha", false), "site_own");
    world_refused(w, 0, "site.move", move_args("delta", true), "nothing_to_do");
    free(offer(w, 0, "delta"));
    json_decref(world_do(w, 0, "site.move", move_args("delta", true)));
    write_as(w, 0, "delta", "d1", NULL);
    assert_state(w, 0, "delta", "member", "");
    end(w);
}

static void a_hosted_site_gets_a_new_key_where_it_is(void **state)
{
    (void)state;
    struct world *w = world_alliance(424, 2);
    char id[64];
    host(w, 0, "Delta", "delta", "", "member");
    write_as(w, 0, "delta", "d1", id);
    json_decref(world_do(w, 0, "key.rotate", json_pack("{s:s}", "site", "delta")));
    world_run(w, 3000);
    world_stop(w, 0);
    assert_int_equal(world_start(w, 0), ERR_OK);
    json_t *args = edit_args(id, "Après");
    json_object_set_new(args, "site", json_string("delta"));
    json_decref(world_do(w, 0, "record.edit", args));
    write_as(w, 0, "alpha", "a1", NULL);
    assert_true(world_settle(w, 60000));
    json_t *r = world_do(w, 1, "ally.show", json_pack("{s:s}", "ally", "Delta"));
    const json_t *sites = json_object_get(r, "sites");
    size_t i, hosted = 0;
    json_t *one;
    json_array_foreach((json_t *)(uintptr_t)sites, i, one) hosted +=
        json_is_false(json_object_get(one, "ended")) && json_is_string(json_object_get(one, "hosted_by"));
    assert_int_equal(json_array_size(sites), 2);
    assert_int_equal(hosted, 1);
    json_decref(r);
    end(w);
}

static void assert_refused_key(struct world *w, size_t at, const char *site, const char *expected)
{
    json_t *r = world_do(w, at, "status", json_pack("{s:s}", "site", site));
    const char *error = json_string_value(json_object_get(r, "next_key_error"));
    assert_string_equal(error ? error : "", expected);
    json_decref(r);
}

static void what_is_said_against_a_hosted_sites_new_key_is_told_of_that_site(void **state)
{
    (void)state;
    struct world *w = world_alliance(425, 3);
    char *code = world_invite(w, "Delta", 3600);
    struct core *c = w->sites[1].core;
    host(w, 1, "", "delta", code, "waiting");
    assert_true(world_settle(w, 30000));
    world_stop(w, 0);
    json_decref(world_do(w, 1, "key.rotate", json_pack("{s:s}", "site", "delta")));
    struct peer *p = sync_peer_of(c, w->sites[2].core->own[0].key.pub);
    assert_non_null(p);
    for (int ms = 0; ms < 1000 && !p->joins_open; ms++)
        world_run(w, 1);
    assert_int_equal(p->joins_open, 1);
    joins_answered(c, p, &(struct msg_welcome){.code = slice_text("member"), .detail = slice_text("key.rotate")});
    assert_refused_key(w, 1, "delta", "member");
    assert_refused_key(w, 1, w->sites[1].name, "");
    free(code);
    world_free(w);
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
        cmocka_unit_test(a_site_moves_with_its_history_to_a_daemon_of_its_own),
        cmocka_unit_test(a_site_moves_from_a_member_that_hosts_it),
        cmocka_unit_test(a_move_is_cancelled_and_the_daemons_own_site_does_not_move),
        cmocka_unit_test(a_hosted_site_gets_a_new_key_where_it_is),
        cmocka_unit_test(what_is_said_against_a_hosted_sites_new_key_is_told_of_that_site),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
