/* Any bytes as a bundle, and as what follows its first line. */
#include "daemon/store/bundle.h"

#include "protocol/base/limits.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_whole(struct slice before, struct slice bytes)
{
    struct bundle_reader *r = NULL;
    struct slice message;
    uint64_t out = 0;
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    if (fd < 0 || write(fd, before.at, before.len) != (ssize_t)before.len ||
        write(fd, bytes.at, bytes.len) != (ssize_t)bytes.len || lseek(fd, 0, SEEK_SET) != 0)
        abort();
    if (bundle_open(fd, &r) == ERR_OK) {
        while (bundle_next(r, &message) == ERR_OK)
            if (!message.len || message.len > LIMIT_MESSAGE_BYTES || (out += message.len) > BUNDLE_RATIO * bytes.len)
                abort();
        struct bundle_state s = bundle_state(r);
        if (s.at != before.len + bytes.len || s.lost > bytes.len || (s.lost && s.first + s.lost > s.at))
            abort();
        bundle_close(r);
    }
    close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice bytes = slice_of(data, size);
    read_whole(slice_text(BUNDLE_MAGIC), bytes);
    if (size >= strlen(BUNDLE_MAGIC))
        read_whole(slice_text(""), bytes);
    return 0;
}
