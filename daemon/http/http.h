/*
 * http: the HTTP thread's loop (libmicrohttpd). It takes requests in, enforces limits and answers what needs no core; the rest goes to the core by the
 * bus, with the connection suspended until its answer comes. It knows nothing of what a body says.
 */
#ifndef ALLIED_DAEMON_HTTP_HTTP_H
#define ALLIED_DAEMON_HTTP_HTTP_H

#include "daemon/bus/bus.h"

struct http_options {
    const char *listen; /* "127.0.0.1:8480", "*:8480", "[::1]:0"; port 0: any free one, told by BUS_LISTENING */
    const char *tls_cert, *tls_key; /* PEM, as http_tls_load gave them; NULL: without TLS */
    bool caps_loopback;             /* LIMIT_HTTP_ADDRESS for the loopback's addresses too: tests */
};
/* Runs until BUS_STOP. Meant as a thread's body. `end` is the end that does not bind. */
void http_run(struct bus_end *end, const struct http_options *options);

#endif
