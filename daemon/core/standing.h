/*
 * standing: which part of each log counts (DESIGN §3 "Forks", "Standing"). What counts stands in the log tables, and nothing else does: beyond a
 * cut, and from the lowest proved fork above the latest checkpoint on, commits are set aside; when a suspension is lifted or a checkpoint
 * names their branch, they come back. Whatever the order in which charters, acts, proofs and commits arrived, the result is the same.
 */
#ifndef ALLIED_DAEMON_CORE_STANDING_H
#define ALLIED_DAEMON_CORE_STANDING_H

#include "daemon/core/state.h"

/* Up to which seq a log may grow: the lower of its cut and the seq before its fork. UINT64_MAX: no limit. */
err_t standing_limit(struct core *c, const struct log_id *log, uint64_t *limit, err_t *why);
/* Up to which seq its commits are worth asking for: beyond the limit those that lead to a checkpoint. */
err_t standing_reach(struct core *c, const struct log_id *log, uint64_t *limit, err_t *why);
/* Brings one log, or every log, to its limit: sets aside, takes back. Inside a batch. */
err_t standing_apply_log(struct core *c, const struct log_id *log);
err_t standing_apply(struct core *c);
/*
 * Is this a place where branches part below a checkpoint that the log (its head at `head`) has not reached? What comes there waits aside until the commit that the
 * checkpoint names is here as well.
 */
bool standing_waits(struct core *c, const struct commit *commit, uint64_t head);

#endif
