/*
 * api_conflicts: /api/v1/conflicts (INTERFACE.md "HTTP"): values that allies wrote at the same time, for everybody to see; resolved with a token for what is in conflict.
 */
#ifndef ALLIED_DAEMON_WEB_API_CONFLICTS_H
#define ALLIED_DAEMON_WEB_API_CONFLICTS_H

#include "daemon/http/request.h"

http_handler api_conflicts_list, api_conflicts_show;
http_handler api_conflicts_resolve; /* POST {field?, lang?, keep: dot | value, adopt?} */

#endif
