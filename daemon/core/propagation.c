#include "daemon/core/propagation.h"

#include <string.h>

#define HOUR_MS INT64_C(3600000)
#define EXACT   16u /* lengths with a bucket of their own */
#define EIGHTHS 8u  /* buckets of each doubling */
#define LONGEST ((UINT64_C(1) << 27) - 1)

static size_t bucket_of(uint64_t ms)
{
    unsigned doublings = 0;
    ms = ms < LONGEST ? ms : LONGEST;
    if (ms < EXACT)
        return (size_t)ms;
    while (ms >> doublings >= EXACT)
        doublings++;
    return EXACT + (size_t)(doublings - 1) * EIGHTHS + (size_t)((ms >> doublings) - EIGHTHS);
}

/* The longest that falls into it. */
static uint64_t end_of(size_t bucket)
{
    if (bucket < EXACT)
        return bucket;
    unsigned doublings = (unsigned)((bucket - EXACT) / EIGHTHS) + 1;
    return ((((bucket - EXACT) % EIGHTHS) + EIGHTHS + 1) << doublings) - 1;
}
_Static_assert(EXACT + (27 - 4) * EIGHTHS <= PROPAGATION_BUCKETS, "room for the longest");

void propagation_add(struct propagation *p, struct mono now, int64_t ms)
{
    int64_t hour = now.ms / HOUR_MS;
    size_t slot = (size_t)(hour % PROPAGATION_HOURS);
    if (p->hour[slot] != hour)
        memset(p->counts[slot], 0, sizeof p->counts[slot]);
    p->hour[slot] = hour;
    uint32_t *n = &p->counts[slot][bucket_of(ms > 0 ? (uint64_t)ms : 0)];
    *n += *n < UINT32_MAX;
}

/* The least length that this share of them, in hundredths, does not exceed. */
static uint64_t quantile(const uint64_t *counts, uint64_t samples, unsigned hundredths)
{
    uint64_t before = 0, wanted = (samples * hundredths + 99) / 100;
    for (size_t i = 0; i < PROPAGATION_BUCKETS; i++) {
        before += counts[i];
        if (before >= wanted)
            return end_of(i);
    }
    return 0;
}

struct propagation_said propagation_say(const struct propagation *p, struct mono now)
{
    uint64_t counts[PROPAGATION_BUCKETS] = {0};
    struct propagation_said said = {.samples = 0};
    for (size_t slot = 0; slot < PROPAGATION_HOURS; slot++)
        for (size_t i = 0; i < PROPAGATION_BUCKETS && now.ms / HOUR_MS - p->hour[slot] < PROPAGATION_HOURS; i++) {
            counts[i] += p->counts[slot][i];
            said.samples += p->counts[slot][i];
        }
    if (said.samples) {
        said.p50_ms = quantile(counts, said.samples, 50);
        said.p95_ms = quantile(counts, said.samples, 95);
    }
    return said;
}
