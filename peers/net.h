/*
 * net: the network thread's loop. Sockets in and out, CURVE, ZAP, the control socket; it moves frames between links and the core's bus
 * and knows nothing of what they say. One ROUTER for all incoming peers, one DEALER an outgoing link.
 */
#ifndef ALLIED_PEERS_NET_H
#define ALLIED_PEERS_NET_H

#include "daemon/bus/bus.h"
#include "protocol/sign/sign.h"

struct net_options {
    const char *listen;        /* "*:5670", "127.0.0.1:5671", "[::1]:5670"; "" outgoing only. Port 0: any free one, told by BUS_LISTENING */
    const char *control_path;  /* DATA/control.sock; NULL none */
    uint8_t curve_secret[32], curve_public[32]; /* of the daemon's first site */
};
/* Runs until BUS_STOP. Meant as a thread's body. */
void net_run(struct bus *bus, struct bus_end *end, const struct net_options *options);

#endif
