#include "daemon/http/route.h"
#include "protocol/base/limits.h"
#include <stdio.h>

/* The process answers: nothing more is said. */
static void healthz(struct server *s, struct http_request *q)
{
    (void)s;
    server_reply(q, 200, "text/plain; charset=utf-8", slice_text("ok\n"));
}

static void readyz(struct server *s, struct http_request *q)
{
    server_forward(s, q, BUS_HTTP_READY);
}

static void exchange(struct server *s, struct http_request *q)
{
    server_forward(s, q, BUS_HTTP_EXCHANGE);
}

static const struct route routes[] = {
    {"POST", "/peer/v1/exchange", "application/msgpack", LIMIT_HTTP_EXCHANGE_BYTES, exchange},
    {"GET",  "/healthz",          NULL,                  0,                         healthz },
    {"GET",  "/readyz",           NULL,                  0,                         readyz  },
};

const struct route *route_find(const char *method, struct slice path, unsigned *status, char allow[32])
{
    const char *wanted = strcmp(method, "HEAD") == 0 ? "GET" : method;
    size_t n = 0;
    *status = 404;
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
        const struct route *r = &routes[i];
        if (!slice_equal(path, slice_text(r->path)))
            continue;
        if (strcmp(r->method, wanted) == 0)
            return r;
        *status = 405;
        int k = snprintf(allow + n, 32 - n, "%s%s", n ? ", " : "", strcmp(r->method, "GET") ? r->method : "GET, HEAD");
        n += k > 0 && (size_t)k < 32 - n ? (size_t)k : 0;
    }
    return NULL;
}
