/*
 * api_allies: the allies and their sites.
 */
#ifndef ALLIED_DAEMON_WEB_API_ALLIES_H
#define ALLIED_DAEMON_WEB_API_ALLIES_H

#include "daemon/http/request.h"

http_handler
    api_allies; /* GET /api/v1/allies → {"allies": […]} as the request "allies" gives them (daemon/core/request.h) */

#endif
