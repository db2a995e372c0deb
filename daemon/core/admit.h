/*
 * admit: inviting, judging a request to be admitted, and being admitted (DESIGN §5 "Join").
 */
#ifndef ALLIED_DAEMON_CORE_ADMIT_H
#define ALLIED_DAEMON_CORE_ADMIT_H

#include "daemon/core/state.h"

/* Makes an invitation: code and words. addresses: blank-separated. ERR_STANDING, ERR_NOT_REGISTRAR, ERR_KEY_REGISTRAR, ERR_ADDRESS. */
err_t admit_invite(struct core *c, const struct invitation *in, const char *addresses, struct buf *code, char *words,
                   size_t words_size, struct why *why);
/* A public line by which sites may ask here to be let in. */
err_t admit_card(struct core *c, const char *addresses, struct buf *code, struct why *why);
/* The blank-separated addresses at which a newcomer reaches this site, into a code. ERR_ADDRESS, ERR_NO_ADDRESS where there is none. */
err_t admit_addresses(struct invite *invite, const char *addresses, struct why *why);
/*
 * May the registrar sign acts? Not once it came out of a backup, or out of its key alone, until a peer was seen to hold the same as we do:
 * ERR_RESTORED. Whoever writes a roster act asks first. In no batch.
 */
err_t admit_knows_roster(struct core *c);
/*
 * Judges a JOIN that came from `site`: the newcomer, or a member that hosts it or passes its request on. By an invitation of ours the registrar admits at once, another site gives its
 * word and keeps it for the registrar: ERR_WAITING, naming the secretariat. Where somebody here must let it in: ERR_CONFIRM (asks.h). That of a site which wants a new key (rotate.h) is
 * kept where this is not the registrar: ERR_WAITING. ERR_INVITE_UNKNOWN, _USED, _EXPIRED, ERR_SIGNATURE, ERR_ALLIANCE, ERR_PEER_KEY, ERR_NOT_REGISTRAR, ERR_STANDING. Idempotent.
 */
err_t admit_join(struct core *c, const struct msg_join *m, const uint8_t site[SITE_BYTES], struct why *why);
/* A VOUCH that came from a member: the registrar admits, another one keeps it. ERR_WAITING, ERR_ITEMS, and what vouch_check says. Idempotent. */
err_t admit_vouched(struct core *c, const struct msg_join *m, const uint8_t site[SITE_BYTES], struct why *why);
/* The same of one that is kept already, whose signatures hold. */
err_t admit_judge_vouched(struct core *c, const struct msg_join *m, const struct join_request *r, struct why *why);
/*
 * The registrar's part and the other inviters', once it is settled who uses the invitation: `row` is stored with it. The inviter's ally becomes the newcomer's mentor. In no
 * batch.
 */
err_t admit_let_in(struct core *c, const struct msg_join *m, const struct join_request *r,
                   const uint8_t inviter[SITE_BYTES], struct invitation *row, struct why *why);
err_t admit_pass_on(struct core *c, const struct msg_join *m, const struct join_request *r, struct invitation *row,
                    int64_t taken_ms, struct why *why);
/* Our own JOIN, while we wait to be admitted. ERR_NOT_FOUND: we do not. */
err_t admit_request(struct core *c, struct buf *message);
/* Both signatures of a JOIN, by the seed of the one-use secret and by the site's key; `m` has the request. */
err_t admit_sign(struct slice request, const uint8_t seed[SEED_BYTES], const struct sign_key *site, struct msg_join *m);
/* What the inviter said to our JOIN. A refusal is kept until a code is given again; what passes by itself is not. */
err_t admit_answered(struct core *c, const struct msg_welcome *m);
/* What an inviter said to our request, where it refused: as it was kept. */
void admit_refused(struct core *c, struct arena *arena);
/* Are we in? Then what was kept for joining goes. */
err_t admit_finish(struct core *c);

#endif
