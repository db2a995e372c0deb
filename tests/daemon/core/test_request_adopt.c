/* Proposals: what waits, taken back by who proposed it, refused by the secretariat, adopted by use wherever and whenever it is heard of. */
#include "tests/help/core_world.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define SOL  "http://atlas.test/sol"
#define EAUX "http://atlas.test/eaux"

static void add(struct world *w, size_t at, const char *uri, const char *label, bool adopt)
{
    json_decref(world_do(w, at, "concept.write",
                         json_pack("{s:s, s:b, s:[{s:i, s:{s:s, s:{s:s}}}]}", "mode", "add", "adopt", (int)adopt,
                                   "concepts", "line", 1, "concept", "uri", uri, "prefLabel", "fr", label)));
}

static json_t *ask(const char *id)
{
    return json_pack("{s:s}", "id", id);
}

static json_t *set(const char *field, const char *text)
{
    return json_pack("{s:s, s:{s:{s:s}}}", "id", SOL, "set", field, "fr", text);
}

/* What waits of all concepts, as "Sol: beta prefLabel@fr, -related; gamma broader". */
static void assert_waits(struct world *w, const char *expected)
{
    for (size_t at = 0; at < w->sites_n; at++) {
        json_t *r = world_do(w, at, "concept.list", json_pack("{s:b}", "proposed", 1)), *c, *p, *field;
        char text[512] = "";
        size_t i, k, f, n = 0;
        json_array_foreach(json_object_get(r, "concepts"), i, c)
        {
            n += (size_t)snprintf(text + n, sizeof text - n, "%s%s:", i ? " | " : "",
                                  json_string_value(json_object_get(c, "label")));
            json_array_foreach(json_object_get(c, "proposals"), k, p)
            {
                n += (size_t)snprintf(text + n, sizeof text - n, "%s %s", k ? ";" : "",
                                      json_string_value(json_object_get(p, "ally_name")));
                json_array_foreach(json_object_get(p, "fields"), f, field) n +=
                    (size_t)snprintf(text + n, sizeof text - n, " %s", json_string_value(field));
            }
        }
        assert_string_equal(text, expected);
        json_decref(r);
    }
}

static void assert_concept(struct world *w, const char *id, const char *status, const char *label)
{
    for (size_t at = 0; at < w->sites_n; at++) {
        json_t *r = world_do(w, at, "concept.show", ask(id));
        const char *fr = json_string_value(json_object_get(json_object_get(r, "prefLabel"), "fr"));
        assert_string_equal(json_string_value(json_object_get(r, "status")), status);
        assert_string_equal(fr ? fr : "", label);
        assert_int_equal(json_integer_value(json_object_get(r, "conflicts")), 0);
        json_decref(r);
        world_verify(w, at);
    }
}

static void settle(struct world *w)
{
    assert_true(world_settle(w, 60000));
}

static void what_is_taken_back_is_gone_everywhere_and_disturbs_nothing(void **state)
{
    (void)state;
    struct world *w = world_alliance(121, 3);
    add(w, 0, SOL, "Sol", true);
    settle(w);
    json_decref(world_do(w, 1, "concept.edit", set("prefLabel", "Sols")));
    json_decref(world_do(w, 1, "concept.relate",
                         json_pack("{s:s, s:s, s:s}", "id", SOL, "relation", "related", "target", EAUX)));
    json_decref(world_do(w, 1, "concept.retire", json_pack("{s:s, s:s}", "id", SOL, "reason", "double")));
    settle(w);
    assert_waits(w, "Sol: beta prefLabel@fr; beta related; beta retire");
    world_refused(w, 2, "concept.withdraw", ask(SOL), "nothing_to_do"); /* it is not gamma's */
    json_decref(world_do(w, 1, "concept.withdraw", ask(SOL)));
    settle(w);
    assert_waits(w, "");
    assert_concept(w, SOL, "adopted", "Sol");
    json_t *r = world_do(w, 2, "concept.show", ask(SOL));
    assert_null(json_object_get(r, "related"));
    json_decref(r);
    world_free(w);
}

static void a_concept_whose_proposal_is_taken_back_is_listed_no_more(void **state)
{
    (void)state;
    struct world *w = world_alliance(122, 2);
    add(w, 1, SOL, "Sol", false);
    settle(w);
    assert_waits(w, "Sol: beta uri prefLabel@fr");
    json_decref(world_do(w, 1, "concept.withdraw", ask(SOL)));
    settle(w);
    for (size_t at = 0; at < 2; at++) {
        json_t *r = world_do(w, at, "concept.list", NULL), *status = world_do(w, at, "status", NULL);
        assert_int_equal(json_array_size(json_object_get(r, "concepts")), 0);
        assert_int_equal(world_number(status, "concepts"), 0);
        json_decref(status);
        json_decref(r);
    }
    add(w, 1, SOL, "Sol vivant", false); /* proposed again */
    settle(w);
    assert_concept(w, SOL, "proposed", "Sol vivant");
    world_free(w);
}

static void the_secretariat_refuses_what_others_propose_and_what_is_adopted_stays(void **state)
{
    (void)state;
    struct world *w = world_alliance(123, 3);
    add(w, 0, SOL, "Sol", true);
    settle(w);
    json_decref(world_do(w, 1, "concept.edit", set("prefLabel", "Sols")));
    json_decref(world_do(w, 1, "concept.relate",
                         json_pack("{s:s, s:s, s:s}", "id", SOL, "relation", "related", "target", EAUX)));
    json_decref(world_do(w, 2, "concept.retire", json_pack("{s:s, s:s}", "id", SOL, "reason", "double")));
    json_decref(world_do(w, 1, "concept.edit", set("definition", "Terre")));
    settle(w);
    world_refused(w, 1, "concept.refuse", ask(SOL), "who");
    json_decref(world_do(w, 0, "concept.refuse", ask(SOL)));
    settle(w);
    assert_waits(w, "");
    assert_concept(w, SOL, "adopted", "Sol");
    world_free(w);
}

static void one_of_two_proposals_for_a_field_is_not_refused_alone(void **state)
{
    (void)state;
    struct world *w = world_alliance(124, 3);
    add(w, 0, SOL, "Sol", true);
    settle(w);
    world_block(w, 1, 2, true);
    world_block(w, 0, 1, true);
    world_block(w, 0, 2, true);
    json_t *one = world_do(w, 1, "concept.edit", set("definition", "Terre"));
    json_decref(world_do(w, 2, "concept.edit", set("definition", "Boue")));
    world_heal(w);
    settle(w);
    world_refused(w, 0, "concept.refuse", json_pack("{s:s, s:[O]}", "id", SOL, "dots", json_object_get(one, "dot")),
                  "rivals");
    json_decref(one);
    json_decref(world_do(w, 0, "concept.refuse", ask(SOL)));
    settle(w);
    assert_waits(w, "");
    assert_concept(w, SOL, "adopted", "Sol");
    world_free(w);
}

/* The record and the concept come to each site from another side, in another order. */
static void a_use_is_heard_of_before_its_concept_or_after_and_adopts_it_alike(void **state)
{
    (void)state;
    struct world *w = world_alliance(125, 3);
    for (size_t i = 0; i < 3; i++)
        for (size_t k = 0; k < i; k++)
            world_block(w, i, k, true);
    add(w, 1, SOL, "Sol", false);
    world_run(w, 5000);
    json_decref(world_do(w, 2, "record.write",
                         json_pack("{s:s, s:[{s:i, s:{s:s, s:{s:s}, s:[s]}}]}", "mode", "add", "lines", "line", 1,
                                   "record", "source_id", "un", "title", "fr", "Compost", "concepts", SOL)));
    world_block(w, 0, 2, false); /* site 0 hears of the use first */
    world_run(w, 60000);
    world_heal(w);
    settle(w);
    assert_concept(w, SOL, "adopted", "Sol");
    assert_waits(w, "");
    for (size_t at = 0; at < 3; at++) {
        json_t *r = world_do(w, at, "concept.list", NULL);
        const json_t *use = json_object_get(json_array_get(json_object_get(r, "concepts"), 0), "adopted_by_use");
        assert_string_equal(json_string_value(json_object_get(use, "ally_name")), "gamma");
        json_decref(r);
    }
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_taken_back_is_gone_everywhere_and_disturbs_nothing),
        cmocka_unit_test(a_concept_whose_proposal_is_taken_back_is_listed_no_more),
        cmocka_unit_test(the_secretariat_refuses_what_others_propose_and_what_is_adopted_stays),
        cmocka_unit_test(one_of_two_proposals_for_a_field_is_not_refused_alone),
        cmocka_unit_test(a_use_is_heard_of_before_its_concept_or_after_and_adopts_it_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
