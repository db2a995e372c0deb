/*
 * search: one search (index.h): all that is found is ranked and counted in one walk, and what is on the page is read from the replica.
 */
#ifndef ALLIED_DAEMON_INDEX_SEARCH_H
#define ALLIED_DAEMON_INDEX_SEARCH_H

#include "daemon/index/state.h"

err_t search_run(struct index *ix, struct read *read);

#endif
