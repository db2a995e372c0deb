/*
 * service_scribe: the scribe's thread of a service, and the pair by which HTTP's thread asks it.
 */
#ifndef ALLIED_DAEMON_CMD_SERVICE_SCRIBE_H
#define ALLIED_DAEMON_CMD_SERVICE_SCRIBE_H

#include "daemon/cmd/service_thread.h"

struct service_scribe {
    struct service_thread thread;
    char path[4096];       /* of the database */
    struct bus_end *asked; /* its own end of the pair with HTTP */
    struct bus_end *asks;  /* HTTP's: http_options.scribe */
};
/* Makes the pair, before the thread that asks starts. Whatever comes of it, service_scribe_close has to follow. ERR_MEMORY, ERR_TOO_LARGE. */
err_t service_scribe_attach(struct service_scribe *x, struct bus *bus, const char *dir);
/* Starts the thread, after the core has opened the directory. */
err_t service_scribe_open(struct service_scribe *x, struct bus *bus, struct why *why);
void service_scribe_close(struct service_scribe *x); /* after HTTP's thread has ended; zeroed: fine */

#endif
