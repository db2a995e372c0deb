/*
 * admit: inviting, judging a request to be admitted, and being admitted (DESIGN §5 "Join").
 */
#ifndef ALLIED_DAEMON_CORE_ADMIT_H
#define ALLIED_DAEMON_CORE_ADMIT_H

#include "daemon/core/state.h"

/* Makes an invitation: code and words. addresses: blank-separated. ERR_NOT_REGISTRAR, ERR_ADDRESS. */
err_t admit_invite(struct core *c, const char *ally, int64_t expires_ms, const char *addresses, struct buf *code,
                   char *words, size_t words_size, struct why *why);
/* The blank-separated addresses at which a newcomer reaches this site, into a code. ERR_ADDRESS, ERR_NO_ADDRESS where there is none. */
err_t admit_addresses(struct invite *invite, const char *addresses, struct why *why);
/*
 * May the registrar sign acts? Not once it came out of a backup, or out of its key alone, until a peer was seen to hold the same as we do:
 * ERR_RESTORED. Whoever writes a roster act asks first. In no batch.
 */
err_t admit_knows_roster(struct core *c);
/*
 * Judges a JOIN that came from `site`: the newcomer, or a member that hosts it or passes its request on; where it is good, writes the roster act. That of a site which wants a new key
 * (rotate.h) is kept where this is not the registrar: ERR_WAITING. ERR_INVITE_UNKNOWN, _USED, _EXPIRED, ERR_SIGNATURE, ERR_ALLIANCE,
 * ERR_PEER_KEY, ERR_NOT_REGISTRAR. Idempotent.
 */
err_t admit_join(struct core *c, const struct msg_join *m, const uint8_t site[SITE_BYTES], struct why *why);
/* Our own JOIN, while we wait to be admitted. ERR_NOT_FOUND: we do not. */
err_t admit_request(struct core *c, struct buf *message);
/* Both signatures of a JOIN, by the seed of the one-use secret and by the site's key; `m` has the request. */
err_t admit_sign(struct slice request, const uint8_t seed[SEED_BYTES], const struct sign_key *site, struct msg_join *m);
/* What the inviter said to our JOIN. A refusal is kept until a code is given again; what passes by itself is not. */
err_t admit_answered(struct core *c, const struct msg_welcome *m);
/* What an inviter said to our request, where it refused. */
void admit_refused(struct core *c, struct arena *arena);
/* Are we in? Then what was kept for joining goes. */
err_t admit_finish(struct core *c);

#endif
