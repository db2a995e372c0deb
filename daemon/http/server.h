/*
 * server: libmicrohttpd, and the requests that are here. One thread. Inside daemon/http alone: handlers see request.h, answer.h, ask.h.
 */
#ifndef ALLIED_DAEMON_HTTP_SERVER_H
#define ALLIED_DAEMON_HTTP_SERVER_H

#include "daemon/bus/sockpath.h"
#include "daemon/http/ask.h"
#include "daemon/http/conn.h"
#include "daemon/http/gate.h"
#include "daemon/http/http.h"
#include "daemon/http/quota.h"
#include "daemon/http/tally.h"
#include "daemon/http/uri.h"
#include "protocol/base/limits.h"

struct http_header {
    struct http_header *next;
    const char *name, *value;
};
/* Whom a handler asks. */
enum asked_of { ASK_CORE, ASK_INDEX, ASK_SCRIBE, ASKED_N };
struct question {    /* to another thread */
    uint64_t ticket; /* not 0: it is out, or will be */
    enum bus_http what;
    enum asked_of of;
    bool sent;
    struct mono due;
    struct buf bytes;
    ask_then *then;
};
struct http_answer {
    unsigned status;
    const char *type, *cache;
    struct http_header *headers;
    struct buf body; /* of a stream: the last piece */
    size_t taken;    /* of it */
    struct stream stream;
    bool ended;
};
struct http_request {
    struct http_request *next, **link;
    struct server *server;
    void *connection;
    struct conn *conn;
    struct arena arena;
    char *line;       /* as it came: path and query; NULL without memory */
    size_t uri_bytes; /* of it */
    struct uri uri;
    struct route_found found;
    struct uri_query query;
    const char *lang;
    struct http_principal principal;
    bool begun, known, answered, refused,
        suspended; /* known: principal is set; refused: the connection ends with the answer */
    char allow[64];
    int64_t begun_us;  /* when its headers were here */
    size_t read_bytes; /* of the body, kept or not */
    struct buf body;
    struct question asked;
    struct http_answer answer;
    struct why why;
    void *own;
    void (*own_end)(void *own);
};
struct server {
    void *daemon; /* NULL: not open */
    int listening;
    bool owner;             /* it listens at DATA/control.sock */
    struct sockpath socket; /* then, where that is */
    const struct http_options *options;
    struct bus_end *core;
    struct tally *tally; /* of all servers of the thread */
    void *context;       /* the site's */
    struct gate gate;
    struct conns conns;
    struct quota reads, wrong; /* what is public; tokens that are not good */
    struct http_request *requests;
    size_t upload_bytes; /* of all bodies here */
    size_t streams;
    uint64_t next_ticket;
    struct mono polled; /* the streams that wait */
    bool stopping;
};

/* `address` gets where it listens (ADDRESS_TEXT_MAX). ERR_ADDRESS, ERR_PORT_USED, ERR_TLS, ERR_MEMORY, and what the site's open says. */
err_t server_open(struct server *s, struct bus_end *core, const struct http_options *options, char *address,
                  struct why *why);
/* The same for the owner, at options->control: without TLS, nothing bounded by address. ERR_FILE, … */
err_t server_open_owner(struct server *s, struct bus_end *core, const struct http_options *options, struct why *why);
void server_close(struct server *s); /* polite: what was answered goes out, for half a second at most */
int server_fd(const struct server *s);
void server_step(struct server *s);
long server_timeout_ms(struct server *s); /* until server_step has to be called again */

/* What judge found: its status, and q->why where that is of it. */
void answer_refusal(struct http_request *q, unsigned status, err_t e);
void server_suspend(struct http_request *q);
void server_resume(struct http_request *q);

#endif
