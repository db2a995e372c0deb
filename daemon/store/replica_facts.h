/*
 * replica_facts: what each entity's ops say that the ledger may count (derived table `facts`). What the numbers mean, daemon/ledger/facts.h says.
 */
#ifndef ALLIED_DAEMON_STORE_REPLICA_FACTS_H
#define ALLIED_DAEMON_STORE_REPLICA_FACTS_H

#include "daemon/store/oplog.h"
#include "protocol/op/op.h"

struct fact_row {
    int64_t row; /* of the table; of rows to put: not looked at */
    unsigned kind, term;
    enum entity_type type;
    struct slice entity;
    struct dot dot; /* the op that it rests on, and where it stands */
    struct log_id log;
    uint64_t seq, clock;
    uint8_t ally[ALLY_BYTES], other[ALLY_BYTES];
    struct slice target;
    unsigned sort;
    uint64_t amount;
    struct slice data, made;
};
/*
 * All rows of an entity, in place of those that stood, `was` (replica_facts_known): only what differs is written. Two rows of one op are told apart by what they say.
 */
err_t replica_put_facts(struct store *s, const struct fact_row *was, size_t was_n, const struct fact_row *rows,
                        size_t n, struct arena *arena);
/* Of one entity, without what only the op tells: type, entity, log, seq and clock are left out. In no order; bytes in the arena. */
err_t replica_facts_known(struct store *s, enum entity_type type, struct slice entity, struct arena *arena,
                          struct fact_row **out, size_t *n);
/* In no order; bytes in the arena. Of one entity; of one term; of one kind in the terms up to that. */
err_t replica_facts_of(struct store *s, enum entity_type type, struct slice entity, struct arena *arena,
                       struct fact_row **out, size_t *n);
err_t replica_facts_in(struct store *s, unsigned term, struct arena *arena, struct fact_row **out, size_t *n);
err_t replica_facts_upto(struct store *s, unsigned kind, unsigned term, struct arena *arena, struct fact_row **out,
                         size_t *n);

#endif
