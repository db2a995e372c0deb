/* exchange: bodies between sites over HTTP. */
#include "protocol/exchange/exchange.h"
#include "protocol/base/limits.h"

#include "tests/help/op_notation.h"
#include "tests/help/op_sweep.h"
#include "tests/help/op_vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

static struct sign_key one, other;
static uint8_t asked[HASH_BYTES];

static int start(void **state)
{
    (void)state;
    if (sign_start() != ERR_OK)
        return 1;
    seeded_key(0x11, &one);
    seeded_key(0x22, &other);
    return 0;
}

static void stored_vectors_can_be_made_anew(void **state)
{
    (void)state;
    assert_true(vectors_equal(vectors_load("exchange.json"), vectors_exchange()));
}

static void every_vector_gets_its_verdict(void **state)
{
    (void)state;
    json_t *file = vectors_load("exchange.json"), *c;
    struct buf b, site, request;
    uint8_t hash[HASH_BYTES];
    size_t i, good = 0;
    buf_init(&b, 1u << 16);
    buf_init(&site, 64);
    buf_init(&request, 64);
    hex_read(json_object_get(file, "site"), &site);
    hex_read(json_object_get(file, "request"), &request);
    json_array_foreach(json_object_get(file, "requests"), i, c)
    {
        const char *result = json_string_value(json_object_get(c, "result"));
        hex_read(json_object_get(c, "body"), &b);
        assert_string_equal(exchange_request_verdict(buf_slice(&b), hash), result);
        good += strcmp(result, "ok") == 0;
    }
    assert_true(good >= 2 && i > 10);
    json_array_foreach(json_object_get(file, "answers"), i, c)
    {
        hex_read(json_object_get(c, "body"), &b);
        assert_string_equal(exchange_response_verdict(buf_slice(&b), site.at, request.at),
                            json_string_value(json_object_get(c, "result")));
    }
    assert_true(i > 5);
    buf_fini(&b);
    buf_fini(&site);
    buf_fini(&request);
    json_decref(file);
}

static struct exchange_request example(const struct slice *messages, size_t n)
{
    struct exchange_request r = {
        .has_session = true, .first = 9, .messages = messages, .messages_n = n, .received = 4, .wait_ms = 25000};
    memset(r.alliance, 0xa1, sizeof r.alliance);
    memset(r.session, 0x5e, sizeof r.session);
    memset(r.nonce, 0x4e, sizeof r.nonce);
    memcpy(r.from, one.pub, SITE_BYTES);
    memcpy(r.to, other.pub, SITE_BYTES);
    return r;
}

static void what_was_asked_is_read_as_it_was_written(void **state)
{
    struct slice messages[] = {slice_text("first"), slice_text("second")};
    struct exchange_request r = example(messages, 2), back;
    uint8_t hash[HASH_BYTES], again[HASH_BYTES];
    struct arena arena = {0};
    struct buf b;
    (void)state;
    buf_init(&b, LIMIT_HTTP_EXCHANGE_BYTES);
    assert_int_equal(exchange_request_encode(&r, &one, &b, hash), ERR_OK);
    assert_int_equal(exchange_request_decode(buf_slice(&b), &arena, &back, again), ERR_OK);
    assert_memory_equal(hash, again, sizeof hash);
    assert_memory_equal(back.from, one.pub, SITE_BYTES);
    assert_memory_equal(back.to, other.pub, SITE_BYTES);
    assert_memory_equal(back.session, r.session, sizeof r.session);
    assert_int_equal(back.first, 9);
    assert_int_equal(back.received, 4);
    assert_int_equal(back.wait_ms, 25000);
    assert_int_equal(back.messages_n, 2);
    assert_true(slice_equal(back.messages[1], messages[1]));
    buf_fini(&b);
    arena_fini(&arena);
}

static const char *request_verdict(struct slice body)
{
    uint8_t hash[HASH_BYTES];
    return exchange_request_verdict(body, hash);
}

static const char *response_verdict(struct slice body)
{
    return exchange_response_verdict(body, other.pub, asked);
}

static void no_prefix_and_no_flipped_bit_passes(void **state)
{
    struct slice messages[] = {slice_text("first"), slice_text("second")};
    struct exchange_request r = example(messages, 2);
    struct exchange_response a = {.first = 4, .messages = messages, .messages_n = 2, .received = 11, .open = true};
    struct buf b;
    (void)state;
    buf_init(&b, LIMIT_HTTP_EXCHANGE_BYTES);
    assert_int_equal(exchange_request_encode(&r, &one, &b, asked), ERR_OK);
    assert_int_equal(sweep_prefixes(buf_slice(&b), request_verdict), 0);
    assert_int_equal(sweep_flips(buf_slice(&b), request_verdict), 0);
    buf_clear(&b);
    assert_int_equal(exchange_response_encode(&a, &other, asked, &b), ERR_OK);
    assert_string_equal(response_verdict(buf_slice(&b)), "ok");
    assert_int_equal(sweep_prefixes(buf_slice(&b), response_verdict), 0);
    assert_int_equal(sweep_flips(buf_slice(&b), response_verdict), 0);
    buf_fini(&b);
}

static void a_body_past_its_limit_is_neither_made_nor_read(void **state)
{
    size_t size = LIMIT_MESSAGE_BYTES;
    uint8_t *bytes = calloc(1, size), hash[HASH_BYTES];
    struct slice messages[] = {slice_of(bytes, size), slice_of(bytes, size)};
    struct exchange_request r = example(messages, 2);
    struct buf b;
    (void)state;
    assert_non_null(bytes);
    buf_init(&b, 4 * size);
    assert_int_equal(exchange_request_encode(&r, &one, &b, hash), ERR_TOO_LARGE);
    buf_clear(&b);
    r.messages_n = 1;
    assert_int_equal(exchange_request_encode(&r, &one, &b, hash), ERR_OK);
    assert_true(b.len <= size + EXCHANGE_FRAME_BYTES);
    assert_string_equal(request_verdict(slice_of(bytes, size)), "trailing");
    free(bytes);
    buf_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stored_vectors_can_be_made_anew),
        cmocka_unit_test(every_vector_gets_its_verdict),
        cmocka_unit_test(what_was_asked_is_read_as_it_was_written),
        cmocka_unit_test(no_prefix_and_no_flipped_bit_passes),
        cmocka_unit_test(a_body_past_its_limit_is_neither_made_nor_read),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
