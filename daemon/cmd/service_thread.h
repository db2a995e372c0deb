/*
 * service_thread: a thread beside the core's: its ends of the bus, its start, its first word and its end.
 */
#ifndef ALLIED_DAEMON_CMD_SERVICE_THREAD_H
#define ALLIED_DAEMON_CMD_SERVICE_THREAD_H

#include "daemon/bus/bus.h"
#include "peers/address.h"
#include <pthread.h>

struct service_thread {
    struct bus_end *end, *other; /* the core's and its own; NULL: not open */
    pthread_t thread;
    bool runs;
    char address[ADDRESS_TEXT_MAX]; /* where it listens; "" nowhere */
};
/*
 * Starts `body` with `arg`, without signals, which are the core's thread's, and waits until it says BUS_LISTENING; it runs until BUS_STOP. Whatever
 * comes of it, service_thread_close has to follow. What BUS_FAILED told, with its detail; ERR_TIMEOUT, also when a signal came; ERR_MEMORY.
 */
err_t service_thread_open(struct service_thread *t, struct bus *bus, const char *name, void *(*body)(void *arg),
                          void *arg, struct why *why);
void service_thread_close(struct service_thread *t); /* BUS_STOP, and waits for it; zeroed: fine */

#endif
