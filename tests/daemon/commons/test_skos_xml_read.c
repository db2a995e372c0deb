/*
 * skos_xml_read: RDF/XML against the same triples in Turtle, what is counted, and what is refused, with its line.
 */
#include "daemon/commons/skos_xml_read.h"
#include "tests/help/skos_given.h"
#include "protocol/base/buf.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#define RDF_NS                                                                                                         \
    "xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" xmlns:skos=\"http://www.w3.org/2004/02/skos/core#\" "   \
    "xmlns:ex=\"http://example.org/\""
#define RDF(inner) "<?xml version=\"1.0\"?>\n<rdf:RDF " RDF_NS ">\n" inner "\n</rdf:RDF>\n"

/* Objects without their lines, as one text, the concepts in order of their URIs. */
static char *text_of(struct skos_given *g)
{
    json_t *all = json_object();
    size_t i;
    json_t *c;
    json_array_foreach(g->concepts, i, c)
    {
        json_object_del(c, "line");
        json_object_set(all, json_string_value(json_object_get(c, "uri")), c);
    }
    char *text = json_dumps(all, JSON_SORT_KEYS | JSON_INDENT(1));
    json_decref(all);
    return text;
}

/* The XML says what the Turtle says: the same concepts, the same losses. */
static void assert_says(const char *xml, const char *turtle)
{
    struct skos_given x = skos_given("a.rdf", xml), t = skos_given("a.ttl", turtle);
    if (x.err || t.err)
        print_error("%s %s\n%s", x.why.text, t.why.text, xml);
    assert_int_equal(x.err, ERR_OK);
    assert_int_equal(t.err, ERR_OK);
    char *a = text_of(&x), *b = text_of(&t);
    assert_string_equal(a, b);
    free(a);
    free(b);
    size_t i;
    json_t *row;
    json_array_foreach(t.lost, i, row)
    {
        const char *what = json_string_value(json_object_get(row, "what"));
        if (skos_lost(&x, what) != json_integer_value(json_object_get(row, "count")))
            print_error("%s\n", what);
        assert_int_equal(skos_lost(&x, what), json_integer_value(json_object_get(row, "count")));
    }
    assert_int_equal(json_array_size(x.lost), json_array_size(t.lost));
    skos_drop(&x);
    skos_drop(&t);
}

/* ---- what is said in which way ---- */

static void nodes_and_properties_in_all_their_forms_say_the_same(void **state)
{
    (void)state;
    static const char turtle[] = PREFIXES "ex:a a skos:Concept ; skos:prefLabel \"A\" ; skos:broader ex:b .";
    assert_says(RDF("<skos:Concept rdf:about=\"http://example.org/a\"><skos:prefLabel>A</skos:prefLabel>"
                    "<skos:broader rdf:resource=\"http://example.org/b\"/></skos:Concept>"),
                turtle);
    assert_says(RDF("<rdf:Description rdf:about=\"http://example.org/a\" skos:prefLabel=\"A\" "
                    "rdf:type=\"http://www.w3.org/2004/02/skos/core#Concept\">\n"
                    "<skos:broader>\n <rdf:Description rdf:about=\"http://example.org/b\"/> </skos:broader>"
                    "</rdf:Description>"),
                turtle);
    assert_says("<skos:Concept " RDF_NS
                " rdf:about='http://example.org/a'><skos:prefLabel><![CDATA[A]]></skos:prefLabel>"
                "<skos:broader rdf:resource='http://example.org/b'></skos:broader></skos:Concept>",
                turtle);
    assert_says(RDF("<rdf:Description about=\"http://example.org/a\"><rdf:type resource=\"http://www.w3.org/2004/02/"
                    "skos/core#Concept\"/><skos:prefLabel>&#65;</skos:prefLabel><skos:broader "
                    "rdf:resource=\"http://example.org/b\"/></rdf:Description>"),
                turtle);
}

static void a_node_within_a_property_is_its_object_and_speaks_for_itself(void **state)
{
    (void)state;
    assert_says(RDF("<skos:Concept rdf:about=\"http://example.org/a\"><skos:broader><skos:Concept "
                    "rdf:about=\"http://example.org/b\"><skos:related rdf:resource=\"http://example.org/c\" "
                    "skos:notation=\"3\"/></skos:Concept></skos:broader><skos:note>n</skos:note></skos:Concept>"),
                PREFIXES "ex:a a skos:Concept ; skos:broader ex:b ; skos:note \"n\" . ex:b a skos:Concept ; "
                         "skos:related ex:c . ex:c skos:notation \"3\" .");
}

static void languages_are_inherited_until_another_one_is_said(void **state)
{
    (void)state;
    assert_says(
        RDF("<skos:Concept rdf:about=\"http://example.org/a\" xml:lang=\"FR\" skos:example=\"e\">"
            "<skos:prefLabel>A</skos:prefLabel>"
            "<skos:altLabel xml:lang=\"en-GB\">B</skos:altLabel><skos:altLabel xml:lang=\"\">C</skos:altLabel>"
            "<skos:notation rdf:datatype=\"http://example.org/t\">7</skos:notation>"
            "<skos:broader><skos:Concept rdf:about=\"http://example.org/b\" skos:prefLabel=\"D\"/></skos:broader>"
            "</skos:Concept><skos:Concept rdf:about=\"http://example.org/b\" skos:note=\"N\"/>"),
        PREFIXES "ex:a a skos:Concept ; skos:example \"e\"@fr ; skos:prefLabel \"A\"@fr ; skos:altLabel "
                 "\"B\"@en-gb , \"C\" ; skos:notation \"7\"^^ex:t ; skos:broader ex:b . ex:b a skos:Concept ; "
                 "skos:prefLabel \"D\"@fr ; skos:note \"N\" .");
}

static void bases_apply_where_they_stand_and_below(void **state)
{
    (void)state;
    assert_says("<rdf:RDF " RDF_NS " xml:base=\"http://example.org/x/y#z\">\n"
                "<skos:Concept rdf:ID=\"i\"><skos:broader rdf:resource=\"../b\"/><skos:related rdf:resource=\"\"/>"
                "<skos:closeMatch rdf:resource=\"//o.org/\"/></skos:Concept>"
                "<skos:Concept rdf:about=\"q\" xml:base=\"deeper/\"><skos:broader rdf:resource=\"q\"/></skos:Concept>"
                "</rdf:RDF>",
                PREFIXES
                "<http://example.org/x/y#i> a skos:Concept ; skos:broader ex:b ; skos:related "
                "<http://example.org/x/y> ; skos:closeMatch <http://o.org/> . "
                "<http://example.org/x/deeper/q> a skos:Concept ; skos:broader <http://example.org/x/deeper/q> .");
}

static void what_is_blank_relative_or_no_uri_is_counted(void **state)
{
    (void)state;
    struct skos_given g = skos_given(
        "a.rdf", RDF("<skos:Concept rdf:about=\"rel\"><skos:note>1</skos:note></skos:Concept>"
                     "<skos:Concept rdf:about=\"http://e/a b\"/><skos:Concept/>"
                     "<skos:Concept rdf:about=\"http://e/a\"><skos:broader rdf:resource=\"up\"/><skos:broader "
                     "rdf:nodeID=\"n\"/><skos:definition rdf:parseType=\"Resource\"><rdf:value>x</rdf:value>"
                     "<rdf:li>y</rdf:li></skos:definition>"
                     "<skos:note rdf:parseType=\"Literal\"><b xmlns=\"\">x<i/></b></skos:note>"
                     "<skos:note rdf:datatype=\"t\">x</skos:note>"
                     "<skos:note rdf:ID=\"s\" xml:base=\"http://e/\">kept</skos:note>"
                     "<skos:related rdf:parseType=\"Collection\"><skos:Concept rdf:about=\"http://e/b\"/>"
                     "<rdf:Description rdf:about=\"http://e/c\"/></skos:related>"
                     "<skos:related rdf:parseType=\"Collection\"/></skos:Concept>"));
    static const struct {
        const char *what;
        int count;
    } want[] = {
        {"relative URI",                  4        }, /* a concept's type and note, a target, a datatype */
        {"not a URI",                     1        },
        {"blank node",                    1 + 2 + 4},
        {"skos:broader: a blank node",    1        },
        {"skos:definition: a blank node", 1        },
        {"skos:note: XML",                1        },
        {"rdf:type: rdf:Statement",       1        },
        {"rdf:subject",                   1        },
        {"rdf:predicate",                 1        },
        {"rdf:object",                    1        },
        {"skos:related: a blank node",    1        },
    };
    assert_int_equal(g.err, ERR_OK);
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
        if (skos_lost(&g, want[i].what) != want[i].count)
            print_error("%s: %d\n", want[i].what, skos_lost(&g, want[i].what));
        assert_int_equal(skos_lost(&g, want[i].what), want[i].count);
    }
    assert_int_equal(json_array_size(g.lost), sizeof want / sizeof want[0]);
    skos_assert_json(json_object_get(skos_concept(&g, "http://e/a"), "note"), "{\"\":[\"kept\"]}");
    skos_assert_json(json_object_get(skos_concept(&g, "http://e/a"), "related"),
                     "[\"http://www.w3.org/1999/02/22-rdf-syntax-ns#nil\"]");
    skos_drop(&g);
}

static void lines_are_where_the_first_triple_ends(void **state)
{
    (void)state;
    struct skos_given g =
        skos_given("a.rdf", RDF("\n<skos:Concept\n rdf:about=\"http://e/a\"/>\n<rdf:Description "
                                "rdf:about=\"http://e/b\">\n<skos:note>\nx</skos:note></rdf:Description>"));
    assert_int_equal(json_integer_value(json_object_get(skos_concept(&g, "http://e/a"), "line")), 4);
    assert_int_equal(json_integer_value(json_object_get(skos_concept(&g, "http://e/b"), "line")), 8);
    skos_drop(&g);
}

static void other_encodings_and_a_byte_order_mark_are_read(void **state)
{
    (void)state;
    static const char latin[] = "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><skos:Concept " RDF_NS
                                " rdf:about=\"http://e/a\" skos:prefLabel=\"\xE9t\xE9\"/>";
    static const char marked[] =
        "\xEF\xBB\xBF<skos:Concept " RDF_NS " rdf:about=\"http://e/a\" skos:prefLabel=\"été\"/>";
    static const char *const files[] = {latin, marked};
    for (size_t i = 0; i < 2; i++) {
        struct skos_given g = skos_given("a.rdf", files[i]);
        assert_int_equal(g.err, ERR_OK);
        skos_assert_json(json_object_get(skos_concept(&g, "http://e/a"), "prefLabel"), "{\"\":\"été\"}");
        skos_drop(&g);
    }
}

static void short_entities_stand_for_namespaces(void **state)
{
    (void)state;
    assert_says("<!DOCTYPE rdf:RDF [ <!ENTITY ex \"http://example.org/\"> <!ENTITY skos "
                "\"http://www.w3.org/2004/02/skos/core#\"> ]>\n<rdf:RDF "
                "xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" xmlns:skos=\"&skos;\">"
                "<rdf:Description rdf:about=\"&ex;a\"><rdf:type rdf:resource=\"&skos;Concept\"/>"
                "<skos:note>&ex;</skos:note></rdf:Description></rdf:RDF>",
                PREFIXES "ex:a a skos:Concept ; skos:note \"http://example.org/\" .");
}

/* ---- faults ---- */

static void a_fault_is_told_with_its_line_and_nothing_is_given(void **state)
{
    (void)state;
    static const struct {
        const char *text, *where;
        err_t err;
    } bad[] = {
        {"",                                                                                                    "a.rdf:1",            ERR_RDF },
        {"not XML",                                                                                             "a.rdf:1: not XML",   ERR_RDF },
        {RDF("<skos:Concept>\n</skos:concept>"),                                                                "a.rdf:4: </skos:c",  ERR_RDF },
        {"<rdf:RDF " RDF_NS ">\n<skos:Concept rdf:about=\"http://e/a\">",                                       "a.rdf:2",            ERR_RDF },
        {RDF("<skos:Concept rdf:about=\"http://e/\xC3(\"/>"),                                                   "a.rdf:3",            ERR_UTF8},
        {RDF("<nope:Concept/>"),                                                                                "a.rdf:3: <nope:",    ERR_RDF },
        {RDF("<Concept/>"),                                                                                     "a.rdf:3: <Concept/", ERR_RDF },
        {RDF("text"),                                                                                           "a.rdf:3: text",      ERR_RDF },
        {RDF("<rdf:li/>"),                                                                                      "a.rdf:3",            ERR_RDF },
        {RDF("<rdf:RDF/>"),                                                                                     "a.rdf:3",            ERR_RDF },
        {RDF("<skos:Concept rdf:about=\"http://e/a\" rdf:ID=\"a\"/>"),                                          "a.rdf:3",            ERR_RDF },
        {RDF("<skos:Concept rdf:bagID=\"a\"/>"),                                                                "a.rdf:3",            ERR_RDF },
        {RDF("<skos:Concept rdf:resource=\"a\"/>"),                                                             "a.rdf:3",            ERR_RDF },
        {RDF("<skos:Concept lang=\"fr\"/>"),                                                                    "a.rdf:3",            ERR_RDF },
        {RDF("<skos:Concept>\nx</skos:Concept>"),                                                               "a.rdf:4",            ERR_RDF },
        {RDF("<skos:Concept><rdf:Description/></skos:Concept>"),                                                "a.rdf:3",            ERR_RDF },
        {RDF("<skos:Concept><note/></skos:Concept>"),                                                           "a.rdf:3",            ERR_RDF },
        {RDF("<skos:Concept><skos:note rdf:about=\"a\"/></skos:Concept>"),                                      "a.rdf:3",            ERR_RDF },
        {RDF("<skos:Concept><skos:note>x<skos:Concept/></skos:note></skos:Concept>"),                           "a.rdf:3",            ERR_RDF },
        {RDF("<skos:Concept><skos:note><skos:Concept/>\nx</skos:note></skos:Concept>"),                         "a.rdf:4",            ERR_RDF },
        {RDF("<skos:Concept><skos:note><skos:Concept/>\n<skos:Concept/></skos:note></skos:Concept>"),           "a.rdf:4",
         ERR_RDF                                                                                                                              },
        {RDF("<skos:Concept><skos:note rdf:resource=\"http://e/\">x</skos:note></skos:Concept>"),               "a.rdf:3",            ERR_RDF },
        {RDF("<skos:Concept><skos:note rdf:resource=\"http://e/\"><skos:Concept/></skos:note></skos:Concept>"),
         "a.rdf:3",                                                                                                                   ERR_RDF },
        {RDF("<skos:Concept><skos:note rdf:resource=\"a\" rdf:nodeID=\"b\"/></skos:Concept>"),                  "a.rdf:3",            ERR_RDF },
        {RDF("<skos:Concept><skos:note rdf:parseType=\"Literal\" rdf:resource=\"b\"/></skos:Concept>"),         "a.rdf:3",
         ERR_RDF                                                                                                                              },
        {RDF("<skos:Concept><skos:note rdf:datatype=\"b\" skos:note=\"x\"/></skos:Concept>"),                   "a.rdf:3",            ERR_RDF },
        {RDF("<skos:Concept><skos:note rdf:datatype=\"http://e/\"><skos:Concept/></skos:note></skos:Concept>"),
         "a.rdf:3",                                                                                                                   ERR_RDF },
        {"<!DOCTYPE a [\n<!ENTITY x SYSTEM \"/etc/passwd\">\n]><a>&x;</a>",                                     "a.rdf:2",            ERR_RDF },
        {"<!DOCTYPE a [\n<!ENTITY x \"&#38;y;\">\n]><a>&x;</a>",                                                "a.rdf:2",            ERR_RDF },
        {"<!DOCTYPE a [\n<!ENTITY x \"<b/>\">\n]><a>&x;</a>",                                                   "a.rdf:2",            ERR_RDF },
        {"<!DOCTYPE a [\n<!ENTITY % x \"y\">\n]><a/>",                                                          "a.rdf:2",            ERR_RDF },
        {"<!DOCTYPE a [\n<!ATTLIST a b CDATA \"c\">\n]><a/>",                                                   "a.rdf:2",            ERR_RDF },
        {"<!DOCTYPE rdf:RDF SYSTEM \"/etc/x.dtd\">\n<rdf:RDF " RDF_NS ">&x;</rdf:RDF>",                         "a.rdf:2",            ERR_RDF },
        {RDF("<skos:Concept>&x;</skos:Concept>"),                                                               "a.rdf:3",            ERR_RDF },
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct skos_given g = skos_given("a.rdf", bad[i].text);
        if (g.err != bad[i].err || !strstr(g.why.text, bad[i].where))
            print_error("%s: %s, %s\n", bad[i].text, err_name(g.err), g.why.text);
        assert_int_equal(g.err, bad[i].err);
        assert_int_equal(g.why.code, bad[i].err);
        assert_non_null(strstr(g.why.text, bad[i].where));
        assert_null(g.concepts);
        assert_null(g.lost);
    }
}

static void entities_cannot_swell(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 32u << 20);
    buf_printf(&b, "<!DOCTYPE a [<!ENTITY a \"ha\">");
    for (int i = 1; i < 10; i++)
        buf_printf(&b, "<!ENTITY a%d \"&a%d;&a%d;&a%d;&a%d;&a%d;\">", i, i - 1, i - 1, i - 1, i - 1, i - 1);
    buf_printf(&b, "]><a>&a9;</a>");
    struct skos_given laughs = skos_given_bytes("laughs.rdf", b.at, b.len);
    assert_int_equal(laughs.err, ERR_RDF);
    buf_clear(&b);
    buf_printf(&b, "<!DOCTYPE a [<!ENTITY a \"%0*d\">]><rdf:RDF " RDF_NS "><skos:Concept><skos:note>", 255, 0);
    for (int i = 0; i < 100000; i++)
        buf_printf(&b, "&a;");
    buf_printf(&b, "</skos:note></skos:Concept></rdf:RDF>");
    struct skos_given swollen = skos_given_bytes("swollen.rdf", b.at, b.len);
    assert_int_equal(swollen.err, ERR_TOO_LARGE);
    buf_clear(&b);
    buf_printf(&b, "<!DOCTYPE a [<!ENTITY a \"%0*d\">]><rdf:RDF " RDF_NS "/>", 256, 0);
    assert_int_equal(skos_given_bytes("long.rdf", b.at, b.len).err, ERR_RDF);
    buf_clear(&b);
    buf_printf(&b, "<!DOCTYPE a [");
    for (unsigned i = 0; i <= SKOS_ENTITIES_MAX; i++)
        buf_printf(&b, "<!ENTITY a%u \"b\">", i);
    buf_printf(&b, "]><rdf:RDF " RDF_NS "/>");
    assert_int_equal(skos_given_bytes("many.rdf", b.at, b.len).err, ERR_RDF);
    buf_fini(&b);
}

static void endless_nesting_is_refused(void **state)
{
    (void)state;
    static const char *const within[] = {"", "<skos:Concept><skos:note rdf:parseType=\"Literal\">"};
    for (size_t i = 0; i < 2; i++) {
        struct buf b;
        buf_init(&b, 16u << 20);
        buf_printf(&b, "<rdf:RDF " RDF_NS ">\n%s", within[i]);
        for (int n = 0; n < 50000; n++)
            buf_printf(&b, "<skos:Concept><skos:broader>");
        assert_int_equal(skos_given_bytes("deep.rdf", b.at, b.len).err, ERR_DEPTH);
        buf_fini(&b);
    }
}

static void too_many_values_of_one_property_are_refused_where_they_are(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 1u << 20);
    buf_printf(&b, "<rdf:RDF " RDF_NS ">\n<skos:Concept rdf:about=\"http://e/a\">\n");
    for (unsigned n = 0; n <= SKOS_VALUES_MAX; n++)
        buf_printf(&b, "<skos:altLabel>%u</skos:altLabel>\n", n);
    buf_printf(&b, "</skos:Concept></rdf:RDF>");
    struct skos_given g = skos_given_bytes("many.rdf", b.at, b.len);
    char where[64];
    snprintf(where, sizeof where, "many.rdf:%u:", 3 + SKOS_VALUES_MAX);
    assert_int_equal(g.err, ERR_ITEMS);
    assert_non_null(strstr(g.why.text, where));
    buf_fini(&b);
}

static void no_cut_of_a_file_is_taken_for_a_whole_one(void **state)
{
    (void)state;
    struct skos_given whole = skos_given("all.ttl", skos_everything);
    char *text = skos_written(whole.concepts, "rdfxml");
    size_t len = strlen(text) - strlen("\n");
    for (size_t n = 0; n < len; n += 7) {
        struct skos_given g = skos_given_bytes("cut.rdf", text, n);
        assert_int_equal(g.err, ERR_RDF);
    }
    assert_int_equal(skos_given_bytes("cut.rdf", text, len - 1).err, ERR_RDF);
    free(text);
    skos_drop(&whole);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(nodes_and_properties_in_all_their_forms_say_the_same),
        cmocka_unit_test(a_node_within_a_property_is_its_object_and_speaks_for_itself),
        cmocka_unit_test(languages_are_inherited_until_another_one_is_said),
        cmocka_unit_test(bases_apply_where_they_stand_and_below),
        cmocka_unit_test(what_is_blank_relative_or_no_uri_is_counted),
        cmocka_unit_test(lines_are_where_the_first_triple_ends),
        cmocka_unit_test(other_encodings_and_a_byte_order_mark_are_read),
        cmocka_unit_test(short_entities_stand_for_namespaces),
        cmocka_unit_test(a_fault_is_told_with_its_line_and_nothing_is_given),
        cmocka_unit_test(entities_cannot_swell),
        cmocka_unit_test(endless_nesting_is_refused),
        cmocka_unit_test(too_many_values_of_one_property_are_refused_where_they_are),
        cmocka_unit_test(no_cut_of_a_file_is_taken_for_a_whole_one),
    };
    return cmocka_run_group_tests(tests, skos_make_dir, skos_remove_dir);
}
