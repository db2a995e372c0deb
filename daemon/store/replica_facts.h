/*
 * replica_facts: what each entity's ops say that the ledger may count (derived table `facts`), one row for each entity and term, packed (daemon/ledger/facts_pack.h):
 * whatever is touched changes the row of the open term alone, and is compared in one piece.
 */
#ifndef ALLIED_DAEMON_STORE_REPLICA_FACTS_H
#define ALLIED_DAEMON_STORE_REPLICA_FACTS_H

#include "daemon/store/oplog.h"
#include "protocol/op/op.h"

struct facts_row {
    int64_t row; /* of the table; of rows to put: not looked at */
    enum entity_type type;
    struct slice entity;
    unsigned term;
    struct slice facts;
};
/* All rows of an entity, ascending by term as both lists are, in place of those that stood, `was` (replica_facts_of): only what differs is written. */
err_t replica_put_facts(struct store *s, const struct facts_row *was, size_t was_n, const struct facts_row *rows,
                        size_t n);
/* Of one entity, ascending by term; of all in one term, and in the terms up to one, in no order. Bytes in the arena. */
err_t replica_facts_of(struct store *s, enum entity_type type, struct slice entity, struct arena *arena,
                       struct facts_row **out, size_t *n);
err_t replica_facts_in(struct store *s, unsigned term, struct arena *arena, struct facts_row **out, size_t *n);
err_t replica_facts_upto(struct store *s, unsigned term, struct arena *arena, struct facts_row **out, size_t *n);

#endif
