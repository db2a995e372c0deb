/*
 * req_charter: what the requests about charters share. req_charter.c shows them, req_charter_sign.c signs, refuses and follows, req_charter_propose.c
 * drafts the next one.
 */
#ifndef ALLIED_DAEMON_CORE_REQ_CHARTER_H
#define ALLIED_DAEMON_CORE_REQ_CHARTER_H

#include "daemon/core/charters.h"
#include "daemon/core/req.h"

/* The charter that `id` of the arguments names: the beginning of an id, or a number. ERR_CHARTER_UNKNOWN, ERR_AMBIGUOUS. */
err_t req_charter_named(struct req *r, struct charter *out);
/* Is it in force, or was it? */
bool req_charter_in_chain(const struct core *c, const struct charter *charter);
/* Its keys into `out`: who it is and how far its signatures are; all of it where `whole`. */
err_t req_charter_put(struct req *r, json_t *out, const struct charter *c, bool whole);
/* The same, looked up after something changed. */
err_t req_charter_answer(struct req *r, const uint8_t id[HASH_BYTES]);

/*
 * May our site's signature count under this one? ERR_WHO: our ally or our site has no vote. ERR_SIGNED_RIVAL: our ally signed another of that number that
 * can still become valid, promised never to sign this one, or that number is decided.
 */
err_t req_charter_may_sign(struct req *r, const struct charter *candidate);
/*
 * Signs and keeps it, then tells everybody: our signature is durable before it leaves. ERR_RESTORED where this site may have forgotten what it
 * signed.
 */
err_t req_charter_sign_and_tell(struct req *r, struct slice body);

#endif
