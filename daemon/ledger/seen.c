/*
 * seen: open addressing, at most half full, so that a probe ends soon; rows stand apart, close together.
 */
#include "daemon/ledger/seen.h"

#define SEEN_ROOM_FIRST 256

static uint64_t hash_of(const uint8_t *key, size_t len)
{
    uint64_t h = UINT64_C(0x9e3779b97f4a7c15) ^ len;
    for (size_t i = 0; i < len; i += 8) {
        uint64_t part = 0;
        memcpy(&part, key + i, len - i < 8 ? len - i : 8);
        h = (h ^ part) * UINT64_C(0xff51afd7ed558ccd);
        h ^= h >> 32;
    }
    return h;
}

/* Where the key is, or would be. */
static uint32_t *place(const struct seen *s, uint64_t hash, const void *key, size_t len)
{
    size_t last = s->room * 2 - 1, at = (size_t)hash & last;
    for (; s->places[at]; at = (at + 1) & last) {
        const struct seen_row *row = &s->rows[s->places[at] - 1];
        if (row->hash == hash && row->len == len && memcmp(row->key, key, len) == 0)
            break;
    }
    return &s->places[at];
}

static bool grow(struct seen *s)
{
    struct seen more = {.arena = s->arena, .room = s->room ? s->room * 2 : SEEN_ROOM_FIRST, .n = s->n};
    while (more.room < s->expected)
        more.room *= 2;
    more.rows = arena_alloc(s->arena, more.room, sizeof *more.rows);
    more.places = arena_alloc(s->arena, more.room * 2, sizeof *more.places);
    if (!more.rows || !more.places)
        return false;
    if (s->n)
        memcpy(more.rows, s->rows, s->n * sizeof *more.rows);
    for (size_t i = 0; i < s->n; i++)
        *place(&more, more.rows[i].hash, more.rows[i].key, more.rows[i].len) = (uint32_t)i + 1;
    *s = more;
    return true;
}

uint64_t *seen_at(struct seen *s, const void *key, size_t len)
{
    assert(len > 0 && len <= SEEN_KEY_MAX);
    if (s->n == s->room && !grow(s))
        return NULL;
    uint64_t hash = hash_of(key, len);
    uint32_t *at = place(s, hash, key, len);
    if (!*at) {
        struct seen_row *row = &s->rows[s->n++];
        row->hash = hash;
        row->len = (uint8_t)len;
        memcpy(row->key, key, len);
        *at = (uint32_t)s->n;
    }
    return &s->rows[*at - 1].value;
}

uint64_t seen_get(const struct seen *s, const void *key, size_t len)
{
    uint32_t at = s->n ? *place(s, hash_of(key, len), key, len) : 0;
    return at ? s->rows[at - 1].value : 0;
}
