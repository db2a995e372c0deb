/*
 * since: a moment as people write it: 2026-11-21, 2026-11-21T21:41:00Z, or how long ago: 2h, 7d.
 */
#ifndef ALLIED_DAEMON_CMD_SINCE_H
#define ALLIED_DAEMON_CMD_SINCE_H

#include "protocol/base/clock.h"

/* RFC 3339 in UTC, to the second; `now` is what "ago" counts from. A number of four digits is a year. ERR_TIME, with the text in `why`. */
err_t since_read(const char *text, struct wall now, char out[RFC3339_LEN + 1], struct why *why);
struct wall since_now(void);

#endif
