/*
 * facets: how many records stand under each value, of some questions at once.
 */
#ifndef ALLIED_DAEMON_INDEX_FACETS_H
#define ALLIED_DAEMON_INDEX_FACETS_H

#include "protocol/base/err.h"
#include "protocol/base/slice.h"

#define FACET_VALUE_BYTES 36 /* a language tag, an id; longer ones are not counted */

struct facet_count {
    uint8_t value[FACET_VALUE_BYTES];
    uint8_t len;
    uint32_t count;
};
struct facet { /* zeroed: empty */
    struct facet_count *slots;
    size_t n, room;
    struct facet_count *last; /* that was added to: many neighbours are alike */
};
void facet_fini(struct facet *f);
err_t facet_add(struct facet *f, struct slice value); /* once more; "" is no value. ERR_MEMORY */
/* Sorts it: most first, then by value; no facet_add after it. The first n slots hold them. */
void facet_sort(struct facet *f);

#endif
