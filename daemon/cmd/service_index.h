/*
 * service_index: the index's thread of a service, and the pair by which HTTP's thread asks it.
 */
#ifndef ALLIED_DAEMON_CMD_SERVICE_INDEX_H
#define ALLIED_DAEMON_CMD_SERVICE_INDEX_H

#include "daemon/cmd/service_thread.h"

struct service_index {
    struct service_thread thread;
    const char *dir;       /* borrowed */
    struct bus_end *asked; /* its own end of the pair with HTTP */
    struct bus_end *asks;  /* HTTP's: http_options.index */
};
/* Makes the pair, before the thread that asks starts. Whatever comes of it, service_index_close has to follow. ERR_MEMORY. */
err_t service_index_attach(struct service_index *x, struct bus *bus, const char *dir);
/* Starts the thread, after the core has opened the directory. */
err_t service_index_open(struct service_index *x, struct bus *bus, struct why *why);
void service_index_close(struct service_index *x); /* after HTTP's thread has ended; zeroed: fine */

#endif
