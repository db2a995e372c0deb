/*
 * openapi: the description of what is served (OpenAPI 3.1), made from the table of routes.
 */
#ifndef ALLIED_DAEMON_WEB_OPENAPI_H
#define ALLIED_DAEMON_WEB_OPENAPI_H

#include "daemon/http/request.h"

json_t *openapi_json(const struct routes *all, const char *base); /* a new reference; NULL without memory */
http_handler openapi_show;

#endif
