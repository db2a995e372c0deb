/*
 * fields_json: every field there and back, and what foreign sources really send.
 */
#include "daemon/commons/fields_json.h"
#include "protocol/base/base32.h"
#include "protocol/wire/rd.h"
#include "protocol/wire/wr.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

struct at {
    struct arena arena;
    json_t *json;
    struct entity_writes w;
    struct why why;
    err_t err;
};

static struct at read_as(enum entity_type type, const char *lang, const char *text)
{
    struct at a = {0};
    json_error_t at;
    a.json = json_loads(text, JSON_REJECT_DUPLICATES, &at);
    if (!a.json)
        fail_msg("%s", at.text);
    a.err = fields_from_json(type, a.json, lang, &a.arena, &a.w, &a.why);
    return a;
}

static void end(struct at *a)
{
    json_decref(a->json);
    arena_fini(&a->arena);
}

static const struct field_write *written(const struct at *a, const char *name, const char *lang)
{
    for (size_t i = 0; i < a->w.fields_n; i++) {
        if (strcmp(a->w.fields[i].field->name, name) == 0 && slice_equal(a->w.fields[i].lang, slice_text(lang)))
            return &a->w.fields[i];
    }
    return NULL;
}

static bool is_nil(struct slice v)
{
    return v.len == 1 && v.at[0] == 0xc0;
}

static void refused(const char *lang, const char *text, err_t err, const char *where)
{
    struct at a = read_as(ENTITY_RECORD, lang, text);
    assert_int_equal(a.err, err);
    assert_int_equal(a.why.code, err);
    assert_string_equal(a.why.text, where);
    assert_int_equal(a.w.fields_n, 0);
    end(&a);
}

/* ---- there and back ---- */

static const char every_record_field[] =
    "{\"type\": \"experience\", \"source_id\": \"wp:12\", \"source_url\": \"https://a.example/12\","
    " \"title\": {\"fr\": \"L’eau\", \"pt-br\": \"Água\"}, \"subtitle\": {\"fr\": \"b\"}, \"abstract\": {\"fr\": "
    "\"c\"},"
    " \"context\": {\"fr\": \"d\"}, \"history\": {\"fr\": \"e\"}, \"description\": {\"fr\": \"f\"}, \"limits\": "
    "{\"fr\": \"g\"},"
    " \"lessons\": {\"fr\": \"h\"}, \"actors\": [{\"name\": \"Ville\", \"role\": \"porteur\", \"family\": \"commune\","
    " \"contribution\": \"terrain\"}, {\"name\": \"Inconnue\"}], \"authors\": [\"A\", \"B\"], \"producer\": \"Citego\","
    " \"date\": \"2012-05\", \"period\": {\"start\": \"2010\", \"end\": \"2012-05-31\"},"
    " \"place\": {\"name\": \"София\", \"country\": \"BG\", \"lat\": 42.698097, \"lon\": -23.335133},"
    " \"sources\": {\"fr\": [\"s\"], \"\": [\"t\"]}, \"notes\": {\"fr\": [\"n\"]}, \"licence\": \"CC-BY-4.0\","
    " \"images\": [{\"url\": \"https://a.example/i\", \"credit\": \"C\", \"alt\": {\"fr\": \"une\", \"en\": \"an\", "
    "\"pt-br\": \"uma\"}},"
    " {\"url\": \"http://u\"}], \"episodes\": {\"fr\": [{\"date\": \"2011\", \"text\": \"x\"}]},"
    " \"items\": [\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"]}";

static const char every_concept_field[] =
    "{\"uri\": \"https://a.example/c\", \"kind\": \"descriptor\", \"prefLabel\": {\"fr\": \"eau\", \"\": \"H2O\"},"
    " \"altLabel\": {\"fr\": [\"eaux\", \"onde\"]}, \"hiddenLabel\": {\"fr\": [\"o\"]}, \"definition\": {\"fr\": "
    "[\"d\"]},"
    " \"scopeNote\": {\"fr\": [\"s\"]}, \"example\": {\"fr\": [\"e\"]}, \"note\": {\"fr\": [\"n\"]}, \"changeNote\": "
    "{\"fr\": [\"c\"]},"
    " \"editorialNote\": {\"fr\": [\"e\"]}, \"historyNote\": {\"fr\": [\"h\"]},"
    " \"notation\": [{\"value\": \"1\", \"datatype\": \"https://a.example/t\"}, {\"value\": \"A\"}], \"colour\": "
    "\"#00ff00\","
    " \"logo\": \"https://a.example/l\"}";

/* Shows every write as JSON again, and compares with what was read. */
static void there_and_back(enum entity_type type, const char *text, size_t fields)
{
    struct at a = read_as(type, "", text);
    json_t *back = json_object();
    if (a.err != ERR_OK)
        fail_msg("%s %s", err_name(a.err), a.why.text);
    for (size_t i = 0; i < a.w.fields_n; i++) {
        const struct field_write *w = &a.w.fields[i];
        json_t *v = field_to_json(w->field, w->value);
        assert_non_null(v);
        if (w->field->lang == LANG_NONE) {
            json_object_set_new(back, w->field->name, v);
            continue;
        }
        if (!json_object_get(back, w->field->name))
            json_object_set_new(back, w->field->name, json_object());
        json_object_setn_new(json_object_get(back, w->field->name), (const char *)w->lang.at, w->lang.len, v);
    }
    assert_int_equal(json_object_size(back), fields); /* no field is forgotten in this test */
    assert_true(json_equal(back, a.json));
    assert_int_equal(a.w.unknown_n, 0);
    json_decref(back);
    end(&a);
}

static void every_field_comes_back_as_it_went_in(void **state)
{
    (void)state;
    size_t records, concepts;
    record_fields(&records);
    concept_fields(&concepts);
    there_and_back(ENTITY_RECORD, every_record_field, records);
    there_and_back(ENTITY_CONCEPT, every_concept_field, concepts);
}

/* ---- languages ---- */

static void a_plain_text_takes_the_objects_language_then_the_default(void **state)
{
    (void)state;
    struct at a = read_as(ENTITY_RECORD, "fr", "{\"title\": \"x\", \"lang\": \"BG\"}");
    assert_non_null(written(&a, "title", "bg"));
    assert_int_equal(a.w.unknown_n, 0);
    end(&a);
    a = read_as(ENTITY_RECORD, "fr", "{\"title\": \"x\", \"sources\": [\"s\"]}");
    assert_non_null(written(&a, "title", "fr"));
    assert_non_null(written(&a, "sources", "fr"));
    end(&a);
    a = read_as(ENTITY_RECORD, "fr", "{\"title\": \"x\", \"lang\": \"und\"}");
    assert_non_null(written(&a, "title", "und"));
    end(&a);
}

static void a_text_in_no_language_is_refused_where_one_is_needed(void **state)
{
    (void)state;
    refused("", "{\"title\": \"x\"}", ERR_LANG, "title");
    refused("", "{\"title\": {\"\": \"x\"}}", ERR_LANG, "title");
    struct at a = read_as(ENTITY_CONCEPT, "", "{\"prefLabel\": \"x\"}");
    assert_non_null(written(&a, "prefLabel", ""));
    end(&a);
}

static void a_wrong_tag_is_refused_by_name(void **state)
{
    (void)state;
    refused("", "{\"title\": {\"fr_FR\": \"x\"}}", ERR_LANG, "title@fr_FR");
    refused("", "{\"lang\": \"français\", \"title\": \"x\"}", ERR_LANG, "lang@français");
    refused("", "{\"lang\": 3, \"title\": \"x\"}", ERR_LANG, "lang");
}

static void one_language_written_twice_is_refused(void **state)
{
    (void)state;
    refused("", "{\"title\": {\"fr\": \"x\", \"FR\": \"y\"}}", ERR_FIELD_VALUE, "title@fr");
}

/* ---- nothing ---- */

static void null_and_nothing_but_blanks_empty_a_field(void **state)
{
    (void)state;
    const char *texts[] = {"{\"abstract\": null}", "{\"abstract\": \"\"}", "{\"abstract\": \" \\n\"}",
                           "{\"abstract\": {\"fr\": null}}", "{\"abstract\": {\"fr\": \"\"}}"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct at a = read_as(ENTITY_RECORD, "fr", texts[i]);
        assert_int_equal(a.err, ERR_OK);
        assert_int_equal(a.w.fields_n, 1);
        assert_true(is_nil(written(&a, "abstract", "fr")->value));
        end(&a);
    }
}

static void lists_of_nothing_are_empty_and_empty_items_dropped(void **state)
{
    (void)state;
    struct at a = read_as(
        ENTITY_RECORD, "fr",
        "{\"authors\": [\"\", \"A\", null], \"actors\": [{\"name\": \"\", \"role\": \"\"}], \"images\": [],"
        " \"place\": {\"name\": \"\", \"country\": \"\", \"lat\": null}, \"period\": {}, \"concepts\": [\"\"]}");
    assert_int_equal(a.err, ERR_OK);
    json_t *authors = field_to_json(written(&a, "authors", "")->field, written(&a, "authors", "")->value);
    assert_int_equal(json_array_size(authors), 1);
    json_decref(authors);
    assert_true(is_nil(written(&a, "actors", "")->value));
    assert_true(is_nil(written(&a, "images", "")->value));
    assert_true(is_nil(written(&a, "place", "")->value));
    assert_true(is_nil(written(&a, "period", "")->value));
    assert_int_equal(a.w.sets_n, 0);
    end(&a);
}

static void a_part_without_what_names_it_is_refused(void **state)
{
    (void)state;
    refused("fr", "{\"actors\": [{\"role\": \"maire\"}]}", ERR_TEXT_EMPTY, "actors.name");
    refused("fr", "{\"episodes\": [{\"date\": \"2011\"}]}", ERR_TEXT_EMPTY, "episodes.text");
    refused("fr", "{\"images\": [{\"credit\": \"x\"}]}", ERR_TEXT_EMPTY, "images.url");
}

/* ---- wrong forms ---- */

static void wrong_types_are_refused_by_name(void **state)
{
    (void)state;
    refused("fr", "{\"title\": 5}", ERR_FIELD_VALUE, "title");
    refused("fr", "{\"title\": [\"x\"]}", ERR_FIELD_VALUE, "title");
    refused("fr", "{\"authors\": [1]}", ERR_FIELD_VALUE, "authors");
    refused("fr", "{\"actors\": [[]]}", ERR_FIELD_VALUE, "actors");
    refused("fr", "{\"place\": \"Paris\"}", ERR_FIELD_VALUE, "place");
    refused("fr", "{\"place\": {\"name\": 7}}", ERR_FIELD_VALUE, "place.name");
    refused("fr", "{\"place\": {\"country\": \"France\"}}", ERR_FIELD_VALUE, "place.country");
    refused("fr", "{\"date\": \"12/05/2012\"}", ERR_FIELD_VALUE, "date");
    refused("fr", "{\"period\": \"2012\"}", ERR_FIELD_VALUE, "period");
    refused("fr", "{\"items\": [\"nonsense!\"]}", ERR_FIELD_VALUE, "items");
    refused("fr", "{\"images\": [{\"url\": \"https://u\", \"alt\": 3}]}", ERR_FIELD_VALUE, "images.alt");
    refused("fr", "{\"concepts\": [{\"concept\": \"c\", \"weight\": 0}]}", ERR_FIELD_VALUE, "concepts.weight");
    refused("fr", "{\"concepts\": [{\"weight\": 3}]}", ERR_TEXT_EMPTY, "concepts.concept");
    refused("fr", "{\"concepts\": [4]}", ERR_FIELD_VALUE, "concepts");
    refused("fr", "{\"type\": \"expérience\"}", ERR_RECORD_TYPE, "type");
    refused("fr", "[]", ERR_JSON, "");
}

static void a_text_over_its_limit_is_refused_with_both_lengths(void **state)
{
    (void)state;
    static char text[2048];
    size_t n = (size_t)snprintf(text, sizeof text, "{\"title\": {\"fr\": \"%01100d\"}}", 0);
    assert_true(n < sizeof text);
    refused("", text, ERR_TEXT_LONG, "title@fr 1103 > 1024");
}

/* ---- what foreign sources send ---- */

static struct slice place_of(struct at *a)
{
    return written(a, "place", "")->value;
}

static void degrees_are(const char *text, int64_t lat, int64_t lon)
{
    struct at a = read_as(ENTITY_RECORD, "fr", text);
    struct rd r;
    if (a.err != ERR_OK)
        fail_msg("%s: %s", text, a.why.text);
    rd_init(&r, place_of(&a));
    rd_array(&r, 4, 4);
    rd_raw(&r);
    rd_raw(&r);
    assert_int_equal(rd_int(&r, -180000000, 180000000), lat);
    assert_int_equal(rd_int(&r, -180000000, 180000000), lon);
    assert_int_equal(rd_end(&r), ERR_OK);
    end(&a);
}

static void decimal_degrees_become_micro_degrees(void **state)
{
    (void)state;
    degrees_are("{\"place\": {\"lat\": 42.69809702239, \"lon\": 23.33513259888}}", 42698097, 23335133);
    degrees_are("{\"place\": {\"lat\": -0.0000004, \"lon\": -0.0000016}}", 0, -2);
    degrees_are("{\"place\": {\"lat\": 90, \"lon\": -180}}", 90000000, -180000000);
    degrees_are("{\"place\": {\"lat\": \"48,8566135\", \"lon\": \"-2.35222189\"}}", 48856614, -2352222);
    degrees_are("{\"place\": {\"lat\": 0, \"lon\": \"+7\"}}", 0, 7000000);
    refused("fr", "{\"place\": {\"lat\": 90.0001, \"lon\": 0}}", ERR_FIELD_VALUE, "place.lat");
    refused("fr", "{\"place\": {\"lat\": 0, \"lon\": 1e300}}", ERR_FIELD_VALUE, "place.lon");
    refused("fr", "{\"place\": {\"lat\": \"48 N\", \"lon\": 0}}", ERR_FIELD_VALUE, "place.lat");
    refused("fr", "{\"place\": {\"lat\": 12}}", ERR_FIELD_VALUE, "place.lon");
}

static void texts_are_brought_to_nfc(void **state)
{
    (void)state;
    struct at a = read_as(ENTITY_RECORD, "fr", "{\"title\": \"e\\u0301te\\u0301\", \"concepts\": [\"e\\u0301\"]}");
    struct slice v = written(&a, "title", "fr")->value;
    assert_int_equal(v.len, 6);
    assert_memory_equal(v.at, "\xa5\xc3\xa9t\xc3\xa9", 6);
    assert_true(slice_equal(a.w.sets[0].target_text, slice_text("\xc3\xa9")));
    end(&a);
}

static void a_number_serves_as_a_source_id(void **state)
{
    (void)state;
    struct at a = read_as(ENTITY_RECORD, "fr", "{\"source_id\": 12}");
    struct slice v = written(&a, "source_id", "")->value;
    assert_memory_equal(v.at,
                        "\xa2"
                        "12",
                        3);
    end(&a);
}

static void a_foreign_record_goes_in_and_its_foreign_fields_are_named(void **state)
{
    (void)state;
    struct at a = read_as(
        ENTITY_RECORD, "fr",
        "{\"id\": \"e98f\", \"lang\": \"und\", \"title\": \"Bulgarian Food Bank\", \"abstract\": \"\","
        " \"licence\": \"Public Domain\", \"place\": {\"name\": \"София\", \"country\": \"bg\", \"lat\": "
        "42.69809702239,"
        " \"lon\": 23.33513259888, \"altitude\": 3}, \"types\": [\"agro\"], \"created\": \"2016-12-06T18:12:40Z\"}");
    assert_int_equal(a.err, ERR_OK);
    assert_non_null(written(&a, "title", "und"));
    assert_int_equal(a.w.unknown_n, 3);
    assert_string_equal(a.w.unknown[0], "place.altitude");
    assert_string_equal(a.w.unknown[1], "types");
    assert_string_equal(a.w.unknown[2], "created");
    end(&a);
}

static void index_terms_and_relations_are_listed_as_written(void **state)
{
    (void)state;
    struct at a = read_as(ENTITY_RECORD, "fr", "{\"concepts\": [\"eau\", {\"concept\": \"urn:x\", \"weight\": 50}]}");
    assert_int_equal(a.w.sets_n, 2);
    assert_null(a.w.sets[0].relation);
    assert_true(is_nil(a.w.sets[0].weight));
    assert_true(slice_equal(a.w.sets[1].target_text, slice_text("urn:x")));
    assert_memory_equal(a.w.sets[1].weight.at, "\x32", 1);
    end(&a);
    a = read_as(ENTITY_CONCEPT, "fr",
                "{\"broader\": [\"urn:a\", \"urn:b\"], \"exactMatch\": \"urn:c\", \"narrower\": []}");
    assert_int_equal(a.w.sets_n, 3);
    assert_string_equal(a.w.sets[2].relation->name, "exactMatch");
    assert_int_equal(a.w.unknown_n, 1);
    end(&a);
}

/* ---- links ---- */

#define HASH_TEXT "a4dqobyha4dqobyha4dqobyha4dqobyha4dqobyha4dqobyha4dq"

static void links_come_back_as_they_went_in(void **state)
{
    (void)state;
    char record[BASE32_LEN(RECORD_BYTES) + 1], text[1024];
    base32_encode(slice_text("abcdefghijklmnopqrstuvwx"), record);
    snprintf(text, sizeof text,
             "{\"links\": [{\"rel\": \"cites\", \"target\": \"%s\"}, {\"rel\": \"part_of\", \"target\": "
             "\"https://a.example/1\"},"
             " {\"rel\": \"synthesises\", \"target\": \"https://a.example/2\", \"hash\": \"" HASH_TEXT "\"}]}",
             record);
    struct at a = read_as(ENTITY_RECORD, "", text);
    json_t *back = json_array();
    assert_int_equal(a.err, ERR_OK);
    assert_int_equal(a.w.links_n, 3);
    assert_int_equal(a.w.sets_n + a.w.unknown_n, 0);
    assert_true(slice_equal(a.w.links[0].target, slice_text("abcdefghijklmnopqrstuvwx")));
    assert_true(is_nil(a.w.links[0].value));
    assert_int_equal(a.w.links[1].target.len, CONCEPT_BYTES);
    for (size_t i = 0; i < a.w.links_n; i++)
        json_array_append_new(back, link_to_json(a.w.links[i].link, a.w.links[i].target, a.w.links[i].value));
    assert_true(json_equal(back, json_object_get(a.json, "links")));
    json_decref(back);
    end(&a);
}

/* What is read is what the op's own rules accept. */
static void a_links_value_is_one_that_decodes(void **state)
{
    (void)state;
    struct at a = read_as(ENTITY_RECORD, "", "{\"links\": {\"rel\": \"cites\", \"target\": \"https://a.example/1\"}}");
    struct op_write w = {.field = LINK_CITES, .target = a.w.links[0].target, .add = true};
    struct op op = {.info = kind_info(OP_RECORD_LINK), .writes = &w, .writes_n = 1};
    struct buf body;
    struct slice *values;
    size_t n;
    buf_init(&body, LIMIT_BODY_BYTES);
    op_encode_body(&body, &a.w.links[0].value, 1);
    assert_int_equal(op_decode_body(&op, buf_slice(&body), &a.arena, &values, &n), ERR_OK);
    buf_fini(&body);
    end(&a);
}

static void the_beginning_of_an_id_is_left_to_the_caller(void **state)
{
    (void)state;
    struct at a = read_as(ENTITY_RECORD, "", "{\"links\": [{\"rel\": \"extends\", \"target\": \"abcd\"}]}");
    assert_int_equal(a.w.links_n, 1);
    assert_int_equal(a.w.links[0].target.len, 0);
    assert_true(slice_equal(a.w.links[0].target_text, slice_text("abcd")));
    end(&a);
}

static void links_that_say_no_target_of_ours_are_named_as_foreign(void **state)
{
    (void)state;
    struct at a = read_as(
        ENTITY_RECORD, "",
        "{\"links\": [\"https://a.example/1\", {\"href\": \"https://a.example/2\", \"rel\": \"alternate\"}, \"\","
        " {\"rel\": \"cites\", \"target\": \"https://a.example/3\", \"title\": \"3\"}]}");
    assert_int_equal(a.err, ERR_OK);
    assert_int_equal(a.w.links_n, 1);
    assert_int_equal(a.w.unknown_n, 2);
    assert_string_equal(a.w.unknown[0], "links.title");
    assert_string_equal(a.w.unknown[1], "links");
    end(&a);
    a = read_as(ENTITY_RECORD, "", "{\"links\": []}");
    assert_int_equal(a.w.unknown_n + a.w.links_n, 0);
    end(&a);
    a = read_as(ENTITY_CONCEPT, "", "{\"links\": []}");
    assert_int_equal(a.w.unknown_n, 1);
    end(&a);
}

static void wrong_links_are_refused_by_name(void **state)
{
    (void)state;
    char text[4096], url[2100];
    refused("", "{\"links\": [{\"rel\": \"likes\", \"target\": \"https://a.example/\"}]}", ERR_RELATION, "links.rel");
    refused("", "{\"links\": [{\"rel\": 1, \"target\": \"https://a.example/\"}]}", ERR_RELATION, "links.rel");
    refused("", "{\"links\": [{\"target\": \"https://a.example/\"}]}", ERR_TEXT_EMPTY, "links.rel");
    refused("", "{\"links\": [{\"rel\": \"cites\", \"target\": 3}]}", ERR_FIELD_VALUE, "links");
    refused("", "{\"links\": [{\"rel\": \"cites\", \"target\": \"https://a.example/\", \"hash\": \"abc\"}]}",
            ERR_FIELD_VALUE, "links.hash");
    refused("", "{\"links\": [{\"rel\": \"cites\", \"target\": \"abcd\", \"hash\": \"" HASH_TEXT "\"}]}",
            ERR_FIELD_VALUE, "links.hash");
    memset(url, 'a', sizeof url - 1);
    url[sizeof url - 1] = 0;
    snprintf(text, sizeof text, "{\"links\": [{\"rel\": \"cites\", \"target\": \"https://%s\"}]}", url);
    refused("", text, ERR_TEXT_LONG, "links.target 2107 > 2048");
}

/* ---- what does harm ---- */

static void an_address_is_one_of_the_web(void **state)
{
    (void)state;
    refused("", "{\"source_url\": \"javascript:alert(1)\"}", ERR_WEB_ADDRESS, "source_url");
    refused("", "{\"source_url\": \"www.example.org\"}", ERR_WEB_ADDRESS, "source_url");
    refused("", "{\"source_url\": \"https://\"}", ERR_WEB_ADDRESS, "source_url");
    refused("", "{\"images\": [{\"url\": \" data:text/html,x\"}]}", ERR_WEB_ADDRESS, "images.url");
    refused("", "{\"concepts\": [\"JavaScript:alert(1)\"]}", ERR_WEB_ADDRESS, "concepts");
    struct at a = read_as(ENTITY_RECORD, "", "{\"source_url\": \"HTTPS://a.example/1\"}");
    assert_int_equal(a.err, ERR_OK);
    end(&a);
}

static void what_another_site_let_pass_is_shown_as_leading_nowhere(void **state)
{
    (void)state;
    static const uint8_t url[] = "\xacjavascript:1", image[] = "\x91\x93\xa6"
                                                               "data:1\xc0\x80";
    json_t *v = field_to_json(field_by_name(ENTITY_RECORD, "source_url"), slice_of(url, sizeof url - 1));
    assert_string_equal(json_string_value(v), "unsafe:javascript:1");
    json_decref(v);
    v = field_to_json(field_by_name(ENTITY_RECORD, "images"), slice_of(image, sizeof image - 1));
    assert_string_equal(json_string_value(json_object_get(json_array_get(v, 0), "url")), "unsafe:data:1");
    json_decref(v);
}

static void what_only_drives_a_terminal_is_dropped_from_texts(void **state)
{
    (void)state;
    struct at a = read_as(
        ENTITY_RECORD, "fr",
        "{\"title\": \"a\\u202eb\\u001b[2J\\u0085c\", \"history\": \"x\\r\\ny\\rz\\tw \\u2067\\u05d0\\u2069\"}");
    assert_int_equal(a.err, ERR_OK);
    json_t *v = field_to_json(written(&a, "title", "fr")->field, written(&a, "title", "fr")->value);
    assert_string_equal(json_string_value(v), "ab[2J\nc");
    json_decref(v);
    v = field_to_json(written(&a, "history", "fr")->field, written(&a, "history", "fr")->value);
    assert_string_equal(json_string_value(v), "x\ny\nz\tw \xe2\x81\xa7\xd7\x90\xe2\x81\xa9");
    json_decref(v);
    end(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_field_comes_back_as_it_went_in),
        cmocka_unit_test(an_address_is_one_of_the_web),
        cmocka_unit_test(what_another_site_let_pass_is_shown_as_leading_nowhere),
        cmocka_unit_test(what_only_drives_a_terminal_is_dropped_from_texts),
        cmocka_unit_test(a_plain_text_takes_the_objects_language_then_the_default),
        cmocka_unit_test(a_text_in_no_language_is_refused_where_one_is_needed),
        cmocka_unit_test(a_wrong_tag_is_refused_by_name),
        cmocka_unit_test(one_language_written_twice_is_refused),
        cmocka_unit_test(null_and_nothing_but_blanks_empty_a_field),
        cmocka_unit_test(lists_of_nothing_are_empty_and_empty_items_dropped),
        cmocka_unit_test(a_part_without_what_names_it_is_refused),
        cmocka_unit_test(wrong_types_are_refused_by_name),
        cmocka_unit_test(a_text_over_its_limit_is_refused_with_both_lengths),
        cmocka_unit_test(decimal_degrees_become_micro_degrees),
        cmocka_unit_test(texts_are_brought_to_nfc),
        cmocka_unit_test(a_number_serves_as_a_source_id),
        cmocka_unit_test(a_foreign_record_goes_in_and_its_foreign_fields_are_named),
        cmocka_unit_test(index_terms_and_relations_are_listed_as_written),
        cmocka_unit_test(links_come_back_as_they_went_in),
        cmocka_unit_test(a_links_value_is_one_that_decodes),
        cmocka_unit_test(the_beginning_of_an_id_is_left_to_the_caller),
        cmocka_unit_test(links_that_say_no_target_of_ours_are_named_as_foreign),
        cmocka_unit_test(wrong_links_are_refused_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
