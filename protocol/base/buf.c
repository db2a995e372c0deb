/*
 * buf: bytes that double in room up to the cap. One byte more than the cap may be allocated: the zero of buf_text. Growth copies and
 * overwrites the old place instead of calling realloc, so that buf_wipe's promise holds for the places a secret grew through.
 */
#include "protocol/base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define FIRST_ROOM 64u

void buf_init(struct buf *b, size_t cap)
{
    *b = (struct buf){.cap = cap < SIZE_MAX ? cap : SIZE_MAX - 1};
}

void buf_fini(struct buf *b)
{
    free(b->at);
    *b = (struct buf){.cap = 0};
}

void buf_wipe(struct buf *b)
{
    if (b->at)
        explicit_bzero(b->at, b->room);
    buf_fini(b);
}

void buf_clear(struct buf *b)
{
    b->len = 0;
    b->err = ERR_OK;
}

/* Room for `need` bytes, the zero included. */
static err_t grow(struct buf *b, size_t need)
{
    if (need <= b->room)
        return ERR_OK;
    size_t room = b->room ? b->room : FIRST_ROOM;
    while (room < need)
        room = room > SIZE_MAX / 2 ? need : room * 2;
    if (room > b->cap + 1)
        room = b->cap + 1;
    uint8_t *at = malloc(room);
    if (!at)
        return b->err = ERR_MEMORY;
    if (b->at) {
        memcpy(at, b->at, b->len);
        explicit_bzero(b->at, b->room);
        free(b->at);
    }
    b->at = at;
    b->room = room;
    return ERR_OK;
}

/* Room for `len` more bytes and a zero. */
static err_t make_room(struct buf *b, size_t len)
{
    if (b->err)
        return b->err;
    if (len > b->cap || b->len > b->cap - len)
        return b->err = ERR_TOO_LARGE;
    return grow(b, b->len + len + 1);
}

err_t buf_append(struct buf *b, const void *at, size_t len)
{
    if (len == 0)
        return b->err;
    if (make_room(b, len))
        return b->err;
    memcpy(b->at + b->len, at, len);
    b->len += len;
    return ERR_OK;
}

err_t buf_add(struct buf *b, struct slice bytes)
{
    return buf_append(b, bytes.at, bytes.len);
}

err_t buf_byte(struct buf *b, uint8_t byte)
{
    return buf_append(b, &byte, 1);
}

err_t buf_printf(struct buf *b, const char *format, ...)
{
    if (b->err)
        return b->err;
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (n < 0)
        b->err = ERR_INTERNAL;
    else if (make_room(b, (size_t)n) == ERR_OK) {
        vsnprintf((char *)b->at + b->len, (size_t)n + 1, format, again);
        b->len += (size_t)n;
    }
    va_end(again);
    return b->err;
}

const char *buf_text(struct buf *b)
{
    if (make_room(b, 0))
        return NULL;
    b->at[b->len] = 0;
    return (const char *)b->at;
}
