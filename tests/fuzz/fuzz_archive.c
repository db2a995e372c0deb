/* Any bytes as a backup's manifest, and as a whole backup. */
#include "daemon/store/archive.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
    uint64_t bytes;
};

static err_t count(void *ctx, struct slice bytes)
{
    ((struct seen *)ctx)->bytes += bytes.len;
    return ERR_OK;
}

static void read_whole(struct slice bytes)
{
    struct archive *a = NULL;
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    if (fd < 0 || write(fd, bytes.at, bytes.len) != (ssize_t)bytes.len || lseek(fd, 0, SEEK_SET) != 0)
        abort();
    if (archive_open(fd, &a))
        return;
    err_t e = ERR_OK;
    for (size_t i = 0; i < archive_manifest(a)->parts_n && !e; i++) {
        struct seen seen = {0};
        e = archive_next(a, count, &seen);
        /* What lies about its size is seen before it costs anything. */
        if (seen.bytes > (uint64_t)bytes.len * ARCHIVE_RATIO + ARCHIVE_SLACK_BYTES)
            abort();
        if (!e && seen.bytes != archive_manifest(a)->parts[i].bytes)
            abort();
    }
    archive_end(a);
    archive_close(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice bytes = slice_of(data, size);
    struct archive_manifest m;
    struct buf again;
    buf_init(&again, ARCHIVE_MANIFEST_BYTES);
    if (archive_manifest_decode(bytes, &m) == ERR_OK) {
        archive_manifest_encode(&m, &again);
        if (!slice_equal(buf_slice(&again), bytes))
            abort();
    }
    buf_fini(&again);
    read_whole(bytes);
    return 0;
}
