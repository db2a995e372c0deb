/*
 * settle: the facts are put in the ledger's order once; then each sort is decided by its own function, row by row (settle_work.h), and the entries are
 * put under their allies and kinds and summed up.
 */
#include "daemon/ledger/settle.h"

#include "daemon/ledger/settle_work.h"
#include "protocol/base/clock.h"

#include <stdlib.h>

/* ---- the ledger's order ---- */

static int by_bytes(const uint8_t *a, const uint8_t *b, size_t n)
{
    return memcmp(a, b, n);
}

/* Facts of one op, or of one record through the terms: any order would do that is the same everywhere. */
static int by_content(const struct fact *a, const struct fact *b)
{
    int c = (a->term > b->term) - (a->term < b->term);
    if (!c)
        c = (a->kind > b->kind) - (a->kind < b->kind);
    if (!c)
        c = slice_compare(a->entity, b->entity);
    if (!c)
        c = by_bytes(a->ally, b->ally, ALLY_BYTES);
    if (!c)
        c = by_bytes(a->other, b->other, ALLY_BYTES);
    if (!c)
        c = slice_compare(a->target, b->target);
    if (!c)
        c = (a->sort > b->sort) - (a->sort < b->sort);
    if (!c)
        c = (a->amount > b->amount) - (a->amount < b->amount);
    return c ? c : slice_compare(a->data, b->data);
}

static int in_order(const void *left, const void *right)
{
    const struct settle_row *a = left, *b = right;
    if (a->span == b->span && a->clock != b->clock)
        return a->clock < b->clock ? -1 : 1;
    int c = days_compare(&a->fact->op, a->span, &b->fact->op, b->span);
    return c ? c : by_content(a->fact, b->fact);
}

static bool is_sound(const struct fact *f)
{
    return f->entity.len == entity_bytes(f->type) && f->target.len <= FACT_TARGET_MAX;
}

static struct settle_row row_of(const struct settle_input *in, const struct fact *f)
{
    return (struct settle_row){.fact = f, .clock = f->op.clock, .span = days_span(in->days, &f->op.log, f->op.seq)};
}

static err_t put_in_order(struct settle_work *w)
{
    const struct settle_input *in = w->in;
    w->rows = arena_alloc(w->arena, in->facts_n, sizeof *w->rows);
    if (!w->rows)
        return ERR_MEMORY;
    for (size_t i = 0; i < in->facts_n; i++)
        if (in->facts[i].term <= in->term && is_sound(&in->facts[i])) {
            w->rows[w->rows_n++] = row_of(in, &in->facts[i]);
            w->term_n += in->facts[i].term == in->term;
        }
    qsort(w->rows, w->rows_n, sizeof *w->rows, in_order);
    return ERR_OK;
}

/* ---- deciding ---- */

static err_t know_allies(struct settle_work *w)
{
    const struct authority *a = w->in->authority;
    for (size_t i = 0; i < a->allies_n; i++) {
        struct seen_key key;
        seen_key_start(&key, KEY_ALLY);
        seen_key_add(&key, a->allies[i].id, ALLY_BYTES);
        uint64_t *at = seen_at(&w->seen, key.bytes, key.len);
        if (!at)
            return ERR_MEMORY;
        *at = i + 1;
    }
    return ERR_OK;
}

bool settle_ally(const struct settle_work *w, const uint8_t *ally, size_t *index)
{
    struct seen_key key;
    seen_key_start(&key, KEY_ALLY);
    seen_key_add(&key, ally, ALLY_BYTES);
    uint64_t found = seen_get(&w->seen, key.bytes, key.len);
    *index = (size_t)found - 1;
    return found > 0;
}

unsigned settle_day(const struct settle_work *w, const struct settle_row *row)
{
    uint64_t clock = days_clamp(w->in->days, row->span, row->fact->op.clock);
    return (unsigned)(clock_wall(clock).ms / CLOCK_DAY_MS);
}

/* What counted once stands in the way of the next; what did not count does not. */
static err_t decide_once(struct settle_work *w, struct settle_claim *c, uint64_t **mark)
{
    *mark = NULL;
    if (c->why != LEDGER_COUNTS || !c->once)
        return ERR_OK;
    *mark = seen_at(&w->seen, c->once->bytes, c->once->len);
    if (!*mark)
        return ERR_MEMORY;
    if (**mark) {
        c->why = LEDGER_AGAIN;
        c->same = w->rows[**mark - 1].fact;
    }
    return ERR_OK;
}

/* What an earlier term settled stands in the way here, and no more. Means wait for their year. */
static bool belongs(const struct settle_work *w, const struct settle_claim *c)
{
    return c->fact->term == w->in->term || c->kind == LEDGER_MEANS;
}

static err_t decide_cap(struct settle_work *w, struct settle_claim *c, size_t ally)
{
    uint64_t cap = w->in->policy.cap[c->kind];
    if (c->why != LEDGER_COUNTS || cap == 0 || !belongs(w, c))
        return ERR_OK;
    struct seen_key key;
    seen_key_start(&key, KEY_CAP);
    seen_key_number(&key, (uint32_t)ally);
    seen_key_number(&key, (uint32_t)c->kind);
    seen_key_number(&key, c->day);
    uint64_t *counted = seen_at(&w->seen, key.bytes, key.len);
    if (!counted)
        return ERR_MEMORY;
    if (*counted >= cap)
        c->why = LEDGER_CAPPED;
    else
        (*counted)++;
    return ERR_OK;
}

static err_t note(struct settle_work *w, const struct settle_claim *c, size_t ally)
{
    if (w->entries_n == w->room) {
        size_t room = w->room ? w->room * 2 : w->term_n + 1; /* most facts of the term make one entry */
        struct settle_entry *more = arena_alloc(w->arena, room, sizeof *more);
        if (!more)
            return ERR_MEMORY;
        if (w->entries_n)
            memcpy(more, w->entries, w->entries_n * sizeof *more);
        w->entries = more;
        w->room = room;
    }
    struct settle_entry *e = &w->entries[w->entries_n++];
    *e = (struct settle_entry){.ally = ally, .order = w->at};
    e->entry = (struct ledger_entry){.kind = c->kind,
                                     .why = c->why,
                                     .fact = c->fact,
                                     .same = c->same,
                                     .day = c->day,
                                     .count = c->why == LEDGER_COUNTS ? c->count : 0};
    memcpy(e->entry.ally, c->ally, ALLY_BYTES);
    if (c->other)
        memcpy(e->entry.other, c->other, ALLY_BYTES);
    return ERR_OK;
}

err_t settle_claim(struct settle_work *w, struct settle_claim claim)
{
    size_t ally;
    uint64_t *mark;
    if (!settle_ally(w, claim.ally, &ally))
        return ERR_OK;
    if (claim.other && memcmp(claim.ally, claim.other, ALLY_BYTES) == 0)
        claim.why = LEDGER_SELF;
    err_t e = decide_once(w, &claim, &mark);
    if (!e && mark && !*mark) {
        uint64_t row = w->at + 1;
        const struct seen_key *once = claim.once;
        e = decide_cap(w, &claim, ally); /* may move the table */
        if (!e && claim.why == LEDGER_COUNTS)
            *seen_at(&w->seen, once->bytes, once->len) = row;
    } else if (!e) {
        e = decide_cap(w, &claim, ally);
    }
    return e || !belongs(w, &claim) ? e : note(w, &claim, ally);
}

static err_t decide_all(struct settle_work *w)
{
    static settle_fn *const by_kind[] = {
        [FACT_RECORD] = settle_record, [FACT_REVISION] = settle_revision, [FACT_LINK] = settle_link,
        [FACT_TERM] = settle_term,     [FACT_REVIEW] = settle_review,     [FACT_ADOPTED] = settle_adopted,
        [FACT_ACT] = settle_act,       [FACT_RELAY] = settle_relay,       [FACT_MEANS] = settle_means,
    };
    const size_t kinds = sizeof by_kind / sizeof *by_kind;
    for (w->at = 0; w->at < w->rows_n; w->at++) {
        const struct settle_row *row = &w->rows[w->at];
        settle_fn *fn = (size_t)row->fact->kind < kinds ? by_kind[row->fact->kind] : NULL;
        err_t e = fn ? fn(w, row) : ERR_OK;
        if (e)
            return e;
    }
    return settle_after(w);
}

/* ---- summing up ---- */

static int by_ally_kind_order(const void *left, const void *right)
{
    const struct settle_entry *a = left, *b = right;
    if (a->ally != b->ally)
        return a->ally < b->ally ? -1 : 1;
    if (a->entry.kind != b->entry.kind)
        return a->entry.kind < b->entry.kind ? -1 : 1;
    if (a->order != b->order)
        return a->order < b->order ? -1 : 1;
    if (a->entry.day != b->entry.day)
        return a->entry.day < b->entry.day ? -1 : 1;
    return (a->entry.why > b->entry.why) - (a->entry.why < b->entry.why);
}

/* Where a product or a sum would not fit, JSON's largest whole number stands. */
static uint64_t at_most(uint64_t n)
{
    return n > INT64_MAX ? INT64_MAX : n;
}

static uint64_t product(uint64_t a, uint64_t b)
{
    uint64_t out;
    return __builtin_mul_overflow(a, b, &out) ? INT64_MAX : at_most(out);
}

static uint64_t sum(uint64_t a, uint64_t b)
{
    uint64_t out;
    return __builtin_add_overflow(a, b, &out) ? INT64_MAX : at_most(out);
}

static void sum_up(const struct settle_work *w, struct ledger *l)
{
    for (size_t i = 0; i < l->entries_n; i++) {
        const struct ledger_entry *e = &w->entries[i].entry;
        struct ledger_sum *s = &l->allies[w->entries[i].ally].kinds[e->kind];
        l->entries[i] = *e;
        if (e->why == LEDGER_COUNTS)
            s->count = sum(s->count, e->count);
        if (e->why == LEDGER_COUNTS && e->kind == LEDGER_RECORD_FULL)
            s->small += e->fact->sort == FACT_THIN;
        if (e->why != LEDGER_COUNTS)
            s->left_out[e->why]++;
    }
    for (size_t i = 0; i < l->allies_n; i++)
        for (size_t k = 0; k < LEDGER_KINDS_N; k++) {
            struct ledger_sum *s = &l->allies[i].kinds[k];
            s->points = product(s->count, l->policy.points[k]);
            l->allies[i].points = sum(l->allies[i].points, s->points);
        }
}

static err_t put_together(struct settle_work *w, struct ledger *out)
{
    const struct authority *a = w->in->authority;
    struct ledger l = {.term = w->in->term,
                       .year = w->in->year,
                       .open = w->in->open,
                       .policy = w->in->policy,
                       .allies_n = a->allies_n,
                       .entries_n = w->entries_n};
    l.allies = arena_alloc(w->arena, l.allies_n, sizeof *l.allies);
    l.entries = arena_alloc(w->arena, l.entries_n, sizeof *l.entries);
    if (!l.allies || !l.entries)
        return ERR_MEMORY;
    for (size_t i = 0; i < a->allies_n; i++)
        l.allies[i].ally = &a->allies[i];
    if (w->entries_n)
        qsort(w->entries, w->entries_n, sizeof *w->entries, by_ally_kind_order);
    sum_up(w, &l);
    *out = l;
    return ERR_OK;
}

err_t settle(const struct settle_input *in, struct arena *arena, struct ledger *out)
{
    struct settle_work w = {.in = in, .arena = arena, .seen = {.arena = arena}};
    err_t e = put_in_order(&w);
    w.seen.expected = w.rows_n; /* most facts are something new */
    if (!e)
        e = know_allies(&w);
    if (!e)
        e = settle_know_things(&w);
    if (!e)
        e = settle_know_newcomers(&w);
    if (!e)
        e = decide_all(&w);
    return e ? e : put_together(&w, out);
}
