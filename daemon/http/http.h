/*
 * http: the HTTP thread's loop (libmicrohttpd). It takes requests in, enforces limits, and gives them to the handlers of the table it is handed; what needs the
 * core or the index goes there by the bus, with the connection suspended until the answer comes. It knows nothing of what is served.
 */
#ifndef ALLIED_DAEMON_HTTP_HTTP_H
#define ALLIED_DAEMON_HTTP_HTTP_H

#include "daemon/bus/bus.h"
#include "daemon/http/request.h"

/* What is served (daemon/web/web.h). Its functions run on the HTTP thread. */
struct http_site {
    struct routes routes;
    /* Makes the handlers' context out of `config`. NULL: none is made. */
    err_t (*open)(const void *config, void **context, struct why *why);
    void (*close)(void *context);
    /* Whose token it is; ERR_TOKEN_WRONG, or another error where nobody can say now (503). NULL: no token is good. */
    err_t (*token)(struct http_request *q, const char *token, struct http_principal *out);
    /*
     * Says a problem in another way than as JSON: true: it has answered. Also of requests that no row of the table fits. NULL: none. `problem` is borrowed.
     */
    bool (*problem)(struct http_request *q, unsigned status, const json_t *problem);
    const void *config;
};
struct http_options {
    const struct http_site *site;
    /* "127.0.0.1:8480", "*:8480", "[::1]:0"; port 0: any free one, told by BUS_LISTENING; "": nowhere. */
    const char *listen;
    const char *control;            /* DATA/control.sock, for the owner; NULL: none */
    const char *tls_cert, *tls_key; /* PEM, as http_tls_load gave them; NULL: without TLS */
    const char *lang;               /* site.language; NULL: "en" */
    const char *public_url;         /* site.public_url; NULL or "": not known */
    /* What else the site is called: names, addresses or URLs, separated by blanks or commas; NULL: nothing. */
    const char *hosts;
    bool reads_need_token;  /* http.public_read is no */
    bool caps_loopback;     /* what bounds an address bounds the loopback's as well: tests */
    int64_t ask_ms;         /* 0: LIMIT_HTTP_ASK_MS; less: tests */
    struct bus_end *index;  /* the index thread's; NULL: there is none */
    struct bus_end *scribe; /* the scribe's; likewise */
};
/* Runs until BUS_STOP. Meant as a thread's body. `end` is the end that does not bind. */
void http_run(struct bus_end *end, const struct http_options *options);

#endif
