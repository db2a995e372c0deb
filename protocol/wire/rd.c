/*
 * rd: every getter reads one head through take(), which refuses another type than the one asked for and leaves the reader where it stood;
 * what the head announces is inside the bytes, or the head would not have been read.
 */
#include "protocol/wire/rd.h"

#include "protocol/wire/head.h"

void rd_init(struct rd *r, struct slice bytes)
{
    static const uint8_t nothing[1];
    const uint8_t *at = bytes.len ? bytes.at : nothing;
    *r = (struct rd){.at = at, .end = at + bytes.len, .err = ERR_OK};
}

err_t rd_fail(struct rd *r, err_t e)
{
    if (r->err == ERR_OK)
        r->err = e;
    return r->err;
}

enum rd_type rd_peek(const struct rd *r)
{
    struct head_value h;
    if (r->err || r->at == r->end)
        return RD_END;
    return head_read(r->at, r->end, &h) == ERR_OK ? h.type : RD_OTHER;
}

/* Does the next value have this type? Its head is read, not yet consumed. */
static bool look(struct rd *r, enum rd_type type, struct head_value *h)
{
    if (r->err)
        return false;
    err_t e = head_read(r->at, r->end, h);
    if (e == ERR_OK && h->type != type)
        e = ERR_TYPE;
    rd_fail(r, e);
    return e == ERR_OK;
}

static bool take(struct rd *r, enum rd_type type, struct head_value *h)
{
    if (!look(r, type, h))
        return false;
    r->at += h->bytes;
    return true;
}

/* A number whose sign does not fit is a matter of bounds, not of type. */
static bool is_number(const struct rd *r)
{
    enum rd_type type = rd_peek(r);
    return type == RD_UINT || type == RD_NEGATIVE;
}

uint64_t rd_uint(struct rd *r, uint64_t max)
{
    struct head_value h;
    if (rd_peek(r) == RD_NEGATIVE)
        rd_fail(r, ERR_RANGE);
    if (!look(r, RD_UINT, &h))
        return 0;
    if (h.n > max) {
        rd_fail(r, ERR_RANGE);
        return 0;
    }
    r->at += h.bytes;
    return h.n;
}

int64_t rd_int(struct rd *r, int64_t min, int64_t max)
{
    struct head_value h;
    enum rd_type type = is_number(r) ? rd_peek(r) : RD_UINT;
    if (!look(r, type, &h))
        return 0;
    bool fits = type == RD_NEGATIVE || h.n <= INT64_MAX;
    int64_t v = type == RD_NEGATIVE ? -(int64_t)(UINT64_MAX - h.n) - 1 : fits ? (int64_t)h.n : 0;
    if (!fits || v < min || v > max) {
        rd_fail(r, ERR_RANGE);
        return 0;
    }
    r->at += h.bytes;
    return v;
}

bool rd_bool(struct rd *r)
{
    struct head_value h;
    return take(r, RD_BOOL, &h) && h.n;
}

void rd_nil(struct rd *r)
{
    struct head_value h;
    take(r, RD_NIL, &h);
}

bool rd_take_nil(struct rd *r)
{
    if (rd_peek(r) != RD_NIL)
        return false;
    rd_nil(r);
    return true;
}

/* Consumes a head whose count lies between min and max. */
static bool take_counted(struct rd *r, enum rd_type type, size_t min, size_t max, struct head_value *h)
{
    if (!look(r, type, h))
        return false;
    if (h->n < min || h->n > max) {
        rd_fail(r, ERR_RANGE);
        return false;
    }
    r->at += h->bytes;
    return true;
}

size_t rd_array(struct rd *r, size_t min, size_t max)
{
    struct head_value h;
    return take_counted(r, RD_ARRAY, min, max, &h) ? (size_t)h.n : 0;
}

size_t rd_map(struct rd *r, size_t max)
{
    struct head_value h;
    return take_counted(r, RD_MAP, 0, max, &h) ? (size_t)h.n : 0;
}

static struct slice content(struct rd *r, enum rd_type type, size_t min, size_t max)
{
    struct head_value h;
    if (!take_counted(r, type, min, max, &h))
        return slice_of(NULL, 0);
    struct slice s = slice_of(r->at, (size_t)h.n);
    r->at += s.len;
    return s;
}

struct slice rd_text(struct rd *r, size_t max_bytes)
{
    return content(r, RD_TEXT, 0, max_bytes);
}

struct slice rd_bin(struct rd *r, size_t min, size_t max)
{
    return content(r, RD_BIN, min, max);
}

void rd_fixed(struct rd *r, uint8_t *out, size_t len)
{
    struct slice s = content(r, RD_BIN, len, len);
    if (s.len)
        memcpy(out, s.at, len);
    else if (len)
        memset(out, 0, len);
}

struct slice rd_raw(struct rd *r)
{
    const uint8_t *begin = r->at, *at = begin;
    uint64_t to_come = 1;
    while (r->err == ERR_OK && to_come) {
        struct head_value h;
        if (rd_fail(r, head_read(at, r->end, &h)))
            break;
        at += h.bytes + (h.type == RD_TEXT || h.type == RD_BIN ? (size_t)h.n : 0);
        to_come += (h.type == RD_ARRAY ? h.n : h.type == RD_MAP ? 2 * h.n : 0);
        to_come--;
    }
    if (r->err)
        return slice_of(NULL, 0);
    r->at = at;
    return slice_of(begin, (size_t)(at - begin));
}

err_t rd_end(struct rd *r)
{
    if (r->at != r->end)
        rd_fail(r, ERR_TRAILING);
    return r->err;
}
