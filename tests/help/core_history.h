/*
 * core_history: random work at random sites, by requests alone; and what must hold afterwards.
 */
#ifndef ALLIED_TESTS_HELP_CORE_HISTORY_H
#define ALLIED_TESTS_HELP_CORE_HISTORY_H

#include "tests/help/core_world.h"

struct core_history {
    struct world *w;
    json_t *dots; /* of every acknowledged write */
    size_t asked, refused;
};
void core_history_init(struct core_history *h, struct world *w);
void core_history_fini(struct core_history *h);
/* The arguments of a random request for this site, to be taken by world_ask; *what is its name. */
json_t *core_history_request(struct world *w, size_t at, const char **what);
/* One random request at this site. Refusals are fine, failures of the machine end the test. */
void core_history_step(struct core_history *h, size_t at);
/* Every acknowledged write is at every site that is up, all agree, verify finds nothing, rebuild is a fixed point, and status says so. */
void core_history_check(struct core_history *h);

#endif
