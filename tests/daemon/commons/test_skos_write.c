/*
 * skos_write: what was read goes out again. Triples are compared by a reading of their own, straight from serd: as sorted
 * N-Triples-like lines.
 */
#include "tests/help/skos_given.h"
#include "protocol/base/buf.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>
#include <serd/serd.h>

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

/* ---- round trips ---- */

static void check_round_trip(const char *format, SerdSyntax syntax)
{
    struct skos_given g = skos_given("all.ttl", skos_everything);
    assert_int_equal(g.err, ERR_OK);
    assert_int_equal(json_array_size(g.lost), 0);
    char *text = skos_written(g.concepts, format);
    assert_same_triples(skos_everything, text, syntax);
    skos_drop(&g);
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

/* serd reads no RDF/XML: what our own reader makes of it goes on as N-Triples (another reader judges it in tests/cluster/test_skos.py). */
static void rdfxml_goes_round_triple_for_triple(void **state)
{
    (void)state;
    struct skos_given g = skos_given("all.ttl", skos_everything);
    char *xml = skos_written(g.concepts, "rdfxml");
    struct skos_given again = skos_given("all.rdf", xml);
    assert_int_equal(again.err, ERR_OK);
    assert_int_equal(json_array_size(again.lost), 0);
    char *text = skos_written(again.concepts, "ntriples");
    assert_same_triples(skos_everything, text, SERD_NTRIPLES);
    skos_drop(&g);
    skos_drop(&again);
    free(xml);
    free(text);
}

static const char *const formats[] = {"turtle", "ntriples", "rdfxml"};
#define FORMATS (sizeof formats / sizeof formats[0])

static const char *file_of(const char *format)
{
    return strcmp(format, "turtle") == 0 ? "f.ttl" : strcmp(format, "ntriples") == 0 ? "f.nt" : "f.rdf";
}

static void reading_what_was_written_gives_the_same_objects(void **state)
{
    (void)state;
    for (size_t f = 0; f < FORMATS; f++) {
        struct skos_given g = skos_given("all.ttl", skos_everything);
        char *text = skos_written(g.concepts, formats[f]);
        struct skos_given again = skos_given(file_of(formats[f]), text);
        assert_int_equal(again.err, ERR_OK);
        assert_int_equal(json_array_size(again.concepts), json_array_size(g.concepts));
        for (size_t i = 0; i < json_array_size(g.concepts); i++) {
            json_t *a = json_array_get(g.concepts, i),
                   *b = skos_concept(&again, json_string_value(json_object_get(a, "uri")));
            json_object_del(a, "line");
            json_object_del(b, "line");
            assert_true(json_equal(a, b));
        }
        char *twice = skos_written(again.concepts, formats[f]);
        assert_string_equal(twice, text);
        skos_drop(&g);
        skos_drop(&again);
        free(text);
        free(twice);
    }
}

/* For readers that know only owl:deprecated; read back, what was replaced was not retired besides. */
static void what_was_merged_is_written_as_replaced_and_deprecated(void **state)
{
    (void)state;
    json_t *concepts = json_pack("[{s:s, s:s}, {s:s, s:b, s:s}]", "uri", "http://e/a", "merged_into", "http://e/b",
                                 "uri", "http://e/c", "deprecated", 1, "reason", "unused");
    char *text = skos_written(concepts, "ntriples");
    assert_string_equal(text, "<http://e/a> <http://purl.org/dc/terms/isReplacedBy> <http://e/b> .\n"
                              "<http://e/a> <http://www.w3.org/2002/07/owl#deprecated> "
                              "\"true\"^^<http://www.w3.org/2001/XMLSchema#boolean> .\n"
                              "<http://e/c> <http://www.w3.org/2002/07/owl#deprecated> "
                              "\"true\"^^<http://www.w3.org/2001/XMLSchema#boolean> .\n"
                              "<http://e/c> <urn:allied:vocab:reason> \"unused\" .\n");
    struct skos_given g = skos_given("merged.nt", text);
    assert_int_equal(json_array_size(g.lost), 0);
    assert_null(json_object_get(skos_concept(&g, "http://e/a"), "deprecated"));
    skos_assert_json(json_object_get(skos_concept(&g, "http://e/a"), "merged_into"), "\"http://e/b\"");
    skos_assert_json(json_object_get(skos_concept(&g, "http://e/c"), "deprecated"), "true");
    skos_drop(&g);
    free(text);
    json_decref(concepts);
}

static void pieces_put_one_after_the_other_are_one_file(void **state)
{
    (void)state;
    for (size_t f = 0; f < FORMATS; f++) {
        struct skos_given g = skos_given("all.ttl", skos_everything);
        struct skos_out *out = NULL;
        char *text = NULL;
        size_t len = 0, replaced = 7;
        FILE *to = open_memstream(&text, &len);
        json_t *none = json_array();
        assert_int_equal(skos_open(formats[f], to, &out, &g.why), ERR_OK);
        assert_int_equal(skos_put(out, none, &g.why), ERR_OK);
        assert_int_equal(skos_put(out, g.concepts, &g.why), ERR_OK);
        assert_int_equal(skos_put(out, g.concepts, &g.why), ERR_OK);
        assert_int_equal(skos_end(out, &replaced, &g.why), ERR_OK);
        assert_int_equal(replaced, 0);
        skos_close(out);
        fclose(to);
        struct skos_given twice = skos_given(file_of(formats[f]), text);
        assert_int_equal(twice.err, ERR_OK);
        assert_int_equal(json_array_size(twice.concepts), json_array_size(g.concepts));
        free(text);
        json_decref(none);
        skos_drop(&g);
        skos_drop(&twice);
    }
}

static void nothing_at_all_is_a_whole_file_too(void **state)
{
    (void)state;
    for (size_t f = 0; f < FORMATS; f++) {
        json_t *none = json_array();
        char *text = skos_written(none, formats[f]);
        struct skos_given g = skos_given(file_of(formats[f]), text);
        assert_int_equal(g.err, ERR_OK);
        assert_int_equal(json_array_size(g.concepts), 0);
        skos_drop(&g);
        free(text);
        json_decref(none);
    }
}

/* XML 1.0 cannot say them at all, not even escaped; the others can. */
static void characters_that_xml_forbids_are_replaced_and_counted(void **state)
{
    (void)state;
    json_t *concepts = json_loads(
        "[{\"uri\":\"http://e/a\\uFFFFb\",\"prefLabel\":{\"fr\":\"a\\u0001b\\uFFFEc\\u001B\\t\\n\\u0085\"}}]", 0, NULL);
    char *text = NULL;
    size_t len = 0, replaced = 0;
    struct why why = {0};
    FILE *to = open_memstream(&text, &len);
    assert_int_equal(skos_write(concepts, "rdfxml", to, &replaced, &why), ERR_OK);
    fclose(to);
    assert_int_equal(replaced, 3);
    struct skos_given g = skos_given("a.rdf", text);
    assert_int_equal(g.err, ERR_OK);
    skos_assert_json(json_object_get(skos_concept(&g, "http://e/a%EF%BF%BFb"), "prefLabel"),
                     "{\"fr\":\"a\\uFFFDb\\uFFFDc\\uFFFD\\t\\n\\u0085\"}");
    skos_drop(&g);
    free(text);
    json_decref(concepts);
}

static void the_atlas_of_the_demo_goes_round(void **state)
{
    (void)state;
    static char source[65536];
    struct skos_given g = {0};
    assert_int_equal(skos_read(ATLAS, NULL, &g.concepts, &g.lost, &g.why), ERR_OK);
    assert_int_equal(json_array_size(g.lost), 0);
    FILE *f = fopen(ATLAS, "rb");
    assert_non_null(f);
    source[fread(source, 1, sizeof source - 1, f)] = '\0';
    fclose(f);
    char *text = skos_written(g.concepts, "turtle");
    assert_same_triples(source, text, SERD_TURTLE);
    size_t components = 0, i;
    json_t *c;
    json_array_foreach(g.concepts, i, c)
    {
        components += strcmp(json_string_value(json_object_get(c, "kind")), "component") == 0;
    }
    assert_int_equal(components, 7);
    free(text);
    skos_drop(&g);
}

static void every_index_term_of_the_demo_is_in_the_atlas(void **state)
{
    (void)state;
    static const char *const files[] = {"citego", "coherence", "fondation"};
    struct skos_given g = {0};
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
                assert_non_null(skos_concept(&g, json_string_value(term)));
            }
            json_decref(record);
            records++;
        }
        free(line);
        fclose(in);
    }
    assert_true(records >= 15);
    skos_drop(&g);
}

static void writing_to_a_full_disk_is_told(void **state)
{
    (void)state;
    struct skos_given g = skos_given("all.ttl", skos_everything);
    FILE *full = fopen("/dev/full", "w");
    struct why why = {0};
    size_t replaced;
    assert_non_null(full);
    for (size_t f = 0; f < FORMATS; f++)
        assert_int_equal(skos_write(g.concepts, formats[f], full, &replaced, &why), ERR_DISK_FULL);
    fclose(full);
    skos_drop(&g);
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
        "[{\"uri\":\"http://e/a\",\"merged_into\":7}]",
        "[{\"uri\":\"http://e/a\",\"deprecated\":\"yes\"}]",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        json_t *concepts = json_loads(bad[i], 0, NULL);
        FILE *out = fopen("/dev/null", "w");
        struct why why = {0};
        size_t replaced;
        assert_int_equal(skos_write(concepts, formats[i % FORMATS], out, &replaced, &why), ERR_FIELD_VALUE);
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
                                 "\" . \\ \n\r\t'''\"\"\" ]]> </skos:prefLabel><!-- &amp; &#1;", "broader",
                                 "http://e/x> . <http://e/y");
    for (size_t f = 0; f < FORMATS; f++) {
        char *text = skos_written(concepts, formats[f]);
        struct skos_given g = skos_given(file_of(formats[f]), text);
        assert_int_equal(g.err, ERR_OK);
        assert_int_equal(json_array_size(g.concepts), 1);
        skos_assert_json(json_object_get(json_array_get(g.concepts, 0), "uri"), "\"http://e/a%3E%20%3Cb\"");
        assert_true(json_equal(json_object_get(json_array_get(g.concepts, 0), "prefLabel"),
                               json_object_get(json_array_get(concepts, 0), "prefLabel")));
        skos_drop(&g);
        free(text);
    }
    json_decref(concepts);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(turtle_goes_round_triple_for_triple),
        cmocka_unit_test(ntriples_go_round_triple_for_triple),
        cmocka_unit_test(rdfxml_goes_round_triple_for_triple),
        cmocka_unit_test(reading_what_was_written_gives_the_same_objects),
        cmocka_unit_test(what_was_merged_is_written_as_replaced_and_deprecated),
        cmocka_unit_test(pieces_put_one_after_the_other_are_one_file),
        cmocka_unit_test(nothing_at_all_is_a_whole_file_too),
        cmocka_unit_test(characters_that_xml_forbids_are_replaced_and_counted),
        cmocka_unit_test(the_atlas_of_the_demo_goes_round),
        cmocka_unit_test(every_index_term_of_the_demo_is_in_the_atlas),
        cmocka_unit_test(writing_to_a_full_disk_is_told),
        cmocka_unit_test(a_value_of_a_wrong_form_is_not_written),
        cmocka_unit_test(a_hostile_uri_or_text_stays_one_value),
    };
    return cmocka_run_group_tests(tests, skos_make_dir, skos_remove_dir);
}
