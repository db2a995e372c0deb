/*
 * control: requests of one frame each; anything else is dropped, since its sender has the right to do worse.
 */
#include "peers/control.h"
#include "protocol/base/limits.h"
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

#define REQUESTS_A_STEP 16

static err_t control_bind(struct control *c)
{
    char endpoint[128];
    int linger = 1000; /* the last answer, to a command that stops the daemon */
    int64_t max_bytes = LIMIT_REQUEST_BYTES;
    snprintf(endpoint, sizeof endpoint, "ipc://%s", c->path.path);
    if (zmq_setsockopt(c->socket, ZMQ_LINGER, &linger, sizeof linger) ||
        zmq_setsockopt(c->socket, ZMQ_MAXMSGSIZE, &max_bytes, sizeof max_bytes))
        return ERR_INTERNAL;
    /* The mask is the whole process's; another thread's new file can only get fewer permissions by it. */
    mode_t old = umask(077);
    int rc = zmq_bind(c->socket, endpoint);
    umask(old);
    return rc ? ERR_FILE : ERR_OK;
}

err_t control_open(void *context, const char *path, struct control *out)
{
    struct control c = {0};
    err_t err = control_path_open(path, &c.path);
    if (err)
        return err;
    c.socket = zmq_socket(context, ZMQ_ROUTER);
    err = c.socket ? control_bind(&c) : ERR_MEMORY;
    if (err) {
        if (c.socket)
            zmq_close(c.socket);
        control_path_close(&c.path);
        return err;
    }
    *out = c;
    return ERR_OK;
}

void control_close(struct control *c)
{
    if (!c->socket)
        return;
    /* ZeroMQ removes the file later, in a thread of its own, when a name through our descriptor no longer leads there. */
    (void)unlink(c->path.path);
    zmq_close(c->socket);
    control_path_close(&c->path);
    c->socket = NULL;
}

/* Drops the rest of a message of several parts. */
static void drop_rest(void *socket, zmq_msg_t *m)
{
    while (zmq_msg_more(m) && zmq_msg_recv(m, socket, ZMQ_DONTWAIT) >= 0)
        ;
}

void control_step(struct control *c, struct report *report)
{
    if (!c->socket)
        return;
    for (int budget = REQUESTS_A_STEP; budget > 0 && report_room(report); budget--) {
        zmq_msg_t id, m;
        zmq_msg_init(&id);
        zmq_msg_init(&m);
        bool taken = zmq_msg_recv(&id, c->socket, ZMQ_DONTWAIT) >= 0;
        if (taken && zmq_msg_more(&id) && zmq_msg_recv(&m, c->socket, ZMQ_DONTWAIT) >= 0) {
            struct slice client = slice_of(zmq_msg_data(&id), zmq_msg_size(&id));
            if (!zmq_msg_more(&m))
                report_request(report, client, slice_of(zmq_msg_data(&m), zmq_msg_size(&m)));
            drop_rest(c->socket, &m);
        }
        zmq_msg_close(&id);
        zmq_msg_close(&m);
        if (!taken)
            return;
    }
}

void control_reply(struct control *c, struct slice client, struct slice json)
{
    if (c->socket && zmq_send(c->socket, client.at, client.len, ZMQ_SNDMORE | ZMQ_DONTWAIT) >= 0)
        (void)zmq_send(c->socket, json.at, json.len, ZMQ_DONTWAIT);
}
