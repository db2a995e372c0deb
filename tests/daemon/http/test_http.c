/* The HTTP thread on loopback: what raw sockets say to it, with this thread in the core's place. */
#include "protocol/base/limits.h"
#include "tests/help/http_side.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#define SLOW      500
#define POST_HEAD "POST /peer/v1/exchange HTTP/1.1\r\nHost: a\r\nContent-Type: application/msgpack\r\n"

/* ---- tests ---- */

static void a_body_reaches_the_core_and_its_answer_the_client(void **state)
{
    struct http_side s;
    char out[2048];
    (void)state;
    http_side_start(&s, NULL, NULL);
    int fd = http_side_dial(&s, "127.0.0.1");
    for (int i = 0; i < 3; i++) { /* on one connection */
        http_side_say(fd, POST_HEAD "Content-Length: 5\r\n\r\nhello");
        assert_int_equal(http_side_next(&s, out, sizeof out), BUS_HTTP);
        assert_int_equal(s.what, BUS_HTTP_EXCHANGE);
        assert_true(slice_equal(s.body, slice_text("hello")));
        http_side_answer(&s, 200, ERR_OK, "answer");
        assert_int_equal(http_side_hear(fd, out, sizeof out), 200);
        assert_non_null(strstr(out, "Content-Type: application/msgpack\r\n"));
        assert_string_equal(strstr(out, "\r\n\r\n") + 4, "answer");
    }
    close(fd);
    http_side_stop(&s);
}

static void what_the_core_refuses_is_a_problem_with_its_code(void **state)
{
    struct http_side s;
    char out[2048];
    (void)state;
    http_side_start(&s, NULL, NULL);
    int fd = http_side_dial(&s, "127.0.0.1");
    http_side_say(fd, POST_HEAD "Content-Length: 1\r\n\r\nx");
    assert_int_equal(http_side_next(&s, out, sizeof out), BUS_HTTP);
    http_side_answer(&s, 403, ERR_SIGNATURE, "");
    assert_int_equal(http_side_hear(fd, out, sizeof out), 403);
    assert_non_null(strstr(out, "application/problem+json"));
    assert_non_null(strstr(out, "\"title\":\"Forbidden\""));
    assert_non_null(strstr(out, "\"detail\":\"a signature does not match\""));
    assert_non_null(strstr(out, "\"code\":\"signature\""));
    close(fd);
    http_side_stop(&s);
}

static void health_is_told_while_the_core_does_not_answer_and_readiness_by_it(void **state)
{
    struct http_side s;
    char out[2048];
    (void)state;
    http_side_start(&s, NULL, NULL);
    int fd = http_side_dial(&s, "127.0.0.1");
    http_side_say(fd, "GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_int_equal(http_side_next(&s, out, sizeof out), BUS_HTTP);
    assert_int_equal(s.what, BUS_HTTP_READY);
    assert_int_equal(http_side_ask(&s, "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n", out, sizeof out), 200);
    assert_string_equal(strstr(out, "\r\n\r\n") + 4, "ok\n");
    http_side_answer(&s, 503, ERR_WAITING, "");
    assert_int_equal(http_side_hear(fd, out, sizeof out), 503);
    assert_non_null(strstr(out, "\"code\":\"waiting\""));
    assert_non_null(strstr(out, "Retry-After: "));
    close(fd);
    http_side_stop(&s);
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
    struct http_side s;
    char out[2048];
    (void)state;
    http_side_start(&s, NULL, NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        unsigned status = http_side_ask(&s, cases[i].request, out, sizeof out);
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
    http_side_stop(&s);
}

static void long_addresses_and_headers_are_refused(void **state)
{
    struct http_side s;
    char out[2048], *long_text = malloc(2u * LIMIT_HTTP_HEADER_BYTES);
    (void)state;
    http_side_start(&s, NULL, NULL);
    memset(long_text, 'a', 2u * LIMIT_HTTP_HEADER_BYTES);
    memcpy(long_text, "GET /", 5);
    snprintf(long_text + LIMIT_HTTP_URI_BYTES + 10, 64, " HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_int_equal(http_side_ask(&s, long_text, out, sizeof out), 414);
    assert_non_null(strstr(out, "\"code\":\"too_large\""));
    memset(long_text, 'a', 2u * LIMIT_HTTP_HEADER_BYTES);
    memcpy(long_text, "GET /healthz HTTP/1.1\r\nHost: a\r\nX: ", 35);
    snprintf(long_text + LIMIT_HTTP_HEADER_BYTES + 10, 64, "\r\n\r\n");
    assert_int_equal(http_side_ask(&s, long_text, out, sizeof out), 431);
    free(long_text);
    http_side_stop(&s);
}

/* That it is forgotten is for the leak checker to say. */
static void a_request_of_too_many_parameters_is_forgotten_with_its_connection(void **state)
{
    struct http_side s;
    char out[2048], request[4096] = "GET /healthz?q=1";
    (void)state;
    for (size_t i = 1; i < 500; i++)
        memcpy(request + strlen(request), "&q=1", sizeof "&q=1");
    memcpy(request + strlen(request), " HTTP/1.1\r\nHost: a\r\n\r\n", sizeof " HTTP/1.1\r\nHost: a\r\n\r\n");
    http_side_start(&s, NULL, NULL);
    http_side_ask(&s, request, out, sizeof out);
    assert_int_equal(
        http_side_ask(&s, "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", out, sizeof out), 200);
    http_side_stop(&s);
}

static void chunks_past_the_limit_are_refused_too(void **state)
{
    struct http_side s;
    size_t size = 64u * 1024;
    char out[2048], *chunk = malloc(size + 32);
    (void)state;
    assert_non_null(chunk);
    http_side_start(&s, NULL, NULL);
    int n = snprintf(chunk, 32, "%zx\r\n", size);
    memset(chunk + n, 'x', size);
    memcpy(chunk + n + size, "\r\n", 3);
    int fd = http_side_dial(&s, "127.0.0.1");
    http_side_say(fd, POST_HEAD "Transfer-Encoding: chunked\r\n\r\n");
    for (size_t i = 0; i <= LIMIT_HTTP_EXCHANGE_BYTES / size; i++)
        http_side_say(fd, chunk);
    http_side_say(fd, "0\r\n\r\n");
    assert_int_equal(http_side_hear(fd, out, sizeof out), 413);
    close(fd);
    free(chunk);
    http_side_stop(&s);
}

static void chunks_without_end_are_cut_off(void **state)
{
    struct http_side s;
    static char block[65536 + 16] = "10000\r\n";
    size_t n = 7 + 65536, sent = 0;
    (void)state;
    memcpy(block + n, "\r\n", 2);
    http_side_start(&s, NULL, NULL);
    int fd = http_side_dial(&s, "127.0.0.1");
    http_side_say(fd, POST_HEAD "Transfer-Encoding: chunked\r\n\r\n");
    while (sent < 64u << 20) {
        ssize_t k = send(fd, block, n + 2, MSG_NOSIGNAL);
        if (k != (ssize_t)(n + 2))
            break;
        sent += (size_t)k;
    }
    assert_in_range(sent, LIMIT_HTTP_EXCHANGE_BYTES, 32u << 20); /* what the kernel keeps included */
    close(fd);
    http_side_stop(&s);
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
    struct http_side s;
    char request[512], out[2048];
    (void)state;
    http_side_start(&s, NULL, NULL);
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        snprintf(request, sizeof request, "%s%s%s", POST_HEAD, lengths[i], "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
        int fd = http_side_dial(&s, "127.0.0.1");
        http_side_say(fd, request);
        assert_int_equal(http_side_hear(fd, out, sizeof out), 400);
        assert_non_null(strstr(out, "Connection: close"));
        assert_non_null(strstr(out, "\"code\":\"http_framing\""));
        assert_int_equal(http_side_hear(fd, out, sizeof out), 0); /* what stood behind it was not taken for a request */
        close(fd);
    }
    http_side_stop(&s);
}

static void one_address_does_not_take_all_connections(void **state)
{
    struct http_side s;
    int fds[LIMIT_HTTP_ADDRESS];
    char out[2048];
    (void)state;
    http_side_start(&s, &(struct http_options){.caps_loopback = true}, NULL);
    for (size_t i = 0; i < LIMIT_HTTP_ADDRESS; i++) {
        fds[i] = http_side_dial(&s, "127.0.0.1");
        http_side_say(fds[i], "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
        assert_int_equal(http_side_hear(fds[i], out, sizeof out), 200);
    }
    int more = http_side_dial(&s, "127.0.0.1");
    http_side_say(more, "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_int_equal(http_side_hear(more, out, sizeof out), 0);
    close(more);
    int other = http_side_dial(&s, "127.0.0.2");
    http_side_say(other, "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_int_equal(http_side_hear(other, out, sizeof out), 200);
    close(other);
    for (size_t i = 0; i < LIMIT_HTTP_ADDRESS; i++)
        close(fds[i]);
    http_side_stop(&s);
}

static void five_hundred_slow_connections_hinder_no_honest_one(void **state)
{
    struct http_side s;
    int fds[SLOW];
    char out[2048];
    struct rlimit limit = {.rlim_cur = 0};
    (void)state;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max < 4096 ? limit.rlim_max : 4096;
    setrlimit(RLIMIT_NOFILE, &limit);
    http_side_start(&s, NULL, NULL);
    for (size_t i = 0; i < SLOW; i++) {
        fds[i] = http_side_dial(&s, "127.0.0.1");
        http_side_say(fds[i],
                      i % 2 ? "GET /healthz HTTP/1.1\r\nX: " : POST_HEAD "Content-Length: 100000\r\n\r\nhalf a body");
    }
    for (size_t i = 0; i < SLOW; i++)
        http_side_say(fds[i], "a");
    assert_int_equal(http_side_ask(&s, "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n", out, sizeof out), 200);
    int fd = http_side_dial(&s, "127.0.0.1");
    http_side_say(fd, POST_HEAD "Content-Length: 5\r\n\r\nhello");
    assert_int_equal(http_side_next(&s, out, sizeof out), BUS_HTTP);
    http_side_answer(&s, 200, ERR_OK, "answer");
    assert_int_equal(http_side_hear(fd, out, sizeof out), 200);
    close(fd);
    http_side_halt(&s); /* with all of them there */
    for (size_t i = 0; i < SLOW; i++)
        close(fds[i]);
    http_side_stop(&s);
}

static void who_waits_when_the_thread_ends_is_told(void **state)
{
    struct http_side s;
    char out[2048];
    int fds[3];
    (void)state;
    http_side_start(&s, NULL, NULL);
    for (size_t i = 0; i < 3; i++) {
        fds[i] = http_side_dial(&s, "127.0.0.1");
        http_side_say(fds[i], POST_HEAD "Content-Length: 5\r\n\r\nhello");
        assert_int_equal(http_side_next(&s, out, sizeof out), BUS_HTTP);
    }
    http_side_answer(&s, 200, ERR_OK, "the last word"); /* to the third one, just before the end */
    http_side_halt(&s);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(http_side_hear(fds[i], out, sizeof out), i == 2 ? 200 : 503);
        close(fds[i]);
    }
    http_side_stop(&s);
}

static void who_hung_up_while_waiting_is_nobody_to_answer(void **state)
{
    struct http_side s;
    char out[2048];
    (void)state;
    http_side_start(&s, NULL, NULL);
    int fd = http_side_dial(&s, "127.0.0.1");
    http_side_say(fd, POST_HEAD "Content-Length: 5\r\n\r\nhello");
    assert_int_equal(http_side_next(&s, out, sizeof out), BUS_HTTP);
    close(fd);
    http_side_answer(&s, 200, ERR_OK, "to nobody");
    http_side_answer(&s, 200, ERR_OK, "a second time");
    s.ticket = 999;
    http_side_answer(&s, 200, ERR_OK, "to a ticket that never was");
    assert_int_equal(http_side_ask(&s, "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n", out, sizeof out), 200);
    http_side_stop(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_body_reaches_the_core_and_its_answer_the_client),
        cmocka_unit_test(what_the_core_refuses_is_a_problem_with_its_code),
        cmocka_unit_test(health_is_told_while_the_core_does_not_answer_and_readiness_by_it),
        cmocka_unit_test(what_is_not_served_gets_its_status),
        cmocka_unit_test(long_addresses_and_headers_are_refused),
        cmocka_unit_test(a_request_of_too_many_parameters_is_forgotten_with_its_connection),
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
