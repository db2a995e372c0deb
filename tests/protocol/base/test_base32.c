#include "protocol/base/base32.h"
#include "tests/help/wire_bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

static const struct {
    const char *plain, *text;
} rfc4648[] = {
    {"",       ""          },
    {"f",      "my"        },
    {"fo",     "mzxq"      },
    {"foo",    "mzxw6"     },
    {"foob",   "mzxw6yq"   },
    {"fooba",  "mzxw6ytb"  },
    {"foobar", "mzxw6ytboi"},
};

static void the_vectors_of_rfc4648_hold_both_ways(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rfc4648 / sizeof *rfc4648; i++) {
        char text[32];
        uint8_t bytes[8] = {0};
        size_t n = strlen(rfc4648[i].plain);
        base32_encode(slice_text(rfc4648[i].plain), text);
        assert_string_equal(text, rfc4648[i].text);
        assert_int_equal(strlen(text), BASE32_LEN(n));
        assert_int_equal(base32_decode(slice_text(text), bytes, n), ERR_OK);
        assert_string_equal((char *)bytes, rfc4648[i].plain);
    }
}

static void a_second_spelling_of_an_id_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {"MY", "mY", "mz", "my======", "m",    "mzx",     "mzxw6y",
                                        "m1", "m0", "m8", "m ",       "my\n", "mzxw6yr", "\xc3\xa9"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        uint8_t out[16] = {7};
        struct buf b;
        buf_init(&b, 100);
        for (size_t len = 0; len < 6; len++)
            assert_int_equal(base32_decode(slice_text(wrong[i]), out, len), ERR_BASE32);
        assert_int_equal(out[0], 7);
        assert_int_equal(base32_decode_buf(slice_text(wrong[i]), &b), ERR_BASE32);
        assert_int_equal(b.len, 0);
        buf_fini(&b);
    }
}

static void another_length_than_asked_is_out_of_range(void **state)
{
    (void)state;
    uint8_t out[4] = {7, 7, 7, 7};
    assert_int_equal(base32_decode(slice_text("mzxw6"), out, 2), ERR_RANGE);
    assert_int_equal(base32_decode(slice_text("mzxw6"), out, 4), ERR_RANGE);
    assert_int_equal(out[0], 7);
}

static void every_length_of_bytes_comes_back(void **state)
{
    (void)state;
    uint8_t bytes[64];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 37 + 11);
    for (size_t n = 0; n <= sizeof bytes; n++) {
        char *text = malloc(BASE32_LEN(n) + 1);
        struct buf b;
        buf_init(&b, n);
        base32_encode(slice_of(bytes, n), text);
        assert_int_equal(base32_decode_buf(slice_text(text), &b), ERR_OK);
        assert_true(slice_equal(buf_slice(&b), slice_of(bytes, n)));
        buf_fini(&b);
        free(text);
    }
}

static void every_prefix_and_every_bit_flip_is_read_inside_its_block(void **state)
{
    (void)state;
    const char *id = "mzxw6ytboimzxw6ytboimzxw6y";
    size_t len = strlen(id);
    for (size_t n = 0; n <= len; n++) {
        uint8_t *text = wire_exact(id, n);
        for (size_t bit = 0; bit <= n * 8; bit++) {
            uint8_t out[17];
            if (bit < n * 8)
                text[bit / 8] ^= (uint8_t)(1u << bit % 8);
            size_t want = n * 5 / 8;
            uint8_t *exact = wire_exact(out, want);
            if (base32_decode(slice_of(text, n), exact, want) == ERR_OK) {
                char again[BASE32_LEN(17) + 1];
                base32_encode(slice_of(exact, want), again);
                assert_memory_equal(again, text, n); /* what decodes has one spelling */
            }
            free(exact);
            if (bit < n * 8)
                text[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_vectors_of_rfc4648_hold_both_ways),
        cmocka_unit_test(a_second_spelling_of_an_id_is_refused),
        cmocka_unit_test(another_length_than_asked_is_out_of_range),
        cmocka_unit_test(every_length_of_bytes_comes_back),
        cmocka_unit_test(every_prefix_and_every_bit_flip_is_read_inside_its_block),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
