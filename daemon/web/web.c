#include "daemon/web/web.h"
#include "daemon/web/routes.h"
#include <stdlib.h>

static err_t web_open(const void *config, void **context, struct why *why)
{
    struct web *w = calloc(1, sizeof *w);
    (void)why;
    if (!w)
        return ERR_MEMORY;
    w->config = config;
    *context = w;
    return ERR_OK;
}

static void web_close(void *context)
{
    free(context);
}

struct http_site web_site(const struct web_config *config)
{
    return (struct http_site){.routes = routes_all(), .open = web_open, .close = web_close, .config = config};
}

struct web *web_of(const struct http_request *q)
{
    return request_context(q);
}
