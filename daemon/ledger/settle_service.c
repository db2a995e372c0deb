/*
 * settle_service: relay days, of which it takes two others to tell, and declared means, of which the last word counts.
 */
#include "daemon/ledger/settle_work.h"

#define MONTHS_FIRST 64
#define MONTH_DAYS   31

struct settle_month { /* of one ally */
    unsigned month;
    uint32_t told, twice;     /* days told of by one other at least, by two */
    size_t first[MONTH_DAYS]; /* the row that told of it first */
};

/* ---- relay days ---- */

static struct settle_month *month_of(struct settle_work *w, size_t ally, unsigned month)
{
    struct seen_key key;
    seen_key_start(&key, KEY_MONTH);
    seen_key_number(&key, (uint32_t)ally);
    seen_key_number(&key, month);
    uint64_t *at = seen_at(&w->seen, key.bytes, key.len);
    if (!at)
        return NULL;
    if (*at)
        return &w->months[*at - 1];
    if (w->months_n == w->months_room) {
        size_t room = w->months_room ? w->months_room * 2 : MONTHS_FIRST;
        struct settle_month *more = arena_alloc(w->arena, room, sizeof *more);
        if (!more)
            return NULL;
        if (w->months_n)
            memcpy(more, w->months, w->months_n * sizeof *more);
        w->months = more;
        w->months_room = room;
    }
    *at = ++w->months_n;
    w->months[*at - 1].month = month;
    return &w->months[*at - 1];
}

/* Which of these days that other ally tells of for the first time. */
static err_t newly_told(struct settle_work *w, size_t ally, const struct fact *f, uint32_t *days)
{
    struct seen_key key;
    seen_key_start(&key, KEY_SAID);
    seen_key_number(&key, (uint32_t)ally);
    seen_key_number(&key, (uint32_t)f->amount);
    seen_key_add(&key, f->other, ALLY_BYTES);
    uint64_t *said = seen_at(&w->seen, key.bytes, key.len);
    if (!said)
        return ERR_MEMORY;
    *days &= ~(uint32_t)*said;
    *said |= *days;
    return ERR_OK;
}

static struct settle_claim claim_of(const struct fact *f, enum ledger_why why, unsigned day)
{
    return (struct settle_claim){
        .kind = LEDGER_SERVICE, .why = why, .ally = f->ally, .other = f->other, .fact = f, .day = day, .count = 1};
}

/* What is told long after, or before, the day itself is no witness's word. */
static uint32_t credible(const struct fact *f, unsigned told_on)
{
    unsigned first = days_first((unsigned)f->amount), last = days_first((unsigned)f->amount + 1);
    uint32_t days = 0;
    for (unsigned d = 0; d < last - first; d++)
        if (first + d + SETTLE_RELAY_DAYS >= told_on && first + d <= told_on + SETTLE_RELAY_DAYS)
            days |= UINT32_C(1) << d;
    return days & f->sort;
}

static err_t tell(struct settle_work *w, const struct fact *f, struct settle_month *m, uint32_t days)
{
    uint32_t second = days & m->told & ~m->twice;
    unsigned first = days_first(m->month);
    err_t e = ERR_OK;
    for (unsigned d = 0; d < MONTH_DAYS; d++)
        if (days & ~m->told & UINT32_C(1) << d)
            m->first[d] = w->at;
    m->told |= days;
    m->twice |= second;
    for (unsigned d = 0; !e && d < MONTH_DAYS; d++)
        if (second & UINT32_C(1) << d)
            e = settle_claim(w, claim_of(f, LEDGER_COUNTS, first + d));
    return e;
}

err_t settle_relay(struct settle_work *w, const struct settle_row *row)
{
    const struct fact *f = row->fact;
    unsigned told_on = settle_day(w, row);
    size_t ally;
    if (!settle_ally(w, f->ally, &ally) || f->amount < DAYS_MONTH_MIN || f->amount > DAYS_MONTH_MAX)
        return ERR_OK;
    if (memcmp(f->ally, f->other, ALLY_BYTES) == 0)
        return settle_claim(w, claim_of(f, LEDGER_SELF, told_on));
    uint32_t days = credible(f, told_on);
    bool some_late = days != f->sort;
    struct settle_month *m = month_of(w, ally, (unsigned)f->amount);
    if (!m)
        return ERR_MEMORY;
    err_t e = newly_told(w, ally, f, &days);
    if (!e)
        e = tell(w, f, m, days);
    return e || !some_late ? e : settle_claim(w, claim_of(f, LEDGER_LATE, told_on));
}

static err_t days_alone(struct settle_work *w)
{
    for (size_t i = 0; i < w->months_n; i++) {
        struct settle_month *m = &w->months[i];
        for (unsigned d = 0; d < MONTH_DAYS; d++) {
            if (!(m->told & ~m->twice & UINT32_C(1) << d))
                continue;
            w->at = m->first[d];
            err_t e = settle_claim(w, claim_of(w->rows[w->at].fact, LEDGER_ALONE, days_first(m->month) + d));
            if (e)
                return e;
        }
    }
    return ERR_OK;
}

/* ---- means ---- */

static unsigned year_of(const struct fact *f)
{
    return f->target.len == 2 ? (unsigned)f->target.at[0] << 8 | f->target.at[1] : 0;
}

static void means_key(struct seen_key *key, const struct fact *f)
{
    seen_key_start(key, KEY_MEANS);
    seen_key_add(key, f->ally, ALLY_BYTES);
    seen_key_number(key, year_of(f));
    seen_key_number(key, f->sort);
}

err_t settle_means(struct settle_work *w, const struct settle_row *row)
{
    struct seen_key key;
    means_key(&key, row->fact);
    uint64_t *last = seen_at(&w->seen, key.bytes, key.len);
    if (!last)
        return ERR_MEMORY;
    *last = w->at + 1;
    return ERR_OK;
}

static err_t claim_means(struct settle_work *w, const struct settle_row *row)
{
    const struct fact *f = row->fact;
    unsigned year = year_of(f);
    bool late = year < w->in->year_from && f->term == w->in->term;
    if (year > w->in->year || (year < w->in->year_from && !late))
        return ERR_OK;
    return settle_claim(w, (struct settle_claim){.kind = LEDGER_MEANS,
                                                 .why = late          ? LEDGER_LATE
                                                        : w->in->open ? LEDGER_WAITS
                                                                      : LEDGER_COUNTS,
                                                 .ally = f->ally,
                                                 .fact = f,
                                                 .day = settle_day(w, row),
                                                 .count = settle_units(f)});
}

uint64_t settle_units(const struct fact *f)
{
    return f->amount / (f->sort == MEANS_TIME ? SETTLE_UNIT_MINUTES : SETTLE_UNIT_CENTS);
}

static err_t last_words(struct settle_work *w)
{
    for (size_t i = 0; i < w->rows_n; i++) {
        struct seen_key key;
        if (w->rows[i].fact->kind != FACT_MEANS)
            continue;
        means_key(&key, w->rows[i].fact);
        if (seen_get(&w->seen, key.bytes, key.len) != i + 1)
            continue;
        w->at = i;
        err_t e = claim_means(w, &w->rows[i]);
        if (e)
            return e;
    }
    return ERR_OK;
}

err_t settle_after(struct settle_work *w)
{
    err_t e = days_alone(w);
    return e ? e : last_words(w);
}
