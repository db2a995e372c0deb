/* What was changed in the whole work: its order, its bounds, its pages, what it says of a change, and every refusal. */
#include "tests/help/core_acts.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static json_t *changes(struct world *w, size_t at, json_t *args)
{
    json_t *r = world_do(w, at, "changes", args);
    json_t *list = json_incref(json_object_get(r, "changes"));
    json_decref(r);
    return list;
}

static const char *text(const json_t *object, const char *key)
{
    const char *t = json_string_value(json_object_get(object, key));
    return t ? t : "";
}

static const json_t *op_of(const json_t *change)
{
    return json_array_get(json_object_get(change, "ops"), 0);
}

static const char *label(const json_t *list, size_t at)
{
    return text(op_of(json_array_get(list, at)), "label");
}

/* One site with records "r0" to "r<n - 1>", one commit each. */
static struct world *records(size_t n)
{
    struct world *w = world_new(71);
    char id[64], name[16];
    world_add(w, "alpha");
    world_found(w, 0);
    world_open(w, 0);
    for (size_t i = 0; i < n; i++) {
        snprintf(name, sizeof name, "r%zu", i);
        world_record(w, 0, name, name, id);
        world_run(w, 1000);
    }
    return w;
}

static void the_latest_changes_stand_last_and_older_pages_lead_to_the_first(void **state)
{
    (void)state;
    struct world *w = records(6);
    json_t *all = changes(w, 0, json_pack("{s:i}", "limit", 1000));
    size_t n = json_array_size(all), seen = 0;
    assert_string_equal(label(all, n - 1), "r5");
    assert_string_equal(label(all, n - 6), "r0");
    assert_string_equal(text(op_of(json_array_get(all, 0)), "kind"), "log.open");
    const char *before = "";
    json_t *page = NULL;
    do {
        json_t *last = page;
        page = world_do(w, 0, "changes", json_pack("{s:i, s:s}", "limit", 2, "before", before));
        json_t *list = json_object_get(page, "changes");
        seen += json_array_size(list);
        assert_string_equal(text(json_array_get(list, 0), "commit"), text(json_array_get(all, n - seen), "commit"));
        before = text(page, "older");
        json_decref(last);
    } while (*before);
    assert_int_equal(seen, n);
    json_decref(page);
    json_decref(all);
    world_free(w);
}

static void a_cursor_goes_on_behind_a_change_to_the_newest(void **state)
{
    (void)state;
    struct world *w = records(5);
    json_t *all = changes(w, 0, NULL);
    size_t n = json_array_size(all);
    const char *from = text(json_array_get(all, n - 5), "commit");
    json_t *page = world_do(w, 0, "changes", json_pack("{s:i, s:s}", "limit", 3, "cursor", from));
    assert_string_equal(label(json_object_get(page, "changes"), 0), "r1");
    assert_string_equal(text(page, "next"), text(json_array_get(all, n - 2), "commit"));
    json_t *rest = world_do(w, 0, "changes", json_pack("{s:i, s:s}", "limit", 3, "cursor", text(page, "next")));
    assert_int_equal(json_array_size(json_object_get(rest, "changes")), 1);
    assert_string_equal(label(json_object_get(rest, "changes"), 0), "r4");
    assert_true(json_is_null(json_object_get(rest, "next")));
    json_decref(rest);
    json_decref(page);
    json_decref(all);
    world_free(w);
}

static void since_goes_by_the_authors_clocks(void **state)
{
    (void)state;
    struct world *w = records(4);
    json_t *all = changes(w, 0, NULL);
    size_t n = json_array_size(all);
    const char *at = text(json_array_get(all, n - 2), "at");
    json_t *late = changes(w, 0, json_pack("{s:s}", "since", at));
    assert_int_equal(json_array_size(late), 2);
    assert_string_equal(label(late, 0), "r2");
    json_decref(late);
    late = changes(w, 0, json_pack("{s:s, s:s}", "since", at, "cursor", text(json_array_get(all, 0), "commit")));
    assert_int_equal(json_array_size(late), 2);
    json_decref(late);
    late = changes(w, 0, json_pack("{s:s}", "since", "2199-01-01"));
    assert_int_equal(json_array_size(late), 0);
    json_decref(late);
    json_decref(all);
    world_free(w);
}

static void a_change_says_who_wrote_what_and_each_site_lists_all_of_it(void **state)
{
    (void)state;
    struct world *w = world_alliance(72, 2);
    char id[64];
    world_record(w, 1, "eau", "Eau", id);
    json_decref(world_do(w, 1, "record.edit",
                         json_pack("{s:s, s:{s:{s:s}, s:{s:s}}}", "id", id, "set", "title", "fr", "Eau vive",
                                   "abstract", "en", "Water")));
    assert_true(world_settle(w, 60000));
    for (size_t at = 0; at < 2; at++) {
        json_t *mine = changes(w, at, json_pack("{s:s}", "ally", w->sites[1].name)), *one, *fields;
        size_t i, n = json_array_size(mine);
        assert_true(n >= 3);
        json_array_foreach(mine, i, one) assert_string_equal(text(one, "ally_name"), w->sites[1].name);
        fields = json_object_get(op_of(json_array_get(mine, n - 1)), "fields");
        one = json_array_get(mine, n - 1);
        assert_string_equal(text(op_of(one), "kind"), "record.put");
        assert_string_equal(text(op_of(one), "type"), "record");
        assert_string_equal(text(op_of(one), "id"), id);
        assert_string_equal(text(op_of(one), "label"), "Eau vive");
        assert_string_equal(text(op_of(one), "state"), "present");
        assert_true(json_is_true(json_object_get(op_of(one), "counts")));
        assert_int_equal(json_array_size(fields), 2);
        assert_string_equal(json_string_value(json_array_get(fields, 0)), "title@fr");
        assert_string_equal(json_string_value(json_array_get(fields, 1)), "abstract@en");
        json_decref(mine);
    }
    world_free(w);
}

static void what_is_taken_back_is_marked_and_what_is_erased_says_so(void **state)
{
    (void)state;
    struct world *w = records(1);
    const char *a = "http://atlas.test/a", *b = "http://atlas.test/b";
    const char *const uris[] = {a, b};
    for (size_t i = 0; i < 2; i++)
        json_decref(world_do(w, 0, "concept.write",
                             json_pack("{s:s, s:b, s:[{s:i, s:{s:s, s:{s:s}}}]}", "mode", "add", "adopt", 1, "concepts",
                                       "line", 1, "concept", "uri", uris[i], "prefLabel", "fr", uris[i] + 18)));
    json_decref(world_do(w, 0, "concept.merge", json_pack("{s:s, s:s, s:b}", "id", a, "into", b, "adopt", 1)));
    json_decref(world_do(w, 0, "concept.merge", json_pack("{s:s, s:b, s:b}", "id", a, "undo", 1, "adopt", 1)));
    json_t *list = changes(w, 0, NULL), *one;
    size_t i, there = 0, back = 0;
    const char *dot = "";
    json_array_foreach(list, i, one)
    {
        const char *kind = text(op_of(one), "kind");
        const char *field = json_string_value(json_array_get(json_object_get(op_of(one), "fields"), 0));
        there += strcmp(kind, "concept.merge") == 0 && strcmp(field, "merge") == 0;
        back += strcmp(kind, "concept.merge") == 0 && strcmp(field, "-merge") == 0;
        if (strcmp(kind, "record.put") == 0)
            dot = text(op_of(one), "dot");
    }
    assert_int_equal(there, 1);
    assert_int_equal(back, 1);
    json_decref(world_do(w, 0, "erase", json_pack("{s:[s], s:s}", "dots", dot, "reason", "asked")));
    json_t *later = changes(w, 0, NULL);
    bool erased = false;
    json_array_foreach(later, i, one) erased =
        erased || (strcmp(text(op_of(one), "dot"), dot) == 0 && strcmp(text(op_of(one), "state"), "erased") == 0);
    assert_true(erased);
    json_decref(later);
    json_decref(list);
    world_free(w);
}

static void what_is_beyond_a_suspension_is_counted_and_not_listed(void **state)
{
    (void)state;
    struct world *w = world_alliance(73, 2);
    char id[64];
    world_block(w, 0, 1, true);
    world_cut(w, 0, 1);
    json_decref(world_do(w, 0, "ally.suspend", json_pack("{s:s, s:s}", "ally", w->sites[1].name, "reason", "test")));
    world_record(w, 1, "late", "Late", id);
    world_heal(w);
    world_run(w, 120000);
    json_t *r = world_do(w, 1, "changes", NULL), *one;
    size_t i;
    json_array_foreach(json_object_get(r, "changes"), i, one)
        assert_string_not_equal(text(op_of(one), "label"), "Late");
    assert_int_equal(json_integer_value(json_object_get(r, "aside")), 1);
    json_decref(r);
    world_free(w);
}

static void a_wrong_bound_is_refused_for_what_it_is(void **state)
{
    (void)state;
    struct world *w = records(1);
    world_refused(w, 0, "changes", json_pack("{s:s}", "ally", "nobody"), "ally_unknown");
    world_refused(w, 0, "changes", json_pack("{s:s}", "since", "noon"), "time");
    world_refused(w, 0, "changes", json_pack("{s:s}", "since", "2026-13-01"), "time");
    world_refused(w, 0, "changes", json_pack("{s:s}", "cursor", "first"), "cursor");
    world_refused(w, 0, "changes", json_pack("{s:s}", "before", "aaaaaaaaaaaaaaaaaaaaaaaaaa"), "cursor");
    json_t *all = changes(w, 0, NULL);
    const char *c = text(json_array_get(all, 0), "commit");
    world_refused(w, 0, "changes", json_pack("{s:s, s:s}", "cursor", c, "before", c), "usage");
    json_decref(all);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_latest_changes_stand_last_and_older_pages_lead_to_the_first),
        cmocka_unit_test(a_cursor_goes_on_behind_a_change_to_the_newest),
        cmocka_unit_test(since_goes_by_the_authors_clocks),
        cmocka_unit_test(a_change_says_who_wrote_what_and_each_site_lists_all_of_it),
        cmocka_unit_test(what_is_taken_back_is_marked_and_what_is_erased_says_so),
        cmocka_unit_test(what_is_beyond_a_suspension_is_counted_and_not_listed),
        cmocka_unit_test(a_wrong_bound_is_refused_for_what_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
