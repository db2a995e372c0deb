/*
 * exchange: the body of POST /peer/v1/exchange and of its answer (PROTOCOL.md §8.5), bytes <-> values. A body is a signed head and a payload whose
 * hash stands in the head. A request names the alliance, who asks whom, method and path, and a nonce; an answer names the request. What a reader
 * gets has a valid signature; whether the site may speak here is not looked at. Slices point into the body, lists live in the arena.
 */
#ifndef ALLIED_PROTOCOL_EXCHANGE_EXCHANGE_H
#define ALLIED_PROTOCOL_EXCHANGE_EXCHANGE_H

#include "protocol/base/arena.h"
#include "protocol/base/buf.h"
#include "protocol/op/commit.h"
#include "protocol/sign/sign.h"

#define EXCHANGE_PATH          "/peer/v1/exchange"
#define EXCHANGE_CONTENT_TYPE  "application/msgpack"
#define EXCHANGE_VERSION       1
#define EXCHANGE_NONCE_BYTES   16
#define EXCHANGE_SESSION_BYTES 16
#define EXCHANGE_WAIT_MAX_MS   60000
#define EXCHANGE_FRAME_BYTES   1024u /* what a body needs at most besides its messages; 5 more for each of these */

struct exchange_request {
    uint8_t alliance[ALLIANCE_BYTES]; /* zeros where the asking site knows none yet */
    uint8_t from[SITE_BYTES], to[SITE_BYTES], nonce[EXCHANGE_NONCE_BYTES];
    bool has_session; /* false: a session is asked for, and all below is empty */
    uint8_t session[EXCHANGE_SESSION_BYTES];
    uint64_t first;               /* number, in this session and direction, of the first message here */
    const struct slice *messages; /* encoded */
    size_t messages_n;
    uint64_t received; /* how many messages of the other side came so far */
    uint64_t wait_ms;  /* so long the answer may be kept back while there is nothing to say */
};

struct exchange_response {
    uint8_t session[EXCHANGE_SESSION_BYTES];
    uint64_t first;
    const struct slice *messages;
    size_t messages_n;
    uint64_t received;
    bool open; /* false: the session is unknown or over */
};

/* `hash` gets what the answer names. ERR_TOO_LARGE past LIMIT_HTTP_EXCHANGE_BYTES, ERR_MEMORY. `from` is the key's. */
err_t exchange_request_encode(const struct exchange_request *r, const struct sign_key *key, struct buf *out,
                              uint8_t hash[HASH_BYTES]);
/* What scan and rd say; ERR_VERSION; ERR_PEER_PROTOCOL for another method or path; ERR_COMMITMENT where the payload is another; ERR_SIGNATURE. */
err_t exchange_request_decode(struct slice body, struct arena *arena, struct exchange_request *out,
                              uint8_t hash[HASH_BYTES]);
err_t exchange_response_encode(const struct exchange_response *r, const struct sign_key *key,
                               const uint8_t request[HASH_BYTES], struct buf *out);
/* `site`: who was asked; `request`: the hash of what was asked. ERR_PEER_PROTOCOL where the answer names another request. */
err_t exchange_response_decode(struct slice body, const uint8_t site[SITE_BYTES], const uint8_t request[HASH_BYTES],
                               struct arena *arena, struct exchange_response *out);

#endif
