/*
 * follow: brings the index to where the replica is, from where it noted to be.
 */
#ifndef ALLIED_DAEMON_INDEX_FOLLOW_H
#define ALLIED_DAEMON_INDEX_FOLLOW_H

#include "daemon/index/state.h"

/*
 * One transaction of the index over one state of the replica, of about that many milliseconds. *more: there is something left. *foreign: the index follows
 * another replica, or a later state of it, and is to be made anew; nothing is done then.
 */
err_t follow_step(struct index *ix, struct store *replica, int64_t budget_ms, bool *more, bool *foreign);

/* Is there something left to follow? Where that cannot be told: yes. */
bool follow_is_behind(struct index *ix, struct store *replica);

#endif
