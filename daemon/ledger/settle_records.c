/*
 * settle_records: records as they were published and as they stand, what is near to what, and whose newcomer became complete.
 */
#include "daemon/ledger/settle_work.h"

#include <stdlib.h>

/* ---- what is known of each record and concept before anything is decided ---- */

static bool is_thing(const struct fact *f)
{
    return f->kind == FACT_RECORD || f->kind == FACT_CONCEPT;
}

static void thing_key(struct seen_key *key, enum entity_type type, struct slice entity)
{
    seen_key_start(key, KEY_THING);
    seen_key_number(key, (uint32_t)type);
    seen_key_add(key, entity.at, entity.len < RECORD_BYTES ? entity.len : RECORD_BYTES);
}

struct settle_record *settle_thing(const struct settle_work *w, enum entity_type type, struct slice entity)
{
    struct seen_key key;
    thing_key(&key, type, entity);
    uint64_t at = seen_get(&w->seen, key.bytes, key.len);
    return at ? &w->things[at - 1] : NULL;
}

static err_t know_thing(struct settle_work *w, struct settle_row *row)
{
    const struct fact *f = row->fact;
    struct seen_key key;
    thing_key(&key, f->type, f->entity);
    uint64_t *at = seen_at(&w->seen, key.bytes, key.len);
    if (!at)
        return ERR_MEMORY;
    if (*at == 0)
        *at = ++w->things_n;
    struct settle_record *t = &w->things[*at - 1];
    if (!t->first || f->term < t->first->term)
        t->first = f;
    if (!t->last || f->term > t->last->term)
        t->last = f;
    row->thing = t;
    return ERR_OK;
}

/* By term, then as published: what an earlier term closed with is never judged by what came after. */
static int by_term(const void *left, const void *right)
{
    const struct settle_row *a = *(const struct settle_row *const *)left, *b = *(const struct settle_row *const *)right;
    if (a->fact->term != b->fact->term)
        return a->fact->term < b->fact->term ? -1 : 1;
    return (a > b) - (a < b);
}

static err_t know_copies(struct settle_work *w, size_t records_n)
{
    const struct settle_row **records = arena_alloc(w->arena, records_n, sizeof(const struct settle_row *));
    size_t n = 0;
    if (!records)
        return ERR_MEMORY;
    for (size_t i = 0; i < w->rows_n; i++)
        if (w->rows[i].fact->kind == FACT_RECORD)
            records[n++] = &w->rows[i];
    qsort(records, n, sizeof(const struct settle_row *), by_term);
    return settle_know_copies(w, records, n);
}

err_t settle_know_things(struct settle_work *w)
{
    size_t n = 0, records_n = 0;
    for (size_t i = 0; i < w->rows_n; i++) {
        n += is_thing(w->rows[i].fact);
        records_n += w->rows[i].fact->kind == FACT_RECORD;
    }
    w->things = arena_alloc(w->arena, n, sizeof *w->things);
    if (!w->things)
        return ERR_MEMORY;
    for (size_t i = 0; i < w->rows_n; i++) {
        err_t e = is_thing(w->rows[i].fact) ? know_thing(w, &w->rows[i]) : ERR_OK;
        if (e)
            return e;
    }
    return know_copies(w, records_n);
}

/* ---- newcomers ---- */

static bool is_complete(const struct settle_row *row)
{
    return row->fact->kind == FACT_RECORD && fact_complete(row->fact) && !row->thing->copy_of;
}

/* Of the rows of one term the first in the ledger's order is met first. */
err_t settle_know_newcomers(struct settle_work *w)
{
    size_t n = w->in->authority->allies_n;
    w->welcomed = arena_alloc(w->arena, n, sizeof(const struct fact *));
    if (!w->welcomed)
        return ERR_MEMORY;
    for (size_t i = 0; i < w->rows_n; i++) {
        const struct fact *f = w->rows[i].fact;
        size_t ally;
        if (is_complete(&w->rows[i]) && settle_ally(w, f->ally, &ally) &&
            (!w->welcomed[ally] || f->term < w->welcomed[ally]->term))
            w->welcomed[ally] = f;
    }
    return ERR_OK;
}

static err_t welcome(struct settle_work *w, const struct settle_row *row)
{
    size_t ally;
    const struct roster_act *admission = authority_admission(w->in->authority, row->fact->ally);
    if (!settle_ally(w, row->fact->ally, &ally) || w->welcomed[ally] != row->fact || !admission ||
        !admission->mentor.len)
        return ERR_OK;
    return settle_claim(w, (struct settle_claim){.kind = LEDGER_WELCOME,
                                                 .ally = admission->mentor.at,
                                                 .other = row->fact->ally,
                                                 .fact = row->fact,
                                                 .day = settle_day(w, row),
                                                 .count = 1});
}

/* ---- records ---- */

/* The ally whose record this one translates; NULL: it is no translation that counts as one. */
static const uint8_t *translated(const struct settle_work *w, const struct fact *f)
{
    const struct settle_record *target =
        f->target.len == RECORD_BYTES ? settle_thing(w, ENTITY_RECORD, f->target) : NULL;
    return target ? f->target.at : NULL;
}

/* A stub that says it translates counts as a record, by its level. */
static enum ledger_kind kind_of(const struct fact *f, const uint8_t *of)
{
    bool translates = of && (f->sort == FACT_FULL || (f->sort == FACT_PARTIAL && f->amount >= FACTS_WORDS_MIN));
    if (translates || (of && memcmp(of, f->ally, ALLY_BYTES) == 0))
        return LEDGER_TRANSLATION;
    return fact_complete(f) ? LEDGER_RECORD_FULL : LEDGER_RECORD_PARTIAL;
}

err_t settle_record(struct settle_work *w, const struct settle_row *row)
{
    const struct fact *f = row->fact;
    const struct settle_record *record = row->thing;
    if (f->term != w->in->term)
        return ERR_OK;
    const uint8_t *of = translated(w, f);
    err_t e = welcome(w, row);
    if (e || record->first != f)
        return e;
    struct settle_claim claim = {
        .kind = kind_of(f, of), .ally = f->ally, .fact = f, .day = settle_day(w, row), .count = 1};
    if (claim.kind == LEDGER_TRANSLATION)
        claim.other = of;
    if (f->sort == FACT_GONE) {
        claim.why = LEDGER_GONE;
    } else if (record->copy_of) {
        claim.why = LEDGER_NEAR_COPY;
        claim.same = record->copy_of;
    }
    return settle_claim(w, claim);
}

err_t settle_revision(struct settle_work *w, const struct settle_row *row)
{
    const struct fact *f = row->fact;
    const struct settle_record *record = settle_thing(w, ENTITY_RECORD, f->entity);
    if (f->term != w->in->term || !record)
        return ERR_OK;
    struct seen_key once;
    struct settle_claim claim = {.kind = LEDGER_RECORD_MAINTAINED,
                                 .ally = f->ally,
                                 .fact = f,
                                 .day = settle_day(w, row),
                                 .count = 1,
                                 .once = &once};
    seen_key_start(&once, KEY_ONCE);
    seen_key_number(&once, (uint32_t)f->kind);
    seen_key_number(&once, days_quarter(claim.day));
    seen_key_add(&once, f->entity.at, RECORD_BYTES);
    if (record->last->sort == FACT_GONE) {
        claim.why = LEDGER_GONE;
    } else if (record->copy_of) {
        claim.why = LEDGER_NEAR_COPY;
        claim.same = record->copy_of;
    } else if (days_quarter(days_day(w->in->days, &record->first->op)) == days_quarter(claim.day)) {
        claim.why = LEDGER_AGAIN;
        claim.same = record->first;
    }
    return settle_claim(w, claim);
}
