/*
 * join: the invitation code and the request to be admitted (DESIGN §5 "Join", PROTOCOL.md §9).
 *
 *   code     "allied-" ‖ base32([1, alliance 16B, charter id 32B, inviter site 32B, [address text …], secret seed 32B, expires s, ally name] ‖ check 4B),
 *            check = first 4 bytes of BLAKE2b-256 of what stands before it
 *   request  [1, alliance 16B, secret public key 32B, site 32B, ally id 8B, ally name, site name, college, [endpoint text …]]
 *            signed "allied/join/1" ‖ request by the secret's key and by the site's key. A site that wants a new key in its old one's place asks in the
 *            same way: the secret is its old key, the ally its own. One that has no invitation asks with its own key as the secret's.
 *   card     a code whose secret is zeros: it admits nobody and may be published; its name is the alliance's
 *   word     [1, alliance 16B, inviter site 32B, BLAKE2b-256(request) 32B, taken s, expires s], signed "allied/vouch/1" ‖ word by the inviter's site key: the
 *            request came to the inviter by an invitation of its own, at `taken` by its clock, which was good until `expires`; or people let it in there
 */
#ifndef ALLIED_PROTOCOL_CHARTER_JOIN_H
#define ALLIED_PROTOCOL_CHARTER_JOIN_H

#include "protocol/charter/charter.h"

#define INVITE_PREFIX        "allied-"
#define INVITE_ADDRESSES_MAX 8
#define ADDRESS_MAX_BYTES    255

struct invite {
    uint8_t alliance[ALLIANCE_BYTES], charter_id[HASH_BYTES], inviter[SITE_BYTES], secret[SEED_BYTES];
    struct slice addresses[INVITE_ADDRESSES_MAX];
    size_t addresses_n;
    uint64_t expires_s; /* Unix seconds */
    struct slice ally_name;
};
err_t invite_encode(const struct invite *in, struct buf *code);
/* Tolerates white space and line breaks inside the pasted text. Slices live in the arena. ERR_INVITE_WRONG. */
err_t invite_decode(struct slice code, struct arena *arena, struct invite *out);

struct join_request {
    uint8_t alliance[ALLIANCE_BYTES], secret_key[SITE_BYTES], site[SITE_BYTES], ally[ALLY_BYTES];
    struct slice ally_name, site_name;
    unsigned college;
    struct slice endpoints[INVITE_ADDRESSES_MAX];
    size_t endpoints_n;
};
void join_encode(const struct join_request *in, struct buf *out);
err_t join_decode(struct slice request, struct join_request *out);
/* A public line: by it a site may ask, and nothing more. */
bool invite_is_card(const struct invite *in);

struct vouch {
    uint8_t alliance[ALLIANCE_BYTES], inviter[SITE_BYTES], request[HASH_BYTES];
    uint64_t taken_s, expires_s; /* Unix seconds; never the other way round */
};
#define VOUCH_MAX_BYTES 256
void vouch_encode(const struct vouch *in, struct buf *out);
err_t vouch_decode(struct slice word, struct vouch *out); /* ERR_INVITE_EXPIRED: taken after its end */

/* Takes the addresses out of a text that parts them by blanks or commas: as many as there is room for. Slices point into the text. */
void join_endpoints(const char *text, struct join_request *out);

/* Words to read aloud: pronounceable five-letter words (consonant-vowel-consonant-vowel-consonant), 16 bits each, joined by "-". */
#define WORD_TEXT_LEN(bytes) ((bytes) / 2 * 6)
void words_encode(struct slice bytes, char *out); /* even length; WORD_TEXT_LEN(len) bytes with the final zero */
err_t words_decode(struct slice text, uint8_t *out, size_t out_len);

#endif
