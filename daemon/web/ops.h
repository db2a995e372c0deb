/*
 * ops: what machines ask about the daemon itself, other sites' daemons of it, and its owner's commands.
 */
#ifndef ALLIED_DAEMON_WEB_OPS_H
#define ALLIED_DAEMON_WEB_OPS_H

#include "daemon/http/request.h"

http_handler ops_health, ops_ready, ops_exchange, ops_control;

#endif
