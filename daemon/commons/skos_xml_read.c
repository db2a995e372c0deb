/*
 * skos_xml_read: a stack of open elements, each of which knows what may stand in it (enum place). Everything the elements name (URIs,
 * languages) goes with its element (skos_triples.h), so that a deep file costs no more than its bytes.
 */
#include "daemon/commons/skos_xml_read.h"
#include "daemon/commons/skos.h"
#include "daemon/commons/skos_triples.h"
#include "protocol/base/utf8.h"
#define XML_DTD /* without it expat.h hides what bounds entities */
#include <expat.h>
#include <stdio.h>
#include <stdlib.h>

#define NS_END '\n' /* between namespace and local name, as expat hands names over: no namespace can hold it */

#define VOC_XML "http://www.w3.org/XML/1998/namespace"

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

struct element {
    enum place place;
    size_t mark;           /* x->says.names was as long when it began */
    size_t lang, base;     /* in x->says; base 0: none */
    struct term node;      /* IN_NODE: itself; within a property: whose property */
    struct term predicate; /* of a property */
    struct term datatype, statement;
    unsigned items; /* of a container (rdf:li) or a collection; nodes of a property */
};

struct xml {
    XML_Parser parser;
    struct draft *draft;
    struct triples says;
    struct buf text; /* of the property that is open */
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

static enum word word_of(const char *name)
{
    const char *end = strrchr(name, NS_END), *local = end ? end + 1 : name;
    size_t space = end ? (size_t)(end - name) : 0;
    bool rdf = slice_equal(slice_of((const uint8_t *)name, space), slice_text(RDF_NS));
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
    return n < (int)sizeof uri ? triples_uri(&x->says, slice_text(uri)) : (struct term){T_LONG, 0};
}

static struct term id_term(struct xml *x, const struct element *e, const char *id)
{
    char reference[DRAFT_URI_BYTES_MAX + 2];
    int n = snprintf(reference, sizeof reference, "#%s", id);
    return n < (int)sizeof reference ? triples_resolve(&x->says, e->base, reference) : (struct term){T_LONG, 0};
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
    *e = (struct element){.mark = x->says.names.len,
                          .lang = outer->lang,
                          .base = outer->base,

                          .node = outer->node};
    for (size_t i = 0; attributes[i]; i += 2) {
        if (strcmp(attributes[i], VOC_XML "\nlang") == 0)
            e->lang = triples_keep(&x->says, slice_text(attributes[i + 1]));
        if (strcmp(attributes[i], VOC_XML "\nbase") != 0)
            continue;
        struct term base = triples_resolve(&x->says, outer->base, attributes[i + 1]);
        e->base = base.kind == T_URI ? base.at : 0;
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
            triples_say(&x->says, subject, triples_rdf(&x->says, "type"),
                        triples_resolve(&x->says, e->base, attributes[i + 1]));
        else if (w == W_PROPERTY)
            triples_say_text(&x->says, subject, name_term(x, attributes[i]), slice_text(attributes[i + 1]), e->lang,
                             (struct term){0});
    }
}

/* What about, ID or nodeID say; more than one of them is a fault. */
static struct term subject_of(struct xml *x, const struct element *e, const struct named *n)
{
    if ((n->at[W_ABOUT] != NULL) + (n->at[W_ID] != NULL) + (n->at[W_NODE_ID] != NULL) > 1)
        fail(x, ERR_RDF);
    if (n->at[W_ABOUT])
        return triples_resolve(&x->says, e->base, n->at[W_ABOUT]);
    return n->at[W_ID] ? id_term(x, e, n->at[W_ID]) : (struct term){T_BLANK, 0};
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
        triples_say(&x->says, e->node, triples_rdf(&x->says, "type"), name_term(x, name));
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
        triples_say(&x->says, whose, e->predicate, e->node);
        triples_say_reified(&x->says, e->statement);
    } else if (strcmp(type, "Collection") == 0) {
        e->place = IN_COLLECTION;
    } else {
        e->place = IN_XML;
        triples_lose(&x->says, whose, e->predicate, "XML");
        triples_say_reified(&x->says, e->statement);
    }
}

/* An element that is its whole statement: with rdf:resource, rdf:nodeID, or properties of the object. */
static void begin_empty(struct xml *x, struct element *e, const struct named *n, const char **attributes)
{
    if (n->at[W_DATATYPE] || (n->at[W_RESOURCE] && n->at[W_NODE_ID])) {
        fail(x, ERR_RDF);
        return;
    }
    struct term object =
        n->at[W_RESOURCE] ? triples_resolve(&x->says, e->base, n->at[W_RESOURCE]) : (struct term){T_BLANK, 0};
    e->place = IN_NOTHING;
    triples_say(&x->says, e->node, e->predicate, object);
    triples_say_reified(&x->says, e->statement);
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
    e->predicate = w == W_LI ? triples_rdf(&x->says, member) : name_term(x, name);
    e->statement = n.at[W_ID] ? id_term(x, e, n.at[W_ID]) : (struct term){0};
    if (n.at[W_PARSE_TYPE]) {
        begin_parsed(x, e, &n);
    } else if (n.at[W_RESOURCE] || n.at[W_NODE_ID] || n.properties) {
        begin_empty(x, e, &n, attributes);
    } else {
        e->place = IN_PROPERTY;
        if (n.at[W_DATATYPE])
            e->datatype = triples_resolve(&x->says, e->base, n.at[W_DATATYPE]);
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
        triples_say(&x->says, whose, of->predicate, e->node);
    triples_say_reified(&x->says, of->statement);
}

/* A list is a chain of blank nodes: what leads to the first, and for each its item and the next. */
static void begin_item(struct xml *x, struct element *e, struct element *of, const char *name, const char **attributes)
{
    if (of->items++ == 0) {
        triples_say(&x->says, of->node, of->predicate, (struct term){T_BLANK, 0});
        triples_say_reified(&x->says, of->statement);
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
        triples_say_text(&x->says, e->node, e->predicate, buf_slice(&x->text), e->lang, e->datatype);
        triples_say_reified(&x->says, e->statement);
    } else if (e->place == IN_COLLECTION && !e->items) {
        triples_say(&x->says, e->node, e->predicate, triples_rdf(&x->says, "nil"));
        triples_say_reified(&x->says, e->statement);
    }
    x->says.names.len = e->mark;
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
    x->open[0] = (struct element){.place = IN_DOCUMENT, .lang = triples_keep(&x->says, slice_text(""))};
}

void skos_xml_read(struct slice bytes, struct draft *d)
{
    struct xml *x = calloc(1, sizeof *x);
    XML_Parser parser = x ? XML_ParserCreateNS(NULL, NS_END) : NULL;
    if (parser) {
        x->parser = parser;
        x->draft = d;
        triples_open(&x->says, d);
        buf_init(&x->text, SKOS_FILE_BYTES_MAX);
        set_up(x);
        if (!failed(x) && XML_Parse(parser, (const char *)bytes.at, (int)bytes.len, 1) != XML_STATUS_OK)
            tell(x, bytes);
        triples_close(&x->says);
        buf_fini(&x->text);
        XML_ParserFree(parser);
    } else {
        draft_fail(d, ERR_MEMORY);
    }
    free(x);
}
