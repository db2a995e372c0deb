/*
 * progress: a line on stderr about long work, after its first second: how much, how fast, what is left. On a terminal it renews itself; off it
 * there is a line every 10 s. Time is handed in.
 */
#ifndef ALLIED_DAEMON_CMD_PROGRESS_H
#define ALLIED_DAEMON_CMD_PROGRESS_H

#include "daemon/cmd/out.h"
#include "protocol/base/clock.h"

struct progress {
    const struct out *out;
    struct mono start, shown;
    bool ever;
};
void progress_init(struct progress *p, const struct out *out, struct mono now);
/* `done` things so far; `part` of `whole` (bytes; whole 0: unknown) says how far the work is. */
void progress_step(struct progress *p, struct mono now, const char *phase_msgid, uint64_t done, uint64_t part,
                   uint64_t whole);
/* Wipes the line from a terminal. */
void progress_end(struct progress *p);
struct mono progress_now(void); /* the monotonic clock */

#endif
