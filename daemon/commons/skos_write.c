/*
 * skos_write: walks the table of terms for each concept and hands serd one statement a value. Our predicates and classes go out as prefixed
 * names; URIs of people's always whole, because the prefixed form of an arbitrary URI needs escapes that readers disagree on.
 */
#include "daemon/commons/skos.h"
#include "daemon/commons/skos_terms.def"
#include "protocol/base/buf.h"
#include <errno.h>
#include <serd/serd.h>
#include <string.h>

#define URI_BYTES_MAX 65536u
#define XSD_BOOLEAN   "http://www.w3.org/2001/XMLSchema#boolean"

enum form { F_LABEL, F_TEXTS, F_NOTATIONS, F_WORD, F_ADDRESS, F_LINK, F_FLAG, F_LINKS, F_INVERSE, F_TITLE };

#define X(id, prefix, uri) static const char PRE_##id[] = prefix;
SKOS_VOCABULARIES(X)
#undef X

static const struct vocabulary {
    const char *prefix, *uri;
} vocabularies[] = {
#define X(id, prefix, uri) {PRE_##id, uri},
    SKOS_VOCABULARIES(X)
#undef X
};
#define VOCABULARIES (sizeof vocabularies / sizeof vocabularies[0])

static const struct term {
    const char *prefix, *local, *key;
    enum form form;
} terms[] = {
#define X(voc, local, key, form) {PRE_##voc, local, key, F_##form},
    SKOS_TERMS(X)
#undef X
};
#define TERMS (sizeof terms / sizeof terms[0])

static const struct class
{
    const char *prefix, *local, *kind;
    unsigned rank;
} classes[] = {
#define X(voc, local, kind, rank) {PRE_##voc, local, kind, rank},
    SKOS_CLASSES(X)
#undef X
};
#define CLASSES (sizeof classes / sizeof classes[0])

struct writing {
    SerdWriter *writer;
    SerdEnv *env;
    FILE *out;
    int failed; /* errno of the first write that failed */
    bool refused;
    bool whole; /* N-Triples: no prefixed names */
};

static size_t sink(const void *at, size_t len, void *stream)
{
    struct writing *w = stream;
    errno = 0;
    size_t n = fwrite(at, 1, len, w->out);
    if (n != len && !w->failed)
        w->failed = errno ? errno : EIO;
    return n;
}

static SerdStatus on_error(void *handle, const SerdError *error)
{
    struct writing *w = handle;
    (void)error; /* its text is an English sentence on stderr otherwise */
    w->refused = true;
    return SERD_SUCCESS;
}

static SerdNode node(SerdType type, const char *text)
{
    return serd_node_from_string(type, (const uint8_t *)text);
}

/* A text with its whole length, should it hold a zero. */
static SerdNode literal(const json_t *text)
{
    return serd_node_from_substring(SERD_LITERAL, (const uint8_t *)json_string_value(text), json_string_length(text));
}

/* What RDF forbids in a URI (RFC 3987, Turtle's IRIREF), percent-encoded: serd would write \u escapes, which strict readers refuse. */
static SerdNode address(const char *uri, struct buf *safe)
{
    static const char forbidden[] = "<>\"{}|^`\\";
    bool clean = true;
    for (const char *c = uri; *c && clean; c++)
        clean = (unsigned char)*c > 0x20 && !strchr(forbidden, *c);
    if (clean)
        return node(SERD_URI, uri);
    for (const char *c = uri; *c; c++) {
        if ((unsigned char)*c <= 0x20 || strchr(forbidden, *c))
            buf_printf(safe, "%%%02X", (unsigned)(unsigned char)*c);
        else
            buf_byte(safe, (uint8_t)*c);
    }
    const char *text = buf_text(safe);
    return text ? node(SERD_URI, text) : SERD_NODE_NULL;
}

static void put(struct writing *w, const char *subject, const char *prefix, const char *local, SerdNode object,
                const char *datatype, const char *lang)
{
    char name[256];
    const char *before = prefix;
    const char *between = ":";
    struct buf safe_subject, safe_datatype;
    for (size_t i = 0; w->whole && i < VOCABULARIES; i++)
        if (strcmp(prefix, vocabularies[i].prefix) == 0) {
            before = vocabularies[i].uri;
            between = "";
        }
    snprintf(name, sizeof name, "%s%s%s", before, between, local);
    buf_init(&safe_subject, URI_BYTES_MAX);
    buf_init(&safe_datatype, URI_BYTES_MAX);
    SerdNode s = address(subject, &safe_subject), p = node(w->whole ? SERD_URI : SERD_CURIE, name);
    SerdNode d = address(datatype ? datatype : "", &safe_datatype), l = node(SERD_LITERAL, lang ? lang : "");
    if (!s.buf || !d.buf || !object.buf ||
        serd_writer_write_statement(w->writer, 0, NULL, &s, &p, &object, datatype ? &d : NULL,
                                    lang && *lang ? &l : NULL))
        w->refused = true;
    buf_fini(&safe_subject);
    buf_fini(&safe_datatype);
}

static void put_address(struct writing *w, const char *subject, const char *prefix, const char *local, const char *uri)
{
    struct buf safe;
    buf_init(&safe, URI_BYTES_MAX);
    put(w, subject, prefix, local, address(uri, &safe), NULL, NULL);
    buf_fini(&safe);
}

/* ---- one value by its form: false where it has another ---- */

static bool put_text(struct writing *w, const char *uri, const struct term *t, const json_t *value, const char *lang)
{
    if (!json_is_string(value))
        return false;
    put(w, uri, t->prefix, t->local, literal(value), NULL, lang);
    return true;
}

static bool put_by_language(struct writing *w, const char *uri, const struct term *t, json_t *value)
{
    const char *lang;
    json_t *texts;
    if (!json_is_object(value))
        return false;
    json_object_foreach(value, lang, texts)
    {
        if (t->form == F_LABEL) {
            if (!put_text(w, uri, t, texts, lang))
                return false;
            continue;
        }
        if (!json_is_array(texts))
            return false;
        for (size_t i = 0; i < json_array_size(texts); i++)
            if (!put_text(w, uri, t, json_array_get(texts, i), lang))
                return false;
    }
    return true;
}

static bool put_notations(struct writing *w, const char *uri, const struct term *t, json_t *value)
{
    size_t i;
    json_t *row;
    if (!json_is_array(value))
        return false;
    json_array_foreach(value, i, row)
    {
        const json_t *text = json_object_get(row, "value");
        const char *datatype = json_string_value(json_object_get(row, "datatype"));
        if (!json_is_string(text))
            return false;
        put(w, uri, t->prefix, t->local, literal(text), datatype && *datatype ? datatype : NULL, NULL);
    }
    return true;
}

static bool put_links(struct writing *w, const char *uri, const struct term *t, json_t *value)
{
    size_t i;
    json_t *target;
    if (!json_is_array(value))
        return false;
    json_array_foreach(value, i, target)
    {
        const char *to = json_string_value(target);
        if (!to)
            return false;
        if (t->form == F_INVERSE)
            put_address(w, to, t->prefix, t->local, uri);
        else
            put_address(w, uri, t->prefix, t->local, to);
    }
    return true;
}

static bool put_term(struct writing *w, const char *uri, const struct term *t, json_t *value)
{
    const char *word = json_string_value(value);
    switch (t->form) {
    case F_LABEL:
    case F_TEXTS:
        return put_by_language(w, uri, t, value);
    case F_NOTATIONS:
        return put_notations(w, uri, t, value);
    case F_ADDRESS:
        if (word && serd_uri_string_has_scheme((const uint8_t *)word)) {
            put_address(w, uri, t->prefix, t->local, word);
            return true;
        }
        return put_text(w, uri, t, value, NULL);
    case F_LINK:
        if (word)
            put_address(w, uri, t->prefix, t->local, word);
        return word != NULL;
    case F_FLAG:
        put(w, uri, t->prefix, t->local, node(SERD_LITERAL, json_is_true(value) ? "true" : "false"), XSD_BOOLEAN, NULL);
        return json_is_boolean(value);
    case F_WORD:
        return put_text(w, uri, t, value, NULL);
    case F_LINKS:
    case F_INVERSE:
        return put_links(w, uri, t, value);
    case F_TITLE:
        break;
    }
    return true;
}

/* ---- a concept ---- */

static void put_class(struct writing *w, const char *uri, const char *prefix, const char *local)
{
    char name[256];
    snprintf(name, sizeof name, "%s:%s", prefix, local);
    for (size_t i = 0; w->whole && i < VOCABULARIES; i++)
        if (strcmp(prefix, vocabularies[i].prefix) == 0)
            snprintf(name, sizeof name, "%s%s", vocabularies[i].uri, local);
    put(w, uri, PRE_RDF, "type", node(w->whole ? SERD_URI : SERD_CURIE, name), NULL, NULL);
}

static bool put_kind(struct writing *w, const char *uri, const json_t *value)
{
    const char *kind = json_string_value(value);
    for (size_t i = 0; kind && i < CLASSES; i++)
        if (strcmp(kind, classes[i].kind) == 0) {
            if (classes[i].rank == 2)
                put_class(w, uri, PRE_SKOS, "Concept");
            put_class(w, uri, classes[i].prefix, classes[i].local);
            return true;
        }
    return false;
}

/* narrower and hasTopConcept say the same as broader and topConceptOf: one direction is enough, and the first row of a key is that. */
static bool first_of_key(size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (strcmp(terms[k].key, terms[i].key) == 0)
            return false;
    return true;
}

/* A concept that another one replaces is written as deprecated, for readers that know only that (skos_draft takes it back). */
static json_t *value_at(const json_t *concept, const char *key)
{
    bool replaced = strcmp(key, "deprecated") == 0 && json_is_string(json_object_get(concept, "merged_into"));
    return replaced ? json_true() : json_object_get(concept, key);
}

static err_t put_concept(struct writing *w, const json_t *concept, struct why *why)
{
    const char *uri = json_string_value(json_object_get(concept, "uri"));
    const json_t *kind = json_object_get(concept, "kind");
    if (!uri || !*uri)
        return why_set(why, ERR_FIELD_VALUE, "uri");
    if (kind && !put_kind(w, uri, kind))
        return why_set(why, ERR_FIELD_VALUE, "%.100s: kind", uri);
    for (size_t i = 0; i < TERMS; i++) {
        json_t *value = first_of_key(i) ? value_at(concept, terms[i].key) : NULL;
        if (value && !json_is_null(value) && !put_term(w, uri, &terms[i], value))
            return why_set(why, ERR_FIELD_VALUE, "%.100s: %s", uri, terms[i].key);
        if (w->failed)
            return ERR_OK; /* told once, by skos_write */
        if (w->refused)
            return why_set(why, ERR_FIELD_VALUE, "%.100s: %s", uri, terms[i].key);
    }
    return ERR_OK;
}

static err_t put_all(struct writing *w, const json_t *concepts, bool turtle, struct why *why)
{
    err_t e = ERR_OK;
    for (size_t i = 0; turtle && i < VOCABULARIES; i++) {
        const char *prefix = vocabularies[i].prefix;
        if (prefix != PRE_RDF && prefix != PRE_SKOS && prefix != PRE_ALLIED && prefix != PRE_DCTERMS &&
            prefix != PRE_OWL)
            continue; /* only what the terms written need */
        SerdNode name = node(SERD_LITERAL, prefix), uri = node(SERD_URI, vocabularies[i].uri);
        serd_writer_set_prefix(w->writer, &name, &uri);
    }
    for (size_t i = 0; !e && !w->failed && i < json_array_size(concepts); i++)
        e = put_concept(w, json_array_get(concepts, i), why);
    serd_writer_finish(w->writer);
    return e;
}

err_t skos_write(const json_t *concepts, const char *format, FILE *out, struct why *why)
{
    bool turtle = format && strcmp(format, "turtle") == 0;
    if (!turtle && (!format || strcmp(format, "ntriples") != 0))
        return why_set(why, ERR_USAGE, "%s: turtle, ntriples", format ? format : "");
    struct writing w = {.out = out, .whole = !turtle, .env = serd_env_new(NULL)};
    SerdStyle style = turtle ? SERD_STYLE_ABBREVIATED : 0;
    if (w.env)
        w.writer = serd_writer_new(turtle ? SERD_TURTLE : SERD_NTRIPLES, style, w.env, NULL, sink, &w);
    err_t e = w.writer ? ERR_OK : why_set(why, ERR_MEMORY, "skos");
    if (!e) {
        serd_writer_set_error_sink(w.writer, on_error, &w);
        e = put_all(&w, concepts, turtle, why);
        if (!e && !w.failed && fflush(out))
            w.failed = errno;
        if (!e && w.failed)
            e = why_set(why, err_of_errno(w.failed, ERR_DISK), "%s", "");
        else if (!e && w.refused)
            e = why_set(why, ERR_FIELD_VALUE, "uri");
    }
    serd_writer_free(w.writer);
    serd_env_free(w.env);
    return e;
}
