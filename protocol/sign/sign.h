/*
 * sign: Ed25519 keys and signatures (RFC 8032, as libsodium's crypto_sign_verify_detached decides), BLAKE2b hashes (RFC 7693), CURVE keys
 * derived from them. The only user of libsodium. Domains: PROTOCOL.md §3.
 */
#ifndef ALLIED_PROTOCOL_SIGN_SIGN_H
#define ALLIED_PROTOCOL_SIGN_SIGN_H

#include "protocol/base/err.h"
#include "protocol/base/slice.h"

#define SITE_BYTES      32
#define SIGNATURE_BYTES 64
#define HASH_BYTES      32
#define SEED_BYTES      32
#define SALT_BYTES      16

#define DOMAIN_COMMIT   "allied/commit/1"
#define DOMAIN_CHARTER  "allied/charter/1"
#define DOMAIN_ROSTER   "allied/roster/1"
#define DOMAIN_JOIN     "allied/join/1"
#define DOMAIN_VOUCH    "allied/vouch/1"
#define DOMAIN_INPUTS   "allied/inputs/1"
#define DOMAIN_STATE    "allied/state/1"
#define DOMAIN_REQUEST  "allied/request/1"
#define DOMAIN_RESPONSE "allied/response/1"

struct sign_key {
    uint8_t pub[SITE_BYTES];
    uint8_t secret[64]; /* libsodium's form: seed ‖ public; wipe with sign_key_wipe */
};

err_t sign_start(void); /* once per process, before all else */
void sign_key_from_seed(const uint8_t seed[SEED_BYTES], struct sign_key *out);
void sign_key_wipe(struct sign_key *key);
void sign_wipe(void *at, size_t len);
void sign_random(void *out, size_t len); /* the system's randomness: for struct env only */

/* Signs domain ‖ bytes. */
err_t sign_make(const struct sign_key *key, const char *domain, struct slice bytes, uint8_t out[SIGNATURE_BYTES]);
/* ERR_SIGNATURE unless it is valid for domain ‖ bytes. */
err_t sign_check(const uint8_t pub[SITE_BYTES], const char *domain, struct slice bytes,
                 const uint8_t sig[SIGNATURE_BYTES]);

/* BLAKE2b of the parts one after the other, without key. */
void hash256(uint8_t out[HASH_BYTES], const struct slice *parts, size_t n);
void hash128(uint8_t out[16], const struct slice *parts, size_t n);
/* How long it takes tells nothing of where they differ. */
bool hash_equal(const uint8_t a[HASH_BYTES], const uint8_t b[HASH_BYTES]);
/* The same for bytes that don't stand in memory at once. */
struct hash256_run {
    _Alignas(64) uint8_t opaque[384];
};
void hash256_start(struct hash256_run *h);
void hash256_add(struct hash256_run *h, struct slice bytes);
void hash256_end(struct hash256_run *h, uint8_t out[HASH_BYTES]);
/* BLAKE2b-256(salt ‖ body). */
void hash_commitment(uint8_t out[HASH_BYTES], const uint8_t salt[SALT_BYTES], struct slice body);

/* a += b and a -= b, mod 2^256, little-endian. */
void sum256_add(uint8_t a[32], const uint8_t b[32]);
void sum256_sub(uint8_t a[32], const uint8_t b[32]);

/* CURVE (X25519) keys out of a site's key: raw 32 bytes, as ZMQ_CURVE_* options take them. ERR_SIGNATURE for a key of small order. */
err_t sign_curve_public(const uint8_t pub[SITE_BYTES], uint8_t out[32]);
err_t sign_curve_secret(const struct sign_key *key, uint8_t out[32]);

#endif
