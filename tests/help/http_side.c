#include "tests/help/http_side.h"
#include "protocol/base/limits.h"
#include "protocol/wire/rd.h"
#include "protocol/wire/wr.h"
#include "tests/help/bus_say.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

static void *run(void *arg)
{
    struct http_side *s = arg;
    http_run(s->http, &s->options);
    return NULL;
}

uint64_t http_side_next(struct http_side *s, char *text, size_t size)
{
    struct rd r;
    assert_int_equal(bus_recv(s->core, HTTP_SIDE_WAIT_MS, &s->event), ERR_OK);
    rd_init(&r, buf_slice(&s->event));
    rd_array(&r, 2, 4);
    uint64_t event = rd_uint(&r, 100);
    if (event == BUS_HTTP) {
        s->ticket = rd_uint(&r, UINT64_MAX);
        s->what = rd_uint(&r, 9);
        s->body = rd_bin(&r, 0, SIZE_MAX);
    } else {
        struct slice t = rd_text(&r, size - 1);
        memcpy(text, t.at, t.len);
        text[t.len] = 0;
    }
    assert_int_equal(r.err, ERR_OK);
    return event;
}

void http_side_start(struct http_side *s, const struct http_options *options, const struct web_config *config)
{
    char address[128] = "";
    memset(s, 0, sizeof *s);
    if (options)
        s->options = *options;
    s->site = web_site(config);
    s->options.listen = "127.0.0.1:0";
    s->options.site = s->options.site ? s->options.site : &s->site;
    buf_init(&s->event, 4u * LIMIT_MESSAGE_BYTES);
    assert_int_equal(bus_open(&s->bus), ERR_OK);
    assert_int_equal(bus_attach(s->bus, "http", true, &s->core), ERR_OK);
    assert_int_equal(bus_attach(s->bus, "http", false, &s->http), ERR_OK);
    assert_int_equal(pthread_create(&s->thread, NULL, run, s), 0);
    assert_int_equal(http_side_next(s, address, sizeof address), BUS_LISTENING);
    s->port = (uint16_t)strtoul(strrchr(address, ':') + 1, NULL, 10);
    s->runs = true;
}

void http_side_halt(struct http_side *s)
{
    bus_say_stop(s->core);
    pthread_join(s->thread, NULL);
    s->runs = false;
}

void http_side_stop(struct http_side *s)
{
    if (s->runs)
        http_side_halt(s);
    bus_detach(s->core);
    bus_detach(s->http);
    bus_close(s->bus);
    buf_fini(&s->event);
}

void http_side_answer(struct http_side *s, unsigned status, err_t why, const char *body)
{
    struct buf b;
    buf_init(&b, SIZE_MAX);
    wr_array(&b, 5);
    wr_uint(&b, BUS_HTTP_ANSWER);
    wr_uint(&b, s->ticket);
    wr_uint(&b, status);
    wr_text(&b, slice_text(err_name(why)));
    wr_bin(&b, slice_text(body));
    bus_say(s->core, &b);
}

int http_side_dial(const struct http_side *s, const char *from)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(s->port)}, self = {.sin_family = AF_INET};
    struct timeval limit = {.tv_sec = HTTP_SIDE_WAIT_MS / 1000};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
    inet_pton(AF_INET, from, &self.sin_addr);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    assert_int_equal(bind(fd, (struct sockaddr *)&self, sizeof self), 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    return fd;
}

void http_side_say(int fd, const char *text)
{
    (void)!send(fd, text, strlen(text), MSG_NOSIGNAL);
}

/* What comes until the end, or until the body that Content-Length promised; the status. */
unsigned http_side_hear(int fd, char *out, size_t size)
{
    size_t n = 0;
    for (ssize_t k; n + 1 < size && (k = recv(fd, out + n, size - 1 - n, 0)) > 0;) {
        n += (size_t)k;
        out[n] = 0;
        const char *body = strstr(out, "\r\n\r\n"), *length = strstr(out, "Content-Length: ");
        if (body && length && strlen(body + 4) >= strtoul(length + 16, NULL, 10))
            break;
    }
    out[n] = 0;
    return strncmp(out, "HTTP/1.1 ", 9) == 0 ? (unsigned)strtoul(out + 9, NULL, 10) : 0;
}

unsigned http_side_ask(const struct http_side *s, const char *request, char *out, size_t size)
{
    int fd = http_side_dial(s, "127.0.0.1");
    http_side_say(fd, request);
    unsigned status = http_side_hear(fd, out, size);
    close(fd);
    return status;
}
