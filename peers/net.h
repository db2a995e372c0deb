/*
 * net: the network thread's loop. Sockets in and out, CURVE, ZAP, HTTP requests to others; it moves frames between links and the
 * core's bus and knows nothing of what they say. One ROUTER for all incoming peers, one DEALER an outgoing link.
 *
 * Numbers of links: the core chooses those of outgoing ones (below NET_INCOMING, never reused), this thread those of incoming ones (from
 * NET_INCOMING on). An incoming link begins with its first frame. A link that ended by itself is told once by BUS_LINK_DOWN; after a BUS_CLOSE of the
 * core nothing more is told of that link. Reasons: unreachable (no answer, refused, the peer went away), peer_key (the handshake failed: the
 * other end has not the key we meant), peer_protocol (a frame of several parts), too_large (a frame past LIMIT_MESSAGE_BYTES, or more than
 * LIMIT_QUEUE_BYTES waiting for a peer that does not read), address.
 */
#ifndef ALLIED_PEERS_NET_H
#define ALLIED_PEERS_NET_H

#include "daemon/bus/bus.h"
#include "protocol/sign/sign.h"

#define NET_INCOMING (UINT64_C(1) << 63)

struct net_options {
    /* "*:5670", "127.0.0.1:5671", "[::1]:5670"; "" outgoing only. Port 0: any free one, told by BUS_LISTENING. */
    const char *listen;
    const char *ca_file;                        /* certificates to trust for https instead of the system's; NULL none */
    uint8_t curve_secret[32], curve_public[32]; /* of the daemon's first site */
};
/* Runs until BUS_STOP. Meant as a thread's body. `end` is the end that does not bind. */
void net_run(struct bus *bus, struct bus_end *end, const struct net_options *options);

#endif
