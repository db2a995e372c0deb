/*
 * promise: bytes, and the arithmetic of two thirds (PROTOCOL.md §7.5). Of v voters ceil(2v/3) make a charter valid; once v - ceil(2v/3) + 1 of them never
 * will sign, it can't become so any more, and those who had signed it are free.
 */
#include "protocol/charter/promise.h"

#include "protocol/charter/charter_read.h"
#include "protocol/charter/state.h"
#include "protocol/wire/scan.h"
#include "protocol/wire/wr.h"

static err_t read_body(struct promise *p)
{
    struct rd r;
    err_t e = scan(p->bytes, PROMISE_MAX_BYTES, NULL);
    if (e)
        return e;
    rd_init(&r, p->bytes);
    rd_array(&r, 2, 2);
    rd_fixed(&r, p->charter, HASH_BYTES);
    rd_fixed(&r, p->site, SITE_BYTES);
    return rd_end(&r);
}

err_t promise_decode(struct slice carried, struct promise *out)
{
    struct promise p = {0};
    struct rd r;
    err_t e = scan(carried, PROMISE_MAX_BYTES, NULL);
    if (e)
        return e;
    rd_init(&r, carried);
    rd_array(&r, 2, 2);
    p.bytes = rd_bin(&r, 0, SIZE_MAX);
    rd_fixed(&r, p.signature, SIGNATURE_BYTES);
    e = rd_end(&r);
    if (!e)
        e = read_body(&p);
    if (!e)
        *out = p;
    return e;
}

err_t promise_check(const struct promise *p)
{
    return sign_check(p->site, DOMAIN_PROMISE, p->bytes, p->signature);
}

void promise_encode_body(struct buf *out, const uint8_t charter[HASH_BYTES], const uint8_t site[SITE_BYTES])
{
    wr_array(out, 2);
    wr_bin(out, slice_of(charter, HASH_BYTES));
    wr_bin(out, slice_of(site, SITE_BYTES));
}

void promise_encode(struct buf *out, struct slice body, const uint8_t signature[SIGNATURE_BYTES])
{
    wr_array(out, 2);
    wr_bin(out, body);
    wr_bin(out, slice_of(signature, SIGNATURE_BYTES));
}

static bool promised(const struct charter_on *of, const uint8_t *ally, const struct promise *promises, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct site *s = state_site(of->before, promises[i].site);
        if (memcmp(promises[i].charter, of->charter->id, HASH_BYTES) == 0 && s && s->votes &&
            memcmp(of->before->allies[s->ally].id, ally, ALLY_BYTES) == 0 && promise_check(&promises[i]) == ERR_OK)
            return true;
    }
    return false;
}

size_t promise_count(const struct charter_on *of, const struct promise *promises, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < of->before->allies_n; i++) {
        const uint8_t *ally = of->before->allies[i].id;
        count += charter_voter(of->charter, of->before, ally) && promised(of, ally, promises, n) &&
                 !charter_signed_by(of->charter, of->before, ally);
    }
    return count;
}

bool promise_makes_impossible(const struct charter_on *of, const struct promise *promises, size_t n)
{
    struct charter_count c = charter_count(of->charter, of->before);
    return promise_count(of, promises, n) >= c.voters - c.needed + 1;
}

bool authority_may_sign(const uint8_t ally[ALLY_BYTES], const struct charter_on *candidate,
                        const struct charter_on *signed_before, size_t signed_n, const struct promise *promises,
                        size_t promises_n)
{
    if (!charter_voter(candidate->charter, candidate->before, ally) || promised(candidate, ally, promises, promises_n))
        return false;
    for (size_t i = 0; i < signed_n; i++) {
        const struct charter *other = signed_before[i].charter;
        if (other->number != candidate->charter->number || memcmp(other->id, candidate->charter->id, HASH_BYTES) == 0)
            continue;
        if (!promise_makes_impossible(&signed_before[i], promises, promises_n))
            return false;
    }
    return true;
}

bool authority_may_promise(const uint8_t ally[ALLY_BYTES], const struct charter_on *of, bool has_signed)
{
    return !has_signed && charter_voter(of->charter, of->before, ally) &&
           !charter_signed_by(of->charter, of->before, ally);
}
