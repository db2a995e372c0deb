/* beacon: its bytes, and what is refused. */
#include "protocol/beacon/beacon.h"

#include "tests/help/op_notation.h"
#include "tests/help/op_sweep.h"
#include "tests/help/op_vectors.h"
#include "tests/help/wire_bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static int start(void **state)
{
    (void)state;
    return sign_start() != ERR_OK;
}

/* clang-format off */
static const struct beacon sample = {
    .alliance = {0xa1}, .site = {7}, .number = 12, .at_ms = 1790000000000, .version = {(const uint8_t *)"allied/0.1.0", 12},
    .inputs = {1}, .state = {2}, .fold = 4, .commits = 20000, .unheld = 3, .disk_free_bytes = 5, .disk_total_bytes = 6,
    .last_backup_ms = 8, .up_since_ms = 9, .problems = {1408, 1513}, .problems_n = 2, .p50_ms = 40, .p95_ms = 900, .samples = 320};
/* clang-format on */

static struct buf encoded(const struct beacon *b)
{
    struct buf out;
    buf_init(&out, BEACON_MAX_BYTES);
    assert_int_equal(beacon_encode(b, &out), ERR_OK);
    return out;
}

static const char *decoded(struct slice bytes)
{
    struct beacon b;
    err_t e = beacon_decode(bytes, &b);
    if (!e) { /* what decodes is what an encoder writes */
        struct buf again = encoded(&b);
        assert_true(slice_equal(buf_slice(&again), bytes));
        buf_fini(&again);
    }
    return err_name(e);
}

static void a_beacon_comes_back_as_it_was(void **state)
{
    (void)state;
    struct beacon b;
    struct buf bytes = encoded(&sample);
    assert_int_equal(beacon_decode(buf_slice(&bytes), &b), ERR_OK);
    assert_true(slice_equal(b.version, sample.version));
    b.version = sample.version;
    assert_memory_equal(&b, &sample, sizeof b);
    buf_fini(&bytes);
}

static void no_prefix_of_a_beacon_is_one_and_no_flipped_bit_gives_a_second_form(void **state)
{
    (void)state;
    struct buf bytes = encoded(&sample);
    assert_int_equal(sweep_prefixes(buf_slice(&bytes), decoded), 0);
    uint8_t *flipped = wire_exact(bytes.at, bytes.len);
    for (size_t bit = 0; bit < bytes.len * 8; bit++) {
        flipped[bit / 8] ^= (uint8_t)(1u << bit % 8);
        (void)decoded(slice_of(flipped, bytes.len));
        flipped[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    free(flipped);
    buf_byte(&bytes, 0);
    assert_string_equal(decoded(buf_slice(&bytes)), "trailing");
    buf_fini(&bytes);
}

static void what_would_not_be_read_is_not_written(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, BEACON_MAX_BYTES);
    struct beacon b = sample;
    b.number = 0;
    assert_int_equal(beacon_encode(&b, &out), ERR_RANGE);
    b = sample;
    b.problems[1] = 3;
    assert_int_equal(beacon_encode(&b, &out), ERR_RANGE);
    b = sample;
    b.disk_free_bytes = 7;
    assert_int_equal(beacon_encode(&b, &out), ERR_RANGE);
    assert_int_equal(out.len, 0);
    buf_fini(&out);
}

static void the_longest_one_has_room(void **state)
{
    (void)state;
    struct beacon b = sample;
    uint8_t text[BEACON_VERSION_BYTES];
    b.number = b.at_ms = b.fold = b.commits = b.unheld = b.disk_free_bytes = b.disk_total_bytes = INT64_MAX;
    b.last_backup_ms = b.up_since_ms = b.p50_ms = b.p95_ms = b.samples = INT64_MAX;
    memset(text, 'a', sizeof text);
    b.version = slice_of(text, sizeof text);
    for (b.problems_n = 0; b.problems_n < BEACON_PROBLEMS_MAX; b.problems_n++)
        b.problems[b.problems_n] = (uint16_t)(BEACON_PROBLEM_MAX - BEACON_PROBLEMS_MAX + b.problems_n);
    struct buf bytes = encoded(&b);
    assert_int_equal(bytes.len, 397);
    buf_fini(&bytes);
}

static void stored_vectors_can_be_made_anew_and_get_their_verdict(void **state)
{
    (void)state;
    static const char expected[] =
        "ok ok ok signature signature version range range range range key_order key_order range range range "
        "range range range ";
    char found[sizeof expected * 2] = "";
    size_t n = 0;
    json_t *file = vectors_load("beacon.json"), *c;
    size_t i;
    assert_true(vectors_equal(json_incref(file), vectors_beacon()));
    json_array_foreach(json_object_get(file, "beacons"), i, c) n +=
        (size_t)snprintf(found + n, sizeof found - n, "%s ", json_string_value(json_object_get(c, "result")));
    assert_string_equal(found, expected);
    json_decref(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_beacon_comes_back_as_it_was),
        cmocka_unit_test(no_prefix_of_a_beacon_is_one_and_no_flipped_bit_gives_a_second_form),
        cmocka_unit_test(what_would_not_be_read_is_not_written),
        cmocka_unit_test(the_longest_one_has_room),
        cmocka_unit_test(stored_vectors_can_be_made_anew_and_get_their_verdict),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
