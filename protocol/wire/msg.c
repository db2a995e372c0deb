/*
 * msg: one decoder and one encoder for each message, in two tables made from msg.def, so that a message without them does not compile.
 * A decoder reads the items after the number. The outer array's count needs no look of its own: scan has found exactly one value, so that an
 * array too short ends early and one too long leaves bytes. Bounds are those of PROTOCOL.md §8. Lists are counted before they are taken
 * from the arena, and scan has bounded the values: the worst message makes us reserve some 8 MiB.
 */
#include "protocol/wire/msg.h"

#include "protocol/base/limits.h"
#include "protocol/wire/rd.h"
#include "protocol/wire/scan.h"
#include "protocol/wire/wr.h"

#define NUMBER_MAX     ((uint64_t)INT64_MAX) /* u63: every language has it */
#define SOFTWARE_BYTES 64u
#define CODE_BYTES     32u
#define TEXT_BYTES     512u
#define REQUEST_BYTES  8192u
#define BEACON_BYTES   1024u
#define WORD_BYTES     256u
#define RETRY_MAX_S    86400u

static void *list(struct rd *r, struct arena *arena, size_t n, size_t size)
{
    void *at = n ? arena_alloc(arena, n, size) : NULL;
    if (n && !at)
        rd_fail(r, ERR_MEMORY);
    return at;
}

static struct slice *rd_bins(struct rd *r, struct arena *arena, size_t max_bytes, size_t *n)
{
    *n = rd_array(r, 0, LIMIT_ITEMS);
    struct slice *at = list(r, arena, *n, sizeof *at);
    for (size_t i = 0; i < *n && r->err == ERR_OK; i++)
        at[i] = rd_bin(r, 1, max_bytes);
    return at;
}

/* From 1 on. What is out of bounds is left where it stands, for msg_decode_at. */
static uint64_t rd_natural(struct rd *r)
{
    const uint8_t *before = r->at;
    uint64_t n = rd_uint(r, NUMBER_MAX);
    if (n == 0 && rd_fail(r, ERR_RANGE) == ERR_RANGE)
        r->at = before;
    return n;
}

/* [site, incarnation, seq] and, where carried, the id. Incarnations and seqs begin with 1. */
static void rd_log(struct rd *r, struct msg_head *h)
{
    rd_fixed(r, h->site, sizeof h->site);
    h->incarnation = rd_natural(r);
    h->seq = rd_natural(r);
}

static struct msg_head *rd_heads(struct rd *r, struct arena *arena, bool ids, size_t *n)
{
    *n = rd_array(r, 0, LIMIT_ITEMS);
    struct msg_head *at = list(r, arena, *n, sizeof *at);
    for (size_t i = 0; i < *n && r->err == ERR_OK; i++) {
        rd_array(r, ids ? 4 : 3, ids ? 4 : 3);
        rd_log(r, &at[i]);
        if (ids)
            rd_fixed(r, at[i].id, sizeof at[i].id);
    }
    return at;
}

static void wr_log(struct buf *b, const struct msg_head *h)
{
    wr_bin(b, slice_of(h->site, sizeof h->site));
    wr_uint(b, h->incarnation);
    wr_uint(b, h->seq);
}

static void wr_heads(struct buf *b, const struct msg_head *heads, size_t n, bool ids)
{
    wr_array(b, n);
    for (size_t i = 0; i < n; i++) {
        wr_array(b, ids ? 4 : 3);
        wr_log(b, &heads[i]);
        if (ids)
            wr_bin(b, slice_of(heads[i].id, sizeof heads[i].id));
    }
}

static void wr_bins(struct buf *b, const struct slice *bins, size_t n)
{
    wr_array(b, n);
    for (size_t i = 0; i < n; i++)
        wr_bin(b, bins[i]);
}

static void read_HELLO(struct rd *r, struct arena *arena, struct msg *m)
{
    struct msg_hello *h = &m->hello;
    (void)arena;
    h->version = rd_uint(r, NUMBER_MAX);
    rd_fixed(r, h->alliance, sizeof h->alliance);
    rd_fixed(r, h->site, sizeof h->site);
    rd_fixed(r, h->session, sizeof h->session);
    h->charter_number = rd_uint(r, NUMBER_MAX);
    rd_fixed(r, h->charter_id, sizeof h->charter_id);
    h->roster_number = rd_uint(r, NUMBER_MAX);
    rd_fixed(r, h->roster_id, sizeof h->roster_id);
    rd_fixed(r, h->inputs, sizeof h->inputs);
    h->fold = rd_uint(r, NUMBER_MAX);
    rd_fixed(r, h->state, sizeof h->state);
    h->software = rd_text(r, SOFTWARE_BYTES);
}

static void write_HELLO(struct buf *b, const struct msg *m)
{
    const struct msg_hello *h = &m->hello;
    wr_uint(b, h->version);
    wr_bin(b, slice_of(h->alliance, sizeof h->alliance));
    wr_bin(b, slice_of(h->site, sizeof h->site));
    wr_bin(b, slice_of(h->session, sizeof h->session));
    wr_uint(b, h->charter_number);
    wr_bin(b, slice_of(h->charter_id, sizeof h->charter_id));
    wr_uint(b, h->roster_number);
    wr_bin(b, slice_of(h->roster_id, sizeof h->roster_id));
    wr_bin(b, slice_of(h->inputs, sizeof h->inputs));
    wr_uint(b, h->fold);
    wr_bin(b, slice_of(h->state, sizeof h->state));
    wr_text(b, h->software);
}

static void read_CHARTER(struct rd *r, struct arena *arena, struct msg *m)
{
    struct msg_charter *c = &m->charter;
    c->charters = rd_bins(r, arena, LIMIT_CHARTER_BYTES, &c->charters_n);
    c->acts = rd_bins(r, arena, LIMIT_CHARTER_BYTES, &c->acts_n);
    c->more = rd_bool(r);
}

static void write_CHARTER(struct buf *b, const struct msg *m)
{
    wr_bins(b, m->charter.charters, m->charter.charters_n);
    wr_bins(b, m->charter.acts, m->charter.acts_n);
    wr_bool(b, m->charter.more);
}

static void read_ERASE(struct rd *r, struct arena *arena, struct msg *m)
{
    m->bins.items = rd_bins(r, arena, LIMIT_COMMIT_BYTES, &m->bins.n);
}
#define read_PROMISE read_ERASE

static void write_ERASE(struct buf *b, const struct msg *m)
{
    wr_bins(b, m->bins.items, m->bins.n);
}
#define write_PROMISE write_ERASE

static void read_FORK(struct rd *r, struct arena *arena, struct msg *m)
{
    (void)arena;
    m->fork.one = rd_bin(r, 1, LIMIT_COMMIT_BYTES);
    m->fork.other = rd_bin(r, 1, LIMIT_COMMIT_BYTES);
}

static void write_FORK(struct buf *b, const struct msg *m)
{
    wr_bin(b, m->fork.one);
    wr_bin(b, m->fork.other);
}

static void read_sites(struct rd *r, struct arena *arena, struct msg_vector *v)
{
    v->sites_n = rd_array(r, 0, LIMIT_ITEMS);
    struct msg_site *at = list(r, arena, v->sites_n, sizeof *at);
    v->sites = at;
    for (size_t i = 0; i < v->sites_n && r->err == ERR_OK; i++) {
        rd_array(r, 2, 2);
        rd_fixed(r, at[i].site, sizeof at[i].site);
        rd_fixed(r, at[i].digest, sizeof at[i].digest);
    }
}

/* The only message whose length depends on its content: the digest alone has no `more`. */
static size_t vector_items(unsigned level)
{
    return level == 0 ? 3 : 4;
}

static void read_VECTOR(struct rd *r, struct arena *arena, struct msg *m)
{
    struct msg_vector *v = &m->vector;
    v->level = (unsigned)rd_uint(r, 2);
    if (v->level == 0) {
        rd_fixed(r, v->inputs, sizeof v->inputs);
        return;
    }
    if (v->level == 1)
        read_sites(r, arena, v);
    else
        v->heads = rd_heads(r, arena, true, &v->heads_n);
    v->more = rd_bool(r);
}

static void write_VECTOR(struct buf *b, const struct msg *m)
{
    const struct msg_vector *v = &m->vector;
    wr_uint(b, v->level);
    if (v->level == 0) {
        wr_bin(b, slice_of(v->inputs, sizeof v->inputs));
        return;
    }
    if (v->level == 1) {
        wr_array(b, v->sites_n);
        for (size_t i = 0; i < v->sites_n; i++) {
            wr_array(b, 2);
            wr_bin(b, slice_of(v->sites[i].site, sizeof v->sites[i].site));
            wr_bin(b, slice_of(v->sites[i].digest, sizeof v->sites[i].digest));
        }
    } else {
        wr_heads(b, v->heads, v->heads_n, true);
    }
    wr_bool(b, v->more);
}

static void read_WANT(struct rd *r, struct arena *arena, struct msg *m)
{
    struct msg_want *w = &m->want;
    (void)arena;
    rd_fixed(r, w->site, sizeof w->site);
    w->incarnation = rd_natural(r);
    w->first = rd_natural(r);
    w->last = rd_natural(r);
    if (w->last < w->first)
        rd_fail(r, ERR_RANGE);
}

static void write_WANT(struct buf *b, const struct msg *m)
{
    wr_bin(b, slice_of(m->want.site, sizeof m->want.site));
    wr_uint(b, m->want.incarnation);
    wr_uint(b, m->want.first);
    wr_uint(b, m->want.last);
}

static void read_RUN(struct rd *r, struct arena *arena, struct msg *m)
{
    struct msg_run *u = &m->run;
    rd_fixed(r, u->site, sizeof u->site);
    u->incarnation = rd_natural(r);
    u->first = rd_natural(r);
    u->commits = rd_bins(r, arena, LIMIT_COMMIT_BYTES, &u->commits_n);
    u->done = rd_bool(r);
    if (u->commits_n > NUMBER_MAX - u->first)
        rd_fail(r, ERR_RANGE);
}

static void write_RUN(struct buf *b, const struct msg *m)
{
    wr_bin(b, slice_of(m->run.site, sizeof m->run.site));
    wr_uint(b, m->run.incarnation);
    wr_uint(b, m->run.first);
    wr_bins(b, m->run.commits, m->run.commits_n);
    wr_bool(b, m->run.done);
}

static void read_ACK(struct rd *r, struct arena *arena, struct msg *m)
{
    m->ack.credit = rd_uint(r, NUMBER_MAX);
    m->ack.heads = rd_heads(r, arena, false, &m->ack.heads_n);
}

static void write_ACK(struct buf *b, const struct msg *m)
{
    wr_uint(b, m->ack.credit);
    wr_heads(b, m->ack.heads, m->ack.heads_n, false);
}

static void read_NEW(struct rd *r, struct arena *arena, struct msg *m)
{
    (void)arena;
    rd_log(r, &m->fresh.head);
    rd_fixed(r, m->fresh.head.id, sizeof m->fresh.head.id);
    if (!rd_take_nil(r))
        m->fresh.commit = rd_bin(r, 1, LIMIT_COMMIT_BYTES);
}

static void write_NEW(struct buf *b, const struct msg *m)
{
    wr_log(b, &m->fresh.head);
    wr_bin(b, slice_of(m->fresh.head.id, sizeof m->fresh.head.id));
    if (m->fresh.commit.len)
        wr_bin(b, m->fresh.commit);
    else
        wr_nil(b);
}

static void read_BEACON(struct rd *r, struct arena *arena, struct msg *m)
{
    (void)arena;
    m->beacon.beacon = rd_bin(r, 1, BEACON_BYTES);
    rd_fixed(r, m->beacon.signature, sizeof m->beacon.signature);
}

static void write_BEACON(struct buf *b, const struct msg *m)
{
    wr_bin(b, m->beacon.beacon);
    wr_bin(b, slice_of(m->beacon.signature, sizeof m->beacon.signature));
}

static void read_JOIN(struct rd *r, struct arena *arena, struct msg *m)
{
    (void)arena;
    m->join.request = rd_bin(r, 1, REQUEST_BYTES);
    rd_fixed(r, m->join.secret_signature, sizeof m->join.secret_signature);
    rd_fixed(r, m->join.site_signature, sizeof m->join.site_signature);
}

static void write_JOIN(struct buf *b, const struct msg *m)
{
    wr_bin(b, m->join.request);
    wr_bin(b, slice_of(m->join.secret_signature, sizeof m->join.secret_signature));
    wr_bin(b, slice_of(m->join.site_signature, sizeof m->join.site_signature));
}

static void read_VOUCH(struct rd *r, struct arena *arena, struct msg *m)
{
    read_JOIN(r, arena, m);
    m->join.word = rd_bin(r, 1, WORD_BYTES);
    rd_fixed(r, m->join.inviter_signature, sizeof m->join.inviter_signature);
}

static void write_VOUCH(struct buf *b, const struct msg *m)
{
    write_JOIN(b, m);
    wr_bin(b, m->join.word);
    wr_bin(b, slice_of(m->join.inviter_signature, sizeof m->join.inviter_signature));
}

static void read_WELCOME(struct rd *r, struct arena *arena, struct msg *m)
{
    (void)arena;
    m->welcome.code = rd_text(r, CODE_BYTES);
    m->welcome.detail = rd_text(r, TEXT_BYTES);
}

static void write_WELCOME(struct buf *b, const struct msg *m)
{
    wr_text(b, m->welcome.code);
    wr_text(b, m->welcome.detail);
}

static void read_PING(struct rd *r, struct arena *arena, struct msg *m)
{
    (void)arena;
    m->ping.number = rd_uint(r, NUMBER_MAX);
    rd_fixed(r, m->ping.inputs, sizeof m->ping.inputs);
    m->ping.fold = rd_uint(r, NUMBER_MAX);
    rd_fixed(r, m->ping.state, sizeof m->ping.state);
}
#define read_PONG read_PING

static void write_PING(struct buf *b, const struct msg *m)
{
    wr_uint(b, m->ping.number);
    wr_bin(b, slice_of(m->ping.inputs, sizeof m->ping.inputs));
    wr_uint(b, m->ping.fold);
    wr_bin(b, slice_of(m->ping.state, sizeof m->ping.state));
}
#define write_PONG write_PING

static void read_BYE(struct rd *r, struct arena *arena, struct msg *m)
{
    (void)arena;
    m->bye.code = rd_text(r, CODE_BYTES);
    m->bye.reason = rd_text(r, TEXT_BYTES);
    m->bye.retry_after_s = rd_uint(r, RETRY_MAX_S);
}

static void write_BYE(struct buf *b, const struct msg *m)
{
    wr_text(b, m->bye.code);
    wr_text(b, m->bye.reason);
    wr_uint(b, m->bye.retry_after_s);
}

/* Items of each array, its number included. */
enum {
    N_HELLO = 13,
    N_CHARTER = 4,
    N_VECTOR = 0,
    N_WANT = 5,
    N_RUN = 6,
    N_ACK = 3,
    N_NEW = 6,
    N_BEACON = 3,
    N_JOIN = 4,
    N_VOUCH = 6
};
enum { N_ERASE = 2, N_FORK = 3, N_PROMISE = 2, N_WELCOME = 3, N_PING = 5, N_PONG = 5, N_BYE = 4 };

static const struct form {
    enum msg_type type;
    const char *name;
    size_t items; /* 0: by level */
    void (*read)(struct rd *r, struct arena *arena, struct msg *m);
    void (*write)(struct buf *b, const struct msg *m);
} forms[] = {
#define X(id, number, name) {MSG_##id, name, N_##id, read_##id, write_##id},
    MESSAGES(X)
#undef X
};

static const struct form *form_of(uint64_t number)
{
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if ((uint64_t)forms[i].type == number)
            return &forms[i];
    return NULL;
}

err_t msg_decode(struct slice bytes, struct arena *arena, struct msg *out)
{
    size_t at;
    return msg_decode_at(bytes, arena, out, &at);
}

err_t msg_decode_at(struct slice bytes, struct arena *arena, struct msg *out, size_t *at)
{
    struct rd r;
    struct msg m;
    memset(&m, 0, sizeof m);
    *at = 0;
    err_t e = scan(bytes, LIMIT_MESSAGE_BYTES, NULL);
    if (e)
        return e;
    rd_init(&r, bytes);
    const uint8_t *begin = r.at;
    rd_array(&r, 1, LIMIT_ITEMS);
    const struct form *f = form_of(rd_uint(&r, NUMBER_MAX));
    if (r.err)
        return r.err;
    if (!f)
        return ERR_PEER_PROTOCOL;
    m.type = f->type;
    f->read(&r, arena, &m);
    if (rd_end(&r) == ERR_OK)
        *out = m;
    *at = (size_t)(r.at - begin);
    return r.err;
}

err_t msg_encode(const struct msg *m, struct buf *out)
{
    const struct form *f = form_of((uint64_t)m->type);
    if (!f)
        return ERR_INTERNAL;
    size_t before = out->len;
    wr_array(out, f->items ? f->items : vector_items(m->vector.level));
    wr_uint(out, (uint64_t)m->type);
    f->write(out, m);
    if (out->err == ERR_OK && out->len - before > LIMIT_MESSAGE_BYTES)
        out->err = ERR_TOO_LARGE;
    return out->err;
}

const char *msg_name(enum msg_type type)
{
    const struct form *f = form_of((uint64_t)type);
    return f ? f->name : "?";
}
