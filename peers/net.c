/*
 * net: one loop. It waits for the bus, the ZAP handler, the port and each outgoing link, and lets each part do what waits, within a
 * budget. While the core does not keep up (report_room), nothing is read from the network: TCP holds the peers back.
 */
#include "peers/net.h"
#include "peers/http_link.h"
#include "peers/incoming.h"
#include "peers/zap.h"
#include "peers/watch.h"
#include "peers/zmq_link.h"
#include "protocol/base/limits.h"
#include "protocol/wire/rd.h"
#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <zmq.h>

#define COMMANDS_A_STEP 64
#define IDLE_MS         1000
#define TIMED_MS        100
#define QUEUED_MS       5 /* a ROUTER cannot say when one peer's pipe has room again */
#define OTHERS          4 /* poll items besides the links' two each */
#define ADDRESS_BYTES   512

struct net {
    void *context;
    struct bus_end *end;
    const struct net_options *options;
    struct report report;
    struct incoming in;
    struct http_link http;
    void *zap;
    struct zmq_link **links;
    size_t links_n, links_room;
    zmq_pollitem_t *items;
    size_t items_room;
    struct buf command;
    size_t turn;
    bool stop;
};

static struct mono now_mono(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (struct mono){(int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000};
}

static struct zmq_link *find_link(struct net *n, uint64_t link)
{
    for (size_t i = 0; i < n->links_n; i++)
        if (n->links[i]->link == link)
            return n->links[i];
    return NULL;
}

static err_t grow(struct net *n)
{
    if (n->links_n < n->links_room)
        return ERR_OK;
    size_t room = n->links_room ? n->links_room * 2 : 8;
    struct zmq_link **links = realloc(n->links, room * sizeof(struct zmq_link *));
    if (!links)
        return ERR_MEMORY;
    n->links = links;
    n->links_room = room;
    return ERR_OK;
}

/* Poll items for all there is; without memory, for as many as there were. */
static bool grow_items(struct net *n)
{
    size_t want = OTHERS + 2 * n->links_n + n->http.sockets_n;
    if (want <= n->items_room)
        return true;
    zmq_pollitem_t *items = reallocarray(n->items, 2 * want, sizeof *items);
    if (!items)
        return false;
    n->items = items;
    n->items_room = 2 * want;
    return true;
}

static void do_connect(struct net *n, struct rd *r)
{
    uint8_t site[SITE_BYTES];
    char address[ADDRESS_BYTES + 1] = {0};
    uint64_t link = rd_uint(r, NET_INCOMING - 1);
    rd_fixed(r, site, sizeof site);
    struct slice text = rd_text(r, ADDRESS_BYTES);
    if (rd_end(r) || find_link(n, link))
        return;
    memcpy(address, text.at, text.len);
    struct zmq_link *l = NULL;
    err_t err = memchr(address, 0, text.len) ? ERR_ADDRESS : grow(n);
    if (!err)
        err = zmq_link_open(n->context, n->options, link, site, address, now_mono(), &l);
    if (err)
        report_link_down(&n->report, link, err);
    else
        n->links[n->links_n++] = l;
}

static void do_send(struct net *n, struct rd *r)
{
    uint64_t link = rd_uint(r, UINT64_MAX);
    struct slice frame = rd_bin(r, 0, SIZE_MAX);
    if (rd_end(r))
        return;
    struct zmq_link *l = find_link(n, link);
    if (l)
        zmq_link_send(l, frame, &n->report);
    else
        incoming_send(&n->in, link, frame, &n->report);
}

static void do_close(struct net *n, struct rd *r)
{
    uint64_t link = rd_uint(r, UINT64_MAX);
    if (rd_end(r))
        return;
    for (size_t i = 0; i < n->links_n; i++)
        if (n->links[i]->link == link) {
            zmq_link_close(n->links[i]);
            n->links[i] = n->links[--n->links_n];
            return;
        }
    incoming_drop(&n->in, link, now_mono());
}

static void do_post(struct net *n, struct rd *r)
{
    char url[ADDRESS_BYTES + 1] = {0};
    uint64_t post = rd_uint(r, UINT64_MAX);
    struct slice text = rd_text(r, ADDRESS_BYTES), body = rd_bin(r, 0, SIZE_MAX);
    int64_t timeout_ms = (int64_t)rd_uint(r, INT32_MAX);
    if (rd_end(r))
        return;
    memcpy(url, text.at, text.len);
    http_link_post(&n->http, post, url, body, timeout_ms, &n->report);
}

static void do_unpost(struct net *n, struct rd *r)
{
    uint64_t post = rd_uint(r, UINT64_MAX);
    if (!rd_end(r))
        http_link_unpost(&n->http, post);
}

static void do_stop(struct net *n, struct rd *r)
{
    (void)r;
    n->stop = true;
}

static const struct {
    enum bus_event event;
    size_t items;
    void (*run)(struct net *n, struct rd *r);
} commands[] = {
    {BUS_CONNECT, 4, do_connect},
    {BUS_SEND,    3, do_send   },
    {BUS_CLOSE,   2, do_close  },
    {BUS_STOP,    1, do_stop   },
    {BUS_POST,    5, do_post   },
    {BUS_UNPOST,  2, do_unpost },
};

static void run_command(struct net *n)
{
    struct rd r;
    rd_init(&r, buf_slice(&n->command));
    size_t items = rd_array(&r, 1, 8);
    uint64_t event = rd_uint(&r, UINT64_MAX);
    for (size_t i = 0; !r.err && i < sizeof commands / sizeof commands[0]; i++)
        if (commands[i].event == event && commands[i].items == items) {
            commands[i].run(n, &r);
            return;
        }
}

static void read_commands(struct net *n)
{
    for (int budget = COMMANDS_A_STEP; budget > 0 && !n->stop; budget--) {
        err_t err = bus_recv(n->end, 0, &n->command);
        if (err == ERR_TIMEOUT)
            return;
        if (err == ERR_INTERNAL)
            n->stop = true; /* the context is going away */
        else if (!err)
            run_command(n);
    }
}

/* Another one first each time: where the core does not keep up, the first takes all the room. */
static void step_links(struct net *n, struct mono now)
{
    size_t kept = 0;
    for (size_t i = 0; i < n->links_n; i++)
        zmq_link_step(n->links[(i + n->turn / 2) % n->links_n], now, &n->report);
    for (size_t i = 0; i < n->links_n; i++) {
        struct zmq_link *l = n->links[i];
        if (l->over)
            zmq_link_close(l);
        else
            n->links[kept++] = l;
    }
    n->links_n = kept;
}

static void step_peers(struct net *n)
{
    struct mono now = now_mono();
    bool links_first = n->turn++ % 2;
    if (links_first)
        step_links(n, now);
    incoming_step(&n->in, now, &n->report);
    if (!links_first)
        step_links(n, now);
}

static size_t add_item(struct net *n, size_t at, void *socket, int events)
{
    if (!socket || !events)
        return at;
    n->items[at] = (zmq_pollitem_t){.socket = socket, .events = (short)events};
    return at + 1;
}

/* Each of libcurl's sockets that has something is told to it. */
static void serve_http(struct net *n, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        if (n->items[i].revents)
            http_link_ready(&n->http, n->items[i].fd, n->items[i].revents & (ZMQ_POLLIN | ZMQ_POLLERR),
                            n->items[i].revents & (ZMQ_POLLOUT | ZMQ_POLLERR));
}

static long sooner(const struct http_link *h, long timeout_ms)
{
    int64_t left = h->timed ? h->due.ms - now_mono().ms : timeout_ms;
    return left < 0 ? 0 : left < timeout_ms ? (long)left : timeout_ms;
}

/* Waits until something can be done. */
static void wait(struct net *n)
{
    if (!grow_items(n))
        return;
    bool room = report_room(&n->report);
    int input = room ? ZMQ_POLLIN : 0;
    long timeout_ms = n->in.queued ? QUEUED_MS : n->in.timed ? TIMED_MS : n->in.links_n ? WATCH_LOOK_MS : IDLE_MS;
    size_t k = add_item(n, 0, bus_socket(n->end), ZMQ_POLLIN | (room ? 0 : ZMQ_POLLOUT));
    k = add_item(n, k, n->zap, ZMQ_POLLIN);
    k = add_item(n, k, n->in.monitor, ZMQ_POLLIN);
    k = add_item(n, k, n->in.socket, input);
    for (size_t i = 0; i < n->links_n; i++) {
        struct zmq_link *l = n->links[i];
        k = add_item(n, k, l->monitor, ZMQ_POLLIN);
        k = add_item(n, k, l->socket, input | (l->up && !queue_empty(&l->queue) ? ZMQ_POLLOUT : 0));
        long look_ms = l->up ? WATCH_LOOK_MS : TIMED_MS;
        if (timeout_ms > look_ms)
            timeout_ms = look_ms;
    }
    size_t http = k;
    for (size_t i = 0; room && i < n->http.sockets_n; i++, k++)
        n->items[k] = (zmq_pollitem_t){.fd = n->http.sockets[i].fd,
                                       .events = (short)((n->http.sockets[i].reads ? ZMQ_POLLIN : 0) |
                                                         (n->http.sockets[i].writes ? ZMQ_POLLOUT : 0))};
    if (zmq_poll(n->items, (int)k, sooner(&n->http, timeout_ms)) > 0)
        serve_http(n, http, k);
}

static err_t net_open(struct net *n, const char **detail)
{
    *detail = n->options->listen;
    err_t err = http_link_open(&n->http, n->options->ca_file);
    if (!err && n->options->listen[0])
        err = zap_open(n->context, &n->zap);
    if (!err)
        err = incoming_open(n->context, n->options, &n->in);
    return err;
}

static void net_close(struct net *n)
{
    for (size_t i = 0; i < n->links_n; i++)
        zmq_link_close(n->links[i]);
    http_link_linger(&n->http);
    http_link_close(&n->http);
    incoming_close(&n->in);
    zap_close(n->zap);
    report_fini(&n->report);
    buf_fini(&n->command);
    free(n->links);
    free(n->items);
}

void net_run(struct bus *bus, struct bus_end *end, const struct net_options *options)
{
    struct net n = {.context = bus_context(bus), .end = end, .options = options};
    const char *detail;
    report_init(&n.report, bus_socket(end));
    buf_init(&n.command, SIZE_MAX); /* from the core */
    err_t err = net_open(&n, &detail);
    if (err)
        report_failed(&n.report, err, detail);
    else
        report_listening(&n.report, n.in.address);
    while (!n.stop) {
        read_commands(&n);
        if (n.zap)
            zap_step(n.zap);
        step_peers(&n);
        http_link_step(&n.http, now_mono(), &n.report);
        if (!n.stop)
            wait(&n);
    }
    net_close(&n);
}
