/*
 * arena: a list of blocks, the one in use first. A piece is cut off the front of the first block's free part; a piece that does not fit
 * gets a new block, at least twice as large as the last one up to 1 MiB. Pieces are zeroed when given, as a cleared block is used again.
 */
#include "protocol/base/arena.h"

#include <stdlib.h>

#define FIRST_BYTES 4096u
#define LAST_BYTES  (1024u * 1024u)
#define ALIGN       16u

struct arena_block {
    struct arena_block *next;
    size_t room, used; /* bytes of data */
    _Alignas(ALIGN) uint8_t data[];
};

static struct arena_block *add_block(struct arena *a, size_t bytes)
{
    size_t room = a->first ? a->first->room : FIRST_BYTES / 2;
    room = room < LAST_BYTES / 2 ? room * 2 : LAST_BYTES;
    if (room < bytes)
        room = bytes;
    if (room > SIZE_MAX - sizeof(struct arena_block))
        return NULL;
    struct arena_block *block = malloc(sizeof *block + room);
    if (!block)
        return NULL;
    block->next = a->first;
    block->room = room;
    block->used = 0;
    a->first = block;
    return block;
}

void *arena_alloc(struct arena *a, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX - ALIGN)
        return NULL;
    bytes = bytes ? (bytes + ALIGN - 1) / ALIGN * ALIGN : ALIGN; /* nothing is a piece too: NULL means failure alone */
    struct arena_block *block = a->first;
    if (!block || block->room - block->used < bytes)
        block = add_block(a, bytes);
    if (!block)
        return NULL;
    void *piece = block->data + block->used;
    block->used += bytes;
    return memset(piece, 0, bytes);
}

err_t arena_copy(struct arena *a, struct slice in, struct slice *out)
{
    uint8_t *at = arena_alloc(a, in.len, 1);
    if (!at)
        return ERR_MEMORY;
    if (in.len)
        memcpy(at, in.at, in.len);
    *out = slice_of(at, in.len);
    return ERR_OK;
}

static void free_blocks(struct arena_block *block)
{
    while (block) {
        struct arena_block *next = block->next;
        free(block);
        block = next;
    }
}

void arena_clear(struct arena *a)
{
    if (!a->first)
        return;
    free_blocks(a->first->next);
    a->first->next = NULL;
    a->first->used = 0;
}

void arena_fini(struct arena *a)
{
    free_blocks(a->first);
    a->first = NULL;
}
