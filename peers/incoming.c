/*
 * incoming: the order of a step decides. A frame was sent after its connection's acceptance was told, so the monitor is read before each frame;
 * a connection that ended is taken off the list when the ROUTER has nothing more to read, since its last frames may still wait there.
 *
 * A message of parts without end never gets to us while ZeroMQ keeps every part. So what TCP says it received is compared with what we were handed.
 */
#include "peers/incoming.h"
#include "peers/watch.h"
#include "peers/zap.h"
#include "protocol/base/limits.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <zmq.h>

#define FRAMES_A_STEP 64
#define ID_MAX        255 /* ZMTP */

struct incoming_link {
    int fd;
    struct sockaddr_storage peer; /* to know the descriptor again */
    socklen_t peer_len;
    bool ended; /* the monitor said so */
    bool deaf;  /* told as down, or dropped by the core: frames are ignored, the end is not told */
    bool shut;  /* shutdown() was called */
    bool timed; /* at `due` it is shut down */
    struct mono due;
    uint64_t link;  /* 0 before the first frame */
    uint64_t taken; /* bytes of the frames that we were handed, as they stood on the connection */
    uint8_t id[ID_MAX], key[32];
    size_t id_len;
    struct queue queue;
};

static err_t bind_router(struct incoming *in, const char *listen)
{
    struct address a;
    char endpoint[ADDRESS_TEXT_MAX], bound[ADDRESS_TEXT_MAX];
    size_t len = sizeof bound;
    if (address_parse(listen, ADDRESS_LISTEN, &a))
        return ERR_ADDRESS;
    address_endpoint(&a, endpoint);
    if (zmq_bind(in->socket, endpoint))
        return errno == EADDRINUSE ? ERR_PORT_USED : ERR_ADDRESS;
    if (zmq_getsockopt(in->socket, ZMQ_LAST_ENDPOINT, bound, &len))
        return ERR_INTERNAL;
    const char *colon = strrchr(bound, ':');
    a.port = colon ? (uint16_t)strtoul(colon + 1, NULL, 10) : a.port;
    address_format(&a, in->address);
    return ERR_OK;
}

err_t incoming_open(void *context, const struct net_options *options, struct incoming *in)
{
    int on = 1;
    in->next = NET_INCOMING;
    if (!options->listen[0])
        return ERR_OK;
    in->socket = zmq_socket(context, ZMQ_ROUTER);
    err_t err = in->socket ? curve_setup(in->socket, options, NULL) : ERR_MEMORY;
    if (!err)
        err = monitor_open(context, in->socket, NET_INCOMING, &in->monitor);
    /* No ZMQ_ROUTER_HANDOVER: by it a stranger who names himself like another link's routing id would get its frames. */
    if (!err && zmq_setsockopt(in->socket, ZMQ_ROUTER_MANDATORY, &on, sizeof on))
        err = ERR_INTERNAL;
    if (!err)
        err = bind_router(in, options->listen);
    if (err)
        incoming_close(in);
    return err;
}

static void link_free(struct incoming_link *l)
{
    queue_fini(&l->queue);
    free(l);
}

/* What the peer's pipe does not take now stays queued. */
static void send_queued(struct incoming_link *l, void *socket, struct report *report)
{
    while (!queue_empty(&l->queue) && !l->ended) {
        struct slice f = queue_first(&l->queue);
        int rc = zmq_send(socket, l->id, l->id_len, ZMQ_SNDMORE | ZMQ_DONTWAIT);
        if (rc >= 0)
            rc = zmq_send(socket, f.at, f.len, ZMQ_DONTWAIT);
        if (rc < 0 && errno == EAGAIN)
            return;
        if (rc < 0 && report && !l->deaf) {
            report_link_down(report, l->link, ERR_UNREACHABLE);
            l->deaf = true;
        }
        queue_drop(&l->queue);
    }
}

void incoming_close(struct incoming *in)
{
    int linger = CURVE_LINGER_MS;
    for (size_t i = 0; i < in->links_n; i++) {
        if (in->links[i]->link)
            send_queued(in->links[i], in->socket, NULL);
        link_free(in->links[i]);
    }
    free(in->links);
    monitor_close(in->socket, in->monitor);
    if (in->socket) {
        zmq_setsockopt(in->socket, ZMQ_LINGER, &linger, sizeof linger);
        zmq_close(in->socket);
    }
    *in = (struct incoming){0};
}

/* A descriptor may have been closed and given out again since we heard of it: only the same peer's is ours to touch. */
static bool is_same_peer(const struct incoming_link *l)
{
    struct sockaddr_storage peer = {0};
    socklen_t len = sizeof peer;
    return l->peer_len && getpeername(l->fd, (struct sockaddr *)&peer, &len) == 0 && len == l->peer_len &&
           memcmp(&peer, &l->peer, len) == 0;
}

static void link_shut(struct incoming_link *l)
{
    if (l->shut || l->ended)
        return;
    l->shut = true;
    l->timed = false;
    if (is_same_peer(l))
        shutdown(l->fd, SHUT_RDWR);
}

static bool sends_without_end(const struct incoming_link *l)
{
    uint64_t most = l->taken + (l->link ? WATCH_UNREAD_BYTES : WATCH_GREETING_BYTES);
    return !l->ended && !l->shut && is_same_peer(l) && watch_exceeds(l->fd, most);
}

static void link_down(struct incoming_link *l, err_t why, struct report *report)
{
    if (l->link && !l->deaf)
        report_link_down(report, l->link, why);
    l->deaf = true;
    link_shut(l);
}

static void accepted(struct incoming *in, int fd, struct mono now)
{
    if (in->links_n == INCOMING_MAX) {
        shutdown(fd, SHUT_RDWR);
        return;
    }
    if (in->links_n == in->links_room) {
        size_t room = in->links_room ? in->links_room * 2 : 16;
        struct incoming_link **more = realloc(in->links, room * sizeof *more);
        if (!more)
            return;
        in->links = more;
        in->links_room = room;
    }
    struct incoming_link *l = calloc(1, sizeof *l);
    if (!l)
        return;
    l->fd = fd;
    l->peer_len = sizeof l->peer;
    if (getpeername(fd, (struct sockaddr *)&l->peer, &l->peer_len))
        l->peer_len = 0;
    l->timed = true;
    l->due.ms = now.ms + INCOMING_SILENT_MS;
    queue_init(&l->queue, LIMIT_QUEUE_BYTES);
    in->links[in->links_n++] = l;
}

/* Connections of one descriptor follow each other, so the oldest open one is meant. */
static void disconnected(struct incoming *in, int fd)
{
    for (size_t i = 0; i < in->links_n; i++)
        if (in->links[i]->fd == fd && !in->links[i]->ended) {
            in->links[i]->ended = true;
            return;
        }
}

static void read_monitor(struct incoming *in, struct mono now)
{
    uint16_t event;
    int value;
    while (monitor_next(in->monitor, &event, &value)) {
        if (event == ZMQ_EVENT_ACCEPTED)
            accepted(in, value, now);
        else if (event == ZMQ_EVENT_DISCONNECTED)
            disconnected(in, value);
    }
}

static bool key_of(zmq_msg_t *m, uint8_t out[32])
{
    const char *user = zmq_msg_gets(m, "User-Id");
    if (!user || strlen(user) != ZAP_USER_ID_LEN)
        return false;
    for (size_t i = 0; i < 32; i++) {
        unsigned byte;
        if (sscanf(user + 2 * i, "%2x", &byte) != 1)
            return false;
        out[i] = (uint8_t)byte;
    }
    return true;
}

static struct incoming_link *by_id(struct incoming *in, zmq_msg_t *id)
{
    struct slice want = slice_of(zmq_msg_data(id), zmq_msg_size(id));
    for (size_t i = 0; i < in->links_n; i++)
        if (in->links[i]->link && slice_equal(want, slice_of(in->links[i]->id, in->links[i]->id_len)))
            return in->links[i];
    return NULL;
}

/* The first frame of a connection makes it a link. NULL for one whose connection is already off the list. */
static struct incoming_link *link_begin(struct incoming *in, zmq_msg_t *id, zmq_msg_t *m, const uint8_t key[32],
                                        struct report *report)
{
    int fd = zmq_msg_get(m, ZMQ_SRCFD);
    for (size_t i = 0; i < in->links_n; i++) {
        struct incoming_link *l = in->links[i];
        if (l->fd != fd || l->link || l->deaf || zmq_msg_size(id) > ID_MAX)
            continue;
        l->link = in->next++;
        l->timed = false;
        l->id_len = zmq_msg_size(id);
        memcpy(l->id, zmq_msg_data(id), l->id_len);
        memcpy(l->key, key, sizeof l->key);
        report_link_up(report, l->link, NULL, key);
        return l;
    }
    return NULL;
}

static void take_message(struct incoming *in, zmq_msg_t *id, zmq_msg_t *m, struct report *report)
{
    uint8_t key[32];
    bool keyed = key_of(m, key);
    struct incoming_link *l = by_id(in, id);
    if (!l && keyed)
        l = link_begin(in, id, m, key, report);
    if (l)
        l->taken += watch_frame_bytes(zmq_msg_size(m));
    if (!l || l->deaf)
        return;
    if (!keyed || memcmp(key, l->key, sizeof key) != 0)
        link_down(l, ERR_PEER_KEY, report);
    else if (zmq_msg_more(m))
        link_down(l, ERR_PEER_PROTOCOL, report);
    else if (zmq_msg_size(m) > LIMIT_MESSAGE_BYTES)
        link_down(l, ERR_TOO_LARGE, report);
    else
        report_frame(report, l->link, slice_of(zmq_msg_data(m), zmq_msg_size(m)));
}

/* False where nothing waits. */
static bool take_frame(struct incoming *in, struct mono now, struct report *report)
{
    zmq_msg_t id, m;
    zmq_msg_init(&id);
    zmq_msg_init(&m);
    bool taken = zmq_msg_recv(&id, in->socket, ZMQ_DONTWAIT) >= 0;
    if (taken && zmq_msg_more(&id) && zmq_msg_recv(&m, in->socket, ZMQ_DONTWAIT) >= 0) {
        read_monitor(in, now);
        take_message(in, &id, &m, report);
        while (zmq_msg_more(&m) && zmq_msg_recv(&m, in->socket, ZMQ_DONTWAIT) >= 0)
            ;
    }
    zmq_msg_close(&id);
    zmq_msg_close(&m);
    return taken;
}

static void sweep(struct incoming *in, struct report *report)
{
    size_t kept = 0;
    for (size_t i = 0; i < in->links_n; i++) {
        struct incoming_link *l = in->links[i];
        if (l->ended) {
            link_down(l, ERR_UNREACHABLE, report);
            link_free(l);
        } else {
            in->links[kept++] = l;
        }
    }
    in->links_n = kept;
}

static void look_at_bytes(struct incoming *in, struct mono now, struct report *report)
{
    if (now.ms - in->looked.ms < WATCH_LOOK_MS)
        return;
    in->looked = now;
    for (size_t i = 0; i < in->links_n; i++)
        if (sends_without_end(in->links[i]))
            link_down(in->links[i], ERR_TOO_LARGE, report);
}

static void look_after(struct incoming *in, struct mono now, struct report *report)
{
    in->queued = in->timed = false;
    look_at_bytes(in, now, report);
    for (size_t i = 0; i < in->links_n; i++) {
        struct incoming_link *l = in->links[i];
        if (l->link)
            send_queued(l, in->socket, report);
        if (l->timed && now.ms >= l->due.ms)
            link_down(l, ERR_TIMEOUT, report);
        in->queued = in->queued || (!l->ended && !queue_empty(&l->queue));
        in->timed = in->timed || l->timed;
    }
}

void incoming_step(struct incoming *in, struct mono now, struct report *report)
{
    if (!in->socket)
        return;
    read_monitor(in, now);
    bool drained = false;
    for (int budget = FRAMES_A_STEP; budget > 0 && !drained && report_room(report); budget--)
        drained = !take_frame(in, now, report);
    if (drained)
        sweep(in, report);
    look_after(in, now, report);
}

static struct incoming_link *by_number(struct incoming *in, uint64_t link)
{
    for (size_t i = 0; i < in->links_n; i++)
        if (in->links[i]->link == link)
            return in->links[i];
    return NULL;
}

void incoming_send(struct incoming *in, uint64_t link, struct slice frame, struct report *report)
{
    struct incoming_link *l = by_number(in, link);
    if (!l || l->deaf)
        return;
    if (frame.len > LIMIT_MESSAGE_BYTES || queue_put(&l->queue, frame)) {
        link_down(l, ERR_TOO_LARGE, report);
        return;
    }
    send_queued(l, in->socket, report);
    in->queued = in->queued || !queue_empty(&l->queue);
}

void incoming_drop(struct incoming *in, uint64_t link, struct mono now)
{
    struct incoming_link *l = by_number(in, link);
    if (!l || l->shut)
        return;
    l->deaf = true;
    l->timed = in->timed = true;
    l->due.ms = now.ms + CURVE_LINGER_MS;
}
