/* What the registrar decides between two charters: suspension, its end, checkpoints. */
#include "tests/help/core_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static json_t *about(const char *ally)
{
    return json_pack("{s:s, s:s}", "ally", ally, "reason", "silence");
}

static void act(struct world *w, const char *what, const char *ally)
{
    json_decref(world_do(w, 0, what, about(ally)));
    world_run(w, 2000);
}

static bool suspended(struct world *w, size_t at, const char *ally)
{
    json_t *r = world_do(w, at, "ally.show", about(ally));
    bool is = json_is_true(json_object_get(r, "suspended"));
    json_decref(r);
    return is;
}

/* The registrar does not have what beta wrote last, gamma does: it goes everywhere, and comes back when the suspension ends. */
static void a_suspension_rolls_back_on_every_site_and_lifting_restores(void **state)
{
    (void)state;
    struct world *w = world_alliance(311, 3);
    char id[64];
    world_record(w, 1, "s1", "Avant", id);
    assert_true(world_settle(w, 10000));
    world_block(w, 0, 1, true);
    world_block(w, 0, 2, true);
    world_retitle(w, 1, id, "Pendant");
    world_run(w, 2000);
    world_title_is(w, 2, id, "Pendant");
    act(w, "ally.suspend", "beta");
    world_heal(w);
    assert_true(world_settle(w, 60000));
    for (size_t i = 0; i < 3; i++) {
        assert_true(suspended(w, i, "beta"));
        world_title_is(w, i, id, "Avant");
        world_verify(w, i);
    }
    world_refused(w, 1, "record.edit", json_pack("{s:s, s:{s:{s:s}}}", "id", id, "set", "title", "fr", "Non"),
                  "suspended");
    world_refused(w, 0, "ally.suspend", about("beta"), "nothing_to_do");
    act(w, "ally.lift", "beta");
    assert_true(world_settle(w, 60000));
    for (size_t i = 0; i < 3; i++) {
        assert_false(suspended(w, i, "beta"));
        world_title_is(w, i, id, "Pendant");
        world_verify(w, i);
    }
    world_retitle(w, 1, id, "Ensuite");
    assert_true(world_settle(w, 10000));
    world_title_is(w, 0, id, "Ensuite");
    world_free(w);
}

static void only_the_registrar_acts_and_not_against_itself(void **state)
{
    (void)state;
    struct world *w = world_alliance(312, 2);
    world_refused(w, 1, "ally.suspend", about("alpha"), "who");
    world_refused(w, 1, "ally.lift", about("alpha"), "who");
    world_refused(w, 1, "ally.checkpoint", NULL, "who");
    world_refused(w, 0, "ally.suspend", about("alpha"), "who");
    world_refused(w, 0, "ally.suspend", about("personne"), "ally_unknown");
    world_refused(w, 0, "ally.lift", about("beta"), "nothing_to_do");
    world_free(w);
}

static void a_checkpoint_is_held_by_everybody(void **state)
{
    (void)state;
    struct world *w = world_alliance(313, 2);
    char id[64];
    world_record(w, 1, "s1", "Jardin", id);
    assert_true(world_settle(w, 10000));
    json_t *r = world_do(w, 0, "ally.checkpoint", NULL);
    assert_true(world_number(r, "logs") >= 2);
    json_decref(r);
    assert_true(world_settle(w, 10000));
    world_retitle(w, 1, id, "Jardin partagé");
    assert_true(world_settle(w, 10000));
    world_title_is(w, 0, id, "Jardin partagé");
    world_free(w);
}

static void an_expelled_ally_is_shown_as_gone_and_writes_no_more(void **state)
{
    (void)state;
    struct world *w = world_alliance(314, 3);
    char charter[64];
    json_t *r = world_do(w, 0, "ally.cut", json_pack("{s:s}", "ally", "gamma"));
    snprintf(charter, sizeof charter, "%s", json_string_value(json_object_get(r, "id")));
    json_decref(r);
    world_run(w, 1000);
    json_decref(world_do(w, 1, "charter.sign", json_pack("{s:s}", "id", charter)));
    world_run(w, 5000);
    for (size_t i = 0; i < 2; i++) {
        r = world_do(w, i, "ally.show", about("gamma"));
        assert_string_equal(json_string_value(json_object_get(r, "standing")), "ended");
        assert_true(json_is_null(json_object_get(r, "owner")));
        json_decref(r);
        r = world_do(w, i, "status", NULL);
        assert_int_equal(json_array_size(json_object_get(r, "peers")), 1);
        json_decref(r);
    }
    world_refused(w, 0, "ally.cut", json_pack("{s:s}", "ally", "gamma"), "nothing_to_do");
    world_free(w);
}

/* It is not told to look at its firewall, and does not ring at everybody's door every other second. */
static void an_expelled_site_learns_why_nobody_speaks_with_it(void **state)
{
    (void)state;
    struct world *w = world_alliance(315, 3);
    char charter[64];
    json_t *r = world_do(w, 0, "ally.cut", json_pack("{s:s}", "ally", "gamma")), *one;
    bool ended = false;
    size_t i;
    snprintf(charter, sizeof charter, "%s", json_string_value(json_object_get(r, "id")));
    json_decref(r);
    world_run(w, 1000);
    json_decref(world_do(w, 1, "charter.sign", json_pack("{s:s}", "id", charter)));
    world_run(w, 60000);
    r = world_do(w, 2, "status", NULL);
    json_array_foreach(json_object_get(r, "problems"), i, one)
    {
        const char *name = json_string_value(json_object_get(one, "name"));
        ended |= strcmp(name, "ended") == 0;
        assert_string_not_equal(name, "unreachable");
    }
    assert_true(ended);
    json_decref(r);
    world_run(w, 300000);
    for (i = 0; i < w->sites[2].core->reach_n; i++)
        assert_true(w->sites[2].core->reach[i].attempts >= 4);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_suspension_rolls_back_on_every_site_and_lifting_restores),
        cmocka_unit_test(only_the_registrar_acts_and_not_against_itself),
        cmocka_unit_test(a_checkpoint_is_held_by_everybody),
        cmocka_unit_test(an_expelled_ally_is_shown_as_gone_and_writes_no_more),
        cmocka_unit_test(an_expelled_site_learns_why_nobody_speaks_with_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
