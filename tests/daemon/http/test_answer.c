/* What a handler may say: tags, questions to the core, streams. */
#include "protocol/base/limits.h"
#include "tests/help/http_played.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

/* ---- answers ---- */

static void every_answer_carries_the_strict_headers(void **state)
{
    static const char *const requests[] = {GET("/echo/x", ""), GET("/nowhere", ""),
                                           GET("/tagged", "If-None-Match: \"v.b\"\r\n"), GET("/streams", ""),
                                           GET("/echo/x", "Authorization: x\r\n")};
    static const char *const wanted[] = {"X-Content-Type-Options: nosniff\r\n",
                                         "Content-Security-Policy: default-src 'none'",
                                         "Referrer-Policy: no-referrer\r\n", "Cache-Control: "};
    static char out[1 << 18];
    struct http_side s;
    (void)state;
    http_played_start(&s, (struct http_options){.lang = NULL});
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        assert_int_not_equal(http_side_ask(&s, requests[i], out, sizeof out), 0);
        for (size_t k = 0; k < sizeof wanted / sizeof *wanted; k++)
            if (!strstr(out, wanted[k]))
                fail_msg("%s lacks %s", requests[i], wanted[k]);
    }
    http_side_stop(&s);
}

static void who_has_the_tagged_answer_is_not_sent_it_again(void **state)
{
    struct http_side s;
    char out[2048];
    (void)state;
    http_played_start(&s, (struct http_options){.lang = NULL});
    http_played_expect(&s, GET("/tagged", ""), 200, "ETag: \"v.b\"\r\n");
    http_played_expect(&s, GET("/tagged", "If-None-Match: \"x\"\r\n"), 200, "Cache-Control: public, max-age=60\r\n");
    assert_int_equal(http_side_ask(&s, GET("/tagged", "If-None-Match: W/\"v.b\"\r\n"), out, sizeof out), 304);
    assert_non_null(strstr(out, "ETag: \"v.b\"\r\n"));
    assert_null(strstr(out, "whole"));
    assert_int_equal(
        http_side_ask(&s, "HEAD /tagged HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", out, sizeof out),
        200);
    assert_non_null(strstr(out, "Content-Length: 5\r\n"));
    assert_string_equal(strstr(out, "\r\n\r\n"), "\r\n\r\n");
    http_side_stop(&s);
}

static void requests_one_behind_the_other_are_answered_in_order(void **state)
{
    struct http_side s;
    char out[8192];
    (void)state;
    http_played_start(&s, (struct http_options){.lang = NULL});
    int fd = http_side_dial(&s, "127.0.0.1");
    http_side_say(fd,
                  "GET /echo/one HTTP/1.1\r\nHost: localhost\r\n\r\nGET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n"
                  "HEAD /streams HTTP/1.1\r\nHost: localhost\r\n\r\n" GET("/echo/two", ""));
    size_t n = 0;
    for (ssize_t k; (k = recv(fd, out + n, sizeof out - 1 - n, 0)) > 0;)
        n += (size_t)k;
    out[n] = 0;
    const char *one = strstr(out, "\"id\":\"one\""), *none = strstr(out, "404 Not Found"),
               *two = strstr(out, "\"id\":\"two\"");
    assert_true(one && none && two && one < none && none < two);
    close(fd);
    http_side_stop(&s);
}

static void who_expects_to_be_asked_for_the_body_is(void **state)
{
    struct http_side s;
    char out[2048];
    (void)state;
    http_played_start(&s, (struct http_options){.lang = NULL});
    int fd = http_side_dial(&s, "127.0.0.1");
    http_side_say(fd,
                  "PUT /changed HTTP/1.1\r\nHost: localhost\r\n" GOOD
                  "If-Match: *\r\nContent-Type: application/json\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    ssize_t k = recv(fd, out, sizeof out - 1, 0);
    assert_true(k > 0);
    assert_memory_equal(out, "HTTP/1.1 100 Continue\r\n\r\n", 25);
    http_side_say(fd, "{}");
    assert_int_equal(http_side_hear(fd, out, sizeof out), 200);
    close(fd);
    /* Who is refused is not asked for it. */
    http_played_expect(
        &s,
        "PUT /changed HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 2\r\nExpect: "
        "100-continue\r\n\r\n",
        401, NULL);
    http_side_stop(&s);
}

/* ---- questions ---- */

static void answer_last(struct http_side *s, const char *wanted, const char *json)
{
    char text[256];
    assert_int_equal(http_side_next(s, text, sizeof text), BUS_HTTP);
    assert_int_equal(s->what, BUS_HTTP_REQUEST);
    if (s->body.len != strlen(wanted) || memcmp(s->body.at, wanted, s->body.len) != 0)
        fail_msg("%.*s, not %s", (int)s->body.len, (const char *)s->body.at, wanted);
    http_side_answer(s, 200, ERR_OK, json);
}

#define ASK                                                                                                            \
    "POST /asks?lang=fr HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" GOOD                                     \
    "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"

static void a_handler_asks_the_core_and_asks_again(void **state)
{
    struct http_side s;
    char out[2048];
    (void)state;
    http_played_start(&s, (struct http_options){.lang = NULL});
    int fd = http_side_dial(&s, "127.0.0.1");
    http_side_say(fd, ASK);
    answer_last(&s, "{\"do\":\"one\",\"lang\":\"fr\",\"args\":{\"site\":\"citego\"}}",
                "{\"exit\":0,\"result\":{\"n\":1}}");
    answer_last(&s, "{\"do\":\"two\",\"lang\":\"fr\",\"args\":{\"one\":{\"n\":1},\"site\":\"citego\"}}",
                "{\"exit\":0,\"result\":{\"n\":2}}");
    assert_int_equal(http_side_hear(fd, out, sizeof out), 201);
    assert_non_null(strstr(out, "{\"n\":2}"));
    close(fd);
    http_side_stop(&s);
}

static void what_the_core_refuses_becomes_a_problem_with_its_lines(void **state)
{
    /* clang-format off */
    static const struct {
        const char *json;
        unsigned status;
        const char *in;
    } cases[] = {
        {"{\"exit\":1,\"error\":{\"code\":\"ALLIED-1213\",\"name\":\"stale\",\"detail\":\"x\"}}", 412,
         "\"code\":\"stale\""                                                                                                                              },
        {"{\"exit\":4,\"error\":{\"name\":\"not_found\",\"detail\":\"abc\"}}",                    404, "abc"                                               },
        {"{\"exit\":65,\"error\":{\"name\":\"title_missing\",\"detail\":\"\"},\"result\":{\"errors\":[{\"line\":1,"
         "\"field\":\"title\"}]}}",                                                                                        422,                                                                    "\"errors\":[{\"line\":1,\"field\":\"title\"}]"                             },
        {"{\"exit\":65,\"error\":{\"name\":\"what is this\"}}",                                                                                       500,                                      "\"code\":\"internal\""},
        {"no json",                                                                                       503,                                                                                  "\"code\":\"unanswered\""                                                                         },
    };
    /* clang-format on */
    struct http_side s;
    char out[2048];
    (void)state;
    http_played_start(&s, (struct http_options){.lang = NULL});
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int fd = http_side_dial(&s, "127.0.0.1");
        http_side_say(fd, ASK);
        answer_last(&s, "{\"do\":\"one\",\"lang\":\"fr\",\"args\":{\"site\":\"citego\"}}",
                    strstr(cases[i].json, "no json") ? cases[i].json : "{\"exit\":0,\"result\":1}");
        if (!strstr(cases[i].json, "no json"))
            answer_last(&s, "{\"do\":\"two\",\"lang\":\"fr\",\"args\":{\"one\":1,\"site\":\"citego\"}}", cases[i].json);
        assert_int_equal(http_side_hear(fd, out, sizeof out), cases[i].status);
        assert_non_null(strstr(out, cases[i].in));
        close(fd);
    }
    http_played_expect(&s, GET("/searches", ""), 503, "\"code\":\"unanswered\""); /* no index is here */
    http_side_stop(&s);
}

static void an_answer_that_does_not_come_is_not_waited_for(void **state)
{
    struct http_side s;
    char out[2048];
    (void)state;
    http_played_start(&s, (struct http_options){.ask_ms = 50});
    int fd = http_side_dial(&s, "127.0.0.1");
    http_side_say(fd, ASK);
    assert_int_equal(http_side_next(&s, out, sizeof out), BUS_HTTP);
    assert_int_equal(http_side_hear(fd, out, sizeof out), 504);
    assert_non_null(strstr(out, "\"code\":\"http_late\""));
    assert_non_null(strstr(out, "Retry-After: "));
    http_side_answer(&s, 200, ERR_OK, "{\"exit\":0,\"result\":1}"); /* too late: nobody's any more */
    close(fd);
    http_played_expect(&s, GET("/echo/x", ""), 200, NULL);
    http_side_stop(&s);
}

/* ---- streams ---- */

static void a_stream_comes_whole_though_it_waits_in_between(void **state)
{
    static char out[1 << 18];
    struct http_side s;
    (void)state;
    http_played_start(&s, (struct http_options){.lang = NULL});
    int fd = http_side_dial(&s, "127.0.0.1");
    http_side_say(fd, GET("/streams", ""));
    assert_int_equal(http_side_hear(fd, out, sizeof out), 200);
    assert_non_null(strstr(out, "Transfer-Encoding: chunked\r\n"));
    assert_non_null(strstr(out, "\r\n0\r\n\r\n"));
    size_t lines = 0;
    for (const char *at = strstr(out, "\r\n\r\n"); (at = strstr(at, "   \n")); at++)
        lines++;
    assert_int_equal(lines, 3 * 1024);
    close(fd);
    http_side_stop(&s);
}

static void a_broken_stream_does_not_look_whole(void **state)
{
    struct http_side s;
    char out[4096];
    (void)state;
    http_played_start(&s, (struct http_options){.lang = NULL});
    assert_int_equal(http_side_ask(&s, GET("/streams?limit=1", ""), out, sizeof out), 200);
    assert_non_null(strstr(out, "half of it\n"));
    assert_null(strstr(out, "\r\n0\r\n"));
    http_side_stop(&s);
}

static void streams_that_wait_end_politely_with_the_daemon_and_slow_readers_hinder_nobody(void **state)
{
    struct http_side s;
    char out[4096];
    int waiting[3], slow[3];
    (void)state;
    http_played_start(&s, (struct http_options){.lang = NULL});
    http_played_ended = 0;
    for (size_t i = 0; i < 3; i++) {
        waiting[i] = http_side_dial(&s, "127.0.0.1");
        http_side_say(waiting[i], GET("/streams?limit=2", ""));
        while (recv(waiting[i], out, sizeof out - 1, MSG_PEEK) > 0 && !memmem(out, sizeof out, "first\n", 6))
            usleep(1000);
        slow[i] = http_side_dial(&s, "127.0.0.1"); /* takes nothing of 64 MB */
        http_side_say(slow[i], GET("/streams?limit=3", ""));
    }
    close(waiting[2]); /* hangs up */
    http_played_expect(&s, GET("/echo/x", ""), 200, NULL);
    http_side_halt(&s);
    for (size_t i = 0; i < 3; i++) {
        if (i < 2) {
            assert_int_equal(http_side_hear(waiting[i], out, sizeof out), 200);
            assert_non_null(strstr(out, "first\n\r\n0\r\n\r\n"));
            close(waiting[i]);
        }
        close(slow[i]);
    }
    assert_int_equal(http_played_ended, 6);
    http_side_stop(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_answer_carries_the_strict_headers),
        cmocka_unit_test(who_has_the_tagged_answer_is_not_sent_it_again),
        cmocka_unit_test(requests_one_behind_the_other_are_answered_in_order),
        cmocka_unit_test(who_expects_to_be_asked_for_the_body_is),
        cmocka_unit_test(a_handler_asks_the_core_and_asks_again),
        cmocka_unit_test(what_the_core_refuses_becomes_a_problem_with_its_lines),
        cmocka_unit_test(an_answer_that_does_not_come_is_not_waited_for),
        cmocka_unit_test(a_stream_comes_whole_though_it_waits_in_between),
        cmocka_unit_test(a_broken_stream_does_not_look_whole),
        cmocka_unit_test(streams_that_wait_end_politely_with_the_daemon_and_slow_readers_hinder_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
