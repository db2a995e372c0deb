#include "daemon/cmd/endpoints.h"
#include "peers/address.h"
#include <stdio.h>
#include <string.h>

/* "*:5670" says on which port; where, the site's page tells. */
static void zmq_endpoints(const struct settings *settings, const char *listening, struct buf *out)
{
    struct address a;
    const char *announce = settings_get(settings, SETTING_ZEROMQ_ANNOUNCE),
               *url = settings_get(settings, SETTING_SITE_PUBLIC_URL);
    const char *host = strstr(url, "://");
    if (*announce)
        buf_printf(out, "%s", announce);
    else if (!*listening || address_parse(listening, ADDRESS_LISTEN, &a) || !a.port)
        return;
    else if (a.kind != ADDRESS_ANY)
        buf_printf(out, "%s", listening);
    else if (host)
        buf_printf(out, "%.*s:%u", (int)strcspn(host + 3, "/:"), host + 3, (unsigned)a.port);
}

/* Who listens on one address of his own for all may be told of it; behind a web server only its address serves, and http.announce has that. */
static void http_endpoints(const struct settings *settings, const char *listening, struct buf *out)
{
    struct address a;
    const char *announce = settings_get(settings, SETTING_HTTP_ANNOUNCE),
               *tls = settings_get(settings, SETTING_HTTP_TLS_CERT);
    const char *between = out->len ? " " : "";
    if (*announce)
        buf_printf(out, "%s%s", between, announce);
    else if (*listening && !address_parse(listening, ADDRESS_LISTEN, &a) && a.port && a.kind != ADDRESS_ANY &&
             strncmp(a.host, "127.", 4) != 0 && strcmp(a.host, "::1") != 0 && strcmp(a.host, "localhost") != 0)
        buf_printf(out, "%shttp%s://%s", between, *tls ? "s" : "", listening);
}

void endpoints_told(const struct settings *settings, const char *zmq, const char *http, char *out, size_t size)
{
    struct buf b;
    buf_init(&b, size - 1);
    zmq_endpoints(settings, zmq, &b);
    http_endpoints(settings, http, &b);
    const char *text = buf_text(&b);
    snprintf(out, size, "%s", text ? text : "");
    buf_fini(&b);
}
