#include "daemon/ledger/apportion.h"

#include <stdlib.h>

__extension__ typedef unsigned __int128 wide; /* an amount times a weight */

struct claim {
    wide rest;
    size_t at;
};

static int by_rest(const void *left, const void *right)
{
    const struct claim *a = left, *b = right;
    if (a->rest != b->rest)
        return a->rest > b->rest ? -1 : 1;
    return (a->at > b->at) - (a->at < b->at);
}

static uint64_t weight(const uint64_t *weights, size_t i, bool equal)
{
    return equal ? 1 : weights[i];
}

err_t apportion(uint64_t amount, const uint64_t *weights, size_t n, struct arena *arena, uint64_t *shares)
{
    struct claim *claims = arena_alloc(arena, n, sizeof *claims);
    wide sum = 0;
    uint64_t left = amount;
    if (!claims)
        return ERR_MEMORY;
    for (size_t i = 0; i < n; i++)
        sum += weights[i];
    bool equal = sum == 0;
    sum = equal ? n : sum;
    for (size_t i = 0; i < n; i++) {
        wide exact = (wide)amount * weight(weights, i, equal);
        shares[i] = (uint64_t)(exact / sum);
        claims[i] = (struct claim){exact % sum, i};
        left -= shares[i];
    }
    if (n)
        qsort(claims, n, sizeof *claims, by_rest);
    for (size_t i = 0; i < n && left > 0; i++, left--)
        shares[claims[i].at]++;
    return ERR_OK;
}

static bool nobody_has(const uint64_t *weights, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (weights[i])
            return false;
    return true;
}

err_t shares_make(uint64_t cost, unsigned means_percent, const uint64_t *means, const uint64_t *points, size_t n,
                  struct arena *arena, struct shares *out)
{
    static const unsigned percent_of[] = {[SHARES_POINTS] = 0, [SHARES_MEANS] = 100, [SHARES_EQUAL] = 0};
    bool no_means = nobody_has(means, n), no_points = nobody_has(points, n);
    struct shares s = {.basis = no_means && no_points ? SHARES_EQUAL
                                : no_means            ? SHARES_POINTS
                                : no_points           ? SHARES_MEANS
                                                      : SHARES_BOTH};
    unsigned percent = s.basis == SHARES_BOTH ? means_percent : percent_of[s.basis];
    const uint64_t percents[] = {percent, 100 - percent};
    uint64_t parts[2];
    s.by_means = arena_alloc(arena, n, sizeof *s.by_means);
    s.by_points = arena_alloc(arena, n, sizeof *s.by_points);
    if (!s.by_means || !s.by_points)
        return ERR_MEMORY;
    err_t e = apportion(cost, percents, 2, arena, parts);
    s.of_means = parts[0];
    s.of_points = parts[1];
    if (!e && s.of_means)
        e = apportion(s.of_means, means, n, arena, s.by_means);
    if (!e && s.of_points)
        e = apportion(s.of_points, points, n, arena, s.by_points);
    if (!e)
        *out = s;
    return e;
}
