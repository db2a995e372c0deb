/*
 * give: an answer goes to libmicrohttpd, with the headers that all of them carry, whole or piece by piece.
 */
#ifndef ALLIED_DAEMON_HTTP_GIVE_H
#define ALLIED_DAEMON_HTTP_GIVE_H

#include "daemon/http/server.h"

/* False: nothing could be said, and the connection is to end. */
bool give(struct http_request *q);
/* The request ends: what its answer has left. */
void give_end(struct http_request *q);
/* Streams that wait are asked again. */
void give_wake(struct server *s);

#endif
