#include "tests/help/core_author.h"

#include "daemon/core/ingest.h"
#include "protocol/base/base32.h"
#include "protocol/wire/wr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

void core_author_init(struct core_author *a, const struct world *w, size_t at, uint64_t incarnation)
{
    const struct core *some = NULL;
    for (size_t i = 0; i < w->sites_n && !some; i++)
        some = w->sites[i].core;
    assert_non_null(some);
    *a = (struct core_author){.clock = (uint64_t)(WORLD_START_MS + w->now) << 16};
    memcpy(a->alliance, some->authority.alliance, ALLIANCE_BYTES);
    if (at < WORLD_SITES) {
        a->key = w->sites[at].core->own[0].key;
        memcpy(a->ally, authority_ally_of(&some->authority, a->key.pub)->id, ALLY_BYTES);
    } else {
        uint8_t seed[SEED_BYTES];
        memset(seed, (int)at, sizeof seed);
        sign_key_from_seed(seed, &a->key);
    }
    memcpy(a->log.site, a->key.pub, SITE_BYTES);
    a->log.incarnation = incarnation;
}

static void record_of(const struct core_author *a, unsigned number, uint8_t id[RECORD_BYTES])
{
    memcpy(id, a->ally, ALLY_BYTES);
    memset(id + ALLY_BYTES, (int)number, RECORD_BYTES - ALLY_BYTES);
}

void core_author_record(const struct core_author *a, unsigned number, char id[64])
{
    uint8_t bytes[RECORD_BYTES];
    record_of(a, number, bytes);
    base32_encode(slice_of(bytes, RECORD_BYTES), id);
}

static void make_op(const struct core_author *a, unsigned number, const char *title, struct buf *header,
                    struct buf *body)
{
    uint8_t id[RECORD_BYTES];
    struct op_write write = {.field = R_TITLE, .lang = slice_text("fr"), .target = slice_text(""), .add = true};
    record_of(a, number, id);
    struct op op = {
        .info = kind_info(OP_RECORD_PUT), .entity = slice_of(id, RECORD_BYTES), .writes = &write, .writes_n = 1};
    struct buf value;
    buf_init(header, LIMIT_ENVELOPE_BYTES);
    buf_init(body, LIMIT_BODY_BYTES);
    buf_init(&value, 2048);
    wr_text(&value, slice_text(title));
    struct slice values[] = {buf_slice(&value)};
    op_encode_header(header, &op);
    op_encode_body(body, values, 1);
    assert_int_equal(header->err, ERR_OK);
    assert_int_equal(body->err, ERR_OK);
    buf_fini(&value);
}

static void carry(const struct core_twist *twist, struct slice envelope, uint8_t signature[SIGNATURE_BYTES],
                  const struct op_draft *op, struct buf *out)
{
    static const enum body_state states[] = {BODY_PRESENT, BODY_PRESENT, BODY_ERASED, BODY_MISSING};
    uint8_t salt[SALT_BYTES];
    memcpy(salt, op->salt, sizeof salt);
    salt[0] ^= twist->body == 1;
    signature[3] ^= twist->signature;
    buf_init(out, LIMIT_COMMIT_BYTES);
    commit_write_start(out, envelope, signature, 1);
    commit_write_body(out, states[twist->body], salt, op->body);
    assert_int_equal(out->err, ERR_OK);
}

struct buf core_author_put(struct core_author *a, unsigned number, const char *title, const struct core_twist *given)
{
    static const struct core_twist none;
    const struct core_twist *twist = given ? given : &none;
    struct buf header, body, envelope, out;
    uint8_t signature[SIGNATURE_BYTES], id[HASH_BYTES];
    make_op(a, number, title, &header, &body);
    struct op_draft op = {.header = buf_slice(&header), .body = buf_slice(&body)};
    struct commit_draft d = {.log = a->log, .seq = twist->seq ? twist->seq : a->seq + 1, .ops = &op, .ops_n = 1};
    memset(op.salt, (int)++a->bodies, SALT_BYTES);
    memcpy(d.alliance, a->alliance, ALLIANCE_BYTES);
    memcpy(d.prev, a->prev, HASH_BYTES);
    d.alliance[0] ^= twist->alliance;
    d.prev[0] ^= twist->prev;
    d.clock = a->clock + (twist->clock_stands ? 0 : UINT64_C(1) << 16);
    buf_init(&envelope, LIMIT_ENVELOPE_BYTES);
    assert_int_equal(commit_build(&d, &a->key, &envelope, signature, id), ERR_OK);
    carry(twist, buf_slice(&envelope), signature, &op, &out);
    if (!twist->aside) {
        a->seq = d.seq;
        a->clock = d.clock;
        memcpy(a->prev, id, HASH_BYTES);
    }
    buf_fini(&header);
    buf_fini(&body);
    buf_fini(&envelope);
    return out;
}

struct buf core_author_op(struct core_author *a, const struct op *op, struct slice body)
{
    static const struct core_twist none;
    struct buf header, envelope, out;
    uint8_t signature[SIGNATURE_BYTES], id[HASH_BYTES];
    buf_init(&header, LIMIT_ENVELOPE_BYTES);
    buf_init(&envelope, LIMIT_ENVELOPE_BYTES);
    op_encode_header(&header, op);
    struct op_draft draft = {.header = buf_slice(&header), .body = body};
    struct commit_draft d = {.log = a->log, .seq = ++a->seq, .ops = &draft, .ops_n = 1};
    memset(draft.salt, (int)++a->bodies, SALT_BYTES);
    memcpy(d.alliance, a->alliance, ALLIANCE_BYTES);
    memcpy(d.prev, a->prev, HASH_BYTES);
    d.clock = a->clock += UINT64_C(1) << 16;
    assert_int_equal(commit_build(&d, &a->key, &envelope, signature, id), ERR_OK);
    carry(&none, buf_slice(&envelope), signature, &draft, &out);
    memcpy(a->prev, id, HASH_BYTES);
    buf_fini(&header);
    buf_fini(&envelope);
    return out;
}

err_t core_author_give(struct world *w, size_t to, struct slice carried, uint64_t from_link)
{
    struct core *c = w->sites[to].core;
    struct commit *scratch = malloc(sizeof *scratch);
    assert_non_null(scratch);
    assert_int_equal(batch_begin(c), ERR_OK);
    err_t e = ingest_commit(c, carried, from_link, scratch);
    free(scratch);
    assert_true(ingest_survives(e));
    assert_int_equal(batch_end(c), ERR_OK);
    w->sites[to].tick_at = w->now;
    return e;
}

err_t core_author_tell(struct core_author *a, struct world *w, size_t to, unsigned number, const char *title,
                       const struct core_twist *twist)
{
    struct buf carried = core_author_put(a, number, title, twist);
    err_t e = core_author_give(w, to, buf_slice(&carried), 7);
    buf_fini(&carried);
    return e;
}
