/* The key that signs the roster changes hands: by a charter that names another one. */
#include "tests/help/core_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void next_registrar(struct world *w, size_t at, char key[64])
{
    json_t *r = world_do(w, at, "key.registrar", NULL);
    snprintf(key, 64, "%s", json_string_value(json_object_get(r, "registrar")));
    json_decref(r);
}

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

static bool is_registrar(struct world *w, size_t at)
{
    json_t *r = world_do(w, at, "status", NULL);
    bool is = json_is_true(json_object_get(r, "registrar"));
    json_decref(r);
    return is;
}

static bool is_suspended(struct world *w, size_t at, const char *ally)
{
    json_t *r = world_do(w, at, "ally.show", json_pack("{s:s}", "ally", ally));
    bool is = json_is_true(json_object_get(r, "suspended"));
    json_decref(r);
    return is;
}

static json_t *about(const char *ally)
{
    return json_pack("{s:s, s:s}", "ally", ally, "reason", "silence");
}

static struct world *ratified(uint64_t seed)
{
    struct world *w = world_alliance(seed, 3);
    char id[64];
    propose(w, 0, NULL, id);
    sign(w, 1, id);
    assert_true(world_settle(w, 10000));
    return w;
}

static void a_charter_gives_the_roster_to_another_key_and_what_the_old_one_signs_then_is_void(void **state)
{
    (void)state;
    struct world *w = ratified(361);
    char key[64], again[64], id[64], path[200];
    next_registrar(w, 1, key);
    next_registrar(w, 1, again);
    assert_string_equal(key, again);
    /* The old secretariat knows nothing of it, and goes on. */
    world_block(w, 0, 1, true);
    world_block(w, 0, 2, true);
    propose(w, 1, json_pack("{s:s, s:{s:s}}", "registrar", key, "roles", "secretariat", "beta"), id);
    assert_false(is_registrar(w, 1));
    sign(w, 2, id);
    assert_true(is_registrar(w, 1));
    json_decref(world_do(w, 0, "ally.suspend", about("gamma")));
    assert_true(is_suspended(w, 0, "gamma"));
    world_heal(w);
    assert_true(world_settle(w, 60000));
    for (size_t i = 0; i < 3; i++) {
        assert_false(is_suspended(w, i, "gamma"));
        assert_true(world_has_problem(w, i, "charter_voids"));
        json_t *log = world_do(w, i, "charter.log", NULL), *voids = json_object_get(log, "voids");
        assert_int_equal(json_array_size(voids), 1);
        assert_string_equal(json_string_value(json_object_get(json_array_get(voids, 0), "why")), "registrar");
        json_decref(log);
    }
    assert_false(is_registrar(w, 0));
    world_refused(w, 0, "ally.suspend", about("gamma"), "who");
    /* The new one decides, after a restart as well; and the next charter ends the warning. */
    world_stop(w, 1);
    snprintf(path, sizeof path, "%s/keys/registrar.key", w->sites[1].dir);
    assert_int_equal(access(path, F_OK), 0);
    assert_int_equal(world_start(w, 1), ERR_OK);
    world_run(w, 2000);
    json_decref(world_do(w, 1, "ally.suspend", about("gamma")));
    assert_true(world_settle(w, 60000));
    assert_true(is_suspended(w, 0, "gamma"));
    propose(w, 1, NULL, id);
    sign(w, 0, id);
    assert_true(world_settle(w, 60000));
    for (size_t i = 0; i < 3; i++) {
        assert_false(world_has_problem(w, i, "charter_voids"));
        world_verify(w, i);
    }
    world_free(w);
}

static void a_secretariat_that_lost_its_key_is_told_so_and_gets_another_by_a_charter(void **state)
{
    (void)state;
    struct world *w = ratified(362);
    char key[64], id[64], path[200], next[200], away[200];
    world_stop(w, 0);
    snprintf(path, sizeof path, "%s/keys/registrar.key", w->sites[0].dir);
    snprintf(next, sizeof next, "%s/keys/registrar.next.key", w->sites[0].dir);
    snprintf(away, sizeof away, "%s/keys/registrar.old.key", w->sites[0].dir);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(world_start(w, 0), ERR_OK);
    assert_true(world_has_problem(w, 0, "key_registrar"));
    assert_false(world_has_problem(w, 1, "key_registrar"));
    world_run(w, 3000);
    next_registrar(w, 0, key);
    propose(w, 0, json_pack("{s:s}", "registrar", key), id);
    sign(w, 1, id);
    assert_true(world_settle(w, 10000));
    assert_true(is_registrar(w, 0));
    assert_false(world_has_problem(w, 0, "key_registrar"));
    json_decref(world_do(w, 0, "ally.suspend", about("gamma")));
    assert_true(world_settle(w, 60000));
    assert_true(is_suspended(w, 1, "gamma"));
    /* Stopped before the file had its name, or between the two. */
    world_stop(w, 0);
    assert_int_equal(rename(path, next), 0);
    assert_int_equal(world_start(w, 0), ERR_OK);
    assert_true(is_registrar(w, 0));
    assert_int_equal(access(path, F_OK), 0);
    assert_int_not_equal(access(away, F_OK), 0);
    world_free(w);
}

static void the_registrars_key_is_no_sites_and_reads_as_a_key(void **state)
{
    (void)state;
    struct world *w = ratified(363);
    json_t *r = world_do(w, 2, "status", NULL);
    const char *site = json_string_value(json_object_get(r, "site"));
    world_refused(w, 1, "charter.propose", json_pack("{s:s}", "registrar", site), "member");
    world_refused(w, 1, "charter.propose", json_pack("{s:s}", "registrar", "abc"), "base32");
    json_decref(r);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_charter_gives_the_roster_to_another_key_and_what_the_old_one_signs_then_is_void),
        cmocka_unit_test(a_secretariat_that_lost_its_key_is_told_so_and_gets_another_by_a_charter),
        cmocka_unit_test(the_registrars_key_is_no_sites_and_reads_as_a_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
