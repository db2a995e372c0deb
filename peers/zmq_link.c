/*
 * zmq_link: events of the monitor first (they come before the frames they concern), then frames, then what waits to be sent.
 *
 * ZeroMQ does not tell a client why a handshake failed: a server that cannot open our box closes the connection, as does a tunnel whose other end is
 * down. The bytes received tell them apart: a server has sent its greeting. They are read from a descriptor of our own, since ZeroMQ has closed its
 * own by the time we hear of it.
 */
#include "peers/zmq_link.h"
#include "peers/address.h"
#include "peers/watch.h"
#include "protocol/base/limits.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include <zmq.h>

#define FRAMES_A_STEP 32 /* so that no link keeps the others waiting */

static err_t link_connect(void *context, struct zmq_link *l, const struct net_options *options, const char *endpoint)
{
    l->socket = zmq_socket(context, ZMQ_DEALER);
    if (!l->socket)
        return ERR_MEMORY;
    err_t err = curve_setup(l->socket, options, l->server);
    if (!err)
        err = monitor_open(context, l->socket, l->link, &l->monitor);
    if (err)
        return err;
    return zmq_connect(l->socket, endpoint) ? ERR_ADDRESS : ERR_OK;
}

err_t zmq_link_open(void *context, const struct net_options *options, uint64_t link, const uint8_t site[SITE_BYTES],
                    const char *address, struct mono now, struct zmq_link **out)
{
    struct address a;
    char endpoint[ADDRESS_TEXT_MAX];
    if (address_parse(address, ADDRESS_REACH, &a))
        return ERR_ADDRESS;
    address_endpoint(&a, endpoint);
    struct zmq_link *l = calloc(1, sizeof *l);
    if (!l)
        return ERR_MEMORY;
    l->link = link;
    l->probe = -1;
    l->due.ms = now.ms + CURVE_HANDSHAKE_MS;
    memcpy(l->site, site, sizeof l->site);
    queue_init(&l->queue, LIMIT_QUEUE_BYTES);
    err_t err = sign_curve_public(site, l->server) ? ERR_PEER_KEY : ERR_OK;
    if (!err)
        err = link_connect(context, l, options, endpoint);
    if (err) {
        zmq_link_close(l);
        return err;
    }
    *out = l;
    return ERR_OK;
}

static void probe_close(struct zmq_link *l)
{
    if (l->probe >= 0)
        close(l->probe);
    l->probe = -1;
}

static void send_queued(struct zmq_link *l)
{
    while (l->up && !queue_empty(&l->queue)) {
        struct slice f = queue_first(&l->queue);
        if (zmq_send(l->socket, f.at, f.len, ZMQ_DONTWAIT) < 0)
            return;
        queue_drop(&l->queue);
    }
}

void zmq_link_close(struct zmq_link *l)
{
    if (!l)
        return;
    if (l->socket) {
        int linger = l->up && !l->over ? CURVE_LINGER_MS : 0;
        send_queued(l);
        monitor_close(l->socket, l->monitor);
        zmq_setsockopt(l->socket, ZMQ_LINGER, &linger, sizeof linger);
        zmq_close(l->socket);
    }
    probe_close(l);
    queue_fini(&l->queue);
    free(l);
}

static void link_down(struct zmq_link *l, err_t why, struct report *report)
{
    if (!l->over)
        report_link_down(report, l->link, why);
    l->over = true;
    probe_close(l); /* or the other side would not see the connection's end */
}

static bool somebody_answered(const struct zmq_link *l)
{
    return l->probe >= 0 && watch_exceeds(l->probe, 1); /* its FIN counts as one */
}

static void link_event(struct zmq_link *l, unsigned event, int value, struct report *report, err_t *ended)
{
    switch (event) {
    case ZMQ_EVENT_CONNECTED:
        probe_close(l);
        l->probe = fcntl(value, F_DUPFD_CLOEXEC, 0);
        break;
    case ZMQ_EVENT_HANDSHAKE_SUCCEEDED:
        l->up = true;
        report_link_up(report, l->link, l->site, l->server);
        break;
    case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL:
    case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH:
        *ended = ERR_PEER_KEY;
        break;
    case ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL:
        *ended = somebody_answered(l) ? ERR_PEER_KEY : ERR_UNREACHABLE;
        break;
    default: /* CLOSED, DISCONNECTED */
        if (!*ended)
            *ended = ERR_UNREACHABLE;
    }
}

/* False at the end of what waits, and when the link is over. */
static bool take_frame(struct zmq_link *l, struct report *report)
{
    zmq_msg_t m;
    zmq_msg_init(&m);
    bool taken = zmq_msg_recv(&m, l->socket, ZMQ_DONTWAIT) >= 0;
    l->taken += taken ? watch_frame_bytes(zmq_msg_size(&m)) : 0;
    if (taken && zmq_msg_more(&m))
        link_down(l, ERR_PEER_PROTOCOL, report);
    else if (taken && zmq_msg_size(&m) > LIMIT_MESSAGE_BYTES)
        link_down(l, ERR_TOO_LARGE, report);
    else if (taken)
        report_frame(report, l->link, slice_of(zmq_msg_data(&m), zmq_msg_size(&m)));
    zmq_msg_close(&m);
    return taken && !l->over;
}

static void look_at_bytes(struct zmq_link *l, struct mono now, struct report *report)
{
    if (!l->up || l->over || now.ms - l->looked.ms < WATCH_LOOK_MS)
        return;
    l->looked = now;
    if (l->probe >= 0 && watch_exceeds(l->probe, l->taken + WATCH_UNREAD_BYTES))
        link_down(l, ERR_TOO_LARGE, report);
}

void zmq_link_step(struct zmq_link *l, struct mono now, struct report *report)
{
    uint16_t event;
    int value;
    err_t ended = ERR_OK;
    while (!l->over && monitor_next(l->monitor, &event, &value))
        link_event(l, event, value, report, &ended);
    int budget = FRAMES_A_STEP;
    while (l->up && !l->over && budget-- > 0 && report_room(report) && take_frame(l, report))
        ;
    if (ended)
        link_down(l, ended, report);
    else if (!l->up && now.ms >= l->due.ms)
        link_down(l, ERR_UNREACHABLE, report);
    look_at_bytes(l, now, report);
    send_queued(l);
}

void zmq_link_send(struct zmq_link *l, struct slice frame, struct report *report)
{
    if (l->over)
        return;
    if (frame.len > LIMIT_MESSAGE_BYTES || queue_put(&l->queue, frame))
        link_down(l, ERR_TOO_LARGE, report);
    send_queued(l);
}
