/*
 * commit: envelope and carried form, bytes <-> struct commit (PROTOCOL.md §4). Received bytes are hashed and verified as they are;
 * what we build ourselves goes out through the same door by which it will come in elsewhere: commit_build decodes its own envelope, so that
 * nothing leaves which a peer would refuse.
 */
#include "protocol/op/commit.h"

#include "protocol/base/clock.h"
#include "protocol/wire/rd.h"
#include "protocol/wire/scan.h"
#include "protocol/wire/wr.h"

#define ENVELOPE_VERSION 1

static bool all_zero(const uint8_t *at, size_t len)
{
    uint8_t any = 0;
    for (size_t i = 0; i < len; i++)
        any |= at[i];
    return any == 0;
}

static void commit_id(struct slice envelope, const uint8_t *signature, uint8_t id[HASH_BYTES])
{
    struct slice parts[] = {slice_text(DOMAIN_COMMIT), envelope, slice_of(signature, SIGNATURE_BYTES)};
    hash256(id, parts, 3);
}

static void read_ops(struct rd *r, struct commit *c)
{
    c->ops_n = rd_array(r, 1, LIMIT_OPS);
    for (size_t i = 0; i < c->ops_n && r->err == ERR_OK; i++) {
        rd_array(r, 2, 2);
        c->ops[i].header = rd_raw(r);
        c->ops[i].commitment = rd_bin(r, HASH_BYTES, HASH_BYTES).at;
    }
}

static void read_envelope(struct rd *r, struct commit *c)
{
    rd_array(r, 8, 8);
    if (rd_uint(r, UINT64_MAX) != ENVELOPE_VERSION)
        rd_fail(r, ERR_VERSION);
    rd_fixed(r, c->alliance, ALLIANCE_BYTES);
    rd_fixed(r, c->log.site, SITE_BYTES);
    c->log.incarnation = rd_uint(r, INCARNATION_MAX);
    c->seq = rd_uint(r, INT64_MAX);
    rd_fixed(r, c->prev, HASH_BYTES);
    c->clock = rd_uint(r, INT64_MAX);
    read_ops(r, c);
}

static err_t check_envelope(const struct commit *c)
{
    if (c->log.incarnation == 0 || c->seq == 0)
        return ERR_RANGE;
    if ((c->seq == 1) != all_zero(c->prev, HASH_BYTES))
        return ERR_CHAIN;
    return c->clock > 0 && clock_valid(c->clock) ? ERR_OK : ERR_CLOCK;
}

static err_t decode_envelope(struct slice envelope, const uint8_t *signature, struct commit *c)
{
    err_t e = scan(envelope, LIMIT_ENVELOPE_BYTES, NULL);
    if (e)
        return e;
    struct rd r;
    rd_init(&r, envelope);
    read_envelope(&r, c);
    e = rd_end(&r);
    if (!e)
        e = check_envelope(c);
    if (e)
        return e;
    c->envelope = envelope;
    c->signature = signature;
    commit_id(envelope, signature, c->id);
    return ERR_OK;
}

err_t commit_decode_envelope(struct slice envelope, const uint8_t signature[SIGNATURE_BYTES], struct commit *out)
{
    struct commit c = {0};
    err_t e = decode_envelope(envelope, signature, &c);
    if (!e)
        *out = c;
    return e;
}

/* [salt, body] · nil · false */
static void read_body(struct rd *r, struct commit_op *op)
{
    if (rd_take_nil(r)) {
        op->state = BODY_ERASED;
    } else if (rd_peek(r) == RD_BOOL) {
        if (rd_bool(r))
            rd_fail(r, ERR_TYPE);
        op->state = BODY_MISSING;
    } else {
        rd_array(r, 2, 2);
        op->salt = rd_bin(r, SALT_BYTES, SALT_BYTES).at;
        op->body = rd_bin(r, 0, SIZE_MAX);
        op->state = BODY_PRESENT;
        if (op->body.len > LIMIT_BODY_BYTES)
            rd_fail(r, ERR_TOO_LARGE);
    }
}

err_t commit_decode(struct slice carried, struct commit *out)
{
    err_t e = scan(carried, LIMIT_COMMIT_BYTES, NULL);
    if (e)
        return e;
    struct rd r;
    rd_init(&r, carried);
    rd_array(&r, 3, 3);
    struct slice envelope = rd_bin(&r, 0, SIZE_MAX);
    struct slice signature = rd_bin(&r, SIGNATURE_BYTES, SIGNATURE_BYTES);
    if (r.err)
        return r.err;
    struct commit c = {0};
    e = decode_envelope(envelope, signature.at, &c);
    if (e)
        return e;
    rd_array(&r, c.ops_n, c.ops_n);
    for (size_t i = 0; i < c.ops_n && r.err == ERR_OK; i++)
        read_body(&r, &c.ops[i]);
    e = rd_end(&r);
    if (!e)
        *out = c;
    return e;
}

err_t commit_verify(const struct commit *c, const uint8_t alliance[ALLIANCE_BYTES])
{
    if (memcmp(c->alliance, alliance, ALLIANCE_BYTES) != 0)
        return ERR_ALLIANCE;
    return sign_check(c->log.site, DOMAIN_COMMIT, c->envelope, c->signature);
}

err_t commit_check_body(const struct commit_op *op)
{
    if (op->state != BODY_PRESENT)
        return ERR_OK;
    uint8_t got[HASH_BYTES];
    hash_commitment(got, op->salt, op->body);
    return memcmp(got, op->commitment, HASH_BYTES) == 0 ? ERR_OK : ERR_COMMITMENT;
}

static void write_envelope(struct buf *out, const struct commit_draft *d)
{
    wr_array(out, 8);
    wr_uint(out, ENVELOPE_VERSION);
    wr_bin(out, slice_of(d->alliance, ALLIANCE_BYTES));
    wr_bin(out, slice_of(d->log.site, SITE_BYTES));
    wr_uint(out, d->log.incarnation);
    wr_uint(out, d->seq);
    wr_bin(out, slice_of(d->prev, HASH_BYTES));
    wr_uint(out, d->clock);
    wr_array(out, d->ops_n);
    for (size_t i = 0; i < d->ops_n; i++) {
        uint8_t commitment[HASH_BYTES];
        hash_commitment(commitment, d->ops[i].salt, d->ops[i].body);
        wr_array(out, 2);
        wr_raw(out, d->ops[i].header);
        wr_bin(out, slice_of(commitment, HASH_BYTES));
    }
}

/* Length of a bin with its head. */
static size_t bin_size(size_t len)
{
    return len + (len < 256 ? 2u : len < 65536 ? 3u : 5u);
}

/* The commit must fit while every body is there, or the relays could not pass it on. */
static err_t check_sizes(const struct commit_draft *d, size_t envelope_len)
{
    size_t total = 1 + bin_size(envelope_len) + bin_size(SIGNATURE_BYTES) + (d->ops_n < 16 ? 1u : 3u);
    if (envelope_len > LIMIT_ENVELOPE_BYTES)
        return ERR_TOO_LARGE;
    for (size_t i = 0; i < d->ops_n; i++) {
        if (d->ops[i].body.len > LIMIT_BODY_BYTES)
            return ERR_TOO_LARGE;
        total += 1 + bin_size(SALT_BYTES) + bin_size(d->ops[i].body.len);
    }
    return total > LIMIT_COMMIT_BYTES ? ERR_TOO_LARGE : ERR_OK;
}

err_t commit_build(const struct commit_draft *d, const struct sign_key *key, struct buf *envelope,
                   uint8_t signature[SIGNATURE_BYTES], uint8_t id[HASH_BYTES])
{
    if (d->ops_n > LIMIT_OPS)
        return ERR_TOO_LARGE;
    if (memcmp(key->pub, d->log.site, SITE_BYTES) != 0)
        return ERR_SIGNATURE;
    buf_clear(envelope);
    write_envelope(envelope, d);
    if (envelope->err)
        return envelope->err;
    err_t e = check_sizes(d, envelope->len);
    if (e)
        return e;
    uint8_t sig[SIGNATURE_BYTES];
    e = sign_make(key, DOMAIN_COMMIT, buf_slice(envelope), sig);
    if (e)
        return e;
    struct commit c = {0};
    e = decode_envelope(buf_slice(envelope), sig, &c);
    if (e)
        return e;
    memcpy(signature, sig, SIGNATURE_BYTES);
    memcpy(id, c.id, HASH_BYTES);
    return ERR_OK;
}

void commit_write_start(struct buf *out, struct slice envelope, const uint8_t signature[SIGNATURE_BYTES], size_t ops_n)
{
    wr_array(out, 3);
    wr_bin(out, envelope);
    wr_bin(out, slice_of(signature, SIGNATURE_BYTES));
    wr_array(out, ops_n);
}

void commit_write_body(struct buf *out, enum body_state state, const uint8_t *salt, struct slice body)
{
    switch (state) {
    case BODY_PRESENT:
        wr_array(out, 2);
        wr_bin(out, slice_of(salt, SALT_BYTES));
        wr_bin(out, body);
        break;
    case BODY_ERASED:
        wr_nil(out);
        break;
    case BODY_MISSING:
        wr_bool(out, false);
        break;
    }
}
