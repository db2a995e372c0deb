#include "daemon/ledger/years.h"

err_t years_build(const struct authority *a, struct arena *arena, struct years *out)
{
    struct years_end *ends = arena_alloc(arena, a->charters_n + 1, sizeof *ends);
    size_t n = 0;
    if (!ends)
        return ERR_MEMORY;
    for (size_t i = 0; i < a->charters_n; i++) {
        uint64_t label = authority_rule_at(a, i, RULE_YEAR_CLOSED);
        if (label <= YEARS_LABEL_MAX && label > (n ? ends[n - 1].label : 0))
            ends[n++] = (struct years_end){i, (unsigned)label};
    }
    *out = (struct years){a, ends, n};
    return ERR_OK;
}

unsigned years_n(const struct years *y)
{
    return years_open(y) + 1;
}

unsigned years_open(const struct years *y)
{
    return (unsigned)y->ends_n;
}

unsigned years_closed(const struct years *y)
{
    return y->ends_n ? y->ends[y->ends_n - 1].label : 0;
}

unsigned years_term(const struct years *y, const struct log_id *log, uint64_t seq)
{
    return years_term_of(y, authority_charter_of(y->authority, log, seq));
}

/* What charter n judges its successor covers: it lies in the term of the first one that closes after n. */
unsigned years_term_of(const struct years *y, size_t charter)
{
    unsigned term = 0;
    while (term < y->ends_n && y->ends[term].charter <= charter)
        term++;
    return term;
}

unsigned years_label(const struct years *y, unsigned term, unsigned first)
{
    if (term < y->ends_n)
        return y->ends[term].label;
    return y->ends_n ? y->ends[y->ends_n - 1].label + 1 : first;
}

/* A first charter may close years that lie before anybody wrote. */
static unsigned begin(const struct years *y, unsigned first)
{
    unsigned label = years_label(y, 0, first);
    return first && first < label ? first : label;
}

err_t years_find(const struct years *y, unsigned label, unsigned first, unsigned *term)
{
    unsigned t = 0;
    if (label < begin(y, first))
        return ERR_YEAR_EARLY;
    while (t < years_n(y) && years_label(y, t, first) < label)
        t++;
    if (t == years_n(y))
        return ERR_YEAR_LATE;
    *term = t;
    return ERR_OK;
}

const struct charter *years_closing(const struct years *y, unsigned term)
{
    return term < y->ends_n ? &y->authority->charters[y->ends[term].charter] : NULL;
}

/* Charter 0 has none before it: what it closes is empty. */
size_t years_policy_index(const struct years *y, unsigned term)
{
    if (term < y->ends_n)
        return y->ends[term].charter ? y->ends[term].charter - 1 : 0;
    return y->authority->charters_n ? y->authority->charters_n - 1 : 0;
}

const struct charter *years_policy(const struct years *y, unsigned term)
{
    return y->authority->charters_n ? &y->authority->charters[years_policy_index(y, term)] : NULL;
}
