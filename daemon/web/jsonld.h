/*
 * jsonld: a record and a concept as JSON-LD 1.1 with their context inside, so that nothing has to be fetched to read them: records in schema.org's words and Dublin Core's,
 * concepts in SKOS's.
 */
#ifndef ALLIED_DAEMON_WEB_JSONLD_H
#define ALLIED_DAEMON_WEB_JSONLD_H

#include "daemon/read/read.h"

/* Out of what record.show gives. `base`: where this site is, without a slash at the end. A new reference; NULL without memory. */
json_t *jsonld_record(const json_t *shown, const char *base);
/* Out of what concept.show gives; relations lead to the URIs that `r` knows. */
json_t *jsonld_concept(struct read *r, const json_t *shown, const char *base);
/* As text that may stand inside a <script> of a page: without "<", ">" and "&". 0, or -1 without memory. */
int jsonld_write(const json_t *value, struct buf *out);

#endif
