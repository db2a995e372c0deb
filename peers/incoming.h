/*
 * incoming: the ROUTER at our port and the links that come in by it.
 *
 * ZeroMQ names a ROUTER's peer by a routing id and tells nothing of its connection's end. So each connection stands in a list from the moment the
 * monitor tells of its acceptance; a frame's descriptor (ZMQ_SRCFD) says to which connection a new routing id belongs; the monitor says when a
 * descriptor is closed. To end one link, its TCP connection is shut down, after a look that the descriptor still leads to the same peer.
 *
 * A peer that sends more than WATCH_UNREAD_BYTES which we were not handed, or more than WATCH_GREETING_BYTES before its first frame, is ended
 * (ERR_TOO_LARGE).
 */
#ifndef ALLIED_PEERS_INCOMING_H
#define ALLIED_PEERS_INCOMING_H

#include "peers/address.h"
#include "peers/curve.h"
#include "peers/report.h"
#include <sys/socket.h>

#define INCOMING_MAX       1024  /* connections; more are shut at once */
#define INCOMING_SILENT_MS 15000 /* from the connection to the first frame */

struct incoming_link;
struct incoming {
    void *socket, *monitor; /* NULL: we do not listen */
    struct incoming_link **links;
    size_t links_n, links_room;
    uint64_t next;
    bool queued;                    /* frames wait for some peer */
    bool timed;                     /* something is due */
    struct mono looked;             /* when the bytes received were looked at */
    char address[ADDRESS_TEXT_MAX]; /* where we listen, as the core gets it */
};

/* `in` zeroed. options->listen "" is fine: nothing is opened. ERR_ADDRESS, ERR_PORT_USED, ERR_MEMORY. */
err_t incoming_open(void *context, const struct net_options *options, struct incoming *in);
void incoming_close(struct incoming *in);
void incoming_step(struct incoming *in, struct mono now, struct report *report);
void incoming_send(struct incoming *in, uint64_t link, struct slice frame, struct report *report);
void incoming_drop(struct incoming *in, uint64_t link,
                   struct mono now); /* what was sent may still go out for CURVE_LINGER_MS */

#endif
