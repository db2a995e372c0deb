/*
 * apportion: an amount shared out by weights in whole units, so that the shares add up to it: each gets the whole units of its exact share, and those that are left
 * go one by one to the largest remainders, of equal ones to who stands first (Hamilton's method).
 */
#ifndef ALLIED_DAEMON_LEDGER_APPORTION_H
#define ALLIED_DAEMON_LEDGER_APPORTION_H

#include "protocol/base/arena.h"

/* Weights of at most INT64_MAX. Where all are 0 each counts the same. Without anybody (n 0) nothing is written. ERR_MEMORY. */
err_t apportion(uint64_t amount, const uint64_t *weights, size_t n, struct arena *arena, uint64_t *shares);

/*
 * A cost shared in proportion to means and contributions: `means_percent` of it by means, the rest by points, each part apportioned by itself. Where nobody has means
 * all of it goes by points, where nobody has points by means, where nobody has either it is shared equally.
 */
enum shares_basis { SHARES_BOTH, SHARES_POINTS, SHARES_MEANS, SHARES_EQUAL };
struct shares {
    enum shares_basis basis;
    uint64_t of_means,
        of_points; /* the parts, that add up to the cost; of_points holds all where it is shared equally */
    uint64_t *by_means, *by_points; /* of each; they add up to the parts, and with each other to the shares */
};
/* ERR_MEMORY. */
err_t shares_make(uint64_t cost, unsigned means_percent, const uint64_t *means, const uint64_t *points, size_t n,
                  struct arena *arena, struct shares *out);

#endif
