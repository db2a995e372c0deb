#include "protocol/wire/wr.h"
#include "protocol/wire/rd.h"
#include "protocol/wire/scan.h"
#include "tests/help/wire_bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

static void every_kind_is_written_in_its_golden_form(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 1000);
    wr_array(&b, 9);
    wr_nil(&b);
    wr_bool(&b, true);
    wr_bool(&b, false);
    wr_uint(&b, 300);
    wr_int(&b, -33);
    wr_text(&b, slice_text("été"));
    wr_bin(&b, slice_of("\x01\x02", 2));
    wr_map(&b, 1);
    wr_uint(&b, 0);
    wr_bin(&b, slice_of(NULL, 0));
    wr_raw(&b, slice_of("\x90", 1));
    wire_expect_hex(&b, "99 c0 c3 c2 cd012c d0df a5c3a974c3a9 c4020102 81 00 c400 90");
    assert_int_equal(scan(buf_slice(&b), 1000, NULL), ERR_OK);
    buf_fini(&b);
}

static void each_width_begins_where_the_shorter_one_ends(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 1u << 20);
    for (unsigned bits = 0; bits < 64; bits++) {
        for (int around = -1; around <= 1; around++) {
            uint64_t v = (UINT64_C(1) << bits) + (uint64_t)(int64_t)around;
            int64_t i = (int64_t)v;
            struct rd r;
            buf_clear(&b);
            wr_array(&b, 3);
            wr_uint(&b, v);
            wr_int(&b, i);
            wr_int(&b, i == INT64_MIN ? i : -i);
            assert_int_equal(scan(buf_slice(&b), b.len, NULL), ERR_OK);
            rd_init(&r, buf_slice(&b));
            rd_array(&r, 3, 3);
            assert_true(rd_uint(&r, UINT64_MAX) == v);
            assert_true(rd_int(&r, INT64_MIN, INT64_MAX) == i);
            assert_true(rd_int(&r, INT64_MIN, INT64_MAX) == (i == INT64_MIN ? i : -i));
            assert_int_equal(rd_end(&r), ERR_OK);
        }
    }
    buf_fini(&b);
}

static void lengths_take_their_shortest_form(void **state)
{
    (void)state;
    static const size_t lengths[] = {0, 15, 16, 31, 32, 255, 256, 65535, 65536};
    uint8_t *at = malloc(65536);
    memset(at, 'x', 65536);
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        struct buf b;
        buf_init(&b, 1u << 20);
        wr_array(&b, 3);
        wr_text(&b, slice_of(at, lengths[i]));
        wr_bin(&b, slice_of(at, lengths[i]));
        wr_array(&b, lengths[i]);
        for (size_t k = 0; k < lengths[i]; k++)
            wr_nil(&b);
        assert_int_equal(scan(buf_slice(&b), b.len, NULL), ERR_OK);
        buf_fini(&b);
    }
    free(at);
}

static void a_full_buf_sticks_and_takes_nothing_more(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 4);
    wr_text(&b, slice_text("abcdef"));
    assert_int_equal(b.err, ERR_TOO_LARGE);
    size_t len = b.len;
    wr_nil(&b);
    wr_bin(&b, slice_text("x"));
    assert_int_equal(b.len, len);
    buf_fini(&b);
}

static void a_length_past_32_bits_is_refused_not_cut(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 100);
    wr_array(&b, (size_t)UINT32_MAX + 1);
    assert_int_equal(b.err, ERR_TOO_LARGE);
    buf_clear(&b);
    wr_bin(&b, slice_of("", (size_t)UINT32_MAX + 1));
    assert_int_equal(b.err, ERR_TOO_LARGE);
    buf_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_is_written_in_its_golden_form),
        cmocka_unit_test(each_width_begins_where_the_shorter_one_ends),
        cmocka_unit_test(lengths_take_their_shortest_form),
        cmocka_unit_test(a_full_buf_sticks_and_takes_nothing_more),
        cmocka_unit_test(a_length_past_32_bits_is_refused_not_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
