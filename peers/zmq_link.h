/*
 * zmq_link: one outgoing link: a DEALER, CURVE client of one site, and its monitor. It connects once; when it is over, the core hears why and may ask
 * for another. A peer that sends more than WATCH_UNREAD_BYTES which we were not handed is ended (ERR_TOO_LARGE).
 */
#ifndef ALLIED_PEERS_ZMQ_LINK_H
#define ALLIED_PEERS_ZMQ_LINK_H

#include "peers/curve.h"
#include "peers/report.h"

struct zmq_link {
    uint64_t link;
    void *socket, *monitor;
    uint8_t site[SITE_BYTES], server[32];
    bool up;
    bool over;      /* to be closed and forgotten; told already */
    int probe;      /* our own descriptor of the connection; -1 none */
    uint64_t taken; /* bytes of the frames that we were handed, as they stood on the connection */
    struct mono looked;
    struct mono due; /* the end of the handshake at the latest */
    struct queue queue;
};

/* ERR_ADDRESS, ERR_PEER_KEY (the site's key is of small order), ERR_MEMORY. Nothing was told yet then. */
err_t zmq_link_open(void *context, const struct net_options *options, uint64_t link, const uint8_t site[SITE_BYTES],
                    const char *address, struct mono now, struct zmq_link **out);
void zmq_link_close(struct zmq_link *l); /* lets what was sent go out for CURVE_LINGER_MS */
void zmq_link_step(struct zmq_link *l, struct mono now, struct report *report);
void zmq_link_send(struct zmq_link *l, struct slice frame, struct report *report);

#endif
