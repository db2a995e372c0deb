/*
 * metrics: how this site is, for Prometheus (its text form 0.0.4; names by its conventions). All but what HTTP counts comes of one request to the core, "status", and within
 * its deadline.
 */
#ifndef ALLIED_DAEMON_WEB_METRICS_H
#define ALLIED_DAEMON_WEB_METRICS_H

#include "daemon/http/request.h"

http_handler metrics_serve;

#endif
