/* A hosted site moves to a daemon of its own, with its history, or gets a new key where it is. */
#include "tests/help/core_hosting.h"

#include "daemon/core/joins.h"
#include "daemon/core/sync.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

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
    size_t at = world_newcomer(w, name, code);
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
    hosting_state(w, from, name, "moved", "");
    world_refused(w, from, "record.write", hosting_record_args(name, "x", "x"), "site_moved");
    json_decref(world_do(w, to, "record.edit", edit_args(id, "De chez nous")));
    assert_true(world_settle(w, 30000));
    world_title(w, from, id, title);
    assert_string_equal(title, "De chez nous");
    hosting_owner(w, from, id, "Delta");
    snprintf(file, sizeof file, "%s/keys/%s.key", w->sites[from].dir, name);
    assert_int_not_equal(access(file, F_OK), 0);
    snprintf(file, sizeof file, "%s/keys/%s.moved.key", w->sites[from].dir, name);
    assert_int_equal(access(file, F_OK), 0);
}

static size_t tokens(struct world *w, size_t at)
{
    json_t *r = world_do(w, at, "token.list", NULL);
    size_t n = json_array_size(json_object_get(r, "tokens"));
    json_decref(r);
    return n;
}

static void a_site_moves_with_its_history_to_a_daemon_of_its_own(void **state)
{
    (void)state;
    struct world *w = world_alliance(421, 2);
    char id[64], before[260], after[260];
    w->watch = true;
    hosting_add(w, 0, "Delta", "delta", "", "member");
    hosting_write(w, 0, "delta", "d1", id);
    json_decref(world_do(w, 0, "token.create",
                         json_pack("{s:s, s:s, s:s}", "site", "delta", "name", "cms", "scope", "records")));
    json_decref(
        world_do(w, 0, "token.create", json_pack("{s:s, s:s, s:s}", "site", "alpha", "name", "cms", "scope", "admin")));
    char *code = offer(w, 0, "delta");
    world_refused(w, 0, "record.write", hosting_record_args("delta", "x", "x"), "site_moved");
    hosting_state(w, 0, "delta", "moving", "");
    hosting_write(w, 0, "alpha", "a1", NULL);
    world_crash(w, 0);
    assert_int_equal(world_start(w, 0), ERR_OK);
    hosting_state(w, 0, "delta", "moving", "");
    size_t at = arrive(w, "delta", code);
    assert_moved(w, 0, at, "delta", id);
    assert_int_equal(tokens(w, 0), 1); /* nobody writes here as that site any more */
    /* The code is good once. */
    size_t thief = world_newcomer(w, "voleur", code);
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
    hosting_end(w);
}

/* The host is not the registrar: it passes the request on, once the registrar is there. */
static void a_site_moves_from_a_member_that_hosts_it(void **state)
{
    (void)state;
    struct world *w = world_alliance(422, 3);
    char *invitation = world_invite(w, "Delta", 3600), id[64];
    hosting_add(w, 1, "", "delta", invitation, "waiting");
    assert_true(world_settle(w, 30000));
    world_block(w, 1, 0, true);
    world_block(w, 1, 2, true);
    hosting_write(w, 1, "delta", "d1", id);
    world_refused(w, 1, "site.move", move_args("delta", false), "site_uncopied");
    hosting_write(w, 1, "delta", "d2", NULL);
    world_heal(w);
    assert_true(world_settle(w, 60000));
    char *code = offer(w, 1, "delta");
    world_stop(w, 0);
    size_t at = world_newcomer(w, "delta", code);
    world_run(w, 40000);
    json_t *r = world_do(w, at, "status", NULL);
    assert_string_equal(json_string_value(json_object_get(r, "state")), "joining");
    json_decref(r);
    hosting_state(w, 1, "delta", "moving", "");
    assert_int_equal(world_start(w, 0), ERR_OK);
    world_run(w, 60000);
    assert_true(world_settle(w, 120000));
    assert_moved(w, 1, at, "delta", id);
    free(code);
    free(invitation);
    hosting_end(w);
}

static void a_move_is_cancelled_and_the_daemons_own_site_does_not_move(void **state)
{
    (void)state;
    struct world *w = world_alliance(423, 2);
    hosting_add(w, 0, "Delta", "delta", "", "member");
    world_refused(w, 0, "site.move", move_args("alpha", false), "site_own");
    world_refused(w, 0, "site.move", move_args("delta", true), "nothing_to_do");
    free(offer(w, 0, "delta"));
    json_decref(world_do(w, 0, "site.move", move_args("delta", true)));
    hosting_write(w, 0, "delta", "d1", NULL);
    hosting_state(w, 0, "delta", "member", "");
    hosting_end(w);
}

static void a_hosted_site_gets_a_new_key_where_it_is(void **state)
{
    (void)state;
    struct world *w = world_alliance(424, 2);
    char id[64];
    hosting_add(w, 0, "Delta", "delta", "", "member");
    hosting_write(w, 0, "delta", "d1", id);
    json_decref(world_do(w, 0, "key.rotate", json_pack("{s:s}", "site", "delta")));
    world_run(w, 3000);
    world_stop(w, 0);
    assert_int_equal(world_start(w, 0), ERR_OK);
    json_t *args = edit_args(id, "Après");
    json_object_set_new(args, "site", json_string("delta"));
    json_decref(world_do(w, 0, "record.edit", args));
    hosting_write(w, 0, "alpha", "a1", NULL);
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
    hosting_end(w);
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
    hosting_add(w, 1, "", "delta", code, "waiting");
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
        cmocka_unit_test(a_site_moves_with_its_history_to_a_daemon_of_its_own),
        cmocka_unit_test(a_site_moves_from_a_member_that_hosts_it),
        cmocka_unit_test(a_move_is_cancelled_and_the_daemons_own_site_does_not_move),
        cmocka_unit_test(a_hosted_site_gets_a_new_key_where_it_is),
        cmocka_unit_test(what_is_said_against_a_hosted_sites_new_key_is_told_of_that_site),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
