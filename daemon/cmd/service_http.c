#include "daemon/cmd/service_http.h"
#include "daemon/http/tls.h"

#define HTTP_NAME "http"

static void *run(void *arg)
{
    struct service_http *h = arg;
    http_run(h->thread.other, &h->options);
    return NULL;
}

static err_t load_tls(struct service_http *h, const struct settings *settings, struct why *why)
{
    const char *cert = settings_get(settings, SETTING_HTTP_TLS_CERT),
               *key = settings_get(settings, SETTING_HTTP_TLS_KEY);
    buf_init(&h->cert, HTTP_TLS_FILE_BYTES);
    buf_init(&h->key, HTTP_TLS_FILE_BYTES);
    if (!*cert && !*key)
        return ERR_OK;
    if (!*cert || !*key)
        return why_set(why, ERR_TLS, "%s", *cert ? "http.tls_key" : "http.tls_cert");
    err_t e = http_tls_load(cert, key, &h->cert, &h->key, why);
    h->options.tls_cert = (const char *)h->cert.at;
    h->options.tls_key = (const char *)h->key.at;
    return e;
}

err_t service_http_open(struct service_http *h, struct bus *bus, const struct settings *settings, bool *taken,
                        struct why *why)
{
    h->options.listen = settings_get(settings, SETTING_HTTP_LISTEN);
    if (!*h->options.listen)
        return ERR_OK;
    err_t e = load_tls(h, settings, why);
    if (!e) {
        e = service_thread_open(&h->thread, bus, HTTP_NAME, run, h, why);
        if (e)
            why_set(why, e, "http.listen %.100s", h->options.listen);
    }
    if (e != ERR_PORT_USED || !settings_is_default(settings, SETTING_HTTP_LISTEN))
        return e;
    service_http_close(h);
    *taken = true;
    *why = (struct why){0};
    return ERR_OK;
}

void service_http_close(struct service_http *h)
{
    service_thread_close(&h->thread);
    buf_fini(&h->cert);
    buf_wipe(&h->key);
    *h = (struct service_http){0};
}
