/*
 * skos_triples: what skos_xml_read says to a draft: subjects, predicates and objects that may be blank, or no whole URI, and are then counted as
 * lost. Texts lie in one buffer, in the order in which the elements that named them were opened: an element that ends sets `names.len` back.
 */
#ifndef ALLIED_DAEMON_COMMONS_SKOS_TRIPLES_H
#define ALLIED_DAEMON_COMMONS_SKOS_TRIPLES_H

#include "daemon/commons/skos_draft.h"
#include "protocol/base/buf.h"

#define RDF_NS "http://www.w3.org/1999/02/22-rdf-syntax-ns#"

struct triples {
    struct draft *draft; /* its err: ERR_MEMORY and ERR_TOO_LARGE of ours as well */
    struct buf names;    /* texts, each with a zero after it; the first is empty */
};
/* A subject, predicate or object. What is no whole URI is counted under its reason. */
struct term {
    enum { T_NONE, T_BLANK, T_URI, T_RELATIVE, T_LONG, T_BAD } kind;
    size_t at; /* T_URI: in names */
};

void triples_open(struct triples *t, struct draft *draft);
void triples_close(struct triples *t);
size_t triples_keep(struct triples *t, struct slice text); /* where it is now; 0, the empty text, after a fault */

struct term triples_uri(struct triples *t, struct slice uri);
/* A reference, made whole by a base (a URI in names; 0: there is none). */
struct term triples_resolve(struct triples *t, size_t base, const char *reference);
struct term triples_rdf(struct triples *t, const char *local); /* of the RDF vocabulary */

void triples_say(struct triples *t, struct term subject, struct term predicate, struct term object);
/* A literal; lang in names; datatype T_NONE: it has none. */
void triples_say_text(struct triples *t, struct term subject, struct term predicate, struct slice text, size_t lang,
                      struct term datatype);
/* A statement whose object is not kept; counted under the predicate and the reason, or why it is not whole. */
void triples_lose(struct triples *t, struct term subject, struct term predicate, const char *reason);
/* rdf:ID on a property: the four statements about the statement (T_NONE: nothing). None is kept; they are triples of the file all the same. */
void triples_say_reified(struct triples *t, struct term statement);

#endif
