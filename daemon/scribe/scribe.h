/*
 * scribe: the thread that makes what takes longer than HTTP's thread may: readings of the replica by their names (daemon/read/read.h), on a connection of its own, and reports
 * (scribe_report.h).
 * HTTP asks it as it asks the core (ask_scribe), and goes on serving meanwhile. One question after the other, as they come; the same one while nothing was committed gets the same answer (copies.h).
 * Whoever reads the report as a page is given the one that is there, which says of when it is; it is made anew as soon as nobody waits.
 */
#ifndef ALLIED_DAEMON_SCRIBE_SCRIBE_H
#define ALLIED_DAEMON_SCRIBE_SCRIBE_H

#include "daemon/bus/bus.h"

#define SCRIBE_ANSWER_BYTES (16u << 20)

/*
 * Runs until BUS_STOP comes from the core. Meant as a thread's body, begun once the core has opened the database at `path`. `core`: the end that does not bind:
 * STOP in; LISTENING out, at once. `http`: the end that binds: HTTP with a REQUEST in, HTTP_ANSWER out.
 */
void scribe_run(struct bus_end *core, struct bus_end *http, const char *path);

#endif
