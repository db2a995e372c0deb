/*
 * http_side: the HTTP thread on loopback, with the test's own thread in the core's place, and raw sockets that speak to it.
 */
#ifndef ALLIED_TESTS_HELP_HTTP_SIDE_H
#define ALLIED_TESTS_HELP_HTTP_SIDE_H

#include "daemon/web/web.h"
#include <pthread.h>

#define HTTP_SIDE_WAIT_MS 8000

struct http_side {
    struct bus *bus;
    struct bus_end *core, *http;
    struct http_site site;
    struct http_options options;
    pthread_t thread;
    bool runs;
    uint16_t port;
    struct buf event;
    uint64_t ticket, what;
    struct slice body;
};

/*
 * `options` NULL: the plain ones; listen and site are set here (a site that is given stays). `config` NULL: without data.
 */
void http_side_start(struct http_side *s, const struct http_options *options, const struct web_config *config);
void http_side_halt(struct http_side *s); /* the thread ends */
void http_side_stop(struct http_side *s); /* and all else */

/* The next event for the core: its number; of BUS_HTTP ticket, what and body, else its text. */
uint64_t http_side_next(struct http_side *s, char *text, size_t size);
void http_side_answer(struct http_side *s, unsigned status, err_t why, const char *body); /* to that ticket */

int http_side_dial(const struct http_side *s, const char *from);
void http_side_say(int fd, const char *text);
/* What comes until the end, or until the body that Content-Length promised; the status; 0: none. */
unsigned http_side_hear(int fd, char *out, size_t size);
/* On a connection of its own. */
unsigned http_side_ask(const struct http_side *s, const char *request, char *out, size_t size);

#endif
