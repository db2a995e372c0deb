/* HTTP requests by a network thread, to servers of the test's own that answer with whatever bytes they were given. */
#include "peers/http_link.h"
#include "peers/net.h"
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
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#define WAIT_MS 8000

struct side {
    struct bus *bus;
    struct bus_end *core, *net;
    struct net_options options;
    pthread_t thread;
    struct buf event;
    /* the last answer */
    uint64_t post;
    unsigned status;
    char why[64];
    struct slice body;
};

static void *run(void *arg)
{
    struct side *s = arg;
    net_run(s->bus, s->net, &s->options);
    return NULL;
}

static uint64_t next_event(struct side *s, long timeout_ms)
{
    struct rd r;
    if (bus_recv(s->core, timeout_ms, &s->event))
        return 0;
    rd_init(&r, buf_slice(&s->event));
    rd_array(&r, 2, 5);
    uint64_t event = rd_uint(&r, 100);
    if (event == BUS_POSTED) {
        s->post = rd_uint(&r, UINT64_MAX);
        s->status = (unsigned)rd_uint(&r, 999);
        struct slice why = rd_text(&r, sizeof s->why - 1);
        memcpy(s->why, why.at, why.len);
        s->why[why.len] = 0;
        s->body = rd_bin(&r, 0, SIZE_MAX);
        assert_int_equal(rd_end(&r), ERR_OK);
    }
    return event;
}

static void side_start(struct side *s)
{
    memset(s, 0, sizeof *s);
    s->options.listen = "";
    buf_init(&s->event, 4u * LIMIT_MESSAGE_BYTES);
    assert_int_equal(bus_open(&s->bus), ERR_OK);
    assert_int_equal(bus_attach(s->bus, "net", true, &s->core), ERR_OK);
    assert_int_equal(bus_attach(s->bus, "net", false, &s->net), ERR_OK);
    assert_int_equal(pthread_create(&s->thread, NULL, run, s), 0);
    assert_int_equal(next_event(s, WAIT_MS), BUS_LISTENING);
}

static void side_stop(struct side *s)
{
    bus_say_stop(s->core);
    pthread_join(s->thread, NULL);
    bus_detach(s->core);
    bus_detach(s->net);
    bus_close(s->bus);
    buf_fini(&s->event);
}

static void post(struct side *s, uint64_t number, const char *url, const char *body, uint64_t timeout_ms)
{
    struct buf b;
    buf_init(&b, 4096);
    wr_array(&b, 5);
    wr_uint(&b, BUS_POST);
    wr_uint(&b, number);
    wr_text(&b, slice_text(url));
    wr_bin(&b, slice_text(body));
    wr_uint(&b, timeout_ms);
    bus_say(s->core, &b);
}

/* ---- a server for one connection ---- */

struct server {
    int door;
    char url[64];
    const char *answer; /* NULL: none ever comes */
    size_t junk;        /* so many bytes more */
    char heard[4096];
    pthread_t thread;
};

static void *serve(void *arg)
{
    struct server *v = arg;
    char junk[4096];
    int fd = accept(v->door, NULL, NULL);
    size_t n = 0;
    for (ssize_t k; n + 1 < sizeof v->heard && !strstr(v->heard, "a body");) {
        k = recv(fd, v->heard + n, sizeof v->heard - 1 - n, 0);
        if (k <= 0)
            break;
        n += (size_t)k;
    }
    if (v->answer)
        (void)!send(fd, v->answer, strlen(v->answer), MSG_NOSIGNAL);
    memset(junk, 'j', sizeof junk);
    for (size_t left = v->junk; left > 0; left -= left < sizeof junk ? left : sizeof junk)
        if (send(fd, junk, left < sizeof junk ? left : sizeof junk, MSG_NOSIGNAL) < 0)
            break;
    if (!v->answer)
        (void)!recv(fd, junk, 1, 0); /* until the other side gives up */
    close(fd);
    return NULL;
}

static void server_start(struct server *v, const char *answer, size_t junk)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t len = sizeof at;
    memset(v, 0, sizeof *v);
    v->answer = answer;
    v->junk = junk;
    v->door = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    inet_pton(AF_INET, "127.0.0.1", &at.sin_addr);
    assert_int_equal(bind(v->door, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(v->door, 4), 0);
    assert_int_equal(getsockname(v->door, (struct sockaddr *)&at, &len), 0);
    snprintf(v->url, sizeof v->url, "http://127.0.0.1:%u/peer/v1/exchange", (unsigned)ntohs(at.sin_port));
    assert_int_equal(pthread_create(&v->thread, NULL, serve, v), 0);
}

static void server_stop(struct server *v)
{
    pthread_join(v->thread, NULL);
    close(v->door);
}

/* ---- tests ---- */

static void a_body_goes_out_and_the_answer_comes_back(void **state)
{
    struct side s;
    struct server v;
    (void)state;
    side_start(&s);
    server_start(&v, "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nanswer", 0);
    post(&s, 7, v.url, "a body", 5000);
    assert_int_equal(next_event(&s, WAIT_MS), BUS_POSTED);
    assert_int_equal(s.post, 7);
    assert_int_equal(s.status, 200);
    assert_true(slice_equal(s.body, slice_text("answer")));
    server_stop(&v);
    assert_non_null(strstr(v.heard, "POST /peer/v1/exchange HTTP/1.1\r\n"));
    assert_non_null(strstr(v.heard, "Content-Type: application/msgpack\r\n"));
    assert_null(strstr(v.heard, "Expect:"));
    side_stop(&s);
}

static void whatever_a_server_says_is_told_once_and_harms_nothing(void **state)
{
    static const struct {
        const char *answer;
        size_t junk;
        unsigned status;
        const char *why;
    } cases[] = {
        {"HTTP/1.1 504 Gateway Time-out\r\nContent-Length: 6\r\n\r\n<html>",                 0,                             504, "ok"         },
        {"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", 0,                             302, "ok"         },
        {"HTTP/1.1 200 OK\r\n\r\n",                                                          LIMIT_HTTP_EXCHANGE_BYTES + 1, 0,   "too_large"  },
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n300000\r\n",                  LIMIT_HTTP_EXCHANGE_BYTES + 1, 0,
         "too_large"                                                                                                                          },
        {"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",                              0,                             0,   "unreachable"},
        {"SSH-2.0-OpenSSH_9.2\r\n",                                                          0,                             0,   "unreachable"},
        {"",                                                                                 0,                             0,   "unreachable"},
    };
    struct side s;
    (void)state;
    side_start(&s);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct server v;
        server_start(&v, cases[i].answer, cases[i].junk);
        post(&s, i + 1, v.url, "a body", 5000);
        assert_int_equal(next_event(&s, WAIT_MS), BUS_POSTED);
        assert_int_equal(s.post, i + 1);
        if (s.status != cases[i].status || strcmp(s.why, cases[i].why) != 0)
            fail_msg("case %zu: %u %s", i, s.status, s.why);
        server_stop(&v);
    }
    side_stop(&s);
}

static void who_cannot_be_reached_or_named_is_told(void **state)
{
    static const struct {
        const char *url, *why;
    } cases[] = {
        {"http://127.0.0.1:1/x",       "unreachable"},
        {"http://nowhere.invalid/x",   "unreachable"},
        {"ftp://127.0.0.1/x",          "unreachable"},
        {"file:///etc/passwd",         "unreachable"},
        {"http://127.0.0.1:99999999/", "address"    },
    };
    struct side s;
    (void)state;
    side_start(&s);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        post(&s, i + 1, cases[i].url, "a body", 5000);
        assert_int_equal(next_event(&s, WAIT_MS), BUS_POSTED);
        assert_int_equal(s.status, 0);
        assert_string_equal(s.why, cases[i].why);
    }
    side_stop(&s);
}

static void a_request_that_is_taken_back_is_told_no_more_and_one_without_answer_ends_in_time(void **state)
{
    struct side s;
    struct server one, other;
    struct buf b;
    (void)state;
    side_start(&s);
    server_start(&one, NULL, 0);
    server_start(&other, NULL, 0);
    post(&s, 1, one.url, "a body", 60000);
    post(&s, 2, other.url, "a body", 300);
    buf_init(&b, 64);
    wr_array(&b, 2);
    wr_uint(&b, BUS_UNPOST);
    wr_uint(&b, 1);
    bus_say(s.core, &b);
    assert_int_equal(next_event(&s, WAIT_MS), BUS_POSTED);
    assert_int_equal(s.post, 2);
    assert_string_equal(s.why, "unreachable");
    assert_int_equal(next_event(&s, 100), 0);
    shutdown(one.door, SHUT_RDWR); /* it may have been taken back before it connected */
    server_stop(&one);
    server_stop(&other);
    side_stop(&s);
}

static void what_was_asked_last_still_goes_out_when_the_thread_ends(void **state)
{
    struct side s;
    struct server v;
    (void)state;
    side_start(&s);
    server_start(&v, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 0);
    post(&s, 1, v.url, "a body", 5000);
    side_stop(&s);
    server_stop(&v);
    assert_non_null(strstr(v.heard, "a body"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_body_goes_out_and_the_answer_comes_back),
        cmocka_unit_test(whatever_a_server_says_is_told_once_and_harms_nothing),
        cmocka_unit_test(who_cannot_be_reached_or_named_is_told),
        cmocka_unit_test(a_request_that_is_taken_back_is_told_no_more_and_one_without_answer_ends_in_time),
        cmocka_unit_test(what_was_asked_last_still_goes_out_when_the_thread_ends),
    };
    static const char *const proxies[] = {"http_proxy", "https_proxy", "all_proxy", "HTTPS_PROXY", "ALL_PROXY"};
    for (size_t i = 0; i < sizeof proxies / sizeof *proxies; i++)
        unsetenv(proxies[i]);
    return sign_start() ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
