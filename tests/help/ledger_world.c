/*
 * What is written is drawn first and put into commits as it is drawn; taking in follows, so that one history can come in any order.
 */
#include "tests/help/ledger_world.h"

#include "protocol/base/clock.h"
#include "protocol/wire/wr.h"
#include "tests/help/core_acts.h"
#include "tests/help/ledger_pen.h"
#include "tests/help/ledger_words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define INCARNATION 900

struct ledger_record {
    uint8_t id[RECORD_BYTES];
    size_t ally;
    struct dot put; /* the op that wrote its texts last */
    const char *lang;
    uint64_t text; /* seed of its texts */
    unsigned revised;
    bool whole, retired;
};
struct ledger_concept {
    uint8_t id[CONCEPT_BYTES];
    struct dot waits; /* a proposal that nobody adopted yet */
    bool waiting;
    size_t by; /* who proposed what waits */
};

/* ---- records ---- */

struct draft {
    struct op_write writes[12];
    struct slice values[12];
    size_t n;
};

static void put_value(struct draft *d, uint64_t field, const char *lang, struct slice value)
{
    d->writes[d->n] = pen_write_of(field, lang);
    d->values[d->n++] = value;
}

static size_t length(const struct ledger_record *r)
{
    return 20 + (size_t)(r->text >> 3) % 140;
}

static void put_texts(struct ledger_world *l, const struct ledger_record *r, struct draft *d)
{
    static const uint64_t fields[] = {R_ABSTRACT, R_HISTORY, R_LIMITS, R_DESCRIPTION};
    for (size_t i = 0; i < (r->whole ? 4u : 1u); i++)
        put_value(d, fields[i], r->lang, pen_words(l, r->lang, r->text + i, length(r) * (1 + i % 2) + 40 * r->revised));
}

static void put_rest(struct ledger_world *l, const struct ledger_record *r, struct draft *d)
{
    put_value(d, R_TITLE, r->lang, pen_words(l, r->lang, r->text ^ 1, 3 + r->text % 6));
    put_value(d, R_TYPE, "", pen_word(l, r->text % 3 ? "experience" : "analysis"));
    if (!r->whole)
        return;
    put_value(d, R_LICENCE, "", pen_word(l, "CC-BY-4.0"));
    put_value(d, R_ACTORS, "", pen_actors(l, r->text));
}

static void add_put(struct ledger_world *l, const struct ledger_record *r, struct draft *d, const struct dot *replaces)
{
    struct op op = pen_op_on(OP_RECORD_PUT, r->id, RECORD_BYTES);
    for (size_t i = 0; replaces && i < d->n; i++) {
        d->writes[i].replaces = replaces;
        d->writes[i].replaces_n = 1;
    }
    op_writes_sort(d->writes, d->values, d->n);
    op.writes = d->writes;
    op.writes_n = d->n;
    pen_add_op(l, &op, d->values, d->n);
}

static void add_index(struct ledger_world *l, const uint8_t *record, const uint8_t *concept)
{
    struct op_write write = pen_write_of(0, "");
    struct op op = pen_op_on(OP_RECORD_INDEX, record, RECORD_BYTES);
    write.target = slice_of(concept, CONCEPT_BYTES);
    op.writes = &write;
    op.writes_n = 1;
    pen_add_op(l, &op, &value_nil, 1);
}

static void add_link(struct ledger_world *l, const uint8_t *from, unsigned link, const uint8_t *to)
{
    struct op_write write = pen_write_of(link, "");
    struct op op = pen_op_on(OP_RECORD_LINK, from, RECORD_BYTES);
    write.target = slice_of(to, RECORD_BYTES);
    op.writes = &write;
    op.writes_n = 1;
    pen_add_op(l, &op, &value_nil, 1);
}

static const struct ledger_concept *some_concept(struct ledger_world *l)
{
    return l->made->concepts_n ? &l->made->concepts[pen_draw(l, l->made->concepts_n)] : NULL;
}

/* The earlier ones are used more. NULL: none that stands was found. */
static struct ledger_record *some_record(struct ledger_world *l)
{
    struct ledger_made *m = l->made;
    for (size_t i = 0; m->records_n && i < 8; i++) {
        struct ledger_record *r = &m->records[pen_draw(l, 1 + pen_draw(l, m->records_n))];
        if (!r->retired)
            return r;
    }
    return NULL;
}

/* A new record of that ally, with index terms; a translation of, or a near copy of `like`'s texts. */
static void write_record(struct ledger_world *l, size_t ally, const struct ledger_record *like, bool translates)
{
    struct ledger_made *m = l->made;
    struct draft d = {.n = 0};
    void *at = m->records;
    size_t of = like ? (size_t)(like - m->records) : 0;
    pen_grow(&at, m->records_n, &m->records_room, sizeof *m->records);
    m->records = at;
    struct ledger_record *r = &m->records[m->records_n++];
    *r = (struct ledger_record){.ally = ally,
                                .lang = pen_chance(l, 70) ? "fr" : "en",
                                .text = pen_draw(l, UINT64_MAX),
                                .whole = pen_chance(l, 70)};
    memcpy(r->id, l->author[ally].ally, ALLY_BYTES);
    for (size_t i = ALLY_BYTES; i < RECORD_BYTES; i++)
        r->id[i] = (uint8_t)pen_draw(l, 256);
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
    for (size_t i = pen_draw(l, 4); i > 0 && some_concept(l); i--)
        add_index(l, r->id, some_concept(l)->id);
    if (like && translates)
        add_link(l, r->id, LINK_TRANSLATES, m->records[of].id);
    r->put = dot_of(pen_write_commit(l, ally), 0);
}

static void revise(struct ledger_world *l, struct ledger_record *r)
{
    struct draft d = {.n = 0};
    struct dot before = r->put;
    r->revised++;
    if (pen_chance(l, 60))
        put_texts(l, r, &d);
    else /* a small one */
        put_value(&d, R_TITLE, r->lang, pen_words(l, r->lang, r->text ^ r->revised, 4));
    bool texts = d.n && d.writes[0].field == R_ABSTRACT;
    add_put(l, r, &d, texts ? &before : NULL);
    struct dot now = dot_of(pen_write_commit(l, r->ally), 0);
    if (texts)
        r->put = now;
}

static void retire(struct ledger_world *l, struct ledger_record *r)
{
    struct op op = pen_op_on(OP_RECORD_RETIRE, r->id, RECORD_BYTES);
    struct slice reason = pen_word(l, "twice");
    r->retired = true;
    pen_add_op(l, &op, &reason, 1);
    pen_write_commit(l, r->ally);
}

static void review(struct ledger_world *l, size_t ally, const struct ledger_record *r)
{
    struct op_write write = pen_write_of(0, r->lang);
    struct op op = pen_op_on(OP_RECORD_REVIEW, r->id, RECORD_BYTES);
    struct slice text = pen_words(l, r->lang, pen_draw(l, UINT64_MAX), 15 + pen_draw(l, 60));
    op.writes = &write;
    op.writes_n = 1;
    pen_add_op(l, &op, &text, 1);
    pen_write_commit(l, ally);
}

/* ---- concepts ---- */

static size_t add_labels(struct ledger_world *l, const uint8_t *concept, const char *lang, bool definition)
{
    struct draft d = {.n = 0};
    struct op op = pen_op_on(OP_CONCEPT_PUT, concept, CONCEPT_BYTES);
    struct buf b;
    put_value(&d, C_PREF_LABEL, lang, pen_words(l, lang, pen_draw(l, UINT64_MAX), 1 + pen_draw(l, 3)));
    if (definition) {
        buf_init(&b, 4096);
        ledger_words(lang, pen_draw(l, UINT64_MAX), 20, &b);
        put_value(&d, C_DEFINITION, lang, pen_texts(l, buf_slice(&b)));
        buf_fini(&b);
    }
    op_writes_sort(d.writes, d.values, d.n);
    op.writes = d.writes;
    op.writes_n = d.n;
    return pen_add_op(l, &op, d.values, d.n);
}

static void propose(struct ledger_world *l, size_t ally)
{
    struct ledger_made *m = l->made;
    void *at = m->concepts;
    pen_grow(&at, m->concepts_n, &m->concepts_room, sizeof *m->concepts);
    m->concepts = at;
    struct ledger_concept *c = &m->concepts[m->concepts_n],
                          *other = m->concepts_n ? &m->concepts[pen_draw(l, m->concepts_n)] : NULL;
    *c = (struct ledger_concept){.by = ally, .waiting = true};
    for (size_t i = 0; i < CONCEPT_BYTES; i++)
        c->id[i] = (uint8_t)pen_draw(l, 256);
    add_labels(l, c->id, "fr", pen_chance(l, 60));
    if (other && pen_chance(l, 50)) {
        struct op_write write = pen_write_of(REL_BROADER, "");
        struct op op = pen_op_on(OP_CONCEPT_RELATE, c->id, CONCEPT_BYTES);
        write.target = slice_of(other->id, CONCEPT_BYTES);
        op.writes = &write;
        op.writes_n = 1;
        pen_add_op(l, &op, &value_nil, 1);
    }
    m->concepts_n++;
    c->waits = dot_of(pen_write_commit(l, ally), 0);
}

/* Labels in another language. */
static void label(struct ledger_world *l, size_t ally)
{
    struct ledger_made *m = l->made;
    struct ledger_concept *c = m->concepts_n ? &m->concepts[pen_draw(l, m->concepts_n)] : NULL;
    static const char *const langs[] = {"en", "de", "es"};
    if (!c || c->waiting)
        return;
    add_labels(l, c->id, langs[pen_draw(l, 3)], false);
    c->waits = dot_of(pen_write_commit(l, ally), 0);
    c->waiting = true;
    c->by = ally;
}

/* Where nobody waits nothing is adopted. Two allies that are not the secretariat's have to agree. */
static void adopt(struct ledger_world *l)
{
    struct ledger_made *m = l->made;
    bool alone = pen_chance(l, 60);
    for (size_t i = 0; m->concepts_n && i < 8; i++) {
        struct ledger_concept *c = &m->concepts[pen_draw(l, m->concepts_n)];
        if (!c->waiting)
            continue;
        for (size_t k = 0; k < (alone ? 1u : 2u); k++) {
            struct op op = pen_op_on(OP_CONCEPT_ADOPT, c->id, CONCEPT_BYTES);
            op.dots = &c->waits;
            op.dots_n = 1;
            pen_add_op(l, &op, NULL, 0);
            pen_write_commit(l, alone ? 0 : (c->by + 1 + k) % l->allies_n);
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
    struct op op = pen_op_on(OP_SITE_RELAYS, l->author[ally].log.site, SITE_BYTES);
    size_t n = 0;
    for (size_t i = 1; n < 3 && i < l->allies_n; i++) {
        memcpy(relays[n].site, l->author[(ally + i) % l->allies_n].log.site, SITE_BYTES);
        relays[n++].days = 1u << pen_draw(l, 28) | 1u << pen_draw(l, 28);
    }
    qsort(relays, n, sizeof *relays, by_site);
    op.month = month;
    op.relays = relays;
    op.relays_n = n;
    pen_add_op(l, &op, NULL, 0);
    pen_write_commit(l, ally);
}

static void declare(struct ledger_world *l, size_t ally, unsigned year)
{
    uint8_t id[MEANS_BYTES];
    struct op_write write = pen_write_of(1, "");
    struct buf b;
    means_entity(id, l->author[ally].ally, year);
    struct op op = pen_op_on(OP_MEANS_DECLARE, id, MEANS_BYTES);
    buf_init(&b, 64);
    wr_array(&b, 2);
    wr_uint(&b, 1000 * pen_draw(l, 400));
    wr_nil(&b);
    struct slice value = pen_keep(l, &b);
    op.writes = &write;
    op.writes_n = 1;
    pen_add_op(l, &op, &value, 1);
    pen_write_commit(l, ally);
}

/* ---- years ---- */

static void step(struct ledger_world *l)
{
    size_t ally = (size_t)pen_draw(l, l->allies_n);
    struct ledger_record *r = some_record(l);
    uint64_t what = pen_draw(l, 100);
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
        const struct ledger_record *from = some_record(l);
        add_link(l, from->id, what < 58 ? LINK_CITES : LINK_SYNTHESISES, r->id);
        pen_write_commit(l, from->ally);
    } else if (what < 80 && some_concept(l)) {
        add_index(l, r->id, some_concept(l)->id);
        pen_write_commit(l, ally);
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
        l->made->now_ms = start.ms + (int64_t)((uint64_t)days_ms * done / ops) + (int64_t)pen_draw(l, 60000);
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
            pen_fix(l);
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
    pen_enact(l, 0, NULL, 0);
    for (unsigned year = 0; year < plan->years; year++) {
        write_year(l, LEDGER_WORLD_FIRST + year);
        if (year + 1 < plan->years)
            ledger_world_close(l, LEDGER_WORLD_FIRST + year);
    }
    pen_take_rest(l, plan->order != 0);
    return l;
}

void ledger_world_close(struct ledger_world *l, unsigned year)
{
    struct head heads[LEDGER_WORLD_ALLIES];
    if (!l->plan.order)
        pen_take_rest(l, false);
    pen_enact(l, year, heads, pen_heads(l, heads));
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
