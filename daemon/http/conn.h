/*
 * conn: the connections that stand: where from, what they are at, and until when. libmicrohttpd's own time-out counts inactivity, which drops of bytes
 * defeat; what is counted here is absolute.
 */
#ifndef ALLIED_DAEMON_HTTP_CONN_H
#define ALLIED_DAEMON_HTTP_CONN_H

#include "protocol/base/clock.h"
#include "protocol/base/err.h"
#include <stdbool.h>
#include <sys/socket.h>

enum conn_at { CONN_HEADERS, CONN_BODY, CONN_WAITS, CONN_ANSWER, CONN_IDLE };
struct conn_key { /* of an IPv4 address, or of an IPv6 /64 */
    uint8_t bytes[8];
    bool loopback;
};
struct conn {
    struct conn *next, **link;
    int fd;
    struct conn_key key;
    enum conn_at at;
    struct mono due;
};
struct conns {
    struct conn *first;
    size_t n;
    bool caps_loopback;
    struct mono looked; /* for who hung up */
};

bool conn_admits(const struct conns *all, const struct sockaddr *from); /* within LIMIT_HTTP_ADDRESS */
/* NULL without memory. */
struct conn *conn_add(struct conns *all, int fd, const struct sockaddr *from, struct mono now);
void conn_remove(struct conns *all, struct conn *c);               /* frees it */
void conn_is_at(struct conn *c, enum conn_at at, struct mono now); /* NULL is fine */
bool conn_has_hung_up(const struct conn *c);                       /* nothing more comes from there; NULL: no */
/* Shuts down what is overdue, and what waits for more of who hung up; when to look again at the latest, in ms. */
long conn_end_overdue(struct conns *all, struct mono now);

#endif
