/* What the year brought: the thesaurus's life, newcomers, the secretariat's service. */
#include "daemon/ledger/days.h"
#include "daemon/report/model_work.h"

/* ---- thesaurus ---- */

static bool in_year(const struct model_work *w, const struct fact *f, enum fact_kind kind)
{
    return f->kind == kind && f->term == w->m->term;
}

/* The act that adopted it; NULL: use did, or its own author. */
static const struct fact *act_of(const struct model_work *w, const struct fact *adopted)
{
    const struct fact *f = adopted;
    while (f > w->facts && slice_equal(f[-1].entity, adopted->entity) && f[-1].type == adopted->type)
        f--;
    for (; f < w->facts + w->facts_n && slice_equal(f->entity, adopted->entity) && f->type == adopted->type; f++)
        if (f->kind == FACT_ACT && dot_compare(&f->op.dot, &adopted->op.dot) == 0 &&
            slice_equal(f->target, adopted->target))
            return f;
    return NULL;
}

/* Each op's adoption is one, of however many sorts its values are. */
static err_t count_adopted(struct model_work *w)
{
    struct model_thesaurus *t = &w->m->thesaurus;
    uint64_t *delays = arena_alloc(&w->arena, w->facts_n + 1, sizeof *delays);
    const struct fact *last = NULL, *own = NULL;
    if (!delays)
        return ERR_MEMORY;
    for (size_t i = 0; i < w->facts_n; i++) {
        const struct fact *f = &w->facts[i];
        if (!in_year(w, f, FACT_ADOPTED))
            continue;
        if (f->sort >= FACT_LABEL && f->sort <= FACT_RETIREMENT)
            t->parts[f->sort] += f->amount;
        bool again = last && slice_equal(last->entity, f->entity) && slice_equal(last->target, f->target);
        const struct fact *act = again ? NULL : act_of(w, f);
        last = f;
        if (act)
            delays[t->adopted_acts++] = act->amount;
        else if (!again && memcmp(f->ally, f->other, ALLY_BYTES) == 0) {
            t->adopted_own++;
            t->own_concepts += !own || !slice_equal(own->entity, f->entity);
            own = f;
        } else if (!again)
            t->adopted_uses++;
    }
    t->delay_ms = model_median(delays, (size_t)t->adopted_acts);
    return ERR_OK;
}

/* The state of a concept at the end of the year before; FACT_PROPOSED where it was not there. */
static unsigned before(const struct model_work *w, const struct fact *now)
{
    const struct fact *f = now, *found = NULL;
    while (f > w->facts && f[-1].type == now->type && slice_equal(f[-1].entity, now->entity)) {
        f--;
        if (f->kind == FACT_CONCEPT && f->term < w->m->term) {
            found = f;
            break;
        }
    }
    return found ? found->sort : FACT_PROPOSED;
}

err_t model_add_thesaurus(struct model_work *w)
{
    struct model_thesaurus *t = &w->m->thesaurus;
    struct model_rows rows;
    for (size_t i = 0; model_next_entity(w, w->m->term, &i, &rows);) {
        const struct fact *f = model_state(&rows, FACT_CONCEPT);
        if (!f)
            continue;
        unsigned was = f->term == w->m->term ? before(w, f) : f->sort;
        t->in_force += f->sort == FACT_STANDS;
        t->waiting += f->sort == FACT_PROPOSED;
        t->merged += f->sort == FACT_MERGED && was != FACT_MERGED;
        t->deprecated += f->sort == FACT_DEPRECATED && was != FACT_DEPRECATED;
    }
    t->proposed = w->m->total[TOTAL_PROPOSED];
    return count_adopted(w);
}

/* ---- newcomers ---- */

/* Roster acts of a term: after the roster head of the charter that closed the one before, up to that of its own. */
static void acts_of(const struct model_work *w, unsigned term, uint64_t *after, uint64_t *last)
{
    const struct charter *before = term ? years_closing(&w->years, term - 1) : NULL;
    const struct charter *own = years_closing(&w->years, term);
    *after = before ? before->roster_number : 0;
    *last = own && own->roster_number < w->authority->acts_n ? own->roster_number : w->authority->acts_n;
}

static unsigned first_complete(const struct model *m, size_t ally)
{
    unsigned month = 0;
    for (size_t i = 0; i < m->ledger.entries_n; i++) {
        const struct ledger_entry *e = &m->ledger.entries[i];
        unsigned its = days_month(e->day);
        bool one = e->kind == LEDGER_RECORD_FULL && e->why == LEDGER_COUNTS &&
                   memcmp(e->ally, m->allies[ally].ally->id, ALLY_BYTES) == 0;
        if (one && (!month || its < month))
            month = its;
    }
    return month;
}

/* Is it the act that brought the ally in, rather than another site of it? */
static bool is_newcomer(const struct authority *a, size_t act)
{
    return authority_admission(a, a->acts[act].act.ally) == &a->acts[act].act;
}

uint64_t model_newcomers_in(const struct model_work *w, unsigned term)
{
    uint64_t after = 0, last = 0, n = 0;
    acts_of(w, term, &after, &last);
    for (size_t i = (size_t)after; i < last; i++)
        n += is_newcomer(w->authority, i);
    return n;
}

err_t model_add_newcomers(struct model_work *w)
{
    struct model *m = w->m;
    uint64_t after = 0, last = 0;
    acts_of(w, m->term, &after, &last);
    m->newcomers = arena_alloc(&m->arena, m->allies_n + 1, sizeof *m->newcomers);
    if (!m->newcomers)
        return ERR_MEMORY;
    for (size_t i = (size_t)after; i < last; i++) {
        const struct act_stands *act = &w->authority->acts[i];
        m->service.admitted += act->effect && act->act.kind == ACT_ADMIT;
        size_t ally = is_newcomer(w->authority, i) ? model_ally(m, act->act.ally) : SIZE_MAX;
        if (ally == SIZE_MAX || m->newcomers_n == m->allies_n)
            continue;
        m->newcomers[m->newcomers_n++] = (struct model_newcomer){
            .ally = ally,
            .mentor = act->act.mentor.len == ALLY_BYTES ? model_ally(m, act->act.mentor.at) : SIZE_MAX,
            .month = first_complete(m, ally)};
    }
    m->total[TOTAL_NEWCOMERS] = m->newcomers_n;
    return ERR_OK;
}

/* ---- service ---- */

/* How long the proposals of others that the secretariat handled had waited. */
static err_t handled(struct model_work *w, struct model_service *s)
{
    uint64_t *values = arena_alloc(&w->arena, w->facts_n + 1, sizeof *values);
    if (!values)
        return ERR_MEMORY;
    for (size_t i = 0; i < w->facts_n; i++)
        if (in_year(w, &w->facts[i], FACT_ACT) && w->facts[i].sort == 1)
            values[s->handled++] = w->facts[i].amount;
    s->delay_ms = model_median(values, (size_t)s->handled);
    return ERR_OK;
}

err_t model_add_service(struct model_work *w)
{
    struct model *m = w->m;
    const struct charter *before = m->term ? years_closing(&w->years, m->term - 1) : NULL;
    for (size_t i = 0; i < m->ledger.entries_n; i++) {
        const struct ledger_entry *e = &m->ledger.entries[i];
        m->service.late += e->kind == LEDGER_SERVICE && e->fact->kind == FACT_ACT && e->why == LEDGER_LATE;
    }
    m->service.delay_days = authority_rule_at(w->authority, years_policy_index(&w->years, m->term), RULE_DELAY_DAYS);
    m->service.charters = m->cut.charter - (before ? before->number : 0);
    err_t e = handled(w, &m->service);
    m->service.in_time = m->service.handled - m->service.late;
    return e;
}
