#include "daemon/report/figures.h"
#include "daemon/report/model_work.h"
#include "conf/tr.h"
#include "daemon/read/ledger.h"
#include <stdlib.h>

const struct model_total_info *model_total_info(enum model_total t)
{
    static const struct model_total_info infos[MODEL_TOTALS_N] = {
#define X(id, name, label) [TOTAL_##id] = {name, label},
        MODEL_TOTALS(X)
#undef X
    };
    return &infos[t];
}

void model_fini(struct model *m)
{
    arena_fini(&m->arena);
    *m = (struct model){.year = 0};
}

struct slice model_name(const struct model *m, size_t ally)
{
    return ally < m->allies_n ? m->allies[ally].name : slice_text("");
}

size_t model_ally(const struct model *m, const uint8_t id[ALLY_BYTES])
{
    for (size_t i = 0; i < m->allies_n; i++)
        if (memcmp(m->allies[i].ally->id, id, ALLY_BYTES) == 0)
            return i;
    return SIZE_MAX;
}

uint64_t model_records_left_out(const struct model_ally *a)
{
    uint64_t n = 0;
    for (unsigned y = LEDGER_COUNTS + 1; y < LEDGER_WHYS_N; y++)
        n += a->left_out[LEDGER_RECORD_FULL][y] + a->left_out[LEDGER_RECORD_PARTIAL][y];
    return n;
}

/* ---- facts ---- */

static bool same_entity(const struct fact *a, const struct fact *b)
{
    return a->type == b->type && slice_equal(a->entity, b->entity);
}

bool model_next_entity(const struct model_work *w, unsigned term, size_t *i, struct model_rows *out)
{
    while (*i < w->facts_n) {
        const struct fact *first = &w->facts[*i], *from = NULL;
        size_t n = 0;
        for (; *i < w->facts_n && same_entity(first, &w->facts[*i]); (*i)++) {
            const struct fact *f = &w->facts[*i];
            if (f->term > term)
                continue;
            if (!from || from->term != f->term) {
                from = f;
                n = 0;
            }
            n++;
        }
        *out = (struct model_rows){from, n};
        if (from)
            return true;
    }
    return false;
}

const struct fact *model_state(const struct model_rows *rows, enum fact_kind kind)
{
    for (size_t i = 0; i < rows->n; i++)
        if (rows->at[i].kind == kind)
            return &rows->at[i];
    return NULL;
}

bool model_alive(const struct fact *record)
{
    return record && record->sort != FACT_GONE;
}

bool model_complete(const struct fact *record)
{
    return record && fact_complete(record);
}

size_t model_owner(const struct model_work *w, struct slice record)
{
    const struct ally *heir = authority_owner_of(w->authority, record.at);
    return model_ally(w->m, heir ? heir->id : record.at);
}

static int by_number(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

uint64_t model_median(uint64_t *values, size_t n)
{
    if (n)
        qsort(values, n, sizeof *values, by_number);
    return n ? values[(n - 1) / 2] : 0;
}

/* ---- allies ---- */

static uint8_t small_letter(uint8_t letter)
{
    return letter >= 'A' && letter <= 'Z' ? (uint8_t)(letter - 'A' + 'a') : letter;
}

/* Of ASCII capitals only, which no version of anything sees otherwise. */
static int by_name(const void *a, const void *b)
{
    const struct model_ally *x = a, *y = b;
    size_t n = x->name.len < y->name.len ? x->name.len : y->name.len, i = 0;
    while (i < n && small_letter(x->name.at[i]) == small_letter(y->name.at[i]))
        i++;
    int c = i < n ? small_letter(x->name.at[i]) - small_letter(y->name.at[i]) : slice_compare(x->name, y->name);
    return c ? c : memcmp(x->ally->id, y->ally->id, ALLY_BYTES);
}

static err_t add_allies(struct model_work *w)
{
    struct model *m = w->m;
    m->allies_n = w->authority->allies_n;
    m->allies = arena_alloc(&m->arena, m->allies_n + 1, sizeof *m->allies);
    m->secretariat = SIZE_MAX;
    if (!m->allies)
        return ERR_MEMORY;
    for (size_t i = 0; i < m->allies_n; i++) {
        const struct ally *from = &w->authority->allies[i];
        struct ally *kept = arena_alloc(&m->arena, 1, sizeof *kept); /* the authority may not live as long */
        if (!kept || arena_copy(&m->arena, from->name, &m->allies[i].name))
            return ERR_MEMORY;
        *kept = *from;
        kept->name = m->allies[i].name;
        kept->heir = slice_text("");
        m->allies[i].ally = kept;
        m->allies[i].in = !from->ended;
    }
    qsort(m->allies, m->allies_n, sizeof *m->allies, by_name);
    for (size_t i = 0; i < m->allies_n; i++)
        if (authority_has_role(w->authority, m->allies[i].ally->id, ROLE_SECRETARIAT))
            m->secretariat = i;
    return ERR_OK;
}

/* ---- totals ---- */

static uint64_t of_kind(const struct ledger *l, enum ledger_kind kind)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < l->allies_n; i++)
        sum += l->allies[i].kinds[kind].count;
    return sum;
}

static void total_ledger(const struct ledger *l, uint64_t out[MODEL_TOTALS_N])
{
    out[TOTAL_PUBLISHED] = of_kind(l, LEDGER_RECORD_FULL) + of_kind(l, LEDGER_RECORD_PARTIAL);
    out[TOTAL_MAINTAINED] = of_kind(l, LEDGER_RECORD_MAINTAINED);
    out[TOTAL_TRANSLATED] = of_kind(l, LEDGER_TRANSLATION);
    out[TOTAL_REUSED] = of_kind(l, LEDGER_REUSE_RECEIVED);
    out[TOTAL_REVIEWED] = of_kind(l, LEDGER_REVIEW);
    out[TOTAL_ADOPTED] = of_kind(l, LEDGER_THESAURUS);
    for (size_t i = 0; i < l->entries_n; i++)
        out[TOTAL_LEFT_OUT] += l->entries[i].why != LEDGER_COUNTS;
}

static err_t total_pairs(const struct model *m, const struct ledger *l, struct arena *arena, uint64_t *out)
{
    bool *seen = arena_alloc(arena, m->allies_n * m->allies_n + 1, sizeof *seen);
    if (!seen)
        return ERR_MEMORY;
    for (size_t i = 0; i < l->entries_n; i++) {
        const struct ledger_entry *e = &l->entries[i];
        if (e->kind != LEDGER_REUSE_RECEIVED || e->why != LEDGER_COUNTS)
            continue;
        size_t by = model_ally(m, e->other), whose = model_ally(m, e->ally);
        if (by == SIZE_MAX || whose == SIZE_MAX || seen[by * m->allies_n + whose])
            continue;
        seen[by * m->allies_n + whose] = true;
        ++*out;
    }
    return ERR_OK;
}

/* What stands at the end of a term: records and concepts. */
static void total_states(const struct model_work *w, unsigned term, uint64_t out[MODEL_TOTALS_N])
{
    struct model_rows rows;
    for (size_t i = 0; model_next_entity(w, term, &i, &rows);) {
        const struct fact *record = model_state(&rows, FACT_RECORD), *concept_is = model_state(&rows, FACT_CONCEPT);
        out[TOTAL_RECORDS] += model_alive(record);
        out[TOTAL_COMPLETE] += model_complete(record);
        out[TOTAL_CONCEPTS] += concept_is && concept_is->sort == FACT_STANDS;
    }
}

/* Concepts whose first rows are of this term. */
static uint64_t proposed_in(const struct model_work *w, unsigned term)
{
    uint64_t n = 0;
    for (size_t i = 0; i < w->facts_n; i++) {
        bool first = !i || !same_entity(&w->facts[i - 1], &w->facts[i]);
        n += first && w->facts[i].type == ENTITY_CONCEPT && w->facts[i].term == term;
    }
    return n;
}

static err_t total_of(struct model_work *w, const struct ledger *l, unsigned term, uint64_t out[MODEL_TOTALS_N])
{
    total_ledger(l, out);
    total_states(w, term, out);
    out[TOTAL_PROPOSED] = proposed_in(w, term);
    return total_pairs(w->m, l, &w->arena, &out[TOTAL_PAIRS]);
}

static void count_records(struct model_work *w)
{
    struct model_rows rows;
    for (size_t i = 0; model_next_entity(w, w->m->term, &i, &rows);) {
        const struct fact *record = model_state(&rows, FACT_RECORD);
        size_t owner = model_alive(record) ? model_owner(w, record->entity) : SIZE_MAX;
        if (owner == SIZE_MAX)
            continue;
        w->m->allies[owner].records++;
        w->m->allies[owner].complete += model_complete(record);
    }
}

/* ---- the year before ---- */

/* Was it in the alliance when that charter closed a year? Listed there, or admitted since the last charter and not listed yet. */
static bool was_in(const struct authority *a, const struct ally *ally, size_t charter)
{
    bool listed = false;
    for (size_t c = 0; c <= charter; c++) {
        bool here = false;
        for (size_t i = 0; i < a->charters[c].allies_n && !here; i++)
            here = memcmp(a->charters[c].allies[i].id, ally->id, ALLY_BYTES) == 0;
        if (c == charter && here)
            return true;
        listed = listed || here;
    }
    const struct roster_act *admission = authority_admission(a, ally->id);
    return !listed && admission && admission->number <= a->charters[charter].roster_number;
}

static uint64_t allies_then(const struct authority *a, size_t charter)
{
    uint64_t n = 0;
    for (size_t i = 0; i < a->allies_n; i++)
        n += was_in(a, &a->allies[i], charter);
    return n;
}

/* ---- making it ---- */

static err_t settle_term(struct model_work *w, const struct days *days, unsigned first, unsigned term,
                         struct arena *arena, struct ledger *out)
{
    unsigned year = years_label(&w->years, term, first);
    const struct charter *policy = years_policy(&w->years, term);
    struct settle_input in = {.authority = w->authority,
                              .days = days,
                              .facts = w->facts,
                              .facts_n = w->facts_n,
                              .term = term,
                              .year_from = term ? years_label(&w->years, term - 1, first) + 1 : 0,
                              .year = year,
                              .open = !years_closing(&w->years, term)};
    if (policy)
        ledger_policy_of(policy, &in.policy);
    return settle(&in, arena, out);
}

static err_t add_before(struct model_work *w, const struct days *days, unsigned first, struct ledger *before)
{
    struct model *m = w->m;
    const struct charter *closing = m->term ? years_closing(&w->years, m->term - 1) : NULL;
    if (!closing)
        return ERR_OK;
    m->has_before = true;
    m->total_before[TOTAL_ALLIES] = allies_then(w->authority, (size_t)closing->number);
    m->total_before[TOTAL_NEWCOMERS] = model_newcomers_in(w, m->term - 1);
    err_t e = settle_term(w, days, first, m->term - 1, &w->arena, before);
    return e ? e : total_of(w, before, m->term - 1, m->total_before);
}

/* Facts are there, and everything else follows. */
static err_t fill(struct model_work *w, unsigned first)
{
    struct model *m = w->m;
    struct days days;
    struct ledger before = {.year = 0};
    err_t e = read_ledger_days(w->store, w->authority, &m->arena, &days);
    e = e ? e : settle_term(w, &days, first, m->term, &m->arena, &m->ledger);
    e = e ? e : add_before(w, &days, first, &before);
    if (e)
        return e;
    m->policy = m->ledger.policy;
    m->policy_charter = m->policy.charter;
    m->profile = authority_rule_at(w->authority, years_policy_index(&w->years, m->term), RULE_PROFILE);
    model_add_value(m);
    count_records(w);
    for (size_t i = 0; i < m->allies_n; i++)
        m->total[TOTAL_ALLIES] += m->allies[i].in;
    e = model_add_months(m, m->has_before ? &before : NULL);
    e = e ? e : model_add_reuse(m);
    e = e ? e : model_add_rings(w);
    e = e ? e : total_of(w, &m->ledger, m->term, m->total);
    e = e ? e : model_add_coverage(w);
    e = e ? e : model_add_discipline(w);
    e = e ? e : model_add_thesaurus(w);
    e = e ? e : model_add_newcomers(w);
    return e ? e : model_add_service(w);
}

/* The cut that a year's report has of itself. */
static err_t own_cut(struct read *r, const struct years *y, unsigned term, struct arena *arena, struct report_cut *out)
{
    const struct charter *closing = years_closing(y, term);
    return closing ? cut_of_charter(r->authority, (size_t)closing->number, arena, out)
                   : cut_of_now(r->store, r->authority, arena, out);
}

static bool same_cut(const struct report_cut *a, const struct report_cut *b)
{
    uint8_t x[HASH_BYTES], y[HASH_BYTES];
    cut_digest(a, x);
    cut_digest(b, y);
    return memcmp(x, y, HASH_BYTES) == 0;
}

static err_t copy_cut(const struct report_cut *from, struct arena *arena, struct report_cut *out)
{
    struct head *heads = arena_alloc(arena, from->heads_n + 1, sizeof *heads);
    if (!heads)
        return ERR_MEMORY;
    if (from->heads_n)
        memcpy(heads, from->heads, from->heads_n * sizeof *heads);
    *out = *from;
    out->heads = heads;
    return ERR_OK;
}

/* Which term, up to which cut, by which authority; `then` is the caller's to end. *anew: the replica's own facts are of another cut. */
static err_t choose(struct read *r, unsigned year, const struct report_cut *cut, struct model_work *w,
                    struct authority *then, unsigned first, bool *anew)
{
    struct model *m = w->m;
    struct years now;
    struct report_cut own;
    err_t e = years_build(r->authority, &w->arena, &now);
    m->term = years_open(&now);
    e = e || !year ? e : years_find(&now, year, first, &m->term);
    e = e ? e : own_cut(r, &now, m->term, &w->arena, &own);
    if (e)
        return e;
    *anew = cut && !same_cut(cut, &own);
    e = copy_cut(*anew ? cut : &own, &m->arena, &m->cut);
    w->whole = !*anew && !years_closing(&now, m->term);
    w->authority = r->authority;
    if (!e && !w->whole) {
        e = cut_authority(r->store, &m->cut, then);
        w->authority = then;
    }
    e = e ? e : years_build(w->authority, &w->arena, &w->years);
    if (!e && (year || m->term > years_open(&w->years))) /* without a year only what is at hand is asked for */
        e = years_find(&w->years, year, first, &m->term);
    if (e)
        return e;
    m->open = !years_closing(&w->years, m->term);
    m->year = years_label(&w->years, m->term, first);
    m->year_from = m->term ? years_label(&w->years, m->term - 1, first) + 1 : first;
    if (m->year_from == 0 || m->year_from > m->year)
        m->year_from = m->year;
    if (!m->year) /* nobody wrote anything yet: there is no year to tell of */
        return ERR_YEAR_LATE;
    return arena_copy(&m->arena, w->authority->name, &m->alliance);
}

err_t model_make(struct read *r, unsigned year, const struct report_cut *cut, const char *lang, struct model *out)
{
    struct model m = {.lang = lang};
    struct model_work w = {.store = r->store, .m = &m};
    struct authority then = {.allies_n = 0};
    struct log_head *heads = NULL;
    size_t heads_n = 0;
    uint64_t clock = 0;
    unsigned first = 0;
    bool anew = false;
    err_t e = oplog_heads(r->store, &w.arena, &heads, &heads_n);
    e = e ? e : read_ledger_first(r->store, r->authority, heads, heads_n, &clock, &first);
    e = e ? e : choose(r, year, cut, &w, &then, first, &anew);
    e = e ? e : add_allies(&w);
    e = e ? e : model_load_facts(&w, anew);
    e = e ? e : fill(&w, first);
    if (!e) {
        cut_digest(&m.cut, m.inputs);
        figures_digest(&m, m.figures);
    }
    m.ledger = (struct ledger){.term = m.term}; /* it points at what goes now */
    authority_fini(&then);
    arena_fini(&w.arena);
    if (e)
        model_fini(&m);
    else
        *out = m;
    return e;
}
