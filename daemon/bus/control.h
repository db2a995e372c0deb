/*
 * control: the client's end of DATA/control.sock, a ZeroMQ DEALER over ipc, and the way to name a Unix socket whose path is too long for
 * sockaddr_un (107 bytes). One request, one answer, each JSON in one frame.
 */
#ifndef ALLIED_DAEMON_BUS_CONTROL_H
#define ALLIED_DAEMON_BUS_CONTROL_H

#include "protocol/base/buf.h"

#define CONTROL_SOCKET "control.sock"

/*
 * One JSON request, one JSON answer; `answer` (its cap is the caller's) is replaced. timeout_ms -1: for ever. ERR_NO_DAEMON at once where nobody
 * listens; ERR_UNANSWERED where the daemon goes away before it answered: it may have done what was asked; ERR_TIMEOUT; ERR_TOO_LARGE for a request past LIMIT_REQUEST_BYTES or an answer past the
 * cap; ERR_OWNER where the socket is not ours to use.
 */
err_t control_call(const char *dir, struct slice request, long timeout_ms, struct buf *answer);

/*
 * A short name for the socket at a path. A long path goes through /proc/self/fd/N/NAME, where N is its directory, held open: the kernel follows it in
 * bind() and connect() like any other path. The name is good as long as the struct is open, so close it after the socket.
 */
struct control_path {
    int dir; /* -1: the path was short enough as it is */
    char path[108];
};
err_t control_path_open(const char *path, struct control_path *out); /* ERR_FILE */
void control_path_close(struct control_path *p);

#endif
