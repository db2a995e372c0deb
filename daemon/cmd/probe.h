/*
 * probe: does anything take a TCP connection at an address? Nothing is said to it.
 */
#ifndef ALLIED_DAEMON_CMD_PROBE_H
#define ALLIED_DAEMON_CMD_PROBE_H

#include "protocol/base/err.h"

/*
 * `address`: HOST:PORT or a web address, as sites announce them; or where this one listens (*:PORT is looked for on the loopback). ERR_UNREACHABLE: refused, no way there, or no
 * such name; ERR_TIMEOUT: nothing came back; ERR_ADDRESS.
 */
err_t probe_address(const char *address, int timeout_ms);

#endif
