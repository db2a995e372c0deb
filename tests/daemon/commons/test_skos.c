/*
 * skos: what comes in, what is counted as lost, what goes out again. Triples are compared by a reading of their own, straight from serd: as sorted
 * N-Triples-like lines.
 */
#include "daemon/commons/skos.h"
#include "protocol/base/buf.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>
#include <serd/serd.h>

#define PREFIXES                                                                                                       \
    "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"                                                         \
    "@prefix allied: <urn:allied:vocab:> .\n"                                                                          \
    "@prefix ex: <http://example.org/> .\n"
#define ATLAS "tests/demo/data/atlas.ttl"

static char dir[] = "/tmp/allied-skos-XXXXXX";

static int make_dir(void **state)
{
    (void)state;
    return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
    (void)state;
    return rmdir(dir);
}

/* One file, rewritten by each test and removed by it. */
static const char *file(const char *name, const void *bytes, size_t len)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, len, f), len);
    assert_int_equal(fclose(f), 0);
    return path;
}

struct given {
    json_t *concepts, *lost;
    struct why why;
    err_t err;
};

static struct given given_bytes(const char *name, const void *bytes, size_t len)
{
    struct given g = {0};
    const char *path = file(name, bytes, len);
    g.err = skos_read(path, NULL, &g.concepts, &g.lost, &g.why);
    unlink(path);
    return g;
}

static struct given given(const char *name, const char *text)
{
    return given_bytes(name, text, strlen(text));
}

static void drop(struct given *g)
{
    json_decref(g->concepts);
    json_decref(g->lost);
}

static json_t *concept(const struct given *g, const char *uri)
{
    size_t i;
    json_t *c;
    json_array_foreach(g->concepts, i, c)
    {
        if (strcmp(json_string_value(json_object_get(c, "uri")), uri) == 0)
            return c;
    }
    return NULL;
}

static int lost(const struct given *g, const char *what)
{
    size_t i;
    json_t *row;
    json_array_foreach(g->lost, i, row)
    {
        if (strcmp(json_string_value(json_object_get(row, "what")), what) == 0)
            return (int)json_integer_value(json_object_get(row, "count"));
    }
    return 0;
}

static void assert_json(const json_t *value, const char *expected)
{
    json_t *want = json_loads(expected, JSON_DECODE_ANY, NULL);
    assert_non_null(want);
    if (!json_equal(value, want)) {
        char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_SORT_KEYS);
        print_error("%s\n", text ? text : "nothing");
        free(text);
        json_decref(want);
        fail();
    }
    json_decref(want);
}

/* ---- triples, without the module ---- */

struct triples {
    SerdEnv *env;
    char **line;
    size_t n;
};

static SerdStatus triple_base(void *handle, const SerdNode *uri)
{
    return serd_env_set_base_uri(((struct triples *)handle)->env, uri);
}

static SerdStatus triple_prefix(void *handle, const SerdNode *name, const SerdNode *uri)
{
    return serd_env_set_prefix(((struct triples *)handle)->env, name, uri);
}

static void add_node(const struct triples *t, const SerdNode *node, struct buf *line)
{
    SerdNode whole = node && (node->type == SERD_URI || node->type == SERD_CURIE) ? serd_env_expand_node(t->env, node)
                                                                                  : SERD_NODE_NULL;
    const SerdNode *use = whole.buf ? &whole : node;
    if (use && use->buf)
        buf_printf(line, "%d<%.*s> ", use->type == SERD_LITERAL, (int)use->n_bytes, (const char *)use->buf);
    serd_node_free(&whole);
}

static SerdStatus triple(void *handle, SerdStatementFlags flags, const SerdNode *graph, const SerdNode *s,
                         const SerdNode *p, const SerdNode *o, const SerdNode *datatype, const SerdNode *lang)
{
    struct triples *t = handle;
    struct buf line;
    (void)flags;
    (void)graph;
    buf_init(&line, 65536);
    add_node(t, s, &line);
    add_node(t, p, &line);
    add_node(t, o, &line);
    add_node(t, datatype, &line);
    if (lang && lang->buf)
        buf_printf(&line, "@%s", (const char *)lang->buf);
    t->line = realloc(t->line, (t->n + 1) * sizeof *t->line);
    assert_non_null(t->line);
    t->line[t->n++] = strdup(buf_text(&line));
    buf_fini(&line);
    return SERD_SUCCESS;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static struct triples triples_of(const char *text, SerdSyntax syntax)
{
    struct triples t = {.env = serd_env_new(NULL)};
    SerdReader *reader = serd_reader_new(syntax, &t, NULL, triple_base, triple_prefix, triple, NULL);
    assert_int_equal(serd_reader_read_string(reader, (const uint8_t *)text), SERD_SUCCESS);
    serd_reader_free(reader);
    serd_env_free(t.env);
    qsort(t.line, t.n, sizeof *t.line, by_text);
    return t;
}

static void assert_same_triples(const char *a, const char *b, SerdSyntax syntax_b)
{
    struct triples x = triples_of(a, SERD_TURTLE), y = triples_of(b, syntax_b);
    for (size_t i = 0; i < x.n && i < y.n; i++)
        assert_string_equal(x.line[i], y.line[i]);
    assert_int_equal(x.n, y.n);
    for (size_t i = 0; i < x.n; i++)
        free(x.line[i]);
    for (size_t i = 0; i < y.n; i++)
        free(y.line[i]);
    free(x.line);
    free(y.line);
}

static char *written(const json_t *concepts, const char *format)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    struct why why = {0};
    assert_non_null(out);
    err_t e = skos_write(concepts, format, out, &why);
    fclose(out);
    if (e)
        print_error("%s: %s\n", err_name(e), why.text);
    assert_int_equal(e, ERR_OK);
    return text;
}

/* ---- round trips ---- */

/* Everything the table of terms keeps and writes, once. */
static const char everything[] = PREFIXES
    "ex:scheme a skos:ConceptScheme ; skos:prefLabel \"Atlas\"@fr .\n"
    "ex:flux a skos:Concept , allied:Component ;\n"
    "  skos:prefLabel \"Flux\"@fr , \"Flows\"@en , \"7\" ;\n"
    "  skos:altLabel \"Circulations\"@fr , \"Échanges\"@fr , \"Streams\"@en ; skos:hiddenLabel \"flus\"@fr ;\n"
    "  skos:definition \"Ce qui \\\"passe\\\",\\npar là \\\\ ici.\"@fr ; skos:scopeNote \"n\"@fr ; skos:example "
    "\"e\"@fr ;\n"
    "  skos:note \"1\"@fr , \"2\"@fr ; skos:changeNote \"c\"@pt-br ; skos:editorialNote \"é\" ; skos:historyNote "
    "\"h\"@de ;\n"
    "  skos:notation \"7\" , \"VII\"^^ex:roman ; allied:colour \"#16a085\" ; allied:logo <http://example.org/l.svg> ;\n"
    "  skos:inScheme ex:scheme ; skos:topConceptOf ex:scheme ; skos:broader ex:all ; skos:related ex:net , ex:eco ;\n"
    "  skos:exactMatch <http://other.org/1> ; skos:closeMatch <http://other.org/2> ; skos:broadMatch "
    "<http://other.org/3> ;\n"
    "  skos:narrowMatch <http://other.org/4> ; skos:relatedMatch <http://other.org/5> .\n"
    "ex:angle a skos:Concept , allied:Angle ; skos:prefLabel \"A\"@fr ; allied:logo \"a.svg\" .\n"
    "ex:d a skos:Concept ; skos:prefLabel \"D\"@fr ; allied:facet ex:flux , ex:angle .\n"
    "ex:group a skos:Collection ; skos:prefLabel \"G\"@fr ; skos:member ex:flux , ex:d .\n";

static void check_round_trip(const char *format, SerdSyntax syntax)
{
    struct given g = given("all.ttl", everything);
    assert_int_equal(g.err, ERR_OK);
    assert_int_equal(json_array_size(g.lost), 0);
    char *text = written(g.concepts, format);
    assert_same_triples(everything, text, syntax);
    drop(&g);
    free(text);
}

static void turtle_goes_round_triple_for_triple(void **state)
{
    (void)state;
    check_round_trip("turtle", SERD_TURTLE);
}

static void ntriples_go_round_triple_for_triple(void **state)
{
    (void)state;
    check_round_trip("ntriples", SERD_NTRIPLES);
}

static void reading_what_was_written_gives_the_same_objects(void **state)
{
    (void)state;
    struct given g = given("all.ttl", everything);
    char *text = written(g.concepts, "ntriples");
    struct given again = given("all.nt", text);
    assert_int_equal(again.err, ERR_OK);
    assert_int_equal(json_array_size(again.concepts), json_array_size(g.concepts));
    for (size_t i = 0; i < json_array_size(g.concepts); i++) {
        json_t *a = json_array_get(g.concepts, i), *b = concept(&again, json_string_value(json_object_get(a, "uri")));
        json_object_del(a, "line");
        json_object_del(b, "line");
        assert_true(json_equal(a, b));
    }
    drop(&g);
    drop(&again);
    free(text);
}

static void pieces_written_one_after_the_other_are_one_file(void **state)
{
    (void)state;
    struct given g = given("all.ttl", everything);
    char *text = written(g.concepts, "turtle");
    struct buf both;
    buf_init(&both, 65536);
    buf_printf(&both, "%s%s", text, text);
    struct given twice = given("twice.ttl", buf_text(&both));
    assert_int_equal(twice.err, ERR_OK);
    assert_int_equal(json_array_size(twice.concepts), json_array_size(g.concepts));
    buf_fini(&both);
    free(text);
    drop(&g);
    drop(&twice);
}

static void the_atlas_of_the_demo_goes_round(void **state)
{
    (void)state;
    static char source[65536];
    struct given g = {0};
    assert_int_equal(skos_read(ATLAS, NULL, &g.concepts, &g.lost, &g.why), ERR_OK);
    assert_int_equal(json_array_size(g.lost), 0);
    FILE *f = fopen(ATLAS, "rb");
    assert_non_null(f);
    source[fread(source, 1, sizeof source - 1, f)] = '\0';
    fclose(f);
    char *text = written(g.concepts, "turtle");
    assert_same_triples(source, text, SERD_TURTLE);
    size_t components = 0, i;
    json_t *c;
    json_array_foreach(g.concepts, i, c)
    {
        components += strcmp(json_string_value(json_object_get(c, "kind")), "component") == 0;
    }
    assert_int_equal(components, 7);
    free(text);
    drop(&g);
}

static void every_index_term_of_the_demo_is_in_the_atlas(void **state)
{
    (void)state;
    static const char *const files[] = {"citego", "coherence", "fondation"};
    struct given g = {0};
    size_t records = 0;
    assert_int_equal(skos_read(ATLAS, NULL, &g.concepts, &g.lost, &g.why), ERR_OK);
    for (size_t f = 0; f < sizeof files / sizeof files[0]; f++) {
        char path[64], *line = NULL;
        size_t room = 0, i;
        snprintf(path, sizeof path, "tests/demo/data/%s.jsonl", files[f]);
        FILE *in = fopen(path, "rb");
        assert_non_null(in);
        while (getline(&line, &room, in) > 0) {
            json_t *record = json_loads(line, JSON_REJECT_DUPLICATES, NULL), *term;
            const json_t *terms = json_object_get(record, "concepts");
            assert_true(json_array_size(terms) > 0);
            json_array_foreach(terms, i, term)
            {
                assert_non_null(concept(&g, json_string_value(term)));
            }
            json_decref(record);
            records++;
        }
        free(line);
        fclose(in);
    }
    assert_true(records >= 15);
    drop(&g);
}

/* ---- what is kept, and how ---- */

static void concepts_stand_in_file_order_with_their_lines(void **state)
{
    (void)state;
    struct given g =
        given("a.ttl", PREFIXES "\nex:b skos:prefLabel \"B\"@fr .\n\nex:a skos:prefLabel \"A\"@FR-ca ,\n \"A\" .\n");
    assert_int_equal(g.err, ERR_OK);
    assert_json(g.concepts,
                "[{\"uri\":\"http://example.org/b\",\"line\":5,\"prefLabel\":{\"fr\":\"B\"}},"
                "{\"uri\":\"http://example.org/a\",\"line\":7,\"prefLabel\":{\"fr-ca\":\"A\",\"\":\"A\"}}]");
    drop(&g);
}

static void inverse_properties_become_the_others_relation(void **state)
{
    (void)state;
    struct given g =
        given("a.ttl",
              PREFIXES "ex:s skos:hasTopConcept ex:top . ex:top skos:narrower ex:low . ex:low skos:broader ex:top .\n"
                       "ex:c skos:member ex:low .");
    assert_int_equal(g.err, ERR_OK);
    assert_int_equal(json_array_size(g.lost), 0);
    assert_json(json_object_get(concept(&g, "http://example.org/top"), "topConceptOf"), "[\"http://example.org/s\"]");
    json_t *low = concept(&g, "http://example.org/low");
    assert_json(json_object_get(low, "broader"), "[\"http://example.org/top\"]");
    assert_json(json_object_get(low, "memberOf"), "[\"http://example.org/c\"]");
    assert_null(concept(&g, "http://example.org/s")); /* nothing is known of it */
    drop(&g);
}

static void a_title_names_a_scheme_and_nothing_else(void **state)
{
    (void)state;
    struct given g =
        given("a.ttl", PREFIXES
              "@prefix dct: <http://purl.org/dc/terms/> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
              "ex:s dct:title \"Atlas\"@fr , \"Autre\"@fr ; rdfs:label \"Map\"@en . ex:s a skos:ConceptScheme .\n"
              "ex:c a skos:Concept ; rdfs:label \"C\"@fr ; skos:prefLabel \"C\"@fr .");
    assert_int_equal(g.err, ERR_OK);
    assert_json(json_object_get(concept(&g, "http://example.org/s"), "prefLabel"), "{\"fr\":\"Atlas\",\"en\":\"Map\"}");
    assert_json(json_object_get(concept(&g, "http://example.org/s"), "kind"), "\"scheme\"");
    assert_int_equal(lost(&g, "dcterms:title"), 1);
    assert_int_equal(lost(&g, "rdfs:label"), 1);
    assert_int_equal(json_array_size(g.lost), 2);
    drop(&g);
}

static void the_most_specific_type_is_the_kind(void **state)
{
    (void)state;
    struct given g =
        given("a.ttl", PREFIXES "ex:a a allied:Component , skos:Concept . ex:b a skos:Concept , allied:Descriptor .\n"
                                "ex:c a skos:Concept , skos:ConceptScheme . ex:d a skos:Concept , ex:Word .\n"
                                "ex:e a skos:OrderedCollection .");
    assert_json(json_object_get(concept(&g, "http://example.org/a"), "kind"), "\"component\"");
    assert_json(json_object_get(concept(&g, "http://example.org/b"), "kind"), "\"descriptor\"");
    assert_json(json_object_get(concept(&g, "http://example.org/c"), "kind"), "\"scheme\"");
    assert_json(json_object_get(concept(&g, "http://example.org/e"), "kind"), "\"collection\"");
    assert_int_equal(lost(&g, "rdf:type: skos:Concept"), 1);
    assert_int_equal(lost(&g, "rdf:type: http://example.org/Word"), 1);
    assert_int_equal(lost(&g, "rdf:type: skos:OrderedCollection"), 1);
    drop(&g);
}

static void what_is_not_kept_is_counted_by_name(void **state)
{
    (void)state;
    struct given g = given("a.ttl", PREFIXES "@prefix xl: <http://www.w3.org/2008/05/skos-xl#> .\n"
                                             "ex:a skos:prefLabel \"A\"@fr , \"B\"@fr , \"A\"@fr ; xl:prefLabel ex:l ; "
                                             "skos:definition [ ex:v \"x\" ] , ex:doc ;\n"
                                             "  skos:broader \"up\" ; skos:note \"1\"^^ex:t ; skos:notation \"n\"@fr ; "
                                             "ex:p 1 , 2 ; skos:altLabel \"z\\u0000\"@fr ;\n"
                                             "  allied:colour \"#fff\" , \"#000\" .\n"
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
        {"skosxl:literalForm",                     1},
        {"relative URI",                           1},
    };
    assert_int_equal(g.err, ERR_OK);
    assert_int_equal(json_array_size(g.concepts), 1);
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
        if (lost(&g, want[i].what) != want[i].count)
            print_error("%s\n", want[i].what);
        assert_int_equal(lost(&g, want[i].what), want[i].count);
    }
    assert_int_equal(json_array_size(g.lost), sizeof want / sizeof want[0]);
    drop(&g);
}

static void base_and_prefixes_apply_from_where_they_stand(void **state)
{
    (void)state;
    struct given g =
        given("a.ttl",
              "\xEF\xBB\xBF@prefix s: <http://www.w3.org/2004/02/skos/core#> .\n@base <http://one.org/x/> .\n"
              "<a> s:broader <../b> .\n@base <http://two.org/> .\nPREFIX e: <http://three.org/>\n<a> s:broader e:c .");
    assert_int_equal(g.err, ERR_OK);
    assert_json(json_object_get(concept(&g, "http://one.org/x/a"), "broader"), "[\"http://one.org/b\"]");
    assert_json(json_object_get(concept(&g, "http://two.org/a"), "broader"), "[\"http://three.org/c\"]");
    drop(&g);
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
        struct given g = given(bad[i].name, bad[i].text);
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
    struct given whole = given("all.ttl", everything);
    for (size_t len = 0; len < sizeof everything - 1; len += 7) {
        struct given g = given_bytes("cut.ttl", everything, len);
        assert_true(g.err == ERR_OK || g.err == ERR_RDF || g.err == ERR_UTF8);
        assert_true(g.err != ERR_OK || json_array_size(g.concepts) <= json_array_size(whole.concepts));
        drop(&g);
    }
    drop(&whole);
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
            struct given g = given_bytes("deep.ttl", b.at, b.len);
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
    struct given g = given("many.ttl", buf_text(&b));
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
    struct given g = given("many.ttl", buf_text(&b));
    assert_int_equal(g.err, ERR_ITEMS);
    buf_fini(&b);
}

static void a_zero_byte_does_not_hide_what_follows(void **state)
{
    (void)state;
    static const char text[] = PREFIXES "ex:a a skos:Concept .\n\0ex:b a skos:Concept .\n";
    struct given g = given_bytes("zero.ttl", text, sizeof text - 1);
    assert_int_equal(g.err, ERR_RDF);
    assert_non_null(strstr(g.why.text, "zero.ttl:5"));
}

static void a_file_that_is_not_there_or_of_another_kind_is_refused(void **state)
{
    (void)state;
    struct given g = {0};
    assert_int_equal(skos_read("/nowhere/a.ttl", NULL, &g.concepts, &g.lost, &g.why), ERR_FILE);
    assert_non_null(strstr(g.why.text, "/nowhere/a.ttl"));
    assert_int_equal(skos_read("/tmp", "turtle", &g.concepts, &g.lost, &g.why), ERR_FILE);
    assert_int_equal(skos_read("a.rdf", NULL, &g.concepts, &g.lost, &g.why), ERR_USAGE);
    assert_int_equal(skos_read(ATLAS, "xml", &g.concepts, &g.lost, &g.why), ERR_USAGE);
    assert_string_equal(skos_format_of("x/y.TTL"), "turtle");
    assert_string_equal(skos_format_of("y.nt"), "ntriples");
    assert_null(skos_format_of("ttl"));
}

static void an_empty_file_is_an_empty_thesaurus(void **state)
{
    (void)state;
    struct given g = given("a.ttl", "# nothing here");
    assert_int_equal(g.err, ERR_OK);
    assert_json(g.concepts, "[]");
    drop(&g);
}

static void writing_to_a_full_disk_is_told(void **state)
{
    (void)state;
    struct given g = given("all.ttl", everything);
    FILE *full = fopen("/dev/full", "w");
    struct why why = {0};
    assert_non_null(full);
    assert_int_equal(skos_write(g.concepts, "turtle", full, &why), ERR_DISK_FULL);
    fclose(full);
    drop(&g);
}

static void a_value_of_a_wrong_form_is_not_written(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "[{\"kind\":\"descriptor\"}]",
        "[{\"uri\":\"http://e/a\",\"kind\":\"thing\"}]",
        "[{\"uri\":\"http://e/a\",\"prefLabel\":\"x\"}]",
        "[{\"uri\":\"http://e/a\",\"altLabel\":{\"fr\":\"x\"}}]",
        "[{\"uri\":\"http://e/a\",\"broader\":\"http://e/b\"}]",
        "[{\"uri\":\"http://e/a\",\"broader\":[7]}]",
        "[{\"uri\":\"http://e/a\",\"notation\":[\"7\"]}]",
        "[{\"uri\":\"http://e/a\",\"colour\":7}]",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        json_t *concepts = json_loads(bad[i], 0, NULL);
        FILE *out = fopen("/dev/null", "w");
        struct why why = {0};
        assert_int_equal(skos_write(concepts, "turtle", out, &why), ERR_FIELD_VALUE);
        assert_true(why.text[0]);
        fclose(out);
        json_decref(concepts);
    }
}

/* A URI from another site's concept must not be able to close the statement and begin its own. */
static void a_hostile_uri_or_text_stays_one_value(void **state)
{
    (void)state;
    json_t *concepts = json_pack("[{s:s, s:{s:s}, s:[s]}]", "uri", "http://e/a> <b", "prefLabel", "fr",
                                 "\" . \\ \n\r\t'''\"\"\"", "broader", "http://e/x> . <http://e/y");
    for (int i = 0; i < 2; i++) {
        char *text = written(concepts, i ? "turtle" : "ntriples");
        struct given g = given(i ? "h.ttl" : "h.nt", text);
        assert_int_equal(g.err, ERR_OK);
        assert_int_equal(json_array_size(g.concepts), 1);
        assert_json(json_object_get(json_array_get(g.concepts, 0), "uri"), "\"http://e/a%3E%20%3Cb\"");
        assert_true(json_equal(json_object_get(json_array_get(g.concepts, 0), "prefLabel"),
                               json_object_get(json_array_get(concepts, 0), "prefLabel")));
        drop(&g);
        free(text);
    }
    json_decref(concepts);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(turtle_goes_round_triple_for_triple),
        cmocka_unit_test(ntriples_go_round_triple_for_triple),
        cmocka_unit_test(reading_what_was_written_gives_the_same_objects),
        cmocka_unit_test(pieces_written_one_after_the_other_are_one_file),
        cmocka_unit_test(the_atlas_of_the_demo_goes_round),
        cmocka_unit_test(every_index_term_of_the_demo_is_in_the_atlas),
        cmocka_unit_test(concepts_stand_in_file_order_with_their_lines),
        cmocka_unit_test(inverse_properties_become_the_others_relation),
        cmocka_unit_test(a_title_names_a_scheme_and_nothing_else),
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
        cmocka_unit_test(writing_to_a_full_disk_is_told),
        cmocka_unit_test(a_value_of_a_wrong_form_is_not_written),
        cmocka_unit_test(a_hostile_uri_or_text_stays_one_value),
    };
    return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
