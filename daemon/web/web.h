/*
 * web: what is served over HTTP: the handlers' context, and the table of routes with it as daemon/http takes them. daemon/http/request.h says how a handler is
 * written. It runs on the HTTP thread; web_of(q) is that thread's own.
 */
#ifndef ALLIED_DAEMON_WEB_WEB_H
#define ALLIED_DAEMON_WEB_WEB_H

#include "daemon/http/http.h"

struct web_config {
    const char *dir; /* the data directory */
};
struct web {
    const struct web_config *config;
};
/* `config` NULL: without data (tests of the machinery): no token is good. */
struct http_site web_site(const struct web_config *config);
struct web *web_of(const struct http_request *q);

#endif
