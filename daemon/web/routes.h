/*
 * routes: the table of what is served (routes.def) as daemon/http takes it.
 */
#ifndef ALLIED_DAEMON_WEB_ROUTES_H
#define ALLIED_DAEMON_WEB_ROUTES_H

#include "daemon/http/route.h"

struct routes routes_all(void);

#endif
