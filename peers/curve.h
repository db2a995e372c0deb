/*
 * curve: what every socket towards peers has in common: keys, limits, no heartbeats of ZeroMQ's own; and its monitor.
 */
#ifndef ALLIED_PEERS_CURVE_H
#define ALLIED_PEERS_CURVE_H

#include "peers/net.h"
#include "protocol/base/clock.h"

#define CURVE_HANDSHAKE_MS 5000 /* from the connection to the end of the handshake */
#define CURVE_LINGER_MS    500  /* how long a last message (BYE) may take after its link was closed */

/* `server_key` NULL: the socket is the CURVE server. */
err_t curve_setup(void *socket, const struct net_options *options, const uint8_t *server_key);
/* Begins to watch a socket. `number` makes its endpoint unique within the process's context. */
err_t monitor_open(void *context, void *socket, uint64_t number, void **out);
void monitor_close(void *socket, void *monitor);
/* The next event, without waiting; false where there is none. value: a descriptor, an errno or a protocol error. */
bool monitor_next(void *monitor, uint16_t *event, int *value);

#endif
