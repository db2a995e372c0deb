/*
 * own: what a site hosted here writes. The guard decides whether its log may go on or a new incarnation opens (DESIGN §3): COMMIT, then
 * the guard, then acknowledge and publish. Where the place of the guard is not to be had (a copy of the directory on another machine), another one is
 * chosen and kept: no guard is there, so that a new incarnation opens.
 */
#ifndef ALLIED_DAEMON_CORE_OWN_H
#define ALLIED_DAEMON_CORE_OWN_H

#include "daemon/core/state.h"

/* Loads keys and guards of the sites hosted here. */
err_t own_open(struct core *c, struct why *why);
void own_close(struct core *c);
/* One more, whose row and key are stored. Those there were move: no pointer to one stays good. In no batch. */
err_t own_add(struct core *c, const struct own_site *row, struct why *why);

/* It is no longer ours; not the first. The others move. */
void own_drop(struct core *c, size_t at);

/* Would what it writes count? Not where the site is unknown, suspended, ended, or moving. */
bool own_may_write(const struct core *c, const struct own *own);
/* Why not: ERR_STANDING, ERR_SITE_MOVED, ERR_SUSPENDED, ERR_ENDED, or ERR_CUT. */
err_t own_why_not(const struct core *c, const struct own *own);
/* One commit of 1 to 256 ops, inside a batch; salts are filled in here. `id` (may be NULL) gets the commit's id. */
err_t own_write(struct core *c, struct own *own, struct op_draft *ops, size_t n, uint8_t id[HASH_BYTES]);
/* One op in a commit of its own, inside a batch; alone: in a batch of its own. */
err_t own_write_op(struct core *c, struct own *own, const struct op *op, struct slice body, uint8_t id[HASH_BYTES]);
err_t own_write_alone(struct core *c, struct own *own, const struct op *op, struct slice body, uint8_t id[HASH_BYTES]);

/*
 * When the core opens: a crash may have lain between a COMMIT and its guard. The guard is brought up before anything of that commit is published,
 * so that a copy of the directory from before it can never match.
 */
void own_settle(struct core *c);
/*
 * Called by the batch: note the head before this transaction; write the guard after COMMIT (one that cannot be written is taken away, which costs an
 * incarnation and never a place used twice); drop what a rollback undid.
 */
err_t own_seal(struct core *c);
void own_guard(struct core *c);
void own_forget(struct core *c);
/*
 * A validly signed commit was taken in: is it of our current incarnation, and not ours (a clone of running memory)? What comes back after a restore
 * is ours, and raises no alarm.
 */
void own_saw(struct core *c, const struct commit *commit);
/* Another daemon goes about with our key: an alarm in status for that long, and in the journal when it begins. */
void own_twin(struct core *c, int64_t shown_ms);
bool own_has_twin(const struct core *c);

#endif
