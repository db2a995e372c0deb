/*
 * ledger_world: an alliance with years of work behind it, for tests and measurements of the ledger: records with texts of varied length, revisions, links, index terms,
 * reviews, translations, proposals and adoptions, relay days, means, some retired records and some near copies. One plan is one history, whatever the machine: signed
 * by real keys, ally by ally in a log of its own, and taken in by site 0 of a core_world, which founded the alliance and is its secretariat. All years but the last are
 * closed by a charter; in each the registrar fixes all logs twice.
 */
#ifndef ALLIED_TESTS_HELP_LEDGER_WORLD_H
#define ALLIED_TESTS_HELP_LEDGER_WORLD_H

#include "tests/help/core_author.h"

#define LEDGER_WORLD_FIRST  2024 /* the first year */
#define LEDGER_WORLD_ALLIES 40   /* at most */

struct ledger_plan {
    uint64_t seed;
    unsigned allies, years; /* at least 2, 1 */
    size_t ops;             /* about so many, all years together */
    uint64_t order;         /* 0: as written; else commits come after all charters and acts, logs mixed by this seed */
    size_t batch;           /* commits a transaction; 0: 64 */
};
struct ledger_made; /* ledger_pen.h */
struct ledger_world {
    struct world *w;
    struct ledger_plan plan;
    size_t allies_n;
    struct core_author author[LEDGER_WORLD_ALLIES]; /* 0: the secretariat's */
    size_t commits_n, ops_n;                        /* written */
    size_t copies_n;                                /* records that nearly copy another ally's */
    struct ledger_made *made;
};
struct ledger_world *ledger_world_new(const struct ledger_plan *plan);
void ledger_world_free(struct ledger_world *l);
struct core *ledger_world_core(struct ledger_world *l);
/* The next charter, signed by all: it covers all that was written so far and closes that year. */
void ledger_world_close(struct ledger_world *l, unsigned year);
/* All commits, in the order written, for whoever measures what taking them in costs. */
struct slice ledger_world_commit(const struct ledger_world *l, size_t i);

#endif
