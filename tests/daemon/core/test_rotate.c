/* A new key in an old one's place, at every step. */
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

static void assert_title(struct world *w, size_t at, const char *id, const char *expected)
{
    char title[64];
    world_title(w, at, id, title);
    assert_string_equal(title, expected);
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
    world_refused(w, 0, "record.edit", edit(id, "Non"), "cut");
    world_refused(w, 0, "key.rotate", NULL, "nothing_to_do");
    world_run(w, 2000);
    world_stop(w, 0);
    assert_int_equal(world_start(w, 0), ERR_OK);
    site_id(w, 0, after);
    assert_string_not_equal(before, after);
    assert_true(world_settle(w, 60000));
    json_decref(world_do(w, 0, "record.edit", edit(id, "Après")));
    assert_true(world_settle(w, 60000));
    assert_title(w, 1, id, "Après");
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
        assert_title(w, i, id, "Après");
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
    world_refused(w, 1, "key.rotate", NULL, "who");
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_new_key_writes_on_and_the_old_one_no_more),
        cmocka_unit_test(a_crash_after_any_step_is_taken_up_again),
        cmocka_unit_test(a_command_changes_over_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
