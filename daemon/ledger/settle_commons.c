/*
 * settle_commons: what allies do for each other's records and concepts: reuse, reviews, adopted proposals.
 */
#include "daemon/ledger/settle_work.h"

#include "protocol/base/clock.h"

static void once_key(struct seen_key *key, const struct fact *f)
{
    seen_key_start(key, KEY_ONCE);
    seen_key_number(key, (uint32_t)f->kind);
}

/* ---- reuse ---- */

static enum ledger_why why_record_reused(const struct settle_record *target, const uint8_t *owner,
                                         const struct fact **same)
{
    if (!target || target->last->sort == FACT_GONE)
        return LEDGER_GONE;
    *same = target->copy_of; /* of one's own earlier record: it is the same work still */
    return *same && memcmp((*same)->ally, owner, ALLY_BYTES) != 0 ? LEDGER_NEAR_COPY : LEDGER_COUNTS;
}

static enum ledger_why why_concept_reused(const struct settle_record *target)
{
    switch ((enum fact_concept)target->last->sort) {
    case FACT_STANDS:
        return LEDGER_COUNTS;
    case FACT_PROPOSED:
        return LEDGER_WAITS;
    case FACT_DEPRECATED:
    case FACT_MERGED:
        break;
    }
    return LEDGER_GONE;
}

static err_t reuse(struct settle_work *w, const struct settle_row *row, const uint8_t *owner, enum ledger_why why,
                   const struct fact *same)
{
    const struct fact *f = row->fact;
    const struct settle_record *by = settle_thing(w, ENTITY_RECORD, f->entity);
    struct seen_key once;
    once_key(&once, f);
    seen_key_add(&once, f->other, ALLY_BYTES);
    seen_key_add(&once, f->target.at, f->target.len);
    if (!by || by->last->sort == FACT_GONE) {
        why = LEDGER_GONE;
    } else if (by->copy_of) {
        why = LEDGER_NEAR_COPY;
        same = by->copy_of;
    }
    return settle_claim(w, (struct settle_claim){.kind = LEDGER_REUSE_RECEIVED,
                                                 .why = why,
                                                 .ally = owner,
                                                 .other = f->other,
                                                 .fact = f,
                                                 .same = why == LEDGER_NEAR_COPY ? same : NULL,
                                                 .day = settle_day(w, row),
                                                 .count = 1,
                                                 .once = &once});
}

err_t settle_link(struct settle_work *w, const struct settle_row *row)
{
    const struct fact *same = NULL;
    if (row->fact->term != w->in->term || row->fact->target.len != RECORD_BYTES)
        return ERR_OK;
    const struct settle_record *target = settle_thing(w, ENTITY_RECORD, row->fact->target);
    enum ledger_why why = why_record_reused(target, row->fact->ally, &same);
    return reuse(w, row, row->fact->ally, why, same);
}

/* Nobody's concept is nobody's contribution. */
err_t settle_term(struct settle_work *w, const struct settle_row *row)
{
    const struct settle_record *target = settle_thing(w, ENTITY_CONCEPT, row->fact->target);
    if (row->fact->term != w->in->term || !target)
        return ERR_OK;
    return reuse(w, row, target->first->ally, why_concept_reused(target), NULL);
}

/* ---- reviews ---- */

/* The row that used these words first; 0: they are new, or there are none. */
static err_t words(struct settle_work *w, const struct fact *f, uint64_t *before)
{
    struct seen_key key;
    *before = 0;
    if (f->data.len == 0 || f->data.len > HASH_BYTES)
        return ERR_OK;
    seen_key_start(&key, KEY_WORDS);
    seen_key_add(&key, f->ally, ALLY_BYTES);
    seen_key_add(&key, f->data.at, f->data.len);
    uint64_t *at = seen_at(&w->seen, key.bytes, key.len);
    if (!at)
        return ERR_MEMORY;
    *before = *at;
    if (*at == 0)
        *at = w->at + 1;
    return ERR_OK;
}

err_t settle_review(struct settle_work *w, const struct settle_row *row)
{
    const struct fact *f = row->fact;
    struct seen_key once;
    uint64_t before;
    err_t e = words(w, f, &before);
    if (e || f->term != w->in->term)
        return e;
    once_key(&once, f);
    seen_key_add(&once, f->ally, ALLY_BYTES);
    seen_key_add(&once, f->entity.at, f->entity.len);
    return settle_claim(w, (struct settle_claim){.kind = LEDGER_REVIEW,
                                                 .why = before ? LEDGER_AGAIN : LEDGER_COUNTS,
                                                 .ally = f->ally,
                                                 .other = f->other,
                                                 .fact = f,
                                                 .same = before ? w->rows[before - 1].fact : NULL,
                                                 .day = settle_day(w, row),
                                                 .count = 1,
                                                 .once = &once});
}

/* ---- proposals ---- */

static bool in_time(const struct settle_work *w, const struct fact *f)
{
    const struct authority *a = w->in->authority;
    uint64_t days = authority_rule_at(a, authority_charter_of(a, &f->op.log, f->op.seq), RULE_DELAY_DAYS);
    return f->amount / (uint64_t)CLOCK_DAY_MS < (days ? days : SETTLE_DELAY_DAYS);
}

/* To handle a proposal is what the secretariat is there for; for others it is a look at somebody else's work. */
err_t settle_act(struct settle_work *w, const struct settle_row *row)
{
    const struct fact *f = row->fact;
    bool service = f->sort == 1;
    struct seen_key once;
    once_key(&once, f);
    seen_key_add(&once, f->ally, ALLY_BYTES);
    seen_key_add(&once, f->target.at, f->target.len);
    return settle_claim(w, (struct settle_claim){.kind = service ? LEDGER_SERVICE : LEDGER_REVIEW,
                                                 .why = service && !in_time(w, f) ? LEDGER_LATE : LEDGER_COUNTS,
                                                 .ally = f->ally,
                                                 .other = f->other,
                                                 .fact = f,
                                                 .day = settle_day(w, row),
                                                 .count = 1,
                                                 .once = &once});
}

/* A merge and a retirement are what makes a concept go: they count as long as it is gone. */
static bool stands(const struct fact *f, const struct settle_record *c)
{
    unsigned now = c ? c->last->sort : (unsigned)FACT_STANDS;
    if (f->sort == FACT_MERGE)
        return now == FACT_MERGED;
    if (f->sort == FACT_RETIREMENT)
        return now == FACT_DEPRECATED || now == FACT_MERGED;
    return now != FACT_DEPRECATED && now != FACT_MERGED;
}

err_t settle_adopted(struct settle_work *w, const struct settle_row *row)
{
    const struct fact *f = row->fact;
    const struct settle_record *c = settle_thing(w, ENTITY_CONCEPT, f->entity);
    bool translated = f->sort == FACT_LABEL_TRANSLATED && c && memcmp(c->first->ally, f->ally, ALLY_BYTES) != 0;
    struct seen_key once;
    once_key(&once, f);
    seen_key_number(&once, f->sort);
    seen_key_add(&once, f->target.at, f->target.len);
    return settle_claim(w, (struct settle_claim){.kind = translated ? LEDGER_TRANSLATION : LEDGER_THESAURUS,
                                                 .why = stands(f, c) ? LEDGER_COUNTS : LEDGER_GONE,
                                                 .ally = f->ally,
                                                 .other = f->other,
                                                 .fact = f,
                                                 .day = settle_day(w, row),
                                                 .count = 1,
                                                 .once = &once});
}
