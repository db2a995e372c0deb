/* Facts made up for tests; see facts_made.h. */
#include "tests/help/facts_made.h"

#include "protocol/base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { SLOTS = 48 };

static void *must(void *at)
{
    if (!at)
        abort();
    return at;
}

void made_init(struct made *m, unsigned allies)
{
    *m = (struct made){0};
    world_init(&m->world, allies);
    for (size_t k = 0; k < LEDGER_KINDS_N; k++)
        m->policy.points[k] = 1;
    made_rebuild(m, NULL);
}

void made_rebuild(struct made *m, days_clock_fn *clock)
{
    authority_fini(&m->authority);
    m->authority = world_build(&m->world);
    if (days_build(&m->authority, clock, NULL, &m->world.arena, &m->days))
        abort();
}

void made_fini(struct made *m)
{
    authority_fini(&m->authority);
    world_fini(&m->world);
    free(m->facts);
}

static struct slice bytes(struct made *m, const void *at, size_t n)
{
    struct slice out;
    if (arena_copy(&m->world.arena, slice_of(at, n), &out))
        abort();
    return out;
}

static void ally_id(uint8_t out[ALLY_BYTES], unsigned ally)
{
    memset(out, (int)(0xb0 + ally), ALLY_BYTES);
}

struct slice made_record(struct made *m, unsigned ally, unsigned number)
{
    uint8_t id[RECORD_BYTES] = {0};
    ally_id(id, ally);
    memcpy(id + ALLY_BYTES, &number, sizeof number);
    return bytes(m, id, sizeof id);
}

struct slice made_concept(struct made *m, unsigned number)
{
    uint8_t id[CONCEPT_BYTES] = {0xc0};
    memcpy(id + 1, &number, sizeof number);
    return bytes(m, id, sizeof id);
}

struct slice made_dot(struct made *m, unsigned number)
{
    uint8_t dot[DOT_BYTES] = {0xd0};
    memcpy(dot + 1, &number, sizeof number);
    return bytes(m, dot, sizeof dot);
}

struct slice made_sketch(struct made *m, unsigned text, unsigned other, unsigned equal)
{
    uint32_t slots[SLOTS];
    for (uint32_t i = 0; i < SLOTS; i++) {
        uint32_t shared = (i * 7 + other * 5) % SLOTS < equal ? 0 : other; /* unequal ones lie scattered */
        slots[i] = (text * 64 + i) * UINT32_C(2654435761) + shared * UINT32_C(40503);
    }
    return bytes(m, slots, sizeof slots);
}

struct fact *made_fact(struct made *m, enum fact_kind kind, unsigned ally, unsigned day)
{
    if (m->n == m->room) {
        m->room = m->room ? m->room * 2 : 64;
        m->facts = must(realloc(m->facts, m->room * sizeof *m->facts));
    }
    struct fact *f = &m->facts[m->n++];
    struct head head = {.log = {.incarnation = 5}};
    memcpy(head.log.site, world_site(&m->world, world_seed(ally)), SITE_BYTES);
    m->seq++;
    *f = (struct fact){.kind = kind, .term = m->term};
    f->op = (struct fact_op){
        .log = head.log, .seq = m->seq, .clock = ((uint64_t)(MADE_DAY + day) * (uint64_t)CLOCK_DAY_MS << 16) + m->seq};
    memcpy(f->op.dot.commit, &m->seq, sizeof m->seq);
    ally_id(f->ally, ally);
    return f;
}

struct fact *made_publish(struct made *m, unsigned ally, unsigned number, unsigned day, enum fact_level level)
{
    struct fact *f = made_fact(m, FACT_RECORD, ally, day);
    f->type = ENTITY_RECORD;
    f->entity = made_record(m, ally, number);
    f->sort = level;
    f->amount = 500;
    f->data = made_sketch(m, 1000 + ally * 100000 + number, 0, SLOTS);
    return f;
}

struct fact *made_link(struct made *m, unsigned by, unsigned number, unsigned to, unsigned to_number, unsigned day)
{
    struct fact *f = made_fact(m, FACT_LINK, by, day);
    f->type = ENTITY_RECORD;
    f->entity = made_record(m, by, number);
    f->target = made_record(m, to, to_number);
    f->sort = LINK_CITES;
    ally_id(f->ally, to);
    ally_id(f->other, by);
    return f;
}

struct fact *made_index(struct made *m, unsigned by, unsigned number, unsigned concept, unsigned day)
{
    struct fact *f = made_fact(m, FACT_TERM, by, day);
    f->type = ENTITY_RECORD;
    f->entity = made_record(m, by, number);
    f->target = made_concept(m, concept);
    memset(f->ally, 0, ALLY_BYTES);
    ally_id(f->other, by);
    return f;
}

struct fact *made_propose(struct made *m, unsigned ally, unsigned concept, unsigned day, enum fact_concept state)
{
    struct fact *f = made_fact(m, FACT_CONCEPT, ally, day);
    f->type = ENTITY_CONCEPT;
    f->entity = made_concept(m, concept);
    f->sort = state;
    return f;
}

struct fact *made_review(struct made *m, unsigned by, unsigned of, unsigned number, unsigned day, unsigned words)
{
    struct fact *f = made_fact(m, FACT_REVIEW, by, day);
    uint8_t hash[16] = {1};
    memcpy(hash + 1, &words, sizeof words);
    f->type = ENTITY_RECORD;
    f->entity = made_record(m, of, number);
    f->data = bytes(m, hash, sizeof hash);
    ally_id(f->other, of);
    return f;
}

struct fact *made_adopted(struct made *m, unsigned ally, unsigned by, unsigned concept, unsigned dot,
                          enum fact_part part, unsigned day)
{
    struct fact *f = made_fact(m, FACT_ADOPTED, by, day);
    f->type = ENTITY_CONCEPT;
    f->entity = made_concept(m, concept);
    f->target = made_dot(m, dot);
    f->sort = part;
    f->amount = 1;
    ally_id(f->ally, ally);
    ally_id(f->other, by);
    return f;
}

struct fact *made_act(struct made *m, unsigned by, unsigned of, unsigned dot, bool secretariat, uint64_t delay_days,
                      unsigned day)
{
    struct fact *f = made_fact(m, FACT_ACT, by, day);
    f->type = ENTITY_CONCEPT;
    f->entity = made_concept(m, dot);
    f->target = made_dot(m, dot);
    f->sort = secretariat;
    f->amount = delay_days * (uint64_t)CLOCK_DAY_MS;
    ally_id(f->other, of);
    return f;
}

struct fact *made_relay(struct made *m, unsigned ally, unsigned by, unsigned month, uint32_t days, unsigned day)
{
    struct fact *f = made_fact(m, FACT_RELAY, by, day);
    f->type = ENTITY_SITE;
    f->entity = bytes(m, f->op.log.site, SITE_BYTES);
    f->sort = days;
    f->amount = month;
    ally_id(f->ally, ally);
    ally_id(f->other, by);
    return f;
}

struct fact *made_means(struct made *m, unsigned ally, unsigned year, enum means_what what, uint64_t amount,
                        unsigned day)
{
    struct fact *f = made_fact(m, FACT_MEANS, ally, day);
    uint8_t entity[MEANS_BYTES];
    means_entity(entity, f->ally, year);
    f->type = ENTITY_MEANS;
    f->entity = bytes(m, entity, sizeof entity);
    f->target = slice_of(f->entity.at + ALLY_BYTES, 2);
    f->sort = what;
    f->amount = amount;
    return f;
}

const struct ledger *made_settle(struct made *m, bool open)
{
    struct settle_input in = {.authority = &m->authority,
                              .days = &m->days,
                              .facts = m->facts,
                              .facts_n = m->n,
                              .term = m->term,
                              .year_from = 2026 + m->term,
                              .year = 2026 + m->term,
                              .open = open,
                              .policy = m->policy};
    if (settle(&in, &m->world.arena, &m->ledger))
        abort();
    return &m->ledger;
}

const struct ledger_sum *made_sum(const struct made *m, unsigned ally, enum ledger_kind kind)
{
    return &m->ledger.allies[ally - 1].kinds[kind];
}

void made_is(const struct made *m, unsigned ally, enum ledger_kind kind, uint64_t count, enum ledger_why why,
             uint64_t out)
{
    const struct ledger_sum *s = made_sum(m, ally, kind);
    assert_int_equal(s->count, count);
    for (size_t i = 0; i < LEDGER_WHYS_N; i++)
        assert_int_equal(s->left_out[i], i == why && why != LEDGER_COUNTS ? out : 0);
}

void made_counts(const struct made *m, unsigned ally, enum ledger_kind kind, uint64_t count)
{
    made_is(m, ally, kind, count, LEDGER_COUNTS, 0);
}

struct slice made_text(struct made *m)
{
    struct buf text;
    struct slice out;
    buf_init(&text, 16u << 20);
    for (size_t i = 0; i < m->ledger.entries_n; i++) {
        const struct ledger_entry *e = &m->ledger.entries[i];
        buf_printf(&text, "%02x %02x %s %s %u %llu %llu %llu\n", e->ally[0], e->other[0], ledger_kind_name(e->kind),
                   ledger_why_name(e->why), e->day - MADE_DAY, (unsigned long long)e->count,
                   (unsigned long long)e->fact->op.seq, (unsigned long long)(e->same ? e->same->op.seq : 0));
    }
    for (size_t i = 0; i < m->ledger.allies_n; i++)
        buf_printf(&text, "%zu: %llu\n", i + 1, (unsigned long long)m->ledger.allies[i].points);
    if (text.err || arena_copy(&m->world.arena, buf_slice(&text), &out))
        abort();
    buf_fini(&text);
    return out;
}

void made_shuffle(struct made *m, unsigned seed)
{
    for (size_t i = m->n; i > 1; i--) {
        seed = seed * 1103515245u + 12345u;
        size_t k = (seed >> 8) % i;
        struct fact f = m->facts[i - 1];
        m->facts[i - 1] = m->facts[k];
        m->facts[k] = f;
    }
}
