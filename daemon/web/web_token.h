/*
 * web_token: whose token a request carries.
 */
#ifndef ALLIED_DAEMON_WEB_WEB_TOKEN_H
#define ALLIED_DAEMON_WEB_WEB_TOKEN_H

#include "daemon/web/web.h"

/* struct http_site's token. The core is told of the first use a day. */
err_t web_token(struct http_request *q, const char *token, struct http_principal *out);

#endif
