/*
 * propagation: how long fresh commits of others took to get here, over the last 24 hours: a histogram an hour. Pure; times are handed in.
 *
 * Up to 15 ms each length has a bucket of its own, beyond that each doubling has eight: what is told is a bucket's upper end, too long by one eighth at most.
 */
#ifndef ALLIED_DAEMON_CORE_PROPAGATION_H
#define ALLIED_DAEMON_CORE_PROPAGATION_H

#include "protocol/base/clock.h"
#include <stddef.h>

#define PROPAGATION_HOURS   24
#define PROPAGATION_BUCKETS 200 /* the last one ends at 2^27 ms, a day and a half */

struct propagation {
    int64_t hour[PROPAGATION_HOURS]; /* of mono time; what a slot counts */
    uint32_t counts[PROPAGATION_HOURS][PROPAGATION_BUCKETS];
};
/* Below 0: 0. */
void propagation_add(struct propagation *p, struct mono now, int64_t ms);

struct propagation_said {
    uint64_t p50_ms, p95_ms, samples; /* 0, all, without any */
};
struct propagation_said propagation_say(const struct propagation *p, struct mono now);

#endif
