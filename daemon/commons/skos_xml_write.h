/*
 * skos_xml_write: triples as RDF/XML, one element for each run of triples about one subject. Knows neither terms nor serd; skos_write is its
 * only caller.
 */
#ifndef ALLIED_DAEMON_COMMONS_SKOS_XML_WRITE_H
#define ALLIED_DAEMON_COMMONS_SKOS_XML_WRITE_H

#include "protocol/base/buf.h"

struct skos_name {
    const char *prefix, *local; /* both valid in XML; prefix NULL: no name */
};
/* URIs hold nothing that RDF forbids. */
struct skos_triple {
    const char *subject;
    struct skos_name predicate;
    const char *uri;             /* the object; NULL: it is a literal */
    struct skos_name class;      /* the same, where the object has a name of ours */
    struct slice text;           /* of a literal */
    const char *datatype, *lang; /* of a literal; NULL: none */
};

struct xml_out {
    size_t (*sink)(const void *at, size_t len, void *ctx); /* what it returns is passed over */
    void *ctx;
    bool root;          /* its start tag is open */
    struct buf subject; /* of the element that is open */
    struct skos_name element;
    size_t replaced; /* characters that XML 1.0 forbids, each written as U+FFFD */
};

/* Begins the document; its namespaces follow, one by one, before the first triple. */
void xml_out_begin(struct xml_out *o);
void xml_out_namespace(struct xml_out *o, const char *prefix, const char *uri);
void xml_out_put(struct xml_out *o, const struct skos_triple *t);
void xml_out_end(struct xml_out *o);
void xml_out_fini(struct xml_out *o); /* frees; without an end the document stays open */

#endif
