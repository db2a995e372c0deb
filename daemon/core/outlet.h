/*
 * outlet: where messages go that say what this site has: into a peer's session (sync.c), or into a bundle (bundle.c).
 */
#ifndef ALLIED_DAEMON_CORE_OUTLET_H
#define ALLIED_DAEMON_CORE_OUTLET_H

#include "daemon/core/state.h"

struct outlet {
    void (*say)(struct core *c, void *to, const struct msg *m); /* what m points to lives until it returns */
    void *to;
};

#endif
