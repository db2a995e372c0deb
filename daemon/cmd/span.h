/*
 * span: lengths of time as people write them: 90s, 30m, 12h, 7d, 2w.
 */
#ifndef ALLIED_DAEMON_CMD_SPAN_H
#define ALLIED_DAEMON_CMD_SPAN_H

#include "protocol/base/err.h"
#include <stdint.h>

/* Seconds; a number alone is seconds. ERR_RANGE on anything else, and past ten years. */
err_t span_read(const char *text, int64_t *seconds);

#endif
