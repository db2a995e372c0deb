/*
 * use: adoption by use (daemon/commons/fold_use.h) as records and concepts are folded. Each side looks the other up, so that it does not matter which
 * comes first: a record's fold notes which concepts it uses and marks those for which that changes anything as touched; a concept's fold
 * looks for the use that adopts it. In a batch concepts are folded last (batch_fold).
 */
#ifndef ALLIED_DAEMON_CORE_USE_H
#define ALLIED_DAEMON_CORE_USE_H

#include "daemon/commons/view.h"
#include "daemon/core/state.h"
#include "daemon/store/replica_use.h"

/* A record's uses, in place of those that stood; n 0: there is no op left. Pieces in core's scratch arena. */
err_t use_note(struct core *c, struct slice record, const struct fold_op *ops, size_t n);
/* The first use that comes after the proposer's op and is another ally's, of those in terms up to that. ERR_NOT_FOUND. */
err_t use_first(struct core *c, struct slice concept_id, const struct fold_op *proposer, unsigned term,
                struct use_row *out);
/*
 * What use adopts of a concept is stored, and `v` read anew where that is anything. *proposer (ops' own) is NULL where nobody proposed anything.
 */
err_t use_settle(struct core *c, struct slice canon, const struct fold_op *ops, size_t n, struct view *v,
                 const struct fold_op **proposer);

#endif
