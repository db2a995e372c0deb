#include "daemon/http/listen.h"
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 512

static err_t bind_one(const struct addrinfo *ai, int *fd)
{
    int on = 1, off = 0;
    int s = socket(ai->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (s < 0)
        return ERR_ADDRESS;
    setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (ai->ai_family == AF_INET6)
        setsockopt(s, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off); /* "*" is both families */
    if (bind(s, ai->ai_addr, ai->ai_addrlen) || listen(s, BACKLOG)) {
        err_t e = errno == EADDRINUSE ? ERR_PORT_USED : ERR_ADDRESS;
        close(s);
        return e;
    }
    *fd = s;
    return ERR_OK;
}

static void port_of(int fd, struct address *a)
{
    struct sockaddr_storage at = {0};
    socklen_t len = sizeof at;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    if (getsockname(fd, (struct sockaddr *)&at, &len))
        return;
    memcpy(&v4, &at, sizeof v4);
    memcpy(&v6, &at, sizeof v6);
    a->port = ntohs(at.ss_family == AF_INET6 ? v6.sin6_port : v4.sin_port);
}

err_t listen_open(const char *address, int *fd, char bound[ADDRESS_TEXT_MAX])
{
    struct address a;
    char port[8];
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE}, *list = NULL;
    err_t e = ERR_ADDRESS;
    if (address_parse(address, ADDRESS_LISTEN, &a))
        return ERR_ADDRESS;
    snprintf(port, sizeof port, "%u", (unsigned)a.port);
    if (a.kind == ADDRESS_ANY)
        hints.ai_family = AF_INET6;
    if (getaddrinfo(a.kind == ADDRESS_ANY ? NULL : a.host, port, &hints, &list))
        return ERR_ADDRESS;
    for (const struct addrinfo *ai = list; ai && e; ai = ai->ai_next)
        e = bind_one(ai, fd);
    freeaddrinfo(list);
    if (e == ERR_ADDRESS && a.kind == ADDRESS_ANY) { /* a machine without IPv6 */
        hints.ai_family = AF_INET;
        if (getaddrinfo(NULL, port, &hints, &list) == 0) {
            e = bind_one(list, fd);
            freeaddrinfo(list);
        }
    }
    if (e)
        return e;
    port_of(*fd, &a);
    address_format(&a, bound);
    return ERR_OK;
}

err_t listen_open_file(const char *path, struct sockpath *name, int *fd)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    err_t e = sockpath_open(path, name);
    if (e)
        return e;
    snprintf(at.sun_path, sizeof at.sun_path, "%s", name->path);
    int s = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    (void)unlink(name->path);
    /* The mask is the whole process's; another thread's new file can only get fewer permissions by it. */
    mode_t old = umask(077);
    bool bound = s >= 0 && bind(s, (struct sockaddr *)&at, sizeof at) == 0;
    umask(old);
    if (bound && listen(s, BACKLOG) == 0) {
        *fd = s;
        return ERR_OK;
    }
    if (s >= 0)
        close(s);
    sockpath_close(name);
    return ERR_FILE;
}
