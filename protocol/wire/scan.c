/*
 * scan: one pass over the heads, with a fixed stack of the arrays and maps that stand open. Of an open container it keeps how many values
 * are still to come and, for a map, the bytes of the last key: a key is compared as it was encoded.
 */
#include "protocol/wire/scan.h"

#include "protocol/base/limits.h"
#include "protocol/base/utf8.h"
#include "protocol/wire/head.h"

struct open {
    uint64_t left; /* values to come; of a map, keys and values */
    bool map;
    struct slice last_key;
};

struct scan {
    const uint8_t *begin, *at, *end;
    struct open open[LIMIT_DEPTH];
    size_t depth, items;
};

static err_t check_key(struct open *map, const struct head_value *h, struct slice encoded)
{
    if (h->type != RD_UINT && h->type != RD_TEXT)
        return ERR_TYPE;
    if (map->last_key.at && slice_compare(map->last_key, encoded) >= 0)
        return ERR_KEY_ORDER;
    map->last_key = encoded;
    return ERR_OK;
}

static err_t open_container(struct scan *s, const struct head_value *h)
{
    if (s->depth == LIMIT_DEPTH)
        return ERR_DEPTH;
    bool map = h->type == RD_MAP;
    s->open[s->depth++] = (struct open){.left = map ? 2 * h->n : h->n, .map = map};
    return ERR_OK;
}

/* One head, and the content of a text or a bin. On an error s->at stands at the fault. */
static err_t one_value(struct scan *s)
{
    struct head_value h;
    if (s->items++ == LIMIT_ITEMS)
        return ERR_ITEMS;
    err_t e = head_read(s->at, s->end, &h);
    if (e)
        return e;
    size_t content = h.type == RD_TEXT || h.type == RD_BIN ? (size_t)h.n : 0;
    struct open *in = s->depth ? &s->open[s->depth - 1] : NULL;
    if (in && in->map && in->left % 2 == 0)
        e = check_key(in, &h, slice_of(s->at, h.bytes + content));
    if (in)
        in->left--;
    if (e == ERR_OK && (h.type == RD_ARRAY || h.type == RD_MAP))
        e = open_container(s, &h);
    if (e)
        return e;
    s->at += h.bytes;
    if (h.type == RD_TEXT) {
        size_t fault = utf8_fault(slice_of(s->at, content));
        if (fault < content) {
            s->at += fault;
            return ERR_UTF8;
        }
    }
    s->at += content;
    while (s->depth && s->open[s->depth - 1].left == 0)
        s->depth--;
    return ERR_OK;
}

err_t scan(struct slice bytes, size_t max_bytes, size_t *at)
{
    static const uint8_t nothing[1];
    const uint8_t *begin = bytes.len ? bytes.at : nothing;
    struct scan s = {.begin = begin, .at = begin, .end = begin + bytes.len};
    err_t e = bytes.len > max_bytes ? ERR_TOO_LARGE : ERR_OK;
    if (e) {
        s.at += max_bytes;
    } else {
        do
            e = one_value(&s);
        while (e == ERR_OK && s.depth);
        if (e == ERR_OK && s.at != s.end)
            e = ERR_TRAILING;
    }
    if (e && at)
        *at = (size_t)(s.at - s.begin);
    return e;
}
