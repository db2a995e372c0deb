/*
 * atom_serve: /feeds/{name}.atom and /feeds/{name}/{page}.atom (atom.h).
 */
#ifndef ALLIED_DAEMON_WEB_ATOM_SERVE_H
#define ALLIED_DAEMON_WEB_ATOM_SERVE_H

#include "daemon/http/request.h"

http_handler atom_serve; /* application/atom+xml, with an ETag */

#endif
