/*
 * arrivals: the commits of logs in this replica's order of arrival (log table `commits`, whose rows grow with it), a page at a time.
 */
#ifndef ALLIED_DAEMON_STORE_ARRIVALS_H
#define ALLIED_DAEMON_STORE_ARRIVALS_H

#include "daemon/store/oplog.h"

struct arrivals_ask {
    const int64_t *logs; /* rows of logs */
    size_t logs_n;
    uint64_t since; /* only commits whose clock is at least that */
    int64_t at; /* forward: the first ones behind this row; else the last ones before it (INT64_MAX: the last of all) */
    bool forward;
    size_t limit;
};
/* Rows of commits, ascending, in the arena. *more: others of the kind lie further in that direction. */
err_t arrivals_page(struct store *s, const struct arrivals_ask *ask, struct arena *arena, int64_t **rows, size_t *n,
                    bool *more);

#endif
