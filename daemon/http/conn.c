#include "daemon/http/conn.h"
#include "protocol/base/limits.h"
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#define LOOK_MS 250
#define SHUT    (INT64_MAX / 2) /* no time to wait for */

static struct conn_key key_of(const struct sockaddr *from)
{
    struct conn_key k = {.loopback = from && from->sa_family == AF_UNIX};
    if (from && from->sa_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, from, sizeof v4);
        memcpy(k.bytes, &v4.sin_addr, 4);
        k.loopback = k.bytes[0] == 127;
    } else if (from && from->sa_family == AF_INET6) {
        struct sockaddr_in6 v6;
        memcpy(&v6, from, sizeof v6);
        bool mapped = IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr);
        memcpy(k.bytes, v6.sin6_addr.s6_addr + (mapped ? 12 : 0), mapped ? 4 : 8);
        k.loopback = mapped ? k.bytes[0] == 127 : IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr);
    }
    return k;
}

/* What comes from this machine is a proxy's, which stands for many; it has limits of its own. */
bool conn_admits(const struct conns *all, const struct sockaddr *from)
{
    struct conn_key k = key_of(from);
    size_t n = 0;
    for (const struct conn *c = all->first; c; c = c->next)
        n += memcmp(c->key.bytes, k.bytes, sizeof k.bytes) == 0;
    return all->n < LIMIT_HTTP_CONNECTIONS && (n < LIMIT_HTTP_ADDRESS || (k.loopback && !all->caps_loopback));
}

struct conn *conn_add(struct conns *all, int fd, const struct sockaddr *from, struct mono now)
{
    struct conn *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    c->fd = fd;
    c->key = key_of(from);
    c->next = all->first;
    c->link = &all->first;
    if (c->next)
        c->next->link = &c->next;
    all->first = c;
    all->n++;
    conn_is_at(c, CONN_HEADERS, now);
    return c;
}

void conn_remove(struct conns *all, struct conn *c)
{
    if (!c)
        return;
    *c->link = c->next;
    if (c->next)
        c->next->link = c->link;
    all->n--;
    free(c);
}

void conn_is_at(struct conn *c, enum conn_at at, struct mono now)
{
    static const int64_t limits_ms[] = {
        [CONN_HEADERS] = LIMIT_HTTP_HEADER_MS,
        [CONN_BODY] = LIMIT_HTTP_BODY_MS,
        [CONN_WAITS] = SHUT, /* the core answers, or the thread ends */
        [CONN_ANSWER] = LIMIT_HTTP_ANSWER_MS,
        [CONN_IDLE] = LIMIT_HTTP_IDLE_MS,
    };
    if (!c)
        return;
    c->at = at;
    c->due.ms = now.ms + limits_ms[at];
}

/* libmicrohttpd does not hear of an end that comes together with the last bytes. What waits for more bytes then waits in vain; an answer may still be wanted. */
static bool waits_in_vain(const struct conn *c)
{
    bool expects = c->at == CONN_HEADERS || c->at == CONN_BODY || c->at == CONN_IDLE;
    return expects && conn_has_hung_up(c);
}

bool conn_has_hung_up(const struct conn *c)
{
    char byte;
    return c && recv(c->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

long conn_end_overdue(struct conns *all, struct mono now)
{
    bool timed = false, look = now.ms - all->looked.ms >= LOOK_MS;
    if (look)
        all->looked = now;
    for (struct conn *c = all->first; c; c = c->next) {
        if (now.ms >= c->due.ms || (look && c->due.ms < SHUT && waits_in_vain(c))) {
            shutdown(c->fd, SHUT_RDWR);
            c->due.ms = SHUT;
        }
        timed = timed || c->at != CONN_WAITS;
    }
    return timed ? LOOK_MS : 1000;
}
