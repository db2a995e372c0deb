/*
 * map: a foreign object becomes ours; what nobody knows stays where it was.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "daemon/cmd/map.h"
#include "daemon/cmd/set.h"

static err_t read_map(const char *text, struct map **out, struct why *why)
{
    FILE *f = tmpfile();
    assert_non_null(f);
    fputs(text, f);
    rewind(f);
    err_t err = map_read(f, out, why);
    fclose(f);
    return err;
}

static void becomes(const char *map, const char *theirs, const char *ours)
{
    struct map *m = NULL;
    struct why why = {0};
    assert_int_equal(read_map(map, &m, &why), ERR_OK);
    json_t *object = json_loads(theirs, 0, NULL), *wanted = json_loads(ours, 0, NULL);
    assert_non_null(object);
    assert_non_null(wanted);
    assert_int_equal(map_apply(m, object, false), ERR_OK);
    if (!json_equal(object, wanted)) {
        char *got = json_dumps(object, JSON_SORT_KEYS);
        assert_string_equal(got, ours);
    }
    json_decref(object);
    json_decref(wanted);
    map_free(m);
}

static void refused(const char *map, const char *detail)
{
    struct map *m = NULL;
    struct why why = {0};
    assert_int_equal(read_map(map, &m, &why), ERR_MAP);
    assert_string_equal(why.text, detail);
    assert_null(m);
}

static void foreign_names_become_ours(void **state)
{
    (void)state;
    becomes("# theirs\n title = titre \n\nabstract@fr=resume\r\n", "{\"titre\":\"T\",\"resume\":\"R\",\"x\":1}",
            "{\"title\":\"T\",\"abstract\":{\"fr\":\"R\"},\"x\":1}");
}

static void a_place_gathers_its_parts_even_from_a_key_of_its_own_name(void **state)
{
    (void)state;
    becomes("place.name=place\nplace.country=country\nplace.lat=lat\nplace.lon=lon\n",
            "{\"place\":\"Sofia\",\"country\":\"BG\",\"lat\":42.5,\"lon\":\"23.25\"}",
            "{\"place\":{\"name\":\"Sofia\",\"country\":\"BG\",\"lat\":42.5,\"lon\":23.25}}");
}

static void a_country_that_is_no_code_stays_under_its_own_name(void **state)
{
    (void)state;
    static const char map[] = "place.name=place\nplace.country=country\n";
    becomes(map, "{\"place\":\"Wien\",\"country\":\"Österreich\"}",
            "{\"place\":{\"name\":\"Wien\"},\"country\":\"Österreich\"}");
    becomes(map, "{\"place\":\"Leeds\",\"country\":\"uk\"}", "{\"place\":{\"name\":\"Leeds\",\"country\":\"UK\"}}");
    becomes(map, "{\"place\":\"\",\"country\":\"\"}", "{}");
}

static void names_may_change_places(void **state)
{
    (void)state;
    becomes("title=subtitle\nsubtitle=title\n", "{\"title\":\"a\",\"subtitle\":\"b\"}",
            "{\"title\":\"b\",\"subtitle\":\"a\"}");
}

static void the_first_name_with_a_value_wins(void **state)
{
    (void)state;
    becomes("title=a\ntitle=b\ntitle=c\n", "{\"a\":\"\",\"b\":\"B\",\"c\":\"C\"}", "{\"title\":\"B\"}");
    becomes("title=a\ntitle=b\n", "{\"a\":null}", "{}");
}

static void lists_gather_from_several_names(void **state)
{
    (void)state;
    becomes("concepts=tags\nconcepts=theme\n", "{\"tags\":[\"sol\",\"eau\"],\"theme\":\"air\"}",
            "{\"concepts\":[\"sol\",\"eau\",\"air\"]}");
}

static void numbers_become_text_where_ours_is_text(void **state)
{
    (void)state;
    becomes("source_id=id\n", "{\"id\":12}", "{\"source_id\":\"12\"}");
}

static void a_path_reaches_into_their_object_unless_the_key_itself_has_a_point(void **state)
{
    (void)state;
    becomes("place.lat=geo.lat\n", "{\"geo\":{\"lat\":1.5}}", "{\"place\":{\"lat\":1.5}}");
    becomes("place.lat=geo.lat\n", "{\"geo\":{\"lat\":1.5,\"alt\":7}}", "{\"geo.alt\":7,\"place\":{\"lat\":1.5}}");
    becomes("place.lat=geo.at.lat\n", "{\"geo\":{\"at\":{\"lat\":1.5}}}", "{\"place\":{\"lat\":1.5}}");
    becomes("title=place.name\n", "{\"place\":{\"name\":\"T\",\"lat\":1.5}}",
            "{\"place\":{\"lat\":1.5},\"title\":\"T\"}");
    becomes("title=dc.title\n", "{\"dc.title\":\"T\"}", "{\"title\":\"T\"}");
}

static void a_map_that_is_wrong_names_its_line(void **state)
{
    (void)state;
    refused("title=titre\n# fine\ntitel=titre\n", "line 3: titel=titre");
    refused("title\n", "line 1: title");
    refused("title=\n", "line 1: title=");
    refused("=titre\n", "line 1: =titre");
    refused("title@FR_fr=titre\n", "line 1: title@FR_fr=titre");
    refused("date@fr=jour\n", "line 1: date@fr=jour");
    refused("title.x=jour\n", "line 1: title.x=jour");
    refused("title=\xff\n", "line 1: UTF-8");
}

static void an_empty_map_changes_nothing(void **state)
{
    (void)state;
    becomes("", "{\"a\":1}", "{\"a\":1}");
    becomes("\xef\xbb\xbf# a mark at the start\n", "{}", "{}");
}

static void a_value_typed_by_hand_finds_its_place(void **state)
{
    (void)state;
    json_t *object = json_object(), *wanted;
    struct why why = {0};
    static const char *const words[] = {"title@fr=Un = deux",
                                        "title@en=One",
                                        "authors=A",
                                        "authors=B",
                                        "place.lat=48.5",
                                        "notes@fr=n",
                                        "actors={\"name\":\"X\"}",
                                        "actors=Y",
                                        "concepts=sol",
                                        "period.start=2010",
                                        "source_id={verbatim"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        assert_int_equal(set_from_text(ENTITY_RECORD, object, words[i], &why), ERR_OK);
    assert_int_equal(set_empty(ENTITY_RECORD, object, "limits@fr", &why), ERR_OK);
    wanted = json_loads(
        "{\"title\":{\"fr\":\"Un = deux\",\"en\":\"One\"},\"authors\":[\"A\",\"B\"],\"place\":{\"lat\":48.5},"
        "\"notes\":{\"fr\":[\"n\"]},\"actors\":[{\"name\":\"X\"},{\"name\":\"Y\"}],\"concepts\":[\"sol\"],"
        "\"period\":{\"start\":\"2010\"},\"source_id\":\"{verbatim\",\"limits\":{\"fr\":null}}",
        0, NULL);
    assert_true(json_equal(object, wanted));
    assert_int_equal(set_from_text(ENTITY_RECORD, object, "titel=x", &why), ERR_FIELD_UNKNOWN);
    assert_int_equal(set_from_text(ENTITY_RECORD, object, "title@fr_FR=x", &why), ERR_LANG);
    assert_int_equal(set_from_text(ENTITY_RECORD, object, "place.lat=0x10", &why), ERR_FIELD_VALUE);
    assert_int_equal(set_from_text(ENTITY_RECORD, object, "place.lat=nan", &why), ERR_FIELD_VALUE);
    assert_int_equal(set_from_text(ENTITY_RECORD, object, "actors={\"name\"", &why), ERR_FIELD_VALUE);
    assert_int_equal(set_from_text(ENTITY_RECORD, object, "title", &why), ERR_USAGE);
    assert_int_equal(set_from_text(ENTITY_RECORD, object, "title@fr=\xff", &why), ERR_UTF8);
    assert_true(json_equal(object, wanted));
    json_decref(object);
    json_decref(wanted);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(foreign_names_become_ours),
        cmocka_unit_test(a_place_gathers_its_parts_even_from_a_key_of_its_own_name),
        cmocka_unit_test(a_country_that_is_no_code_stays_under_its_own_name),
        cmocka_unit_test(names_may_change_places),
        cmocka_unit_test(the_first_name_with_a_value_wins),
        cmocka_unit_test(lists_gather_from_several_names),
        cmocka_unit_test(numbers_become_text_where_ours_is_text),
        cmocka_unit_test(a_path_reaches_into_their_object_unless_the_key_itself_has_a_point),
        cmocka_unit_test(a_map_that_is_wrong_names_its_line),
        cmocka_unit_test(an_empty_map_changes_nothing),
        cmocka_unit_test(a_value_typed_by_hand_finds_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
