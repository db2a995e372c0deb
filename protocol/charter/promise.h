/*
 * promise: an ally's word never to sign a charter, so that those who signed it may sign a rival without both becoming valid (PROTOCOL.md §7.5).
 *
 *   promise  [charter id 32B, site 32B]
 *   carried  [promise bin, signature 64B by the site over "allied/promise/1" ‖ promise]
 */
#ifndef ALLIED_PROTOCOL_CHARTER_PROMISE_H
#define ALLIED_PROTOCOL_CHARTER_PROMISE_H

#include "protocol/charter/authority.h"

#define DOMAIN_PROMISE    "allied/promise/1"
#define PROMISE_MAX_BYTES 256 /* carried; all are equally long */

struct promise {
    struct slice bytes;
    uint8_t charter[HASH_BYTES], site[SITE_BYTES], signature[SIGNATURE_BYTES];
};

/* Form only; `bytes` points into `carried`. */
err_t promise_decode(struct slice carried, struct promise *out);
/* ERR_SIGNATURE. Whether the site has a vote is authority_may_sign's to ask. */
err_t promise_check(const struct promise *p);
void promise_encode_body(struct buf *out, const uint8_t charter[HASH_BYTES], const uint8_t site[SITE_BYTES]);
void promise_encode(struct buf *out, struct slice body, const uint8_t signature[SIGNATURE_BYTES]);

/* A charter with what it builds on (authority_build_before), since that decides who its voters are. */
struct charter_on {
    const struct charter *charter;
    const struct authority *before;
};
/* How many of its voters, who have not signed it, have promised never to; as many make it impossible as voters - needed + 1. */
size_t promise_count(const struct charter_on *of, const struct promise *promises, size_t n);
bool promise_makes_impossible(const struct charter_on *of, const struct promise *promises, size_t n);
/*
 * May this ally sign the candidate? It is one of its voters, has not promised never to, and each other charter of that number that it signed
 * before was made impossible by promises. `signed_before` may hold the candidate itself: to sign again is allowed.
 */
bool authority_may_sign(const uint8_t ally[ALLY_BYTES], const struct charter_on *candidate,
                        const struct charter_on *signed_before, size_t signed_n, const struct promise *promises,
                        size_t promises_n);
/* May this ally promise never to sign it? It is a voter and has not signed: a promise by one who has is worth nothing. */
bool authority_may_promise(const uint8_t ally[ALLY_BYTES], const struct charter_on *of, bool has_signed);

#endif
