/*
 * skos_write: walks the table of terms for each concept and hands serd (RDF/XML: skos_xml_write) one triple a value. Our predicates and classes go
 * out as prefixed names; URIs of people's always whole, because the prefixed form of an arbitrary URI needs escapes that readers disagree on.
 */
#include "daemon/commons/skos.h"
#include "daemon/commons/skos_terms.def"
#include "daemon/commons/skos_xml_write.h"
#include "protocol/base/buf.h"
#include <errno.h>
#include <serd/serd.h>
#include <stdlib.h>
#include <string.h>

#define URI_BYTES_MAX  65536u
#define NAME_BYTES_MAX 256u /* of ours: a prefix or its URI, and a local name */
#define XSD_BOOLEAN    "http://www.w3.org/2001/XMLSchema#boolean"

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

#define NAME(voc, local)                                                                                               \
    {                                                                                                                  \
        PRE_##voc, local                                                                                               \
    }

static const struct term {
    struct skos_name name;
    const char *key;
    enum form form;
} terms[] = {
#define X(voc, local, key, form) {NAME(voc, local), key, F_##form},
    SKOS_TERMS(X)
#undef X
};
#define TERMS (sizeof terms / sizeof terms[0])

static const struct class
{
    struct skos_name name;
    const char *kind;
    unsigned rank;
} classes[] = {
#define X(voc, local, kind, rank) {NAME(voc, local), kind, rank},
    SKOS_CLASSES(X)
#undef X
};
#define CLASSES (sizeof classes / sizeof classes[0])

struct skos_out {
    enum { TURTLE, NTRIPLES, RDFXML } form;
    SerdWriter *writer; /* of the first two */
    SerdEnv *env;
    struct xml_out xml; /* of the third */
    FILE *to;
    int failed; /* errno of the first write that failed */
    bool refused;
};

static size_t sink(const void *at, size_t len, void *stream)
{
    struct skos_out *w = stream;
    errno = 0;
    size_t n = fwrite(at, 1, len, w->to);
    if (n != len && !w->failed)
        w->failed = errno ? errno : EIO;
    return n;
}

static SerdStatus on_error(void *handle, const SerdError *error)
{
    struct skos_out *w = handle;
    (void)error; /* its text is an English sentence on stderr otherwise */
    w->refused = true;
    return SERD_SUCCESS;
}

static SerdNode node(SerdType type, const char *text)
{
    return serd_node_from_string(type, (const uint8_t *)text);
}

/* How many bytes at c no URI may have (RFC 3987, Turtle's IRIREF, XML 1.0's characters). */
static size_t forbidden(const char *c)
{
    static const char ascii[] = "<>\"{}|^`\\";
    if ((unsigned char)*c <= 0x20 || strchr(ascii, *c))
        return 1;
    return strncmp(c, "\xEF\xBF\xBE", 3) == 0 || strncmp(c, "\xEF\xBF\xBF", 3) == 0 ? 3 : 0;
}

/* What a URI may not have, percent-encoded: serd would write \u escapes, which strict readers refuse. NULL: it is too long. */
static const char *address(const char *uri, struct buf *safe)
{
    const char *c = uri;
    buf_init(safe, URI_BYTES_MAX);
    while (*c && !forbidden(c))
        c++;
    if (!*c)
        return uri;
    for (c = uri; *c; c++) {
        size_t n = forbidden(c);
        if (!n)
            buf_byte(safe, (uint8_t)*c);
        for (; n; n--, c += n > 0)
            buf_printf(safe, "%%%02X", (unsigned)(unsigned char)*c);
    }
    return buf_text(safe);
}

/* ---- a triple ---- */

static const char *uri_of(const char *prefix)
{
    for (size_t i = 0; i < VOCABULARIES; i++)
        if (strcmp(prefix, vocabularies[i].prefix) == 0)
            return vocabularies[i].uri;
    return "";
}

/* A name of ours as a node: N-Triples knows no prefixes. */
static SerdNode name_node(const struct skos_out *w, struct skos_name name, char text[NAME_BYTES_MAX])
{
    bool whole = w->form == NTRIPLES;
    snprintf(text, NAME_BYTES_MAX, "%s%s%s", whole ? uri_of(name.prefix) : name.prefix, whole ? "" : ":", name.local);
    return node(whole ? SERD_URI : SERD_CURIE, text);
}

static bool put_serd(struct skos_out *w, const struct skos_triple *t)
{
    char predicate[NAME_BYTES_MAX], class[NAME_BYTES_MAX];
    SerdNode s = node(SERD_URI, t->subject), p = name_node(w, t->predicate, predicate);
    SerdNode o = serd_node_from_substring(SERD_LITERAL, t->text.at, t->text.len); /* it may hold a zero */
    SerdNode d = node(SERD_URI, t->datatype ? t->datatype : ""), l = node(SERD_LITERAL, t->lang ? t->lang : "");
    if (t->uri)
        o = t->class.prefix ? name_node(w, t->class, class) : node(SERD_URI, t->uri);
    return serd_writer_write_statement(w->writer, 0, NULL, &s, &p, &o, t->datatype ? &d : NULL,
                                       t->lang && *t->lang ? &l : NULL) == SERD_SUCCESS;
}

/* With its URIs made safe. */
static void put(struct skos_out *w, struct skos_triple t)
{
    struct buf subject, uri, datatype;
    t.subject = address(t.subject, &subject);
    bool whole = t.subject != NULL;
    const char *object = address(t.uri ? t.uri : "", &uri), *type = address(t.datatype ? t.datatype : "", &datatype);
    t.uri = t.uri ? object : NULL;
    t.datatype = t.datatype ? type : NULL;
    if (!whole || !object || !type)
        w->refused = true;
    else if (w->form == RDFXML)
        xml_out_put(&w->xml, &t);
    else if (!put_serd(w, &t))
        w->refused = true;
    buf_fini(&subject);
    buf_fini(&uri);
    buf_fini(&datatype);
}

static void put_uri(struct skos_out *w, const char *subject, struct skos_name predicate, const char *uri)
{
    put(w, (struct skos_triple){.subject = subject, .predicate = predicate, .uri = uri});
}

/* ---- one value by its form: false where it has another ---- */

/* A text with its whole length, should it hold a zero. */
static struct slice bytes_of(const json_t *text)
{
    return slice_of(json_string_value(text), json_string_length(text));
}

static bool put_text(struct skos_out *w, const char *uri, const struct term *t, const json_t *value, const char *lang)
{
    if (!json_is_string(value))
        return false;
    put(w, (struct skos_triple){.subject = uri, .predicate = t->name, .text = bytes_of(value), .lang = lang});
    return true;
}

static bool put_by_language(struct skos_out *w, const char *uri, const struct term *t, json_t *value)
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

static bool put_notations(struct skos_out *w, const char *uri, const struct term *t, json_t *value)
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
        put(w, (struct skos_triple){.subject = uri,
                                    .predicate = t->name,
                                    .text = bytes_of(text),
                                    .datatype = datatype && *datatype ? datatype : NULL});
    }
    return true;
}

static bool put_links(struct skos_out *w, const char *uri, const struct term *t, json_t *value)
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
            put_uri(w, to, t->name, uri);
        else
            put_uri(w, uri, t->name, to);
    }
    return true;
}

static bool put_term(struct skos_out *w, const char *uri, const struct term *t, json_t *value)
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
            put_uri(w, uri, t->name, word);
            return true;
        }
        return put_text(w, uri, t, value, NULL);
    case F_LINK:
        if (word)
            put_uri(w, uri, t->name, word);
        return word != NULL;
    case F_FLAG:
        put(w, (struct skos_triple){.subject = uri,
                                    .predicate = t->name,
                                    .text = slice_text(json_is_true(value) ? "true" : "false"),
                                    .datatype = XSD_BOOLEAN});
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

static void put_class(struct skos_out *w, const char *subject, struct skos_name class)
{
    char uri[NAME_BYTES_MAX];
    snprintf(uri, sizeof uri, "%s%s", uri_of(class.prefix), class.local);
    put(w, (struct skos_triple){
               .subject = subject, .predicate = {PRE_RDF, "type"},
                    .uri = uri, .class = class
    });
}

static bool put_kind(struct skos_out *w, const char *uri, const json_t *value)
{
    const char *kind = json_string_value(value);
    for (size_t i = 0; kind && i < CLASSES; i++)
        if (strcmp(kind, classes[i].kind) == 0) {
            if (classes[i].rank == 2)
                put_class(w, uri, (struct skos_name){PRE_SKOS, "Concept"});
            put_class(w, uri, classes[i].name);
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

static err_t put_concept(struct skos_out *w, const json_t *concept, struct why *why)
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

/* ---- a document ---- */

static void put_namespaces(struct skos_out *w)
{
    for (size_t i = 0; i < VOCABULARIES; i++) {
        const char *prefix = vocabularies[i].prefix;
        if (prefix != PRE_RDF && prefix != PRE_SKOS && prefix != PRE_ALLIED && prefix != PRE_DCTERMS &&
            prefix != PRE_OWL)
            continue; /* only what the terms written need */
        SerdNode name = node(SERD_LITERAL, prefix), uri = node(SERD_URI, vocabularies[i].uri);
        if (w->form == RDFXML)
            xml_out_namespace(&w->xml, prefix, vocabularies[i].uri);
        else if (w->form == TURTLE)
            serd_writer_set_prefix(w->writer, &name, &uri);
    }
}

static err_t begin(struct skos_out *w)
{
    if (w->form == RDFXML) {
        w->xml = (struct xml_out){.sink = sink, .ctx = w};
        xml_out_begin(&w->xml);
        return ERR_OK;
    }
    bool turtle = w->form == TURTLE;
    w->env = serd_env_new(NULL);
    if (w->env)
        w->writer = serd_writer_new(turtle ? SERD_TURTLE : SERD_NTRIPLES, turtle ? SERD_STYLE_ABBREVIATED : 0, w->env,
                                    NULL, sink, w);
    if (!w->writer)
        return ERR_MEMORY;
    serd_writer_set_error_sink(w->writer, on_error, w);
    return ERR_OK;
}

err_t skos_open(const char *format, FILE *to, struct skos_out **out, struct why *why)
{
    const char *known = format ? skos_format_named(format) : NULL;
    if (!known)
        return why_set(why, ERR_USAGE, "%s: turtle, ntriples, rdfxml", format ? format : "");
    struct skos_out *w = calloc(1, sizeof *w);
    if (!w)
        return why_set(why, ERR_MEMORY, "skos");
    w->to = to;
    w->form = strcmp(known, "turtle") == 0 ? TURTLE : strcmp(known, "ntriples") == 0 ? NTRIPLES : RDFXML;
    err_t e = begin(w);
    if (e) {
        skos_close(w);
        return why_set(why, e, "skos");
    }
    put_namespaces(w);
    *out = w;
    return ERR_OK;
}

err_t skos_put(struct skos_out *w, const json_t *concepts, struct why *why)
{
    err_t e = ERR_OK;
    for (size_t i = 0; !e && !w->failed && i < json_array_size(concepts); i++)
        e = put_concept(w, json_array_get(concepts, i), why);
    return !e && w->failed ? why_set(why, err_of_errno(w->failed, ERR_DISK), "%s", "") : e;
}

err_t skos_end(struct skos_out *w, size_t *replaced, struct why *why)
{
    if (w->form == RDFXML)
        xml_out_end(&w->xml);
    else
        serd_writer_finish(w->writer);
    if (!w->failed && fflush(w->to))
        w->failed = errno;
    if (w->failed)
        return why_set(why, err_of_errno(w->failed, ERR_DISK), "%s", "");
    *replaced = w->xml.replaced;
    return ERR_OK;
}

void skos_close(struct skos_out *w)
{
    if (!w)
        return;
    if (w->writer)
        serd_writer_free(w->writer);
    if (w->env)
        serd_env_free(w->env);
    xml_out_fini(&w->xml);
    free(w);
}
