/*
 * sign: a thin layer over libsodium. A domain and the bytes are one message for Ed25519 (PROTOCOL.md §3): they are put side by side in
 * memory first, since libsodium's multi-part interface is the pre-hashed variant, which is another signature. What is a valid signature is
 * what crypto_sign_verify_detached says: no key or R of small order, no key or S out of its canonical range.
 */
#include "protocol/sign/sign.h"

#include "protocol/base/limits.h"

#include <sodium.h>
#include <stdlib.h>

#define DOMAIN_MAX_BYTES 64u

_Static_assert(SITE_BYTES == crypto_sign_PUBLICKEYBYTES, "a site is an Ed25519 key");
_Static_assert(SIGNATURE_BYTES == crypto_sign_BYTES, "Ed25519");
_Static_assert(SEED_BYTES == crypto_sign_SEEDBYTES, "Ed25519");
_Static_assert(sizeof(((struct sign_key *)0)->secret) == crypto_sign_SECRETKEYBYTES, "libsodium's form");

err_t sign_start(void)
{
    return sodium_init() < 0 ? ERR_INTERNAL : ERR_OK;
}

void sign_key_from_seed(const uint8_t seed[SEED_BYTES], struct sign_key *out)
{
    crypto_sign_seed_keypair(out->pub, out->secret, seed);
}

void sign_key_wipe(struct sign_key *key)
{
    if (key)
        sodium_memzero(key, sizeof *key);
}

void sign_wipe(void *at, size_t len)
{
    if (len)
        sodium_memzero(at, len);
}

void sign_random(void *out, size_t len)
{
    randombytes_buf(out, len);
}

/* domain ‖ bytes; the caller frees. NULL without memory. */
static uint8_t *join(const char *domain, struct slice bytes, size_t *len)
{
    size_t domain_len = strlen(domain);
    if (bytes.len > SIZE_MAX - domain_len - 1)
        return NULL;
    uint8_t *at = malloc(domain_len + bytes.len + 1);
    if (!at)
        return NULL;
    memcpy(at, domain, domain_len);
    if (bytes.len)
        memcpy(at + domain_len, bytes.at, bytes.len);
    *len = domain_len + bytes.len;
    return at;
}

err_t sign_make(const struct sign_key *key, const char *domain, struct slice bytes, uint8_t out[SIGNATURE_BYTES])
{
    size_t len;
    uint8_t *message = join(domain, bytes, &len);
    if (!message)
        return ERR_MEMORY;
    crypto_sign_detached(out, NULL, message, len, key->secret);
    free(message);
    return ERR_OK;
}

/*
 * A check that could lack memory would be one more way for a good signature not to count, and whoever counts signatures would have to know. So it
 * takes its room from the stack: little for what is checked often, more for charters.
 */
static err_t check_in(uint8_t *room, size_t size, const uint8_t pub[SITE_BYTES], const char *domain, struct slice bytes,
                      const uint8_t sig[SIGNATURE_BYTES])
{
    size_t domain_len = strlen(domain);
    if (bytes.len > size || domain_len > size - bytes.len)
        return ERR_TOO_LARGE;
    memcpy(room, domain, domain_len);
    if (bytes.len)
        memcpy(room + domain_len, bytes.at, bytes.len);
    return crypto_sign_verify_detached(sig, room, domain_len + bytes.len, pub) ? ERR_SIGNATURE : ERR_OK;
}

static err_t check_short(const uint8_t pub[SITE_BYTES], const char *domain, struct slice bytes,
                         const uint8_t sig[SIGNATURE_BYTES])
{
    uint8_t room[LIMIT_ENVELOPE_BYTES + DOMAIN_MAX_BYTES];
    return check_in(room, sizeof room, pub, domain, bytes, sig);
}

static err_t check_long(const uint8_t pub[SITE_BYTES], const char *domain, struct slice bytes,
                        const uint8_t sig[SIGNATURE_BYTES])
{
    uint8_t room[LIMIT_CHARTER_BYTES + DOMAIN_MAX_BYTES];
    return check_in(room, sizeof room, pub, domain, bytes, sig);
}

err_t sign_check(const uint8_t pub[SITE_BYTES], const char *domain, struct slice bytes,
                 const uint8_t sig[SIGNATURE_BYTES])
{
    return bytes.len <= LIMIT_ENVELOPE_BYTES  ? check_short(pub, domain, bytes, sig)
           : bytes.len <= LIMIT_CHARTER_BYTES ? check_long(pub, domain, bytes, sig)
                                              : ERR_TOO_LARGE;
}

static void hash(uint8_t *out, size_t out_len, const struct slice *parts, size_t n)
{
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, out_len);
    for (size_t i = 0; i < n; i++)
        if (parts[i].len)
            crypto_generichash_update(&state, parts[i].at, parts[i].len);
    crypto_generichash_final(&state, out, out_len);
}

void hash256(uint8_t out[HASH_BYTES], const struct slice *parts, size_t n)
{
    hash(out, HASH_BYTES, parts, n);
}

bool hash_equal(const uint8_t a[HASH_BYTES], const uint8_t b[HASH_BYTES])
{
    return sodium_memcmp(a, b, HASH_BYTES) == 0;
}

void hash128(uint8_t out[16], const struct slice *parts, size_t n)
{
    hash(out, 16, parts, n);
}

_Static_assert(sizeof(struct hash256_run) >= sizeof(crypto_generichash_state), "room for libsodium's state");

void hash256_start(struct hash256_run *h)
{
    crypto_generichash_init((crypto_generichash_state *)(void *)h->opaque, NULL, 0, HASH_BYTES);
}

void hash256_add(struct hash256_run *h, struct slice bytes)
{
    if (bytes.len)
        crypto_generichash_update((crypto_generichash_state *)(void *)h->opaque, bytes.at, bytes.len);
}

void hash256_end(struct hash256_run *h, uint8_t out[HASH_BYTES])
{
    crypto_generichash_final((crypto_generichash_state *)(void *)h->opaque, out, HASH_BYTES);
}

void hash_commitment(uint8_t out[HASH_BYTES], const uint8_t salt[SALT_BYTES], struct slice body)
{
    struct slice parts[] = {slice_of(salt, SALT_BYTES), body};
    hash(out, HASH_BYTES, parts, 2);
}

void sum256_add(uint8_t a[32], const uint8_t b[32])
{
    unsigned carry = 0;
    for (size_t i = 0; i < 32; i++) {
        carry += (unsigned)a[i] + b[i];
        a[i] = (uint8_t)carry;
        carry >>= 8;
    }
}

void sum256_sub(uint8_t a[32], const uint8_t b[32])
{
    unsigned borrow = 0;
    for (size_t i = 0; i < 32; i++) {
        unsigned d = (unsigned)a[i] - b[i] - borrow;
        a[i] = (uint8_t)d;
        borrow = d >> 8 & 1;
    }
}

err_t sign_curve_public(const uint8_t pub[SITE_BYTES], uint8_t out[32])
{
    uint8_t curve[32];
    if (crypto_sign_ed25519_pk_to_curve25519(curve, pub) != 0)
        return ERR_SIGNATURE;
    memcpy(out, curve, sizeof curve);
    return ERR_OK;
}

err_t sign_curve_secret(const struct sign_key *key, uint8_t out[32])
{
    return crypto_sign_ed25519_sk_to_curve25519(out, key->secret) == 0 ? ERR_OK : ERR_SIGNATURE;
}
