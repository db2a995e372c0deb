/*
 * merges: where merges lead, over all concepts (PROTOCOL.md §10), and how a concept's standing is said.
 */
#ifndef ALLIED_DAEMON_READ_MERGES_H
#define ALLIED_DAEMON_READ_MERGES_H

#include "daemon/commons/lattice.h"
#include "daemon/read/read.h"

/* The merges of all concepts that are shown, and where they lead. */
struct merges {
    struct edge_row *rows;
    size_t n;
    struct lattice_merges followed;
};
/* Rows of one relation as commons/lattice.h takes them: in the same order, in the arena. NULL without memory. */
struct lattice_edge *read_lattice(struct arena *arena, const struct edge_row *rows, size_t n);
/* Merges as they stood when the reading first asked. */
err_t read_merges(struct read *r, const struct merges **out);
/* Where that concept's merges end: itself, where it has none. */
err_t read_follow(struct read *r, uint8_t concept_id[CONCEPT_BYTES]);
/* "status", and "merged_into" where that is it. */
err_t read_put_status(struct read *r, json_t *out, struct slice concept, bool adopted, bool deprecated);
/* "merge", "merged_from", "reason". */
err_t read_put_merges(struct read *r, const struct view *v);
/* {id, label}: of a concept; the label is null where it is not here. */
json_t *read_neighbour(struct read *r, struct slice concept);
/* What an entry of view.merge or view.retire says. */
json_t *read_register_value(struct read *r, const struct view_value *value, bool merge);

#endif
