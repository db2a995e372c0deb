#include "protocol/wire/scan.h"
#include "protocol/base/limits.h"
#include "tests/help/wire_bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

static err_t scan_exact(const void *at, size_t len, size_t *fault)
{
    uint8_t *exact = wire_exact(at, len);
    err_t e = scan(slice_of(exact, len), LIMIT_MESSAGE_BYTES, fault);
    free(exact);
    return e;
}

static void expect(const char *hex, err_t want, size_t want_at)
{
    struct buf b = wire_hex(hex);
    size_t at = 12345;
    err_t e = scan_exact(b.at, b.len, &at);
    if (e != want || (want && at != want_at))
        fail_msg("%s: %s at %zu, not %s at %zu", hex, err_name(e), at, err_name(want), want_at);
    if (!want)
        assert_int_equal(at, 12345);
    buf_fini(&b);
}

static void values_of_the_subset_pass(void **state)
{
    (void)state;
    static const char *const good[] = {"c0",
                                       "c2",
                                       "c3",
                                       "00",
                                       "7f",
                                       "cc80",
                                       "ccff",
                                       "cd0100",
                                       "cdffff",
                                       "ce00010000",
                                       "ceffffffff",
                                       "cf0000000100000000",
                                       "cfffffffffffffffff",
                                       "ff",
                                       "e0",
                                       "d0df",
                                       "d080",
                                       "d1ff7f",
                                       "d18000",
                                       "d2ffff7fff",
                                       "d280000000",
                                       "d3ffffffff7fffffff",
                                       "d38000000000000000",
                                       "a0",
                                       "a161",
                                       "c400",
                                       "c401ff",
                                       "90",
                                       "80",
                                       "81a0c0",
                                       "8200c001c0",
                                       "8201c0a161c0",
                                       "82a161c0a162c0",
                                       "82a162c0a26161c0", /* by the encoding's bytes: the shorter text first */
                                       "827fc0cc80c0",
                                       "92c4029393c0"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        expect(good[i], ERR_OK, 0);
}

static void longer_forms_than_needed_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"cc00",
                                      "cc7f",
                                      "cd00ff",
                                      "ce0000ffff",
                                      "cf00000000ffffffff",
                                      "d000",
                                      "d07f",
                                      "d0e0",
                                      "d0ff",
                                      "d10080",
                                      "d1ff80",
                                      "d1ffff",
                                      "d200000000",
                                      "d2ffff8000",
                                      "d30000000000000000",
                                      "d3ffffffff80000000",
                                      "d37fffffffffffffff",
                                      "d900",
                                      "d91f",
                                      "da00ff",
                                      "db0000ffff",
                                      "c500ff",
                                      "c60000ffff",
                                      "dc000f",
                                      "dd0000ffff",
                                      "de000f",
                                      "df0000ffff"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        expect(bad[i], ERR_NOT_SHORTEST, 0);
}

static void floats_ext_and_the_unused_byte_are_forbidden(void **state)
{
    (void)state;
    static const char *const bad[] = {"c1",           "ca3f800000", "cb3ff0000000000000", "c70001",       "c8000001",
                                      "c90000000001", "d40100",     "d5010000",           "d60100000000", "d70100",
                                      "d801"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        expect(bad[i], ERR_FORBIDDEN, 0);
    expect("9200ca3f800000", ERR_FORBIDDEN, 2);
}

static void counts_larger_than_the_bytes_left_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",           "91",   "dc0010",     "ddffffffff", "dfffffffff", "dfffffffffa0a0", "81", "81a0",
        "a1",         "d920", "dbffffffff", "c401",       "c6ffffffff", "c6ffffffff00",   "cc", "cd01",
        "cf00000001", "d3ff", "c4",         "dd",         "8200c000"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct buf b = wire_hex(bad[i]);
        assert_int_equal(scan_exact(b.at, b.len, NULL), ERR_TRUNCATED);
        buf_fini(&b);
    }
    expect("93c0c0", ERR_TRUNCATED, 0);
    expect("92c0a261", ERR_TRUNCATED, 2);
}

static void keys_ascend_and_stand_once(void **state)
{
    (void)state;
    expect("8200c000c0", ERR_KEY_ORDER, 3);
    expect("8201c000c0", ERR_KEY_ORDER, 3);
    expect("82a162c0a161c0", ERR_KEY_ORDER, 4);
    expect("82a161c0a161c0", ERR_KEY_ORDER, 4);
    expect("82a161c000c0", ERR_KEY_ORDER, 4);
    expect("82cc80c07fc0", ERR_KEY_ORDER, 4);
    expect("82800000c0", ERR_TYPE, 1);
    expect("81c0c0", ERR_TYPE, 1);
    expect("81c2c0", ERR_TYPE, 1);
    expect("81ffc0", ERR_TYPE, 1);
    expect("81c400c0", ERR_TYPE, 1);
    expect("8190c0", ERR_TYPE, 1);
    expect("820081010001c0", ERR_OK, 0); /* each map by itself */
    expect("92810190810090", ERR_OK, 0);
}

static void text_is_utf8_and_bins_are_opaque(void **state)
{
    (void)state;
    expect("a1ff", ERR_UTF8, 1);
    expect("92a161a361c3a9", ERR_OK, 0);
    expect("92a161a361c328", ERR_UTF8, 5);
    expect("a2c328", ERR_UTF8, 1);
    expect("a3eda080", ERR_UTF8, 1);
    expect("81a1ffc0", ERR_UTF8, 2);
    expect("c403c1ffca", ERR_OK, 0);
}

static void nothing_may_follow(void **state)
{
    (void)state;
    expect("c0c0", ERR_TRAILING, 1);
    expect("90c1", ERR_TRAILING, 1);
    expect("a16100", ERR_TRAILING, 2);
}

static void sixteen_levels_pass_and_seventeen_do_not(void **state)
{
    (void)state;
    uint8_t deep[40];
    for (size_t depth = 1; depth <= 32; depth++) {
        memset(deep, 0x91, depth - 1);
        deep[depth - 1] = 0x90;
        size_t at = 0;
        assert_int_equal(scan_exact(deep, depth, &at), depth <= LIMIT_DEPTH ? ERR_OK : ERR_DEPTH);
        if (depth > LIMIT_DEPTH)
            assert_int_equal(at, LIMIT_DEPTH);
    }
    for (size_t i = 0; i < 20; i++) { /* maps count as arrays do */
        deep[2 * i] = 0x81;
        deep[2 * i + 1] = 0x00;
    }
    assert_int_equal(scan_exact(deep, 40, NULL), ERR_DEPTH);
}

/* An array of n - 1 nils is n values. */
static err_t scan_items(size_t n)
{
    uint8_t *at = calloc(n + 4, 1);
    size_t count = n - 1;
    at[0] = 0xdd;
    for (size_t i = 0; i < 4; i++)
        at[1 + i] = (uint8_t)(count >> (24 - 8 * i));
    memset(at + 5, 0xc0, count);
    err_t e = scan(slice_of(at, 5 + count), LIMIT_MESSAGE_BYTES, NULL);
    free(at);
    return e;
}

static void a_hundred_thousand_items_pass_and_one_more_does_not(void **state)
{
    (void)state;
    assert_int_equal(scan_items(LIMIT_ITEMS), ERR_OK);
    assert_int_equal(scan_items(LIMIT_ITEMS + 1), ERR_ITEMS);
}

static void more_bytes_than_allowed_are_not_looked_at(void **state)
{
    (void)state;
    size_t at = 0;
    assert_int_equal(scan(slice_of("\xc1\xc1\xc1", 3), 2, &at), ERR_TOO_LARGE);
    assert_int_equal(at, 2);
    assert_int_equal(scan(slice_of("\xa1z", 2), 2, &at), ERR_OK);
}

/* One value of every kind, nested. */
static const char sample[] = "99 c0 c3 cc80 d0df a3c3a97a c4030102ff ff 84 00c0 01a141 a16292cd010005 cc81810090 "
                             "dc0010 00000000000000000000000000000000";

static void every_prefix_of_a_value_is_truncated(void **state)
{
    (void)state;
    struct buf b = wire_hex(sample);
    assert_int_equal(scan_exact(b.at, b.len, NULL), ERR_OK);
    for (size_t n = 0; n < b.len; n++)
        assert_int_equal(scan_exact(b.at, n, NULL), ERR_TRUNCATED);
    buf_fini(&b);
}

static void no_bit_flip_reads_outside_or_reports_a_place_outside(void **state)
{
    (void)state;
    struct buf b = wire_hex(sample);
    size_t refused = 0;
    for (size_t bit = 0; bit < b.len * 8; bit++) {
        size_t at = 0;
        b.at[bit / 8] ^= (uint8_t)(1u << bit % 8);
        err_t e = scan_exact(b.at, b.len, &at);
        refused += e != ERR_OK;
        assert_true(at <= b.len);
        b.at[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    assert_true(refused > b.len); /* most flips matter */
    buf_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_of_the_subset_pass),
        cmocka_unit_test(longer_forms_than_needed_are_refused),
        cmocka_unit_test(floats_ext_and_the_unused_byte_are_forbidden),
        cmocka_unit_test(counts_larger_than_the_bytes_left_are_refused),
        cmocka_unit_test(keys_ascend_and_stand_once),
        cmocka_unit_test(text_is_utf8_and_bins_are_opaque),
        cmocka_unit_test(nothing_may_follow),
        cmocka_unit_test(sixteen_levels_pass_and_seventeen_do_not),
        cmocka_unit_test(a_hundred_thousand_items_pass_and_one_more_does_not),
        cmocka_unit_test(more_bytes_than_allowed_are_not_looked_at),
        cmocka_unit_test(every_prefix_of_a_value_is_truncated),
        cmocka_unit_test(no_bit_flip_reads_outside_or_reports_a_place_outside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
