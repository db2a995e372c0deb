/* Whole command lines about records, concepts and conflicts. */
#include "tests/help/cli_played.h"

#include "protocol/base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* ---- records ---- */

static void an_import_refuses_bad_lines_and_takes_the_rest(void **state)
{
    (void)state;
    char *path = FILE_OF("in.jsonl",
                         "{\"title\":\"a\"}\n{oops\n{\"text\":\"no "
                         "title\",\"foreign\":1}\n{\"title\":\"b\",\"foreign\":2}\n{\"title\":\"\xff\"}\n{\"title\":");
    struct said said = played_run("record", "import", path, "--json", NULL);
    assert_int_equal(said.code, 2);
    json_t *r = json_loads(said.out, 0, NULL), *errors = json_object_get(r, "errors");
    assert_int_equal(json_integer_value(json_object_get(r, "added")), 2);
    assert_int_equal(json_integer_value(json_object_get(r, "rejected")), 4);
    assert_int_equal(json_integer_value(json_object_get(json_object_get(r, "unknown"), "foreign")), 2);
    static const char *const wanted[] = {"json", "title_missing", "utf8", "truncated"};
    static const int lines[] = {2, 3, 5, 6};
    assert_int_equal(json_array_size(errors), 4);
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(json_string_value(json_object_get(json_array_get(errors, i), "name")), wanted[i]);
        assert_int_equal(json_integer_value(json_object_get(json_array_get(errors, i), "line")), lines[i]);
    }
    json_decref(r);
    played_forget(&said);
    ENDS(2, "added 2, updated 0, unchanged 0, refused 4", "line 3: ALLIED-1203: a record needs a title (title)",
         "record", "import", path);
    ENDS(2, "", "foreign  2", "record", "import", path);
    ENDS(2, "", "→ give it a title", "record", "import", path);
    ENDS(2, "", "→ correct these lines", "record", "import", path);
}

static void an_import_of_nothing_is_fine_and_one_of_nothing_good_is_bad_data(void **state)
{
    (void)state;
    ENDS(0, "added 0", "", "record", "import", FILE_OF("in.jsonl", ""));
    ENDS(65, "refused 2", "", "record", "import", FILE_OF("in.jsonl", "{\"x\":1}\n[]\n"));
    ENDS(1, "", "no such file or directory: /nowhere/in.jsonl\n", "record", "import", "/nowhere/in.jsonl");
    ENDS(1, "", "ALLIED-1028", "record", "import", played.dir);
}

static void an_import_that_was_refused_whole_counts_nothing(void **state)
{
    (void)state;
    played.refuse = ERR_RETIRED;
    struct said said = played_run("record", "import", FILE_OF("in.jsonl", "{\"title\":\"a\"}\n"), NULL);
    assert_int_equal(said.code, err_exit(ERR_RETIRED));
    assert_string_equal(said.out, "");
    played_forget(&said);
    said = played_run("concept", "import",
                      FILE_OF("c.ttl", "<http://x.org/a> "
                                       "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type> "
                                       "<http://www.w3.org/2004/02/skos/core#Concept> .\n"),
                      NULL);
    assert_int_equal(said.code, err_exit(ERR_RETIRED));
    assert_string_equal(said.out, "");
    played_forget(&said);
    ENDS(err_exit(ERR_RETIRED), "refused 1", "", "record", "import", FILE_OF("in.jsonl", "[]\n{\"title\":\"a\"}\n"));
}

static void an_import_maps_names_and_sends_what_was_asked(void **state)
{
    (void)state;
    char map[160];
    snprintf(map, sizeof map, "%s", FILE_OF("map", "title=titre\nsource_id=id\n"));
    char *path = FILE_OF("in.jsonl", "{\"titre\":\"a\",\"id\":7}\n");
    ENDS(0, "added 1", "dry run", "record", "import", path, "--map", map, "--text-lang", "fr", "--type", "analysis",
         "--dry-run");
    played_asked_last("record.write",
                      "{\"lines\":[{\"line\":1,\"record\":{\"lang\":\"fr\",\"source_id\":\"7\",\"title\":"
                      "\"a\",\"type\":\"analysis\"}}],"
                      "\"mode\":\"import\",\"dry_run\":true,\"unknown_ok\":true}");
    ENDS(65, "", "line 1: titel=t", "record", "import", path, "--map", FILE_OF("map", "titel=t\n"));
}

static void an_import_goes_in_requests_of_a_bounded_size(void **state)
{
    (void)state;
    struct buf text;
    buf_init(&text, 64u << 20);
    for (int i = 0; i < 1201; i++)
        buf_printf(&text, "{\"title\":\"%d\"}\n", i);
    ENDS(0, "added 1201", "", "record", "import", played_file("in.jsonl", (const char *)text.at, text.len));
    assert_int_equal(json_array_size(played.asked), 3);
    json_array_clear(played.asked);
    buf_clear(&text);
    for (int i = 0; i < 10; i++)
        buf_printf(&text, "{\"title\":\"%0900000d\"}\n", i);
    ENDS(0, "added 10", "", "record", "import", played_file("in.jsonl", (const char *)text.at, text.len));
    assert_int_equal(json_array_size(played.asked), 3);
    buf_fini(&text);
}

static void a_csv_goes_in_like_lines_of_json(void **state)
{
    (void)state;
    char *path = FILE_OF("in.csv", "source_id;title@fr;authors\na:1;Un;A | B\na:2;\xe9\n");
    ENDS(2, "added 1", "line 3: ALLIED-1107: a text is not valid UTF-8 (title@fr)", "record", "import", path);
    played_asked_last("record.write",
                      "{\"lines\":[{\"line\":2,\"record\":{\"source_id\":\"a:1\",\"title\":{\"fr\":\"Un\"},"
                      "\"authors\":[\"A\",\"B\"]}}],\"mode\":\"import\",\"dry_run\":false,\"unknown_ok\":true,"
                      "\"speaks_of\":[\"source_id\",\"title@fr\",\"authors\"]}");
    ENDS(65, "", "in.csv:1 type", "record", "import", FILE_OF("in.csv", "type,type\nx,y\n"));
}

static void a_file_is_checked_and_nothing_is_written(void **state)
{
    (void)state;
    char *path = FILE_OF(
        "in.jsonl", "{\"source_id\":\"a\",\"lang\":\"fr\",\"title\":\"T\",\"type\":\"analysis\",\"abstract\":\"x\","
                    "\"actors\":[{\"name\":\"V\",\"role\":\"r\"}],\"concepts\":\"http://x\"}\n"
                    "{\"source_id\":\"c\",\"lang\":\"fr\",\"title\":\"T\",\"foreign\":1}\n"
                    "{\"source_id\":\"b\",\"lang\":\"fr\",\"title\":\"\",\"date\":\"x\"}\n"
                    "{\"source_id\":\"a\",\"lang\":\"fr\",\"title\":\"T\"}\n");
    played.answer =
        "{\"rules\":[{\"rule\":4,\"value\":1}],\"concepts\":[{\"text\":\"http://x\",\"status\":\"unknown\"}]}";
    ENDS(2, "4 records: 0 complete, 2 to complete, 2 would be refused",
         "line 4: ALLIED-1246: an earlier line of this file has the same source_id (source_id a: 1)", "record", "check",
         path);
    ENDS(2, "    line 2\n", "line 3: ALLIED-1206", "record", "check", path);
    played_asked_last("concept.known", "{\"concepts\":[\"http://x\"]}");
    ENDS(2, "is not in the common thesaurus", "foreign  1", "record", "check", path);
    /* What an import would refuse for its terms is in no group. */
    played.answer = "{\"rules\":[{\"rule\":4,\"value\":1}],\"concepts\":[{\"text\":\"http://x\",\"status\":\"unknown\","
                    "\"refused\":\"not_found\"}]}";
    ENDS(2, "4 records: 0 complete, 1 to complete, 3 would be refused",
         "line 1: ALLIED-1210: nothing has this id (concepts http://x)", "record", "check", path);
    played.answer = "{\"rules\":[{\"rule\":4,\"value\":0}],\"concepts\":[]}"; /* the alliance asks for nothing */
    ENDS(2, "4 records: 2 complete, 0 to complete, 2 would be refused", "", "record", "check", path);
    for (size_t i = 0; i < json_array_size(played.asked); i++)
        assert_string_not_equal(json_string_value(json_array_get(json_array_get(played.asked, i), 0)), "record.write");
}

static void lines_that_lack_the_same_are_told_in_their_order(void **state)
{
    (void)state;
    char *path =
        FILE_OF("in.jsonl", "{\"source_id\":\"a\",\"lang\":\"fr\",\"title\":\"T\",\"concepts\":\"http://x\"}\n"
                            "{\"source_id\":\"b\",\"lang\":\"fr\",\"title\":\"T\",\"concepts\":\"http://y\"}\n"
                            "{\"source_id\":\"c\",\"lang\":\"fr\",\"title\":\"T\",\"concepts\":\"http://x\"}\n"
                            "{\"source_id\":\"d\",\"lang\":\"fr\",\"title\":\"T\",\"concepts\":\"http://z\"}\n");
    played.answer =
        "{\"rules\":[{\"rule\":4,\"value\":1}],\"concepts\":[{\"text\":\"http://x\",\"status\":\"unknown\"},"
        "{\"text\":\"http://y\",\"status\":\"unknown\"}]}";
    ENDS(0, "    lines 1–3\n    http://x\n    http://y\n", "", "record", "check", path);
}

static void one_record_is_added_by_its_values(void **state)
{
    (void)state;
    ENDS(0, "abc\n", "", "record", "add", "--set", "type=experience", "--set", "title@fr=T", "--set", "place.lat=1.5");
    played_asked_last("record.write",
                      "{\"lines\":[{\"line\":1,\"record\":{\"type\":\"experience\",\"title\":{\"fr\":\"T\"},"
                      "\"place\":{\"lat\":1.5}}}],"
                      "\"mode\":\"add\",\"dry_run\":false,\"unknown_ok\":false}");
    ENDS(65, "", "ALLIED-1203: a record needs a title: title", "record", "add", "--set", "type=experience");
    ENDS(65, "", "ALLIED-1207", "record", "add", "--set", "titel=x");
    ENDS(65, "", "r.json:2:", "record", "add", "--file", FILE_OF("r.json", "{\n\"title\": x}"));
    ENDS(64, "", "--file | --set", "record", "add");
}

static void an_edit_of_a_part_keeps_the_other_parts(void **state)
{
    (void)state;
    played.answer =
        "{\"id\":\"abc\",\"dot\":\"d-0\",\"place\":{\"name\":\"Sofia\",\"lat\":1.0},\"changed\":[\"place\"]}";
    ENDS(0, "abc changed (dot d-0)", "", "record", "edit", "abc", "--set", "place.lat=2.5", "--unset", "limits@fr");
    played_asked_last("record.edit",
                      "{\"id\":\"abc\",\"set\":{\"place\":{\"lat\":2.5,\"name\":\"Sofia\"},\"limits\":{\"fr\":"
                      "null}},\"revive\":false}");
    ENDS(64, "", "--revive", "record", "edit", "abc");
}

static void texts_of_others_cannot_drive_the_terminal(void **state)
{
    (void)state;
    played.answer = "{\"id\":\"a\",\"title\":{\"fr\":\"x\\u001b]0;y\\u0007\\u009b2J\\u202e\"}}";
    struct said said = played_run("record", "show", "a", NULL);
    assert_int_equal(said.code, 0);
    assert_null(strchr(said.out, 0x1b));
    assert_null(strchr(said.out, 0x07));
    assert_null(strstr(said.out, "\xc2\x9b"));
    assert_null(strstr(said.out, "\u202e"));
    played_has(said.out, "x·]0;y··2J·");
    played_forget(&said);
}

/* ---- concepts, conflicts ---- */

static void a_concept_is_added_by_its_labels(void **state)
{
    (void)state;
    played.answer = "{\"added\":1,\"ids\":[{\"line\":1,\"id\":\"c1\",\"dot\":\"d-0\"}]}";
    ENDS(0, "c1\n", "", "concept", "add", "--label", "Sol@fr", "--label", "Soil@en", "--broader", "b1", "--notation",
         "1.2", "--adopt");
    played_asked_last(
        "concept.write",
        "{\"concepts\":[{\"line\":1,\"concept\":{\"prefLabel\":{\"fr\":\"Sol\",\"en\":\"Soil\"},\"broader\":[\"b1\"],"
        "\"notation\":[{\"value\":\"1.2\"}],\"kind\":\"descriptor\"}}],\"mode\":\"add\",\"dry_run\":false,\"adopt\":"
        "true}");
    ENDS(65, "", "ALLIED-1218", "concept", "add", "--uri", "http://x");
    ENDS(65, "", "ALLIED-1216", "concept", "relate", "a", "wider", "b");
}

static void a_thesaurus_goes_in_and_out_as_skos(void **state)
{
    (void)state;
    static const char turtle[] = "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
                                 "<http://x.org/a> a skos:Concept ; skos:prefLabel \"Sol\"@fr ; <http://x.org/p> 1 .\n";
    played.answer = "{\"added\":1,\"updated\":0,\"unchanged\":0,\"rejected\":0,\"errors\":[],\"ids\":[]}";
    struct said said = played_run("concept", "import", FILE_OF("c.ttl", turtle), "--json", "--adopt", NULL);
    assert_int_equal(said.code, 0);
    played_has(said.out, "\"lost\":[{");
    played_forget(&said);
    json_t *sent = json_array_get(json_array_get(played.asked, 0), 1),
           *row = json_array_get(json_object_get(sent, "concepts"), 0);
    assert_true(json_is_true(json_object_get(sent, "adopt")));
    assert_true(json_is_integer(json_object_get(row, "line")));
    assert_string_equal(json_string_value(json_object_get(json_object_get(row, "concept"), "uri")), "http://x.org/a");
    assert_null(json_object_get(json_object_get(row, "concept"), "line"));
    ENDS(0, "added 1", "statements that allied does not keep", "concept", "import", FILE_OF("c.ttl", turtle));
    ENDS(65, "", "ALLIED-1215", "concept", "import", FILE_OF("c.ttl", "@prefix\n<a"));
    ENDS(64, "", ".ttl, .nt", "concept", "import", "thesaurus.doc");
    played.answer =
        "{\"concepts\":[{\"id\":\"a\",\"uri\":\"http://x.org/a\",\"prefLabel\":{\"fr\":\"Sol\"}}],\"next\":null}";
    ENDS(0, "\"Sol\"@fr", "", "concept", "export");
    ENDS(0, "<http://x.org/a>", "", "concept", "export", "--format", "nt");
    char path[128];
    snprintf(path, sizeof path, "%s/out.ttl", played.dir);
    ENDS(0, "", "out.ttl: 1 concept\n", "concept", "export", path);
    ENDS(0, "", ": 1 concept\n", "concept", "export", path, "--lang", "fr");
    ENDS(0, "rdf:about=\"http://x.org/a\"", "", "concept", "export", "--format", "rdfxml");
    snprintf(path, sizeof path, "%s/out.rdf", played.dir);
    ENDS(0, "\"replaced\":0", "", "concept", "export", path, "--json");
    played.answer = "{\"added\":1}";
    ENDS(0, "added 1", "", "concept", "import", path);
    ENDS(65, "", "c.rdf:1: <a>", "concept", "import", FILE_OF("c.rdf", "<a>"));
    played.answer = "{\"concepts\":[{\"uri\":\"http://x.org/a\",\"prefLabel\":{\"fr\":\"\\u0002\"}}],\"next\":null}";
    ENDS(0, "", "1 character that XML cannot hold", "concept", "export", path);
    ENDS(64, "", "--format json", "concept", "export", "--format", "json");
}

static void translations_left_behind_are_listed(void **state)
{
    (void)state;
    played.answer =
        "{\"checked\":3,\"records\":["
        "{\"id\":\"aa\",\"title\":\"Un\",\"ally_name\":\"A\",\"missed\":[\"limits\"],\"stale\":[],\"moved\":[]},"
        "{\"id\":\"bb\",\"title\":\"Deux\",\"ally_name\":\"A\",\"missed\":[],\"stale\":[\"title@en\",\"abstract@en\"],"
        "\"moved\":[]},"
        "{\"id\":\"cc\",\"title\":\"Three\",\"ally_name\":\"B\",\"missed\":[],\"stale\":[],\"moved\":[{\"id\":\"dd\","
        "\"changed\":[\"title@fr\"]}]}],\"next\":null}";
    struct said said = played_run("record", "list", "--stale", "--ally", "A", NULL);
    assert_null(strstr(said.out, "aa"));
    played_ended(said, 0, "bb  Deux   A     title@en, abstract@en", "");
    played_asked_last("record.check", "{\"limit\":200,\"cursor\":\"\",\"ally\":\"A\",\"retired\":false}");
    ENDS(0, "cc  Three  B                            title@fr", "", "record", "list", "--stale");
    ENDS(0, "bb", "there are more", "record", "list", "--stale", "-n", "1");
    ENDS(0, "\"more\":true", "", "record", "list", "--stale", "-n", "1", "--json");
    ENDS(0, "\"more\":false", "", "record", "list", "--stale", "-n", "2", "--json");
    ENDS(64, "", "--stale --cursor", "record", "list", "--stale", "--cursor", "x");
    played.answer = "{\"checked\":1,\"records\":[],\"next\":null}";
    ENDS(0, "", "no translation was left behind", "record", "list", "--stale");
}

static void lists_and_single_things_are_laid_out(void **state)
{
    (void)state;
    played.answer =
        "{\"records\":[{\"id\":\"aa\",\"title\":\"Un "
        "titre\",\"ally_name\":\"Citego\",\"updated\":\"2026\",\"conflicts\":1},"
        "{\"id\":\"bb\",\"title\":\"T2\",\"ally\":\"x\",\"updated\":\"2025\",\"retired\":true}],\"next\":\"cc\"}";
    ENDS(0, "aa  Un titre  Citego  2026     conflict\nbb  T2        x       2025     retired\n", "--cursor cc",
         "record", "list", "-n", "2", "--ally", "Citego");
    played_asked_last("record.list", "{\"limit\":2,\"retired\":false,\"ally\":\"Citego\"}");
    played.answer = "{\"id\":\"c\",\"status\":\"proposed\",\"prefLabel\":{\"fr\":\"Sol\"},\"broader\":[{\"id\":\"b\","
                    "\"label\":\"Terre\","
                    "\"adopted\":true,\"suppressed\":true}],\"proposals\":[{\"field\":\"prefLabel\",\"lang\":\"fr\","
                    "\"value\":\"Sol\","
                    "\"dot\":\"d-0\",\"ally_name\":\"B\"}],\"conflicts\":0}";
    ENDS(0, "Terre (set aside: it closes a circle)", "", "concept", "show", "c");
    ENDS(0, "B: prefLabel@fr Sol\n              d-0", "", "concept", "show", "c");
    played.answer =
        "{\"id\":\"c\",\"status\":\"merged_into\",\"proposals\":[{\"field\":\"merge\",\"lang\":\"\",\"value\":null,"
        "\"dot\":\"d-0\",\"ally_name\":\"B\"},{\"field\":\"retire\",\"lang\":\"\",\"value\":{\"retired\":false,"
        "\"reason\":\"\"},\"dot\":\"e-0\",\"ally_name\":\"B\"}],\"conflicts\":0}";
    ENDS(0, "B: merge taken back\n              d-0\n              B: retire taken back\n              e-0\n", "",
         "concept", "show", "c");
    played.answer = "{\"id\":\"a\",\"history\":[{\"dot\":\"d-0\",\"at\":\"2026\",\"kind\":\"record.put\",\"ally_name\":"
                    "\"A\",\"site_name\":\"S\","
                    "\"counts\":false,\"writes\":[{\"field\":\"title\",\"lang\":\"fr\",\"add\":true,\"target\":null,"
                    "\"value\":\"T\"}]}]}";
    ENDS(0, "2026  record.put  A / S  d-0  (does not count)\n    title@fr T", "", "record", "history", "a");
    played.answer = "{\"id\":\"a\",\"discipline\":{\"missed\":[{\"rule\":\"limits\",\"text\":\"say its "
                    "limits\"}]},\"concepts\":[{\"label\":\"Sol\"}]}";
    ENDS(0, "to complete         say its limits", "", "record", "show", "a");
    played.answer = "{\"allies\":[{\"id\":\"i\",\"name\":\"A\",\"college\":\"effectif\",\"standing\":\"ratified\","
                    "\"suspended\":true,"
                    "\"sites\":[{\"name\":\"s1\"},{\"site\":\"k2\"}]}]}";
    ENDS(0, "s1, k2  suspended", "", "ally", "list");
    played.answer =
        "{\"allies\":[{\"name\":\"Beta\",\"college\":\"droit\",\"standing\":\"ratified\",\"suspended\":true,"
        "\"sites\":[{\"name\":\"s1\",\"ended\":true},{\"name\":\"s1\"}]}]}";
    ENDS(0, "ratified  s1     suspended", "", "ally", "list");
    played.answer = "{\"entities\":3,\"ops\":4,\"before\":\"aa\",\"after\":\"aa\",\"same\":true}";
    ENDS(0, "the same as before", "", "rebuild");
}

static void a_choice_without_a_terminal_needs_yes(void **state)
{
    (void)state;
    played.answer =
        "{\"id\":\"c1\",\"dot\":\"n-0\",\"resolved\":[\"prefLabel@fr\"],\"fields\":[{\"field\":\"prefLabel\",\"lang\":"
        "\"fr\",\"values\":["
        "{\"dot\":\"a-0\",\"value\":\"Sol\",\"shown\":true},{\"dot\":\"b-0\",\"value\":\"Sols\",\"shown\":false}]}]}";
    ENDS(64, "", "add --yes", "conflicts", "resolve", "c1");
    ENDS(0, "c1 resolved: prefLabel@fr", "", "conflicts", "resolve", "c1", "--yes");
    played_asked_last("conflicts.resolve", "{\"id\":\"c1\",\"adopt\":false,\"keep\":\"a-0\"}");
    ENDS(0, "", "", "conflicts", "resolve", "c1", "--field", "prefLabel@fr", "--value", "[Sol");
    played_asked_last("conflicts.resolve",
                      "{\"id\":\"c1\",\"adopt\":false,\"field\":\"prefLabel\",\"lang\":\"fr\",\"value\":\"[Sol\"}");
    ENDS(64, "", "--keep --value", "conflicts", "resolve", "c1", "--keep", "a-0", "--value", "x");
    ENDS(0, "  *         Sol", "", "conflicts", "show", "c1");
    played.answer = "{\"conflicts\":[]}";
    ENDS(0, "", "no conflicts", "conflicts");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, played_setup, played_teardown)
    const struct CMUnitTest tests[] = {
        T(an_import_refuses_bad_lines_and_takes_the_rest),
        T(an_import_of_nothing_is_fine_and_one_of_nothing_good_is_bad_data),
        T(an_import_that_was_refused_whole_counts_nothing),
        T(an_import_maps_names_and_sends_what_was_asked),
        T(an_import_goes_in_requests_of_a_bounded_size),
        T(a_csv_goes_in_like_lines_of_json),
        T(a_file_is_checked_and_nothing_is_written),
        T(lines_that_lack_the_same_are_told_in_their_order),
        T(one_record_is_added_by_its_values),
        T(an_edit_of_a_part_keeps_the_other_parts),
        T(texts_of_others_cannot_drive_the_terminal),
        T(a_concept_is_added_by_its_labels),
        T(a_thesaurus_goes_in_and_out_as_skos),
        T(translations_left_behind_are_listed),
        T(lists_and_single_things_are_laid_out),
        T(a_choice_without_a_terminal_needs_yes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
