/*
 * sockpath: a short name for a Unix socket whose path is too long for sockaddr_un (107 bytes). A long path goes through /proc/self/fd/N/NAME, where N is its
 * directory, held open: the kernel follows it in bind() and connect() like any other path.
 */
#ifndef ALLIED_DAEMON_BUS_SOCKPATH_H
#define ALLIED_DAEMON_BUS_SOCKPATH_H

#include "protocol/base/err.h"

/* The name is good as long as the struct is open, so close it after the socket. */
struct sockpath {
    int dir; /* -1: the path was short enough as it is */
    char path[108];
};
err_t sockpath_open(const char *path, struct sockpath *out); /* ERR_FILE */
void sockpath_close(struct sockpath *p);

#endif
