/*
 * arena: memory given out piece by piece and freed at once, for what one decode or one fold needs. Zeroed pieces, aligned to 16.
 * A zeroed arena is empty and valid, without a limit other than memory; arena_alloc returns NULL when there is none left.
 */
#ifndef ALLIED_PROTOCOL_BASE_ARENA_H
#define ALLIED_PROTOCOL_BASE_ARENA_H

#include "protocol/base/err.h"
#include "protocol/base/slice.h"

struct arena {
    struct arena_block *first;
};

void *arena_alloc(struct arena *a, size_t count, size_t size); /* overflow-checked; zeroed; NULL without memory */
err_t arena_copy(struct arena *a, struct slice in, struct slice *out);
void arena_clear(struct arena *a); /* keeps one block for the next use */
void arena_fini(struct arena *a);

#endif
