/*
 * What is written is drawn first and put into commits as it is drawn; taking in follows, so that one history can come in any order.
 */
#include "tests/help/ledger_world.h"

#include "daemon/core/ingest.h"
#include "protocol/base/clock.h"
#include "protocol/wire/wr.h"
#include "tests/help/core_acts.h"
#include "tests/help/ledger_words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define INCARNATION  900
#define OPS_A_COMMIT 8

struct record {
    uint8_t id[RECORD_BYTES];
    size_t ally;
    struct dot put; /* the op that wrote its texts last */
    const char *lang;
    uint64_t text; /* seed of its texts */
    unsigned revised;
    bool whole, retired;
};
struct concept {
    uint8_t id[CONCEPT_BYTES];
    struct dot waits; /* a proposal that nobody adopted yet */
    bool waiting;
    size_t by; /* who proposed what waits */
};
struct carried {
    struct buf bytes;
    size_t ally;
};
struct ledger_made {
    struct arena arena;
    uint64_t random;
    struct record *records;
    size_t records_n, records_room;
    struct concept *concepts;
    size_t concepts_n, concepts_room;
    struct carried *commits;
    size_t commits_room, given;
    int64_t now_ms;
    struct op_draft ops[OPS_A_COMMIT]; /* of the commit under way */
    size_t ops_n;
};

/* ---- chance ---- */

static uint64_t draw(struct ledger_world *l, uint64_t below)
{
    uint64_t x = l->made->random += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (x ^ (x >> 31)) % below;
}

static bool chance(struct ledger_world *l, unsigned percent)
{
    return draw(l, 100) < percent;
}

/* ---- pieces ---- */

static struct slice keep(struct ledger_world *l, struct buf *b)
{
    struct slice out;
    assert_int_equal(b->err, ERR_OK);
    assert_int_equal(arena_copy(&l->made->arena, buf_slice(b), &out), ERR_OK);
    buf_fini(b);
    return out;
}

static struct slice text_value(struct ledger_world *l, struct slice text)
{
    struct buf b;
    buf_init(&b, text.len + 16);
    wr_text(&b, text);
    return keep(l, &b);
}

static struct slice word_value(struct ledger_world *l, const char *word)
{
    return text_value(l, slice_text(word));
}

/* The same for the same seed; a revision has sentences of its own at the end. */
static struct slice words_value(struct ledger_world *l, const char *lang, uint64_t seed, size_t n)
{
    struct buf b;
    buf_init(&b, 1 << 16);
    ledger_words(lang, seed, n, &b);
    struct slice value = text_value(l, buf_slice(&b));
    buf_fini(&b);
    return value;
}

static struct slice actors_value(struct ledger_world *l, uint64_t seed)
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
    return keep(l, &b);
}

static struct slice texts_value(struct ledger_world *l, struct slice text)
{
    struct buf b;
    buf_init(&b, text.len + 16);
    wr_array(&b, 1);
    wr_text(&b, text);
    return keep(l, &b);
}

/* ---- commits ---- */

static void grow(void **at, size_t n, size_t *room, size_t size)
{
    if (n < *room)
        return;
    *room = *room ? *room * 2 : 256;
    *at = realloc(*at, *room * size);
    assert_non_null(*at);
}

/* One more op of the commit under way; its place in it. */
static size_t add_op(struct ledger_world *l, const struct op *op, const struct slice *values, size_t n)
{
    struct ledger_made *m = l->made;
    struct buf header, body;
    assert_true(m->ops_n < OPS_A_COMMIT);
    buf_init(&header, LIMIT_ENVELOPE_BYTES);
    buf_init(&body, LIMIT_BODY_BYTES);
    op_encode_header(&header, op);
    op_encode_body(&body, values, n);
    m->ops[m->ops_n] = (struct op_draft){.header = keep(l, &header), .body = keep(l, &body)};
    for (size_t i = 0; i < SALT_BYTES; i++)
        m->ops[m->ops_n].salt[i] = (uint8_t)draw(l, 256);
    return m->ops_n++;
}

static void carry(struct ledger_world *l, size_t ally, struct slice envelope, const uint8_t signature[SIGNATURE_BYTES])
{
    struct ledger_made *m = l->made;
    void *at = m->commits;
    grow(&at, l->commits_n, &m->commits_room, sizeof *m->commits);
    m->commits = at;
    struct carried *c = &m->commits[l->commits_n++];
    c->ally = ally;
    buf_init(&c->bytes, LIMIT_COMMIT_BYTES);
    commit_write_start(&c->bytes, envelope, signature, m->ops_n);
    for (size_t i = 0; i < m->ops_n; i++)
        commit_write_body(&c->bytes, BODY_PRESENT, m->ops[i].salt, m->ops[i].body);
    assert_int_equal(c->bytes.err, ERR_OK);
    l->ops_n += m->ops_n;
    m->ops_n = 0;
}

/* Signs what was added, as that ally's, now. The commit's id. */
static const uint8_t *write_commit(struct ledger_world *l, size_t ally)
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

/* ---- records ---- */

static struct op op_on(enum op_kind kind, const void *entity, size_t len)
{
    return (struct op){.info = kind_info(kind), .entity = slice_of(entity, len)};
}

static struct op_write write_of(uint64_t field, const char *lang)
{
    return (struct op_write){.field = field, .lang = slice_text(lang), .target = slice_text(""), .add = true};
}

struct draft {
    struct op_write writes[12];
    struct slice values[12];
    size_t n;
};

static void put_value(struct draft *d, uint64_t field, const char *lang, struct slice value)
{
    d->writes[d->n] = write_of(field, lang);
    d->values[d->n++] = value;
}

static size_t length(const struct record *r)
{
    return 20 + (size_t)(r->text >> 3) % 140;
}

static void put_texts(struct ledger_world *l, const struct record *r, struct draft *d)
{
    static const uint64_t fields[] = {R_ABSTRACT, R_HISTORY, R_LIMITS, R_DESCRIPTION};
    for (size_t i = 0; i < (r->whole ? 4u : 1u); i++)
        put_value(d, fields[i], r->lang,
                  words_value(l, r->lang, r->text + i, length(r) * (1 + i % 2) + 40 * r->revised));
}

static void put_rest(struct ledger_world *l, const struct record *r, struct draft *d)
{
    put_value(d, R_TITLE, r->lang, words_value(l, r->lang, r->text ^ 1, 3 + r->text % 6));
    put_value(d, R_TYPE, "", word_value(l, r->text % 3 ? "experience" : "analysis"));
    if (!r->whole)
        return;
    put_value(d, R_LICENCE, "", word_value(l, "CC-BY-4.0"));
    put_value(d, R_ACTORS, "", actors_value(l, r->text));
}

static void add_put(struct ledger_world *l, const struct record *r, struct draft *d, const struct dot *replaces)
{
    struct op op = op_on(OP_RECORD_PUT, r->id, RECORD_BYTES);
    for (size_t i = 0; replaces && i < d->n; i++) {
        d->writes[i].replaces = replaces;
        d->writes[i].replaces_n = 1;
    }
    op_writes_sort(d->writes, d->values, d->n);
    op.writes = d->writes;
    op.writes_n = d->n;
    add_op(l, &op, d->values, d->n);
}

static void add_index(struct ledger_world *l, const uint8_t *record, const uint8_t *concept)
{
    struct op_write write = write_of(0, "");
    struct op op = op_on(OP_RECORD_INDEX, record, RECORD_BYTES);
    write.target = slice_of(concept, CONCEPT_BYTES);
    op.writes = &write;
    op.writes_n = 1;
    add_op(l, &op, &value_nil, 1);
}

static void add_link(struct ledger_world *l, const uint8_t *from, unsigned link, const uint8_t *to)
{
    struct op_write write = write_of(link, "");
    struct op op = op_on(OP_RECORD_LINK, from, RECORD_BYTES);
    write.target = slice_of(to, RECORD_BYTES);
    op.writes = &write;
    op.writes_n = 1;
    add_op(l, &op, &value_nil, 1);
}

static const struct concept *some_concept(struct ledger_world *l)
{
    return l->made->concepts_n ? &l->made->concepts[draw(l, l->made->concepts_n)] : NULL;
}

/* The earlier ones are used more. NULL: none that stands was found. */
static struct record *some_record(struct ledger_world *l)
{
    struct ledger_made *m = l->made;
    for (size_t i = 0; m->records_n && i < 8; i++) {
        struct record *r = &m->records[draw(l, 1 + draw(l, m->records_n))];
        if (!r->retired)
            return r;
    }
    return NULL;
}

/* A new record of that ally, with index terms; a translation of, or a near copy of `like`'s texts. */
static void write_record(struct ledger_world *l, size_t ally, const struct record *like, bool translates)
{
    struct ledger_made *m = l->made;
    struct draft d = {.n = 0};
    void *at = m->records;
    size_t of = like ? (size_t)(like - m->records) : 0;
    grow(&at, m->records_n, &m->records_room, sizeof *m->records);
    m->records = at;
    struct record *r = &m->records[m->records_n++];
    *r = (struct record){
        .ally = ally, .lang = chance(l, 70) ? "fr" : "en", .text = draw(l, UINT64_MAX), .whole = chance(l, 70)};
    memcpy(r->id, l->author[ally].ally, ALLY_BYTES);
    for (size_t i = ALLY_BYTES; i < RECORD_BYTES; i++)
        r->id[i] = (uint8_t)draw(l, 256);
    if (like && translates)
        r->lang = strcmp(m->records[of].lang, "fr") == 0 ? "en" : "fr";
    if (like && !translates) {
        r->lang = m->records[of].lang;
        r->text = m->records[of].text;
        r->whole = m->records[of].whole;
        l->copies_n++;
    }
    put_texts(l, r, &d);
    put_rest(l, r, &d);
    add_put(l, r, &d, NULL);
    for (size_t i = draw(l, 4); i > 0 && some_concept(l); i--)
        add_index(l, r->id, some_concept(l)->id);
    if (like && translates)
        add_link(l, r->id, LINK_TRANSLATES, m->records[of].id);
    r->put = dot_of(write_commit(l, ally), 0);
}

static void revise(struct ledger_world *l, struct record *r)
{
    struct draft d = {.n = 0};
    struct dot before = r->put;
    r->revised++;
    if (chance(l, 60))
        put_texts(l, r, &d);
    else /* a small one */
        put_value(&d, R_TITLE, r->lang, words_value(l, r->lang, r->text ^ r->revised, 4));
    bool texts = d.n && d.writes[0].field == R_ABSTRACT;
    add_put(l, r, &d, texts ? &before : NULL);
    struct dot now = dot_of(write_commit(l, r->ally), 0);
    if (texts)
        r->put = now;
}

static void retire(struct ledger_world *l, struct record *r)
{
    struct op op = op_on(OP_RECORD_RETIRE, r->id, RECORD_BYTES);
    struct slice reason = word_value(l, "twice");
    r->retired = true;
    add_op(l, &op, &reason, 1);
    write_commit(l, r->ally);
}

static void review(struct ledger_world *l, size_t ally, const struct record *r)
{
    struct op_write write = write_of(0, r->lang);
    struct op op = op_on(OP_RECORD_REVIEW, r->id, RECORD_BYTES);
    struct slice text = words_value(l, r->lang, draw(l, UINT64_MAX), 15 + draw(l, 60));
    op.writes = &write;
    op.writes_n = 1;
    add_op(l, &op, &text, 1);
    write_commit(l, ally);
}

/* ---- concepts ---- */

static size_t add_labels(struct ledger_world *l, const uint8_t *concept, const char *lang, bool definition)
{
    struct draft d = {.n = 0};
    struct op op = op_on(OP_CONCEPT_PUT, concept, CONCEPT_BYTES);
    struct buf b;
    put_value(&d, C_PREF_LABEL, lang, words_value(l, lang, draw(l, UINT64_MAX), 1 + draw(l, 3)));
    if (definition) {
        buf_init(&b, 4096);
        ledger_words(lang, draw(l, UINT64_MAX), 20, &b);
        put_value(&d, C_DEFINITION, lang, texts_value(l, buf_slice(&b)));
        buf_fini(&b);
    }
    op_writes_sort(d.writes, d.values, d.n);
    op.writes = d.writes;
    op.writes_n = d.n;
    return add_op(l, &op, d.values, d.n);
}

static void propose(struct ledger_world *l, size_t ally)
{
    struct ledger_made *m = l->made;
    void *at = m->concepts;
    grow(&at, m->concepts_n, &m->concepts_room, sizeof *m->concepts);
    m->concepts = at;
    struct concept *c = &m->concepts[m->concepts_n],
                   *other = m->concepts_n ? &m->concepts[draw(l, m->concepts_n)] : NULL;
    *c = (struct concept){.by = ally, .waiting = true};
    for (size_t i = 0; i < CONCEPT_BYTES; i++)
        c->id[i] = (uint8_t)draw(l, 256);
    add_labels(l, c->id, "fr", chance(l, 60));
    if (other && chance(l, 50)) {
        struct op_write write = write_of(REL_BROADER, "");
        struct op op = op_on(OP_CONCEPT_RELATE, c->id, CONCEPT_BYTES);
        write.target = slice_of(other->id, CONCEPT_BYTES);
        op.writes = &write;
        op.writes_n = 1;
        add_op(l, &op, &value_nil, 1);
    }
    m->concepts_n++;
    c->waits = dot_of(write_commit(l, ally), 0);
}

/* Labels in another language. */
static void label(struct ledger_world *l, size_t ally)
{
    struct ledger_made *m = l->made;
    struct concept *c = m->concepts_n ? &m->concepts[draw(l, m->concepts_n)] : NULL;
    static const char *const langs[] = {"en", "de", "es"};
    if (!c || c->waiting)
        return;
    add_labels(l, c->id, langs[draw(l, 3)], false);
    c->waits = dot_of(write_commit(l, ally), 0);
    c->waiting = true;
    c->by = ally;
}

/* Where nobody waits nothing is adopted. Two allies that are not the secretariat's have to agree. */
static void adopt(struct ledger_world *l)
{
    struct ledger_made *m = l->made;
    bool alone = chance(l, 60);
    for (size_t i = 0; m->concepts_n && i < 8; i++) {
        struct concept *c = &m->concepts[draw(l, m->concepts_n)];
        if (!c->waiting)
            continue;
        for (size_t k = 0; k < (alone ? 1u : 2u); k++) {
            struct op op = op_on(OP_CONCEPT_ADOPT, c->id, CONCEPT_BYTES);
            op.dots = &c->waits;
            op.dots_n = 1;
            add_op(l, &op, NULL, 0);
            write_commit(l, alone ? 0 : (c->by + 1 + k) % l->allies_n);
        }
        c->waiting = false;
        return;
    }
}

/* ---- sites ---- */

static int by_site(const void *a, const void *b)
{
    return memcmp(((const struct op_relay *)a)->site, ((const struct op_relay *)b)->site, SITE_BYTES);
}

static void tell_relays(struct ledger_world *l, size_t ally, unsigned month)
{
    struct op_relay relays[3];
    struct op op = op_on(OP_SITE_RELAYS, l->author[ally].log.site, SITE_BYTES);
    size_t n = 0;
    for (size_t i = 1; n < 3 && i < l->allies_n; i++) {
        memcpy(relays[n].site, l->author[(ally + i) % l->allies_n].log.site, SITE_BYTES);
        relays[n++].days = 1u << draw(l, 28) | 1u << draw(l, 28);
    }
    qsort(relays, n, sizeof *relays, by_site);
    op.month = month;
    op.relays = relays;
    op.relays_n = n;
    add_op(l, &op, NULL, 0);
    write_commit(l, ally);
}

static void declare(struct ledger_world *l, size_t ally, unsigned year)
{
    uint8_t id[MEANS_BYTES];
    struct op_write write = write_of(1, "");
    struct buf b;
    means_entity(id, l->author[ally].ally, year);
    struct op op = op_on(OP_MEANS_DECLARE, id, MEANS_BYTES);
    buf_init(&b, 64);
    wr_array(&b, 2);
    wr_uint(&b, 1000 * draw(l, 400));
    wr_nil(&b);
    struct slice value = keep(l, &b);
    op.writes = &write;
    op.writes_n = 1;
    add_op(l, &op, &value, 1);
    write_commit(l, ally);
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
        size_t ally = (size_t)draw(l, l->allies_n), at = next[ally];
        while (at < n && l->made->commits[at].ally != ally)
            at++;
        next[ally] = at < n ? at + 1 : n;
        if (at < n)
            order[i++] = at;
    }
    l->made->random = kept;
}

/* All that was written and not taken in yet. */
static void take_rest(struct ledger_world *l, bool mixed)
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

static size_t heads_now(const struct ledger_world *l, struct head *out)
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

static void enact(struct ledger_world *l, unsigned year, const struct head *heads, size_t n)
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

void ledger_world_close(struct ledger_world *l, unsigned year)
{
    struct head heads[LEDGER_WORLD_ALLIES];
    if (!l->plan.order)
        take_rest(l, false);
    enact(l, year, heads, heads_now(l, heads));
}

static void fix(struct ledger_world *l)
{
    struct head heads[LEDGER_WORLD_ALLIES];
    size_t n = heads_now(l, heads);
    if (!l->plan.order)
        take_rest(l, false);
    core_act_do(l->w, 0, (struct roster_act){.kind = ACT_CHECKPOINT, .heads = heads, .heads_n = n});
}

/* ---- years ---- */

static void step(struct ledger_world *l)
{
    size_t ally = (size_t)draw(l, l->allies_n);
    struct record *r = some_record(l);
    uint64_t what = draw(l, 100);
    if (what < 24 || !r)
        write_record(l, ally, NULL, false);
    else if (what < 25)
        write_record(l, ally, r, false);
    else if (what < 30)
        write_record(l, ally, r, true);
    else if (what < 42)
        revise(l, r);
    else if (what < 43)
        retire(l, r);
    else if (what < 52)
        review(l, ally, r);
    else if (what < 62) {
        const struct record *from = some_record(l);
        add_link(l, from->id, what < 58 ? LINK_CITES : LINK_SYNTHESISES, r->id);
        write_commit(l, from->ally);
    } else if (what < 80 && some_concept(l)) {
        add_index(l, r->id, some_concept(l)->id);
        write_commit(l, ally);
    } else if (what < 88)
        propose(l, ally);
    else if (what < 92)
        label(l, ally);
    else
        adopt(l);
}

static void write_month(struct ledger_world *l, unsigned month, size_t ops)
{
    static const int64_t days_ms = 28 * CLOCK_DAY_MS;
    char first[16];
    struct wall start;
    size_t from = l->ops_n;
    snprintf(first, sizeof first, "%u-%02u", month / 12, month % 12 + 1);
    assert_int_equal(rfc3339_read(first, &start), ERR_OK);
    for (size_t done = 0; done < ops; done = l->ops_n - from) {
        l->made->now_ms = start.ms + (int64_t)((uint64_t)days_ms * done / ops) + (int64_t)draw(l, 60000);
        step(l);
    }
    for (size_t i = 0; ops && i < l->allies_n; i += 3)
        tell_relays(l, i, month);
}

static void write_year(struct ledger_world *l, unsigned year)
{
    size_t upto = l->plan.ops / l->plan.years / 12;
    for (unsigned month = 0; month < 12; month++) {
        write_month(l, year * 12 + month, upto);
        if (month % 6 == 5)
            fix(l);
    }
    for (size_t i = 0; i < l->allies_n; i++)
        declare(l, i, year);
    tell_relays(l, 0, year * 12 + 2); /* long after */
}

/* ---- making one ---- */

static void join(struct ledger_world *l, size_t at)
{
    struct core_author *a = &l->author[at];
    char name[32];
    snprintf(name, sizeof name, "%s", ledger_ally_name(at));
    core_author_init(a, l->w, WORLD_SITES + at, INCARNATION);
    memcpy(a->ally, a->key.pub, ALLY_BYTES);
    struct roster_act act = {.kind = ACT_ADMIT, .ally_name = slice_text(name), .site_name = slice_text(name)};
    memcpy(act.ally, a->ally, ALLY_BYTES);
    memcpy(act.site, a->key.pub, SITE_BYTES);
    core_act_do(l->w, 0, act);
}

struct ledger_world *ledger_world_new(const struct ledger_plan *plan)
{
    struct ledger_world *l = calloc(1, sizeof *l);
    assert_non_null(l);
    assert_true(plan->allies >= 2 && plan->allies <= LEDGER_WORLD_ALLIES && plan->years);
    l->plan = *plan;
    l->made = calloc(1, sizeof *l->made);
    assert_non_null(l->made);
    l->made->random = plan->seed;
    l->w = world_new(plan->seed);
    world_add(l->w, "alpha");
    world_found(l->w, 0);
    world_open(l->w, 0);
    core_author_init(&l->author[0], l->w, 0, INCARNATION);
    l->allies_n = plan->allies;
    for (size_t i = 1; i < l->allies_n; i++)
        join(l, i);
    for (size_t i = 0; i < l->allies_n; i++)
        l->author[i].clock = 0;
    enact(l, 0, NULL, 0);
    for (unsigned year = 0; year < plan->years; year++) {
        write_year(l, LEDGER_WORLD_FIRST + year);
        if (year + 1 < plan->years)
            ledger_world_close(l, LEDGER_WORLD_FIRST + year);
    }
    take_rest(l, plan->order != 0);
    return l;
}

void ledger_world_free(struct ledger_world *l)
{
    for (size_t i = 0; i < l->commits_n; i++)
        buf_fini(&l->made->commits[i].bytes);
    free(l->made->commits);
    free(l->made->records);
    free(l->made->concepts);
    arena_fini(&l->made->arena);
    free(l->made);
    world_free(l->w);
    free(l);
}

struct core *ledger_world_core(struct ledger_world *l)
{
    return l->w->sites[0].core;
}

struct slice ledger_world_commit(const struct ledger_world *l, size_t i)
{
    return buf_slice(&l->made->commits[i].bytes);
}
