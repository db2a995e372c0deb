/*
 * ledger: the ledger of one year, settled out of the facts that the replica holds (daemon/ledger/settle.h): what `ledger.show` tells, and what report and pages
 * make their figures of.
 */
#ifndef ALLIED_DAEMON_READ_LEDGER_H
#define ALLIED_DAEMON_READ_LEDGER_H

#include "daemon/ledger/settle.h"
#include "daemon/ledger/years.h"
#include "daemon/read/read.h"

struct read_ledger {
    struct years years;
    struct days days; /* with the times of checkpoints */
    unsigned first;   /* UTC year of the alliance's first commit; 0: none */
    unsigned year_from;
    uint64_t from,
        until; /* clocks between which it lies: of the checkpoints that open and close it; from: else of the first commit; until 0: open */
    const struct charter *closing; /* NULL: the year is open */
    const struct fact
        *facts; /* of the term and those before, in no order; links, terms and revisions of this term alone */
    size_t facts_n;
    struct ledger ledger;
    uint8_t cut
        [HASH_BYTES]; /* BLAKE2b-256 of the heads up to which it counts: of the closing checkpoint, or the present ones */
    uint8_t digest[HASH_BYTES]; /* BLAKE2b-256 of the ledger: equal for equal ledgers */
};
/* `year` 0: the open one. Everything in r->arena, or the authority's. ERR_YEAR_EARLY, ERR_YEAR_LATE, ERR_CHARTER (there is none), ERR_MEMORY, ERR_DATABASE. */
err_t read_ledger_of(struct read *r, unsigned year, struct read_ledger *out);

/* Checkpoints with the clocks of the commits they end at, where these are here. Errors: the store's, ERR_MEMORY. */
err_t read_ledger_days(struct store *s, const struct authority *a, struct arena *arena, struct days *out);
/* The clock of the earliest first commit of a site of charter 0 among these logs, and its UTC year; 0: none is here. ERR_CHARTER (there is none), ERR_MEMORY, the store's. */
err_t read_ledger_first(struct store *s, const struct authority *a, const struct log_head *heads, size_t n,
                        uint64_t *clock, unsigned *year);

/* "2026", or "2024–2026" where one charter closed several years. */
json_t *read_ledger_period(const struct read_ledger *l);

#endif
