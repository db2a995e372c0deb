/*
 * facts_seen: the ledger's facts that a site holds, as text, for comparing and for looking at.
 */
#ifndef ALLIED_TESTS_HELP_FACTS_SEEN_H
#define ALLIED_TESTS_HELP_FACTS_SEEN_H

#include "daemon/read/facts.h"
#include "tests/help/core_world.h"

/* A line for each, in order; the caller frees it. */
char *facts_seen(struct core *c);
/* How many a site holds of a kind in a term; the first of them in *out (may be NULL; its bytes in the arena). */
size_t facts_count(struct core *c, enum fact_kind kind, unsigned term, struct arena *arena, struct fact *out);
/* Ends the test unless all sites that are up hold the same. */
void facts_agree(struct world *w);

#endif
