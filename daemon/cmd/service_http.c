#include "daemon/cmd/service_http.h"
#include "daemon/core/found.h"
#include "daemon/http/tls.h"
#include <stdio.h>

#define HTTP_NAME   "http"
#define HOSTS_BYTES 16384

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

static err_t set_options(struct service_http *h, const char *dir, const struct settings *settings)
{
    struct http_options *o = &h->options;
    if (snprintf(h->database, sizeof h->database, "%s/%s", dir, DATABASE_NAME) >= (int)sizeof h->database)
        return ERR_TOO_LARGE;
    h->web.database = h->database;
    h->web.contact = settings_get(settings, SETTING_SITE_CONTACT);
    h->site = web_site(&h->web);
    o->site = &h->site;
    o->lang = settings_get(settings, SETTING_SITE_LANGUAGE);
    o->public_url = settings_get(settings, SETTING_SITE_PUBLIC_URL);
    o->reads_need_token = !settings_number(settings, SETTING_HTTP_PUBLIC_READ);
    buf_init(&h->hosts, HOSTS_BYTES);
    buf_printf(&h->hosts, "%s %s", settings_get(settings, SETTING_HTTP_HOSTS),
               settings_get(settings, SETTING_HTTP_ANNOUNCE));
    o->hosts = buf_text(&h->hosts);
    return h->hosts.err;
}

err_t service_http_open(struct service_http *h, struct bus *bus, const char *dir, const struct settings *settings,
                        bool *taken, struct why *why)
{
    h->options.listen = settings_get(settings, SETTING_HTTP_LISTEN);
    if (!*h->options.listen)
        return ERR_OK;
    err_t e = set_options(h, dir, settings);
    if (!e)
        e = load_tls(h, settings, why);
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
    buf_fini(&h->hosts);
    buf_wipe(&h->key);
    *h = (struct service_http){0};
}
