/* What a fork or a suspension took out of our own logs, written again. */
#include "tests/help/core_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static size_t history(struct world *w, size_t at, const char *id)
{
    json_t *r = world_do(w, at, "record.history", json_pack("{s:s}", "id", id));
    size_t n = json_array_size(json_object_get(r, "history"));
    json_decref(r);
    return n;
}

/* Both wrote in one log: everybody drops both branches, and each writes its own again, in a log of its own, once. */
static void what_a_clone_of_running_memory_forked_away_comes_back_by_itself(void **state)
{
    (void)state;
    struct world *w = world_alliance(331, 3);
    char original[64], clones[64], first[64];
    world_record(w, 1, "un", "Un", first);
    assert_true(world_settle(w, 10000));
    size_t clone = world_clone(w, 1, true, true);
    world_block(w, clone, 0, true);
    world_block(w, clone, 2, true);
    assert_int_equal(world_start(w, clone), ERR_OK);
    world_record(w, clone, "clone", "Clone", clones);
    world_retitle(w, clone, clones, "Clone corrigé");
    world_record(w, 1, "original", "Original", original);
    world_retitle(w, 1, original, "Original corrigé");
    world_run(w, 3000);
    world_title_is(w, 2, original, "Original corrigé");
    world_crash(w, 1);
    world_heal(w);
    world_run(w, 30000);
    assert_true(world_noted(w, clone, "fork.proved") >= 1);
    assert_int_equal(world_noted(w, clone, "log.republished"), 1);
    world_title_is(w, 2, clones, "Clone corrigé");
    world_stop(w, clone);
    assert_int_equal(world_start(w, 1), ERR_OK);
    assert_true(world_settle(w, 60000));
    for (size_t i = 0; i < 3; i++) {
        world_title_is(w, i, first, "Un");
        world_title_is(w, i, clones, "Clone corrigé");
        world_title_is(w, i, original, "Original corrigé");
        /* The correction replaces the title as it was written again: nothing is in conflict. */
        json_t *r = world_do(w, i, "status", NULL);
        assert_int_equal(world_number(r, "conflicts"), 0);
        json_decref(r);
        world_verify(w, i);
    }
    size_t n = history(w, 0, original);
    world_stop(w, 1);
    assert_int_equal(world_start(w, 1), ERR_OK);
    assert_true(world_settle(w, 60000));
    assert_int_equal(history(w, 0, original), n);
    world_refused(w, 1, "record.republish", json_pack("{s:s}", "id", original), "nothing_to_do");
    world_free(w);
}

static void nothing_is_written_again_that_was_not_set_aside(void **state)
{
    (void)state;
    struct world *w = world_alliance(332, 2);
    char id[64];
    world_record(w, 1, "un", "Un", id);
    world_refused(w, 1, "record.republish", json_pack("{s:s}", "id", id), "not_found");
    world_refused(w, 1, "record.republish", NULL, "nothing_to_do");
    world_free(w);
}

/* An author who wrote while it was suspended without knowing gets it back at the end; until then nothing can be written again. */
static void a_suspended_site_cannot_write_it_again(void **state)
{
    (void)state;
    struct world *w = world_alliance(333, 2);
    char id[64];
    world_record(w, 1, "un", "Un", id);
    assert_true(world_settle(w, 10000));
    world_block(w, 0, 1, true);
    world_retitle(w, 1, id, "Deux");
    json_decref(world_do(w, 0, "ally.suspend", json_pack("{s:s}", "ally", "beta")));
    world_heal(w);
    assert_true(world_settle(w, 60000));
    world_title_is(w, 1, id, "Un");
    world_refused(w, 1, "record.republish", json_pack("{s:s}", "id", id), "suspended");
    json_decref(world_do(w, 0, "ally.lift", json_pack("{s:s}", "ally", "beta")));
    assert_true(world_settle(w, 60000));
    world_title_is(w, 0, id, "Deux");
    world_refused(w, 1, "record.republish", json_pack("{s:s}", "id", id), "not_found");
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_clone_of_running_memory_forked_away_comes_back_by_itself),
        cmocka_unit_test(nothing_is_written_again_that_was_not_set_aside),
        cmocka_unit_test(a_suspended_site_cannot_write_it_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
