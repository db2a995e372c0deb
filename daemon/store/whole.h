/*
 * whole: all of the bytes into a file, or out of it: what a signal or a short answer of the system cuts in pieces goes on.
 */
#ifndef ALLIED_DAEMON_STORE_WHOLE_H
#define ALLIED_DAEMON_STORE_WHOLE_H

#include "protocol/base/err.h"
#include "protocol/base/slice.h"

/* ERR_DISK_FULL, ERR_DISK (an input/output error), ERR_WRITE. */
err_t whole_write(int fd, struct slice bytes);
/* As many as `len` bytes; *got is less only at the end of the file. ERR_DISK. */
err_t whole_read(int fd, void *bytes, size_t len, size_t *got);

#endif
