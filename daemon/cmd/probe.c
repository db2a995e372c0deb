#include "daemon/cmd/probe.h"
#include "peers/address.h"
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* "https://HOST[:PORT]/…" as HOST:PORT. */
static err_t of_url(const char *url, char out[ADDRESS_TEXT_MAX])
{
    const char *host = strstr(url, "://") + 3, *after = host + strcspn(host, "/");
    const char *bracket = memchr(host, ']', (size_t)(after - host)), *from = bracket ? bracket : host;
    bool has_port = memchr(from, ':', (size_t)(after - from)) != NULL;
    const char *port = has_port ? "" : strncmp(url, "https", 5) == 0 ? ":443" : ":80";
    int n = snprintf(out, ADDRESS_TEXT_MAX, "%.*s%s", (int)(after - host), host, port);
    return n > 0 && n < ADDRESS_TEXT_MAX ? ERR_OK : ERR_ADDRESS;
}

static err_t connect_to(const struct addrinfo *to, int timeout_ms)
{
    int error = 0, fd = socket(to->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    socklen_t len = sizeof error;
    if (fd < 0)
        return ERR_UNREACHABLE;
    err_t e = ERR_OK;
    if (connect(fd, to->ai_addr, to->ai_addrlen) && errno != EINPROGRESS)
        e = ERR_UNREACHABLE;
    if (!e && poll(&(struct pollfd){.fd = fd, .events = POLLOUT}, 1, timeout_ms) <= 0)
        e = ERR_TIMEOUT;
    if (!e && (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) || error))
        e = error == ETIMEDOUT ? ERR_TIMEOUT : ERR_UNREACHABLE;
    close(fd);
    return e;
}

err_t probe_address(const char *text, int timeout_ms)
{
    char plain[ADDRESS_TEXT_MAX], port[8];
    struct address a;
    struct addrinfo *all = NULL, hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
    err_t e = ERR_OK;
    if (address_is_url(text)) {
        e = of_url(text, plain);
        text = plain;
    }
    if (!e)
        e = address_parse(text, ADDRESS_LISTEN, &a);
    if (e || !a.port)
        return e ? e : ERR_ADDRESS;
    snprintf(port, sizeof port, "%u", a.port);
    if (getaddrinfo(a.kind == ADDRESS_ANY ? "localhost" : a.host, port, &hints, &all))
        return ERR_UNREACHABLE;
    e = ERR_UNREACHABLE;
    for (const struct addrinfo *at = all; at && e; at = at->ai_next)
        e = connect_to(at, timeout_ms);
    freeaddrinfo(all);
    return e;
}
