/*
 * Wall and monotonic time are different types; both are handed in. A commit's clock (DESIGN §3) is the author's Unix milliseconds
 * << 16 | counter.
 */
#ifndef ALLIED_PROTOCOL_BASE_CLOCK_H
#define ALLIED_PROTOCOL_BASE_CLOCK_H

#include "protocol/base/err.h"
#include <stdint.h>
#include <stdbool.h>

struct wall {
    int64_t ms; /* since 1970-01-01T00:00:00Z */
};
struct mono {
    int64_t ms; /* since an arbitrary start */
};

#define CLOCK_MAX_MS INT64_C(7258118400000) /* 2200-01-01T00:00:00Z: at or past it a clock is malformed */
#define CLOCK_DAY_MS INT64_C(86400000)

/* The next clock of a log whose last one is `last` (0: none): the greater of wall << 16 and last + 1. ERR_CLOCK at or past 2200. */
err_t clock_next(struct wall now, uint64_t last, uint64_t *out);
bool clock_valid(uint64_t clock); /* below CLOCK_MAX_MS << 16 */
struct wall clock_wall(uint64_t clock);

struct date {
    unsigned year, month, day; /* month and day from 1 */
};
struct date date_of(int64_t day); /* days since 1970-01-01; from 0001-01-01 to 9999-12-31 */

#define RFC3339_LEN 20
/* "2026-11-21T21:41:00Z" and a zero: RFC3339_LEN + 1 bytes. */
void rfc3339_format(struct wall t, char *out);
/*
 * The other way, for what a person or a program wrote: YYYY, YYYY-MM, YYYY-MM-DD, or a day with "T" and HH, HH:MM, HH:MM:SS or HH:MM:SS.fraction, then
 * "Z", ±HH:MM or nothing (UTC). What is left out is the first of it. ERR_RANGE where it is none of these, or no such day or hour exists.
 */
err_t rfc3339_read(const char *text, struct wall *out);

#endif
