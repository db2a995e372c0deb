/* Requests of clients that know what they read: whole records in place of others, by version, and sent twice without harm. */
#include "tests/help/core_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define WATER "http://example.org/water"
#define SEA   "http://example.org/sea"

static struct world *alone(void)
{
    struct world *w = world_new(81);
    world_add(w, "alpha");
    world_found(w, 0);
    world_open(w, 0);
    return w;
}

static uint64_t commits(struct world *w)
{
    json_t *r = world_do(w, 0, "status", NULL);
    uint64_t n = world_number(r, "commits");
    json_decref(r);
    return n;
}

static json_t *fresh(json_t *record, json_t *once)
{
    return json_pack("{s:b, s:b, s:[{s:i, s:o}], s:o*}", "fresh", 1, "versions", 1, "lines", "line", 1, "record",
                     record, "once", once);
}

static json_t *once(const char *key, const char *by)
{
    return json_pack("{s:s, s:s}", "key", key, "by", by);
}

static const char *text(const json_t *r, const char *key)
{
    const char *s = json_string_value(json_object_get(r, key));
    return s ? s : "";
}

static const json_t *first_of(const json_t *r, const char *key)
{
    return json_array_get(json_object_get(r, key), 0);
}

/* A record with a term; its id and its version. */
static void make(struct world *w, char id[64], char version[64])
{
    json_t *r = world_do(w, 0, "record.write",
                         fresh(json_pack("{s:s, s:s, s:s, s:s, s:[s]}", "source_id", "s1", "lang", "fr", "title", "Un",
                                         "abstract", "Texte", "concepts", WATER),
                               NULL));
    snprintf(id, 64, "%s", text(first_of(r, "ids"), "id"));
    snprintf(version, 64, "%s", text(first_of(r, "ids"), "version"));
    assert_int_equal(strlen(version), 26);
    json_decref(r);
}

static json_t *put(const char *id, const char *if_match, json_t *record)
{
    return json_pack("{s:s, s:s*, s:o}", "id", id, "if_match", if_match, "record", record);
}

static void a_new_record_takes_no_others_name(void **state)
{
    (void)state;
    struct world *w = alone();
    char id[64], version[64];
    make(w, id, version);
    uint64_t before = commits(w);
    json_t *r =
        world_do(w, 0, "record.write", fresh(json_pack("{s:s, s:s}", "source_id", "s1", "title", "Deux"), NULL));
    assert_string_equal(text(first_of(r, "errors"), "name"), "known");
    assert_string_equal(text(first_of(r, "errors"), "field"), "source_id");
    assert_int_equal(commits(w), before);
    json_decref(r);
    world_free(w);
}

static void what_a_new_version_lacks_is_emptied(void **state)
{
    (void)state;
    struct world *w = alone();
    char id[64], version[64];
    make(w, id, version);
    json_t *r = world_do(w, 0, "record.put",
                         put(id, version,
                             json_pack("{s:s, s:{s:s}, s:{s:s}, s:[s]}", "source_id", "s1", "title", "fr", "Un",
                                       "context", "fr", "C", "concepts", SEA)));
    assert_string_equal(text(r, "outcome"), "updated");
    assert_string_not_equal(text(r, "version"), version);
    json_decref(r);
    r = world_do(w, 0, "record.show", json_pack("{s:s}", "id", id));
    assert_true(json_is_null(json_object_get(json_object_get(r, "abstract"), "fr")) || !json_object_get(r, "abstract"));
    assert_string_equal(text(json_object_get(r, "context"), "fr"), "C");
    assert_string_equal(text(r, "source_id"), "s1");
    assert_string_equal(text(r, "type"), "experience");
    assert_int_equal(json_array_size(json_object_get(r, "concepts")), 1);
    json_decref(r);
    world_free(w);
}

static void what_a_record_is_never_without_falls_to_it_where_nothing_stands_for_it(void **state)
{
    static const char *const keys[] = {"type", "licence"};
    (void)state;
    struct world *w = alone();
    char id[64], version[64];
    json_t *r =
        world_do(w, 0, "record.write", fresh(json_pack("{s:s, s:n, s:s}", "title", "Un", "type", "licence", ""), NULL));
    snprintf(id, sizeof id, "%s", text(first_of(r, "ids"), "id"));
    snprintf(version, sizeof version, "%s", text(first_of(r, "ids"), "version"));
    json_decref(r);
    json_t *made = world_do(w, 0, "record.show", json_pack("{s:s}", "id", id));
    assert_string_equal(text(made, "type"), "experience");
    for (size_t i = 0; i < 2; i++) {
        r = world_do(w, 0, "record.put",
                     put(id, "*", json_pack("{s:{s:s}, s:n}", "title", "und", i ? "Deux" : "Un", keys[i])));
        assert_non_null(json_object_get(r, "outcome"));
        json_decref(r);
        r = world_do(w, 0, "record.show", json_pack("{s:s}", "id", id));
        for (size_t k = 0; k < 2; k++)
            assert_string_equal(text(r, keys[k]), text(made, keys[k]));
        json_decref(r);
    }
    json_decref(made);
    world_free(w);
}

static void the_same_again_writes_nothing(void **state)
{
    (void)state;
    struct world *w = alone();
    char id[64], version[64];
    make(w, id, version);
    uint64_t before = commits(w);
    json_t *r = world_do(w, 0, "record.put",
                         put(id, "*",
                             json_pack("{s:s, s:{s:s}, s:{s:s}, s:[s]}", "source_id", "s1", "title", "fr", "Un",
                                       "abstract", "fr", "Texte", "concepts", WATER)));
    assert_string_equal(text(r, "outcome"), "unchanged");
    assert_string_equal(text(r, "version"), version);
    assert_null(json_object_get(r, "dot"));
    assert_int_equal(commits(w), before);
    json_decref(r);
    world_free(w);
}

static void a_version_that_is_no_more_is_refused(void **state)
{
    (void)state;
    struct world *w = alone();
    char id[64], version[64];
    make(w, id, version);
    world_retitle(w, 0, id, "Deux");
    uint64_t before = commits(w);
    world_refused(w, 0, "record.put", put(id, version, json_pack("{s:s}", "title", "Trois")), "stale");
    world_refused(w, 0, "record.put", put(id, "!", json_pack("{s:s}", "title", "Trois")), "stale");
    world_refused(w, 0, "record.put", put(id, "", json_pack("{s:s}", "title", "Trois")), "stale");
    world_refused(w, 0, "record.retire", json_pack("{s:s, s:s}", "id", id, "if_match", version), "stale");
    world_refused(w, 0, "record.edit",
                  json_pack("{s:s, s:s, s:{s:s}}", "id", id, "if_match", version, "set", "title", "Trois"), "stale");
    assert_int_equal(commits(w), before);
    world_title_is(w, 0, id, "Deux");
    json_decref(world_do(w, 0, "record.retire", json_pack("{s:s, s:s}", "id", id, "if_match", "*")));
    world_free(w);
}

static void a_record_is_replaced_by_a_record_alone(void **state)
{
    (void)state;
    struct world *w = alone();
    char id[64], version[64];
    make(w, id, version);
    world_refused(w, 0, "record.put", put(id, "*", json_pack("{s:s}", "abstract", "Sans titre")), "title_missing");
    world_refused(w, 0, "record.put", put(id, "*", json_pack("{s:s, s:s}", "title", "T", "titel", "T")),
                  "field_unknown");
    world_refused(w, 0, "record.put", put(id, "*", json_pack("{s:s, s:s}", "title", "T", "source_id", "s2")),
                  "field_value");
    world_refused(w, 0, "record.put", put("aaaa", "*", json_pack("{s:s}", "title", "T")), "not_found");
    world_refused(w, 0, "record.put", json_pack("{s:s}", "id", id), "json");
    world_free(w);
}

static void a_new_version_brings_a_retired_record_back(void **state)
{
    (void)state;
    struct world *w = alone();
    char id[64], version[64];
    make(w, id, version);
    json_decref(world_do(w, 0, "record.retire", json_pack("{s:s}", "id", id)));
    json_decref(world_do(w, 0, "record.put", put(id, "*", json_pack("{s:s}", "title", "De retour"))));
    json_t *r = world_do(w, 0, "record.show", json_pack("{s:s}", "id", id));
    assert_true(json_is_false(json_object_get(r, "retired")));
    json_decref(r);
    world_free(w);
}

static void terms_of_others_stay_theirs(void **state)
{
    (void)state;
    struct world *w = world_alliance(82, 2);
    char id[64];
    world_record(w, 0, "s1", "Un", id);
    world_settle(w, 60000);
    json_t *args = json_pack("{s:s, s:s, s:s}", "id", id, "rel", "cites", "target", "http://example.org/page");
    json_decref(world_do(w, 1, "record.link", args));
    world_settle(w, 60000);
    uint64_t before = commits(w);
    json_t *same =
        json_pack("{s:s, s:[{s:s, s:s}]}", "title", "Un", "links", "rel", "cites", "target", "http://example.org/page");
    json_decref(world_do(w, 0, "record.put", put(id, "*", same)));
    assert_int_equal(commits(w), before);
    json_decref(world_do(w, 0, "record.put", put(id, "*", json_pack("{s:s}", "title", "Deux"))));
    json_t *r = world_do(w, 0, "record.show", json_pack("{s:s}", "id", id));
    assert_int_equal(json_array_size(json_object_get(r, "links")), 1);
    json_decref(r);
    world_free(w);
}

/* ---- sent twice ---- */

static void a_request_that_comes_again_is_done_once(void **state)
{
    (void)state;
    struct world *w = alone();
    json_t *first = world_do(w, 0, "record.write", fresh(json_pack("{s:s}", "title", "Un"), once("k1", "token")));
    uint64_t before = commits(w);
    json_t *again = world_do(w, 0, "record.write", fresh(json_pack("{s:s}", "title", "Un"), once("k1", "token")));
    assert_string_equal(text(first_of(again, "ids"), "id"), text(first_of(first, "ids"), "id"));
    assert_string_equal(text(first_of(again, "ids"), "version"), text(first_of(first, "ids"), "version"));
    assert_true(json_is_true(json_object_get(again, "again")));
    assert_null(json_object_get(first, "again"));
    assert_int_equal(commits(w), before);
    json_decref(first);
    json_decref(again);
    world_free(w);
}

static void a_key_belongs_to_one_request_of_one_client(void **state)
{
    (void)state;
    struct world *w = alone();
    json_decref(world_do(w, 0, "record.write", fresh(json_pack("{s:s}", "title", "Un"), once("k1", "token"))));
    uint64_t before = commits(w);
    world_refused(w, 0, "record.write", fresh(json_pack("{s:s}", "title", "Deux"), once("k1", "token")), "once_other");
    world_refused(w, 0, "record.write", fresh(json_pack("{s:s}", "title", "Deux"), once("", "token")), "usage");
    world_refused(w, 0, "record.write", fresh(json_pack("{s:s}", "title", "Deux"), json_true()), "usage");
    assert_int_equal(commits(w), before);
    json_decref(world_do(w, 0, "record.write", fresh(json_pack("{s:s}", "title", "Deux"), once("k1", "another"))));
    assert_int_equal(commits(w), before + 1);
    world_free(w);
}

static void one_of_several_versions_is_enough(void **state)
{
    (void)state;
    struct world *w = alone();
    char id[64], version[64], both[160];
    make(w, id, version);
    world_refused(w, 0, "record.put", put(id, "aaaa bbbb", json_pack("{s:s}", "title", "Deux")), "stale");
    snprintf(both, sizeof both, "aaaa %s bbbb", version);
    json_decref(world_do(w, 0, "record.put", put(id, both, json_pack("{s:s}", "title", "Deux"))));
    world_refused(w, 0, "record.put", put(id, both, json_pack("{s:s}", "title", "Trois")), "stale");
    world_free(w);
}

static void what_was_refused_is_tried_again(void **state)
{
    (void)state;
    struct world *w = alone();
    char id[64], version[64];
    make(w, id, version);
    json_t *args = put(id, "aaaa", json_pack("{s:s}", "title", "Deux"));
    json_object_set_new(args, "once", once("k1", ""));
    world_refused(w, 0, "record.put", json_deep_copy(args), "stale");
    json_object_set_new(args, "if_match", json_string(version));
    json_decref(world_do(w, 0, "record.put", args));
    world_free(w);
}

static void an_answer_is_kept_for_a_day_and_through_a_crash(void **state)
{
    (void)state;
    struct world *w = alone();
    json_decref(world_do(w, 0, "record.write", fresh(json_pack("{s:s}", "title", "Un"), once("k1", "token"))));
    world_crash(w, 0);
    world_open(w, 0);
    uint64_t before = commits(w);
    w->now += INT64_C(23) * 3600 * 1000;
    json_decref(world_do(w, 0, "record.write", fresh(json_pack("{s:s}", "title", "Un"), once("k1", "token"))));
    assert_int_equal(commits(w), before);
    w->now += INT64_C(2) * 3600 * 1000;
    json_decref(world_do(w, 0, "record.write", fresh(json_pack("{s:s}", "title", "Un"), once("k1", "token"))));
    assert_int_equal(commits(w), before + 1);
    world_free(w);
}

/* ---- concepts ---- */

static void a_concept_is_replaced_whole(void **state)
{
    (void)state;
    struct world *w = alone();
    json_t *concept =
        json_pack("{s:s, s:{s:s, s:s}, s:[s]}", "uri", WATER, "prefLabel", "fr", "eau", "en", "water", "related", SEA);
    json_t *r = world_do(w, 0, "concept.write",
                         json_pack("{s:b, s:b, s:b, s:[{s:i, s:O}]}", "adopt", 1, "fresh", 1, "versions", 1, "concepts",
                                   "line", 1, "concept", concept));
    char version[64];
    snprintf(version, sizeof version, "%s", text(first_of(r, "ids"), "version"));
    json_decref(r);
    r = world_do(w, 0, "concept.write",
                 json_pack("{s:b, s:[{s:i, s:o}]}", "fresh", 1, "concepts", "line", 1, "concept", concept));
    assert_string_equal(text(first_of(r, "errors"), "name"), "known");
    json_decref(r);
    r = world_do(w, 0, "concept.put",
                 json_pack("{s:s, s:s, s:b, s:{s:{s:s}}}", "id", WATER, "if_match", version, "adopt", 1, "concept",
                           "prefLabel", "fr", "eau"));
    assert_string_equal(text(r, "outcome"), "updated");
    json_decref(r);
    world_refused(
        w, 0, "concept.put",
        json_pack("{s:s, s:s, s:{s:{s:s}}}", "id", WATER, "if_match", version, "concept", "prefLabel", "fr", "eau"),
        "stale");
    world_refused(w, 0, "concept.put", json_pack("{s:s, s:{s:s}}", "id", WATER, "concept", "notation", "1"),
                  "label_missing");
    world_refused(w, 0, "concept.put",
                  json_pack("{s:s, s:{s:{s:s}, s:s}}", "id", WATER, "concept", "prefLabel", "fr", "eau", "uri", SEA),
                  "field_value");
    r = world_do(w, 0, "concept.put",
                 json_pack("{s:s, s:{s:{s:s}, s:s}}", "id", WATER, "concept", "prefLabel", "fr", "eau", "uri", WATER));
    assert_string_equal(text(r, "outcome"), "unchanged");
    json_decref(r);
    r = world_do(w, 0, "concept.show", json_pack("{s:s}", "id", WATER));
    assert_string_equal(text(r, "uri"), WATER);
    assert_string_equal(text(json_object_get(r, "prefLabel"), "fr"), "eau");
    assert_string_equal(text(json_object_get(r, "prefLabel"), "en"), "");
    assert_null(json_object_get(r, "related"));
    json_decref(r);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_record_takes_no_others_name),
        cmocka_unit_test(what_a_new_version_lacks_is_emptied),
        cmocka_unit_test(what_a_record_is_never_without_falls_to_it_where_nothing_stands_for_it),
        cmocka_unit_test(the_same_again_writes_nothing),
        cmocka_unit_test(a_version_that_is_no_more_is_refused),
        cmocka_unit_test(a_record_is_replaced_by_a_record_alone),
        cmocka_unit_test(a_new_version_brings_a_retired_record_back),
        cmocka_unit_test(terms_of_others_stay_theirs),
        cmocka_unit_test(a_request_that_comes_again_is_done_once),
        cmocka_unit_test(a_key_belongs_to_one_request_of_one_client),
        cmocka_unit_test(one_of_several_versions_is_enough),
        cmocka_unit_test(what_was_refused_is_tried_again),
        cmocka_unit_test(an_answer_is_kept_for_a_day_and_through_a_crash),
        cmocka_unit_test(a_concept_is_replaced_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
