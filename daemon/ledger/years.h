/*
 * years: which charters close which years, and in which term of the ledger an op lies (DOMAIN §4, rule 7 of protocol/charter/charter.h). Pure.
 *
 * A charter closes when the value of its rule 7 exceeds that of every charter before it (1 to YEARS_LABEL_MAX; other values close nothing), and what its checkpoint or
 * cuts cover, and no earlier charter's, is what it closes. Terms are numbered: term t ends with closing charter t, the last one is open. A term is called by
 * the value of its closing charter, the open one by the next; so a charter that closes several years at once makes one term of them, called by the
 * last: asking for any of them finds it. What no charter closed yet is called by the year in which the alliance began, which the caller knows.
 */
#ifndef ALLIED_DAEMON_LEDGER_YEARS_H
#define ALLIED_DAEMON_LEDGER_YEARS_H

#include "protocol/base/arena.h"
#include "protocol/charter/authority.h"

#define YEARS_LABEL_MAX 9999

struct years_end {
    size_t charter; /* index of the one that closes */
    unsigned label; /* its rule 7 */
};
struct years {
    const struct authority *authority; /* must outlive this */
    const struct years_end *ends;      /* in the arena */
    size_t ends_n;
};
err_t years_build(const struct authority *a, struct arena *arena, struct years *out); /* ERR_MEMORY */

unsigned years_n(const struct years *y);      /* how many terms: at least 1 */
unsigned years_open(const struct years *y);   /* the last of them */
unsigned years_closed(const struct years *y); /* the last year that a charter closed; 0: none */
/* Of an op at this place; the same out of the index of the charter that judges it (authority_charter_of). */
unsigned years_term(const struct years *y, const struct log_id *log, uint64_t seq);
unsigned years_term_of(const struct years *y, size_t charter);

/* `first`: the UTC year of the earliest first commit of a site of charter 0 (0: there is none); asked for where nothing was ever closed. */
unsigned years_label(const struct years *y, unsigned term, unsigned first);
/* Which term a year lies in. ERR_YEAR_LATE: it has not begun; ERR_YEAR_EARLY: it lies before the first. */
err_t years_find(const struct years *y, unsigned label, unsigned first, unsigned *term);

const struct charter *years_closing(const struct years *y, unsigned term); /* NULL: the term is open */
/* The charter whose policy and profile the term goes by: the one before that which closes it, the newest of the open term. Its index; itself. */
size_t years_policy_index(const struct years *y, unsigned term);
const struct charter *years_policy(const struct years *y, unsigned term); /* NULL: there is no charter at all */

#endif
