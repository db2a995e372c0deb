/*
 * lattice: the derivations over all concepts that break cycles, of `broader` and of merges (DESIGN §4, PROTOCOL.md §10). Edges are taken in the
 * order handed in (adopted first, then earliest live add-dot); one that would close a cycle among those kept so far is suppressed. Not part
 * of any digest.
 */
#ifndef ALLIED_DAEMON_COMMONS_LATTICE_H
#define ALLIED_DAEMON_COMMONS_LATTICE_H

#include "protocol/op/op.h"

struct lattice_edge {
    uint8_t child[CONCEPT_BYTES], target[CONCEPT_BYTES];
};

/* *suppressed gets a bitmap of n bits in the arena; read it with lattice_suppressed. ERR_MEMORY. */
err_t lattice_break(const struct lattice_edge *edges, size_t n, struct arena *arena, const uint8_t **suppressed);

struct lattice_merges {
    const uint8_t *suppressed;        /* a bitmap of the edges handed in */
    const struct lattice_edge *final; /* ascending by child: each concept that is merged, and where its merges end */
    size_t final_n;
};
/*
 * Merges, followed: an edge leads from a concept to what its shown merge says (view.h, merged_into). A concept has one; of more the first
 * that is kept counts and the others are suppressed. Everything in the arena. ERR_MEMORY.
 */
err_t lattice_merges(const struct lattice_edge *edges, size_t n, struct arena *arena, struct lattice_merges *out);
/* Where the concept ends, CONCEPT_BYTES; NULL: it is not merged. */
const uint8_t *lattice_merged(const struct lattice_merges *merges, const uint8_t *concept_id);

static inline bool lattice_suppressed(const uint8_t *bitmap, size_t edge)
{
    return bitmap[edge / 8] >> (edge % 8) & 1;
}

#endif
