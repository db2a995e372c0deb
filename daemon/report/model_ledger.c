/* What the model takes out of the ledger of its term: added value, months, reuse. */
#include "daemon/ledger/days.h"
#include "daemon/report/model_work.h"

void model_add_value(struct model *m)
{
    for (size_t i = 0; i < m->ledger.allies_n; i++) {
        const struct ledger_ally *from = &m->ledger.allies[i];
        size_t at = model_ally(m, from->ally->id);
        if (at == SIZE_MAX)
            continue;
        for (unsigned k = 0; k < LEDGER_KINDS_N; k++) {
            m->allies[at].count[k] = from->kinds[k].count;
            m->allies[at].kind_points[k] = from->kinds[k].points;
            m->allies[at].small += from->kinds[k].small;
            memcpy(m->allies[at].left_out[k], from->kinds[k].left_out, sizeof from->kinds[k].left_out);
        }
        m->allies[at].points = from->points;
        m->points += from->points;
    }
}

static bool is_publication(const struct ledger_entry *e)
{
    return e->why == LEDGER_COUNTS && (e->kind == LEDGER_RECORD_FULL || e->kind == LEDGER_RECORD_PARTIAL);
}

static void find_months(struct model *m)
{
    unsigned low = m->year * 12, high = m->open ? low : low + 11;
    for (size_t i = 0; i < m->ledger.entries_n; i++) {
        unsigned month = days_month(m->ledger.entries[i].day);
        if (!is_publication(&m->ledger.entries[i]))
            continue;
        low = month < low ? month : low;
        high = month > high ? month : high;
    }
    m->first_month = high - low >= MODEL_MONTHS_MAX ? high - MODEL_MONTHS_MAX + 1 : low;
    m->months_n = high - m->first_month + 1;
}

/* Into which of the months it falls; SIZE_MAX: none. */
static size_t month_at(const struct model *m, unsigned month)
{
    if (month < m->first_month)
        month = m->first_month;
    return month - m->first_month < m->months_n ? month - m->first_month : SIZE_MAX;
}

err_t model_add_months(struct model *m, const struct ledger *before)
{
    find_months(m);
    m->months = arena_alloc(&m->arena, m->allies_n * m->months_n + 1, sizeof *m->months);
    m->before = before ? arena_alloc(&m->arena, m->months_n, sizeof *m->before) : NULL;
    if (!m->months || (before && !m->before))
        return ERR_MEMORY;
    for (size_t i = 0; i < m->ledger.entries_n; i++) {
        const struct ledger_entry *e = &m->ledger.entries[i];
        size_t ally = is_publication(e) ? model_ally(m, e->ally) : SIZE_MAX;
        size_t month = ally == SIZE_MAX ? SIZE_MAX : month_at(m, days_month(e->day));
        if (month == SIZE_MAX)
            continue;
        m->months[ally * m->months_n + month] += e->count;
        m->allies[ally].published += e->count;
    }
    for (size_t i = 0; before && i < before->entries_n; i++) {
        unsigned month = days_month(before->entries[i].day) + 12;
        if (is_publication(&before->entries[i]) && month >= m->first_month && month_at(m, month) != SIZE_MAX)
            m->before[month_at(m, month)] += before->entries[i].count;
    }
    return ERR_OK;
}

err_t model_add_reuse(struct model *m)
{
    size_t n = m->allies_n;
    m->reuse = arena_alloc(&m->arena, n * n + 1, sizeof *m->reuse);
    m->mutual = arena_alloc(&m->arena, n * n + 1, sizeof *m->mutual);
    if (!m->reuse || !m->mutual)
        return ERR_MEMORY;
    for (size_t i = 0; i < m->ledger.entries_n; i++) {
        const struct ledger_entry *e = &m->ledger.entries[i];
        if (e->kind != LEDGER_REUSE_RECEIVED || e->why != LEDGER_COUNTS)
            continue;
        size_t by = model_ally(m, e->other), whose = model_ally(m, e->ally);
        if (by != SIZE_MAX && whose != SIZE_MAX)
            m->reuse[by * n + whose] += e->count;
    }
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++)
            m->mutual[i * n + k] = i != k && m->reuse[i * n + k] && m->reuse[k * n + i];
    return ERR_OK;
}

err_t model_add_rings(struct model_work *w)
{
    struct model *m = w->m;
    struct ledger_ring *rings = NULL;
    size_t n = 0;
    err_t e = ledger_rings(&m->ledger, &w->arena, &rings, &n);
    m->rings = e ? NULL : arena_alloc(&m->arena, n + 1, sizeof *m->rings);
    if (!m->rings)
        return e ? e : ERR_MEMORY;
    for (size_t i = 0; i < n; i++)
        m->rings[m->rings_n++] =
            (struct model_ring){model_ally(m, rings[i].a->ally->id), model_ally(m, rings[i].b->ally->id),
                                rings[i].a_from_b, rings[i].b_from_a};
    return ERR_OK;
}
