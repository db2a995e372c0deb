/*
 * skos: concepts as SKOS in Turtle, N-Triples and RDF/XML, to and from the JSON objects that the request concept.write takes (daemon/core/request.h):
 *
 *   {"uri", "kind", "prefLabel": {lang: text}, "altLabel": {lang: [text …]}, …, "notation": [{"value", "datatype"?}], "colour", "logo",
 *    "merged_into": uri, "deprecated": true, "reason": text,
 *    "broader": [uri …], "related", "facet", "inScheme", "topConceptOf", "memberOf", "exactMatch", …}
 *
 * A literal without language stands under the key "". skos_terms.def is the table of what is kept and how; our own words for it
 * (classes Component, Angle, Descriptor; properties facet, colour, logo) lie under urn:allied:vocab:. narrower, hasTopConcept and member
 * are read as broader, topConceptOf and memberOf of the concept they point to. A merge goes out as dcterms:isReplacedBy and owl:deprecated, a
 * retirement as owl:deprecated (and allied:reason); read back, owl:deprecated beside isReplacedBy says nothing more. Whatever is not kept is counted in `lost`.
 */
#ifndef ALLIED_DAEMON_COMMONS_SKOS_H
#define ALLIED_DAEMON_COMMONS_SKOS_H

#include "protocol/base/err.h"
#include <jansson.h>
#include <stdio.h>

#define SKOS_FILE_BYTES_MAX (64u * 1024 * 1024)
#define SKOS_CONCEPTS_MAX   100000u
#define SKOS_VALUES_MAX     4096u /* of one property of one concept (and language) */
#define SKOS_NESTING_MAX    1000u /* blank nodes and lists begun within one statement */
#define SKOS_LOST_NAMES_MAX 500u  /* further ones are counted together as "…" */

struct skos_out; /* a document that is being written */

/* "turtle", "ntriples" or "rdfxml", by one of these words or an ending: ttl, nt, rdf, xml, in any case; NULL for any other. */
const char *skos_format_named(const char *word);
const char *skos_format_of(const char *path); /* the same by a file's ending */

/*
 * Reads a whole file. `format`: a word as above, or NULL: by the name. Both results are new references:
 *   concepts  array in file order, each with "line", where the first triple about it ends up being read; "kind" only where the file gives one.
 *             A concept that the file only points to by an inverse property is there as well, with its uri and that relation alone.
 *   lost      array of {"what", "count"}, in file order: triples not kept, by predicate ("skosxl:prefLabel", or the whole URI) or by what was
 *             wrong with them ("skos:prefLabel: second in one language", "blank node", "relative URI"). Triples kept, merged with an equal
 *             one, or counted here add up to the triples of the file.
 * Nothing is given of a file with a fault, so that importing a damaged file changes nothing; what was whole before the fault is not used.
 * A file cut exactly between two statements cannot be told from a shorter one.
 * Errors: ERR_RDF with "path:line: …", ERR_UTF8 "path:line", ERR_FILE, ERR_TOO_LARGE, ERR_ITEMS, ERR_DEPTH, ERR_MEMORY; ERR_USAGE for an
 * unknown format.
 */
err_t skos_read(const char *path, const char *format, json_t **concepts, json_t **lost, struct why *why);

/*
 * Writes a document to `to`, UTF-8, in pieces: concepts (arrays as above; other keys are passed over) in the order put and of skos_terms.def, so that
 * equal input gives equal bytes. The three formats say the same triples. Characters that RDF forbids in a URI are percent-encoded.
 * XML 1.0 has no control characters but tab and line ends, nor U+FFFE and U+FFFF: in RDF/XML each becomes U+FFFD and is counted.
 *
 * skos_end writes what closes the document and tells how many characters were replaced; then, and after any error, skos_close frees (NULL is
 * fine). Errors: ERR_DISK_FULL, ERR_DISK (the stream's), ERR_FIELD_VALUE for a value of a wrong form (why: uri and key), ERR_MEMORY, ERR_USAGE
 * for an unknown format.
 */
err_t skos_open(const char *format, FILE *to, struct skos_out **out, struct why *why);
err_t skos_put(struct skos_out *o, const json_t *concepts, struct why *why);
err_t skos_end(struct skos_out *o, size_t *replaced, struct why *why);
void skos_close(struct skos_out *o);

#endif
