/* Links between records, and texts made from others: what requests do, and every refusal. */
#include "tests/help/core_world.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define URL "https://exemple.test/guide"

static json_t *write_one(struct world *w, size_t at, const char *mode, json_t *record)
{
    return world_do(w, at, "record.write",
                    json_pack("{s:s, s:[{s:i, s:o}]}", "mode", mode, "lines", "line", 1, "record", record));
}

static json_t *record(const char *source, json_t *links)
{
    return json_pack("{s:s, s:{s:s}, s:o*}", "source_id", source, "title", "fr", source, "links", links);
}

static json_t *link_to(const char *rel, const char *target)
{
    return json_pack("{s:s, s:s}", "rel", rel, "target", target);
}

static void assert_written(json_t *r, const char *as)
{
    assert_int_equal(world_number(r, as), 1);
    json_decref(r);
}

static json_t *show(struct world *w, size_t at, const char *id)
{
    return world_do(w, at, "record.show", json_pack("{s:s}", "id", id));
}

static size_t count(struct world *w, size_t at, const char *id, const char *list)
{
    json_t *r = show(w, at, id);
    size_t n = json_array_size(json_object_get(r, list));
    json_decref(r);
    return n;
}

static const char *of(const json_t *r, const char *list, size_t i, const char *key)
{
    const char *text = json_string_value(json_object_get(json_array_get(json_object_get(r, list), i), key));
    return text ? text : "";
}

static struct world *alone(void)
{
    struct world *w = world_new(101);
    world_add(w, "alpha");
    world_found(w, 0);
    world_open(w, 0);
    return w;
}

static void links_lead_to_source_ids_ids_and_addresses_and_are_seen_from_both_ends(void **state)
{
    (void)state;
    struct world *w = alone();
    char one[64], two[64], prefix[24];
    world_record(w, 0, "un", "Un", one);
    world_record(w, 0, "deux", "Deux", two);
    snprintf(prefix, sizeof prefix, "%.20s", one);
    assert_written(write_one(w, 0, "add",
                             record("trois", json_pack("[o, o, o]", link_to("cites", "un"), link_to("extends", two),
                                                       link_to("cites", URL)))),
                   "added");
    json_t *r = show(w, 0, one);
    assert_string_equal(of(r, "linked_by", 0, "title"), "trois");
    assert_string_equal(of(r, "linked_by", 0, "rel"), "cites");
    char three[64];
    snprintf(three, sizeof three, "%s", of(r, "linked_by", 0, "id"));
    json_decref(r);
    r = show(w, 0, three);
    assert_int_equal(json_array_size(json_object_get(r, "links")), 3);
    json_decref(r);
    assert_int_equal(count(w, 0, two, "linked_by"), 1);
    /* The beginning of an id is enough. */
    json_decref(
        world_do(w, 0, "record.link", json_pack("{s:s, s:s, s:s}", "id", two, "rel", "part_of", "target", prefix)));
    assert_int_equal(count(w, 0, one, "linked_by"), 2);
    /* The same again changes nothing. */
    world_refused(w, 0, "record.link", json_pack("{s:s, s:s, s:s}", "id", two, "rel", "part_of", "target", one),
                  "nothing_to_do");
    json_decref(world_do(w, 0, "record.link",
                         json_pack("{s:s, s:s, s:s, s:b}", "id", two, "rel", "part_of", "target", "un", "remove", 1)));
    assert_int_equal(count(w, 0, one, "linked_by"), 1);
    r = world_do(w, 0, "record.history", json_pack("{s:s}", "id", two));
    json_t *last = json_array_get(json_object_get(r, "history"), json_array_size(json_object_get(r, "history")) - 1);
    json_t *entry = json_array_get(json_object_get(last, "writes"), 0);
    assert_string_equal(json_string_value(json_object_get(entry, "field")), "part_of");
    assert_string_equal(json_string_value(json_object_get(entry, "target")), one);
    assert_true(json_is_false(json_object_get(entry, "add")));
    json_decref(r);
    /* A retired record cites nobody any more. */
    json_decref(world_do(w, 0, "record.retire", json_pack("{s:s}", "id", three)));
    assert_int_equal(count(w, 0, one, "linked_by"), 0);
    world_verify(w, 0);
    r = world_do(w, 0, "rebuild", NULL);
    assert_true(json_is_true(json_object_get(r, "same")));
    json_decref(r);
    world_verify(w, 0);
    world_free(w);
}

static void an_import_takes_vanished_links_away_and_those_of_others_stay(void **state)
{
    (void)state;
    struct world *w = world_alliance(102, 2);
    char one[64], three[64];
    world_record(w, 0, "un", "Un", one);
    assert_written(write_one(w, 0, "import",
                             record("wp:3", json_pack("[o, o]", link_to("cites", "un"), link_to("cites", "wp:9")))),
                   "added");
    json_t *r = show(w, 0, one);
    snprintf(three, sizeof three, "%s", of(r, "linked_by", 0, "id"));
    json_decref(r);
    /* wp:9 is a record that will come, not an address. */
    r = show(w, 0, three);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(strlen(of(r, "links", i, "target")), strlen(one));
    json_decref(r);
    assert_true(world_settle(w, 60000));
    json_decref(
        world_do(w, 1, "record.link", json_pack("{s:s, s:s, s:s}", "id", three, "rel", "translates", "target", URL)));
    assert_true(world_settle(w, 60000));
    r = show(w, 0, three);
    assert_int_equal(json_array_size(json_object_get(r, "links")), 3);
    json_decref(r);
    assert_written(write_one(w, 0, "import",
                             record("wp:3", json_pack("[o, o]", link_to("cites", "un"), link_to("cites", "wp:9")))),
                   "unchanged");
    assert_written(write_one(w, 0, "import", record("wp:3", json_pack("[o]", link_to("cites", "wp:9")))), "updated");
    assert_int_equal(count(w, 0, three, "links"), 2);
    assert_int_equal(count(w, 0, one, "linked_by"), 0);
    assert_written(write_one(w, 0, "import", record("wp:3", json_pack("[o]", link_to("cites", "wp:9")))), "unchanged");
    /* Another ally's link is its own to take away. */
    world_refused(w, 0, "record.link",
                  json_pack("{s:s, s:s, s:s, s:b}", "id", three, "rel", "translates", "target", URL, "remove", 1),
                  "nothing_to_do");
    json_decref(world_do(w, 0, "record.edit", json_pack("{s:s, s:{s:[]}}", "id", three, "set", "links")));
    assert_int_equal(count(w, 0, three, "links"), 1);
    assert_true(world_settle(w, 60000));
    assert_int_equal(count(w, 1, three, "links"), 1);
    world_verify(w, 0);
    world_verify(w, 1);
    world_free(w);
}

static void links_are_refused_with_their_reason(void **state)
{
    (void)state;
    struct world *w = alone();
    char one[64];
    world_record(w, 0, "un", "Un", one);
    world_refused(w, 0, "record.link", json_pack("{s:s, s:s, s:s}", "id", one, "rel", "above", "target", URL),
                  "relation");
    world_refused(w, 0, "record.link", json_pack("{s:s, s:s}", "id", one, "rel", "cites"), "usage");
    world_refused(w, 0, "record.link", json_pack("{s:s, s:s, s:s}", "id", one, "rel", "cites", "target", "rien"),
                  "not_found");
    json_t *bad = write_one(w, 0, "import", record("wp:7", json_pack("[o]", link_to("cites", "javascript:alert(1)"))));
    assert_string_equal(of(bad, "errors", 0, "name"), "web_address");
    assert_string_equal(of(bad, "errors", 0, "field"), "links.target");
    json_decref(bad);
    world_refused(w, 0, "record.link", json_pack("{s:s, s:s, s:s}", "id", one, "rel", "cites", "target", "un"),
                  "field_value");
    world_refused(w, 0, "record.link", json_pack("{s:s, s:s, s:s}", "id", "zzzz", "rel", "cites", "target", URL),
                  "not_found");
    json_t *r = write_one(w, 0, "add", record("deux", json_pack("[o]", link_to("cites", "rien"))));
    assert_int_equal(world_number(r, "rejected"), 1);
    assert_string_equal(of(r, "errors", 0, "name"), "not_found");
    json_decref(r);
    world_free(w);
}

static bool is_stale(struct world *w, const char *id, const char *lang)
{
    json_t *r = show(w, 0, id), *t;
    size_t i;
    int stale = -1;
    json_array_foreach(json_object_get(r, "translations"), i, t)
    {
        if (strcmp(json_string_value(json_object_get(t, "lang")), lang) == 0) {
            stale = json_is_true(json_object_get(t, "stale"));
            assert_string_equal(json_string_value(json_object_get(t, "from")), "fr");
        }
    }
    json_decref(r);
    assert_true(stale >= 0);
    return stale;
}

static void a_translation_is_stale_once_its_source_has_changed(void **state)
{
    (void)state;
    struct world *w = alone();
    char id[64];
    json_t *r = write_one(w, 0, "import",
                          json_pack("{s:s, s:{s:s, s:s, s:s}, s:{s:s, s:s}}", "source_id", "un", "title", "en", "Water",
                                    "es", "Agua", "fr", "Eau", "made_from", "en", "fr", "es", "fr"));
    snprintf(id, sizeof id, "%s", of(r, "ids", 0, "id"));
    assert_written(r, "added");
    assert_false(is_stale(w, id, "en"));
    assert_false(is_stale(w, id, "es"));
    json_decref(
        world_do(w, 0, "record.edit", json_pack("{s:s, s:{s:{s:s}}}", "id", id, "set", "title", "fr", "L'eau")));
    assert_true(is_stale(w, id, "en"));
    /* The same words, said again of the new source. */
    json_decref(
        world_do(w, 0, "record.edit",
                 json_pack("{s:s, s:{s:{s:s}, s:s}}", "id", id, "set", "title", "en", "Water", "made_from", "fr")));
    assert_false(is_stale(w, id, "en"));
    assert_true(is_stale(w, id, "es"));
    world_refused(w, 0, "record.edit",
                  json_pack("{s:s, s:{s:{s:s}, s:s}}", "id", id, "set", "title", "en", "Water", "made_from", "fr"),
                  "nothing_to_do");
    world_refused(w, 0, "record.edit",
                  json_pack("{s:s, s:{s:{s:s}, s:s}}", "id", id, "set", "title", "en", "Water", "made_from", "?"),
                  "lang");
    world_refused(w, 0, "record.edit",
                  json_pack("{s:s, s:{s:{s:s}, s:i}}", "id", id, "set", "title", "en", "Water", "made_from", 1),
                  "lang");
    world_verify(w, 0);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(links_lead_to_source_ids_ids_and_addresses_and_are_seen_from_both_ends),
        cmocka_unit_test(an_import_takes_vanished_links_away_and_those_of_others_stay),
        cmocka_unit_test(links_are_refused_with_their_reason),
        cmocka_unit_test(a_translation_is_stale_once_its_source_has_changed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
