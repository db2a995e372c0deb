#include "tests/help/skos_given.h"
#include "protocol/base/buf.h"
#include "tests/help/scratch.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

static char dir[] = "/tmp/allied-skos-XXXXXX";

int skos_make_dir(void **state)
{
    (void)state;
    scratch_make(dir);
    return 0;
}

int skos_remove_dir(void **state)
{
    (void)state;
    scratch_remove(dir);
    return 0;
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

struct skos_given skos_given_bytes(const char *name, const void *bytes, size_t len)
{
    struct skos_given g = {0};
    const char *path = file(name, bytes, len);
    g.err = skos_read(path, NULL, &g.concepts, &g.lost, &g.why);
    unlink(path);
    return g;
}

struct skos_given skos_given(const char *name, const char *text)
{
    return skos_given_bytes(name, text, strlen(text));
}

void skos_drop(struct skos_given *g)
{
    json_decref(g->concepts);
    json_decref(g->lost);
}

json_t *skos_concept(const struct skos_given *g, const char *uri)
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

int skos_lost(const struct skos_given *g, const char *what)
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

void skos_assert_json(const json_t *value, const char *expected)
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

err_t skos_write(const json_t *concepts, const char *format, FILE *to, size_t *replaced, struct why *why)
{
    struct skos_out *out = NULL;
    err_t e = skos_open(format, to, &out, why);
    if (!e)
        e = skos_put(out, concepts, why);
    if (!e)
        e = skos_end(out, replaced, why);
    skos_close(out);
    return e;
}

char *skos_written(const json_t *concepts, const char *format)
{
    char *text = NULL;
    size_t len = 0, replaced;
    FILE *out = open_memstream(&text, &len);
    struct why why = {0};
    assert_non_null(out);
    err_t e = skos_write(concepts, format, out, &replaced, &why);
    fclose(out);
    if (e)
        print_error("%s: %s\n", err_name(e), why.text);
    assert_int_equal(e, ERR_OK);
    return text;
}

const char skos_everything[] = PREFIXES
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
    "ex:was a skos:Concept ; skos:prefLabel \"W\"@fr ; dcterms:isReplacedBy ex:d ; owl:deprecated true .\n"
    "ex:off a skos:Concept ; skos:prefLabel \"O\"@fr ; owl:deprecated true ; allied:reason \"unused\" .\n"
    "ex:on a skos:Concept ; skos:prefLabel \"N\"@fr ; owl:deprecated false .\n"
    "ex:group a skos:Collection ; skos:prefLabel \"G\"@fr ; skos:member ex:flux , ex:d .\n";
