/*
 * loop: the index's thread: it follows the replica in short steps and answers searches in between.
 */
#ifndef ALLIED_DAEMON_INDEX_LOOP_H
#define ALLIED_DAEMON_INDEX_LOOP_H

#include "daemon/bus/bus.h"

/*
 * Runs until BUS_STOP comes from the core. Meant as a thread's body, begun once the core has opened `dir`. `core`: the end that does not bind: REQUEST, CHANGED, CLEAN,
 * STOP in; LISTENING (at once, whether or not there is an index), REPLY, CLEANED, TROUBLE out. `http`: the end that binds, or NULL: HTTP with a REQUEST in,
 * HTTP_ANSWER out. Nothing that befalls the index ends it.
 */
void loop_run(struct bus_end *core, struct bus_end *http, const char *dir);

#endif
