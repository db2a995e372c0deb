/* commit: vectors, sweeps, building, bodies, dots. */
#include "protocol/op/commit.h"

#include "protocol/base/clock.h"
#include "protocol/wire/wr.h"
#include "tests/help/op_notation.h"
#include "tests/help/op_sweep.h"
#include "tests/help/op_vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

static const uint8_t alliance[ALLIANCE_BYTES] = {0xa1, 0xa1, 0xa1, 0xa1, 0xa1, 0xa1, 0xa1, 0xa1,
                                                 0xa1, 0xa1, 0xa1, 0xa1, 0xa1, 0xa1, 0xa1, 0xa1};

static const char *verdict(struct slice carried)
{
    return commit_verdict(carried, alliance);
}

static int start(void **state)
{
    (void)state;
    return sign_start() != ERR_OK;
}

static const char *text_of(const json_t *c, const char *key)
{
    return json_string_value(json_object_get(c, key));
}

static void stored_vectors_can_be_made_anew(void **state)
{
    (void)state;
    assert_true(vectors_equal(vectors_load("commit.json"), vectors_commit()));
}

static void every_vector_gets_its_verdict_and_its_id(void **state)
{
    (void)state;
    json_t *file = vectors_load("commit.json"), *c;
    struct buf carried, id;
    size_t i;
    buf_init(&carried, 1u << 20);
    buf_init(&id, 64);
    json_array_foreach(json_object_get(file, "cases"), i, c)
    {
        static struct commit out;
        hex_read(json_object_get(c, "carried"), &carried);
        assert_string_equal(verdict(buf_slice(&carried)), text_of(c, "result"));
        if (strcmp(text_of(c, "result"), "ok") != 0)
            continue;
        hex_read(json_object_get(c, "id"), &id);
        assert_int_equal(commit_decode(buf_slice(&carried), &out), ERR_OK);
        assert_memory_equal(out.id, id.at, HASH_BYTES);
        assert_int_equal(out.ops_n, json_array_size(json_object_get(c, "ops")));
    }
    assert_true(i > 30);
    buf_fini(&carried);
    buf_fini(&id);
    json_decref(file);
}

static void two_signatures_of_one_envelope_are_two_commits(void **state)
{
    (void)state;
    json_t *file = vectors_load("commit.json"), *cases = json_object_get(file, "cases");
    struct buf one, two;
    static struct commit a, b;
    buf_init(&one, 4096);
    buf_init(&two, 4096);
    hex_read(json_object_get(json_array_get(cases, 0), "carried"), &one);
    hex_read(json_object_get(json_array_get(cases, 1), "carried"), &two);
    assert_int_equal(commit_decode(buf_slice(&one), &a), ERR_OK);
    assert_int_equal(commit_decode(buf_slice(&two), &b), ERR_OK);
    assert_true(slice_equal(a.envelope, b.envelope));
    assert_int_equal(commit_verify(&a, alliance), ERR_OK);
    assert_int_equal(commit_verify(&b, alliance), ERR_OK);
    assert_memory_not_equal(a.id, b.id, HASH_BYTES);
    buf_fini(&one);
    buf_fini(&two);
    json_decref(file);
}

/* What counts of a log, told from its commits alone: each signed, each after the one before it. */
static size_t counts(const json_t *commits)
{
    static struct commit c;
    uint8_t prev[HASH_BYTES] = {0};
    uint64_t clock = 0;
    size_t n = 0;
    struct buf carried;
    buf_init(&carried, 4096);
    for (; n < json_array_size(commits); n++) {
        hex_read(json_object_get(json_array_get(commits, n), "carried"), &carried);
        if (commit_decode(buf_slice(&carried), &c) || commit_verify(&c, alliance) || c.seq != n + 1 ||
            memcmp(c.prev, prev, HASH_BYTES) != 0 || c.clock <= clock)
            break;
        memcpy(prev, c.id, HASH_BYTES);
        clock = c.clock;
    }
    buf_fini(&carried);
    return n;
}

static void a_log_ends_before_its_first_bad_signature(void **state)
{
    (void)state;
    json_t *file = vectors_load("commit.json"), *log;
    size_t i;
    json_array_foreach(json_object_get(file, "logs"), i, log)
        assert_int_equal(counts(json_object_get(log, "commits")), json_integer_value(json_object_get(log, "counts")));
    assert_int_equal(i, 1);
    json_decref(file);
}

static void no_prefix_and_no_flipped_bit_passes(void **state)
{
    (void)state;
    json_t *file = vectors_load("commit.json");
    struct buf b;
    buf_init(&b, 4096);
    hex_read(json_object_get(json_array_get(json_object_get(file, "cases"), 0), "carried"), &b);
    assert_int_equal(sweep_prefixes(buf_slice(&b), verdict), 0);
    assert_int_equal(sweep_flips(buf_slice(&b), verdict), 0);
    buf_fini(&b);
    json_decref(file);
}

/* ---- building ---- */

static struct commit_draft draft(const struct sign_key *key, const struct op_draft *ops, size_t n)
{
    struct commit_draft d = {.log = {.incarnation = 7}, .seq = 1, .clock = 1, .ops = ops, .ops_n = n};
    memcpy(d.alliance, alliance, ALLIANCE_BYTES);
    memcpy(d.log.site, key->pub, SITE_BYTES);
    return d;
}

static void what_is_built_is_read_back(void **state)
{
    (void)state;
    static const uint8_t header[] = {0x92, 0x01, 0xc4, 0x01, 0x00}, body[] = {0x91, 0x00};
    struct op_draft ops[2] = {
        {slice_of(header, 5), slice_of(body, 2), {1}},
        {slice_of(header, 5), slice_of(body, 1), {2}}
    };
    struct sign_key key;
    struct buf envelope, carried;
    uint8_t sig[SIGNATURE_BYTES], id[HASH_BYTES];
    static struct commit c;
    seeded_key(3, &key);
    struct commit_draft d = draft(&key, ops, 2);
    buf_init(&envelope, LIMIT_ENVELOPE_BYTES);
    buf_init(&carried, LIMIT_COMMIT_BYTES);
    assert_int_equal(commit_build(&d, &key, &envelope, sig, id), ERR_OK);
    commit_write_start(&carried, buf_slice(&envelope), sig, 2);
    commit_write_body(&carried, BODY_PRESENT, ops[0].salt, ops[0].body);
    commit_write_body(&carried, BODY_MISSING, NULL, slice_of(NULL, 0));
    assert_int_equal(commit_decode(buf_slice(&carried), &c), ERR_OK);
    assert_int_equal(commit_verify(&c, alliance), ERR_OK);
    assert_memory_equal(c.id, id, HASH_BYTES);
    assert_int_equal(commit_check_body(&c.ops[0]), ERR_OK);
    assert_int_equal(c.ops[1].state, BODY_MISSING);
    assert_int_equal(commit_check_body(&c.ops[1]), ERR_OK);
    c.ops[0].body.len--;
    assert_int_equal(commit_check_body(&c.ops[0]), ERR_COMMITMENT);
    static struct commit kept;
    assert_int_equal(commit_decode_envelope(buf_slice(&envelope), sig, &kept), ERR_OK);
    assert_memory_equal(kept.id, id, HASH_BYTES);
    buf_fini(&envelope);
    buf_fini(&carried);
}

static void nothing_is_built_that_a_peer_would_refuse(void **state)
{
    (void)state;
    static uint8_t big[LIMIT_BODY_BYTES + 8];
    static struct op_draft ops[LIMIT_OPS + 1];
    static const uint8_t header[] = {0x92, 0x01, 0xc4, 0x01, 0x00};
    struct sign_key key, other;
    struct buf envelope;
    uint8_t sig[SIGNATURE_BYTES], id[HASH_BYTES];
    seeded_key(3, &key);
    seeded_key(4, &other);
    for (size_t i = 0; i < LIMIT_OPS + 1; i++)
        ops[i] = (struct op_draft){.header = slice_of(header, sizeof header), .body = slice_of(big, 1)};
    buf_init(&envelope, 1u << 20);
    struct commit_draft d = draft(&key, ops, LIMIT_OPS);
    assert_int_equal(commit_build(&d, &key, &envelope, sig, id), ERR_OK);
    assert_int_equal(commit_build(&d, &other, &envelope, sig, id), ERR_SIGNATURE);
    d.ops_n = LIMIT_OPS + 1;
    assert_int_equal(commit_build(&d, &key, &envelope, sig, id), ERR_TOO_LARGE);
    d.ops_n = 0;
    assert_int_equal(commit_build(&d, &key, &envelope, sig, id), ERR_RANGE);
    d.ops_n = 1;
    d.clock = (uint64_t)CLOCK_MAX_MS << 16;
    assert_int_equal(commit_build(&d, &key, &envelope, sig, id), ERR_CLOCK);
    d.clock = 1;
    d.seq = 2;
    assert_int_equal(commit_build(&d, &key, &envelope, sig, id), ERR_CHAIN);
    d.seq = 1;
    ops[0].body = slice_of(big, LIMIT_BODY_BYTES + 1);
    assert_int_equal(commit_build(&d, &key, &envelope, sig, id), ERR_TOO_LARGE);
    for (size_t i = 0; i < 9; i++)
        ops[i].body = slice_of(big, LIMIT_BODY_BYTES);
    d.ops_n = 9;
    assert_int_equal(commit_build(&d, &key, &envelope, sig, id), ERR_TOO_LARGE);
    d.ops_n = 7;
    assert_int_equal(commit_build(&d, &key, &envelope, sig, id), ERR_OK);
    struct buf value;
    buf_init(&value, 1u << 20);
    notation(&value, "[999, 'x:01', 'x:00*65536']");
    ops[0] = (struct op_draft){.header = buf_slice(&value), .body = slice_of(big, 1)};
    d.ops_n = 1;
    assert_int_equal(commit_build(&d, &key, &envelope, sig, id), ERR_TOO_LARGE);
    buf_fini(&value);
    buf_fini(&envelope);
}

/* Just under 512 KiB is carried, just over is not: commit_build's arithmetic is the reader's. */
static void sizes_agree_between_author_and_reader(void **state)
{
    (void)state;
    static uint8_t big[LIMIT_BODY_BYTES];
    static const uint8_t header[] = {0x92, 0x01, 0xc4, 0x01, 0x00};
    struct op_draft ops[9];
    struct sign_key key;
    struct buf envelope, carried;
    uint8_t sig[SIGNATURE_BYTES], id[HASH_BYTES];
    static struct commit c;
    seeded_key(3, &key);
    for (size_t i = 0; i < 9; i++)
        ops[i] =
            (struct op_draft){.header = slice_of(header, sizeof header), .body = slice_of(big, i < 7 ? sizeof big : 0)};
    struct commit_draft d = draft(&key, ops, 9);
    buf_init(&envelope, 1u << 20);
    buf_init(&carried, 1u << 20);
    size_t accepted = 0;
    for (size_t last = 64000; last < 65000; last++) {
        ops[7].body.len = last;
        if (commit_build(&d, &key, &envelope, sig, id) != ERR_OK)
            break;
        accepted = last;
    }
    assert_in_range(accepted, 64000, 64998);
    for (size_t over = 0; over < 2; over++) {
        ops[7].body.len = accepted + over;
        buf_clear(&carried);
        commit_build(&d, &key, &envelope, sig, id);
        commit_write_start(&carried, buf_slice(&envelope), sig, 9);
        for (size_t i = 0; i < 9; i++)
            commit_write_body(&carried, BODY_PRESENT, ops[i].salt, ops[i].body);
        assert_int_equal(carried.len, LIMIT_COMMIT_BYTES + over);
        assert_int_equal(commit_decode(buf_slice(&carried), &c), over ? ERR_TOO_LARGE : ERR_OK);
    }
    buf_fini(&envelope);
    buf_fini(&carried);
}

/* ---- dots ---- */

static void a_dot_is_written_and_read(void **state)
{
    (void)state;
    static const unsigned indexes[] = {0, 9, 10, 99, 100, 255};
    uint8_t id[HASH_BYTES];
    char text[DOT_TEXT_LEN + 1];
    memset(id, 0xab, sizeof id);
    for (size_t i = 0; i < sizeof indexes / sizeof *indexes; i++) {
        struct dot d = dot_of(id, indexes[i]), back;
        dot_format(&d, text);
        assert_int_equal(dot_parse(slice_text(text), &back), ERR_OK);
        assert_int_equal(dot_compare(&d, &back), 0);
    }
    assert_string_equal(text, "vov2xk5lvov2xk5lvov2xk5lvm-255");
}

static void a_dot_has_one_text_form(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",
        "vov2xk5lvov2xk5lvov2xk5lvm",
        "vov2xk5lvov2xk5lvov2xk5lvm-",
        "vov2xk5lvov2xk5lvov2xk5lvm-256",
        "vov2xk5lvov2xk5lvov2xk5lvm-01",
        "vov2xk5lvov2xk5lvov2xk5lvm-1234",
        "vov2xk5lvov2xk5lvov2xk5lvm-a",
        "vov2xk5lvov2xk5lvov2xk5lvm+1",
        "VOV2XK5LVOV2XK5LVOV2XK5LVM-1",
        "vov2xk5lvov2xk5lvov2xk5lv1-1",
    };
    struct dot d;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_not_equal(dot_parse(slice_text(wrong[i]), &d), ERR_OK);
}

static void dots_and_logs_have_a_byte_order(void **state)
{
    (void)state;
    struct dot a = {{1}, 9}, b = {{2}, 0}, c = {{2}, 1}, self = {{0}, 3};
    assert_true(dot_compare(&a, &b) < 0 && dot_compare(&b, &c) < 0 && dot_compare(&c, &a) > 0);
    assert_true(dot_is_self(&self));
    assert_false(dot_is_self(&a));
    struct log_id x = {{1}, 9}, y = {{2}, 1}, z = {{2}, 2};
    assert_true(log_compare(&x, &y) < 0 && log_compare(&y, &z) < 0 && log_compare(&z, &z) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stored_vectors_can_be_made_anew),
        cmocka_unit_test(every_vector_gets_its_verdict_and_its_id),
        cmocka_unit_test(two_signatures_of_one_envelope_are_two_commits),
        cmocka_unit_test(a_log_ends_before_its_first_bad_signature),
        cmocka_unit_test(no_prefix_and_no_flipped_bit_passes),
        cmocka_unit_test(what_is_built_is_read_back),
        cmocka_unit_test(nothing_is_built_that_a_peer_would_refuse),
        cmocka_unit_test(sizes_agree_between_author_and_reader),
        cmocka_unit_test(a_dot_is_written_and_read),
        cmocka_unit_test(a_dot_has_one_text_form),
        cmocka_unit_test(dots_and_logs_have_a_byte_order),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
