/*
 * skos_read: what comes in, what is counted as lost, and faults with their lines.
 */
#include "tests/help/skos_given.h"
#include "protocol/base/buf.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

/* ---- what is kept, and how ---- */

static void concepts_stand_in_file_order_with_their_lines(void **state)
{
    (void)state;
    struct skos_given g = skos_given(
        "a.ttl", PREFIXES "\nex:b skos:prefLabel \"B\"@fr .\n\nex:a skos:prefLabel \"A\"@FR-ca ,\n \"A\" .\n");
    assert_int_equal(g.err, ERR_OK);
    skos_assert_json(g.concepts,
                     "[{\"uri\":\"http://example.org/b\",\"line\":5,\"prefLabel\":{\"fr\":\"B\"}},"
                     "{\"uri\":\"http://example.org/a\",\"line\":7,\"prefLabel\":{\"fr-ca\":\"A\",\"\":\"A\"}}]");
    skos_drop(&g);
}

static void inverse_properties_become_the_others_relation(void **state)
{
    (void)state;
    struct skos_given g =
        skos_given("a.ttl", PREFIXES
                   "ex:s skos:hasTopConcept ex:top . ex:top skos:narrower ex:low . ex:low skos:broader ex:top .\n"
                   "ex:c skos:member ex:low .");
    assert_int_equal(g.err, ERR_OK);
    assert_int_equal(json_array_size(g.lost), 0);
    skos_assert_json(json_object_get(skos_concept(&g, "http://example.org/top"), "topConceptOf"),
                     "[\"http://example.org/s\"]");
    json_t *low = skos_concept(&g, "http://example.org/low");
    skos_assert_json(json_object_get(low, "broader"), "[\"http://example.org/top\"]");
    skos_assert_json(json_object_get(low, "memberOf"), "[\"http://example.org/c\"]");
    assert_null(skos_concept(&g, "http://example.org/s")); /* nothing is known of it */
    skos_drop(&g);
}

static void a_title_names_a_scheme_and_nothing_else(void **state)
{
    (void)state;
    struct skos_given g = skos_given(
        "a.ttl",
        PREFIXES "@prefix dct: <http://purl.org/dc/terms/> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
                 "ex:s dct:title \"Atlas\"@fr , \"Autre\"@fr ; rdfs:label \"Map\"@en . ex:s a skos:ConceptScheme .\n"
                 "ex:c a skos:Concept ; rdfs:label \"C\"@fr ; skos:prefLabel \"C\"@fr .");
    assert_int_equal(g.err, ERR_OK);
    skos_assert_json(json_object_get(skos_concept(&g, "http://example.org/s"), "prefLabel"),
                     "{\"fr\":\"Atlas\",\"en\":\"Map\"}");
    skos_assert_json(json_object_get(skos_concept(&g, "http://example.org/s"), "kind"), "\"scheme\"");
    assert_int_equal(skos_lost(&g, "dcterms:title"), 1);
    assert_int_equal(skos_lost(&g, "rdfs:label"), 1);
    assert_int_equal(json_array_size(g.lost), 2);
    skos_drop(&g);
}

/* GEMET has one: it must not cost the whole concept. */
static void a_relation_of_a_concept_to_itself_is_a_loss(void **state)
{
    (void)state;
    struct skos_given g = skos_given("a.ttl", PREFIXES "ex:a skos:prefLabel \"A\"@fr ; skos:related ex:a , ex:b ; "
                                                       "skos:narrower ex:a ; dcterms:isReplacedBy ex:a .");
    assert_int_equal(g.err, ERR_OK);
    skos_assert_json(json_object_get(skos_concept(&g, "http://example.org/a"), "related"),
                     "[\"http://example.org/b\"]");
    assert_int_equal(skos_lost(&g, "skos:related: itself"), 1);
    assert_int_equal(skos_lost(&g, "skos:narrower: itself"), 1);
    assert_int_equal(skos_lost(&g, "dcterms:isReplacedBy: itself"), 1);
    skos_drop(&g);
}

static void the_most_specific_type_is_the_kind(void **state)
{
    (void)state;
    struct skos_given g = skos_given(
        "a.ttl", PREFIXES "ex:a a allied:Component , skos:Concept . ex:b a skos:Concept , allied:Descriptor .\n"
                          "ex:c a skos:Concept , skos:ConceptScheme . ex:d a skos:Concept , ex:Word .\n"
                          "ex:e a skos:OrderedCollection .");
    skos_assert_json(json_object_get(skos_concept(&g, "http://example.org/a"), "kind"), "\"component\"");
    skos_assert_json(json_object_get(skos_concept(&g, "http://example.org/b"), "kind"), "\"descriptor\"");
    skos_assert_json(json_object_get(skos_concept(&g, "http://example.org/c"), "kind"), "\"scheme\"");
    skos_assert_json(json_object_get(skos_concept(&g, "http://example.org/e"), "kind"), "\"collection\"");
    assert_int_equal(skos_lost(&g, "rdf:type: skos:Concept"), 1);
    assert_int_equal(skos_lost(&g, "rdf:type: http://example.org/Word"), 1);
    assert_int_equal(skos_lost(&g, "rdf:type: skos:OrderedCollection"), 1);
    skos_drop(&g);
}

static void what_is_not_kept_is_counted_by_name(void **state)
{
    (void)state;
    struct skos_given g = skos_given(
        "a.ttl", PREFIXES "@prefix xl: <http://www.w3.org/2008/05/skos-xl#> .\n"
                          "ex:a skos:prefLabel \"A\"@fr , \"B\"@fr , \"A\"@fr ; xl:prefLabel ex:l ; "
                          "skos:definition [ ex:v \"x\" ] , ex:doc ;\n"
                          "  skos:broader \"up\" ; skos:note \"1\"^^ex:t ; skos:notation \"n\"@fr ; "
                          "ex:p 1 , 2 ; skos:altLabel \"z\\u0000\"@fr ;\n"
                          "  allied:colour \"#fff\" , \"#000\" ; dcterms:isReplacedBy ex:b , ex:c , \"d\" ;\n"
                          "  owl:deprecated \"true\" , 7 , true ; allied:reason ex:b .\n"
                          "ex:l xl:literalForm \"A\"@fr . <rel> skos:prefLabel \"R\" .");
    static const struct {
        const char *what;
        int count;
    } want[] = {
        {"skos:prefLabel: second in one language", 1},
        {"skosxl:prefLabel",                       1},
        {"skos:definition: a blank node",          1},
        {"blank node",                             1},
        {"skos:definition: a URI",                 1},
        {"skos:broader: a literal",                1},
        {"skos:note: with a datatype",             1},
        {"skos:notation: with a language",         1},
        {"http://example.org/p",                   2},
        {"skos:altLabel: U+0000",                  1},
        {"allied:colour: second",                  1},
        {"dcterms:isReplacedBy: second",           1},
        {"dcterms:isReplacedBy: a literal",        1},
        {"owl:deprecated: not a boolean",          2},
        {"allied:reason: a URI",                   1},
        {"skosxl:literalForm",                     1},
        {"relative URI",                           1},
    };
    assert_int_equal(g.err, ERR_OK);
    assert_int_equal(json_array_size(g.concepts), 1);
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
        if (skos_lost(&g, want[i].what) != want[i].count)
            print_error("%s\n", want[i].what);
        assert_int_equal(skos_lost(&g, want[i].what), want[i].count);
    }
    assert_int_equal(json_array_size(g.lost), sizeof want / sizeof want[0]);
    skos_drop(&g);
}

static void base_and_prefixes_apply_from_where_they_stand(void **state)
{
    (void)state;
    struct skos_given g = skos_given(
        "a.ttl",
        "\xEF\xBB\xBF@prefix s: <http://www.w3.org/2004/02/skos/core#> .\n@base <http://one.org/x/> .\n"
        "<a> s:broader <../b> .\n@base <http://two.org/> .\nPREFIX e: <http://three.org/>\n<a> s:broader e:c .");
    assert_int_equal(g.err, ERR_OK);
    skos_assert_json(json_object_get(skos_concept(&g, "http://one.org/x/a"), "broader"), "[\"http://one.org/b\"]");
    skos_assert_json(json_object_get(skos_concept(&g, "http://two.org/a"), "broader"), "[\"http://three.org/c\"]");
    skos_drop(&g);
}

/* ---- faults ---- */

static void a_fault_is_told_with_file_and_line_and_nothing_is_given(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text, *where;
        err_t err;
    } bad[] = {
        {"a.ttl", PREFIXES "ex:a a skos:Concept .\nex:b a nope:Concept .\n",                 "a.ttl:5: ex:b a nope:Concept .",              ERR_RDF },
        {"b.ttl", PREFIXES "ex:a a skos:Concept .\n}\nex:b a skos:Concept .\n",              "b.ttl:5: }",                                  ERR_RDF },
        {"c.ttl", PREFIXES "ex:a a skos:Concept .\nex:b skos:prefLabel \"x",                 "c.ttl:5: ex:b skos:prefLabel \"x",
         ERR_RDF                                                                                                                                    },
        {"d.ttl", PREFIXES "ex:a a skos:Concept",                                            "d.ttl:4: ex:a a skos:Concept",                ERR_RDF },
        {"e.ttl", PREFIXES "ex:a a skos:Concept .\nex:b",                                    "e.ttl:5: ex:b",                               ERR_RDF },
        {"f.nt",  "<http://e/a> <http://e/p> \"x\" .\n<http://e/a> <http://e/",              "f.nt:2: <http://e/a> <http://e/",
         ERR_RDF                                                                                                                                    },
        {"g.nt",  "\n\n<http://e/a b> <http://e/p> \"x\" .\n",                               "g.nt:3: <http://e/a b> <http://e/p> \"x\" .", ERR_RDF },
        {"h.ttl", PREFIXES "ex:a skos:prefLabel \"\xC3(\"@fr .",                             "h.ttl:4",                                     ERR_UTF8},
        {"i.nt",  "<http://e/a> <http://www.w3.org/2004/02/skos/core#note> \"\\uD800\" .\n", "i.nt:1: ",                                    ERR_UTF8},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct skos_given g = skos_given(bad[i].name, bad[i].text);
        if (g.err != bad[i].err || !strstr(g.why.text, bad[i].where))
            print_error("%s: %s, %s\n", bad[i].name, err_name(g.err), g.why.text);
        assert_int_equal(g.err, bad[i].err);
        assert_int_equal(g.why.code, bad[i].err);
        assert_non_null(strstr(g.why.text, bad[i].where));
        assert_null(g.concepts);
        assert_null(g.lost);
    }
}

static void no_cut_of_a_file_crashes_or_invents(void **state)
{
    (void)state;
    struct skos_given whole = skos_given("all.ttl", skos_everything);
    for (size_t len = 0; len < strlen(skos_everything); len += 7) {
        struct skos_given g = skos_given_bytes("cut.ttl", skos_everything, len);
        assert_true(g.err == ERR_OK || g.err == ERR_RDF || g.err == ERR_UTF8);
        assert_true(g.err != ERR_OK || json_array_size(g.concepts) <= json_array_size(whole.concepts));
        skos_drop(&g);
    }
    skos_drop(&whole);
}

static void endless_nesting_is_refused_before_the_stack_ends(void **state)
{
    (void)state;
    static const char *const brackets[] = {"[ skos:note ", "( ", "{ "};
    for (size_t i = 0; i < 3; i++)
        for (int subject = 0; subject < 2; subject++) {
            struct buf b;
            buf_init(&b, 8u << 20);
            buf_printf(&b, PREFIXES "%s", subject ? "" : "ex:a skos:note ");
            for (int n = 0; n < 100000; n++)
                buf_add(&b, slice_text(brackets[i]));
            struct skos_given g = skos_given_bytes("deep.ttl", b.at, b.len);
            assert_true(g.err == ERR_DEPTH || g.err == ERR_RDF);
            buf_fini(&b);
        }
}

static void too_many_values_of_one_property_are_refused(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 1u << 20);
    buf_printf(&b, PREFIXES "ex:a skos:altLabel \"0\"");
    for (unsigned n = 1; n <= SKOS_VALUES_MAX; n++)
        buf_printf(&b, ", \"%u\"", n);
    buf_printf(&b, ".");
    struct skos_given g = skos_given("many.ttl", buf_text(&b));
    assert_int_equal(g.err, ERR_ITEMS);
    buf_fini(&b);
}

static void too_many_concepts_are_refused(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 16u << 20);
    buf_printf(&b, PREFIXES);
    for (unsigned n = 0; n <= SKOS_CONCEPTS_MAX; n++)
        buf_printf(&b, "ex:%u a skos:Concept .\n", n);
    struct skos_given g = skos_given("many.ttl", buf_text(&b));
    assert_int_equal(g.err, ERR_ITEMS);
    buf_fini(&b);
}

static void a_zero_byte_does_not_hide_what_follows(void **state)
{
    (void)state;
    static const char text[] = PREFIXES "ex:a a skos:Concept .\n\0ex:b a skos:Concept .\n";
    struct skos_given g = skos_given_bytes("zero.ttl", text, sizeof text - 1);
    assert_int_equal(g.err, ERR_RDF);
    assert_non_null(strstr(g.why.text, "zero.ttl:5"));
}

static void a_file_that_is_not_there_or_of_another_kind_is_refused(void **state)
{
    (void)state;
    struct skos_given g = {0};
    assert_int_equal(skos_read("/nowhere/a.ttl", NULL, &g.concepts, &g.lost, &g.why), ERR_FILE_NONE);
    assert_non_null(strstr(g.why.text, "/nowhere/a.ttl"));
    assert_int_equal(skos_read("/tmp", "turtle", &g.concepts, &g.lost, &g.why), ERR_FILE_DIRECTORY);
    assert_int_equal(skos_read("a.txt", NULL, &g.concepts, &g.lost, &g.why), ERR_USAGE);
    assert_int_equal(skos_read(ATLAS, "json", &g.concepts, &g.lost, &g.why), ERR_USAGE);
    assert_string_equal(skos_format_of("x/y.TTL"), "turtle");
    assert_string_equal(skos_format_of("y.nt"), "ntriples");
    assert_string_equal(skos_format_of("y.rdf"), "rdfxml");
    assert_string_equal(skos_format_of("y.xml"), "rdfxml");
    assert_string_equal(skos_format_named("ntriples"), "ntriples");
    assert_null(skos_format_of("ttl"));
    assert_null(skos_format_named(""));
}

static void an_empty_file_is_an_empty_thesaurus(void **state)
{
    (void)state;
    struct skos_given g = skos_given("a.ttl", "# nothing here");
    assert_int_equal(g.err, ERR_OK);
    skos_assert_json(g.concepts, "[]");
    skos_drop(&g);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(concepts_stand_in_file_order_with_their_lines),
        cmocka_unit_test(inverse_properties_become_the_others_relation),
        cmocka_unit_test(a_title_names_a_scheme_and_nothing_else),
        cmocka_unit_test(a_relation_of_a_concept_to_itself_is_a_loss),
        cmocka_unit_test(the_most_specific_type_is_the_kind),
        cmocka_unit_test(what_is_not_kept_is_counted_by_name),
        cmocka_unit_test(base_and_prefixes_apply_from_where_they_stand),
        cmocka_unit_test(a_fault_is_told_with_file_and_line_and_nothing_is_given),
        cmocka_unit_test(no_cut_of_a_file_crashes_or_invents),
        cmocka_unit_test(endless_nesting_is_refused_before_the_stack_ends),
        cmocka_unit_test(too_many_values_of_one_property_are_refused),
        cmocka_unit_test(too_many_concepts_are_refused),
        cmocka_unit_test(a_zero_byte_does_not_hide_what_follows),
        cmocka_unit_test(a_file_that_is_not_there_or_of_another_kind_is_refused),
        cmocka_unit_test(an_empty_file_is_an_empty_thesaurus),
    };
    return cmocka_run_group_tests(tests, skos_make_dir, skos_remove_dir);
}
