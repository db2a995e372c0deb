#include "protocol/wire/rd.h"
#include "tests/help/wire_bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

static void one_of_each_is_read_in_order(void **state)
{
    (void)state;
    struct buf b = wire_hex("9ac0c3cd0100d0dfa3c3a97ac402abcd8101c29200a0c4040a0b0c0dcfffffffffffffffff");
    struct rd r;
    uint8_t four[4];
    rd_init(&r, buf_slice(&b));
    assert_int_equal(rd_peek(&r), RD_ARRAY);
    assert_int_equal(rd_array(&r, 10, 10), 10);
    assert_true(rd_take_nil(&r));
    assert_false(rd_take_nil(&r));
    assert_int_equal(rd_peek(&r), RD_BOOL);
    assert_true(rd_bool(&r));
    assert_int_equal(rd_uint(&r, 256), 256);
    assert_int_equal(rd_peek(&r), RD_NEGATIVE);
    assert_int_equal(rd_int(&r, -33, 0), -33);
    assert_true(slice_equal(rd_text(&r, 3), slice_text("éz")));
    assert_true(slice_equal(rd_bin(&r, 1, 2), slice_of("\xab\xcd", 2)));
    assert_int_equal(rd_map(&r, 1), 1);
    assert_int_equal(rd_uint(&r, 1), 1);
    assert_false(rd_bool(&r));
    struct slice raw = rd_raw(&r);
    assert_true(slice_equal(raw, slice_of("\x92\x00\xa0", 3)));
    rd_fixed(&r, four, 4);
    assert_memory_equal(four, "\x0a\x0b\x0c\x0d", 4);
    assert_true(rd_uint(&r, UINT64_MAX) == UINT64_MAX);
    assert_int_equal(rd_peek(&r), RD_END);
    assert_int_equal(rd_end(&r), ERR_OK);
    buf_fini(&b);
}

static void the_first_error_sticks_and_getters_give_nothing_after_it(void **state)
{
    (void)state;
    uint8_t out[3] = {9, 9, 9};
    struct rd r;
    rd_init(&r, slice_of("\x05\x05", 2));
    assert_int_equal(rd_text(&r, 10).len, 0);
    assert_int_equal(r.err, ERR_TYPE);
    assert_int_equal(rd_uint(&r, 10), 0);
    assert_int_equal(rd_int(&r, -10, 10), 0);
    assert_false(rd_bool(&r));
    assert_int_equal(rd_array(&r, 0, 9), 0);
    assert_int_equal(rd_map(&r, 9), 0);
    assert_int_equal(rd_raw(&r).len, 0);
    rd_fixed(&r, out, sizeof out);
    assert_memory_equal(out, "\0\0\0", 3);
    assert_int_equal(rd_peek(&r), RD_END);
    assert_int_equal(rd_fail(&r, ERR_DEPTH), ERR_TYPE);
    assert_int_equal(rd_end(&r), ERR_TYPE);
}

static err_t uint_error(const char *hex, uint64_t max)
{
    struct buf b = wire_hex(hex);
    struct rd r;
    rd_init(&r, buf_slice(&b));
    uint64_t v = rd_uint(&r, max);
    if (r.err)
        assert_true(v == 0);
    buf_fini(&b);
    return r.err;
}

static void numbers_keep_to_their_bounds(void **state)
{
    (void)state;
    assert_int_equal(uint_error("0a", 10), ERR_OK);
    assert_int_equal(uint_error("0b", 10), ERR_RANGE);
    assert_int_equal(uint_error("ff", 10), ERR_RANGE);
    assert_int_equal(uint_error("d18000", 10), ERR_RANGE);
    assert_int_equal(uint_error("c2", 10), ERR_TYPE);
    assert_int_equal(uint_error("", 10), ERR_TRUNCATED);
    assert_int_equal(uint_error("cc", 10), ERR_TRUNCATED);
    assert_int_equal(uint_error("cc01", 10), ERR_NOT_SHORTEST);
}

static void signed_numbers_reach_both_ends(void **state)
{
    (void)state;
    static const struct {
        const char *hex;
        int64_t min, max, value;
        err_t err;
    } numbers[] = {
        {"d38000000000000000", INT64_MIN, 0,         INT64_MIN, ERR_OK       },
        {"cf7fffffffffffffff", 0,         INT64_MAX, INT64_MAX, ERR_OK       },
        {"cf8000000000000000", INT64_MIN, INT64_MAX, 0,         ERR_RANGE    },
        {"ff",                 -1,        1,         -1,        ERR_OK       },
        {"fe",                 -1,        1,         0,         ERR_RANGE    },
        {"02",                 -1,        1,         0,         ERR_RANGE    },
        {"e0",                 -40,       1,         -32,       ERR_OK       },
        {"a0",                 -1,        1,         0,         ERR_TYPE     },
        {"",                   -1,        1,         0,         ERR_TRUNCATED},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct buf b = wire_hex(numbers[i].hex);
        struct rd r;
        rd_init(&r, buf_slice(&b));
        assert_true(rd_int(&r, numbers[i].min, numbers[i].max) == numbers[i].value);
        assert_int_equal(r.err, numbers[i].err);
        buf_fini(&b);
    }
}

static void sizes_keep_to_their_bounds(void **state)
{
    (void)state;
    struct rd r;
    uint8_t out[3] = {9, 9, 9};
    rd_init(&r, slice_of("\xa3"
                         "abc",
                         4));
    assert_int_equal(rd_text(&r, 2).len, 0);
    assert_int_equal(r.err, ERR_RANGE);
    rd_init(&r, slice_of("\xc4\x02xy", 4));
    assert_int_equal(rd_bin(&r, 3, 9).len, 0);
    assert_int_equal(r.err, ERR_RANGE);
    rd_init(&r, slice_of("\xc4\x02xy", 4));
    rd_fixed(&r, out, 3);
    assert_int_equal(r.err, ERR_RANGE);
    assert_memory_equal(out, "\0\0\0", 3);
    rd_init(&r, slice_of("\x92\x00\x00", 3));
    assert_int_equal(rd_array(&r, 0, 1), 0);
    assert_int_equal(r.err, ERR_RANGE);
    rd_init(&r, slice_of("\x92\x00\x00", 3));
    assert_int_equal(rd_array(&r, 3, 4), 0);
    assert_int_equal(r.err, ERR_RANGE);
}

static void bytes_left_are_an_error_at_the_end(void **state)
{
    (void)state;
    struct rd r;
    rd_init(&r, slice_of("\x00\x00", 2));
    rd_uint(&r, 1);
    assert_int_equal(rd_end(&r), ERR_TRAILING);
    rd_init(&r, slice_of(NULL, 0));
    assert_int_equal(rd_end(&r), ERR_OK);
    assert_int_equal(rd_peek(&r), RD_END);
}

/* The reader is meant for scanned bytes; on others it still stays inside. */
static void unscanned_bytes_never_lead_it_outside(void **state)
{
    (void)state;
    struct buf b = wire_hex("9ac0c3cd0100d0dfa3c3a97ac402abcd8101c29200a0c4040a0b0c0dcfffffffffffffffff");
    for (size_t n = 0; n <= b.len; n++) {
        for (size_t bit = 0; bit <= n * 8; bit++) {
            uint8_t *exact = wire_exact(b.at, n);
            if (bit < n * 8)
                exact[bit / 8] ^= (uint8_t)(1u << bit % 8);
            struct rd r;
            rd_init(&r, slice_of(exact, n));
            struct slice s = rd_raw(&r);
            assert_true(s.len <= n);
            rd_init(&r, slice_of(exact, n));
            rd_array(&r, 0, 100);
            while (rd_peek(&r) != RD_END) {
                rd_take_nil(&r);
                rd_raw(&r);
            }
            rd_end(&r);
            free(exact);
        }
    }
    buf_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_of_each_is_read_in_order),
        cmocka_unit_test(the_first_error_sticks_and_getters_give_nothing_after_it),
        cmocka_unit_test(numbers_keep_to_their_bounds),
        cmocka_unit_test(signed_numbers_reach_both_ends),
        cmocka_unit_test(sizes_keep_to_their_bounds),
        cmocka_unit_test(bytes_left_are_an_error_at_the_end),
        cmocka_unit_test(unscanned_bytes_never_lead_it_outside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
