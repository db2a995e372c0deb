/* join: invitation codes, requests, words. */
#include "protocol/charter/join.h"

#include "tests/help/op_notation.h"
#include "tests/help/op_sweep.h"
#include "tests/help/op_vectors_charter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

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
    assert_true(vectors_equal(vectors_load("join.json"), vectors_join()));
}

static void every_vector_gets_its_verdict(void **state)
{
    (void)state;
    json_t *file = vectors_load("join.json"), *c;
    struct buf b;
    size_t i;
    buf_init(&b, 1u << 16);
    json_array_foreach(json_object_get(file, "codes"), i, c)
        assert_string_equal(invite_verdict(slice_text(text_of(c, "code"))), text_of(c, "result"));
    assert_true(i > 10);
    json_array_foreach(json_object_get(file, "requests"), i, c)
    {
        hex_read(json_object_get(c, "request"), &b);
        assert_string_equal(join_verdict(buf_slice(&b)), text_of(c, "result"));
    }
    assert_true(i > 7);
    json_array_foreach(json_object_get(file, "vouches"), i, c)
    {
        hex_read(json_object_get(c, "word"), &b);
        assert_string_equal(vouch_verdict(buf_slice(&b)), text_of(c, "result"));
    }
    assert_true(i > 5);
    json_array_foreach(json_object_get(file, "words"), i, c)
    {
        uint8_t bytes[HASH_BYTES];
        hex_read(json_object_get(c, "bytes"), &b);
        assert_int_equal(words_decode(slice_text(text_of(c, "words")), bytes, b.len), ERR_OK);
        assert_memory_equal(bytes, b.at, b.len);
    }
    buf_fini(&b);
    json_decref(file);
}

static struct invite example(void)
{
    struct invite v = {.expires_s = 1795000000, .ally_name = slice_text("Réseau Cohérence"), .addresses_n = 2};
    memset(v.alliance, 0xa1, sizeof v.alliance);
    memset(v.charter_id, 0xc4, sizeof v.charter_id);
    memset(v.inviter, 0x5a, sizeof v.inviter);
    memset(v.secret, 0x5e, sizeof v.secret);
    v.addresses[0] = slice_text("192.0.2.1:5670");
    v.addresses[1] = slice_text("[2001:db8::1]:5670");
    return v;
}

static void a_code_survives_being_pasted_with_line_breaks(void **state)
{
    (void)state;
    struct invite v = example(), back;
    struct buf code, pasted;
    struct arena arena = {0};
    buf_init(&code, 4096);
    buf_init(&pasted, 8192);
    assert_int_equal(invite_encode(&v, &code), ERR_OK);
    for (size_t i = 0; i < code.len; i++)
        buf_printf(&pasted, "%c%s", code.at[i], i % 60 == 59 ? "\r\n  " : i % 7 == 0 ? "\t" : "");
    assert_int_equal(invite_decode(buf_slice(&pasted), &arena, &back), ERR_OK);
    buf_wipe(&code);
    buf_wipe(&pasted);
    assert_memory_equal(back.secret, v.secret, SEED_BYTES);
    assert_memory_equal(back.inviter, v.inviter, SITE_BYTES);
    assert_int_equal(back.expires_s, v.expires_s);
    assert_int_equal(back.addresses_n, 2);
    assert_true(slice_equal(back.addresses[1], v.addresses[1]));
    assert_true(slice_equal(back.ally_name, v.ally_name));
    arena_fini(&arena);
}

static void a_damaged_code_is_seen(void **state)
{
    (void)state;
    struct invite v = example();
    struct buf code;
    buf_init(&code, 4096);
    assert_int_equal(invite_encode(&v, &code), ERR_OK);
    assert_int_equal(sweep_prefixes(buf_slice(&code), invite_verdict), 0);
    assert_int_equal(sweep_flips(buf_slice(&code), invite_verdict), 0);
    buf_fini(&code);
}

static void no_code_is_made_that_nobody_could_read(void **state)
{
    (void)state;
    struct invite v = example();
    struct buf code;
    buf_init(&code, 4096);
    v.ally_name = slice_of(NULL, 0);
    assert_int_equal(invite_encode(&v, &code), ERR_TEXT_EMPTY);
    v = example();
    v.addresses[0] = slice_text("");
    assert_int_equal(invite_encode(&v, &code), ERR_TEXT_EMPTY);
    v = example();
    v.addresses_n = INVITE_ADDRESSES_MAX + 1;
    assert_int_equal(invite_encode(&v, &code), ERR_ITEMS);
    assert_int_equal(code.len, 0);
    buf_fini(&code);
}

static void the_largest_code_can_be_made_and_read(void **state)
{
    (void)state;
    char address[ADDRESS_MAX_BYTES + 1], name[NAME_MAX_BYTES + 1];
    struct invite v = example(), back;
    struct buf code;
    struct arena arena = {0};
    memset(address, 'a', sizeof address);
    memset(name, 'n', sizeof name);
    v.addresses_n = INVITE_ADDRESSES_MAX;
    for (size_t i = 0; i < INVITE_ADDRESSES_MAX; i++)
        v.addresses[i] = slice_of(address, ADDRESS_MAX_BYTES);
    v.ally_name = slice_of(name, NAME_MAX_BYTES);
    buf_init(&code, 8192);
    assert_int_equal(invite_encode(&v, &code), ERR_OK);
    assert_int_equal(invite_decode(buf_slice(&code), &arena, &back), ERR_OK);
    assert_int_equal(back.addresses[7].len, ADDRESS_MAX_BYTES);
    buf_fini(&code);
    arena_fini(&arena);
}

/* "ok" where the request decodes; then it must be written back as the same bytes. */
static const char *request_round_trip(struct slice request)
{
    struct join_request q;
    struct buf again;
    err_t e = join_decode(request, &q);
    if (e == ERR_OK) {
        buf_init(&again, 8192);
        join_encode(&q, &again);
        assert_true(slice_equal(buf_slice(&again), request));
        buf_fini(&again);
    }
    return err_name(e);
}

static void a_request_reads_one_way(void **state)
{
    (void)state;
    json_t *file = vectors_load("join.json");
    struct buf b;
    struct join_request q;
    buf_init(&b, 8192);
    hex_read(json_object_get(json_array_get(json_object_get(file, "requests"), 0), "request"), &b);
    assert_int_equal(join_decode(buf_slice(&b), &q), ERR_OK);
    assert_int_equal(q.college, 2);
    assert_true(slice_equal(q.ally_name, slice_text("Cohérence")));
    assert_true(slice_equal(q.endpoints[0], slice_text("192.0.2.7:5670")));
    assert_int_equal(q.ally[0], 0xb5);
    assert_int_equal(sweep_prefixes(buf_slice(&b), request_round_trip), 0);
    sweep_flips(buf_slice(&b), request_round_trip);
    buf_fini(&b);
    json_decref(file);
}

static const char *word_round_trip(struct slice word)
{
    struct vouch v;
    struct buf again;
    err_t e = vouch_decode(word, &v);
    if (e == ERR_OK) {
        buf_init(&again, VOUCH_MAX_BYTES);
        vouch_encode(&v, &again);
        assert_true(slice_equal(buf_slice(&again), word));
        buf_fini(&again);
    }
    return err_name(e);
}

static void a_members_word_reads_one_way(void **state)
{
    (void)state;
    struct vouch v = {.taken_s = 1794000000, .expires_s = 1795000000};
    struct buf b;
    buf_init(&b, VOUCH_MAX_BYTES);
    memset(v.inviter, 0x5a, sizeof v.inviter);
    vouch_encode(&v, &b);
    assert_string_equal(word_round_trip(buf_slice(&b)), "ok");
    assert_int_equal(sweep_prefixes(buf_slice(&b), word_round_trip), 0);
    sweep_flips(buf_slice(&b), word_round_trip);
    buf_fini(&b);
}

static void words_are_read_back_or_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "", "babab", "babab-baba", "babab-babae", "babab_babab", "Babab-babab", "babab-babab-", "aabab-babab"};
    uint8_t out[4] = {1, 2, 3, 4};
    char text[WORD_TEXT_LEN(2)];
    for (unsigned n = 0; n <= 0xffff; n++) {
        uint8_t bytes[2] = {(uint8_t)(n >> 8), (uint8_t)n};
        words_encode(slice_of(bytes, 2), text);
        assert_int_equal(words_decode(slice_text(text), out, 2), ERR_OK);
        assert_memory_equal(out, bytes, 2);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(words_decode(slice_text(wrong[i]), out, 4), ERR_RANGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stored_vectors_can_be_made_anew),
        cmocka_unit_test(every_vector_gets_its_verdict),
        cmocka_unit_test(a_code_survives_being_pasted_with_line_breaks),
        cmocka_unit_test(a_damaged_code_is_seen),
        cmocka_unit_test(no_code_is_made_that_nobody_could_read),
        cmocka_unit_test(the_largest_code_can_be_made_and_read),
        cmocka_unit_test(a_request_reads_one_way),
        cmocka_unit_test(a_members_word_reads_one_way),
        cmocka_unit_test(words_are_read_back_or_refused),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
