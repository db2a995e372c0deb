#include "daemon/commons/shortage.h"

#include <stdint.h>
#include <stdlib.h>

#define RESERVE_BYTES 4096u /* and so much more a byte of text: */
#define RESERVE_TIMES 8u    /* a token's text doubles until it fits, and each time stands beside the one before */
#define TEXT_FIRST    32u
#define ALIGN         16u

/* jansson hands its allocator no context, so this is the one place where a thread keeps something by itself. */
static _Thread_local struct {
    bool lacked;
    uint8_t *reserve; /* while a text is read */
    size_t room, used;
} here;

/* The places for a token's text, and for little else, are powers of two: what cannot be made of all else ends the reading soon. */
static void *from_reserve(size_t size)
{
    size_t bytes = (size + ALIGN - 1) / ALIGN * ALIGN;
    if (!here.reserve || size < TEXT_FIRST || (size & (size - 1)) || bytes > here.room - here.used)
        return NULL;
    here.used += bytes;
    return here.reserve + here.used - bytes;
}

static void *take(size_t size)
{
    void *at = here.reserve && here.lacked ? NULL : malloc(size);
    if (at)
        return at;
    here.lacked = true;
    return from_reserve(size);
}

static void release(void *at)
{
    uintptr_t place = (uintptr_t)at, first = (uintptr_t)here.reserve;
    if (!here.reserve || place < first || place >= first + here.room)
        free(at);
}

void shortage_watch(void)
{
    json_malloc_t now = NULL;
    json_free_t gives_back = NULL;
    json_get_alloc_funcs(&now, &gives_back);
    if (now != take)
        json_set_alloc_funcs(take, release);
}

void shortage_clear(void)
{
    here.lacked = false;
}

bool shortage_seen(void)
{
    return here.lacked;
}

void shortage_note(err_t e)
{
    if (e == ERR_MEMORY)
        here.lacked = true;
}

json_t *shortage_load(struct slice text)
{
    size_t room = 0;
    if (!__builtin_mul_overflow(text.len, (size_t)RESERVE_TIMES, &room) && room <= SIZE_MAX - RESERVE_BYTES)
        here.reserve = malloc(room + RESERVE_BYTES);
    if (!here.reserve) {
        here.lacked = true;
        return NULL;
    }
    here.room = room + RESERVE_BYTES;
    here.used = 0;
    json_t *value = json_loadb((const char *)text.at, text.len, JSON_REJECT_DUPLICATES, NULL);
    if (here.lacked) {
        json_decref(value);
        value = NULL;
    }
    free(here.reserve);
    here.reserve = NULL;
    return value;
}
