/*
 * judge: an op of the replica as the fold takes it: who wrote it, by what right (DESIGN §3 "Standing").
 */
#ifndef ALLIED_DAEMON_READ_JUDGE_H
#define ALLIED_DAEMON_READ_JUDGE_H

#include "daemon/commons/fold.h"
#include "daemon/store/replica.h"
#include "protocol/charter/authority.h"

void judge_op(const struct authority *a, const struct replica_op *in, enum entity_type type, struct slice entity,
              struct fold_op *out);
/* Do this ally's sites own the record, or the declaration: as the ally that its id begins with, or as its heir? */
bool judge_owns(const struct authority *a, const struct ally *ally, struct slice entity);

#endif
