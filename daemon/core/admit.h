/*
 * admit: charter and roster as the core holds them: loading, taking in what peers send, inviting and admitting (DESIGN §3, §5 "Join").
 */
#ifndef ALLIED_DAEMON_CORE_ADMIT_H
#define ALLIED_DAEMON_CORE_ADMIT_H

#include "daemon/core/state.h"

/* Reads charters and roster out of the store and evaluates them. A directory that waits to be admitted has no charter yet: ERR_OK, founded false. */
err_t admit_load(struct core *c);
/* Takes in a CHARTER message: what verifies is kept. *news: something new came. ERR_ALLIANCE, ERR_CHARTER, ERR_ROSTER: nothing of it is kept. */
err_t admit_charter(struct core *c, const struct msg_charter *m, bool *news);
/* A CHARTER message with what a peer whose roster head is `number` may lack; the whole roster for a peer that is not ahead of us. */
err_t admit_encode(struct core *c, bool with_charter, uint64_t number, struct buf *out);

/* Makes an invitation: code and words. addresses: blank-separated. ERR_NOT_REGISTRAR, ERR_ADDRESS. */
err_t admit_invite(struct core *c, const char *ally, int64_t expires_ms, const char *addresses, struct buf *code,
                   char *words, size_t words_size, struct why *why);
/*
 * May the registrar sign acts? Not once it came out of a backup, or out of its key alone, until a peer was seen to hold the same as we do:
 * ERR_RESTORED. Whoever writes a roster act asks first. In no batch.
 */
err_t admit_knows_roster(struct core *c);
/* Judges a JOIN; where it is good, writes the roster act. ERR_INVITE_UNKNOWN, _USED, _EXPIRED, ERR_SIGNATURE, ERR_ALLIANCE, ERR_NOT_REGISTRAR. Idempotent. */
err_t admit_join(struct core *c, const struct msg_join *m, const uint8_t site[SITE_BYTES], struct why *why);
/* Our own JOIN, while we wait to be admitted. ERR_NOT_FOUND: we do not. */
err_t admit_request(struct core *c, struct buf *message);
/* What the inviter said to our JOIN. A refusal is kept until a code is given again; what passes by itself is not. */
err_t admit_answered(struct core *c, const struct msg_welcome *m);
/* Are we in? Then what was kept for joining goes. */
err_t admit_finish(struct core *c);

#endif
