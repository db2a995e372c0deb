/*
 * commit: the signed unit of a log (DESIGN §3, PROTOCOL.md §4).
 *
 *   envelope  [1, alliance 16B, site 32B, incarnation u63, seq u63, prev 32B, clock u63, [[header, commitment 32B] …]]
 *   signature Ed25519 of "allied/commit/1" ‖ envelope
 *   id        BLAKE2b-256("allied/commit/1" ‖ envelope ‖ signature)
 *   carried   [envelope bin, signature bin, [body …]], a body: [salt bin16, body bin] · nil erased · false not held here
 */
#ifndef ALLIED_PROTOCOL_OP_COMMIT_H
#define ALLIED_PROTOCOL_OP_COMMIT_H

#include "protocol/base/arena.h"
#include "protocol/base/buf.h"
#include "protocol/base/limits.h"
#include "protocol/sign/sign.h"

#define ALLIANCE_BYTES  16
#define INCARNATION_MAX INT64_MAX /* u63 */

/* The name of an op. Wire: bin of 17 bytes, commit ‖ index. Sixteen zeros name the commit that the dot stands in. */
#define DOT_BYTES 17
struct dot {
    uint8_t commit[16]; /* first 16 bytes of the commit's id */
    uint8_t index;
};

struct log_id {
    uint8_t site[SITE_BYTES];
    uint64_t incarnation; /* 1 … INT64_MAX, random */
};

enum body_state { BODY_PRESENT = 1, BODY_ERASED = 2, BODY_MISSING = 3 };

struct commit_op {
    struct slice header;       /* one msgpack value */
    const uint8_t *commitment; /* 32 bytes */
    enum body_state state;     /* as carried; not yet checked against the commitment */
    const uint8_t *salt;       /* 16 bytes where present */
    struct slice body;
};

/* All slices point into the bytes decoded. */
struct commit {
    struct slice envelope;
    const uint8_t *signature; /* 64 bytes */
    uint8_t id[HASH_BYTES];
    uint8_t alliance[ALLIANCE_BYTES];
    struct log_id log;
    uint64_t seq;             /* from 1 */
    uint8_t prev[HASH_BYTES]; /* zeros where seq is 1 */
    uint64_t clock;
    size_t ops_n;
    struct commit_op ops[LIMIT_OPS];
};

/* Decodes the carried form: scan, then every rule of form; computes the id. Not: signature, commitments, chain. */
err_t commit_decode(struct slice carried, struct commit *out);
/* The same from the parts as the store keeps them; op states stay 0. */
err_t commit_decode_envelope(struct slice envelope, const uint8_t signature[SIGNATURE_BYTES], struct commit *out);
/* ERR_ALLIANCE, ERR_SIGNATURE. */
err_t commit_verify(const struct commit *c, const uint8_t alliance[ALLIANCE_BYTES]);
/* ERR_COMMITMENT where the op's carried body does not match; only for BODY_PRESENT. */
err_t commit_check_body(const struct commit_op *op);

/* What an author puts in. Header and body are encoded values; salt is random. */
struct op_draft {
    struct slice header, body;
    uint8_t salt[SALT_BYTES];
};
struct commit_draft {
    uint8_t alliance[ALLIANCE_BYTES];
    struct log_id log;
    uint64_t seq;
    uint8_t prev[HASH_BYTES];
    uint64_t clock;
    const struct op_draft *ops;
    size_t ops_n;
};
/* Appends the envelope to `envelope` (cleared first), signs it, computes the id. ERR_TOO_LARGE past a limit. */
err_t commit_build(const struct commit_draft *d, const struct sign_key *key, struct buf *envelope,
                   uint8_t signature[SIGNATURE_BYTES], uint8_t id[HASH_BYTES]);

/* Carried form, written in pieces: start, then one call for each op in order. */
void commit_write_start(struct buf *out, struct slice envelope, const uint8_t signature[SIGNATURE_BYTES], size_t ops_n);
void commit_write_body(struct buf *out, enum body_state state, const uint8_t *salt, struct slice body);

int dot_compare(const struct dot *a, const struct dot *b);
void dots_sort(struct dot *dots, size_t n); /* as lists of dots stand in headers */
bool dot_is_self(const struct dot *d);      /* names its own commit */
struct dot dot_of(const uint8_t commit_id[HASH_BYTES], size_t index);
/* As it stands on the wire and in tables. */
void dot_pack(const struct dot *d, uint8_t out[DOT_BYTES]);
struct dot dot_unpack(const uint8_t bytes[DOT_BYTES]);
#define DOT_TEXT_LEN (26 + 1 + 3)
void dot_format(const struct dot *d, char *out); /* DOT_TEXT_LEN + 1 bytes: base32 ‖ "-" ‖ index */
err_t dot_parse(struct slice text, struct dot *out);
int log_compare(const struct log_id *a, const struct log_id *b);

#endif
