/*
 * rd: a bounded reader of bytes that passed scan(). The first error sticks; after it every getter returns zeros and empty slices, so that a
 * decoder reads straight on and looks once, at rd_end(). Slices point into the bytes read.
 */
#ifndef ALLIED_PROTOCOL_WIRE_RD_H
#define ALLIED_PROTOCOL_WIRE_RD_H

#include "protocol/base/err.h"
#include "protocol/base/slice.h"

enum rd_type { RD_END, RD_NIL, RD_BOOL, RD_UINT, RD_NEGATIVE, RD_TEXT, RD_BIN, RD_ARRAY, RD_MAP, RD_OTHER };

struct rd {
    const uint8_t *at, *end;
    err_t err;
};

void rd_init(struct rd *r, struct slice bytes);
enum rd_type rd_peek(const struct rd *r); /* RD_END at the end or after an error */
uint64_t rd_uint(struct rd *r, uint64_t max);
int64_t rd_int(struct rd *r, int64_t min, int64_t max);
bool rd_bool(struct rd *r);
void rd_nil(struct rd *r);
bool rd_take_nil(struct rd *r);                        /* true and consumed where a nil stands here; else untouched */
size_t rd_array(struct rd *r, size_t min, size_t max); /* the count; its items follow */
size_t rd_map(struct rd *r, size_t max);               /* the count of pairs */
struct slice rd_text(struct rd *r, size_t max_bytes);  /* UTF-8, not normalised */
struct slice rd_bin(struct rd *r, size_t min, size_t max);
void rd_fixed(struct rd *r, uint8_t *out, size_t len); /* a bin of exactly len bytes, copied; zeros on error */
struct slice rd_raw(struct rd *r);                     /* one whole value, as its bytes */
err_t rd_fail(struct rd *r, err_t e);                  /* sticks e unless one stuck before */
err_t rd_end(struct rd *r);                            /* ERR_TRAILING where bytes are left */

#endif
