#include "protocol/sign/sign.h"
#include "tests/help/wire_bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

static void expect_hex(const uint8_t *at, size_t len, const char *hex)
{
    struct buf want = wire_hex(hex);
    assert_int_equal(want.len, len);
    assert_memory_equal(at, want.at, len);
    buf_fini(&want);
}

static struct sign_key key_of(const char *seed_hex)
{
    struct buf seed = wire_hex(seed_hex);
    struct sign_key key;
    assert_int_equal(seed.len, SEED_BYTES);
    sign_key_from_seed(seed.at, &key);
    buf_fini(&seed);
    return key;
}

/* RFC 8032 §7.1, tests 1 and 2: without a domain a signature is plain Ed25519. */
static void the_vectors_of_rfc8032_hold(void **state)
{
    (void)state;
    uint8_t sig[SIGNATURE_BYTES];
    struct sign_key key = key_of("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
    expect_hex(key.pub, 32, "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    assert_int_equal(sign_make(&key, "", slice_of(NULL, 0), sig), ERR_OK);
    expect_hex(sig, 64,
               "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
               "d25bf5f0595bbe24655141438e7a100b");
    key = key_of("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
    assert_int_equal(sign_make(&key, "", slice_of("\x72", 1), sig), ERR_OK);
    expect_hex(sig, 64,
               "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
               "387b2eaeb4302aeeb00d291612bb0c00");
}

static void a_signature_holds_for_its_domain_bytes_and_key_alone(void **state)
{
    (void)state;
    struct sign_key key = key_of("0101010101010101010101010101010101010101010101010101010101010101");
    struct sign_key other = key_of("0202020202020202020202020202020202020202020202020202020202020202");
    uint8_t sig[SIGNATURE_BYTES];
    struct slice text = slice_text("bonjour");
    assert_int_equal(sign_make(&key, DOMAIN_COMMIT, text, sig), ERR_OK);
    assert_int_equal(sign_check(key.pub, DOMAIN_COMMIT, text, sig), ERR_OK);
    assert_int_equal(sign_check(key.pub, DOMAIN_CHARTER, text, sig), ERR_SIGNATURE);
    assert_int_equal(sign_check(key.pub, DOMAIN_COMMIT, slice_text("bonjoux"), sig), ERR_SIGNATURE);
    assert_int_equal(sign_check(other.pub, DOMAIN_COMMIT, text, sig), ERR_SIGNATURE);
    /* domain and bytes are one message: what matters is their sum */
    assert_int_equal(sign_check(key.pub, "allied/commit/1bon", slice_text("jour"), sig), ERR_OK);
}

static void no_bit_of_a_signature_may_change(void **state)
{
    (void)state;
    struct sign_key key = key_of("0101010101010101010101010101010101010101010101010101010101010101");
    uint8_t sig[SIGNATURE_BYTES];
    assert_int_equal(sign_make(&key, DOMAIN_ROSTER, slice_text("x"), sig), ERR_OK);
    for (size_t bit = 0; bit < sizeof sig * 8; bit++) {
        sig[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_int_equal(sign_check(key.pub, DOMAIN_ROSTER, slice_text("x"), sig), ERR_SIGNATURE);
        sig[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    for (size_t bit = 0; bit < sizeof key.pub * 8; bit++) {
        key.pub[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_int_equal(sign_check(key.pub, DOMAIN_ROSTER, slice_text("x"), sig), ERR_SIGNATURE);
        key.pub[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}

/* Values of another implementation of BLAKE2b (RFC 7693): Python's hashlib. */
static void hashes_are_blake2b_of_the_parts_together(void **state)
{
    (void)state;
    uint8_t out[HASH_BYTES];
    struct slice parts[] = {slice_text("a"), slice_of(NULL, 0), slice_text("bc")}, whole = slice_text("abc");
    hash256(out, parts, 3);
    expect_hex(out, 32, "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
    hash256(out, &whole, 1);
    expect_hex(out, 32, "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
    hash256(out, NULL, 0);
    expect_hex(out, 32, "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
    hash128(out, parts, 3); /* a digest of 16 bytes is another hash, not the first half of one of 32 */
    expect_hex(out, 16, "cf4ab791c62b8d2b2109c90275287816");
}

static void a_hash_in_pieces_is_the_hash_of_the_whole(void **state)
{
    (void)state;
    uint8_t whole[HASH_BYTES], pieces[HASH_BYTES], bytes[1000];
    struct hash256_run run;
    memset(bytes, 3, sizeof bytes);
    struct slice all = slice_of(bytes, sizeof bytes);
    hash256(whole, &all, 1);
    hash256_start(&run);
    hash256_add(&run, slice_of(bytes, 129));
    hash256_add(&run, slice_of(bytes, 0));
    hash256_add(&run, slice_of(bytes, sizeof bytes - 129));
    hash256_end(&run, pieces);
    assert_memory_equal(pieces, whole, HASH_BYTES);
}

static void a_commitment_hashes_salt_then_body(void **state)
{
    (void)state;
    uint8_t salt[SALT_BYTES], commitment[HASH_BYTES], plain[HASH_BYTES];
    memset(salt, 's', sizeof salt);
    hash_commitment(commitment, salt, slice_text("body"));
    struct slice whole = slice_text("ssssssssssssssssbody");
    hash256(plain, &whole, 1);
    assert_memory_equal(commitment, plain, HASH_BYTES);
}

static void sums_carry_wrap_and_undo(void **state)
{
    (void)state;
    uint8_t a[32], one[32] = {1}, zero[32] = {0};
    memset(a, 0xff, sizeof a);
    sum256_add(a, one);
    assert_memory_equal(a, zero, 32);
    sum256_sub(a, one);
    for (size_t i = 0; i < 32; i++)
        assert_int_equal(a[i], 0xff);
    uint8_t x[32] = {0xff, 0xff, 0x01}, y[32] = {0x02, 0x00, 0xff};
    sum256_add(x, y);
    expect_hex(x, 32, "0100010100000000000000000000000000000000000000000000000000000000");
    sum256_sub(x, y);
    expect_hex(x, 32, "ffff010000000000000000000000000000000000000000000000000000000000");
    sum256_add(x, x); /* a may be b */
    expect_hex(x, 32, "feff030000000000000000000000000000000000000000000000000000000000");
}

static void curve_keys_of_a_site_fit_together(void **state)
{
    (void)state;
    struct sign_key key = key_of("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
    uint8_t pub[32], secret[32];
    assert_int_equal(sign_curve_public(key.pub, pub), ERR_OK);
    assert_int_equal(sign_curve_secret(&key, secret), ERR_OK);
    /* the Montgomery form (1 + y) / (1 - y) and the clamped first half of SHA-512 of the seed, computed apart */
    expect_hex(pub, 32, "d85e07ec22b0ad881537c2f44d662d1a143cf830c57aca4305d85c7a90f6b62e");
    expect_hex(secret, 32, "307c83864f2833cb427a2ef1c00a013cfdff2768d980c0a3a520f006904de94f");
}

static void a_key_of_small_order_gives_no_curve_key(void **state)
{
    (void)state;
    uint8_t small[32] = {1}, out[32] = {7};
    assert_int_equal(sign_curve_public(small, out), ERR_SIGNATURE);
    assert_int_equal(out[0], 7);
}

static void wiping_leaves_zeros(void **state)
{
    (void)state;
    struct sign_key key = key_of("0101010101010101010101010101010101010101010101010101010101010101"), zero;
    memset(&zero, 0, sizeof zero);
    sign_key_wipe(&key);
    assert_memory_equal(&key, &zero, sizeof key);
    sign_key_wipe(NULL);
    sign_wipe(NULL, 0);
}

static int start(void **state)
{
    (void)state;
    return sign_start() == ERR_OK ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_vectors_of_rfc8032_hold),
        cmocka_unit_test(a_signature_holds_for_its_domain_bytes_and_key_alone),
        cmocka_unit_test(no_bit_of_a_signature_may_change),
        cmocka_unit_test(hashes_are_blake2b_of_the_parts_together),
        cmocka_unit_test(a_hash_in_pieces_is_the_hash_of_the_whole),
        cmocka_unit_test(a_commitment_hashes_salt_then_body),
        cmocka_unit_test(sums_carry_wrap_and_undo),
        cmocka_unit_test(curve_keys_of_a_site_fit_together),
        cmocka_unit_test(a_key_of_small_order_gives_no_curve_key),
        cmocka_unit_test(wiping_leaves_zeros),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
