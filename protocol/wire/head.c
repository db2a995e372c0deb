/*
 * head: a table of msgpack's single-byte formats 0xc0 to 0xdf (name of the type, bytes of the big-endian argument after it, and the least
 * argument for which this is the shortest form); the other bytes carry their argument in themselves. Formats that the protocol does not use
 * (0xc1, floats, ext) are RD_OTHER.
 */
#include "protocol/wire/head.h"

struct format {
    enum rd_type type;
    uint8_t argument_bytes;
    uint64_t least; /* of the argument; for NEGATIVE, of -1 - value */
};

/* clang-format off */
static const struct format formats[32] = {
    [0x00] = {RD_NIL, 0, 0},
    [0x01] = {RD_OTHER, 0, 0},
    [0x02] = {RD_BOOL, 0, 0},
    [0x03] = {RD_BOOL, 0, 0},
    [0x04] = {RD_BIN, 1, 0},
    [0x05] = {RD_BIN, 2, 0x100},
    [0x06] = {RD_BIN, 4, 0x10000},
    [0x07] = {RD_OTHER, 0, 0}, /* ext 8, 16, 32 */
    [0x08] = {RD_OTHER, 0, 0},
    [0x09] = {RD_OTHER, 0, 0},
    [0x0a] = {RD_OTHER, 0, 0}, /* float 32, 64 */
    [0x0b] = {RD_OTHER, 0, 0},
    [0x0c] = {RD_UINT, 1, 0x80},
    [0x0d] = {RD_UINT, 2, 0x100},
    [0x0e] = {RD_UINT, 4, 0x10000},
    [0x0f] = {RD_UINT, 8, UINT64_C(0x100000000)},
    [0x10] = {RD_NEGATIVE, 1, 0x20},
    [0x11] = {RD_NEGATIVE, 2, 0x80},
    [0x12] = {RD_NEGATIVE, 4, 0x8000},
    [0x13] = {RD_NEGATIVE, 8, 0x80000000},
    [0x14] = {RD_OTHER, 0, 0}, /* fixext 1, 2, 4, 8, 16 */
    [0x15] = {RD_OTHER, 0, 0},
    [0x16] = {RD_OTHER, 0, 0},
    [0x17] = {RD_OTHER, 0, 0},
    [0x18] = {RD_OTHER, 0, 0},
    [0x19] = {RD_TEXT, 1, 0x20},
    [0x1a] = {RD_TEXT, 2, 0x100},
    [0x1b] = {RD_TEXT, 4, 0x10000},
    [0x1c] = {RD_ARRAY, 2, 0x10},
    [0x1d] = {RD_ARRAY, 4, 0x10000},
    [0x1e] = {RD_MAP, 2, 0x10},
    [0x1f] = {RD_MAP, 4, 0x10000},
};
/* clang-format on */

static struct head_value one_byte(uint8_t b)
{
    if (b <= 0x7f)
        return (struct head_value){RD_UINT, 1, b};
    if (b <= 0x8f)
        return (struct head_value){RD_MAP, 1, b & 0x0f};
    if (b <= 0x9f)
        return (struct head_value){RD_ARRAY, 1, b & 0x0f};
    if (b <= 0xbf)
        return (struct head_value){RD_TEXT, 1, b & 0x1f};
    return (struct head_value){RD_NEGATIVE, 1, UINT64_MAX - (0xffu - b)}; /* 0xe0 … 0xff */
}

/* Signed forms hold only what no shorter one does: numbers below -32, each width below the least of the one before. */
static bool widen(const struct format *f, uint64_t *n)
{
    uint64_t sign = UINT64_C(1) << (8 * f->argument_bytes - 1);
    if (!(*n & sign))
        return false;
    *n |= ~(sign | (sign - 1));
    return UINT64_MAX - *n >= f->least;
}

static err_t long_form(const uint8_t *at, const uint8_t *end, struct head_value *h)
{
    const struct format *f = &formats[at[0] - 0xc0];
    if (f->type == RD_OTHER)
        return ERR_FORBIDDEN;
    if ((size_t)(end - at) < 1u + f->argument_bytes)
        return ERR_TRUNCATED;
    uint64_t n = f->type == RD_BOOL ? at[0] & 1u : 0;
    for (size_t i = 1; i <= f->argument_bytes; i++)
        n = n << 8 | at[i];
    if (f->type == RD_NEGATIVE ? !widen(f, &n) : n < f->least)
        return ERR_NOT_SHORTEST;
    *h = (struct head_value){f->type, 1u + f->argument_bytes, n};
    return ERR_OK;
}

err_t head_read(const uint8_t *at, const uint8_t *end, struct head_value *out)
{
    struct head_value h;
    if (at == end)
        return ERR_TRUNCATED;
    if (at[0] >= 0xc0 && at[0] <= 0xdf) {
        err_t e = long_form(at, end, &h);
        if (e)
            return e;
    } else {
        h = one_byte(at[0]);
    }
    uint64_t left = (uint64_t)(end - at) - h.bytes, least_bytes = h.type == RD_MAP ? 2 : 1;
    bool counted = h.type == RD_TEXT || h.type == RD_BIN || h.type == RD_ARRAY || h.type == RD_MAP;
    if (counted && h.n > left / least_bytes)
        return ERR_TRUNCATED;
    *out = h;
    return ERR_OK;
}
