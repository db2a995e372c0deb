/*
 * tally: what was answered so far: how often by route and class of status, and how long from a request's headers to its answer's first byte. One thread's.
 */
#ifndef ALLIED_DAEMON_HTTP_TALLY_H
#define ALLIED_DAEMON_HTTP_TALLY_H

#include "protocol/base/clock.h"
#include <stddef.h>

#define TALLY_CLASSES 5 /* of statuses: 1xx to 5xx */
#define TALLY_BOUNDS  11
extern const int64_t tally_bounds_us[TALLY_BOUNDS]; /* ascending; what takes longer is in `answered` alone */

struct tally_row {
    uint64_t answered[TALLY_CLASSES];
    uint64_t within[TALLY_BOUNDS]; /* that took so long at most, and longer than the bound before */
    uint64_t sum_us;
};
struct tally {
    struct tally_row *rows; /* in the order of the table of routes; the last one for what has no route */
    size_t n;
    struct wall since;
};
err_t tally_open(struct tally *t, size_t routes_n);
void tally_close(struct tally *t);
void tally_add(struct tally *t, size_t row, unsigned status, int64_t us);

int64_t tally_now_us(void); /* of a clock that only goes forward */

#endif
