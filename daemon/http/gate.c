#include "daemon/http/gate.h"
#include <arpa/inet.h>
#include <stdio.h>
#include <strings.h>

#define NAMES_BYTES 16384
#define HOST_BYTES  256 /* a name of the DNS has 253 */

struct host {
    char name[HOST_BYTES]; /* without brackets and without a dot at the end */
    char port[6];          /* "": none, or the usual one */
    bool literal;
};

static bool is_literal(const char *name)
{
    uint8_t out[16];
    return inet_pton(AF_INET, name, out) == 1 || inet_pton(AF_INET6, name, out) == 1;
}

static bool read_port(const char *at, size_t len, struct host *out)
{
    if (!len)
        return true;
    if (*at != ':' || len - 1 >= sizeof out->port || strspn(at + 1, "0123456789") < len - 1)
        return false;
    memcpy(out->port, at + 1, len - 1);
    if (strcmp(out->port, "80") == 0 || strcmp(out->port, "443") == 0)
        out->port[0] = 0;
    return true;
}

/* name, name:port, [address]:port */
static bool read_host(const char *text, size_t len, struct host *out)
{
    *out = (struct host){.literal = false};
    bool brackets = len && *text == '[';
    const char *end = memchr(text, brackets ? ']' : ':', len);
    size_t n = end ? (size_t)(end - text) : len, at = brackets ? 1 : 0;
    if ((brackets && !end) || n <= at || n - at >= sizeof out->name)
        return false;
    memcpy(out->name, text + at, n - at);
    n += brackets;
    out->literal = is_literal(out->name);
    if (brackets && !out->literal)
        return false;
    size_t last = strlen(out->name);
    if (last > 1 && out->name[last - 1] == '.')
        out->name[last - 1] = 0;
    return read_port(text + n, len - n, out);
}

/* Of a URL: what stands between // and the next slash. */
static void bare(const char **text, size_t *len)
{
    const char *scheme = memmem(*text, *len, "://", 3);
    if (scheme) {
        *len -= (size_t)(scheme + 3 - *text);
        *text = scheme + 3;
    }
    const char *slash = memchr(*text, '/', *len);
    if (slash)
        *len = (size_t)(slash - *text);
}

err_t gate_open(struct gate *g, const char *const *texts, size_t n)
{
    buf_init(&g->names, NAMES_BYTES);
    for (size_t i = 0; i < n; i++)
        for (const char *at = texts[i]; at && *at;) {
            size_t len = strcspn(at, " ,");
            const char *text = at;
            struct host h;
            at += len + strspn(at + len, " ,");
            bare(&text, &len);
            if (!read_host(text, len, &h))
                continue;
            buf_printf(&g->names, "%s%s%s", h.name, *h.port ? ":" : "", h.port);
            buf_byte(&g->names, 0);
        }
    return g->names.err;
}

void gate_close(struct gate *g)
{
    buf_fini(&g->names);
}

static bool is_named(const struct gate *g, const struct host *h, bool with_port)
{
    for (size_t at = 0; at < g->names.len;) {
        const char *text = (const char *)g->names.at + at;
        const char *colon = is_literal(text) ? NULL : strrchr(text, ':');
        size_t n = colon ? (size_t)(colon - text) : strlen(text);
        at += strlen(text) + 1;
        if (strlen(h->name) == n && strncasecmp(h->name, text, n) == 0 &&
            (!with_port || strcmp(h->port, colon ? colon + 1 : "") == 0))
            return true;
    }
    return false;
}

bool gate_knows(const struct gate *g, const char *host)
{
    struct host h;
    return host && read_host(host, strlen(host), &h) &&
           (h.literal || strcasecmp(h.name, "localhost") == 0 || is_named(g, &h, false));
}

bool gate_admits(const struct gate *g, const char *host, const char *origin, const char *fetch_site)
{
    struct host from, here;
    if (fetch_site && strcasecmp(fetch_site, "same-origin") != 0 && strcasecmp(fetch_site, "none") != 0)
        return false;
    if (!origin)
        return true;
    const char *at = strstr(origin, "://");
    if (!at || !read_host(at + 3, strlen(at + 3), &from))
        return false; /* "null" */
    return (host && read_host(host, strlen(host), &here) && strcasecmp(here.name, from.name) == 0 &&
            strcmp(here.port, from.port) == 0) ||
           is_named(g, &from, true);
}
