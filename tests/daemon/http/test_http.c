/* The HTTP thread on loopback: what raw sockets say to it, with this thread in the core's place. */
#include "daemon/web/web.h"
#include "protocol/base/limits.h"
#include "protocol/wire/rd.h"
#include "protocol/wire/wr.h"
#include "tests/help/bus_say.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#define WAIT_MS   8000
#define SLOW      500
#define POST_HEAD "POST /peer/v1/exchange HTTP/1.1\r\nHost: a\r\nContent-Type: application/msgpack\r\n"

struct side {
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

static void *run(void *arg)
{
    struct side *s = arg;
    http_run(s->http, &s->options);
    return NULL;
}

static uint64_t next_event(struct side *s, char *text, size_t size)
{
    struct rd r;
    assert_int_equal(bus_recv(s->core, WAIT_MS, &s->event), ERR_OK);
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

static void side_start(struct side *s, bool caps)
{
    char address[128] = "";
    memset(s, 0, sizeof *s);
    s->site = web_site(NULL);
    s->options = (struct http_options){.site = &s->site, .listen = "127.0.0.1:0", .caps_loopback = caps};
    buf_init(&s->event, 4u * LIMIT_MESSAGE_BYTES);
    assert_int_equal(bus_open(&s->bus), ERR_OK);
    assert_int_equal(bus_attach(s->bus, "http", true, &s->core), ERR_OK);
    assert_int_equal(bus_attach(s->bus, "http", false, &s->http), ERR_OK);
    assert_int_equal(pthread_create(&s->thread, NULL, run, s), 0);
    assert_int_equal(next_event(s, address, sizeof address), BUS_LISTENING);
    s->port = (uint16_t)strtoul(strrchr(address, ':') + 1, NULL, 10);
    s->runs = true;
}

static void side_halt(struct side *s)
{
    bus_say_stop(s->core);
    pthread_join(s->thread, NULL);
    s->runs = false;
}

static void side_stop(struct side *s)
{
    if (s->runs)
        side_halt(s);
    bus_detach(s->core);
    bus_detach(s->http);
    bus_close(s->bus);
    buf_fini(&s->event);
}

static void answer(struct side *s, unsigned status, err_t why, const char *body)
{
    struct buf b;
    buf_init(&b, 4096);
    wr_array(&b, 5);
    wr_uint(&b, BUS_HTTP_ANSWER);
    wr_uint(&b, s->ticket);
    wr_uint(&b, status);
    wr_text(&b, slice_text(err_name(why)));
    wr_bin(&b, slice_text(body));
    bus_say(s->core, &b);
}

/* ---- clients ---- */

static int dial(const struct side *s, const char *from)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(s->port)}, self = {.sin_family = AF_INET};
    struct timeval limit = {.tv_sec = WAIT_MS / 1000};
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

static void say(int fd, const char *text)
{
    (void)!send(fd, text, strlen(text), MSG_NOSIGNAL);
}

/* What comes until the end, or until the body that Content-Length promised; the status. */
static unsigned hear(int fd, char *out, size_t size)
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

static unsigned ask(const struct side *s, const char *request, char *out, size_t size)
{
    int fd = dial(s, "127.0.0.1");
    say(fd, request);
    unsigned status = hear(fd, out, size);
    close(fd);
    return status;
}

/* ---- tests ---- */

static void a_body_reaches_the_core_and_its_answer_the_client(void **state)
{
    struct side s;
    char out[2048];
    (void)state;
    side_start(&s, false);
    int fd = dial(&s, "127.0.0.1");
    for (int i = 0; i < 3; i++) { /* on one connection */
        say(fd, POST_HEAD "Content-Length: 5\r\n\r\nhello");
        assert_int_equal(next_event(&s, out, sizeof out), BUS_HTTP);
        assert_int_equal(s.what, BUS_HTTP_EXCHANGE);
        assert_true(slice_equal(s.body, slice_text("hello")));
        answer(&s, 200, ERR_OK, "answer");
        assert_int_equal(hear(fd, out, sizeof out), 200);
        assert_non_null(strstr(out, "Content-Type: application/msgpack\r\n"));
        assert_string_equal(strstr(out, "\r\n\r\n") + 4, "answer");
    }
    close(fd);
    side_stop(&s);
}

static void what_the_core_refuses_is_a_problem_with_its_code(void **state)
{
    struct side s;
    char out[2048];
    (void)state;
    side_start(&s, false);
    int fd = dial(&s, "127.0.0.1");
    say(fd, POST_HEAD "Content-Length: 1\r\n\r\nx");
    assert_int_equal(next_event(&s, out, sizeof out), BUS_HTTP);
    answer(&s, 403, ERR_SIGNATURE, "");
    assert_int_equal(hear(fd, out, sizeof out), 403);
    assert_non_null(strstr(out, "application/problem+json"));
    assert_non_null(strstr(out, "\"title\":\"Forbidden\""));
    assert_non_null(strstr(out, "\"detail\":\"a signature does not match\""));
    assert_non_null(strstr(out, "\"code\":\"signature\""));
    close(fd);
    side_stop(&s);
}

static void health_is_told_while_the_core_does_not_answer_and_readiness_by_it(void **state)
{
    struct side s;
    char out[2048];
    (void)state;
    side_start(&s, false);
    int fd = dial(&s, "127.0.0.1");
    say(fd, "GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_int_equal(next_event(&s, out, sizeof out), BUS_HTTP);
    assert_int_equal(s.what, BUS_HTTP_READY);
    assert_int_equal(ask(&s, "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n", out, sizeof out), 200);
    assert_string_equal(strstr(out, "\r\n\r\n") + 4, "ok\n");
    answer(&s, 503, ERR_WAITING, "");
    assert_int_equal(hear(fd, out, sizeof out), 503);
    assert_non_null(strstr(out, "\"code\":\"waiting\""));
    assert_non_null(strstr(out, "Retry-After: "));
    close(fd);
    side_stop(&s);
}

static void what_is_not_served_gets_its_status(void **state)
{
    static const struct {
        unsigned status;
        const char *request, *code; /* NULL: no problem of ours */
    } cases[] = {
        {404, "GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n",                                                            "http_path"  },
        {404, "GET /healthz/ HTTP/1.1\r\nHost: a\r\n\r\n",                                                           "http_path"  },
        {404, "POST /peer%2Fv1/exchange HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",                           "http_path"  },
        {405, "GET /peer/v1/exchange HTTP/1.1\r\nHost: a\r\n\r\n",                                                   "http_method"},
        {405, "DELETE /healthz HTTP/1.1\r\nHost: a\r\n\r\n",                                                         "http_method"},
        {415, "POST /peer/v1/exchange HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx",                            "type"       },
        {415, "POST /peer/v1/exchange HTTP/1.1\r\nHost: a\r\nContent-Type: text/html\r\nContent-Length: 1\r\n\r\nx",
         "type"                                                                                                                   },
        {413, POST_HEAD "Content-Length: 2097153\r\n\r\n",                                                           "too_large"  },
        {413, POST_HEAD "Content-Length: 99999999999999999999999\r\n\r\n",                                           NULL         },
        {413, "GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx",                                      "too_large"  },
        {400, "GET /healthz HTTP/1.1\r\n\r\n",                                                                       NULL         },
        {200, "HEAD /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",                                      NULL         },
    };
    struct side s;
    char out[2048];
    (void)state;
    side_start(&s, false);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        unsigned status = ask(&s, cases[i].request, out, sizeof out);
        if (status != cases[i].status)
            fail_msg("%u instead of %u: %s", status, cases[i].status, cases[i].request);
        if (status == 405)
            assert_non_null(strstr(out, strstr(cases[i].request, "peer") ? "Allow: POST\r\n" : "Allow: GET, HEAD\r\n"));
        if (!cases[i].code) /* answered well, or by libmicrohttpd */
            continue;
        char wanted[256];
        const char *phrase = out + strlen("HTTP/1.1 404 ");
        snprintf(wanted, sizeof wanted, "\r\n\r\n{\"type\":\"about:blank\",\"title\":\"%.*s\",\"status\":%u,",
                 (int)strcspn(phrase, "\r"), phrase, status);
        assert_non_null(strstr(out, wanted));
        snprintf(wanted, sizeof wanted, "\"code\":\"%s\",", cases[i].code);
        assert_non_null(strstr(out, wanted));
    }
    side_stop(&s);
}

static void long_addresses_and_headers_are_refused(void **state)
{
    struct side s;
    char out[2048], *long_text = malloc(2u * LIMIT_HTTP_HEADER_BYTES);
    (void)state;
    side_start(&s, false);
    memset(long_text, 'a', 2u * LIMIT_HTTP_HEADER_BYTES);
    memcpy(long_text, "GET /", 5);
    snprintf(long_text + LIMIT_HTTP_URI_BYTES + 10, 64, " HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_int_equal(ask(&s, long_text, out, sizeof out), 414);
    assert_non_null(strstr(out, "\"code\":\"too_large\""));
    memset(long_text, 'a', 2u * LIMIT_HTTP_HEADER_BYTES);
    memcpy(long_text, "GET /healthz HTTP/1.1\r\nHost: a\r\nX: ", 35);
    snprintf(long_text + LIMIT_HTTP_HEADER_BYTES + 10, 64, "\r\n\r\n");
    assert_int_equal(ask(&s, long_text, out, sizeof out), 431);
    free(long_text);
    side_stop(&s);
}

static void chunks_past_the_limit_are_refused_too(void **state)
{
    struct side s;
    size_t size = 64u * 1024;
    char out[2048], *chunk = malloc(size + 32);
    (void)state;
    assert_non_null(chunk);
    side_start(&s, false);
    int n = snprintf(chunk, 32, "%zx\r\n", size);
    memset(chunk + n, 'x', size);
    memcpy(chunk + n + size, "\r\n", 3);
    int fd = dial(&s, "127.0.0.1");
    say(fd, POST_HEAD "Transfer-Encoding: chunked\r\n\r\n");
    for (size_t i = 0; i <= LIMIT_HTTP_EXCHANGE_BYTES / size; i++)
        say(fd, chunk);
    say(fd, "0\r\n\r\n");
    assert_int_equal(hear(fd, out, sizeof out), 413);
    close(fd);
    free(chunk);
    side_stop(&s);
}

static void chunks_without_end_are_cut_off(void **state)
{
    struct side s;
    static char block[65536 + 16] = "10000\r\n";
    size_t n = 7 + 65536, sent = 0;
    (void)state;
    memcpy(block + n, "\r\n", 2);
    side_start(&s, false);
    int fd = dial(&s, "127.0.0.1");
    say(fd, POST_HEAD "Transfer-Encoding: chunked\r\n\r\n");
    while (sent < 64u << 20) {
        ssize_t k = send(fd, block, n + 2, MSG_NOSIGNAL);
        if (k != (ssize_t)(n + 2))
            break;
        sent += (size_t)k;
    }
    assert_in_range(sent, LIMIT_HTTP_EXCHANGE_BYTES, 32u << 20); /* what the kernel keeps included */
    close(fd);
    side_stop(&s);
}

static void where_a_request_ends_must_be_certain(void **state)
{
    static const char *const lengths[] = {
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
        "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        "Content-Length : 5\r\n\r\nhello",
        "Transfer-Encoding: gzip\r\n\r\nhello",
    };
    struct side s;
    char request[512], out[2048];
    (void)state;
    side_start(&s, false);
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        snprintf(request, sizeof request, "%s%s%s", POST_HEAD, lengths[i], "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
        int fd = dial(&s, "127.0.0.1");
        say(fd, request);
        assert_int_equal(hear(fd, out, sizeof out), 400);
        assert_non_null(strstr(out, "Connection: close"));
        assert_non_null(strstr(out, "\"code\":\"http_framing\""));
        assert_int_equal(hear(fd, out, sizeof out), 0); /* what stood behind it was not taken for a request */
        close(fd);
    }
    side_stop(&s);
}

static void one_address_does_not_take_all_connections(void **state)
{
    struct side s;
    int fds[LIMIT_HTTP_ADDRESS];
    char out[2048];
    (void)state;
    side_start(&s, true);
    for (size_t i = 0; i < LIMIT_HTTP_ADDRESS; i++) {
        fds[i] = dial(&s, "127.0.0.1");
        say(fds[i], "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
        assert_int_equal(hear(fds[i], out, sizeof out), 200);
    }
    int more = dial(&s, "127.0.0.1");
    say(more, "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_int_equal(hear(more, out, sizeof out), 0);
    close(more);
    int other = dial(&s, "127.0.0.2");
    say(other, "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_int_equal(hear(other, out, sizeof out), 200);
    close(other);
    for (size_t i = 0; i < LIMIT_HTTP_ADDRESS; i++)
        close(fds[i]);
    side_stop(&s);
}

static void five_hundred_slow_connections_hinder_no_honest_one(void **state)
{
    struct side s;
    int fds[SLOW];
    char out[2048];
    struct rlimit limit = {.rlim_cur = 0};
    (void)state;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max < 4096 ? limit.rlim_max : 4096;
    setrlimit(RLIMIT_NOFILE, &limit);
    side_start(&s, false);
    for (size_t i = 0; i < SLOW; i++) {
        fds[i] = dial(&s, "127.0.0.1");
        say(fds[i], i % 2 ? "GET /healthz HTTP/1.1\r\nX: " : POST_HEAD "Content-Length: 100000\r\n\r\nhalf a body");
    }
    for (size_t i = 0; i < SLOW; i++)
        say(fds[i], "a");
    assert_int_equal(ask(&s, "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n", out, sizeof out), 200);
    int fd = dial(&s, "127.0.0.1");
    say(fd, POST_HEAD "Content-Length: 5\r\n\r\nhello");
    assert_int_equal(next_event(&s, out, sizeof out), BUS_HTTP);
    answer(&s, 200, ERR_OK, "answer");
    assert_int_equal(hear(fd, out, sizeof out), 200);
    close(fd);
    side_halt(&s); /* with all of them there */
    for (size_t i = 0; i < SLOW; i++)
        close(fds[i]);
    side_stop(&s);
}

static void who_waits_when_the_thread_ends_is_told(void **state)
{
    struct side s;
    char out[2048];
    int fds[3];
    (void)state;
    side_start(&s, false);
    for (size_t i = 0; i < 3; i++) {
        fds[i] = dial(&s, "127.0.0.1");
        say(fds[i], POST_HEAD "Content-Length: 5\r\n\r\nhello");
        assert_int_equal(next_event(&s, out, sizeof out), BUS_HTTP);
    }
    answer(&s, 200, ERR_OK, "the last word"); /* to the third one, just before the end */
    side_halt(&s);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(hear(fds[i], out, sizeof out), i == 2 ? 200 : 503);
        close(fds[i]);
    }
    side_stop(&s);
}

static void who_hung_up_while_waiting_is_nobody_to_answer(void **state)
{
    struct side s;
    char out[2048];
    (void)state;
    side_start(&s, false);
    int fd = dial(&s, "127.0.0.1");
    say(fd, POST_HEAD "Content-Length: 5\r\n\r\nhello");
    assert_int_equal(next_event(&s, out, sizeof out), BUS_HTTP);
    close(fd);
    answer(&s, 200, ERR_OK, "to nobody");
    answer(&s, 200, ERR_OK, "a second time");
    s.ticket = 999;
    answer(&s, 200, ERR_OK, "to a ticket that never was");
    assert_int_equal(ask(&s, "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n", out, sizeof out), 200);
    side_stop(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_body_reaches_the_core_and_its_answer_the_client),
        cmocka_unit_test(what_the_core_refuses_is_a_problem_with_its_code),
        cmocka_unit_test(health_is_told_while_the_core_does_not_answer_and_readiness_by_it),
        cmocka_unit_test(what_is_not_served_gets_its_status),
        cmocka_unit_test(long_addresses_and_headers_are_refused),
        cmocka_unit_test(chunks_past_the_limit_are_refused_too),
        cmocka_unit_test(chunks_without_end_are_cut_off),
        cmocka_unit_test(where_a_request_ends_must_be_certain),
        cmocka_unit_test(one_address_does_not_take_all_connections),
        cmocka_unit_test(five_hundred_slow_connections_hinder_no_honest_one),
        cmocka_unit_test(who_waits_when_the_thread_ends_is_told),
        cmocka_unit_test(who_hung_up_while_waiting_is_nobody_to_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
