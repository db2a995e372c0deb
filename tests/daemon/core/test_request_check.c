/* What is to be completed: the discipline, terms that the thesaurus lacks, translations that their source left behind. */
#include "tests/help/core_world.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct world *alone(void)
{
    struct world *w = world_new(401);
    world_add(w, "alpha");
    world_found(w, 0);
    world_open(w, 0);
    return w;
}

static void import(struct world *w, json_t *record)
{
    json_t *r = world_do(w, 0, "record.write",
                         json_pack("{s:s, s:[{s:i, s:o}]}", "mode", "import", "lines", "line", 1, "record", record));
    assert_int_equal(world_number(r, "rejected"), 0);
    json_decref(r);
}

static json_t *check(struct world *w)
{
    return world_do(w, 0, "record.check", NULL);
}

static json_t *about(json_t *checked, const char *source)
{
    size_t i;
    json_t *r;
    json_array_foreach(json_object_get(checked, "records"), i,
                       r) if (strcmp(json_string_value(json_object_get(r, "source_id")), source) == 0) return r;
    return NULL;
}

static bool lists(const json_t *list, const char *text)
{
    size_t i;
    json_t *one;
    json_array_foreach((json_t *)(uintptr_t)list, i, one) if (strcmp(json_string_value(one), text) == 0) return true;
    return false;
}

static json_t *made(const char *source)
{
    char text[512];
    snprintf(
        text, sizeof text,
        "{\"source_id\": \"%s\", \"lang\": \"fr\", \"type\": \"experience\", \"title\": \"T\", \"abstract\": \"a\", "
        "\"history\": \"h\", \"limits\": \"l\", \"actors\": [{\"name\": \"Ville\", \"role\": \"porteur\"}], "
        "\"licence\": \"CC-BY-4.0\", \"concepts\": [\"https://a.example/eau\"]}",
        source);
    json_t *r = json_loads(text, 0, NULL);
    assert_non_null(r);
    return r;
}

static void concept(struct world *w, const char *uri)
{
    json_decref(world_do(w, 0, "concept.write",
                         json_pack("{s:s, s:b, s:[{s:i, s:{s:s, s:{s:s}}}]}", "mode", "add", "adopt", 1, "concepts",
                                   "line", 1, "concept", "uri", uri, "prefLabel", "fr", uri)));
}

static void what_a_record_lacks_is_told_with_its_rule_and_sentence(void **state)
{
    (void)state;
    struct world *w = alone();
    import(w, made("un"));
    import(w, json_pack("{s:s, s:s, s:s}", "source_id", "deux", "lang", "fr", "title", "D"));
    json_t *r = check(w);
    assert_int_equal(world_number(r, "checked"), 2);
    assert_int_equal(json_array_size(json_object_get(about(r, "un"), "missed")), 1);
    assert_true(lists(json_object_get(about(r, "un"), "missed"), "concept_known"));
    assert_true(lists(json_object_get(about(r, "deux"), "missed"), "limits"));
    assert_non_null(strstr(json_string_value(json_object_get(json_object_get(r, "texts"), "limits")), "limits"));
    json_decref(r);
    concept(w, "https://a.example/eau");
    r = check(w);
    assert_null(about(r, "un"));
    json_decref(r);
    /* A term that was merged away, or given up, is one to replace. */
    concept(w, "https://a.example/onde");
    json_decref(world_do(
        w, 0, "concept.merge",
        json_pack("{s:s, s:s, s:b}", "id", "https://a.example/eau", "into", "https://a.example/onde", "adopt", 1)));
    r = check(w);
    assert_true(lists(json_object_get(about(r, "un"), "missed"), "concept_current"));
    json_decref(r);
    r = world_do(w, 0, "concept.known",
                 json_pack("{s:[s, s, s]}", "concepts", "https://a.example/eau", "https://a.example/x", "Santé : eau"));
    json_t *list = json_object_get(r, "concepts");
    assert_string_equal(json_string_value(json_object_get(json_array_get(list, 0), "status")), "merged_into");
    assert_string_equal(json_string_value(json_object_get(json_array_get(list, 1), "status")), "unknown");
    assert_null(json_object_get(json_array_get(list, 1), "refused"));
    assert_string_equal(json_string_value(json_object_get(json_array_get(list, 2), "status")), "unknown");
    /* A name is no address: an import refuses it as well. */
    assert_string_equal(json_string_value(json_object_get(json_array_get(list, 2), "refused")), "not_found");
    json_t *named =
        json_pack("{s:s, s:s, s:s, s:s}", "source_id", "x", "lang", "fr", "title", "D", "concepts", "Santé : eau");
    json_t *in = world_do(w, 0, "record.write",
                          json_pack("{s:[{s:i, s:o}], s:s}", "lines", "line", 1, "record", named, "mode", "import"));
    assert_int_equal(world_number(in, "rejected"), 1);
    json_decref(in);
    json_decref(r);
    world_free(w);
}

static void retitle(struct world *w, const char *id, const char *field, const char *lang, const char *text)
{
    json_decref(world_do(w, 0, "record.edit", json_pack("{s:s, s:{s:{s:s}}}", "id", id, "set", field, lang, text)));
}

/* What the site's own export says, taken in again. */
static json_t *back(struct world *w)
{
    json_t *out = world_do(w, 0, "record.export", NULL);
    json_t *r = world_do(w, 0, "record.write",
                         json_pack("{s:s, s:[{s:i, s:O}]}", "mode", "import", "lines", "line", 1, "record",
                                   json_array_get(json_object_get(out, "records"), 0)));
    json_decref(out);
    return r;
}

static void a_translation_that_comes_back_out_of_an_export_stays_stale(void **state)
{
    (void)state;
    struct world *w = alone();
    char id[64];
    world_record(w, 0, "un", "Eau", id);
    json_decref(world_do(
        w, 0, "record.edit",
        json_pack("{s:s, s:{s:{s:s}, s:{s:s}}}", "id", id, "set", "title", "en", "Water", "made_from", "en", "fr")));
    retitle(w, id, "title", "fr", "L'eau");
    json_t *r = back(w);
    assert_int_equal(world_number(r, "updated"), 0);
    assert_int_equal(world_number(r, "unchanged"), 1);
    json_decref(r);
    r = check(w);
    assert_true(lists(json_object_get(about(r, "un"), "stale"), "title@en"));
    json_decref(r);
    world_free(w);
}

static void a_translation_of_its_own_is_told_what_its_source_changed(void **state)
{
    (void)state;
    struct world *w = alone();
    char source[64], made_id[64];
    concept(w, "https://a.example/eau");
    world_record(w, 0, "source", "Eau", source);
    world_record(w, 0, "traduction", "Water", made_id);
    json_decref(world_do(w, 0, "record.link",
                         json_pack("{s:s, s:s, s:s}", "id", made_id, "rel", "translates", "target", source)));
    json_t *r = check(w);
    assert_int_equal(json_array_size(json_object_get(about(r, "traduction"), "moved")), 0);
    json_decref(r);
    world_run(w, 1000);
    retitle(w, source, "title", "fr", "L'eau");
    retitle(w, source, "lessons", "fr", "Oser");
    r = check(w);
    json_t *moved = json_array_get(json_object_get(about(r, "traduction"), "moved"), 0);
    assert_string_equal(json_string_value(json_object_get(moved, "id")), source);
    assert_int_equal(json_array_size(json_object_get(moved, "changed")), 2);
    assert_true(lists(json_object_get(moved, "changed"), "title@fr"));
    json_decref(r);
    world_run(w, 1000);
    retitle(w, made_id, "title", "fr", "The water");
    r = world_do(w, 0, "record.show", json_pack("{s:s}", "id", made_id));
    json_t *link = json_array_get(json_object_get(r, "links"), 0);
    assert_int_equal(json_array_size(json_object_get(link, "changed")), 1);
    assert_true(lists(json_object_get(link, "changed"), "lessons@fr"));
    json_decref(r);
    world_free(w);
}

static void a_link_says_whether_what_it_leads_to_is_here(void **state)
{
    (void)state;
    struct world *w = alone();
    char one[64];
    import(w, json_pack("{s:s, s:s, s:s, s:[{s:s, s:s}]}", "source_id", "wp:1", "lang", "fr", "title", "Un", "links",
                        "rel", "cites", "target", "wp:2"));
    json_t *r = check(w);
    snprintf(one, sizeof one, "%s", json_string_value(json_object_get(about(r, "wp:1"), "id")));
    json_decref(r);
    r = world_do(w, 0, "record.show", json_pack("{s:s}", "id", one));
    json_t *link = json_array_get(json_object_get(r, "links"), 0);
    assert_true(json_is_true(json_object_get(link, "missing")));
    assert_true(json_is_null(json_object_get(link, "title")));
    char target[64];
    snprintf(target, sizeof target, "%s", json_string_value(json_object_get(link, "target")));
    json_decref(r);
    import(w, json_pack("{s:s, s:s, s:s}", "source_id", "wp:2", "lang", "fr", "title", "Deux"));
    json_decref(world_do(w, 0, "record.retire", json_pack("{s:s}", "id", target)));
    r = world_do(w, 0, "record.show", json_pack("{s:s}", "id", one));
    link = json_array_get(json_object_get(r, "links"), 0);
    assert_null(json_object_get(link, "missing"));
    assert_true(json_is_true(json_object_get(link, "retired")));
    assert_string_equal(json_string_value(json_object_get(link, "title")), "Deux");
    json_decref(r);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_record_lacks_is_told_with_its_rule_and_sentence),
        cmocka_unit_test(a_translation_that_comes_back_out_of_an_export_stays_stale),
        cmocka_unit_test(a_translation_of_its_own_is_told_what_its_source_changed),
        cmocka_unit_test(a_link_says_whether_what_it_leads_to_is_here),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
