#include "daemon/commons/skos_triples.h"
#include "daemon/commons/skos.h"
#include "protocol/op/op.h"
#include <serd/serd.h>
#include <stdio.h>

void triples_open(struct triples *t, struct draft *draft)
{
    t->draft = draft;
    buf_init(&t->names, SKOS_FILE_BYTES_MAX);
    triples_keep(t, slice_text(""));
}

void triples_close(struct triples *t)
{
    buf_fini(&t->names);
}

size_t triples_keep(struct triples *t, struct slice text)
{
    size_t at = t->names.len;
    buf_add(&t->names, text);
    if (buf_byte(&t->names, 0) == ERR_OK)
        return at;
    draft_fail(t->draft, t->names.err);
    return 0;
}

static const char *text_at(const struct triples *t, size_t at)
{
    return (const char *)t->names.at + at;
}

struct term triples_uri(struct triples *t, struct slice uri)
{
    static const char forbidden[] = "<>\"{}|^`\\";
    if (uri.len > DRAFT_URI_BYTES_MAX)
        return (struct term){T_LONG, 0};
    for (size_t i = 0; i < uri.len; i++)
        if (uri.at[i] <= 0x20 || strchr(forbidden, uri.at[i]))
            return (struct term){T_BAD, 0};
    if (!uri.at || !serd_uri_string_has_scheme(uri.at))
        return (struct term){T_RELATIVE, 0};
    return uri_valid(uri) ? (struct term){T_URI, triples_keep(t, uri)} : (struct term){T_BAD, 0};
}

struct term triples_resolve(struct triples *t, size_t base, const char *reference)
{
    SerdURI from, whole;
    if (!base || serd_uri_string_has_scheme((const uint8_t *)reference))
        return triples_uri(t, slice_text(reference));
    if (serd_uri_parse((const uint8_t *)text_at(t, base), &from))
        return (struct term){T_BAD, 0};
    from.fragment = (SerdChunk){NULL, 0}; /* RFC 3986 §5.1: a base has none */
    SerdNode node = serd_node_new_uri_from_string((const uint8_t *)reference, &from, &whole);
    struct term out = triples_uri(t, slice_of(node.buf, node.n_bytes));
    serd_node_free(&node);
    return out;
}

struct term triples_rdf(struct triples *t, const char *local)
{
    char uri[sizeof RDF_NS + 32];
    snprintf(uri, sizeof uri, "%s%s", RDF_NS, local);
    return triples_uri(t, slice_text(uri));
}

/* Is it whole? If not, it is counted as a loss. */
static bool is_whole(struct triples *t, struct term term)
{
    static const char *const reasons[] = {
        [T_RELATIVE] = "relative URI", [T_LONG] = "URI too long", [T_BAD] = "not a URI", [T_BLANK] = "blank node"};
    if (term.kind != T_URI)
        draft_lose(t->draft, NULL, reasons[term.kind]);
    return term.kind == T_URI;
}

void triples_lose(struct triples *t, struct term subject, struct term predicate, const char *reason)
{
    if (is_whole(t, predicate) && is_whole(t, subject))
        draft_lose(t->draft, text_at(t, predicate.at), reason);
}

static void say(struct triples *t, struct term subject, struct term predicate, const struct draft_value *v)
{
    if (is_whole(t, predicate) && is_whole(t, subject))
        draft_add(t->draft, text_at(t, subject.at), text_at(t, predicate.at), v);
}

void triples_say(struct triples *t, struct term subject, struct term predicate, struct term object)
{
    if (object.kind == T_URI)
        say(t, subject, predicate, &(struct draft_value){.uri = text_at(t, object.at)});
    else if (object.kind == T_BLANK)
        triples_lose(t, subject, predicate, "a blank node");
    else if (is_whole(t, predicate) && is_whole(t, subject))
        is_whole(t, object);
}

void triples_say_text(struct triples *t, struct term subject, struct term predicate, struct slice text, size_t lang,
                      struct term datatype)
{
    struct draft_value v = {.literal = true, .text = text};
    if (datatype.kind != T_NONE && !is_whole(t, datatype))
        return;
    if (datatype.kind == T_NONE)
        v.lang = slice_text(text_at(t, lang));
    else
        v.datatype = text_at(t, datatype.at);
    say(t, subject, predicate, &v);
}

void triples_say_reified(struct triples *t, struct term statement)
{
    static const char *const parts[] = {"subject", "predicate", "object"};
    if (statement.kind == T_NONE)
        return;
    triples_say(t, statement, triples_rdf(t, "type"), triples_rdf(t, "Statement"));
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        triples_say_text(t, statement, triples_rdf(t, parts[i]), slice_text(""), 0, (struct term){T_NONE, 0});
}
