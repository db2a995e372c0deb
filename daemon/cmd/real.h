/*
 * real: what struct env asks for, as this machine has it: its clocks, its randomness and its disk. No network: a command works alone, and a service puts its
 * own in (service_out).
 */
#ifndef ALLIED_DAEMON_CMD_REAL_H
#define ALLIED_DAEMON_CMD_REAL_H

#include "daemon/core/env.h"

struct wall real_wall(void *ctx); /* ctx: passed over */
struct mono real_mono(void *ctx);
struct env real_env(struct journal *journal); /* NULL: nothing is noted */

#endif
