/*
 * facts_made: a ledger's facts made up for tests, and the ledger that they settle to. The allies are those of charter_world.h: 1 is the secretariat.
 */
#ifndef ALLIED_TESTS_HELP_FACTS_MADE_H
#define ALLIED_TESTS_HELP_FACTS_MADE_H

#include "daemon/ledger/settle.h"
#include "tests/help/charter_world.h"

#define MADE_DAY 20454 /* 2026-01-01: where nothing else is said, days are counted from here */

struct made {
    struct world world;
    struct authority authority;
    struct days days;
    struct fact *facts;
    size_t n, room;
    struct ledger_policy policy; /* 1 point each, no caps */
    unsigned term;               /* of the facts to come; settled is the same */
    uint64_t seq;
    struct ledger ledger;
};
void made_init(struct made *m, unsigned allies);
void made_fini(struct made *m);
/* After the world changed: its authority and days, with these clocks. */
void made_rebuild(struct made *m, days_clock_fn *clock);

/* A fact by the ally's site on that day, to be completed; valid until the next. Ops follow each other within a day. */
struct fact *made_fact(struct made *m, enum fact_kind kind, unsigned ally, unsigned day);
struct slice made_record(struct made *m, unsigned ally, unsigned number); /* ids */
struct slice made_concept(struct made *m, unsigned number);
struct slice made_dot(struct made *m, unsigned number);
/* A sketch that agrees in `equal` slots with that of (text, 0), text > 0; of two with one `other` the lower `equal` says how far they agree. */
struct slice made_sketch(struct made *m, unsigned text, unsigned other, unsigned equal);

struct fact *made_publish(struct made *m, unsigned ally, unsigned number, unsigned day, enum fact_level level);
struct fact *made_link(struct made *m, unsigned by, unsigned number, unsigned to, unsigned to_number, unsigned day);
struct fact *made_index(struct made *m, unsigned by, unsigned number, unsigned concept, unsigned day);
struct fact *made_propose(struct made *m, unsigned ally, unsigned concept, unsigned day, enum fact_concept state);
struct fact *made_review(struct made *m, unsigned by, unsigned of, unsigned number, unsigned day, unsigned words);
struct fact *made_adopted(struct made *m, unsigned ally, unsigned by, unsigned concept, unsigned dot,
                          enum fact_part part, unsigned day);
struct fact *made_act(struct made *m, unsigned by, unsigned of, unsigned dot, bool secretariat, uint64_t delay_days,
                      unsigned day);
struct fact *made_relay(struct made *m, unsigned ally, unsigned by, unsigned month, uint32_t days, unsigned day);
struct fact *made_means(struct made *m, unsigned ally, unsigned year, enum means_what what, uint64_t amount,
                        unsigned day);

/* Settles m->term; its years are 2026 + term. */
const struct ledger *made_settle(struct made *m, bool open);
const struct ledger_sum *made_sum(const struct made *m, unsigned ally, enum ledger_kind kind);
/* What an ally's kind comes to: so many count, and so many are left out for that reason (LEDGER_COUNTS: none), none for another. Asserts. */
void made_is(const struct made *m, unsigned ally, enum ledger_kind kind, uint64_t count, enum ledger_why why,
             uint64_t out);
void made_counts(const struct made *m, unsigned ally, enum ledger_kind kind, uint64_t count); /* none is left out */
/* Everything of a ledger as text, in the arena: equal for equal ledgers. */
struct slice made_text(struct made *m);
void made_shuffle(struct made *m, unsigned seed);

#endif
