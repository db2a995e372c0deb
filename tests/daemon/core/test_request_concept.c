/* Requests about concepts: what they do, and every refusal. */
#include "daemon/store/query.h"
#include "tests/help/core_world.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define EAU "http://atlas.test/eau"
#define SOL "http://atlas.test/sol"

static struct world *alone(void)
{
    struct world *w = world_new(91);
    world_add(w, "alpha");
    world_found(w, 0);
    world_open(w, 0);
    return w;
}

/* Takes `concept`. */
static json_t *write_one(struct world *w, size_t at, const char *mode, bool adopt, json_t *concept)
{
    return world_do(w, at, "concept.write",
                    json_pack("{s:s, s:b, s:[{s:i, s:o}]}", "mode", mode, "adopt", (int)adopt, "concepts", "line", 1,
                              "concept", concept));
}

static json_t *named(const char *uri, const char *label)
{
    return json_pack("{s:s*, s:{s:s}}", "uri", uri, "prefLabel", "fr", label);
}

static void assert_counts(json_t *r, unsigned added, unsigned updated, unsigned unchanged, unsigned rejected)
{
    assert_int_equal(world_number(r, "added"), added);
    assert_int_equal(world_number(r, "updated"), updated);
    assert_int_equal(world_number(r, "unchanged"), unchanged);
    assert_int_equal(world_number(r, "rejected"), rejected);
    json_decref(r);
}

static json_t *show(struct world *w, size_t at, const char *id)
{
    return world_do(w, at, "concept.show", json_pack("{s:s}", "id", id));
}

static const char *label_of(const json_t *concept)
{
    return json_string_value(json_object_get(json_object_get(concept, "prefLabel"), "fr"));
}

static void a_concept_is_written_edited_and_shown(void **state)
{
    (void)state;
    struct world *w = alone();
    assert_counts(write_one(w, 0, "add", false, named(EAU, "Eau")), 1, 0, 0, 0);
    assert_counts(write_one(w, 0, "add", false, named(EAU, "Eau")), 0, 0, 1, 0);
    assert_counts(write_one(w, 0, "import", false, named(EAU, "Eau")), 0, 0, 1, 0);
    assert_counts(write_one(w, 0, "add", false, named(EAU, "Eaux")), 0, 1, 0, 0);
    json_decref(
        world_do(w, 0, "concept.edit", json_pack("{s:s, s:{s:{s:s}}}", "id", EAU, "set", "prefLabel", "fr", "L'eau")));
    json_t *r = show(w, 0, EAU);
    assert_string_equal(label_of(r), "L'eau");
    assert_string_equal(json_string_value(json_object_get(r, "kind")), "descriptor");
    assert_string_equal(json_string_value(json_object_get(r, "status")), "proposed");
    json_decref(r);
    r = world_do(w, 0, "concept.history", json_pack("{s:s}", "id", EAU));
    assert_int_equal(json_array_size(json_object_get(r, "history")), 3);
    json_decref(r);
    r = world_do(w, 0, "concept.list", NULL);
    assert_int_equal(json_array_size(json_object_get(r, "concepts")), 1);
    json_decref(r);
    world_verify(w, 0);
    world_free(w);
}

/* Of a concept that nobody can tell the standing of, no list says that it has none. */
static void a_list_fails_where_a_row_of_it_cannot_be_told(void **state)
{
    (void)state;
    static const char *const tables[] = {"edges", "adoptions"};
    struct world *w = alone();
    sqlite3 *db = w->sites[0].core->store->db;
    json_decref(write_one(w, 0, "add", true, named(EAU, "Eau")));
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        char away[64], back[64];
        snprintf(away, sizeof away, "ALTER TABLE %s RENAME TO away", tables[i]);
        snprintf(back, sizeof back, "ALTER TABLE away RENAME TO %s", tables[i]);
        assert_int_equal(sqlite3_exec(db, away, NULL, NULL, NULL), SQLITE_OK);
        json_t *r = world_ask(w, 0, "concept.list", NULL);
        assert_non_null(json_object_get(r, "error"));
        json_decref(r);
        assert_int_equal(sqlite3_exec(db, back, NULL, NULL, NULL), SQLITE_OK);
        json_decref(world_do(w, 0, "concept.list", NULL));
    }
    world_free(w);
}

static void a_concept_without_a_uri_gets_one(void **state)
{
    (void)state;
    struct world *w = alone();
    json_t *r = write_one(w, 0, "add", true, named(NULL, "Sans adresse"));
    char id[64];
    snprintf(id, sizeof id, "%s",
             json_string_value(json_object_get(json_array_get(json_object_get(r, "ids"), 0), "id")));
    json_decref(r);
    r = show(w, 0, id);
    assert_true(strncmp(json_string_value(json_object_get(r, "uri")), "urn:allied:", 11) == 0);
    assert_string_equal(json_string_value(json_object_get(r, "status")), "adopted");
    /* Its URI names it, too. */
    json_t *again = show(w, 0, json_string_value(json_object_get(r, "uri")));
    assert_string_equal(json_string_value(json_object_get(again, "id")), id);
    json_decref(again);
    json_decref(r);
    world_free(w);
}

static void relations_are_added_and_removed(void **state)
{
    (void)state;
    struct world *w = alone();
    json_decref(write_one(w, 0, "add", true, named(EAU, "Eau")));
    json_decref(write_one(w, 0, "add", true, named(SOL, "Sol")));
    json_decref(
        world_do(w, 0, "concept.relate",
                 json_pack("{s:s, s:s, s:s, s:b}", "id", EAU, "relation", "broader", "target", SOL, "adopt", 1)));
    json_t *r = show(w, 0, EAU);
    assert_int_equal(json_array_size(json_object_get(r, "broader")), 1);
    json_decref(r);
    r = show(w, 0, SOL);
    assert_int_equal(json_array_size(json_object_get(r, "narrower")), 1);
    json_decref(r);
    world_refused(w, 0, "concept.relate", json_pack("{s:s, s:s, s:s}", "id", EAU, "relation", "broader", "target", SOL),
                  "nothing_to_do");
    /* A cycle is written, and one edge of it is not followed. */
    json_decref(
        world_do(w, 0, "concept.relate",
                 json_pack("{s:s, s:s, s:s, s:b}", "id", SOL, "relation", "broader", "target", EAU, "adopt", 1)));
    r = show(w, 0, SOL);
    assert_true(json_is_true(json_object_get(json_array_get(json_object_get(r, "broader"), 0), "suppressed")));
    json_decref(r);
    json_decref(world_do(w, 0, "concept.relate",
                         json_pack("{s:s, s:s, s:s, s:b, s:b}", "id", EAU, "relation", "broader", "target", SOL,
                                   "remove", 1, "adopt", 1)));
    r = show(w, 0, EAU);
    assert_int_equal(json_array_size(json_object_get(r, "broader")), 0);
    json_decref(r);
    world_verify(w, 0);
    world_free(w);
}

static bool first_suppressed(struct world *w, const char *id, const char *relation)
{
    json_t *r = show(w, 0, id);
    const json_t *one = json_array_get(json_object_get(r, relation), 0);
    assert_non_null(one);
    bool is = json_is_true(json_object_get(one, "suppressed"));
    json_decref(r);
    return is;
}

/* A chain is long or short: what closes a cycle shows at both ends of the edge that does, and nowhere else. */
static void a_cycle_shows_where_it_is_closed_however_long_it_is(void **state)
{
    (void)state;
    static const int lengths[] = {3, 300};
    for (size_t l = 0; l < 2; l++) {
        struct world *w = alone();
        char first[64], second[64], last[64], below[64];
        json_t *lines = json_array();
        for (int i = 0; i < lengths[l]; i++) {
            snprintf(first, sizeof first, "http://e/%d", i);
            snprintf(last, sizeof last, "http://e/%d", i + 1);
            json_t *one = named(first, "C");
            json_object_set_new(one, "broader", json_pack("[s]", last));
            json_array_append_new(lines, json_pack("{s:i, s:o}", "line", i, "concept", one));
        }
        json_array_append_new(lines, json_pack("{s:i, s:o}", "line", lengths[l], "concept", named(last, "C")));
        snprintf(below, sizeof below, "http://e/below");
        json_t *one = named(below, "C");
        json_object_set_new(one, "broader", json_pack("[s]", "http://e/0"));
        json_array_append_new(lines, json_pack("{s:i, s:o}", "line", 9999, "concept", one));
        json_decref(world_do(w, 0, "concept.write", json_pack("{s:s, s:o}", "mode", "add", "concepts", lines)));
        snprintf(first, sizeof first, "http://e/0");
        snprintf(second, sizeof second, "http://e/1");
        assert_false(first_suppressed(w, first, "broader"));
        world_run(w, 1000);
        json_decref(world_do(w, 0, "concept.relate",
                             json_pack("{s:s, s:s, s:s}", "id", last, "relation", "broader", "target", first)));
        assert_true(first_suppressed(w, last, "broader"));
        assert_false(first_suppressed(w, last, "narrower"));
        assert_false(first_suppressed(w, first, "broader"));
        assert_false(first_suppressed(w, second, "narrower"));
        assert_false(first_suppressed(w, below, "broader"));
        json_t *r = show(w, 0, first);
        size_t i, suppressed = 0;
        json_t *item;
        json_array_foreach(json_object_get(r, "narrower"), i, item)
        {
            suppressed += json_is_true(json_object_get(item, "suppressed"));
        }
        assert_int_equal(json_array_size(json_object_get(r, "narrower")), 2);
        assert_int_equal(suppressed, 1);
        json_decref(r);
        world_free(w);
    }
}

static void what_is_exported_is_taken_in_unchanged(void **state)
{
    (void)state;
    struct world *w = alone();
    json_decref(write_one(w, 0, "add", true, named(EAU, "Eau")));
    json_t *sol = named(SOL, "Sol");
    json_object_set_new(sol, "broader", json_pack("[s]", EAU));
    json_object_set_new(sol, "altLabel", json_pack("{s:[s, s]}", "fr", "Terre", "Sols"));
    json_decref(write_one(w, 0, "add", true, sol));
    json_t *out = world_do(w, 0, "concept.export", json_pack("{s:i}", "limit", 100)), *item;
    json_t *concepts = json_array();
    size_t i;
    json_array_foreach(json_object_get(out, "concepts"), i, item)
        json_array_append_new(concepts, json_pack("{s:i, s:O}", "line", (int)i, "concept", item));
    assert_counts(world_do(w, 0, "concept.write", json_pack("{s:s, s:o}", "mode", "import", "concepts", concepts)), 0,
                  0, 2, 0);
    json_decref(out);
    world_free(w);
}

/* Of a target that nobody here has described only the id is known: what is exported is a URI all the same, and it leads there again. */
static void a_target_that_is_not_here_is_exported_as_a_uri_that_names_it(void **state)
{
    (void)state;
    struct world *w = alone();
    json_t *eau = named(EAU, "Eau");
    json_object_set_new(eau, "broader", json_pack("[s]", SOL));
    json_decref(write_one(w, 0, "add", true, eau));
    json_t *out = world_do(w, 0, "concept.export", json_pack("{s:i}", "limit", 100));
    json_t *one = json_array_get(json_object_get(out, "concepts"), 0);
    const char *target = json_string_value(json_array_get(json_object_get(one, "broader"), 0));
    assert_true(strncmp(target, "urn:allied:", 11) == 0);
    assert_counts(write_one(w, 0, "import", true, json_incref(one)), 0, 0, 1, 0);
    /* Once it is described it is that concept, under the URI it has. */
    json_decref(write_one(w, 0, "add", true, named(SOL, "Sol")));
    json_t *r = show(w, 0, SOL);
    assert_string_equal(json_string_value(json_object_get(r, "id")), target + 11);
    assert_int_equal(json_array_size(json_object_get(r, "narrower")), 1);
    json_decref(r);
    json_decref(out);
    world_free(w);
}

/* Taken from a file before the log arrives, a concept that made its own URI is still the same concept. */
static void a_uri_made_from_an_id_leads_to_that_id_where_it_is_unknown(void **state)
{
    (void)state;
    struct world *w = alone();
    json_t *r = write_one(w, 0, "add", true, named("urn:allied:aessxdqvtgyv65dspdyo73cdy4", "Ailleurs"));
    const json_t *row = json_array_get(json_object_get(r, "ids"), 0);
    assert_string_equal(json_string_value(json_object_get(row, "id")), "aessxdqvtgyv65dspdyo73cdy4");
    json_decref(r);
    world_free(w);
}

static void a_dry_run_leaves_nothing(void **state)
{
    (void)state;
    struct world *w = alone();
    json_t *r = world_do(w, 0, "concept.write",
                         json_pack("{s:s, s:b, s:[{s:i, s:o}]}", "mode", "add", "dry_run", 1, "concepts", "line", 1,
                                   "concept", named(EAU, "Eau")));
    assert_counts(r, 1, 0, 0, 0);
    world_refused(w, 0, "concept.show", json_pack("{s:s}", "id", EAU), "not_found");
    world_free(w);
}

static void requests_are_refused_with_their_reason(void **state)
{
    (void)state;
    struct world *w = world_alliance(92, 2);
    world_refused(w, 0, "concept.write", NULL, "usage");
    world_refused(w, 0, "concept.show", json_pack("{s:s}", "id", EAU), "not_found");
    json_decref(write_one(w, 0, "add", true, named(EAU, "Eau")));
    world_run(w, 1000);
    world_refused(w, 0, "concept.edit", json_pack("{s:s, s:{s:{s:s}}}", "id", EAU, "set", "prefLabel", "fr", "Eau"),
                  "nothing_to_do");
    world_refused(w, 0, "concept.edit", json_pack("{s:s, s:{s:s}}", "id", EAU, "set", "label", "Eau"), "field_unknown");
    world_refused(w, 0, "concept.relate", json_pack("{s:s, s:s, s:s}", "id", EAU, "relation", "above", "target", SOL),
                  "relation");
    world_refused(w, 0, "concept.relate", json_pack("{s:s, s:s, s:s}", "id", EAU, "relation", "broader", "target", EAU),
                  "field_value");
    world_refused(w, 0, "concept.relate",
                  json_pack("{s:s, s:s, s:s}", "id", EAU, "relation", "broader", "target", "qqqq"), "not_found");
    world_refused(w, 0, "concept.adopt", json_pack("{s:s}", "id", EAU), "nothing_to_do");
    world_refused(w, 0, "concept.adopt", json_pack("{s:s, s:[s]}", "id", EAU, "dots", "x"), "base32");
    /* Only the secretariat adopts as it writes. */
    world_refused(w, 1, "concept.edit",
                  json_pack("{s:s, s:{s:{s:s}}, s:b}", "id", EAU, "set", "prefLabel", "fr", "O", "adopt", 1), "who");
    json_t *r = write_one(w, 0, "add", false, json_pack("{s:s}", "uri", SOL));
    assert_string_equal(json_string_value(json_object_get(json_array_get(json_object_get(r, "errors"), 0), "name")),
                        "label_missing");
    json_decref(r);
    world_verify(w, 0);
    world_free(w);
}

static void named_dots_alone_are_adopted(void **state)
{
    (void)state;
    struct world *w = world_alliance(93, 2);
    json_decref(write_one(w, 1, "add", false, named(EAU, "Eau")));
    json_t *r =
        world_do(w, 1, "concept.edit", json_pack("{s:s, s:{s:{s:s}}}", "id", EAU, "set", "prefLabel", "en", "Water"));
    char dot[64];
    snprintf(dot, sizeof dot, "%s", json_string_value(json_object_get(r, "dot")));
    json_decref(r);
    world_run(w, 1000);
    r = world_do(w, 0, "concept.adopt", json_pack("{s:s, s:[s]}", "id", EAU, "dots", dot));
    assert_int_equal(json_array_size(json_object_get(r, "adopted")), 1);
    json_decref(r);
    world_run(w, 1000);
    r = show(w, 1, EAU);
    assert_string_equal(json_string_value(json_object_get(r, "status")), "adopted");
    assert_true(json_array_size(json_object_get(r, "proposals")) >= 1);
    json_decref(r);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_concept_is_written_edited_and_shown),
        cmocka_unit_test(a_list_fails_where_a_row_of_it_cannot_be_told),
        cmocka_unit_test(a_concept_without_a_uri_gets_one),
        cmocka_unit_test(relations_are_added_and_removed),
        cmocka_unit_test(a_cycle_shows_where_it_is_closed_however_long_it_is),
        cmocka_unit_test(what_is_exported_is_taken_in_unchanged),
        cmocka_unit_test(a_target_that_is_not_here_is_exported_as_a_uri_that_names_it),
        cmocka_unit_test(a_uri_made_from_an_id_leads_to_that_id_where_it_is_unknown),
        cmocka_unit_test(a_dry_run_leaves_nothing),
        cmocka_unit_test(requests_are_refused_with_their_reason),
        cmocka_unit_test(named_dots_alone_are_adopted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
