#include "daemon/store/bundle.h"

#include "daemon/store/whole.h"
#include "protocol/base/limits.h"
#include "protocol/sign/sign.h"

#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#define MAGIC_BYTES  16
#define MAGIC_COMMON 14 /* "allied-bundle/" */
#define MARK_BYTES   8
#define SAID_BYTES   9 /* number, form, length */
#define HEAD_BYTES   (MARK_BYTES + SAID_BYTES + HASH_BYTES)
#define BLOCK_MAX    (HEAD_BYTES + LIMIT_MESSAGE_BYTES)
#define ROOM_BYTES   (BLOCK_MAX + 64u * 1024) /* a block at least, and something to read on with */
#define ZSTD_LEVEL   6

static const uint8_t mark[MARK_BYTES] = {0x89, 'a', 'l', 'l', 'i', 'e', 'd', '\n'};

enum form { FORM_PLAIN, FORM_ZSTD };

static void put32(uint8_t out[4], size_t n)
{
    for (unsigned i = 0; i < 4; i++)
        out[i] = (uint8_t)(n >> (24 - 8 * i));
}

static size_t get32(const uint8_t in[4])
{
    return (size_t)in[0] << 24 | (size_t)in[1] << 16 | (size_t)in[2] << 8 | in[3];
}

static void block_hash(const uint8_t said[SAID_BYTES], struct slice content, uint8_t out[HASH_BYTES])
{
    struct slice parts[] = {slice_text("allied/bundle/1"), slice_of(said, SAID_BYTES), content};
    hash256(out, parts, 3);
}

/* ---- writing ---- */

struct bundle_writer {
    int fd;
    size_t number;
    ZSTD_CCtx *zstd;
    size_t room;
    uint8_t *frame;
};

err_t bundle_begin(int fd, struct bundle_writer **out)
{
    struct bundle_writer *w = calloc(1, sizeof *w);
    if (!w)
        return ERR_MEMORY;
    w->fd = fd;
    w->zstd = ZSTD_createCCtx();
    w->room = ZSTD_compressBound(LIMIT_MESSAGE_BYTES);
    w->frame = malloc(w->room);
    err_t e = w->zstd && w->frame ? whole_write(fd, slice_text(BUNDLE_MAGIC)) : ERR_MEMORY;
    if (e)
        bundle_finish(w);
    else
        *out = w;
    return e;
}

void bundle_finish(struct bundle_writer *w)
{
    if (!w)
        return;
    ZSTD_freeCCtx(w->zstd);
    free(w->frame);
    free(w);
}

err_t bundle_add(struct bundle_writer *w, struct slice message)
{
    uint8_t head[HEAD_BYTES], *said = head + MARK_BYTES;
    struct slice content = message;
    if (!message.len || message.len > LIMIT_MESSAGE_BYTES || w->number > UINT32_MAX)
        return ERR_TOO_LARGE;
    size_t n = ZSTD_compressCCtx(w->zstd, w->frame, w->room, message.at, message.len, ZSTD_LEVEL);
    bool packed = !ZSTD_isError(n) && n < message.len && message.len <= n * BUNDLE_RATIO;
    if (packed)
        content = slice_of(w->frame, n);
    memcpy(head, mark, sizeof mark);
    put32(said, w->number++);
    said[4] = packed ? FORM_ZSTD : FORM_PLAIN;
    put32(said + 5, content.len);
    block_hash(said, content, said + SAID_BYTES);
    err_t e = whole_write(w->fd, slice_of(head, sizeof head));
    return e ? e : whole_write(w->fd, content);
}

/* ---- reading ---- */

struct bundle_reader {
    int fd;
    uint8_t *room; /* of the file, from .at on */
    size_t from, to;
    bool ended; /* the file: nothing more comes */
    struct bundle_state state;
    ZSTD_DCtx *zstd;
    uint8_t *message;
};

static err_t fill(struct bundle_reader *r)
{
    memmove(r->room, r->room + r->from, r->to - r->from);
    r->to -= r->from;
    r->from = 0;
    size_t got = 0, room = ROOM_BYTES - r->to;
    err_t e = r->ended ? ERR_OK : whole_read(r->fd, r->room + r->to, room, &got);
    r->ended = r->ended || got < room;
    r->to += got;
    return e;
}

static void step(struct bundle_reader *r, size_t n)
{
    r->from += n;
    r->state.at += n;
}

static err_t check_magic(struct bundle_reader *r)
{
    size_t same = 0;
    while (same < r->to && same < MAGIC_BYTES && r->room[same] == (uint8_t)BUNDLE_MAGIC[same])
        same++;
    step(r, MAGIC_BYTES <= r->to ? MAGIC_BYTES : r->to);
    if (same == MAGIC_BYTES)
        return ERR_OK;
    bool number = same == MAGIC_COMMON && r->to > same && r->room[same] >= '2' && r->room[same] <= '9';
    return number ? ERR_BUNDLE_NEWER : ERR_BUNDLE_FOREIGN;
}

err_t bundle_open(int fd, struct bundle_reader **out)
{
    struct bundle_reader *r = calloc(1, sizeof *r);
    if (!r)
        return ERR_MEMORY;
    r->fd = fd;
    r->room = malloc(ROOM_BYTES);
    r->message = malloc(LIMIT_MESSAGE_BYTES);
    r->zstd = ZSTD_createDCtx();
    err_t e = r->room && r->message && r->zstd ? fill(r) : ERR_MEMORY;
    if (!e)
        e = check_magic(r);
    if (e)
        bundle_close(r);
    else
        *out = r;
    return e;
}

void bundle_close(struct bundle_reader *r)
{
    if (!r)
        return;
    ZSTD_freeDCtx(r->zstd);
    free(r->message);
    free(r->room);
    free(r);
}

/* The message in a frame whose hash matched; false where it is none, or more than so few bytes may hold. */
static bool unpack(struct bundle_reader *r, struct slice frame, struct slice *message)
{
    unsigned long long size = ZSTD_getFrameContentSize(frame.at, frame.len);
    bool known = size != ZSTD_CONTENTSIZE_ERROR && size != ZSTD_CONTENTSIZE_UNKNOWN;
    if (!known || !size || size > LIMIT_MESSAGE_BYTES || size > (unsigned long long)frame.len * BUNDLE_RATIO)
        return false;
    size_t n = ZSTD_decompressDCtx(r->zstd, r->message, LIMIT_MESSAGE_BYTES, frame.at, frame.len);
    *message = slice_of(r->message, n);
    return !ZSTD_isError(n) && n == size;
}

/* A whole block where reading stands: its message, and how long the block is. */
static bool read_block(struct bundle_reader *r, struct slice *message, size_t *bytes)
{
    const uint8_t *head = r->room + r->from, *said = head + MARK_BYTES;
    uint8_t hash[HASH_BYTES];
    size_t left = r->to - r->from;
    if (left < HEAD_BYTES || memcmp(head, mark, sizeof mark) != 0)
        return false;
    struct slice content = slice_of(said + SAID_BYTES + HASH_BYTES, get32(said + 5));
    if (!content.len || content.len > LIMIT_MESSAGE_BYTES || content.len > left - HEAD_BYTES)
        return false;
    block_hash(said, content, hash);
    if (memcmp(hash, said + SAID_BYTES, sizeof hash) != 0)
        return false;
    *message = content;
    *bytes = HEAD_BYTES + content.len;
    return said[4] == FORM_PLAIN || (said[4] == FORM_ZSTD && unpack(r, content, message));
}

/* Passes over what is no block, up to the next place that looks like the beginning of one. */
static void pass_over(struct bundle_reader *r)
{
    if (!r->state.lost)
        r->state.first = r->state.at;
    const uint8_t *at = r->room + r->from + 1;
    size_t left = r->to - r->from - 1;
    const uint8_t *found = left ? memmem(at, left, mark, sizeof mark) : NULL;
    /* A mark may begin in the last bytes that are here. */
    size_t kept = r->ended || left < sizeof mark ? 0 : sizeof mark - 1;
    size_t n = 1 + (found ? (size_t)(found - at) : left - kept);
    r->state.lost += n;
    step(r, n);
}

err_t bundle_next(struct bundle_reader *r, struct slice *message)
{
    for (;;) {
        size_t bytes = 0;
        err_t e = r->to - r->from < BLOCK_MAX && !r->ended ? fill(r) : ERR_OK;
        if (e)
            return e;
        if (r->from == r->to)
            return ERR_NOT_FOUND;
        if (read_block(r, message, &bytes)) {
            r->state.blocks++;
            step(r, bytes);
            return ERR_OK;
        }
        pass_over(r);
    }
}

struct bundle_state bundle_state(const struct bundle_reader *r)
{
    return r->state;
}
