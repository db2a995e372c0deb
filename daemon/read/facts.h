/*
 * facts: the ledger's facts out of the store (daemon/ledger/facts.h, daemon/store/replica_facts.h).
 */
#ifndef ALLIED_DAEMON_READ_FACTS_H
#define ALLIED_DAEMON_READ_FACTS_H

#include "daemon/ledger/facts.h"
#include "daemon/store/replica_facts.h"

/* All of one term, ascending (fact_compare); all of the terms up to one, in no order. Bytes in the arena. */
err_t facts_of_term(struct store *s, unsigned term, struct arena *arena, struct fact **out, size_t *n);
err_t facts_upto(struct store *s, unsigned term, struct arena *arena, struct fact **out, size_t *n);
/* The facts of rows, one after the other; their bytes are the rows'. */
err_t facts_from(const struct facts_row *rows, size_t rows_n, struct arena *arena, struct fact **out, size_t *n);

#endif
