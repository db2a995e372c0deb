/*
 * broader: the `broader` edges of one concept, and which of them close a cycle of the whole (lattice.h). A concept shows thousands of times for each
 * time that anybody makes a cycle: only where it stands in one are all edges looked at.
 */
#ifndef ALLIED_DAEMON_READ_BROADER_H
#define ALLIED_DAEMON_READ_BROADER_H

#include "daemon/read/read.h"

struct broader_edge {
    bool up; /* from the concept to `other`; else from it to the concept */
    struct slice other;
    bool adopted, suppressed;
};
struct broader { /* in the order in which cycles are broken */
    struct broader_edge *list;
    size_t n;
};

/* Everything in the request's arena. Errors: the store's, ERR_MEMORY. */
err_t read_broader(struct read *r, struct slice concept, struct broader *out);

#endif
