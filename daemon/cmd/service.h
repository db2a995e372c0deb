/*
 * service: the process of `allied daemon` (and of `allied join` until it is in): the directory's lock, the core on this thread, the network
 * on its own, and the bus between them.
 */
#ifndef ALLIED_DAEMON_CMD_SERVICE_H
#define ALLIED_DAEMON_CMD_SERVICE_H

#include "conf/settings.h"
#include "daemon/core/env.h"
#include <jansson.h>

struct service;
struct service_options {
    const char *dir;
    const struct settings *settings;
    const char *lang;
    bool control; /* answer at DATA/control.sock */
    bool http;    /* serve HTTP as http.listen says */
    FILE *echo;   /* the journal's lines too; NULL none */
};
/* Opens everything and waits until the ports are bound. `options` are copied, what they point to is not: it outlives the service. ERR_LOCKED, ERR_PORT_USED, ERR_ADDRESS, ERR_NO_DATA, … */
err_t service_open(const struct service_options *options, struct service **out, struct why *why);
const char *service_address(const struct service *s); /* where it listens: "127.0.0.1:5671"; "" outgoing only */
/* Works until a signal (SIGINT, SIGTERM), a fatal error, or for at most ms milliseconds (-1: no limit). *stopped: a signal came. */
err_t service_run(struct service *s, int64_t ms, bool *stopped);
/* One request to the core of this process. New reference; NULL without memory. */
json_t *service_ask(struct service *s, const char *what, json_t *args);
void service_close(struct service *s); /* BYE to peers, then all of it; NULL is fine */

#endif
