#include "protocol/exchange/exchange.h"
#include "protocol/base/limits.h"
#include "protocol/wire/rd.h"
#include "protocol/wire/scan.h"
#include "protocol/wire/wr.h"

#define HEAD_BYTES 512u

struct body {
    struct slice head, payload;
    uint8_t signature[SIGNATURE_BYTES];
};

/* ---- the body: [head bin, signature, payload bin] ---- */

static err_t body_read(struct slice bytes, struct body *out)
{
    struct rd r;
    err_t e = scan(bytes, LIMIT_HTTP_EXCHANGE_BYTES, NULL);
    if (e)
        return e;
    rd_init(&r, bytes);
    rd_array(&r, 3, 3);
    out->head = rd_bin(&r, 1, HEAD_BYTES);
    rd_fixed(&r, out->signature, sizeof out->signature);
    out->payload = rd_bin(&r, 1, SIZE_MAX);
    e = rd_end(&r);
    if (!e)
        e = scan(out->head, HEAD_BYTES, NULL);
    return e ? e : scan(out->payload, LIMIT_HTTP_EXCHANGE_BYTES, NULL);
}

static err_t body_write(const struct sign_key *key, const char *domain, const struct buf *head,
                        const struct buf *payload, struct buf *out, uint8_t signature[SIGNATURE_BYTES])
{
    err_t e = head->err ? head->err : payload->err;
    if (!e)
        e = sign_make(key, domain, buf_slice(head), signature);
    if (e)
        return e;
    wr_array(out, 3);
    wr_bin(out, buf_slice(head));
    wr_bin(out, slice_of(signature, SIGNATURE_BYTES));
    wr_bin(out, buf_slice(payload));
    return out->err;
}

static void request_hash(struct slice head, const uint8_t signature[SIGNATURE_BYTES], uint8_t out[HASH_BYTES])
{
    struct slice parts[] = {slice_text(DOMAIN_REQUEST), head, slice_of(signature, SIGNATURE_BYTES)};
    hash256(out, parts, 3);
}

static void expect_hash(struct rd *r, struct slice payload)
{
    uint8_t named[HASH_BYTES], found[HASH_BYTES];
    rd_fixed(r, named, sizeof named);
    hash256(found, &payload, 1);
    if (memcmp(named, found, sizeof named) != 0)
        rd_fail(r, ERR_COMMITMENT);
}

static void expect_version(struct rd *r)
{
    if (rd_uint(r, UINT64_MAX) != EXCHANGE_VERSION)
        rd_fail(r, ERR_VERSION);
}

/* ---- what both payloads have in the middle: first, [message …], received ---- */

static void write_messages(struct buf *out, uint64_t first, const struct slice *messages, size_t n, uint64_t received)
{
    wr_uint(out, first);
    wr_array(out, n);
    for (size_t i = 0; i < n; i++)
        wr_bin(out, messages[i]);
    wr_uint(out, received);
}

static const struct slice *read_messages(struct rd *r, struct arena *arena, uint64_t *first, size_t *n,
                                         uint64_t *received)
{
    *first = rd_uint(r, INT64_MAX);
    *n = rd_array(r, 0, LIMIT_ITEMS);
    struct slice *list = *n ? arena_alloc(arena, *n, sizeof *list) : NULL;
    if (*n && !list)
        rd_fail(r, ERR_MEMORY);
    for (size_t i = 0; list && i < *n && !r->err; i++)
        list[i] = rd_bin(r, 1, LIMIT_MESSAGE_BYTES);
    *received = rd_uint(r, INT64_MAX);
    return list;
}

/* ---- requests ---- */

static void write_request_head(struct buf *out, const struct exchange_request *r, struct slice payload)
{
    uint8_t hash[HASH_BYTES];
    hash256(hash, &payload, 1);
    wr_array(out, 8);
    wr_uint(out, EXCHANGE_VERSION);
    wr_bin(out, slice_of(r->alliance, sizeof r->alliance));
    wr_bin(out, slice_of(r->from, sizeof r->from));
    wr_bin(out, slice_of(r->to, sizeof r->to));
    wr_text(out, slice_text("POST"));
    wr_text(out, slice_text(EXCHANGE_PATH));
    wr_bin(out, slice_of(r->nonce, sizeof r->nonce));
    wr_bin(out, slice_of(hash, sizeof hash));
}

err_t exchange_request_encode(const struct exchange_request *r, const struct sign_key *key, struct buf *out,
                              uint8_t hash[HASH_BYTES])
{
    struct buf head, payload;
    uint8_t signature[SIGNATURE_BYTES];
    buf_init(&head, HEAD_BYTES);
    buf_init(&payload, LIMIT_HTTP_EXCHANGE_BYTES);
    wr_array(&payload, 5);
    if (r->has_session)
        wr_bin(&payload, slice_of(r->session, sizeof r->session));
    else
        wr_nil(&payload);
    write_messages(&payload, r->first, r->messages, r->messages_n, r->received);
    wr_uint(&payload, r->wait_ms);
    write_request_head(&head, r, buf_slice(&payload));
    err_t e = body_write(key, DOMAIN_REQUEST, &head, &payload, out, signature);
    if (!e)
        request_hash(buf_slice(&head), signature, hash);
    buf_fini(&head);
    buf_fini(&payload);
    return e;
}

static err_t read_request_head(const struct body *b, struct exchange_request *out)
{
    struct rd r;
    rd_init(&r, b->head);
    rd_array(&r, 8, 8);
    expect_version(&r);
    rd_fixed(&r, out->alliance, sizeof out->alliance);
    rd_fixed(&r, out->from, sizeof out->from);
    rd_fixed(&r, out->to, sizeof out->to);
    struct slice method = rd_text(&r, HEAD_BYTES), path = rd_text(&r, HEAD_BYTES);
    if (!slice_equal(method, slice_text("POST")) || !slice_equal(path, slice_text(EXCHANGE_PATH)))
        rd_fail(&r, ERR_PEER_PROTOCOL);
    rd_fixed(&r, out->nonce, sizeof out->nonce);
    expect_hash(&r, b->payload);
    return rd_end(&r);
}

static err_t read_request_payload(struct slice payload, struct arena *arena, struct exchange_request *out)
{
    struct rd r;
    rd_init(&r, payload);
    rd_array(&r, 5, 5);
    out->has_session = !rd_take_nil(&r);
    if (out->has_session)
        rd_fixed(&r, out->session, sizeof out->session);
    out->messages = read_messages(&r, arena, &out->first, &out->messages_n, &out->received);
    out->wait_ms = rd_uint(&r, EXCHANGE_WAIT_MAX_MS);
    if (!out->has_session && (out->first || out->messages_n || out->received || out->wait_ms))
        rd_fail(&r, ERR_PEER_PROTOCOL);
    return rd_end(&r);
}

err_t exchange_request_decode(struct slice bytes, struct arena *arena, struct exchange_request *out,
                              uint8_t hash[HASH_BYTES])
{
    struct body b;
    struct exchange_request r = {.received = 0};
    err_t e = body_read(bytes, &b);
    if (!e)
        e = read_request_head(&b, &r);
    if (!e)
        e = sign_check(r.from, DOMAIN_REQUEST, b.head, b.signature);
    if (!e)
        e = read_request_payload(b.payload, arena, &r);
    if (e)
        return e;
    request_hash(b.head, b.signature, hash);
    *out = r;
    return ERR_OK;
}

/* ---- answers ---- */

err_t exchange_response_encode(const struct exchange_response *r, const struct sign_key *key,
                               const uint8_t request[HASH_BYTES], struct buf *out)
{
    struct buf head, payload;
    uint8_t signature[SIGNATURE_BYTES], hash[HASH_BYTES];
    buf_init(&head, HEAD_BYTES);
    buf_init(&payload, LIMIT_HTTP_EXCHANGE_BYTES);
    wr_array(&payload, 5);
    wr_bin(&payload, slice_of(r->session, sizeof r->session));
    write_messages(&payload, r->first, r->messages, r->messages_n, r->received);
    wr_bool(&payload, r->open);
    struct slice bytes = buf_slice(&payload);
    hash256(hash, &bytes, 1);
    wr_array(&head, 3);
    wr_uint(&head, EXCHANGE_VERSION);
    wr_bin(&head, slice_of(request, HASH_BYTES));
    wr_bin(&head, slice_of(hash, sizeof hash));
    err_t e = body_write(key, DOMAIN_RESPONSE, &head, &payload, out, signature);
    buf_fini(&head);
    buf_fini(&payload);
    return e;
}

static err_t read_response_head(const struct body *b, const uint8_t request[HASH_BYTES])
{
    struct rd r;
    uint8_t named[HASH_BYTES];
    rd_init(&r, b->head);
    rd_array(&r, 3, 3);
    expect_version(&r);
    rd_fixed(&r, named, sizeof named);
    if (memcmp(named, request, sizeof named) != 0)
        rd_fail(&r, ERR_PEER_PROTOCOL);
    expect_hash(&r, b->payload);
    return rd_end(&r);
}

err_t exchange_response_decode(struct slice bytes, const uint8_t site[SITE_BYTES], const uint8_t request[HASH_BYTES],
                               struct arena *arena, struct exchange_response *out)
{
    struct body b;
    struct rd r;
    struct exchange_response a = {.received = 0};
    err_t e = body_read(bytes, &b);
    if (!e)
        e = read_response_head(&b, request);
    if (!e)
        e = sign_check(site, DOMAIN_RESPONSE, b.head, b.signature);
    if (e)
        return e;
    rd_init(&r, b.payload);
    rd_array(&r, 5, 5);
    rd_fixed(&r, a.session, sizeof a.session);
    a.messages = read_messages(&r, arena, &a.first, &a.messages_n, &a.received);
    a.open = rd_bool(&r);
    e = rd_end(&r);
    if (!e)
        *out = a;
    return e;
}
