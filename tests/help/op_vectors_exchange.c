/*
 * Vectors of the bodies of POST /peer/v1/exchange and of their answers. Sites 11… asks site 22…; a case changes one thing.
 */
#include "protocol/base/limits.h"
#include "protocol/exchange/exchange.h"
#include "protocol/wire/wr.h"
#include "tests/help/op_notation.h"
#include "tests/help/op_vectors.h"

#include <stdio.h>

#define REQUEST  "['x:5e*16', 3, ['x:950d01c0c0c0', 'x:00'], 7, 25000]"
#define RESPONSE "['x:5e*16', 7, ['x:00'], 5, true]"
#define HEAD     "[1, 'x:a1*16', '%s', '%s', 'POST', '/peer/v1/exchange', 'x:4e*16', '%s']"
#define ANSWER   "[1, '%s', '%s']"

struct exchange_case {
    const char *name, *head, *payload;
    uint8_t seed; /* who signs */
    bool other_payload, damaged;
};

static const struct exchange_case requests[] = {
    {"a request that carries two messages and waits", HEAD,                                                                              REQUEST,                        0x11, false, false},
    {"a request that asks for a session",             HEAD,                                                                              "[null, 0, [], 0, 0]",          0x11, false, false},
    {"signed by another",                             HEAD,                                                                              REQUEST,                        0x22, false, false},
    {"a damaged signature",                           HEAD,                                                                              REQUEST,                        0x11, false, true },
    {"another payload than the head says",            HEAD,                                                                              REQUEST,                        0x11, true,  false},
    {"version 2",                                     "[2, 'x:a1*16', '%s', '%s', 'POST', '/peer/v1/exchange', 'x:4e*16', '%s']",        REQUEST,                        0x11, false,
     false                                                                                                                                                                                 },
    {"another method",                                "[1, 'x:a1*16', '%s', '%s', 'PUT', '/peer/v1/exchange', 'x:4e*16', '%s']",         REQUEST,                        0x11, false,
     false                                                                                                                                                                                 },
    {"a proxy's path",                                "[1, 'x:a1*16', '%s', '%s', 'POST', '/allied/peer/v1/exchange', 'x:4e*16', '%s']", REQUEST,                        0x11,
     false,                                                                                                                                                                           false},
    {"a nonce of 15 bytes",                           "[1, 'x:a1*16', '%s', '%s', 'POST', '/peer/v1/exchange', 'x:4e*15', '%s']",        REQUEST,                        0x11,
     false,                                                                                                                                                                           false},
    {"an empty message",                              HEAD,                                                                              "['x:5e*16', 3, ['x:'], 7, 0]", 0x11, false, false},
    {"a wait past a minute",                          HEAD,                                                                              "['x:5e*16', 3, [], 7, 60001]", 0x11, false, false},
    {"an item too many",                              HEAD,                                                                              "['x:5e*16', 3, [], 7, 0, 0]",  0x11, false, false},
    {"a first request that already says something",   HEAD,                                                                              "[null, 0, ['x:00'], 0, 0]",    0x11, false, false},
    {"a session of 15 bytes",                         HEAD,                                                                              "['x:5e*15', 3, [], 7, 0]",     0x11, false, false},
};

static const struct exchange_case responses[] = {
    {"an answer",                             ANSWER,                     RESPONSE,                       0x22, false, false},
    {"an answer after which nothing follows", ANSWER,                     "['x:5e*16', 0, [], 0, false]", 0x22, false, false},
    {"an answer of another site",             ANSWER,                     RESPONSE,                       0x11, false, false},
    {"an answer to another request",          "[1, 'x:ee*32', '%.0s%s']", RESPONSE,                       0x22, false, false},
    {"an answer of another payload",          ANSWER,                     RESPONSE,                       0x22, true,  false},
    {"an answer without its end",             ANSWER,                     "['x:5e*16', 7, [], 5]",        0x22, false, false},
    {"an answer of version 2",                "[2, '%s', '%s']",          RESPONSE,                       0x22, false, false},
};

static void hex_text(const uint8_t *bytes, size_t n, char *out)
{
    out[0] = 'x', out[1] = ':';
    for (size_t i = 0; i < n; i++)
        snprintf(out + 2 + 2 * i, 3, "%02x", bytes[i]);
}

static void make_body(const struct exchange_case *c, const char *const parts[3], const char *domain, struct buf *out)
{
    struct buf head, payload;
    struct sign_key key;
    char text[512], hash_text[67];
    uint8_t hash[HASH_BYTES], signature[SIGNATURE_BYTES];
    buf_init(&head, 1024);
    buf_init(&payload, 4096);
    notation(&payload, c->payload);
    struct slice bytes = buf_slice(&payload);
    hash256(hash, &bytes, 1);
    hash[0] ^= c->other_payload;
    hex_text(hash, sizeof hash, hash_text);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    if (parts[1])
        snprintf(text, sizeof text, c->head, parts[0], parts[1], hash_text);
    else
        snprintf(text, sizeof text, c->head, parts[0], hash_text);
#pragma GCC diagnostic pop
    notation(&head, text);
    seeded_key(c->seed, &key);
    (void)sign_make(&key, domain, buf_slice(&head), signature);
    signature[40] ^= c->damaged;
    buf_clear(out);
    wr_array(out, 3);
    wr_bin(out, buf_slice(&head));
    wr_bin(out, slice_of(signature, sizeof signature));
    wr_bin(out, bytes);
    buf_fini(&head);
    buf_fini(&payload);
}

static json_t *one_case(const char *name, const char *result, struct slice body)
{
    json_t *c = json_object();
    json_object_set_new(c, "name", json_string(name));
    json_object_set_new(c, "result", json_string(result));
    json_object_set_new(c, "body", hex_of(body));
    return c;
}

json_t *vectors_exchange(void)
{
    struct buf b;
    struct sign_key one, other;
    char from[67], to[67], asked[67];
    uint8_t hash[HASH_BYTES] = {0}, first[HASH_BYTES] = {0};
    json_t *file = json_object(), *list = json_array(), *answers = json_array();
    buf_init(&b, 8192);
    seeded_key(0x11, &one);
    seeded_key(0x22, &other);
    hex_text(one.pub, SITE_BYTES, from);
    hex_text(other.pub, SITE_BYTES, to);
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        const char *const parts[3] = {from, to};
        make_body(&requests[i], parts, DOMAIN_REQUEST, &b);
        const char *result = exchange_request_verdict(buf_slice(&b), hash);
        json_t *c = one_case(requests[i].name, result, buf_slice(&b));
        if (strcmp(result, "ok") == 0)
            json_object_set_new(c, "hash", hex_of(slice_of(hash, sizeof hash)));
        if (i == 0)
            memcpy(first, hash, sizeof first);
        json_array_append_new(list, c);
    }
    hex_text(first, sizeof first, asked);
    for (size_t i = 0; i < sizeof responses / sizeof *responses; i++) {
        const char *const parts[3] = {asked};
        make_body(&responses[i], parts, DOMAIN_RESPONSE, &b);
        json_array_append_new(
            answers,
            one_case(responses[i].name, exchange_response_verdict(buf_slice(&b), other.pub, first), buf_slice(&b)));
    }
    json_object_set_new(file, "version", json_integer(1));
    json_object_set_new(file, "requests", list);
    json_object_set_new(file, "site", hex_of(slice_of(other.pub, SITE_BYTES)));
    json_object_set_new(file, "request", hex_of(slice_of(first, sizeof first)));
    json_object_set_new(file, "answers", answers);
    buf_fini(&b);
    return file;
}

const char *exchange_request_verdict(struct slice body, uint8_t hash[HASH_BYTES])
{
    struct arena arena = {0};
    struct exchange_request r;
    err_t e = exchange_request_decode(body, &arena, &r, hash);
    arena_fini(&arena);
    return err_name(e);
}

const char *exchange_response_verdict(struct slice body, const uint8_t site[SITE_BYTES],
                                      const uint8_t request[HASH_BYTES])
{
    struct arena arena = {0};
    struct exchange_response r;
    err_t e = exchange_response_decode(body, site, request, &arena, &r);
    arena_fini(&arena);
    return err_name(e);
}
