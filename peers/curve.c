/*
 * curve: options of the sockets towards peers.
 *
 * ZMQ_MAXMSGSIZE counts the encrypted form, so our own check of LIMIT_MESSAGE_BYTES follows on each frame. A high-water mark counts frames, the largest
 * usual ones being RUNs, so that about LIMIT_QUEUE_BYTES wait inside ZeroMQ for one peer.
 */
#include "peers/curve.h"
#include "protocol/base/limits.h"
#include <inttypes.h>
#include <stdio.h>
#include <zmq.h>

#define CURVE_OVERHEAD_BYTES 64 /* "MESSAGE", nonce, box and flags: 33 */

struct option {
    int name, value;
};
static const struct option options_all[] = {
    {ZMQ_LINGER,          0                                         },
    {ZMQ_IPV6,            1                                         },
    {ZMQ_SNDHWM,          (int)(LIMIT_QUEUE_BYTES / LIMIT_RUN_BYTES)},
    {ZMQ_RCVHWM,          (int)(LIMIT_QUEUE_BYTES / LIMIT_RUN_BYTES)},
    {ZMQ_HANDSHAKE_IVL,   CURVE_HANDSHAKE_MS                        },
    {ZMQ_CONNECT_TIMEOUT, CURVE_HANDSHAKE_MS                        },
    {ZMQ_RECONNECT_IVL,   -1                                        }, /* the core decides when to try again */
    {ZMQ_TCP_KEEPALIVE,   1                                         }, /* a peer without power is found in the end */
};

err_t curve_setup(void *socket, const struct net_options *options, const uint8_t *server_key)
{
    int64_t max_bytes = LIMIT_MESSAGE_BYTES + CURVE_OVERHEAD_BYTES;
    int server = !server_key;
    for (size_t i = 0; i < sizeof options_all / sizeof options_all[0]; i++)
        if (zmq_setsockopt(socket, options_all[i].name, &options_all[i].value, sizeof options_all[i].value))
            return ERR_INTERNAL;
    if (zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &max_bytes, sizeof max_bytes) ||
        zmq_setsockopt(socket, ZMQ_CURVE_SERVER, &server, sizeof server) ||
        zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, options->curve_secret, sizeof options->curve_secret))
        return ERR_INTERNAL;
    if (server)
        return ERR_OK;
    if (zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, options->curve_public, sizeof options->curve_public) ||
        zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, server_key, 32))
        return ERR_INTERNAL;
    return ERR_OK;
}

err_t monitor_open(void *context, void *socket, uint64_t number, void **out)
{
    char endpoint[64];
    snprintf(endpoint, sizeof endpoint, "inproc://monitor.%" PRIu64, number);
    int events = ZMQ_EVENT_CONNECTED | ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_CLOSED | ZMQ_EVENT_DISCONNECTED |
                 ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL |
                 ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH;
    if (zmq_socket_monitor(socket, endpoint, events))
        return ERR_INTERNAL;
    void *monitor = zmq_socket(context, ZMQ_PAIR);
    int all = 0; /* an event that gets lost would leave a connection in our books for ever */
    if (monitor && !zmq_setsockopt(monitor, ZMQ_RCVHWM, &all, sizeof all) && !zmq_connect(monitor, endpoint)) {
        *out = monitor;
        return ERR_OK;
    }
    monitor_close(socket, monitor);
    return ERR_MEMORY;
}

void monitor_close(void *socket, void *monitor)
{
    if (socket)
        zmq_socket_monitor(socket, NULL, 0);
    if (monitor)
        zmq_close(monitor);
}

/* Two frames: 16 bits event and 32 bits value in this machine's order, then the endpoint. */
bool monitor_next(void *monitor, uint16_t *event, int *value)
{
    uint8_t head[6];
    char endpoint[512];
    int32_t v;
    if (zmq_recv(monitor, head, sizeof head, ZMQ_DONTWAIT) != (int)sizeof head)
        return false;
    (void)zmq_recv(monitor, endpoint, sizeof endpoint, ZMQ_DONTWAIT);
    memcpy(event, head, 2);
    memcpy(&v, head + 2, 4);
    *value = v;
    return true;
}
