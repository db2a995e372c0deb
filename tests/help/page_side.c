#include "tests/help/page_side.h"
#include "daemon/core/found.h"
#include "daemon/scribe/scribe.h"
#include "protocol/wire/wr.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum { SCRIBE_CORE, SCRIBE_OTHER, SCRIBE_ASKED, SCRIBE_ASKS };

static void *run(void *arg)
{
    struct page_side *s = arg;
    scribe_run(s->ends[SCRIBE_OTHER], s->ends[SCRIBE_ASKED], s->database);
    return NULL;
}

static void start_scribe(struct page_side *s)
{
    struct buf in;
    buf_init(&in, 64);
    assert_int_equal(bus_open(&s->bus), ERR_OK);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(bus_attach(s->bus, i < 2 ? "scribe" : "asked", i % 2 == 0, &s->ends[i]), ERR_OK);
    assert_int_equal(pthread_create(&s->scribe, NULL, run, s), 0);
    assert_int_equal(bus_recv(s->ends[SCRIBE_CORE], HTTP_SIDE_WAIT_MS, &in), ERR_OK); /* its first word */
    buf_fini(&in);
}

static void stop_scribe(struct page_side *s)
{
    struct buf b;
    buf_init(&b, 64);
    wr_array(&b, 1);
    wr_uint(&b, BUS_STOP);
    assert_int_equal(bus_send(s->ends[SCRIBE_CORE], buf_slice(&b)), ERR_OK);
    pthread_join(s->scribe, NULL);
    buf_fini(&b);
    for (size_t i = 0; i < 4; i++)
        bus_detach(s->ends[i]);
    bus_close(s->bus);
}

void page_side_of(struct page_side *s, struct world *w, const struct http_options *options)
{
    struct http_options with = options ? *options : (struct http_options){.lang = NULL};
    *s = (struct page_side){.w = w, .text = calloc(1, PAGE_SIDE_BYTES)};
    assert_non_null(s->text);
    snprintf(s->database, sizeof s->database, "%s/" DATABASE_NAME, w->sites[0].dir);
    s->config.database = s->database;
    start_scribe(s);
    with.scribe = s->ends[SCRIBE_ASKS];
    http_side_start(&s->http, &with, &s->config);
}

void page_side_leave(struct page_side *s)
{
    http_side_stop(&s->http);
    stop_scribe(s);
    free(s->text);
}

void page_side_open(struct page_side *s, uint64_t seed, size_t sites, const struct http_options *options)
{
    page_side_of(s, world_alliance(seed, sites), options);
}

void page_side_close(struct page_side *s)
{
    struct world *w = s->w;
    page_side_leave(s);
    world_free(w);
}

/* What the HTTP thread asks goes to the core, and its answer back. */
static void answer_one(struct page_side *s)
{
    char ignored[256];
    json_error_t at;
    assert_int_equal(http_side_next(&s->http, ignored, sizeof ignored), BUS_HTTP);
    json_t *asked = json_loadb((const char *)s->http.body.at, s->http.body.len, 0, &at);
    assert_non_null(asked);
    json_t *answer = world_ask(s->w, 0, json_string_value(json_object_get(asked, "do")),
                               json_incref(json_object_get(asked, "args")));
    char *text = json_dumps(answer, JSON_COMPACT);
    http_side_answer(&s->http, 200, ERR_OK, text);
    free(text);
    json_decref(answer);
    json_decref(asked);
}

/* All until the connection's end, which was asked for. */
static void hear(int fd, char *out)
{
    size_t len = 0;
    ssize_t n;
    while (len + 1 < PAGE_SIDE_BYTES && (n = read(fd, out + len, PAGE_SIDE_BYTES - 1 - len)) > 0)
        len += (size_t)n;
    out[len] = 0;
}

unsigned page_side_get(struct page_side *s, const char *path, const char *headers)
{
    char request[2048];
    int fd = http_side_dial(&s->http, "127.0.0.1");
    snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%s\r\n", path,
             headers ? headers : PAGE_SIDE_BROWSER);
    http_side_say(fd, request);
    for (;;) {
        struct pollfd came = {.fd = fd, .events = POLLIN};
        bus_wait_fd(&s->http.core, 1, &fd, 1, HTTP_SIDE_WAIT_MS);
        if (poll(&came, 1, 0) > 0)
            break;
        answer_one(s);
    }
    hear(fd, s->text);
    close(fd);
    return (unsigned)strtoul(s->text + strcspn(s->text, " "), NULL, 10);
}

void page_side_expect(struct page_side *s, const char *path, const char *const *in)
{
    unsigned status = page_side_get(s, path, NULL);
    const char *at = s->text;
    if (status != 200)
        fail_msg("%s: %u\n%.2000s", path, status, s->text);
    for (; *in; in++) {
        const char *found = strstr(at, *in);
        if (!found)
            fail_msg("%s: \"%s\" is not there%s\n%s", path, *in, strstr(s->text, *in) ? " behind what was before" : "",
                     s->text);
        at = found + strlen(*in);
    }
}
