/*
 * judge: what a request has to be before its handler runs: a path there is, a name the site goes by, a certain end, a page it may come from, a token where one is
 * needed, a body of the right kind, a query that reads. All of it is said of the headers alone.
 */
#ifndef ALLIED_DAEMON_HTTP_JUDGE_H
#define ALLIED_DAEMON_HTTP_JUDGE_H

#include "daemon/http/server.h"

/* Sets what the handler sees of the request; what is not to be is answered here, as is a preflight (CORS). */
void judge(struct http_request *q, const char *method);

#endif
