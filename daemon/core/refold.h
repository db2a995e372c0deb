/*
 * refold: files a commit's ops under their entities, and folds the entities touched (DESIGN §4): replica_ops → fold → canonical bytes and
 * the rows that lists need.
 */
#ifndef ALLIED_DAEMON_CORE_REFOLD_H
#define ALLIED_DAEMON_CORE_REFOLD_H

#include "daemon/core/state.h"

#define SETTING_FOLD                                                                                                   \
    "fold.version" /* 2 bytes: of the program that made the derived tables; zeros, or absent: they are to be made anew */

/* Files each op and marks its entity as touched; an op whose header does not decode far enough to have an entity is a no-op. */
err_t refold_file(struct core *c, const struct commit *commit, int64_t row);
/* The other way, for a commit that leaves its log. */
err_t refold_unfile(struct core *c, const struct commit *commit, int64_t row);
/* Marks the entity that an op is about. */
err_t refold_touch_op(struct core *c, const struct commit_op *op);
/* Folds one entity out of all its ops and stores the result. */
err_t refold_entity(struct core *c, enum entity_type type, const uint8_t *id);
/* Folds it now, where the batch under way has touched it: a second write about it must see the first. */
err_t refold_now(struct core *c, enum entity_type type, struct slice entity);
/* The same commit came again: bodies that we lack (holes) are filled from it. */
err_t refold_fill(struct core *c, const struct commit *commit);
/* Drops the derived tables and replays every commit, in one transaction: `allied rebuild`. */
err_t refold_all(struct core *c, uint64_t *ops, uint64_t *entities);
/* The same replay inside a batch of the caller's, folded and not committed: for verify, which throws it away. */
err_t refold_replay(struct core *c, uint64_t *ops);
/*
 * A replica that an older program folded is folded anew, and the journal says so; one that a newer program folded is not touched: ERR_NEWER. Notes
 * whether anybody ever asked for an erasure.
 */
err_t refold_if_older(struct core *c);
bool refold_is_newer(struct slice version); /* the value of SETTING_FOLD */
/* The fold of one entity into `canon`, without storing: for verify. */
err_t refold_canon(struct core *c, enum entity_type type, struct slice entity, struct arena *arena, struct buf *canon);
/* Marks an entity as touched in the batch under way. */
err_t refold_touch(struct core *c, enum entity_type type, struct slice entity);

#endif
