#include "daemon/cmd/service_http.h"
#include "daemon/core/found.h"
#include "daemon/http/tls.h"
#include "peers/control.h"
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

static err_t set_paths(struct service_http *h, const struct service_http_with *with)
{
    if (snprintf(h->database, sizeof h->database, "%s/%s", with->dir, DATABASE_NAME) >= (int)sizeof h->database ||
        snprintf(h->control, sizeof h->control, "%s/%s", with->dir, CONTROL_SOCKET) >= (int)sizeof h->control)
        return ERR_TOO_LARGE;
    h->options.control = with->control ? h->control : NULL;
    return ERR_OK;
}

static err_t set_options(struct service_http *h, const struct settings *settings)
{
    struct http_options *o = &h->options;
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

static err_t open_at(struct service_http *h, struct bus *bus, const struct service_http_with *with, const char *listen,
                     struct why *why)
{
    h->options.listen = listen;
    err_t e = set_paths(h, with);
    if (!e && !*listen && !h->options.control)
        return ERR_OK;
    if (!e)
        e = set_options(h, with->settings);
    if (!e && *listen)
        e = load_tls(h, with->settings, why);
    if (e)
        return e;
    e = service_thread_open(&h->thread, bus, HTTP_NAME, run, h, why);
    return e && e != ERR_FILE ? why_set(why, e, "http.listen %.100s", listen) : e;
}

err_t service_http_open(struct service_http *h, struct bus *bus, const struct service_http_with *with, bool *taken,
                        struct why *why)
{
    const char *listen = with->serves ? settings_get(with->settings, SETTING_HTTP_LISTEN) : "";
    err_t e = open_at(h, bus, with, listen, why);
    if (e == ERR_PORT_USED && settings_is_default(with->settings, SETTING_HTTP_LISTEN)) {
        service_http_close(h);
        *taken = true;
        *why = (struct why){0};
        return open_at(h, bus, with, "", why);
    }
    return e;
}

void service_http_close(struct service_http *h)
{
    service_thread_close(&h->thread);
    buf_fini(&h->cert);
    buf_fini(&h->hosts);
    buf_wipe(&h->key);
    *h = (struct service_http){0};
}
