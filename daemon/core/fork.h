/*
 * fork: proofs that a site signed two different commits for one place (DESIGN §3 "Forks"). A proof travels ahead of data; every replica that
 * has it ends the log at the same place.
 */
#ifndef ALLIED_DAEMON_CORE_FORK_H
#define ALLIED_DAEMON_CORE_FORK_H

#include "daemon/core/outlet.h"

/* Two carried commits of one place and one predecessor, both verified. Keeps the proof, brings the log to its new limit. Inside a batch. */
err_t fork_proved(struct core *c, struct slice one, struct slice other);
/* A proof that a peer sent. ERR_SIGNATURE and the like: it proves nothing. Inside a batch. */
err_t fork_take(struct core *c, struct slice one, struct slice other);
/* Forks that end a log now (above its latest checkpoint), for the input digest: msgpack [site, incarnation, seq] of each, ascending. */
err_t fork_inputs(struct core *c, struct buf *out);
/* Says every proof; to every peer the fresh ones, after COMMIT. */
void fork_tell(struct core *c, const struct outlet *to);
void fork_publish(struct core *c);

#endif
