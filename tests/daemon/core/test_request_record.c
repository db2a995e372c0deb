/* Requests about records: what they do, and every refusal. */
#include "tests/help/core_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static struct world *alone(void)
{
    struct world *w = world_new(51);
    world_add(w, "alpha");
    world_found(w, 0);
    world_open(w, 0);
    return w;
}

/* One line; takes `record`. */
static json_t *write_one(struct world *w, const char *mode, json_t *record)
{
    return world_do(w, 0, "record.write",
                    json_pack("{s:s, s:[{s:i, s:o}]}", "mode", mode, "lines", "line", 1, "record", record));
}

static void assert_tally(json_t *r, unsigned added, unsigned updated, unsigned unchanged, unsigned rejected)
{
    char *text = json_dumps(r, 0);
    if (world_number(r, "added") != added || world_number(r, "updated") != updated ||
        world_number(r, "unchanged") != unchanged || world_number(r, "rejected") != rejected)
        fail_msg("%s", text);
    free(text);
    json_decref(r);
}

static json_t *source(const char *title, const char *abstract)
{
    return json_pack("{s:s, s:s, s:s*}", "source_id", "s1", "title", title, "abstract", abstract);
}

static void import(struct world *w, json_t *record, unsigned added, unsigned updated, unsigned unchanged)
{
    assert_tally(write_one(w, "import", record), added, updated, unchanged, 0);
}

static void first_id(struct world *w, char id[64])
{
    json_t *r = world_do(w, 0, "record.list", json_pack("{s:b}", "retired", 1));
    const json_t *first = json_array_get(json_object_get(r, "records"), 0);
    assert_non_null(first);
    snprintf(id, 64, "%s", json_string_value(json_object_get(first, "id")));
    json_decref(r);
}

static json_t *show(struct world *w, const char *id)
{
    return world_do(w, 0, "record.show", json_pack("{s:s}", "id", id));
}

#define INDEXED "http://example.org/water"

static json_t *indexed(int weight)
{
    return json_pack("{s:s, s:s, s:[{s:s, s:i}]}", "source_id", "s1", "title", "A", "concepts", "concept", INDEXED,
                     "weight", weight);
}

static void assert_weight(struct world *w, const char *id, int weight)
{
    json_t *r = show(w, id);
    const json_t *terms = json_object_get(r, "concepts");
    assert_int_equal(json_array_size(terms), 1);
    assert_int_equal(json_integer_value(json_object_get(json_array_get(terms, 0), "weight")), weight);
    json_decref(r);
}

static void a_term_takes_another_weight(void **state)
{
    (void)state;
    char id[64];
    struct world *w = alone();
    json_decref(write_one(w, "import", indexed(3)));
    first_id(w, id);
    import(w, indexed(9), 0, 1, 0);
    assert_weight(w, id, 9);
    import(w, indexed(9), 0, 0, 1);
    json_decref(world_do(
        w, 0, "record.edit",
        json_pack("{s:s, s:{s:[{s:s, s:i}]}}", "id", id, "set", "concepts", "concept", INDEXED, "weight", 20)));
    assert_weight(w, id, 20);
    world_free(w);
}

static const char *text_of(const json_t *record, const char *field)
{
    return json_string_value(json_object_get(json_object_get(record, field), "fr"));
}

static uint64_t commits(struct world *w)
{
    json_t *r = world_do(w, 0, "status", NULL);
    uint64_t n = world_number(r, "commits");
    json_decref(r);
    return n;
}

static void edit(struct world *w, const char *id, const char *field, const char *text)
{
    json_decref(world_do(w, 0, "record.edit", json_pack("{s:s, s:{s:s}}", "id", id, "set", field, text)));
}

/* ---- import ---- */

static void a_reimport_changes_nothing(void **state)
{
    (void)state;
    struct world *w = alone();
    import(w, source("Un", "Texte"), 1, 0, 0);
    uint64_t before = commits(w);
    import(w, source("Un", "Texte"), 0, 0, 1);
    assert_int_equal(commits(w), before);
    world_free(w);
}

static void one_changed_line_is_one_commit_of_the_changed_fields(void **state)
{
    (void)state;
    struct world *w = alone();
    char id[64];
    import(w, source("Un", "Texte"), 1, 0, 0);
    uint64_t before = commits(w);
    import(w, source("Un", "Autre"), 0, 1, 0);
    assert_int_equal(commits(w), before + 1);
    first_id(w, id);
    json_t *r = world_do(w, 0, "record.history", json_pack("{s:s}", "id", id));
    const json_t *history = json_object_get(r, "history");
    assert_int_equal(json_array_size(history), 2);
    const json_t *writes = json_object_get(json_array_get(history, 1), "writes");
    assert_int_equal(json_array_size(writes), 1);
    assert_string_equal(json_string_value(json_object_get(json_array_get(writes, 0), "field")), "abstract");
    assert_string_equal(json_string_value(json_object_get(json_array_get(writes, 0), "value")), "Autre");
    json_decref(r);
    world_free(w);
}

static void a_reimport_does_not_undo_what_a_person_wrote(void **state)
{
    (void)state;
    struct world *w = alone();
    char id[64];
    import(w, source("Un", "Texte"), 1, 0, 0);
    first_id(w, id);
    edit(w, id, "abstract", "De ma main");
    import(w, source("Un", "Texte"), 0, 0, 1);
    json_t *r = show(w, id);
    assert_string_equal(text_of(r, "abstract"), "De ma main");
    json_decref(r);
    /* The source changed: it has the word again, for that field alone. */
    import(w, source("Deux", "Texte"), 0, 1, 0);
    r = show(w, id);
    assert_string_equal(text_of(r, "title"), "Deux");
    assert_string_equal(text_of(r, "abstract"), "De ma main");
    json_decref(r);
    world_free(w);
}

static void what_vanished_at_the_source_is_emptied(void **state)
{
    (void)state;
    struct world *w = alone();
    char id[64];
    import(w, source("Un", "Texte"), 1, 0, 0);
    first_id(w, id);
    edit(w, id, "limits", "De ma main");
    import(w, source("Un", NULL), 0, 1, 0);
    json_t *r = show(w, id);
    assert_null(text_of(r, "abstract"));
    assert_string_equal(text_of(r, "limits"), "De ma main"); /* no import ever brought it */
    json_decref(r);
    import(w, source("Un", NULL), 0, 0, 1);
    /* Written by hand since: the source has had its say. */
    edit(w, id, "abstract", "De ma main");
    import(w, source("Un", NULL), 0, 0, 1);
    import(w, source("Un", "Texte"), 0, 1, 0);
    world_free(w);
}

static void what_is_retired_stays_so_until_the_source_changes(void **state)
{
    (void)state;
    struct world *w = alone();
    char id[64];
    import(w, source("Un", "Texte"), 1, 0, 0);
    first_id(w, id);
    json_decref(world_do(w, 0, "record.retire", json_pack("{s:s, s:s}", "id", id, "reason", "double")));
    import(w, source("Un", "Texte"), 0, 0, 1);
    json_t *r = show(w, id);
    assert_true(json_is_true(json_object_get(r, "retired")));
    json_decref(r);
    import(w, source("Un", "Autre"), 0, 1, 0);
    r = show(w, id);
    assert_false(json_is_true(json_object_get(r, "retired")));
    json_decref(r);
    world_free(w);
}

/* The refused line must not count as imported: once it is mended, its other changes go in too. */
static void a_refused_line_goes_in_whole_once_it_is_mended(void **state)
{
    (void)state;
    struct world *w = alone();
    char id[64];
    import(w, source("Un", "Texte"), 1, 0, 0);
    json_t *bad = source("Deux", "Texte");
    json_object_set_new(bad, "concepts", json_pack("[s]", "qqqq"));
    assert_tally(write_one(w, "import", bad), 0, 0, 0, 1);
    import(w, source("Deux", "Texte"), 0, 1, 0);
    first_id(w, id);
    json_t *r = show(w, id);
    assert_string_equal(text_of(r, "title"), "Deux");
    json_decref(r);
    world_free(w);
}

static void a_dry_run_leaves_nothing(void **state)
{
    (void)state;
    struct world *w = alone();
    json_t *r = world_do(w, 0, "record.write",
                         json_pack("{s:s, s:b, s:[{s:i, s:o}]}", "mode", "import", "dry_run", 1, "lines", "line", 1,
                                   "record", source("Un", "Texte")));
    assert_tally(r, 1, 0, 0, 0);
    assert_int_equal(commits(w), 0);
    import(w, source("Un", "Texte"), 1, 0, 0);
    r = world_do(w, 0, "record.write",
                 json_pack("{s:s, s:b, s:[{s:i, s:o}]}", "mode", "import", "dry_run", 1, "lines", "line", 1, "record",
                           source("Deux", NULL)));
    assert_tally(r, 0, 1, 0, 0);
    import(w, source("Deux", NULL), 0, 1, 0);
    world_free(w);
}

static void terms_follow_the_source_as_fields_do(void **state)
{
    (void)state;
    struct world *w = alone();
    char id[64];
    json_t *with = json_pack("{s:s, s:s, s:[s, s]}", "source_id", "s1", "title", "Un", "concepts", "http://c.test/a",
                             "http://c.test/b");
    json_t *less = json_pack("{s:s, s:s, s:[s]}", "source_id", "s1", "title", "Un", "concepts", "http://c.test/a");
    import(w, json_incref(with), 1, 0, 0);
    import(w, json_incref(with), 0, 0, 1);
    first_id(w, id);
    json_t *r = show(w, id);
    assert_int_equal(json_array_size(json_object_get(r, "concepts")), 2);
    json_decref(r);
    import(w, json_incref(less), 0, 1, 0);
    r = show(w, id);
    assert_int_equal(json_array_size(json_object_get(r, "concepts")), 1);
    json_decref(r);
    import(w, less, 0, 0, 1);
    json_decref(with);
    world_free(w);
}

static void one_request_may_write_a_record_twice(void **state)
{
    (void)state;
    struct world *w = alone();
    char id[64];
    json_t *r = world_do(w, 0, "record.write",
                         json_pack("{s:s, s:[{s:i, s:o}, {s:i, s:o}]}", "mode", "import", "lines", "line", 1, "record",
                                   source("Un", "A"), "line", 2, "record", source("Deux", "A")));
    assert_tally(r, 1, 1, 0, 0);
    first_id(w, id);
    r = show(w, id);
    assert_string_equal(text_of(r, "title"), "Deux");
    assert_int_equal(world_number(r, "conflicts"), 0);
    json_decref(r);
    world_verify(w, 0);
    world_free(w);
}

/* ---- refusals ---- */

static void assert_line_refused(struct world *w, const char *mode, json_t *record, const char *name)
{
    uint64_t before = commits(w);
    json_t *r = write_one(w, mode, record);
    const json_t *error = json_array_get(json_object_get(r, "errors"), 0);
    assert_int_equal(world_number(r, "rejected"), 1);
    assert_string_equal(json_string_value(json_object_get(error, "name")), name);
    assert_int_equal(json_integer_value(json_object_get(error, "line")), 1);
    json_decref(r);
    /* At most the log was opened. */
    assert_true(commits(w) <= before + 1);
}

static void lines_are_refused_one_by_one(void **state)
{
    (void)state;
    struct world *w = alone();
    char *title = malloc(3000);
    memset(title, 'x', 2999);
    title[2999] = 0;
    assert_line_refused(w, "add", json_pack("{s:s}", "abstract", "Sans titre"), "title_missing");
    assert_line_refused(w, "import", json_pack("{s:s}", "title", "Sans source"), "source_id_missing");
    assert_line_refused(w, "add", json_pack("{s:s, s:s}", "title", "T", "titel", "x"), "field_unknown");
    assert_line_refused(w, "add", json_pack("{s:s, s:s}", "title", "T", "type", "roman"), "record_type");
    assert_line_refused(w, "add", json_pack("{s:s}", "title", title), "text_long");
    assert_line_refused(w, "add", json_pack("{s:s, s:s}", "title", "T", "date", "hier"), "field_value");
    assert_line_refused(w, "add", json_pack("{s:{s:s}}", "title", "pas une langue", "T"), "lang");
    assert_line_refused(w, "add", json_string("record"), "json");
    assert_line_refused(w, "add", json_pack("{s:s, s:[s]}", "title", "T", "concepts", "qqqq"), "not_found");
    free(title);
    /* Good ones beside a bad one go in. */
    json_t *r = world_do(w, 0, "record.write",
                         json_pack("{s:s, s:[{s:i, s:{s:s}}, {s:i, s:{s:s}}]}", "mode", "add", "lines", "line", 1,
                                   "record", "abstract", "x", "line", 2, "record", "title", "Bon"));
    assert_tally(r, 1, 0, 0, 1);
    world_free(w);
}

static void requests_are_refused_with_their_reason(void **state)
{
    (void)state;
    struct world *w = alone();
    char id[64];
    world_refused(w, 0, "record.write", NULL, "usage");
    world_refused(w, 0, "nothing.such", NULL, "usage");
    world_refused(w, 0, "record.show", json_pack("{s:s}", "id", "aaaa"), "not_found");
    world_refused(w, 0, "record.show", json_pack("{s:s}", "id", "ABC 1"), "base32");
    world_refused(w, 0, "record.show", NULL, "not_found");
    world_refused(w, 0, "record.list", json_pack("{s:s}", "cursor", "!"), "cursor");
    world_refused(w, 0, "record.list", json_pack("{s:s}", "ally", "nobody"), "ally_unknown");
    world_record(w, 0, "s1", "Un", id);
    world_refused(w, 0, "record.edit", json_pack("{s:s, s:{s:s}}", "id", id, "set", "title", "Un"), "nothing_to_do");
    world_refused(w, 0, "record.edit", json_pack("{s:s, s:{s:s}}", "id", id, "set", "titel", "Un"), "field_unknown");
    world_refused(w, 0, "record.edit", json_pack("{s:s}", "id", id), "json");
    json_decref(world_do(w, 0, "record.retire", json_pack("{s:s}", "id", id)));
    world_refused(w, 0, "record.retire", json_pack("{s:s}", "id", id), "nothing_to_do");
    world_refused(w, 0, "record.edit", json_pack("{s:s, s:{s:s}}", "id", id, "set", "title", "Deux"), "retired");
    json_decref(
        world_do(w, 0, "record.edit", json_pack("{s:s, s:{s:s}, s:b}", "id", id, "set", "title", "Deux", "revive", 1)));
    json_t *r = show(w, id);
    assert_false(json_is_true(json_object_get(r, "retired")));
    assert_string_equal(text_of(r, "title"), "Deux");
    json_decref(r);
    world_verify(w, 0);
    world_free(w);
}

static void a_prefix_is_enough_while_it_is_one_records(void **state)
{
    (void)state;
    struct world *w = alone();
    char a[64], b[64], prefix[64];
    world_record(w, 0, "s1", "Un", a);
    world_record(w, 0, "s2", "Deux", b);
    snprintf(prefix, sizeof prefix, "%.8s", a); /* of the ally: both have it */
    world_refused(w, 0, "record.show", json_pack("{s:s}", "id", prefix), "ambiguous");
    size_t same = 0;
    while (a[same] == b[same])
        same++;
    snprintf(prefix, sizeof prefix, "%.*s", (int)same + 1, a);
    json_t *r = show(w, prefix);
    assert_string_equal(json_string_value(json_object_get(r, "id")), a);
    json_decref(r);
    world_free(w);
}

static void somebody_elses_record_is_read_and_not_written(void **state)
{
    (void)state;
    struct world *w = world_alliance(52, 2);
    char id[64], title[64];
    world_record(w, 1, "s1", "Leur", id);
    world_run(w, 1000);
    world_title(w, 0, id, title);
    assert_string_equal(title, "Leur");
    world_refused(w, 0, "record.edit", json_pack("{s:s, s:{s:s}}", "id", id, "set", "title", "Mien"), "not_ours");
    world_refused(w, 0, "record.retire", json_pack("{s:s}", "id", id), "not_ours");
    json_t *r = world_do(w, 0, "record.list", json_pack("{s:s}", "ally", "beta"));
    assert_int_equal(json_array_size(json_object_get(r, "records")), 1);
    json_decref(r);
    r = world_do(w, 0, "record.list", json_pack("{s:s}", "ally", "alpha"));
    assert_int_equal(json_array_size(json_object_get(r, "records")), 0);
    json_decref(r);
    world_free(w);
}

static void a_list_comes_in_pages(void **state)
{
    (void)state;
    struct world *w = alone();
    size_t seen = 0;
    char name[8];
    json_t *ids = json_object();
    for (int i = 0; i < 7; i++) {
        snprintf(name, sizeof name, "s%d", i);
        world_record(w, 0, name, name, NULL);
    }
    json_t *cursor = json_string("");
    for (int page = 0; page < 10 && json_is_string(cursor); page++) {
        json_t *r = world_do(w, 0, "record.list", json_pack("{s:i, s:o}", "limit", 3, "cursor", cursor)), *item;
        size_t i;
        json_array_foreach(json_object_get(r, "records"), i, item)
        {
            json_object_set_new(ids, json_string_value(json_object_get(item, "id")), json_true());
            seen++;
        }
        cursor = json_incref(json_object_get(r, "next"));
        json_decref(r);
    }
    json_decref(cursor);
    assert_int_equal(seen, 7);
    assert_int_equal(json_object_size(ids), 7);
    json_decref(ids);
    world_free(w);
}

static void a_site_that_is_not_admitted_writes_nothing(void **state)
{
    (void)state;
    struct world *w = world_alliance(53, 1);
    char *code = world_invite(w, "beta", 3600);
    world_add(w, "beta");
    assert_int_equal(world_join_code(w, 1, code), ERR_OK);
    world_open(w, 1);
    world_refused(w, 1, "record.write",
                  json_pack("{s:s, s:[{s:i, s:o}]}", "mode", "add", "lines", "line", 1, "record", source("Un", NULL)),
                  "standing");
    free(code);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reimport_changes_nothing),
        cmocka_unit_test(one_changed_line_is_one_commit_of_the_changed_fields),
        cmocka_unit_test(a_term_takes_another_weight),
        cmocka_unit_test(a_reimport_does_not_undo_what_a_person_wrote),
        cmocka_unit_test(what_vanished_at_the_source_is_emptied),
        cmocka_unit_test(what_is_retired_stays_so_until_the_source_changes),
        cmocka_unit_test(a_refused_line_goes_in_whole_once_it_is_mended),
        cmocka_unit_test(a_dry_run_leaves_nothing),
        cmocka_unit_test(terms_follow_the_source_as_fields_do),
        cmocka_unit_test(one_request_may_write_a_record_twice),
        cmocka_unit_test(lines_are_refused_one_by_one),
        cmocka_unit_test(requests_are_refused_with_their_reason),
        cmocka_unit_test(a_prefix_is_enough_while_it_is_one_records),
        cmocka_unit_test(somebody_elses_record_is_read_and_not_written),
        cmocka_unit_test(a_list_comes_in_pages),
        cmocka_unit_test(a_site_that_is_not_admitted_writes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
