/*
 * wr: msgpack-c's packer with a buf behind it. The packer picks the shortest form itself; lengths are checked here, because it would cut
 * one past 32 bits without a word.
 */
#include "protocol/wire/wr.h"

#include <msgpack.h>

static int put(void *data, const char *at, size_t len)
{
    return buf_append(data, at, len) == ERR_OK ? 0 : -1;
}

static msgpack_packer packer(struct buf *b)
{
    msgpack_packer p;
    msgpack_packer_init(&p, b, put);
    return p;
}

static bool fits(struct buf *b, size_t n)
{
    if (n > UINT32_MAX && b->err == ERR_OK)
        b->err = ERR_TOO_LARGE;
    return b->err == ERR_OK;
}

void wr_nil(struct buf *b)
{
    msgpack_packer p = packer(b);
    msgpack_pack_nil(&p);
}

void wr_bool(struct buf *b, bool v)
{
    msgpack_packer p = packer(b);
    if (v)
        msgpack_pack_true(&p);
    else
        msgpack_pack_false(&p);
}

void wr_uint(struct buf *b, uint64_t v)
{
    msgpack_packer p = packer(b);
    msgpack_pack_uint64(&p, v);
}

void wr_int(struct buf *b, int64_t v)
{
    msgpack_packer p = packer(b);
    msgpack_pack_int64(&p, v);
}

void wr_text(struct buf *b, struct slice text)
{
    msgpack_packer p = packer(b);
    if (fits(b, text.len) && msgpack_pack_str(&p, text.len) == 0)
        buf_add(b, text);
}

void wr_bin(struct buf *b, struct slice bytes)
{
    msgpack_packer p = packer(b);
    if (fits(b, bytes.len) && msgpack_pack_bin(&p, bytes.len) == 0)
        buf_add(b, bytes);
}

void wr_array(struct buf *b, size_t items)
{
    msgpack_packer p = packer(b);
    if (fits(b, items))
        msgpack_pack_array(&p, items);
}

void wr_map(struct buf *b, size_t pairs)
{
    msgpack_packer p = packer(b);
    if (fits(b, pairs))
        msgpack_pack_map(&p, pairs);
}

void wr_raw(struct buf *b, struct slice value)
{
    buf_add(b, value);
}
