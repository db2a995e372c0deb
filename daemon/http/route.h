/*
 * route: which paths there are. A row carries method, path, the type and the most bytes of its body, and its handler; the server enforces them before the
 * handler runs. Paths are compared as they came, before any decoding of %XX.
 */
#ifndef ALLIED_DAEMON_HTTP_ROUTE_H
#define ALLIED_DAEMON_HTTP_ROUTE_H

#include "daemon/http/server.h"

struct route {
    const char *method, *path;
    const char *type; /* Content-Type of the body; NULL: there is none */
    size_t body_bytes;
    void (*handle)(struct server *s, struct http_request *q);
};

/* The row, or NULL with *status 404, or 405 with the methods there are (at least 32 bytes). HEAD goes where GET does. */
const struct route *route_find(const char *method, struct slice path, unsigned *status, char allow[32]);

#endif
