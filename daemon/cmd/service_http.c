#include "daemon/cmd/service_http.h"
#include "daemon/cmd/service_out.h"
#include "daemon/http/tls.h"
#include "protocol/wire/rd.h"
#include <signal.h>
#include <stdlib.h>

#define HTTP_NAME  "http"
#define START_MS   10000
#define HEAD_BYTES 4096

static void *run(void *arg)
{
    struct service_http *h = arg;
    http_run(h->other, &h->options);
    return NULL;
}

static err_t start(struct service_http *h)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    h->runs = pthread_create(&h->thread, NULL, run, h) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return h->runs ? ERR_OK : ERR_MEMORY;
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

/* The first word of the thread: where it listens, or why it does not. */
static err_t first_word(struct service_http *h, struct why *why)
{
    struct buf in;
    struct rd r;
    char name[64] = "";
    buf_init(&in, HEAD_BYTES);
    err_t e = bus_recv(h->end, START_MS, &in);
    rd_init(&r, buf_slice(&in));
    rd_array(&r, 2, 3);
    uint64_t event = rd_uint(&r, UINT64_MAX);
    struct slice text = rd_text(&r, sizeof h->address - 1);
    if (!e && event == BUS_LISTENING) {
        memcpy(h->address, text.at, text.len);
    } else if (!e) {
        memcpy(name, text.at, text.len < sizeof name ? text.len : 0);
        e = err_by_name(name);
        e = why_set(why, e == ERR_COUNT || !e ? ERR_INTERNAL : e, "http.listen %.100s", h->options.listen);
    }
    buf_fini(&in);
    return e;
}

err_t service_http_open(struct service_http *h, struct bus *bus, const struct settings *settings, bool *taken,
                        struct why *why)
{
    h->options.listen = settings_get(settings, SETTING_HTTP_LISTEN);
    if (!*h->options.listen)
        return ERR_OK;
    err_t e = load_tls(h, settings, why);
    if (!e)
        e = bus_attach(bus, HTTP_NAME, true, &h->end);
    if (!e)
        e = bus_attach(bus, HTTP_NAME, false, &h->other);
    if (!e)
        e = start(h);
    if (!e)
        e = first_word(h, why);
    if (e != ERR_PORT_USED || !settings_is_default(settings, SETTING_HTTP_LISTEN))
        return e;
    service_http_close(h);
    *taken = true;
    *why = (struct why){0};
    return ERR_OK;
}

void service_http_close(struct service_http *h)
{
    if (h->runs) {
        service_out_stop(h->end);
        pthread_join(h->thread, NULL);
    }
    bus_detach(h->end);
    bus_detach(h->other);
    buf_fini(&h->cert);
    buf_wipe(&h->key);
    *h = (struct service_http){0};
}
