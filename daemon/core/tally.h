/*
 * tally: the ledger's facts (daemon/ledger/facts.h) of each entity as it is folded, stored in the same transaction (daemon/store/replica_facts.h).
 */
#ifndef ALLIED_DAEMON_CORE_TALLY_H
#define ALLIED_DAEMON_CORE_TALLY_H

#include "daemon/commons/view.h"
#include "daemon/core/state.h"

/* Terms and spans by the authority as it is now. ERR_MEMORY: as it was, and the authority may not change. */
err_t tally_ready(struct tallying *t, const struct authority *a);
void tally_end(struct tallying *t);
/*
 * Acts fix heads, by which ops of one entity may stand in another order, and admit sites that others named as relays: marks what that concerns as touched, in
 * the batch under way. After a charter everything is folded anew.
 */
err_t tally_after_acts(struct core *c);
/* The facts of one entity, in place of those that stood; n 0: it has no op left. `view` is of records and concepts. Pieces in core's scratch arena. */
struct tally_entity {
    enum entity_type type;
    struct slice entity;
    const struct fold_op *ops;
    size_t n;
    struct slice canon;
    const struct view *view;
};
err_t tally_note(struct core *c, const struct tally_entity *of);

#endif
