#include "daemon/store/archive.h"

#include "daemon/store/whole.h"
#include "protocol/wire/rd.h"
#include "protocol/wire/scan.h"
#include "protocol/wire/wr.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#define MAGIC_BYTES  16
#define MAGIC_COMMON 14 /* "allied-backup/" */
#define LENGTH_BYTES 4
#define BLOCK_BYTES  (128u * 1024)

bool archive_has_keys(const struct archive_manifest *m)
{
    for (size_t i = 0; i < m->parts_n; i++)
        if (m->parts[i].kind == ARCHIVE_KEY)
            return true;
    return false;
}

/* ---- manifest ---- */

void archive_manifest_encode(const struct archive_manifest *m, struct buf *out)
{
    wr_array(out, 9);
    wr_bin(out, slice_of(m->alliance, ALLIANCE_BYTES));
    wr_text(out, m->alliance_name);
    wr_uint(out, m->created_ms);
    wr_text(out, m->program);
    wr_uint(out, m->schema);
    wr_bin(out, slice_of(m->digest, HASH_BYTES));
    wr_array(out, 3);
    wr_uint(out, m->records);
    wr_uint(out, m->concepts);
    wr_uint(out, m->commits);
    wr_array(out, m->sites_n);
    for (size_t i = 0; i < m->sites_n; i++) {
        wr_array(out, 2);
        wr_bin(out, slice_of(m->sites[i].site, SITE_BYTES));
        wr_text(out, m->sites[i].name);
    }
    wr_array(out, m->parts_n);
    for (size_t i = 0; i < m->parts_n; i++) {
        wr_array(out, 4);
        wr_uint(out, (uint64_t)m->parts[i].kind);
        wr_text(out, m->parts[i].name);
        wr_uint(out, m->parts[i].bytes);
        wr_bin(out, slice_of(m->parts[i].hash, HASH_BYTES));
    }
}

/* It will be a file's name: nothing that leads out of a directory, or hides. */
static bool is_name(struct slice name)
{
    if (!name.len || name.at[0] == '.' || name.at[0] == '-')
        return false;
    for (size_t i = 0; i < name.len; i++)
        if (name.at[i] < 0x21 || name.at[i] == '/' || name.at[i] == '\\' || name.at[i] == 0x7f)
            return false;
    return true;
}

static void read_sites(struct rd *r, struct archive_manifest *m)
{
    m->sites_n = rd_array(r, 1, ARCHIVE_SITES_MAX);
    for (size_t i = 0; i < m->sites_n; i++) {
        rd_array(r, 2, 2);
        rd_fixed(r, m->sites[i].site, SITE_BYTES);
        m->sites[i].name = rd_text(r, NAME_MAX_BYTES);
        if (!r->err && !is_name(m->sites[i].name))
            rd_fail(r, ERR_FIELD_VALUE);
    }
}

/* One database, first; then keys; then at most one configuration. */
static bool stands_in_order(const struct archive_manifest *m, size_t i)
{
    const struct archive_part *p = &m->parts[i];
    if ((i == 0) != (p->kind == ARCHIVE_DATABASE) || !is_name(p->name))
        return false;
    if (i > 1 && (m->parts[i - 1].kind > p->kind || m->parts[i - 1].kind == ARCHIVE_CONFIG))
        return false;
    if (p->kind == ARCHIVE_CONFIG)
        return p->bytes <= ARCHIVE_CONFIG_BYTES;
    if (p->kind == ARCHIVE_KEY && p->bytes != SEED_BYTES)
        return false;
    for (size_t k = 1; k < i; k++)
        if (slice_equal(m->parts[k].name, p->name))
            return false;
    return true;
}

static void read_parts(struct rd *r, struct archive_manifest *m)
{
    m->parts_n = rd_array(r, 1, ARCHIVE_PARTS_MAX);
    for (size_t i = 0; i < m->parts_n && !r->err; i++) {
        rd_array(r, 4, 4);
        m->parts[i].kind = (enum archive_kind)rd_uint(r, ARCHIVE_CONFIG);
        m->parts[i].name = rd_text(r, NAME_MAX_BYTES);
        m->parts[i].bytes = rd_uint(r, INT64_MAX / ARCHIVE_PARTS_MAX);
        rd_fixed(r, m->parts[i].hash, HASH_BYTES);
        if (!r->err && !stands_in_order(m, i))
            rd_fail(r, ERR_FIELD_VALUE);
    }
}

err_t archive_manifest_decode(struct slice bytes, struct archive_manifest *out)
{
    struct rd r;
    struct archive_manifest m = {.sites_n = 0};
    if (scan(bytes, ARCHIVE_MANIFEST_BYTES, NULL))
        return ERR_BACKUP_DAMAGED;
    rd_init(&r, bytes);
    rd_array(&r, 9, 9);
    rd_fixed(&r, m.alliance, ALLIANCE_BYTES);
    m.alliance_name = rd_text(&r, NAME_MAX_BYTES);
    m.created_ms = rd_uint(&r, CLOCK_MAX_MS);
    m.program = rd_text(&r, NAME_MAX_BYTES);
    m.schema = rd_uint(&r, UINT32_MAX);
    rd_fixed(&r, m.digest, HASH_BYTES);
    rd_array(&r, 3, 3);
    m.records = rd_uint(&r, INT64_MAX);
    m.concepts = rd_uint(&r, INT64_MAX);
    m.commits = rd_uint(&r, INT64_MAX);
    read_sites(&r, &m);
    read_parts(&r, &m);
    if (rd_end(&r))
        return ERR_BACKUP_DAMAGED;
    *out = m;
    return ERR_OK;
}

uint64_t archive_frames_least(const struct archive_manifest *m)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < m->parts_n; i++)
        sum += m->parts[i].bytes;
    return sum > ARCHIVE_SLACK_BYTES ? (sum - ARCHIVE_SLACK_BYTES + ARCHIVE_RATIO - 1) / ARCHIVE_RATIO : 0;
}

/* ---- reading ---- */

struct archive {
    int fd;
    ZSTD_DCtx *zstd;
    uint8_t manifest_bytes[ARCHIVE_MANIFEST_BYTES];
    struct archive_manifest manifest;
    size_t next; /* part */
    uint8_t in[BLOCK_BYTES], out[BLOCK_BYTES];
    ZSTD_inBuffer waiting;
    size_t out_at, out_len; /* content that came out and was not taken yet */
    bool inside;            /* a frame has begun and not ended */
    bool full;              /* more may come out without anything going in */
};

static err_t get_all(int fd, void *bytes, size_t len)
{
    size_t got;
    err_t e = whole_read(fd, bytes, len, &got);
    return e ? e : got < len ? ERR_BACKUP_SHORT : ERR_OK;
}

static err_t read_magic(int fd, uint8_t head[MAGIC_BYTES])
{
    size_t got, same = 0;
    err_t e = whole_read(fd, head, MAGIC_BYTES, &got);
    if (e)
        return e;
    while (same < got && head[same] == (uint8_t)ARCHIVE_MAGIC[same])
        same++;
    if (same == MAGIC_BYTES)
        return ERR_OK;
    if (same == got)
        return got ? ERR_BACKUP_SHORT : ERR_BACKUP_FOREIGN;
    bool number = same >= MAGIC_COMMON && head[MAGIC_COMMON] >= '1' && head[MAGIC_COMMON] <= '9';
    return number ? ERR_BACKUP_NEWER : ERR_BACKUP_FOREIGN;
}

static err_t read_manifest(struct archive *a)
{
    uint8_t head[MAGIC_BYTES + LENGTH_BYTES], said[HASH_BYTES], hash[HASH_BYTES];
    uint8_t *length = head + MAGIC_BYTES;
    err_t e = read_magic(a->fd, head);
    if (!e)
        e = get_all(a->fd, length, LENGTH_BYTES);
    if (e)
        return e;
    size_t len = (size_t)length[0] << 24 | (size_t)length[1] << 16 | (size_t)length[2] << 8 | length[3];
    if (len > ARCHIVE_MANIFEST_BYTES)
        return ERR_BACKUP_DAMAGED;
    e = get_all(a->fd, a->manifest_bytes, len);
    if (!e)
        e = get_all(a->fd, said, sizeof said);
    if (e)
        return e;
    struct slice parts[] = {slice_of(head, sizeof head), slice_of(a->manifest_bytes, len)};
    hash256(hash, parts, 2);
    if (memcmp(hash, said, sizeof hash) != 0)
        return ERR_BACKUP_DAMAGED;
    return archive_manifest_decode(slice_of(a->manifest_bytes, len), &a->manifest);
}

/* Before anything is unpacked: is this more than so small a file may hold? A shorter copy of a good one fails here too. */
static err_t check_ratio(const struct archive *a)
{
    struct stat st;
    off_t at = lseek(a->fd, 0, SEEK_CUR);
    if (at < 0 || fstat(a->fd, &st))
        return ERR_DISK;
    uint64_t frames = st.st_size > at ? (uint64_t)(st.st_size - at) : 0;
    return frames < archive_frames_least(&a->manifest) ? ERR_BACKUP_SHORT : ERR_OK;
}

err_t archive_open(int fd, struct archive **out)
{
    struct stat st;
    bool file = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
    struct archive *a = file ? calloc(1, sizeof *a) : NULL;
    if (!a) {
        close(fd);
        return file ? ERR_MEMORY : ERR_BACKUP_FOREIGN;
    }
    a->fd = fd;
    a->zstd = ZSTD_createDCtx();
    err_t e = a->zstd ? ERR_OK : ERR_MEMORY;
    if (!e && ZSTD_isError(ZSTD_DCtx_setParameter(a->zstd, ZSTD_d_windowLogMax, ARCHIVE_WINDOW_LOG)))
        e = ERR_INTERNAL;
    if (!e)
        e = read_manifest(a);
    if (!e)
        e = check_ratio(a);
    if (e)
        archive_close(a);
    else
        *out = a;
    return e;
}

void archive_close(struct archive *a)
{
    if (!a)
        return;
    ZSTD_freeDCtx(a->zstd);
    close(a->fd);
    sign_wipe(a->out, sizeof a->out);
    free(a);
}

const struct archive_manifest *archive_manifest(const struct archive *a)
{
    return &a->manifest;
}

/* Makes content wait, or finds that there is none: then *end. */
static err_t unpack(struct archive *a, bool *end)
{
    *end = false;
    while (a->out_at == a->out_len) {
        if (a->waiting.pos == a->waiting.size && !a->full) {
            size_t got;
            err_t e = whole_read(a->fd, a->in, sizeof a->in, &got);
            if (e)
                return e;
            a->waiting = (ZSTD_inBuffer){a->in, got, 0};
            if (!got && a->inside)
                return ERR_BACKUP_SHORT;
            *end = !got;
            if (*end)
                return ERR_OK;
        }
        ZSTD_outBuffer out = {a->out, sizeof a->out, 0};
        size_t left = ZSTD_decompressStream(a->zstd, &out, &a->waiting);
        if (ZSTD_isError(left))
            return ERR_BACKUP_DAMAGED;
        a->inside = left != 0;
        a->full = left != 0 && out.pos == out.size;
        a->out_at = 0;
        a->out_len = out.pos;
    }
    return ERR_OK;
}

err_t archive_next(struct archive *a, archive_sink *sink, void *ctx)
{
    if (a->next >= a->manifest.parts_n)
        return ERR_NOT_FOUND;
    const struct archive_part *part = &a->manifest.parts[a->next];
    struct hash256_run hash;
    uint8_t sum[HASH_BYTES];
    bool end = false;
    err_t e = ERR_OK;
    hash256_start(&hash);
    for (uint64_t left = part->bytes; left && !e;) {
        e = unpack(a, &end);
        if (e || end)
            return e ? e : ERR_BACKUP_SHORT;
        size_t n = a->out_len - a->out_at;
        n = n > left ? (size_t)left : n;
        struct slice bytes = slice_of(a->out + a->out_at, n);
        hash256_add(&hash, bytes);
        e = sink(ctx, bytes);
        a->out_at += n;
        left -= n;
    }
    hash256_end(&hash, sum);
    if (!e && memcmp(sum, part->hash, sizeof sum) != 0)
        e = ERR_BACKUP_DAMAGED;
    a->next += e == ERR_OK;
    return e;
}

err_t archive_end(struct archive *a)
{
    bool end = false;
    err_t e = a->next == a->manifest.parts_n ? unpack(a, &end) : ERR_BACKUP_DAMAGED;
    return e ? e : end ? ERR_OK : ERR_BACKUP_DAMAGED;
}
