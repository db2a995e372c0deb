/*
 * facts: what an entity's ops say that the ledger may count, before anything is weighed against the rest (DOMAIN §4). Pure: an entity's ops and where the charters
 * place them in, rows out, the same for every order of arrival. Stored as derived rows beside the entity's others (daemon/store/replica_facts.h), in its transaction;
 * settle.h makes the ledger out of them.
 *
 * A year is a *term*: 0 lies up to the checkpoint of the first charter that closes one, and so on; the last one is open (years.h). Everything a term shows is the
 * fold of the ops of that term and those before it alone, so that nothing which comes later changes a closed year; only an erasure takes its text away.
 */
#ifndef ALLIED_DAEMON_LEDGER_FACTS_H
#define ALLIED_DAEMON_LEDGER_FACTS_H

#include "protocol/op/op.h"

/* What `ally`, `other`, `target`, `sort`, `amount` and `data` of a row mean. Absent ones are zeros, or empty. */
enum fact_kind {
    /* A record as it stands at the end of a term in which it has ops; the first of them is its publication. op: the first record.put in the ledger's order;
     * ally: of that op; sort: enum fact_level; amount: words of its texts; target: the record that it translates; data: its sketch (sketch.h). */
    FACT_RECORD = 1,
    /* A record.put of the record's owner after the first that changed the texts substantially (facts.c says when). ally: its author's; sort: 1 where it says so. */
    FACT_REVISION = 2,
    /* A record of `other`'s that links to a record of another ally's, alive at the end of the term. ally: the target's owner; target: that record; sort: enum record_link */
    FACT_LINK = 3,
    /* An index term that `other` put on a record, alive at the end of the term. target: the concept; whose it is FACT_CONCEPT says. */
    FACT_TERM = 4,
    /* A review that stands. ally: the reviewer; other: the record's owner; data: 16 bytes, hash of its words */
    FACT_REVIEW = 5,
    /* A concept as it stands at the end of a term in which it has ops. op: the first op that proposed anything, in the ledger's order; ally: of that op;
     * sort: enum fact_concept */
    FACT_CONCEPT = 6,
    /* What an op wrote of a concept and others adopted. Term and op: of the act (or use) that adopted it; ally: who wrote it; other: who adopted it, the last one it
     * took; sort: enum fact_part; target: dot of the op that wrote it, 17 bytes; amount: how many values of that sort. */
    FACT_ADOPTED = 7,
    /* An act of adoption of somebody else's proposal. ally: who acts; other: who proposed; sort: 1 where it acts as the secretariat; target: dot of the op that proposed,
     * 17 bytes; amount: milliseconds between their clocks, not negative. */
    FACT_ACT = 8,
    /* Days on which a site got others' commits through a site of `ally`. other: who says so; amount: year * 12 + month - 1; sort: one bit a day, 1 << (day - 1) */
    FACT_RELAY = 9,
    /* Means declared. ally: who; target: the year, two bytes big-endian; sort: enum means_what (protocol/op/op.h); amount: cents, or minutes */
    FACT_MEANS = 10
};
enum fact_level { FACT_GONE = 0, FACT_PARTIAL = 1, FACT_FULL = 2, FACT_THIN = 3 }; /* retired or emptied · misses rules · meets them · would, with too little text */
enum fact_concept { FACT_PROPOSED = 0, FACT_STANDS = 1, FACT_DEPRECATED = 2, FACT_MERGED = 3 };
enum fact_part { FACT_LABEL = 1, FACT_LABEL_TRANSLATED = 2, FACT_NOTE = 3, FACT_RELATION = 4, FACT_MERGE = 5, FACT_RETIREMENT = 6 };

#define FACT_TARGET_MAX RECORD_BYTES

struct fact_op { /* where it stands */
    struct dot dot;
    struct log_id log;
    uint64_t seq, clock;
};
struct fact {
    enum fact_kind kind;
    enum entity_type type; /* of the entity whose row it is */
    struct slice entity;
    unsigned term;
    struct fact_op op;
    uint8_t ally[ALLY_BYTES], other[ALLY_BYTES];
    struct slice target; /* at most FACT_TARGET_MAX */
    unsigned sort;
    uint64_t amount;
    struct slice data;
};

#endif
