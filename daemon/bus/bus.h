/*
 * bus: serialised messages between threads over inproc ZeroMQ sockets: bytes, never pointers. Each message is one msgpack array that begins
 * with its number. PAIR sockets: one at each end, a thread each.
 */
#ifndef ALLIED_DAEMON_BUS_BUS_H
#define ALLIED_DAEMON_BUS_BUS_H

#include "protocol/base/buf.h"

enum bus_event {
    /* net → core */
    BUS_LINK_UP = 1,   /* [1, link, site 32B or nil, curve 32B] */
    BUS_LINK_DOWN = 2, /* [2, link, error name] */
    BUS_FRAME = 3,     /* [3, link, bin] */
    BUS_LISTENING = 5, /* [5, address text] once, after the ports are bound */
    BUS_FAILED = 6,    /* [6, error name, detail text]: a port in use, …; the daemon ends by it */
    BUS_POSTED = 7,    /* [7, post, status, error name, body bin]: what a BUS_POST came to; status 0: no answer */
    /* http → core, and → index and scribe for a REQUEST; also LISTENING and FAILED */
    BUS_HTTP = 8, /* [8, ticket, what (enum bus_http), body bin] */
    /* index → core, beside LISTENING */
    BUS_REPLY = 19,   /* [19, client bin, json bin] */
    BUS_CLEANED = 9,  /* [9, round]: what was erased up to that round of BUS_CLEAN is in no byte of the index */
    BUS_TROUBLE = 10, /* [10, error name]: the index cannot follow, and tries again; "ok": it can again */
    /* core → net */
    BUS_CONNECT = 16, /* [16, link, site 32B, address] */
    BUS_SEND = 17,    /* [17, link, bin] */
    BUS_CLOSE = 18,   /* [18, link] */
    BUS_STOP = 20,    /* [20]; to http, index and scribe as well */
    BUS_POST = 21,    /* [21, post, url text, body bin, timeout ms] */
    BUS_UNPOST = 22,  /* [22, post] */
    /* core, index, scribe → http */
    BUS_HTTP_ANSWER = 23, /* [23, ticket, status, error name, body bin] */
    /* core → index, beside STOP */
    BUS_CHANGED = 24, /* [24]: the replica changed */
    BUS_REQUEST = 4,  /* [4, client bin, json bin] */
    BUS_CLEAN = 25    /* [25, round]: bodies were erased, in what is committed; rounds rise */
};
/* A REQUEST's body is JSON, and so is that of its answer: {"do", "lang", "args"} (daemon/core/request.h), status 200 whatever it says. */
enum bus_http { BUS_HTTP_EXCHANGE = 1, BUS_HTTP_READY = 2, BUS_HTTP_REQUEST = 3 };

struct bus;     /* the context that both ends share */
struct bus_end; /* one thread's end */
err_t bus_open(struct bus **out);
void bus_close(struct bus *b);    /* after both ends are closed */
void *bus_context(struct bus *b); /* the ZeroMQ context, for peers/net */
/*
 * One end of the pair called `name`. The core's end binds: what it sends waits without bound, so that the core never blocks. The other end may
 * have only a few messages waiting (BUS_ROOM at each end): past that bus_send blocks, or whoever polls bus_socket() for ZMQ_POLLOUT reads no more
 * from its own sources for the time being. Either end may come first. ERR_MEMORY, ERR_INTERNAL (the name is taken).
 */
#define BUS_ROOM 16
err_t bus_attach(struct bus *b, const char *name, bool binds, struct bus_end **out);
void bus_detach(struct bus_end *e);
void *bus_socket(struct bus_end *e); /* for zmq_poll */
err_t bus_send(struct bus_end *e, struct slice message);
err_t bus_try_send(struct bus_end *e, struct slice message); /* ERR_TIMEOUT where the other end has no room now */
/*
 * Replaces `out`, whose cap is the caller's. Waits at most timeout_ms (-1: for ever; 0: not at all). ERR_TIMEOUT, also when a signal came in
 * between, so that its flag is looked at; ERR_TOO_LARGE past out's cap (that message is gone).
 */
err_t bus_recv(struct bus_end *e, long timeout_ms, struct buf *out);
/* Waits until one of the ends (NULL: passed over) has a message, or a signal came. */
void bus_wait(struct bus_end *const *ends, size_t n, long timeout_ms);
/* Waits until one of the ends (NULL: passed over) has a message, or one of the descriptors (-1: passed over) something to read. */
void bus_wait_fd(struct bus_end *const *ends, size_t n, const int *fds, size_t fds_n, long timeout_ms);

#endif
