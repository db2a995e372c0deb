/*
 * facts: what an entity's ops say that the ledger may count, before anything is weighed against the rest (DOMAIN §4). Pure: an entity's ops and where the charters
 * place them in, rows out, the same for every order of arrival. Stored beside the entity's derived rows, term by term (facts_pack.h, daemon/store/replica_facts.h), in their transaction;
 * settle.h makes the ledger out of them.
 *
 * A year is a *term*: 0 lies up to the checkpoint of the first charter that closes one, and so on; the last one is open (years.h). Everything a term shows is the
 * fold of the ops of that term and those before it alone, so that nothing which comes later changes a closed year; only an erasure takes its text away.
 */
#ifndef ALLIED_DAEMON_LEDGER_FACTS_H
#define ALLIED_DAEMON_LEDGER_FACTS_H

#include "daemon/commons/view.h"

/* What `ally`, `other`, `target`, `sort`, `amount` and `data` of a row mean. Absent ones are zeros, or empty. */
enum fact_kind {
    /* A record as it stands at the end of a term in which it has ops; the first of them is its publication. op: the first record.put in the ledger's order;
     * ally: of that op; sort: enum fact_level; amount: words of its texts in the language that has most; target: the record that it translates; data: its sketches
     * (sketch.h). */
    FACT_RECORD = 1,
    /* A record.put after the first that changed the texts substantially: at least FACTS_FRESH of its shingles (sketch.h) stand in no earlier record.put of the record, in
     * the ledger's order. What was erased counts for neither. ally: its author's. */
    FACT_REVISION = 2,
    /* A link of a record's owner, from it to a record of another ally's, that was added in the term and lives at its end, the record not retired. ally: the target's
     * owner, by its id; other: who links; target: that record; sort: enum record_link. op: the earliest that added it. */
    FACT_LINK = 3,
    /* An index term that `other` put on a record in the term and that lives at its end, the record not retired. target: the concept; whose it is FACT_CONCEPT says.
     * op: that ally's earliest. */
    FACT_TERM = 4,
    /* A review written in the term that stands at its end, one for each language. ally: the reviewer; other: the record's owner, by its id; data: 16 bytes, hash of its
     * words. */
    FACT_REVIEW = 5,
    /* A concept as it stands at the end of a term in which it has ops, or is adopted by use. op: the first op that proposed anything, in the ledger's order; ally: of that op;
     * sort: enum fact_concept */
    FACT_CONCEPT = 6,
    /* What an op wrote of a concept and others adopted: by acts (the secretariat's, or those of as many other allies as the charter asks), or by use. Term: the first
     * that ends with it adopted; op: the act, or the use, that adopted it; ally: who wrote it; other: who adopted it, the last one it took; sort: enum fact_part;
     * target: dot of the op that wrote it, 17 bytes; amount: how many values of that sort, without those that empty or remove something. A secretariat's act on its
     * own ally's op shows with other = ally; where others adopt it in the same term or before, their row alone. */
    FACT_ADOPTED = 7,
    /* An act of adoption of somebody else's proposal. ally: who acts; other: who proposed; sort: 1 where it acts as the secretariat; target: dot of the op that proposed,
     * 17 bytes; amount: milliseconds between their clocks, not negative. */
    FACT_ACT = 8,
    /* Days on which a site got others' commits through a site of `ally`. other: who says so; amount: year * 12 + month - 1; sort: one bit a day, 1 << (day - 1); data:
     * the relaying site, 32 bytes. What is said of one site and month in several rows adds up. */
    FACT_RELAY = 9,
    /* Means declared in the term, as they stand at its end. ally: who; target: the year, two bytes big-endian; sort: enum means_what (protocol/op/op.h); amount: cents,
     * or minutes */
    FACT_MEANS = 10
};
/*
 * Retired or emptied · misses rules · meets them · meets them as well, with fewer than FACTS_WORDS_MIN words of its own (abstract, context, history, description, limits,
 * lessons, episodes, in the language that has most): as complete as a full one (fact_complete), and told apart so that readers see how small it is. Rules of the profile of the charter that the term goes by (years_policy_index), but those that ask the thesaurus.
 */
enum fact_level { FACT_GONE = 0, FACT_PARTIAL = 1, FACT_FULL = 2, FACT_THIN = 3 };
enum fact_concept { FACT_PROPOSED = 0, FACT_STANDS = 1, FACT_DEPRECATED = 2, FACT_MERGED = 3 };
enum fact_part {
    FACT_LABEL = 1,
    FACT_LABEL_TRANSLATED = 2,
    FACT_NOTE = 3,
    FACT_RELATION = 4,
    FACT_MERGE = 5,
    FACT_RETIREMENT = 6
};

#define FACT_TARGET_MAX RECORD_BYTES
#define FACTS_WORDS_MIN 100
#define FACTS_FRESH     20

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
    struct slice made; /* nothing to the ledger: by this whoever makes the rows anew sees what did not change */
};
/* By term, kind, entity, then the op as ops are ordered everywhere (clock, site, incarnation, seq, index), then the rest but `amount`, `data` and `made`: 0 for no two of an entity. */
int fact_compare(const struct fact *a, const struct fact *b);
bool fact_equal(const struct fact *a, const struct fact *b);
/* Who owns a record, by its id. */
static inline const uint8_t *fact_owner(struct slice record)
{
    return record.at;
}

/* ---- making them ---- */

struct years;
struct days;
struct facts_use { /* what adopts a concept by use (fold_use.h) */
    struct fact_op op;
    uint8_t ally[ALLY_BYTES];
    unsigned term; /* in which it lies */
};
/* The first use of the concept in a term up to `term` that comes after the proposer's op and is another ally's. ERR_NOT_FOUND. */
typedef err_t facts_use_fn(void *ctx, const struct fold_op *proposer, unsigned term, struct facts_use *out);
struct facts_source {
    const struct years *years;
    const struct days *days;
    enum entity_type type;
    struct slice entity;
    const struct fold_op *ops; /* all of the entity, judged, in canonical order */
    size_t n;
    struct slice canon;      /* their fold */
    const struct view *view; /* of a record, or a concept with what use adopts */
    facts_use_fn *first_use; /* of a concept */
    void *ctx;
    const struct fact *
        known; /* rows made under the same charters before, in any order: what did not change is not made again. May be none */
    size_t known_n;
};
/* The rows of one entity, in no order; in the arena, or where the source's are. ERR_MEMORY. */
err_t facts_make(const struct facts_source *s, struct arena *arena, struct fact **out, size_t *n);

/* Does a record stand with all that the profile asks, however small? */
static inline bool fact_complete(const struct fact *record)
{
    return record->sort == FACT_FULL || record->sort == FACT_THIN;
}

#endif
