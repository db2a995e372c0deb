/*
 * around: what stands next to a concept, as lists and as the drawing (daemon/html/neighbours.h) want it: what is broader, narrower and related (in either direction), the
 * components and angles that it lies at and, of such a one, what lies at it, and some of the records that it indexes.
 */
#ifndef ALLIED_DAEMON_WEB_AROUND_H
#define ALLIED_DAEMON_WEB_AROUND_H

#include "daemon/web/prose.h"

#define AROUND_LYING   12
#define AROUND_RECORDS 12 /* of those that it indexes, the last changed ones */

struct around_one {
    const char *id, *label; /* base32; "": it has none here */
    bool waits;
};
struct around {
    struct around_one *places[NEIGHBOURS_PLACES]; /* by label; records: the last changed first */
    size_t n[NEIGHBOURS_PLACES];
    struct around_one *facets,
        *lying; /* drawn above and below those; of the latter the first AROUND_LYING have labels */
    size_t facets_n, lying_n;
    json_t *records; /* owns their texts */
};
/* Of what concept.show gave; all but `records` in the request's arena or borrowed from `shown`. ERR_MEMORY, ERR_DATABASE. around_fini follows in any case. */
err_t around_read(struct http_request *q, struct read *read, const json_t *shown, struct around *out);
void around_fini(struct around *a);
/* The drawing; `c` NULL: without colours. */
void around_draw(const struct around *a, struct http_request *q, struct html *h, const struct crossings *c,
                 const json_t *shown);

#endif
