/*
 * skos_xml_read: a stack of open elements, each of which knows what may stand in it (enum place). Everything the elements name (URIs,
 * languages) lies in one buffer in the order of the stack and goes with its element, so that a deep file costs no more than its bytes.
 */
#include "daemon/commons/skos_xml_read.h"
#include "daemon/commons/skos.h"
#include "protocol/base/buf.h"
#include "protocol/base/utf8.h"
#include "protocol/op/op.h"
#define XML_DTD /* without it expat.h hides what bounds entities */
#include <expat.h>
#include <serd/serd.h>
#include <stdio.h>
#include <stdlib.h>

#define NS_END '\n' /* between namespace and local name, as expat hands names over: no namespace can hold it */

#define VOC_XML "http://www.w3.org/XML/1998/namespace"
#define VOC_RDF "http://www.w3.org/1999/02/22-rdf-syntax-ns#"

#define SWELL_MOST 8.0f /* times the file, by entities; up to 8 MiB in any case (expat's default) */

/* What a name of the syntax is, as an attribute (RDF/XML §7.2.4); any other name is a property. */
enum word {
    W_PROPERTY,
    W_TYPE,
    W_ID,
    W_NODE_ID,
    W_ABOUT,
    W_RESOURCE,
    W_DATATYPE,
    W_PARSE_TYPE,
    W_LI,
    W_DESCRIPTION,
    W_RDF,
    W_OLD,
    W_XML,
    W_NONE
};

static const struct {
    const char *local;
    enum word word;
    bool bare; /* also without its namespace, as before 2004 */
} words[] = {
    {"type",            W_TYPE,        true },
    {"ID",              W_ID,          true },
    {"nodeID",          W_NODE_ID,     false},
    {"about",           W_ABOUT,       true },
    {"resource",        W_RESOURCE,    true },
    {"datatype",        W_DATATYPE,    false},
    {"parseType",       W_PARSE_TYPE,  true },
    {"li",              W_LI,          false},
    {"Description",     W_DESCRIPTION, false},
    {"RDF",             W_RDF,         false},
    {"bagID",           W_OLD,         false},
    {"aboutEach",       W_OLD,         false},
    {"aboutEachPrefix", W_OLD,         false},
};

/* What stands within an element. */
enum place {
    IN_DOCUMENT,   /* rdf:RDF or one node */
    IN_RDF,        /* nodes */
    IN_NODE,       /* properties */
    IN_PROPERTY,   /* a text, or one node */
    IN_COLLECTION, /* nodes */
    IN_NOTHING,
    IN_XML, /* anything: it is not kept */
};

/* A subject or object. What is no whole URI is counted under its reason. */
struct term {
    enum { T_NONE, T_BLANK, T_URI, T_RELATIVE, T_LONG, T_BAD } kind;
    size_t at; /* T_URI: in x->names */
};

struct element {
    enum place place;
    size_t mark;       /* x->names was as long when it began */
    size_t lang, base; /* in x->names */
    bool has_base;
    struct term node;      /* IN_NODE: itself; within a property: whose property */
    struct term predicate; /* of a property */
    struct term datatype, statement;
    unsigned items; /* of a container (rdf:li) or a collection; nodes of a property */
};

struct xml {
    XML_Parser parser;
    struct draft *draft;
    struct buf names; /* texts, each with a zero after it */
    struct buf text;  /* of the property that is open */
    struct element open[SKOS_NESTING_MAX + 2];
    size_t depth;
    unsigned entities;
};

/* ---- faults ---- */

static void fail(struct xml *x, err_t e)
{
    if (x->draft->err == ERR_OK)
        x->draft->line = (unsigned)XML_GetCurrentLineNumber(x->parser);
    draft_fail(x->draft, e);
    XML_StopParser(x->parser, XML_FALSE);
}

static bool failed(const struct xml *x)
{
    return x->draft->err != ERR_OK;
}

/* ---- names ---- */

static const char *text_at(const struct xml *x, size_t at)
{
    return (const char *)x->names.at + at;
}

static size_t keep(struct xml *x, struct slice text)
{
    size_t at = x->names.len;
    buf_add(&x->names, text);
    if (buf_byte(&x->names, 0) == ERR_OK)
        return at;
    fail(x, x->names.err);
    return 0; /* the empty text that stands there always */
}

static struct term term_of(struct xml *x, struct slice uri)
{
    static const char forbidden[] = "<>\"{}|^`\\";
    if (uri.len > DRAFT_URI_BYTES_MAX)
        return (struct term){T_LONG, 0};
    for (size_t i = 0; i < uri.len; i++)
        if (uri.at[i] <= 0x20 || strchr(forbidden, uri.at[i]))
            return (struct term){T_BAD, 0};
    if (!uri.at || !serd_uri_string_has_scheme(uri.at))
        return (struct term){T_RELATIVE, 0};
    return uri_valid(uri) ? (struct term){T_URI, keep(x, uri)} : (struct term){T_BAD, 0};
}

/* A reference, made whole by the base that is in force. */
static struct term resolve(struct xml *x, const struct element *by, const char *reference)
{
    SerdURI base, whole;
    if (!by->has_base || serd_uri_string_has_scheme((const uint8_t *)reference))
        return term_of(x, slice_text(reference));
    if (serd_uri_parse((const uint8_t *)text_at(x, by->base), &base))
        return (struct term){T_BAD, 0};
    base.fragment = (SerdChunk){NULL, 0}; /* RFC 3986 §5.1: a base has none */
    SerdNode node = serd_node_new_uri_from_string((const uint8_t *)reference, &base, &whole);
    struct term t = term_of(x, slice_of(node.buf, node.n_bytes));
    serd_node_free(&node);
    return t;
}

static struct term resolve_id(struct xml *x, const struct element *by, const char *id)
{
    char reference[DRAFT_URI_BYTES_MAX + 2];
    int n = snprintf(reference, sizeof reference, "#%s", id);
    return n < (int)sizeof reference ? resolve(x, by, reference) : (struct term){T_LONG, 0};
}

static enum word word_of(const char *name)
{
    const char *end = strrchr(name, NS_END), *local = end ? end + 1 : name;
    size_t space = end ? (size_t)(end - name) : 0;
    bool rdf = slice_equal(slice_of((const uint8_t *)name, space), slice_text(VOC_RDF));
    if (end && slice_equal(slice_of((const uint8_t *)name, space), slice_text(VOC_XML)))
        return W_XML;
    for (size_t i = 0; (rdf || !end) && i < sizeof words / sizeof words[0]; i++)
        if (strcmp(local, words[i].local) == 0 && (rdf || words[i].bare))
            return words[i].word;
    return end ? W_PROPERTY : W_NONE;
}

/* The URI of an element's or attribute's name: its namespace and its local name, one after the other. */
static struct term name_term(struct xml *x, const char *name)
{
    char uri[DRAFT_URI_BYTES_MAX + 1];
    const char *end = strrchr(name, NS_END);
    int n = snprintf(uri, sizeof uri, "%.*s%s", (int)(end - name), name, end + 1);
    return n < (int)sizeof uri ? term_of(x, slice_text(uri)) : (struct term){T_LONG, 0};
}

/* ---- statements ---- */

/* Is it whole? If not, it is counted as a loss. */
static bool is_whole(struct xml *x, struct term t)
{
    static const char *const reasons[] = {
        [T_RELATIVE] = "relative URI", [T_LONG] = "URI too long", [T_BAD] = "not a URI", [T_BLANK] = "blank node"};
    if (t.kind != T_URI)
        draft_lose(x->draft, NULL, reasons[t.kind]);
    return t.kind == T_URI;
}

static void say(struct xml *x, struct term subject, struct term predicate, const struct draft_value *v)
{
    if (is_whole(x, predicate) && is_whole(x, subject))
        draft_add(x->draft, text_at(x, subject.at), text_at(x, predicate.at), v);
}

static void say_node(struct xml *x, struct term subject, struct term predicate, struct term object)
{
    if (object.kind == T_URI)
        say(x, subject, predicate, &(struct draft_value){.uri = text_at(x, object.at)});
    else if (is_whole(x, predicate) && is_whole(x, subject)) {
        if (object.kind == T_BLANK)
            draft_lose(x->draft, text_at(x, predicate.at), "a blank node");
        else
            is_whole(x, object);
    }
}

static void say_text(struct xml *x, struct term subject, struct term predicate, struct slice text, size_t lang,
                     struct term datatype)
{
    struct draft_value v = {.literal = true, .text = text};
    if (datatype.kind == T_NONE)
        v.lang = slice_text(text_at(x, lang));
    else if (!is_whole(x, datatype))
        return;
    else
        v.datatype = text_at(x, datatype.at);
    say(x, subject, predicate, &v);
}

static struct term rdf_term(struct xml *x, const char *local)
{
    char uri[sizeof VOC_RDF + 32];
    snprintf(uri, sizeof uri, "%s%s", VOC_RDF, local);
    return term_of(x, slice_text(uri));
}

/* rdf:ID on a property: four statements about the statement. None is kept; they are triples of the file all the same. */
static void say_reified(struct xml *x, struct term statement)
{
    static const char *const parts[] = {"subject", "predicate", "object"};
    if (statement.kind == T_NONE)
        return;
    say_node(x, statement, rdf_term(x, "type"), rdf_term(x, "Statement"));
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        say_text(x, statement, rdf_term(x, parts[i]), slice_text(""), 0, (struct term){0});
}

/* ---- elements ---- */

static struct element *top(struct xml *x)
{
    return &x->open[x->depth];
}

static struct element *push(struct xml *x, const char **attributes)
{
    const struct element *outer = top(x);
    if (x->depth > SKOS_NESTING_MAX) {
        fail(x, ERR_DEPTH);
        return NULL;
    }
    struct element *e = &x->open[++x->depth];
    *e = (struct element){.mark = x->names.len,
                          .lang = outer->lang,
                          .base = outer->base,
                          .has_base = outer->has_base,
                          .node = outer->node};
    for (size_t i = 0; attributes[i]; i += 2) {
        if (strcmp(attributes[i], VOC_XML "\nlang") == 0)
            e->lang = keep(x, slice_text(attributes[i + 1]));
        if (strcmp(attributes[i], VOC_XML "\nbase") != 0)
            continue;
        struct term base = resolve(x, outer, attributes[i + 1]);
        e->has_base = base.kind == T_URI;
        e->base = base.at;
    }
    return e;
}

/* The attributes that name something, each at most once as expat sees to it; false: one that may not stand here. */
struct named {
    const char *at[W_NONE];
    size_t properties; /* property attributes, rdf:type among them */
};

static bool gather(struct xml *x, const char **attributes, struct named *out)
{
    *out = (struct named){0};
    for (size_t i = 0; attributes[i]; i += 2) {
        enum word w = word_of(attributes[i]);
        if (w >= W_LI && w != W_XML) {
            fail(x, ERR_RDF);
            return false;
        }
        if (w == W_PROPERTY || w == W_TYPE)
            out->properties++;
        else if (w != W_XML)
            out->at[w] = attributes[i + 1];
    }
    return true;
}

static void say_attributes(struct xml *x, const struct element *e, struct term subject, const char **attributes)
{
    for (size_t i = 0; attributes[i] && !failed(x); i += 2) {
        enum word w = word_of(attributes[i]);
        if (w == W_TYPE)
            say_node(x, subject, rdf_term(x, "type"), resolve(x, e, attributes[i + 1]));
        else if (w == W_PROPERTY)
            say_text(x, subject, name_term(x, attributes[i]), slice_text(attributes[i + 1]), e->lang, (struct term){0});
    }
}

/* What about, ID or nodeID say; more than one of them is a fault. */
static struct term subject_of(struct xml *x, const struct element *e, const struct named *n)
{
    if ((n->at[W_ABOUT] != NULL) + (n->at[W_ID] != NULL) + (n->at[W_NODE_ID] != NULL) > 1)
        fail(x, ERR_RDF);
    if (n->at[W_ABOUT])
        return resolve(x, e, n->at[W_ABOUT]);
    return n->at[W_ID] ? resolve_id(x, e, n->at[W_ID]) : (struct term){T_BLANK, 0};
}

static void begin_node(struct xml *x, struct element *e, const char *name, const char **attributes)
{
    struct named n;
    enum word w = word_of(name);
    bool fits = strchr(name, NS_END) && (w == W_PROPERTY || w == W_TYPE || w == W_DESCRIPTION);
    if (!fits || !gather(x, attributes, &n) || n.at[W_RESOURCE] || n.at[W_DATATYPE] || n.at[W_PARSE_TYPE]) {
        fail(x, ERR_RDF);
        return;
    }
    e->place = IN_NODE;
    e->node = subject_of(x, e, &n);
    if (w != W_DESCRIPTION)
        say_node(x, e->node, rdf_term(x, "type"), name_term(x, name));
    say_attributes(x, e, e->node, attributes);
}

static void begin_parsed(struct xml *x, struct element *e, const struct named *n)
{
    struct term whose = e->node;
    const char *type = n->at[W_PARSE_TYPE];
    if (n->properties || n->at[W_RESOURCE] || n->at[W_NODE_ID] || n->at[W_DATATYPE]) {
        fail(x, ERR_RDF);
    } else if (strcmp(type, "Resource") == 0) {
        e->place = IN_NODE;
        e->node = (struct term){T_BLANK, 0};
        say_node(x, whose, e->predicate, e->node);
        say_reified(x, e->statement);
    } else if (strcmp(type, "Collection") == 0) {
        e->place = IN_COLLECTION;
    } else {
        e->place = IN_XML;
        if (is_whole(x, e->predicate) && is_whole(x, whose))
            draft_lose(x->draft, text_at(x, e->predicate.at), "XML");
        say_reified(x, e->statement);
    }
}

/* An element that is its whole statement: with rdf:resource, rdf:nodeID, or properties of the object. */
static void begin_empty(struct xml *x, struct element *e, const struct named *n, const char **attributes)
{
    if (n->at[W_DATATYPE] || (n->at[W_RESOURCE] && n->at[W_NODE_ID])) {
        fail(x, ERR_RDF);
        return;
    }
    struct term object = n->at[W_RESOURCE] ? resolve(x, e, n->at[W_RESOURCE]) : (struct term){T_BLANK, 0};
    e->place = IN_NOTHING;
    say_node(x, e->node, e->predicate, object);
    say_reified(x, e->statement);
    say_attributes(x, e, object, attributes);
}

static void begin_property(struct xml *x, struct element *e, struct element *of, const char *name,
                           const char **attributes)
{
    struct named n;
    char member[24];
    enum word w = word_of(name);
    bool fits = strchr(name, NS_END) && (w == W_PROPERTY || w == W_TYPE || w == W_LI);
    if (!fits || !gather(x, attributes, &n) || n.at[W_ABOUT]) {
        fail(x, ERR_RDF);
        return;
    }
    snprintf(member, sizeof member, "_%u", w == W_LI ? ++of->items : 0);
    e->predicate = w == W_LI ? rdf_term(x, member) : name_term(x, name);
    e->statement = n.at[W_ID] ? resolve_id(x, e, n.at[W_ID]) : (struct term){0};
    if (n.at[W_PARSE_TYPE]) {
        begin_parsed(x, e, &n);
    } else if (n.at[W_RESOURCE] || n.at[W_NODE_ID] || n.properties) {
        begin_empty(x, e, &n, attributes);
    } else {
        e->place = IN_PROPERTY;
        if (n.at[W_DATATYPE])
            e->datatype = resolve(x, e, n.at[W_DATATYPE]);
        buf_clear(&x->text);
    }
}

static bool is_blank(struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!strchr(" \t\r\n", text.at[i]) || !text.at[i])
            return false;
    return true;
}

/* A node within a property is its object. */
static void begin_object(struct xml *x, struct element *e, struct element *of, const char *name,
                         const char **attributes)
{
    if (of->items++ || of->datatype.kind != T_NONE || !is_blank(buf_slice(&x->text))) {
        fail(x, ERR_RDF);
        return;
    }
    struct term whose = of->node;
    begin_node(x, e, name, attributes);
    if (!failed(x))
        say_node(x, whose, of->predicate, e->node);
    say_reified(x, of->statement);
}

/* A list is a chain of blank nodes: what leads to the first, and for each its item and the next. */
static void begin_item(struct xml *x, struct element *e, struct element *of, const char *name, const char **attributes)
{
    if (of->items++ == 0) {
        say_node(x, of->node, of->predicate, (struct term){T_BLANK, 0});
        say_reified(x, of->statement);
    }
    for (int i = 0; i < 2; i++)
        draft_lose(x->draft, NULL, "blank node");
    begin_node(x, e, name, attributes);
}

static void XMLCALL on_start(void *ctx, const XML_Char *name, const XML_Char **attributes)
{
    struct xml *x = ctx;
    if (failed(x))
        return; /* expat may still hand over the end of an empty element */
    struct element *of = top(x), *e = push(x, attributes);
    x->draft->line = (unsigned)XML_GetCurrentLineNumber(x->parser);
    if (!e || failed(x))
        return;
    switch (of->place) {
    case IN_DOCUMENT:
    case IN_RDF:
        if (of->place == IN_DOCUMENT && word_of(name) == W_RDF)
            e->place = IN_RDF;
        else
            begin_node(x, e, name, attributes);
        break;
    case IN_NODE:
        begin_property(x, e, of, name, attributes);
        break;
    case IN_PROPERTY:
        begin_object(x, e, of, name, attributes);
        break;
    case IN_COLLECTION:
        begin_item(x, e, of, name, attributes);
        break;
    case IN_XML:
        e->place = IN_XML;
        break;
    case IN_NOTHING:
        fail(x, ERR_RDF);
        break;
    }
    if (x->draft->err)
        fail(x, x->draft->err);
}

static void XMLCALL on_end(void *ctx, const XML_Char *name)
{
    struct xml *x = ctx;
    const struct element *e = top(x);
    (void)name;
    if (failed(x))
        return;
    x->draft->line = (unsigned)XML_GetCurrentLineNumber(x->parser);
    if (e->place == IN_PROPERTY && !e->items) {
        say_text(x, e->node, e->predicate, buf_slice(&x->text), e->lang, e->datatype);
        say_reified(x, e->statement);
    } else if (e->place == IN_COLLECTION && !e->items) {
        say_node(x, e->node, e->predicate, rdf_term(x, "nil"));
        say_reified(x, e->statement);
    }
    x->names.len = e->mark;
    x->depth--;
    if (x->draft->err)
        fail(x, x->draft->err);
}

static void XMLCALL on_text(void *ctx, const XML_Char *text, int len)
{
    struct xml *x = ctx;
    const struct element *e = top(x);
    struct slice bytes = slice_of((const uint8_t *)text, (size_t)len);
    if (failed(x) || e->place == IN_XML)
        return;
    if (e->place == IN_PROPERTY && !e->items) {
        if (buf_add(&x->text, bytes))
            fail(x, x->text.err);
    } else if (!is_blank(bytes))
        fail(x, ERR_RDF);
}

/* ---- what a DOCTYPE may say ---- */

static void XMLCALL on_entity(void *ctx, const XML_Char *name, int is_parameter, const XML_Char *value, int len,
                              const XML_Char *base, const XML_Char *system, const XML_Char *public,
                              const XML_Char *notation)
{
    struct xml *x = ctx;
    (void)name;
    (void)base;
    (void)public;
    bool plain = value && !is_parameter && !system && !notation && (size_t)len <= SKOS_ENTITY_BYTES_MAX;
    for (int i = 0; plain && i < len; i++)
        plain = !strchr("&<%", value[i]) || !value[i];
    if (!plain || ++x->entities > SKOS_ENTITIES_MAX)
        fail(x, ERR_RDF);
}

/* One that a file outside would have declared. */
static void XMLCALL on_skipped(void *ctx, const XML_Char *name, int is_parameter)
{
    (void)name;
    (void)is_parameter;
    fail(ctx, ERR_RDF);
}

static void XMLCALL on_attlist(void *ctx, const XML_Char *element, const XML_Char *attribute, const XML_Char *type,
                               const XML_Char *value, int required)
{
    (void)element;
    (void)attribute;
    (void)type;
    (void)value;
    (void)required;
    fail(ctx, ERR_RDF);
}

/* ---- the file ---- */

/* expat's own error, where none of ours came before. */
static void tell(struct xml *x, struct slice bytes)
{
    enum XML_Error error = XML_GetErrorCode(x->parser);
    XML_Index at = XML_GetErrorByteIndex(x->parser);
    err_t e = ERR_RDF;
    if (error == XML_ERROR_NO_MEMORY)
        e = ERR_MEMORY;
    else if (error == XML_ERROR_AMPLIFICATION_LIMIT_BREACH)
        e = ERR_TOO_LARGE;
    else if (error == XML_ERROR_INVALID_TOKEN && at >= 0 && (size_t)at < bytes.len && bytes.at[at] >= 0x80 &&
             utf8_fault(slice_of(bytes.at + at, bytes.len - (size_t)at)) == 0)
        e = ERR_UTF8;
    fail(x, e);
}

static void set_up(struct xml *x)
{
    XML_SetUserData(x->parser, x);
    XML_SetBillionLaughsAttackProtectionMaximumAmplification(x->parser, SWELL_MOST);
    XML_SetElementHandler(x->parser, on_start, on_end);
    XML_SetCharacterDataHandler(x->parser, on_text);
    XML_SetEntityDeclHandler(x->parser, on_entity);
    XML_SetSkippedEntityHandler(x->parser, on_skipped);
    XML_SetAttlistDeclHandler(x->parser, on_attlist);
    x->open[0] = (struct element){.place = IN_DOCUMENT, .lang = keep(x, slice_text(""))};
}

void skos_xml_read(struct slice bytes, struct draft *d)
{
    struct xml *x = calloc(1, sizeof *x);
    XML_Parser parser = x ? XML_ParserCreateNS(NULL, NS_END) : NULL;
    if (parser) {
        x->parser = parser;
        x->draft = d;
        buf_init(&x->names, SKOS_FILE_BYTES_MAX);
        buf_init(&x->text, SKOS_FILE_BYTES_MAX);
        set_up(x);
        if (!failed(x) && XML_Parse(parser, (const char *)bytes.at, (int)bytes.len, 1) != XML_STATUS_OK)
            tell(x, bytes);
        buf_fini(&x->names);
        buf_fini(&x->text);
        XML_ParserFree(parser);
    } else {
        draft_fail(d, ERR_MEMORY);
    }
    free(x);
}
