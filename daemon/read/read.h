/*
 * read: what a client is shown of the replica, as JSON. It needs a store to read from and the authority that names allies and judges ops, and neither a core
 * nor a clock: the core reads this way for the command line, the HTTP thread on a connection of its own (reader.h). daemon/core/request.h is the contract of
 * each reading; this is what they share.
 */
#ifndef ALLIED_DAEMON_READ_READ_H
#define ALLIED_DAEMON_READ_READ_H

#include "daemon/commons/view.h"
#include "daemon/store/replica.h"
#include "protocol/base/base32.h"
#include "protocol/charter/authority.h"
#include <jansson.h>

#define READ_URN                                                                                                       \
    "urn:allied:" /* the URI of a concept whose id is not made from one: this, then the id (PROTOCOL.md §5) */
#define READ_URN_BYTES (sizeof READ_URN + BASE32_LEN(CONCEPT_BYTES))

struct merges; /* merges.h */
struct read {
    struct store *store;
    const struct authority *authority;
    const uint8_t *self; /* the site that asks, SITE_BYTES; NULL: none */
    const char *lang;    /* "fr", "en": of sentences, and of texts where there is a choice */
    const json_t *args;
    struct arena arena; /* freed by read_fini */
    json_t *result;     /* an object, made before the reading runs */
    struct why why;
    const struct merges *merges; /* once somebody asked for them */
};
typedef err_t read_fn(struct read *r);

/* Readings by name, as a request's "do" names them. */
#define READS_OF_REPLICA(X)                                                                                            \
    X("record.list", read_record_list)                                                                                 \
    X("record.show", read_record_show)                                                                                 \
    X("record.export", read_record_export)                                                                             \
    X("record.check", read_record_check)                                                                               \
    X("record.history", read_record_history)                                                                           \
    X("concept.list", read_concept_list)                                                                               \
    X("concept.known", read_concept_known)                                                                             \
    X("concept.show", read_concept_show)                                                                               \
    X("concept.history", read_concept_history)                                                                         \
    X("concept.export", read_concept_export)                                                                           \
    X("ledger.show", read_ledger_show)                                                                                 \
    X("ledger.shares", read_ledger_shares)                                                                             \
    X("means.list", read_means_list)                                                                                   \
    X("conflicts.list", read_conflicts_list)                                                                           \
    X("conflicts.show", read_conflicts_show)                                                                           \
    X("changes", read_changes)
#define X(name, fn) read_fn fn;
READS_OF_REPLICA(X)
#undef X
read_fn *read_find(const char *name); /* NULL: no such reading */
void read_fini(struct read *r);       /* result and arena */

/* Arguments. */
#define READ_LIMIT_MAX 1000
const char *read_text(const struct read *r, const char *key); /* "" where absent */
bool read_flag(const struct read *r, const char *key);
int64_t read_number(const struct read *r, const char *key, int64_t fallback);
size_t read_limit(const struct read *r); /* "limit": 1 … READ_LIMIT_MAX, else 50 */
/* The entity that a text names: an id, a unique prefix, a concept's URI. `out` is in the arena. ERR_NOT_FOUND, ERR_AMBIGUOUS, ERR_BASE32. */
err_t read_entity(struct read *r, enum entity_type type, const char *text, struct slice *out);
/* The same for a type that is not known: records first, then concepts. */
err_t read_any_entity(struct read *r, const char *text, enum entity_type *type, struct slice *out);
/* What a concept is called where it is a target: a URI or an id, known or not. */
err_t read_target(struct read *r, struct slice text, uint8_t out[CONCEPT_BYTES]);
void read_urn(struct slice concept, char out[READ_URN_BYTES]); /* such a URI, made from an id */
/* The ally that a text names: its name, or the beginning of its id. ERR_ALLY_UNKNOWN, ERR_AMBIGUOUS. */
err_t read_ally(struct read *r, const char *text, const struct ally **out);

err_t read_view(struct read *r, enum entity_type type, struct slice entity, struct view *out);
struct slice read_label(struct read *r, struct slice concept); /* "" where the concept is not here */

#endif
