/* Conflicts: seen, shown with their authors, resolved by keeping one value or writing another. */
#include "tests/help/core_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define EAU "http://atlas.test/eau"

static void name(struct world *w, size_t at, const char *uri, const char *text)
{
    json_decref(world_do(w, at, "concept.write",
                         json_pack("{s:s, s:[{s:i, s:{s:s, s:{s:s}}}]}", "mode", "add", "concepts", "line", 1,
                                   "concept", "uri", uri, "prefLabel", "fr", text)));
}

static void label(struct world *w, size_t at, const char *text)
{
    name(w, at, EAU, text);
}

/* Three allies; two of them named one concept while they were apart. */
static struct world *in_conflict(void)
{
    struct world *w = world_alliance(95, 3);
    world_block(w, 1, 2, true);
    world_block(w, 0, 1, true);
    world_block(w, 0, 2, true);
    world_run(w, 100);
    label(w, 1, "Eau");
    world_run(w, 10);
    label(w, 2, "Onde");
    world_heal(w);
    assert_true(world_settle(w, 120000));
    return w;
}

static json_t *show(struct world *w, size_t at)
{
    return world_do(w, at, "conflicts.show", json_pack("{s:s}", "id", EAU));
}

static size_t conflicts(struct world *w, size_t at)
{
    json_t *r = world_do(w, at, "conflicts.list", NULL), *status = world_do(w, at, "status", NULL);
    size_t n = json_array_size(json_object_get(r, "conflicts"));
    assert_int_equal(world_number(status, "conflicts"), n);
    json_decref(status);
    json_decref(r);
    return n;
}

static void assert_label(struct world *w, const char *expected)
{
    for (size_t at = 0; at < 3; at++) {
        json_t *r = world_do(w, at, "concept.show", json_pack("{s:s}", "id", EAU));
        assert_string_equal(json_string_value(json_object_get(json_object_get(r, "prefLabel"), "fr")), expected);
        json_decref(r);
        assert_int_equal(conflicts(w, at), 0);
        world_verify(w, at);
    }
}

static void a_conflict_is_seen_by_everybody_with_its_authors(void **state)
{
    (void)state;
    struct world *w = in_conflict();
    for (size_t at = 0; at < 3; at++) {
        assert_int_equal(conflicts(w, at), 1);
        json_t *r = show(w, at), *field = json_array_get(json_object_get(r, "fields"), 0);
        json_t *values = json_object_get(field, "values"), *value;
        size_t i, shown = 0;
        assert_int_equal(json_array_size(json_object_get(r, "fields")), 1);
        assert_string_equal(json_string_value(json_object_get(field, "field")), "prefLabel");
        assert_string_equal(json_string_value(json_object_get(field, "lang")), "fr");
        assert_int_equal(json_array_size(values), 2);
        json_array_foreach(values, i, value)
        {
            bool eau = strcmp(json_string_value(json_object_get(value, "value")), "Eau") == 0;
            assert_string_equal(json_string_value(json_object_get(value, "ally_name")), eau ? "beta" : "gamma");
            shown += json_is_true(json_object_get(value, "shown"));
        }
        assert_int_equal(shown, 1);
        json_decref(r);
    }
    world_free(w);
}

static void conflicts_are_listed_page_by_page_each_once(void **state)
{
    static const char *const uris[] = {EAU, "http://atlas.test/sol", "http://atlas.test/air"};
    (void)state;
    struct world *w = world_alliance(96, 2);
    char seen[3][32] = {""}, cursor[256] = "";
    world_block(w, 0, 1, true);
    for (size_t i = 0; i < 3; i++) {
        name(w, 0, uris[i], "Un");
        name(w, 1, uris[i], "Deux");
    }
    world_heal(w);
    assert_true(world_settle(w, 120000));
    assert_int_equal(conflicts(w, 0), 3); /* without a limit: all */
    for (size_t i = 0; i < 3; i++) {
        json_t *r = world_do(w, 0, "conflicts.list", json_pack("{s:i, s:s}", "limit", 1, "cursor", cursor));
        json_t *rows = json_object_get(r, "conflicts"), *next = json_object_get(r, "next");
        assert_int_equal(json_array_size(rows), 1);
        snprintf(seen[i], sizeof seen[i], "%s", json_string_value(json_object_get(json_array_get(rows, 0), "id")));
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(seen[i], seen[k]);
        assert_true(i < 2 ? json_is_string(next) : json_is_null(next));
        snprintf(cursor, sizeof cursor, "%s", i < 2 ? json_string_value(next) : "");
        json_decref(r);
    }
    world_refused(w, 0, "conflicts.list", json_pack("{s:s}", "cursor", "zzzz"), "cursor");
    world_free(w);
}

static void keeping_one_value_resolves_it_everywhere(void **state)
{
    (void)state;
    struct world *w = in_conflict();
    json_t *r = show(w, 0), *value;
    char dot[64] = "";
    size_t i;
    json_array_foreach(json_object_get(json_array_get(json_object_get(r, "fields"), 0), "values"), i, value)
    {
        if (strcmp(json_string_value(json_object_get(value, "value")), "Eau") == 0)
            snprintf(dot, sizeof dot, "%s", json_string_value(json_object_get(value, "dot")));
    }
    json_decref(r);
    r = world_do(w, 0, "conflicts.resolve", json_pack("{s:s, s:s}", "id", EAU, "keep", dot));
    assert_int_equal(json_array_size(json_object_get(r, "resolved")), 1);
    json_decref(r);
    assert_true(world_settle(w, 30000));
    assert_label(w, "Eau");
    world_refused(w, 0, "conflicts.resolve", json_pack("{s:s, s:s}", "id", EAU, "keep", dot), "no_conflict");
    world_free(w);
}

static void a_value_of_its_own_resolves_it(void **state)
{
    (void)state;
    struct world *w = in_conflict();
    json_decref(
        world_do(w, 0, "conflicts.resolve",
                 json_pack("{s:s, s:s, s:s, s:s}", "id", EAU, "field", "prefLabel", "lang", "fr", "value", "L'eau")));
    assert_true(world_settle(w, 30000));
    assert_label(w, "L'eau");
    world_free(w);
}

static void a_site_restored_into_two_logs_conflicts_with_itself_and_resolves(void **state)
{
    (void)state;
    struct world *w = world_alliance(96, 2);
    char copy[160], id[64];
    world_record(w, 1, "s1", "Un", id);
    world_run(w, 1000);
    world_copy(w, 1, copy);
    world_record(w, 1, "s1", "Deux", NULL);
    world_run(w, 1000);
    world_crash(w, 1);
    world_restore(w, 1, copy);
    assert_int_equal(world_start(w, 1), ERR_OK);
    world_record(w, 1, "s1", "Trois", NULL);
    assert_true(world_settle(w, 60000));
    assert_int_equal(conflicts(w, 0), 1);
    world_refused(w, 0, "conflicts.resolve", json_pack("{s:s, s:s}", "id", id, "value", "Quatre"), "not_ours");
    json_decref(world_do(w, 1, "conflicts.resolve", json_pack("{s:s, s:s}", "id", id, "value", "Quatre")));
    assert_true(world_settle(w, 30000));
    char title[64];
    world_title(w, 0, id, title);
    assert_string_equal(title, "Quatre");
    assert_int_equal(conflicts(w, 0), 0);
    world_free(w);
}

/* ---- mine, theirs, and what both were made from ---- */

static void edit(struct world *w, size_t at, const char *label_fr, const char *label_en)
{
    json_decref(
        world_do(w, at, "concept.edit",
                 json_pack("{s:s, s:{s:{s:s, s:s}}}", "id", EAU, "set", "prefLabel", "fr", label_fr, "en", label_en)));
}

static void part(struct world *w)
{
    for (size_t i = 0; i < 3; i++)
        for (size_t k = 0; k < i; k++)
            world_block(w, i, k, true);
    world_run(w, 100);
}

static void meet(struct world *w)
{
    world_heal(w);
    assert_true(world_settle(w, 120000));
}

/* Sites 1 and 2 changed both labels while they were apart; site 1 thought twice. */
static struct world *in_two_languages(void)
{
    struct world *w = world_alliance(97, 3);
    label(w, 0, "Eau");
    meet(w);
    part(w);
    edit(w, 1, "L'eau", "The water");
    edit(w, 1, "Les eaux", "The waters");
    world_run(w, 10);
    edit(w, 2, "Onde", "Wave");
    meet(w);
    return w;
}

static const char *text_at(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static void a_conflict_says_what_is_mine_what_theirs_and_what_both_came_from(void **state)
{
    (void)state;
    struct world *w = in_two_languages();
    for (size_t at = 0; at < 3; at++) {
        json_t *r = show(w, at), *field, *value;
        size_t i, k;
        json_array_foreach(json_object_get(r, "fields"), i, field)
        {
            bool fr = strcmp(text_at(field, "lang"), "fr") == 0;
            const json_t *base = json_object_get(field, "base");
            assert_string_equal(text_at(base, "value"), fr ? "Eau" : ""); /* over what site 1 wrote between */
            assert_string_equal(text_at(base, "ally_name"), fr ? "alpha" : "");
            json_array_foreach(json_object_get(field, "values"), k, value)
            {
                bool beta = strcmp(text_at(value, "ally_name"), "beta") == 0;
                assert_int_equal(json_is_true(json_object_get(value, "mine")), at == (beta ? 1 : 2));
                assert_int_equal(json_is_true(json_object_get(value, "theirs")), at == (beta ? 2 : 1));
            }
        }
        assert_int_equal(i, 2);
        json_decref(r);
    }
    world_refused(w, 0, "conflicts.resolve", json_pack("{s:s, s:s}", "id", EAU, "keep", "mine"), "no_side");
    world_free(w);
}

static void assert_labels(struct world *w, const char *fr, const char *en)
{
    for (size_t at = 0; at < 3; at++) {
        json_t *r = world_do(w, at, "concept.show", json_pack("{s:s}", "id", EAU));
        assert_string_equal(text_at(json_object_get(r, "prefLabel"), "fr"), fr);
        assert_string_equal(text_at(json_object_get(r, "prefLabel"), "en"), en);
        json_decref(r);
        assert_int_equal(conflicts(w, at), 0);
        world_verify(w, at);
    }
}

static json_t *by_field(const char *fr, const char *en)
{
    return json_pack("{s:s, s:[{s:s, s:s}, {s:s, s:s, s:s}]}", "id", EAU, "choices", "field", "prefLabel@fr", "keep",
                     fr, "field", "prefLabel", "lang", "en", "keep", en);
}

static void a_merge_field_by_field_is_one_commit(void **state)
{
    (void)state;
    struct world *w = in_two_languages();
    json_t *before = world_do(w, 1, "status", NULL), *after;
    world_refused(w, 1, "conflicts.resolve", by_field("mine", "zzzz"), "no_conflict"); /* all of it, or nothing */
    world_refused(w, 1, "conflicts.resolve",
                  json_pack("{s:s, s:[{s:s}, {s:s, s:s}]}", "id", EAU, "choices", "keep", "mine", "field",
                            "prefLabel@fr", "keep", "theirs"),
                  "usage");
    assert_int_equal(conflicts(w, 1), 1);
    json_t *r = world_do(w, 1, "conflicts.resolve", by_field("mine", "theirs"));
    assert_int_equal(json_array_size(json_object_get(r, "resolved")), 2);
    json_decref(r);
    after = world_do(w, 1, "status", NULL);
    assert_int_equal(world_number(after, "commits"), world_number(before, "commits") + 1);
    json_decref(before);
    json_decref(after);
    meet(w);
    assert_labels(w, "Les eaux", "Wave");
    world_free(w);
}

static void two_who_choose_alike_apart_have_no_conflict_and_two_who_do_not_have_one(void **state)
{
    (void)state;
    struct world *w = in_two_languages();
    part(w);
    json_decref(world_do(w, 1, "conflicts.resolve", json_pack("{s:s, s:s}", "id", EAU, "keep", "mine")));
    json_decref(world_do(w, 2, "conflicts.resolve", by_field("theirs", "theirs")));
    meet(w);
    assert_labels(w, "Les eaux", "The waters");
    part(w);
    edit(w, 1, "Un", "One");
    edit(w, 2, "Deux", "Two");
    meet(w);
    part(w);
    json_decref(world_do(w, 1, "conflicts.resolve", json_pack("{s:s, s:s}", "id", EAU, "keep", "mine")));
    json_decref(world_do(w, 2, "conflicts.resolve", by_field("mine", "theirs")));
    meet(w);
    json_t *r = show(w, 0);
    assert_int_equal(json_array_size(json_object_get(r, "fields")), 1); /* they agreed in English */
    assert_string_equal(text_at(json_array_get(json_object_get(r, "fields"), 0), "lang"), "fr");
    json_decref(r);
    json_decref(world_do(w, 2, "conflicts.resolve", json_pack("{s:s, s:s}", "id", EAU, "keep", "theirs")));
    meet(w);
    assert_labels(w, "Un", "One");
    world_free(w);
}

static void requests_are_refused_with_their_reason(void **state)
{
    (void)state;
    struct world *w = in_conflict();
    world_refused(w, 0, "conflicts.show", json_pack("{s:s}", "id", "aaaa"), "not_found");
    world_refused(w, 0, "conflicts.resolve", json_pack("{s:s}", "id", EAU), "usage");
    world_refused(w, 0, "conflicts.resolve", json_pack("{s:s, s:s}", "id", EAU, "keep", "zzzz"), "no_conflict");
    world_refused(w, 0, "conflicts.resolve",
                  json_pack("{s:s, s:s, s:s}", "id", EAU, "field", "definition", "value", "x"), "no_conflict");
    world_refused(w, 1, "conflicts.resolve", json_pack("{s:s, s:s, s:b}", "id", EAU, "value", "x", "adopt", 1), "who");
    world_refused(w, 0, "conflicts.resolve", json_pack("{s:s, s:i}", "id", EAU, "value", 7), "field_value");
    assert_int_equal(conflicts(w, 0), 1);
    world_verify(w, 0);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_conflict_is_seen_by_everybody_with_its_authors),
        cmocka_unit_test(conflicts_are_listed_page_by_page_each_once),
        cmocka_unit_test(keeping_one_value_resolves_it_everywhere),
        cmocka_unit_test(a_value_of_its_own_resolves_it),
        cmocka_unit_test(a_site_restored_into_two_logs_conflicts_with_itself_and_resolves),
        cmocka_unit_test(a_conflict_says_what_is_mine_what_theirs_and_what_both_came_from),
        cmocka_unit_test(a_merge_field_by_field_is_one_commit),
        cmocka_unit_test(two_who_choose_alike_apart_have_no_conflict_and_two_who_do_not_have_one),
        cmocka_unit_test(requests_are_refused_with_their_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
