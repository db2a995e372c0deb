/*
 * facts: the ledger's facts out of the store (daemon/ledger/facts.h, daemon/store/replica_facts.h).
 */
#ifndef ALLIED_DAEMON_READ_FACTS_H
#define ALLIED_DAEMON_READ_FACTS_H

#include "daemon/ledger/facts.h"
#include "daemon/store/replica_facts.h"

/* All of one term; all of one kind in the terms up to that; all of one entity. Ascending (fact_compare), bytes in the arena. */
err_t facts_of_term(struct store *s, unsigned term, struct arena *arena, struct fact **out, size_t *n);
err_t facts_of_kind(struct store *s, enum fact_kind kind, unsigned upto, struct arena *arena, struct fact **out,
                    size_t *n);
err_t facts_of_entity(struct store *s, enum entity_type type, struct slice entity, struct arena *arena,
                      struct fact **out, size_t *n);
/* A row as a fact; its bytes are the row's. */
struct fact facts_from(const struct fact_row *row);

#endif
