/*
 * replica_use: which allies index with which concepts, and what that adopts (derived tables `uses`, `adoptions`; PROTOCOL.md §10.5). What the rule is,
 * daemon/commons/fold_use.h says.
 */
#ifndef ALLIED_DAEMON_STORE_REPLICA_USE_H
#define ALLIED_DAEMON_STORE_REPLICA_USE_H

#include "daemon/store/oplog.h"
#include "protocol/op/op.h"

struct use_row { /* an ally's index term with a concept */
    uint8_t concept_id[CONCEPT_BYTES], ally[ALLY_BYTES], site[SITE_BYTES];
    uint64_t clock;
    unsigned term; /* of the ledger (daemon/ledger/years.h) */
    uint64_t incarnation, seq;
    struct dot dot;
};
/* All uses that a record makes, in place of those that stood; n 0: none. */
err_t replica_put_uses(struct store *s, struct slice record, const struct use_row *rows, size_t n);
/* Ascending by (concept, clock, site). */
err_t replica_uses_of(struct store *s, struct slice record, struct arena *arena, struct use_row **out, size_t *n);
/* The first use, of those in terms up to `after->term`, that comes after that op's place and is not that ally's; ERR_NOT_FOUND. */
err_t replica_first_use(struct store *s, struct slice concept_id, const struct use_row *after, struct use_row *out);

struct adoption {           /* by use */
    struct use_row by;      /* clock, site and ally */
    const struct dot *dots; /* ascending */
    size_t dots_n;
};
/* NULL: nothing of the concept is adopted by use any more. The concept is another to whoever follows what changes (changed.h). */
err_t replica_put_adoption(struct store *s, struct slice concept_id, const struct adoption *a);
/* *out is zeroed where there is none; dots in the arena. */
err_t replica_adoption(struct store *s, struct slice concept_id, struct arena *arena, struct adoption *out);

#endif
