/* Lists of records as they are asked for, and the cursors they go on by. */
#include "tests/help/core_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define WATER "http://example.org/water"
#define SEA   "http://example.org/sea"

static void import(struct world *w, json_t *record)
{
    json_t *r = world_do(w, 0, "record.write",
                         json_pack("{s:s, s:[{s:i, s:o}]}", "mode", "import", "lines", "line", 1, "record", record));
    assert_int_equal(world_number(r, "rejected"), 0);
    json_decref(r);
    world_run(w, 2000);
}

/* Four records, a second or more between two. */
static struct world *with_records(void)
{
    struct world *w = world_new(71);
    world_add(w, "alpha");
    world_found(w, 0);
    world_open(w, 0);
    import(w, json_pack("{s:s, s:s, s:s, s:s, s:[s]}", "source_id", "a", "title", "A", "type", "experience", "lang",
                        "fr", "concepts", WATER));
    import(w, json_pack("{s:s, s:s, s:s, s:s, s:[s]}", "source_id", "b", "title", "B", "type", "proposal", "lang", "en",
                        "concepts", SEA));
    import(w, json_pack("{s:s, s:s, s:s, s:s}", "source_id", "c", "title", "C", "type", "experience", "lang", "en"));
    import(w, json_pack("{s:s, s:s, s:s, s:s, s:[ss]}", "source_id", "d", "title", "D", "type", "analysis", "lang",
                        "de", "concepts", WATER, SEA));
    return w;
}

/* The titles of a whole walk, page by page, in order. */
static void walk(struct world *w, json_t *args, char *got)
{
    json_object_set_new(args, "limit", json_integer(2));
    for (int page = 0; page < 9; page++) {
        size_t i;
        json_t *one, *r = world_do(w, 0, "record.list", json_deep_copy(args));
        json_array_foreach(json_object_get(r, "records"), i, one)
        {
            *got++ = json_string_value(json_object_get(one, "title"))[0];
        }
        json_object_set(args, "cursor", json_object_get(r, "next"));
        json_decref(r);
        if (json_is_null(json_object_get(args, "cursor")))
            break;
    }
    *got = 0;
    json_decref(args);
}

static void assert_walk(struct world *w, json_t *args, const char *want)
{
    char got[32];
    walk(w, args, got);
    assert_string_equal(got, want);
}

static void a_walk_goes_by_the_last_change_either_way(void **state)
{
    (void)state;
    struct world *w = with_records();
    assert_walk(w, json_pack("{s:s}", "order", "newest"), "DCBA");
    assert_walk(w, json_pack("{s:s}", "order", "oldest"), "ABCD");
    world_refused(w, 0, "record.list", json_pack("{s:s}", "order", "best"), "usage");
    world_free(w);
}

static void a_walk_keeps_to_what_was_asked(void **state)
{
    (void)state;
    struct world *w = with_records();
    assert_walk(w, json_pack("{s:s, s:s}", "order", "oldest", "lang", "en"), "BC");
    assert_walk(w, json_pack("{s:s, s:s}", "order", "oldest", "type", "experience"), "AC");
    assert_walk(w, json_pack("{s:s, s:s}", "order", "oldest", "concept", WATER), "AD");
    assert_walk(w, json_pack("{s:s, s:s, s:s}", "order", "newest", "concept", WATER, "lang", "fr"), "A");
    assert_walk(w, json_pack("{s:s}", "lang", "es"), "");
    assert_walk(w, json_pack("{s:s, s:s}", "order", "oldest", "since", "2030"), "");
    assert_walk(w, json_pack("{s:s, s:s}", "order", "oldest", "since", "2020-01-01"), "ABCD");
    world_refused(w, 0, "record.list", json_pack("{s:s}", "since", "soon"), "time");
    world_refused(w, 0, "record.list", json_pack("{s:s}", "concept", "!"), "base32");
    world_free(w);
}

static void a_concept_brings_what_was_merged_into_it(void **state)
{
    (void)state;
    struct world *w = with_records();
    json_t *concepts =
        json_pack("[{s:i, s:{s:s, s:{s:s}}}, {s:i, s:{s:s, s:{s:s}}}]", "line", 1, "concept", "uri", WATER, "prefLabel",
                  "en", "water", "line", 2, "concept", "uri", SEA, "prefLabel", "en", "sea");
    json_decref(world_do(w, 0, "concept.write", json_pack("{s:o, s:b}", "concepts", concepts, "adopt", 1)));
    assert_walk(w, json_pack("{s:s, s:s}", "order", "oldest", "concept", SEA), "BD");
    json_decref(world_do(w, 0, "concept.merge", json_pack("{s:s, s:s, s:b}", "id", SEA, "into", WATER, "adopt", 1)));
    assert_walk(w, json_pack("{s:s, s:s}", "order", "oldest", "concept", SEA), "ABD");
    assert_walk(w, json_pack("{s:s, s:s}", "order", "newest", "concept", WATER), "DBA");
    world_free(w);
}

static json_t *first_page(struct world *w)
{
    json_t *r = world_do(w, 0, "record.list", json_pack("{s:i, s:s}", "limit", 2, "lang", "en"));
    json_decref(r);
    r = world_do(w, 0, "record.list", json_pack("{s:i}", "limit", 2));
    json_t *cursor = json_incref(json_object_get(r, "next"));
    assert_true(json_is_string(cursor));
    json_decref(r);
    return cursor;
}

static void a_cursor_stays_good_while_records_are_written(void **state)
{
    (void)state;
    struct world *w = with_records();
    char all[32], rest[32];
    walk(w, json_object(), all);
    json_t *cursor = first_page(w);
    import(w, json_pack("{s:s, s:s, s:s}", "source_id", "a", "title", "A", "abstract", "new"));
    import(w, json_pack("{s:s, s:s, s:s}", "source_id", "d", "title", "D", "abstract", "new"));
    walk(w, json_pack("{s:o}", "cursor", cursor), rest);
    assert_string_equal(rest, all + 2);
    world_free(w);
}

static void a_cursor_is_good_for_its_own_list_alone(void **state)
{
    (void)state;
    struct world *w = with_records();
    json_t *cursor = first_page(w);
    char *text = strdup(json_string_value(cursor));
    world_refused(w, 0, "record.list", json_pack("{s:O, s:s}", "cursor", cursor, "lang", "en"), "cursor");
    world_refused(w, 0, "record.list", json_pack("{s:O, s:s}", "cursor", cursor, "order", "newest"), "cursor");
    world_refused(w, 0, "concept.list", json_pack("{s:O}", "cursor", cursor), "cursor");
    for (size_t i = 0; text[i]; i++) {
        char was = text[i];
        text[i] = was == 'a' ? 'b' : 'a';
        world_refused(w, 0, "record.list", json_pack("{s:s}", "cursor", text), "cursor");
        text[i] = was;
    }
    text[strlen(text) - 1] = 0;
    world_refused(w, 0, "record.list", json_pack("{s:s}", "cursor", text), "cursor");
    json_decref(world_do(w, 0, "record.list", json_pack("{s:o, s:i}", "cursor", cursor, "limit", 1)));
    free(text);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_walk_goes_by_the_last_change_either_way),
        cmocka_unit_test(a_walk_keeps_to_what_was_asked),
        cmocka_unit_test(a_concept_brings_what_was_merged_into_it),
        cmocka_unit_test(a_cursor_stays_good_while_records_are_written),
        cmocka_unit_test(a_cursor_is_good_for_its_own_list_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
