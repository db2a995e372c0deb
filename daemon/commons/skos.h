/*
 * skos: concepts as SKOS in Turtle and N-Triples, to and from the JSON objects that the request concept.write takes (daemon/core/request.h):
 *
 *   {"uri", "kind", "prefLabel": {lang: text}, "altLabel": {lang: [text …]}, …, "notation": [{"value", "datatype"?}], "colour", "logo",
 *    "merged_into": uri, "deprecated": true, "reason": text,
 *    "broader": [uri …], "related", "facet", "inScheme", "topConceptOf", "memberOf", "exactMatch", …}
 *
 * A literal without language stands under the key "". skos_terms.def is the table of what is kept and how; our own words for it
 * (classes Component, Angle, Descriptor; properties facet, colour, logo) lie under urn:allied:vocab:. narrower, hasTopConcept and member
 * are read as broader, topConceptOf and memberOf of the concept they point to. A merge goes out as dcterms:isReplacedBy and owl:deprecated, a
 * retirement as owl:deprecated (and allied:reason); read back, owl:deprecated beside isReplacedBy says nothing more. Whatever is not kept is counted in `lost`. The only module
 * that knows serd.
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

/* "turtle" or "ntriples", by the name's ending (.ttl, .turtle, .nt); NULL for any other. */
const char *skos_format_of(const char *path);

/*
 * Reads a whole file. `format`: "turtle", "ntriples", or NULL: by the name. Both results are new references:
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
 * Writes concepts (array as above; other keys are passed over) to `out`, UTF-8. Statements in the array's and skos_terms.def's order, so that
 * equal input gives equal bytes. Each piece stands alone: pieces written one after the other to one stream are one valid file. Characters that
 * RDF forbids in a URI are percent-encoded. Errors: ERR_DISK_FULL, ERR_DISK (the stream's), ERR_FIELD_VALUE for a value of a wrong form (why:
 * uri and key), ERR_MEMORY, ERR_USAGE.
 */
err_t skos_write(const json_t *concepts, const char *format, FILE *out, struct why *why);

#endif
