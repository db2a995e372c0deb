/*
 * buf: owned bytes that grow up to a cap given at birth. The first failure sticks in `err` (ERR_MEMORY, ERR_TOO_LARGE) and
 * later appends do nothing, so that a writer checks once, at the end. A zeroed buf has cap 0: fini is fine on it.
 */
#ifndef ALLIED_PROTOCOL_BASE_BUF_H
#define ALLIED_PROTOCOL_BASE_BUF_H

#include "protocol/base/err.h"
#include "protocol/base/slice.h"

struct buf {
    uint8_t *at;
    size_t len, room, cap; /* bytes */
    err_t err;
};

void buf_init(struct buf *b, size_t cap);
void buf_fini(struct buf *b);  /* frees; safe on zeroed, safe twice */
void buf_wipe(struct buf *b);  /* overwrites, then frees: for secrets */
void buf_clear(struct buf *b); /* length 0, error forgotten, room kept */
err_t buf_append(struct buf *b, const void *at, size_t len);
err_t buf_add(struct buf *b, struct slice bytes);
err_t buf_byte(struct buf *b, uint8_t byte);
__attribute__((format(printf, 2, 3))) err_t buf_printf(struct buf *b, const char *format, ...);
/* The text with a zero after it (not counted in len). NULL where err is set. Borrowed until the next change. */
const char *buf_text(struct buf *b);

static inline struct slice buf_slice(const struct buf *b)
{
    return (struct slice){b->at, b->len};
}

#endif
