#include "daemon/store/archive.h"

#include "daemon/store/whole.h"
#include "protocol/wire/wr.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include <zstd.h>

#define LENGTH_BYTES 4
#define BLOCK_BYTES  (128u * 1024)
#define ZSTD_LEVEL   6

struct writer {
    int fd;
    ZSTD_CCtx *zstd;
    uint8_t *in, *out;
    uint64_t frames; /* bytes written of them */
};

/* The next bytes of a source from `at` on, at most a block; *got 0 at its end. */
static err_t take(const struct archive_source *from, uint64_t at, uint8_t *room, size_t *got)
{
    if (from->fd < 0) {
        size_t left = at < from->bytes.len ? from->bytes.len - (size_t)at : 0;
        *got = left < BLOCK_BYTES ? left : BLOCK_BYTES;
        if (*got)
            memcpy(room, from->bytes.at + at, *got);
        return ERR_OK;
    }
    ssize_t n;
    do
        n = pread(from->fd, room, BLOCK_BYTES, (off_t)at);
    while (n < 0 && errno == EINTR);
    *got = n > 0 ? (size_t)n : 0;
    return n < 0 ? ERR_DISK : ERR_OK;
}

err_t archive_measure(const struct archive_source *from, struct archive_part *part)
{
    uint8_t *room = malloc(BLOCK_BYTES);
    struct hash256_run hash;
    uint64_t bytes = 0;
    size_t got = 0;
    err_t e = room ? ERR_OK : ERR_MEMORY;
    hash256_start(&hash);
    while (!e && (e = take(from, bytes, room, &got)) == ERR_OK && got) {
        hash256_add(&hash, slice_of(room, got));
        bytes += got;
    }
    if (!e) {
        part->bytes = bytes;
        hash256_end(&hash, part->hash);
    }
    if (room)
        sign_wipe(room, BLOCK_BYTES);
    free(room);
    return e;
}

static err_t compress(struct writer *w, size_t len, ZSTD_EndDirective end)
{
    ZSTD_inBuffer in = {w->in, len, 0};
    size_t left;
    do {
        ZSTD_outBuffer out = {w->out, BLOCK_BYTES, 0};
        left = ZSTD_compressStream2(w->zstd, &out, &in, end);
        if (ZSTD_isError(left))
            return ERR_MEMORY;
        err_t e = whole_write(w->fd, slice_of(w->out, out.pos));
        if (e)
            return e;
        w->frames += out.pos;
    } while (end == ZSTD_e_end ? left != 0 : in.pos < in.size);
    return ERR_OK;
}

/* One frame a part, of exactly the bytes that were measured: what a file gained since then is left out, and fails where it changed. */
static err_t write_part(struct writer *w, const struct archive_source *from, uint64_t bytes)
{
    uint64_t at = 0;
    err_t e = ERR_OK;
    while (!e && at < bytes) {
        size_t got = 0;
        e = take(from, at, w->in, &got);
        if (!e && !got)
            e = ERR_DISK;
        if (got > bytes - at)
            got = (size_t)(bytes - at);
        if (!e)
            e = compress(w, got, ZSTD_e_continue);
        at += got;
    }
    return e ? e : compress(w, 0, ZSTD_e_end);
}

/* A skippable frame (RFC 8878 §3.1.2), so that what compressed very well may still be read under the ratio that readers ask for. */
static err_t write_filler(struct writer *w, uint64_t least)
{
    static const uint8_t zeros[4096];
    while (w->frames < least) {
        uint64_t missing = least - w->frames;
        uint32_t len = missing < UINT32_C(1) << 30 ? (uint32_t)missing : UINT32_C(1) << 30;
        uint8_t head[8] = {
            0x50, 0x2a, 0x4d, 0x18, (uint8_t)len, (uint8_t)(len >> 8), (uint8_t)(len >> 16), (uint8_t)(len >> 24)};
        err_t e = whole_write(w->fd, slice_of(head, sizeof head));
        for (uint32_t left = len; left && !e; left -= left < sizeof zeros ? left : (uint32_t)sizeof zeros)
            e = whole_write(w->fd, slice_of(zeros, left < sizeof zeros ? left : sizeof zeros));
        if (e)
            return e;
        w->frames += sizeof head + len;
    }
    return ERR_OK;
}

static err_t write_head(int fd, const struct archive_manifest *m)
{
    struct buf head;
    uint8_t hash[HASH_BYTES];
    struct buf manifest;
    buf_init(&manifest, ARCHIVE_MANIFEST_BYTES);
    buf_init(&head, sizeof ARCHIVE_MAGIC + LENGTH_BYTES + ARCHIVE_MANIFEST_BYTES + HASH_BYTES);
    archive_manifest_encode(m, &manifest);
    buf_append(&head, ARCHIVE_MAGIC, strlen(ARCHIVE_MAGIC));
    for (unsigned i = 0; i < LENGTH_BYTES; i++)
        buf_byte(&head, (uint8_t)(manifest.len >> (24 - 8 * i)));
    buf_add(&head, buf_slice(&manifest));
    struct slice all = buf_slice(&head);
    hash256(hash, &all, 1);
    buf_append(&head, hash, sizeof hash);
    err_t e = manifest.err ? manifest.err : head.err;
    if (!e)
        e = whole_write(fd, buf_slice(&head));
    buf_fini(&manifest);
    buf_fini(&head);
    return e;
}

err_t archive_write(int fd, const struct archive_manifest *m, const struct archive_source *sources)
{
    struct writer w = {.fd = fd, .zstd = ZSTD_createCCtx(), .in = malloc(BLOCK_BYTES), .out = malloc(BLOCK_BYTES)};
    err_t e = w.zstd && w.in && w.out ? ERR_OK : ERR_MEMORY;
    if (!e && (ZSTD_isError(ZSTD_CCtx_setParameter(w.zstd, ZSTD_c_compressionLevel, ZSTD_LEVEL)) ||
               ZSTD_isError(ZSTD_CCtx_setParameter(w.zstd, ZSTD_c_windowLog, ARCHIVE_WINDOW_LOG)) ||
               ZSTD_isError(ZSTD_CCtx_setParameter(w.zstd, ZSTD_c_checksumFlag, 1))))
        e = ERR_INTERNAL;
    if (!e)
        e = write_head(fd, m);
    for (size_t i = 0; i < m->parts_n && !e; i++)
        e = write_part(&w, &sources[i], m->parts[i].bytes);
    if (!e)
        e = write_filler(&w, archive_frames_least(m));
    if (w.in)
        sign_wipe(w.in, BLOCK_BYTES);
    ZSTD_freeCCtx(w.zstd);
    free(w.in);
    free(w.out);
    return e;
}
