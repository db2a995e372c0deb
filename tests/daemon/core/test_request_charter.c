/* The next charter: proposed, signed by two thirds, refused, followed; who ends and who inherits. */
#include "tests/help/core_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The id of the charter that an answer tells of. */
static void keep_id(json_t *answer, char id[64])
{
    snprintf(id, 64, "%s", json_string_value(json_object_get(answer, "id")));
    json_decref(answer);
}

static void propose(struct world *w, size_t at, json_t *changes, char id[64])
{
    keep_id(world_do(w, at, "charter.propose", changes), id);
    world_run(w, 1000);
}

static json_t *of(const char *id)
{
    return json_pack("{s:s}", "id", id);
}

static void sign(struct world *w, size_t at, const char *id)
{
    json_decref(world_do(w, at, "charter.sign", of(id)));
    world_run(w, 1000);
}

static uint64_t charter_at(struct world *w, size_t at)
{
    json_t *r = world_do(w, at, "status", NULL);
    uint64_t n = world_number(r, "charter");
    json_decref(r);
    return n;
}

static void assert_charter(struct world *w, size_t n, uint64_t number)
{
    for (size_t i = 0; i < n; i++)
        assert_int_equal(charter_at(w, i), number);
}

/* Three allies, who have signed charter 1. */
static struct world *ratified(uint64_t seed)
{
    struct world *w = world_alliance(seed, 3);
    char id[64];
    propose(w, 0, NULL, id);
    assert_charter(w, 3, 0);
    json_t *r = world_do(w, 1, "charter.show", of("1")); /* the one draft of that number */
    assert_string_equal(json_string_value(json_object_get(r, "id")), id);
    json_decref(r);
    sign(w, 1, id);
    assert_true(world_settle(w, 10000));
    assert_charter(w, 3, 1);
    return w;
}

static void three_allies_sign_charter_1(void **state)
{
    (void)state;
    struct world *w = ratified(301);
    json_t *r = world_do(w, 2, "charter.show", NULL);
    assert_int_equal(world_number(r, "number"), 1);
    assert_int_equal(world_number(r, "voters"), 3);
    assert_int_equal(world_number(r, "needed"), 2);
    assert_int_equal(world_number(r, "signed"), 2);
    assert_true(json_is_true(json_object_get(r, "in_force")));
    assert_int_equal(json_array_size(json_object_get(r, "allies")), 3);
    json_decref(r);
    r = world_do(w, 1, "charter.show", of("0"));
    assert_int_equal(json_array_size(json_object_get(r, "allies")), 1);
    json_decref(r);
    world_refused(w, 1, "charter.show", of("7"), "charter_unknown");
    world_refused(w, 1, "charter.show", of("zzzz"), "charter_unknown");
    world_refused(w, 0, "charter.sign", of("1"), "nothing_to_do");
    world_verify(w, 1);
    world_free(w);
}

static void two_thirds_make_the_next_one_valid_everywhere(void **state)
{
    (void)state;
    struct world *w = ratified(302);
    char id[64];
    propose(w, 1, json_pack("{s:s, s:{s:i}, s:s}", "name", "Commons II", "rules", "3", 2, "text", "Nous, alliés"), id);
    assert_charter(w, 3, 1);
    json_t *r = world_do(w, 2, "charter.show", of(id));
    assert_int_equal(world_number(r, "needed"), 2);
    assert_int_equal(world_number(r, "signed"), 1);
    assert_int_equal(json_array_size(json_object_get(r, "waiting")), 2);
    json_decref(r);
    sign(w, 2, id);
    assert_true(world_settle(w, 10000));
    assert_charter(w, 3, 2);
    r = world_do(w, 0, "charter.show", NULL);
    assert_string_equal(json_string_value(json_object_get(r, "name")), "Commons II");
    assert_string_equal(json_string_value(json_object_get(r, "id")), id);
    json_decref(r);
    world_free(w);
}

/* A draft waits for whoever was away. */
static void a_draft_reaches_a_site_that_was_down(void **state)
{
    (void)state;
    struct world *w = ratified(303);
    char id[64];
    world_stop(w, 2);
    propose(w, 0, NULL, id);
    assert_charter(w, 2, 1);
    assert_int_equal(world_start(w, 2), ERR_OK);
    world_run(w, 5000);
    sign(w, 2, id);
    assert_true(world_settle(w, 10000));
    assert_charter(w, 3, 2);
    world_free(w);
}

static void nobody_signs_two_of_one_number_until_promises_free_it(void **state)
{
    (void)state;
    struct world *w = ratified(304);
    char one[64], other[64];
    propose(w, 0, json_pack("{s:s}", "name", "Un"), one);
    propose(w, 1, json_pack("{s:s}", "name", "Deux"), other);
    world_refused(w, 0, "charter.sign", of(other), "signed_rival");
    world_refused(w, 0, "charter.show", of("2"), "ambiguous");
    json_decref(world_do(w, 1, "charter.refuse", of(one)));
    world_run(w, 1000);
    world_refused(w, 0, "charter.sign", of(other), "signed_rival");
    world_refused(w, 0, "charter.refuse", of(one), "signed_rival");
    json_decref(world_do(w, 2, "charter.refuse", of(one)));
    world_run(w, 1000);
    world_refused(w, 2, "charter.sign", of(one), "signed_rival");
    assert_charter(w, 3, 1);
    sign(w, 0, other);
    assert_true(world_settle(w, 10000));
    assert_charter(w, 3, 2);
    json_t *r = world_do(w, 2, "charter.show", NULL);
    assert_string_equal(json_string_value(json_object_get(r, "id")), other);
    json_decref(r);
    world_free(w);
}

static void whoever_is_not_ratified_proposes_and_has_no_vote(void **state)
{
    (void)state;
    struct world *w = world_alliance(305, 4);
    char id[64];
    propose(w, 3, NULL, id);
    json_t *r = world_do(w, 0, "charter.show", of(id));
    assert_int_equal(world_number(r, "signed"), 0);
    assert_int_equal(world_number(r, "voters"), 3);
    json_decref(r);
    world_refused(w, 3, "charter.sign", of(id), "who");
    world_refused(w, 3, "charter.refuse", of(id), "who");
    sign(w, 0, id);
    assert_charter(w, 4, 0);
    sign(w, 1, id);
    assert_true(world_settle(w, 10000));
    assert_charter(w, 4, 1);
    propose(w, 3, NULL, id);
    r = world_do(w, 0, "charter.show", of(id));
    assert_int_equal(world_number(r, "signed"), 1);
    assert_int_equal(world_number(r, "needed"), 3);
    json_decref(r);
    world_free(w);
}

/* alpha's disk is set back to before it signed, so that it signs a rival: each site keeps what it had, until somebody goes over. */
static void of_two_complete_rivals_each_keeps_its_own_until_it_follows(void **state)
{
    (void)state;
    struct world *w = ratified(306);
    char copy[160], one[64], other[64];
    world_copy(w, 0, copy);
    world_block(w, 2, 0, true);
    world_block(w, 2, 1, true);
    propose(w, 0, json_pack("{s:s}", "name", "Un"), one);
    sign(w, 1, one);
    assert_int_equal(charter_at(w, 1), 2);
    world_block(w, 0, 1, true);
    world_crash(w, 0);
    world_restore(w, 0, copy);
    assert_int_equal(world_start(w, 0), ERR_OK);
    world_block(w, 2, 0, false);
    world_run(w, 20000);
    propose(w, 0, json_pack("{s:s}", "name", "Deux"), other);
    sign(w, 2, other);
    assert_int_equal(charter_at(w, 2), 2);
    world_heal(w);
    world_run(w, 60000);
    json_t *log = world_do(w, 1, "charter.log", NULL);
    assert_int_equal(json_array_size(json_object_get(log, "rivals")), 1);
    json_decref(log);
    char now[64];
    keep_id(world_do(w, 1, "charter.show", NULL), now);
    assert_string_equal(now, one);
    assert_false(world_agrees(w));
    world_refused(w, 1, "charter.follow", of(one), "nothing_to_do");
    world_refused(w, 1, "charter.follow", of("1"), "nothing_to_do");
    json_decref(world_do(w, 1, "charter.follow", of(other)));
    assert_true(world_settle(w, 30000));
    keep_id(world_do(w, 1, "charter.show", NULL), now);
    assert_string_equal(now, other);
    world_free(w);
}

static void the_heir_of_an_ally_that_ended_owns_its_records(void **state)
{
    (void)state;
    struct world *w = ratified(307);
    char record[64], id[64], title[64];
    world_record(w, 2, "s1", "Jardin", record);
    assert_true(world_settle(w, 10000));
    json_t *edit = json_pack("{s:s, s:{s:{s:s}}}", "id", record, "set", "title", "fr", "Jardin repris");
    world_refused(w, 1, "record.edit", json_deep_copy(edit), "not_ours");
    world_refused(w, 0, "charter.propose", json_pack("{s:{s:s}}", "end", "nobody", ""), "ally_unknown");
    propose(w, 0, json_pack("{s:{s:s}}", "end", "gamma", "beta"), id);
    sign(w, 1, id);
    world_run(w, 5000);
    assert_charter(w, 2, 2);
    json_decref(world_do(w, 1, "record.edit", edit));
    world_run(w, 1000);
    world_title(w, 0, record, title);
    assert_string_equal(title, "Jardin repris");
    /* What gamma writes counts for nobody, itself included. */
    json_t *answer =
        world_ask(w, 2, "record.edit", json_pack("{s:s, s:{s:{s:s}}}", "id", record, "set", "title", "fr", "Non"));
    assert_int_equal(json_integer_value(json_object_get(answer, "exit")), 5);
    json_decref(answer);
    world_title(w, 0, record, title);
    assert_string_equal(title, "Jardin repris");
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_allies_sign_charter_1),
        cmocka_unit_test(two_thirds_make_the_next_one_valid_everywhere),
        cmocka_unit_test(a_draft_reaches_a_site_that_was_down),
        cmocka_unit_test(nobody_signs_two_of_one_number_until_promises_free_it),
        cmocka_unit_test(whoever_is_not_ratified_proposes_and_has_no_vote),
        cmocka_unit_test(of_two_complete_rivals_each_keeps_its_own_until_it_follows),
        cmocka_unit_test(the_heir_of_an_ally_that_ended_owns_its_records),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
