/*
 * lattice: the derivation over all concepts that breaks `broader` cycles (DESIGN §4, PROTOCOL.md §10). Edges are taken in the order handed in
 * (adopted first, then earliest live add-dot); one that would close a cycle among those kept so far is suppressed. Not part of any digest.
 */
#ifndef ALLIED_DAEMON_COMMONS_LATTICE_H
#define ALLIED_DAEMON_COMMONS_LATTICE_H

#include "protocol/op/op.h"

struct lattice_edge {
    uint8_t child[CONCEPT_BYTES], target[CONCEPT_BYTES];
};

/* *suppressed gets a bitmap of n bits in the arena; read it with lattice_suppressed. ERR_MEMORY. */
err_t lattice_break(const struct lattice_edge *edges, size_t n, struct arena *arena, const uint8_t **suppressed);

static inline bool lattice_suppressed(const uint8_t *bitmap, size_t edge)
{
    return bitmap[edge / 8] >> (edge % 8) & 1;
}

#endif
