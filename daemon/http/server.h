/*
 * server: libmicrohttpd, and the requests that are here. One thread. The only user of microhttpd.h.
 */
#ifndef ALLIED_DAEMON_HTTP_SERVER_H
#define ALLIED_DAEMON_HTTP_SERVER_H

#include "daemon/http/conn.h"
#include "daemon/http/http.h"

#define HTTP_PATH_MAX 255

struct route;
struct http_request {
    struct http_request *next, **link;
    void *connection;
    struct conn *conn;
    char path[HTTP_PATH_MAX + 1]; /* as it came, without the query */
    size_t uri_bytes, read_bytes; /* of the line; of the body, kept or not */
    bool begun, uri_seen;
    const struct route *route;
    struct buf body;
    uint64_t ticket; /* not 0: the core has it, or will */
    uint64_t what;
    bool sent, answered, refused;
    unsigned status;
    const char *type;
    char allow[32];
    struct buf answer;
};
struct server {
    void *daemon; /* NULL: not open */
    int listening;
    struct conns conns;
    struct http_request *requests;
    size_t upload_bytes; /* of all bodies here */
    uint64_t next_ticket;
    bool stopping;
};

/* `address` gets where it listens (ADDRESS_TEXT_MAX). ERR_ADDRESS, ERR_PORT_USED, ERR_TLS, ERR_MEMORY. */
err_t server_open(struct server *s, const struct http_options *options, char *address);
void server_close(struct server *s); /* polite: what was answered goes out, for half a second at most */
int server_fd(const struct server *s);
void server_step(struct server *s, struct bus_end *core);
long server_timeout_ms(struct server *s); /* until server_step has to be called again */

/* For handlers. */
void server_reply(struct http_request *q, unsigned status, const char *type, struct slice body);
void server_problem(struct http_request *q, unsigned status, err_t code); /* RFC 9457, PROTOCOL.md §8.5 */
void server_forward(struct server *s, struct http_request *q, enum bus_http what);
/* The core's answer to a ticket. */
void server_answer(struct server *s, uint64_t ticket, unsigned status, err_t why, struct slice body);

#endif
