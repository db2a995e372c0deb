#include "tests/sim/stub_sign.h"

#include "protocol/sign/sign.h"

static bool is_real; /* sign has no context that could carry it */

err_t __real_sign_make(const struct sign_key *key, const char *domain, struct slice bytes,
                       uint8_t out[SIGNATURE_BYTES]);
err_t __real_sign_check(const uint8_t pub[SITE_BYTES], const char *domain, struct slice bytes,
                        const uint8_t sig[SIGNATURE_BYTES]);
err_t __wrap_sign_make(const struct sign_key *key, const char *domain, struct slice bytes,
                       uint8_t out[SIGNATURE_BYTES]);
err_t __wrap_sign_check(const uint8_t pub[SITE_BYTES], const char *domain, struct slice bytes,
                        const uint8_t sig[SIGNATURE_BYTES]);

void stub_sign_real(bool real)
{
    is_real = real;
}

static void stub(const uint8_t pub[SITE_BYTES], const char *domain, struct slice bytes, uint8_t out[SIGNATURE_BYTES])
{
    struct slice parts[] = {slice_of(pub, SITE_BYTES), slice_text(domain), bytes};
    hash256(out, parts, 3);
    memcpy(out + HASH_BYTES, pub, SIGNATURE_BYTES - HASH_BYTES);
}

err_t __wrap_sign_make(const struct sign_key *key, const char *domain, struct slice bytes, uint8_t out[SIGNATURE_BYTES])
{
    if (is_real)
        return __real_sign_make(key, domain, bytes, out);
    stub(key->pub, domain, bytes, out);
    return ERR_OK;
}

err_t __wrap_sign_check(const uint8_t pub[SITE_BYTES], const char *domain, struct slice bytes,
                        const uint8_t sig[SIGNATURE_BYTES])
{
    uint8_t right[SIGNATURE_BYTES];
    if (is_real)
        return __real_sign_check(pub, domain, bytes, sig);
    stub(pub, domain, bytes, right);
    return memcmp(right, sig, sizeof right) == 0 ? ERR_OK : ERR_SIGNATURE;
}
