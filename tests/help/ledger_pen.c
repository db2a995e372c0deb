#include "tests/help/ledger_pen.h"

#include "daemon/core/ingest.h"
#include "protocol/wire/wr.h"
#include "tests/help/core_acts.h"
#include "tests/help/ledger_words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* ---- chance ---- */

uint64_t pen_draw(struct ledger_world *l, uint64_t below)
{
    uint64_t x = l->made->random += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (x ^ (x >> 31)) % below;
}

bool pen_chance(struct ledger_world *l, unsigned percent)
{
    return pen_draw(l, 100) < percent;
}

/* ---- pieces ---- */

struct slice pen_keep(struct ledger_world *l, struct buf *b)
{
    struct slice out;
    assert_int_equal(b->err, ERR_OK);
    assert_int_equal(arena_copy(&l->made->arena, buf_slice(b), &out), ERR_OK);
    buf_fini(b);
    return out;
}

struct slice pen_text(struct ledger_world *l, struct slice text)
{
    struct buf b;
    buf_init(&b, text.len + 16);
    wr_text(&b, text);
    return pen_keep(l, &b);
}

struct slice pen_word(struct ledger_world *l, const char *word)
{
    return pen_text(l, slice_text(word));
}

struct slice pen_words(struct ledger_world *l, const char *lang, uint64_t seed, size_t n)
{
    struct buf b;
    buf_init(&b, 1 << 16);
    ledger_words(lang, seed, n, &b);
    struct slice value = pen_text(l, buf_slice(&b));
    buf_fini(&b);
    return value;
}

struct slice pen_actors(struct ledger_world *l, uint64_t seed)
{
    struct buf b;
    char name[64];
    buf_init(&b, 256);
    snprintf(name, sizeof name, "Association %u", (unsigned)(seed % 400));
    wr_array(&b, 1);
    wr_array(&b, 4);
    wr_text(&b, slice_text(name));
    wr_text(&b, slice_text("porteur du projet"));
    wr_nil(&b);
    wr_nil(&b);
    return pen_keep(l, &b);
}

struct slice pen_texts(struct ledger_world *l, struct slice text)
{
    struct buf b;
    buf_init(&b, text.len + 16);
    wr_array(&b, 1);
    wr_text(&b, text);
    return pen_keep(l, &b);
}

/* ---- commits ---- */

void pen_grow(void **at, size_t n, size_t *room, size_t size)
{
    if (n < *room)
        return;
    *room = *room ? *room * 2 : 256;
    *at = realloc(*at, *room * size);
    assert_non_null(*at);
}

size_t pen_add_op(struct ledger_world *l, const struct op *op, const struct slice *values, size_t n)
{
    struct ledger_made *m = l->made;
    struct buf header, body;
    assert_true(m->ops_n < PEN_OPS_A_COMMIT);
    buf_init(&header, LIMIT_ENVELOPE_BYTES);
    buf_init(&body, LIMIT_BODY_BYTES);
    op_encode_header(&header, op);
    op_encode_body(&body, values, n);
    m->ops[m->ops_n] = (struct op_draft){.header = pen_keep(l, &header), .body = pen_keep(l, &body)};
    for (size_t i = 0; i < SALT_BYTES; i++)
        m->ops[m->ops_n].salt[i] = (uint8_t)pen_draw(l, 256);
    return m->ops_n++;
}

static void carry(struct ledger_world *l, size_t ally, struct slice envelope, const uint8_t signature[SIGNATURE_BYTES])
{
    struct ledger_made *m = l->made;
    void *at = m->commits;
    pen_grow(&at, l->commits_n, &m->commits_room, sizeof *m->commits);
    m->commits = at;
    struct pen_commit *c = &m->commits[l->commits_n++];
    c->ally = ally;
    buf_init(&c->bytes, LIMIT_COMMIT_BYTES);
    commit_write_start(&c->bytes, envelope, signature, m->ops_n);
    for (size_t i = 0; i < m->ops_n; i++)
        commit_write_body(&c->bytes, BODY_PRESENT, m->ops[i].salt, m->ops[i].body);
    assert_int_equal(c->bytes.err, ERR_OK);
    l->ops_n += m->ops_n;
    m->ops_n = 0;
}

const uint8_t *pen_write_commit(struct ledger_world *l, size_t ally)
{
    struct ledger_made *m = l->made;
    struct core_author *a = &l->author[ally];
    struct buf envelope;
    uint8_t signature[SIGNATURE_BYTES], id[HASH_BYTES];
    uint64_t clock = (uint64_t)m->now_ms << 16;
    struct commit_draft d = {.log = a->log, .seq = ++a->seq, .ops = m->ops, .ops_n = m->ops_n};
    memcpy(d.alliance, a->alliance, ALLIANCE_BYTES);
    memcpy(d.prev, a->prev, HASH_BYTES);
    d.clock = a->clock = clock > a->clock ? clock : a->clock + 1;
    buf_init(&envelope, LIMIT_ENVELOPE_BYTES);
    assert_int_equal(commit_build(&d, &a->key, &envelope, signature, id), ERR_OK);
    carry(l, ally, buf_slice(&envelope), signature);
    memcpy(a->prev, id, HASH_BYTES);
    buf_fini(&envelope);
    return a->prev;
}

struct op pen_op_on(enum op_kind kind, const void *entity, size_t len)
{
    return (struct op){.info = kind_info(kind), .entity = slice_of(entity, len)};
}

struct op_write pen_write_of(uint64_t field, const char *lang)
{
    return (struct op_write){.field = field, .lang = slice_text(lang), .target = slice_text(""), .add = true};
}

/* ---- taking in ---- */

static void take(struct ledger_world *l, const size_t *order, size_t n)
{
    struct core *c = ledger_world_core(l);
    struct commit *scratch = malloc(sizeof *scratch);
    size_t batch = l->plan.batch ? l->plan.batch : 64;
    assert_non_null(scratch);
    for (size_t i = 0; i < n; i++) {
        if (i % batch == 0)
            assert_int_equal(batch_begin(c), ERR_OK);
        assert_int_equal(ingest_commit(c, buf_slice(&l->made->commits[order[i]].bytes), 7, scratch), ERR_OK);
        if (i % batch == batch - 1 || i + 1 == n)
            assert_int_equal(batch_end(c), ERR_OK);
    }
    free(scratch);
}

/* Logs are mixed; in each one commit follows the other. */
static void mix(struct ledger_world *l, size_t *order, size_t n)
{
    size_t next[LEDGER_WORLD_ALLIES] = {0};
    uint64_t kept = l->made->random;
    l->made->random = l->plan.order;
    for (size_t i = 0; i < n;) {
        size_t ally = (size_t)pen_draw(l, l->allies_n), at = next[ally];
        while (at < n && l->made->commits[at].ally != ally)
            at++;
        next[ally] = at < n ? at + 1 : n;
        if (at < n)
            order[i++] = at;
    }
    l->made->random = kept;
}

void pen_take_rest(struct ledger_world *l, bool mixed)
{
    size_t *order = calloc(l->commits_n + 1, sizeof *order), n = l->commits_n - l->made->given;
    assert_non_null(order);
    for (size_t i = 0; i < n; i++)
        order[i] = l->made->given + i;
    if (mixed)
        mix(l, order, n);
    take(l, order, n);
    l->made->given = l->commits_n;
    free(order);
}

/* ---- charters ---- */

static int by_head(const void *a, const void *b)
{
    return log_compare(&((const struct head *)a)->log, &((const struct head *)b)->log);
}

size_t pen_heads(const struct ledger_world *l, struct head *out)
{
    size_t n = 0;
    for (size_t i = 0; i < l->allies_n; i++)
        if (l->author[i].seq)
            out[n++] = core_head(&l->author[i]);
    qsort(out, n, sizeof *out, by_head);
    return n;
}

static int by_signer(const void *a, const void *b)
{
    return memcmp(((const struct charter_signature *)a)->site, ((const struct charter_signature *)b)->site, SITE_BYTES);
}

static void sign(const struct ledger_world *l, struct slice body, struct charter_signature *sigs)
{
    for (size_t i = 0; i < l->allies_n; i++) {
        memcpy(sigs[i].site, l->author[i].key.pub, SITE_BYTES);
        assert_int_equal(sign_make(&l->author[i].key, DOMAIN_CHARTER, body, sigs[i].signature), ERR_OK);
    }
    qsort(sigs, l->allies_n, sizeof *sigs, by_signer);
}

static size_t rules_with(const struct charter *c, uint64_t year, struct charter_rule *out)
{
    size_t n = 0;
    bool put = !year;
    for (size_t i = 0; i <= c->rules_n; i++) {
        if (!put && (i == c->rules_n || c->rules[i].rule >= RULE_YEAR_CLOSED)) {
            out[n++] = (struct charter_rule){RULE_YEAR_CLOSED, year};
            put = true;
        }
        if (i < c->rules_n && (!year || c->rules[i].rule != RULE_YEAR_CLOSED))
            out[n++] = c->rules[i];
    }
    return n;
}

void pen_enact(struct ledger_world *l, unsigned year, const struct head *heads, size_t n)
{
    struct arena arena = {0};
    struct charter next;
    struct charter_rule rules[32];
    struct charter_signature sigs[LEDGER_WORLD_ALLIES];
    struct buf body, out;
    buf_init(&body, LIMIT_CHARTER_BYTES);
    buf_init(&out, LIMIT_CHARTER_BYTES);
    assert_int_equal(charter_draft_next(&ledger_world_core(l)->authority, true, heads, n, &arena, &next), ERR_OK);
    next.rules_n = rules_with(&next, year, rules);
    next.rules = rules;
    charter_encode_body(&body, &next);
    sign(l, buf_slice(&body), sigs);
    charter_encode(&out, buf_slice(&body), sigs, l->allies_n, slice_text(""));
    uint64_t before = ledger_world_core(l)->authority.charter_number;
    assert_int_equal(core_charter_give(l->w, 0, buf_slice(&out)), ERR_OK);
    assert_int_equal(ledger_world_core(l)->authority.charter_number, before + 1);
    buf_fini(&body);
    buf_fini(&out);
    arena_fini(&arena);
}

void pen_fix(struct ledger_world *l)
{
    struct head heads[LEDGER_WORLD_ALLIES];
    size_t n = pen_heads(l, heads);
    if (!l->plan.order)
        pen_take_rest(l, false);
    core_act_do(l->w, 0, (struct roster_act){.kind = ACT_CHECKPOINT, .heads = heads, .heads_n = n});
}
