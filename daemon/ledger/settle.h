/*
 * settle: the ledger of one term out of facts: what counts for whom, what does not and why (DOMAIN §4). Pure and in integers; the same on every site. Nothing counts for
 * oneself; a near copy counts once, for the first in the ledger's order; of a day's contributions of one kind the first `cap` count; everything left out is listed
 * with its reason.
 *
 * The ledger's order: by the span between two checkpoints (days.h), so that nothing can be dated back before a checkpoint, then as ops are ordered everywhere
 * (clock, site, incarnation, seq, index).
 */
#ifndef ALLIED_DAEMON_LEDGER_SETTLE_H
#define ALLIED_DAEMON_LEDGER_SETTLE_H

#include "daemon/ledger/facts.h"
#include "daemon/ledger/kinds.def"
#include "protocol/base/arena.h"
#include "protocol/charter/authority.h"

enum ledger_kind {
#define X(id, name, label, when) LEDGER_##id,
    LEDGER_KINDS(X)
#undef X
        LEDGER_KINDS_N
};
/* Why an entry does not count; each has a name for programs and a sentence for people (ledger_why_name, ledger_why_text). */
enum ledger_why {
    LEDGER_COUNTS,
    LEDGER_SELF,      /* it would count for oneself */
    LEDGER_NEAR_COPY, /* its text is nearly that of `same` */
    LEDGER_CAPPED,    /* beyond the day's cap */
    LEDGER_GONE,      /* retired, erased, deprecated or merged by the end of the term */
    LEDGER_AGAIN,     /* the same ally, the same thing, already counted this year or this quarter */
    LEDGER_LATE,      /* handled after the delay */
    LEDGER_ALONE,     /* one other ally says so; it takes two */
    LEDGER_WAITS,     /* declared, and not ratified yet */
    LEDGER_WHYS_N
};
struct ledger_entry {
    enum ledger_kind kind;
    enum ledger_why why;
    uint8_t ally[ALLY_BYTES], other[ALLY_BYTES];
    const struct fact *fact; /* that it rests on; NULL: a roster act alone */
    const struct fact *same; /* NEAR_COPY, AGAIN: the one that counts */
    unsigned day;            /* days since 1970, clamped between checkpoints; days_month() of days.h */
    uint64_t count;          /* 1; means: units. 0 where it does not count */
};
struct ledger_sum {
    uint64_t count, points, left_out[LEDGER_WHYS_N];
};
struct ledger_policy { /* out of a charter: points each, and cap a day (0: none) */
    uint64_t points[LEDGER_KINDS_N], cap[LEDGER_KINDS_N];
    uint64_t charter; /* its number */
};
struct ledger_ally {
    const struct ally *ally;
    struct ledger_sum kinds[LEDGER_KINDS_N];
    uint64_t points;
};
struct ledger {
    unsigned term;
    unsigned year;
    bool open;
    struct ledger_policy policy;
    struct ledger_ally *allies; /* in the authority's order, all who ever were in */
    size_t allies_n;
    struct ledger_entry *entries; /* by ally, kind, then the ledger's order */
    size_t entries_n;
};

#endif
