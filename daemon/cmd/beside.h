/*
 * beside: a file written beside the one it replaces, which it takes the place of once it is whole: what fails leaves the file that was there. What is no plain
 * file (a device, a pipe, a link) is written as it is.
 */
#ifndef ALLIED_DAEMON_CMD_BESIDE_H
#define ALLIED_DAEMON_CMD_BESIDE_H

#include "daemon/cmd/cli.h"

struct beside {
    FILE *to; /* to be written */
    const char *path;
    char fresh[CLI_PATH_MAX]; /* "": none, `to` is the path's own */
};

/* `path` is borrowed. ERR_WRITE, or what the system says of it (err_of_errno). */
err_t beside_open(struct beside *b, const char *path, struct why *why);
/* `err` is what the writing came to, and what is returned where it is not ERR_OK. */
err_t beside_close(struct beside *b, err_t err, struct why *why);

#endif
