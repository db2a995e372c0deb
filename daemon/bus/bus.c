/*
 * bus: PAIR sockets over inproc, one context for the process. The high-water marks differ by direction: of the two marks of an inproc pipe a zero
 * makes it endless, so the binding end (the core) sends with 0, and the other end with BUS_ROOM on both sides.
 */
#include "daemon/bus/bus.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <zmq.h>

struct bus {
    void *context;
};
struct bus_end {
    void *socket;
};

err_t bus_open(struct bus **out)
{
    struct bus *b = calloc(1, sizeof *b);
    if (!b)
        return ERR_MEMORY;
    b->context = zmq_ctx_new();
    if (!b->context) {
        free(b);
        return ERR_MEMORY;
    }
    *out = b;
    return ERR_OK;
}

void bus_close(struct bus *b)
{
    if (!b)
        return;
    while (zmq_ctx_term(b->context) && errno == EINTR)
        ;
    free(b);
}

void *bus_context(struct bus *b)
{
    return b->context;
}

static err_t end_setup(void *socket, const char *name, bool binds)
{
    char endpoint[128];
    int n = snprintf(endpoint, sizeof endpoint, "inproc://bus.%s", name);
    int send_room = binds ? 0 : BUS_ROOM, receive_room = BUS_ROOM, linger = 0;
    if (n < 0 || (size_t)n >= sizeof endpoint)
        return ERR_INTERNAL;
    if (zmq_setsockopt(socket, ZMQ_SNDHWM, &send_room, sizeof send_room) ||
        zmq_setsockopt(socket, ZMQ_RCVHWM, &receive_room, sizeof receive_room) ||
        zmq_setsockopt(socket, ZMQ_LINGER, &linger, sizeof linger))
        return ERR_INTERNAL;
    if (binds ? zmq_bind(socket, endpoint) : zmq_connect(socket, endpoint))
        return ERR_INTERNAL;
    return ERR_OK;
}

err_t bus_attach(struct bus *b, const char *name, bool binds, struct bus_end **out)
{
    err_t err = ERR_MEMORY;
    struct bus_end *e = calloc(1, sizeof *e);
    if (!e)
        return err;
    e->socket = zmq_socket(b->context, ZMQ_PAIR);
    if (!e->socket)
        goto out;
    err = end_setup(e->socket, name, binds);
    if (err)
        goto out;
    *out = e;
    e = NULL;
out:
    bus_detach(e);
    return err;
}

void bus_detach(struct bus_end *e)
{
    if (!e)
        return;
    if (e->socket)
        zmq_close(e->socket);
    free(e);
}

void *bus_socket(struct bus_end *e)
{
    return e->socket;
}

err_t bus_send(struct bus_end *e, struct slice message)
{
    while (zmq_send(e->socket, message.at, message.len, 0) < 0) {
        if (errno == ENOMEM)
            return ERR_MEMORY;
        if (errno != EINTR)
            return ERR_INTERNAL;
    }
    return ERR_OK;
}

err_t bus_try_send(struct bus_end *e, struct slice message)
{
    if (zmq_send(e->socket, message.at, message.len, ZMQ_DONTWAIT) >= 0)
        return ERR_OK;
    return errno == ENOMEM ? ERR_MEMORY : errno == EAGAIN || errno == EINTR ? ERR_TIMEOUT : ERR_INTERNAL;
}

static err_t receive(void *socket, struct buf *out)
{
    zmq_msg_t m;
    zmq_msg_init(&m);
    err_t err = ERR_OK;
    if (zmq_msg_recv(&m, socket, ZMQ_DONTWAIT) < 0)
        err = errno == EAGAIN || errno == EINTR ? ERR_TIMEOUT : ERR_INTERNAL;
    if (!err) {
        buf_clear(out);
        err = buf_append(out, zmq_msg_data(&m), zmq_msg_size(&m));
    }
    zmq_msg_close(&m);
    return err;
}

err_t bus_recv(struct bus_end *e, long timeout_ms, struct buf *out)
{
    err_t err = receive(e->socket, out);
    if (err != ERR_TIMEOUT || timeout_ms == 0)
        return err;
    zmq_pollitem_t item = {.socket = e->socket, .events = ZMQ_POLLIN};
    if (zmq_poll(&item, 1, timeout_ms) < 0)
        return errno == EINTR ? ERR_TIMEOUT : ERR_INTERNAL;
    return receive(e->socket, out);
}

#define WAIT_ENDS 4

void bus_wait_fd(struct bus_end *const *ends, size_t n, const int *fds, size_t fds_n, long timeout_ms)
{
    zmq_pollitem_t items[2 * WAIT_ENDS];
    int k = 0;
    for (size_t i = 0; i < n && k < WAIT_ENDS; i++)
        if (ends[i])
            items[k++] = (zmq_pollitem_t){.socket = ends[i]->socket, .events = ZMQ_POLLIN};
    for (size_t i = 0; i < fds_n && i < WAIT_ENDS; i++)
        if (fds[i] >= 0)
            items[k++] = (zmq_pollitem_t){.fd = fds[i], .events = ZMQ_POLLIN};
    (void)zmq_poll(items, k, timeout_ms);
}

void bus_wait(struct bus_end *const *ends, size_t n, long timeout_ms)
{
    bus_wait_fd(ends, n, NULL, 0, timeout_ms);
}
