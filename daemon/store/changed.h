/*
 * changed: which entities changed here, and in what order (derived tables `changed`, `generation`): for what is made out of the replica and follows it,
 * as the full-text index does. The order is this replica's own. A rebuild draws a new generation, and all numbers with it.
 */
#ifndef ALLIED_DAEMON_STORE_CHANGED_H
#define ALLIED_DAEMON_STORE_CHANGED_H

#include "daemon/store/store.h"

#define GENERATION_BYTES 16

struct changed_state {
    uint8_t generation[GENERATION_BYTES];
    uint64_t last; /* number of the latest change; 0: none yet */
};
err_t changed_state(struct store *s, struct changed_state *out);
/* The number of the latest change of a type's entities; 0: none. */
err_t changed_latest(struct store *s, enum entity_type type, uint64_t *out);
/* The entity changed, or is there no longer: it gets the next number, and loses the one it had. For replica_put and replica_drop. */
err_t changed_mark(struct store *s, enum entity_type type, struct slice entity);
struct changed_row {
    uint64_t number;
    struct slice entity;
};
/* Entities of a type whose latest change is behind `after`, in that order; at most `limit`. */
err_t changed_since(struct store *s, enum entity_type type, uint64_t after, size_t limit, struct arena *arena,
                    struct changed_row **out, size_t *n);

#endif
