/*
 * control: the client's end of DATA/control.sock, where the daemon speaks HTTP to its owner: one request of request.h, one answer, each JSON.
 */
#ifndef ALLIED_PEERS_CONTROL_H
#define ALLIED_PEERS_CONTROL_H

#include "protocol/base/buf.h"

#define CONTROL_SOCKET "control.sock"
#define CONTROL_PATH   "/control" /* POST: what is asked of the core */

/*
 * `answer` (its cap is the caller's) is replaced. timeout_ms -1: for ever. ERR_NO_DAEMON at once where nobody listens; ERR_UNANSWERED where the daemon
 * goes away before it answered: it may have done what was asked; ERR_TIMEOUT; ERR_TOO_LARGE for a request past LIMIT_REQUEST_BYTES or an answer past
 * the cap; ERR_OWNER where the socket is not ours to use.
 */
err_t control_call(const char *dir, struct slice request, long timeout_ms, struct buf *answer);

#endif
