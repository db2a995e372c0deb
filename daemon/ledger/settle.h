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

#include "daemon/ledger/days.h"
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
    LEDGER_LATE,      /* handled, or said, after the delay */
    LEDGER_ALONE,     /* one other ally says so; it takes two */
    LEDGER_WAITS,     /* declared or proposed, and not ratified or adopted yet */
    LEDGER_WHYS_N
};
struct ledger_entry {
    enum ledger_kind kind;
    enum ledger_why why;
    uint8_t ally[ALLY_BYTES], other[ALLY_BYTES];
    const struct fact *fact; /* that it rests on */
    const struct fact *same; /* NEAR_COPY, AGAIN: the one that counts */
    unsigned
        day; /* days since 1970, clamped between checkpoints: of the op, of a relay the day told of; days_month() of days.h */
    uint64_t count; /* 1; means: units. 0 where it does not count */
};
struct ledger_sum {
    uint64_t count, points, left_out[LEDGER_WHYS_N];
    /* Of `count`: records that meet every rule with fewer than FACTS_WORDS_MIN words: one record split in many shows here. */
    uint64_t small;
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

/*
 * What counts, kind by kind; `other` in brackets:
 *   record_*, translation  FACT_RECORD in the term of its publication [target's ally]. FACT_THIN ones are full, and how many they are stands in
 *                     `small`. A translation is one of another ally's record that is here, and has words of its own enough (FACTS_WORDS_MIN); of one's own:
 *                     SELF. GONE ones stand as record_partial. Copies: see settle_copies.c
 *   record_maintained FACT_REVISION, one a quarter, none in the quarter of the publication
 *   thesaurus         FACT_ADOPTED [who adopted], each sort of an op's values once; labels translated of another ally's concept count as translation. GONE where the concept
 *                     is, or where what was adopted (a merge, a retirement) was undone
 *   reuse_received    FACT_LINK, FACT_TERM [who reuses], once a year for each target and ally; not by a record that is GONE or a near copy, nor of one that
 *                     is GONE, or nearly copies another ally's; nor of a concept that does not stand
 *   review            FACT_REVIEW [owner], once a year for each record, each text once; FACT_ACT not as the secretariat [who proposed], once
 *   welcome           the newcomer's [it] first complete record (fact_complete) that is no near copy, in the term where it first is
 *   service           FACT_ACT as the secretariat [who proposed] within the charter's delay; FACT_RELAY [who says so], days of which two allies tell, told
 *                     within SETTLE_RELAY_DAYS
 *   means             FACT_MEANS of the term's years, the last of each sort; LATE for earlier years; WAITS while the term is open
 */
#define SETTLE_DELAY_DAYS   30 /* where the charter names none */
#define SETTLE_RELAY_DAYS   62
#define SETTLE_UNIT_CENTS   10000
#define SETTLE_UNIT_MINUTES 420

struct settle_input {
    const struct authority *authority;
    const struct days *days;
    const struct fact *facts; /* of the term and of all before it, in any order; must outlive the ledger */
    size_t facts_n;
    unsigned term;
    unsigned year_from, year; /* the years that the term is for: means declared for them count in it */
    bool open;
    struct ledger_policy policy;
};
/* Everything in the arena but facts and authority. ERR_MEMORY. */
err_t settle(const struct settle_input *in, struct arena *arena, struct ledger *out);

/* Of a FACT_MEANS: each full 100 euros, each full 7 hours. */
uint64_t settle_units(const struct fact *means);

/* The charter's points and caps; kinds that it does not name give no points and have no cap, names that we do not know are passed over. */
void ledger_policy_of(const struct charter *c, struct ledger_policy *out);

const char *ledger_kind_name(enum ledger_kind kind);  /* "record_full" */
const char *ledger_kind_label(enum ledger_kind kind); /* msgid */
const char *ledger_kind_when(enum ledger_kind kind);  /* msgid */
bool ledger_kind_find(struct slice name, enum ledger_kind *out);
const char *ledger_why_name(enum ledger_why why); /* "counts", "self", … */
const char *ledger_why_text(enum ledger_why why); /* msgid */

/*
 * Rings of two: pairs of allies each of whom received at least LEDGER_RING_MIN reuses from the other, and more than half of all that it received. Of an
 * alliance of two everything would be one: none. In the authority's order.
 */
#define LEDGER_RING_MIN 4
struct ledger_ring {
    const struct ledger_ally *a, *b;
    uint64_t a_from_b, b_from_a;
};
err_t ledger_rings(const struct ledger *l, struct arena *arena, struct ledger_ring **out, size_t *n); /* ERR_MEMORY */

#endif
