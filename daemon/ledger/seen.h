/*
 * seen: what was met before, and how often: a table from some bytes to a number, for one settling. Memory comes from the arena and stays there.
 */
#ifndef ALLIED_DAEMON_LEDGER_SEEN_H
#define ALLIED_DAEMON_LEDGER_SEEN_H

#include "protocol/base/arena.h"

#include <assert.h>

#define SEEN_KEY_MAX 48

struct seen_row {
    uint64_t hash, value;
    uint8_t len, key[SEEN_KEY_MAX];
};
struct seen {
    struct arena *arena;
    size_t expected;       /* about so many keys: room from the start. May be 0 */
    struct seen_row *rows; /* as they came */
    uint32_t *places;      /* by hash: index of the row + 1, 0 free; twice as many as rows have room */
    size_t room, n;        /* of rows; room: a power of two, or 0 */
};

/* The number kept for the key (1 … SEEN_KEY_MAX bytes), 0 where it is new; to be read and written until the next call. NULL without memory. */
uint64_t *seen_at(struct seen *s, const void *key, size_t len);
/* The same without making it new: 0 where it is not there. */
uint64_t seen_get(const struct seen *s, const void *key, size_t len);

/* Keys of several parts: starts with what sort of key it is, so that keys of different sorts never meet. */
struct seen_key {
    uint8_t bytes[SEEN_KEY_MAX];
    size_t len;
};
static inline void seen_key_start(struct seen_key *k, uint8_t sort)
{
    k->bytes[0] = sort;
    k->len = 1;
}

static inline void seen_key_add(struct seen_key *k, const void *part, size_t len)
{
    assert(k->len + len <= SEEN_KEY_MAX);
    memcpy(k->bytes + k->len, part, len);
    k->len += len;
}

static inline void seen_key_number(struct seen_key *k, uint32_t number)
{
    seen_key_add(k, &number, sizeof number);
}

#endif
