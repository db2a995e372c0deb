#include "daemon/store/whole.h"

#include <errno.h>
#include <unistd.h>

err_t whole_write(int fd, struct slice bytes)
{
    while (bytes.len) {
        ssize_t n = write(fd, bytes.at, bytes.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return errno == ENOSPC || errno == EDQUOT ? ERR_DISK_FULL : errno == EIO ? ERR_DISK : ERR_WRITE;
        bytes = slice_of(bytes.at + n, bytes.len - (size_t)n);
    }
    return ERR_OK;
}

err_t whole_read(int fd, void *bytes, size_t len, size_t *got)
{
    *got = 0;
    while (*got < len) {
        ssize_t n = read(fd, (uint8_t *)bytes + *got, len - *got);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return ERR_DISK;
        if (n == 0)
            break;
        *got += (size_t)n;
    }
    return ERR_OK;
}
