/* What is shown, brought back to what is written; and as linked data. */
#include "daemon/web/jsonld.h"
#include "daemon/web/shape.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static json_t *load(const char *text)
{
    json_t *value = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(value);
    return value;
}

static void assert_same(json_t *got, const char *want)
{
    json_t *wanted = load(want);
    char *text = json_dumps(got, JSON_SORT_KEYS);
    if (!json_equal(got, wanted))
        fail_msg("%s", text);
    free(text);
    json_decref(wanted);
    json_decref(got);
}

static void a_record_that_is_shown_can_be_written(void **state)
{
    (void)state;
    json_t *r = load(
        "{\"id\": \"r\", \"ally\": \"a\", \"ally_name\": \"A\", \"retired\": false, \"conflicts\": 0, \"updated\": "
        "\"u\","
        "\"title\": {\"fr\": \"T\"}, \"concepts\": [{\"id\": \"c\", \"label\": \"l\", \"uri\": \"u\", \"weight\": 3, "
        "\"allies\": [\"A\"]}],"
        "\"links\": [{\"rel\": \"cites\", \"target\": \"t\", \"title\": \"x\", \"allies\": [\"A\"], \"hash\": \"h\"}],"
        "\"linked_by\": [], \"translations\": [], \"discipline\": {}}");
    assert_true(shape_record(r));
    assert_same(r, "{\"id\": \"r\", \"title\": {\"fr\": \"T\"}, \"concepts\": [{\"concept\": \"c\", \"weight\": 3}],"
                   "\"links\": [{\"rel\": \"cites\", \"target\": \"t\", \"hash\": \"h\"}]}");
}

static void what_is_written_already_is_left(void **state)
{
    static const char text[] =
        "{\"title\": \"T\", \"concepts\": [\"c\", {\"concept\": \"d\", \"weight\": 2}], \"colour\": 1}";
    (void)state;
    json_t *r = load(text);
    assert_true(shape_record(r));
    assert_same(r, text);
}

static void a_concept_that_is_shown_can_be_written(void **state)
{
    (void)state;
    json_t *c = load("{\"id\": \"c\", \"uri\": \"u\", \"status\": \"adopted\", \"prefLabel\": {\"fr\": \"L\"}, "
                     "\"conflicts\": 0, \"proposals\": [],"
                     "\"broader\": [{\"id\": \"b\", \"label\": \"l\", \"adopted\": true, \"suppressed\": false}], "
                     "\"narrower\": [{\"id\": \"n\"}],"
                     "\"exactMatch\": [{\"uri\": \"http://x\", \"adopted\": true}], \"related\": [\"r\"]}");
    assert_true(shape_concept(c));
    assert_same(c, "{\"id\": \"c\", \"uri\": \"u\", \"prefLabel\": {\"fr\": \"L\"}, \"broader\": [\"b\"], "
                   "\"exactMatch\": [\"http://x\"], \"related\": [\"r\"]}");
}

static json_t *record_ld(const char *shown)
{
    json_t *record = load(shown), *out = jsonld_record(record, "http://a.example");
    json_decref(record);
    assert_non_null(out);
    return out;
}

static const char *text_at(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static void only_web_addresses_are_links_in_linked_data(void **state)
{
    (void)state;
    json_t *ld = record_ld(
        "{\"id\": \"r\", \"type\": \"resource\", \"title\": {\"und\": \"T\"}, \"source_url\": \"javascript:alert(1)\","
        "\"images\": [{\"url\": \"data:text/html,x\"}, {\"url\": \"https://i.example/1.png\", \"credit\": \"C\"}],"
        "\"concepts\": [{\"id\": \"c\", \"uri\": \"javascript:x\", \"label\": null}],"
        "\"links\": [{\"rel\": \"cites\", \"target\": \"javascript:x\"}, {\"rel\": \"translates\", \"target\": "
        "\"abc\"}]}");
    assert_string_equal(text_at(ld, "url"), "http://a.example/records/r");
    assert_null(json_object_get(ld, "citation"));
    assert_int_equal(json_array_size(json_object_get(ld, "image")), 1);
    assert_string_equal(text_at(ld, "@type"), "CreativeWork");
    assert_string_equal(text_at(json_array_get(json_object_get(ld, "about"), 0), "@id"),
                        "http://a.example/api/v1/concepts/c");
    assert_string_equal(text_at(json_array_get(json_object_get(ld, "translationOfWork"), 0), "@id"),
                        "http://a.example/api/v1/records/abc");
    assert_null(json_object_get(json_array_get(json_object_get(ld, "headline"), 0), "@language"));
    json_decref(ld);
}

static void times_of_a_record_are_one_interval(void **state)
{
    (void)state;
    json_t *ld =
        record_ld("{\"id\": \"r\", \"type\": \"dossier\", \"date\": \"2024\", \"period\": {\"start\": \"2020\"}}");
    assert_string_equal(text_at(ld, "temporalCoverage"), "2020/..");
    assert_string_equal(text_at(ld, "dcterms:date"), "2024");
    assert_string_equal(text_at(ld, "@type"), "Collection");
    json_decref(ld);
}

static void linked_data_may_stand_in_a_page(void **state)
{
    struct buf out;
    (void)state;
    json_t *value = json_pack("{s:s}", "a", "</script><b>&amp;");
    buf_init(&out, 1000);
    assert_int_equal(jsonld_write(value, &out), 0);
    assert_string_equal(buf_text(&out), "{\"a\":\"\\u003c/script\\u003e\\u003cb\\u003e\\u0026amp;\"}");
    json_t *again = load(buf_text(&out));
    assert_true(json_equal(again, value));
    json_decref(again);
    json_decref(value);
    buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_that_is_shown_can_be_written),
        cmocka_unit_test(what_is_written_already_is_left),
        cmocka_unit_test(a_concept_that_is_shown_can_be_written),
        cmocka_unit_test(only_web_addresses_are_links_in_linked_data),
        cmocka_unit_test(times_of_a_record_are_one_interval),
        cmocka_unit_test(linked_data_may_stand_in_a_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
