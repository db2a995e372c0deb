/* What a request has to be, and what a handler is given of it. */
#include "protocol/base/limits.h"
#include "tests/help/http_played.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

/* ---- requests ---- */

static void a_handler_gets_path_query_language_and_types(void **state)
{
    struct http_side s;
    (void)state;
    http_played_start(&s, (struct http_options){.lang = "en"});
    http_played_expect(&s, GET("/echo/a%2Fb.jsonld?q=c%C5%93ur+vert&limit=7", "Accept-Language: fr\r\n"), 200,
                       "{\"id\":\"a/b\",\"suffix\":\".jsonld\",\"q\":\"cœur "
                       "vert\",\"limit\":7,\"lang\":\"fr\",\"type\":\"application/json\",\"who\":\"\"}\n");
    http_played_expect(&s, GET("/echo/x", "Accept: application/ld+json\r\n"), 200,
                       "\"q\":null,\"limit\":50,\"lang\":\"en\",\"type\":\"application/ld+json\"");
    http_played_expect(&s, GET("/echo/x?q=a%26b", ""), 200, "Link: <?q=a%26b&cursor=a%26b%3D%C3%A9>; rel=\"next\"\r\n");
    http_played_expect(&s, GET("/echo/x?lang=fr", "Accept-Language: en\r\n" GOOD), 200,
                       "\"lang\":\"fr\",\"type\":\"application/json\",\"who\":\"cms\"");
    http_played_expect(&s,
                       "GET http://fiches.example/echo/x HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
                       200, "\"id\":\"x\"");
    http_side_stop(&s);
}

static void what_does_not_read_is_named_in_the_readers_language(void **state)
{
    struct http_side s;
    (void)state;
    http_played_start(&s, (struct http_options){.lang = NULL});
    http_played_expect(&s, GET("/echo/x?page=2", ""), 400,
                       "no such parameter: page\",\"code\":\"http_unknown\",\"number\":\"ALLIED-1518\"");
    http_played_expect(&s, GET("/echo/x?page=2&lang=fr", ""), 400, "n’a pas de paramètre de ce nom : page\"");
    http_played_expect(&s, GET("/echo/x?q=1&q=2", ""), 400, "stands twice: q\"");
    http_played_expect(&s, GET("/echo/x?q=%C3", ""), 400, "encoded: q\"");
    http_played_expect(&s, GET("/echo/x?limit=0", ""), 400, "limit (1..200)");
    http_played_expect(&s, GET("/echo/x?limit=1e9", ""), 400, "\"code\":\"http_value\"");
    http_played_expect(&s, GET("/echo/x?limit=99999999999999999999", ""), 400, "\"code\":\"http_value\"");
    http_played_expect(&s, GET("/echo/%00", ""), 400, "\"code\":\"http_encoding\"");
    http_played_expect(&s, GET("/echo/%C0%AF", ""), 400, "\"code\":\"http_encoding\"");
    http_played_expect(&s, GET("/echo/../x", ""), 404, "\"code\":\"http_path\"");
    http_played_expect(&s, GET("/echo/x", "Accept: image/png\r\n"), 406, "\"code\":\"http_accept\"");
    http_played_expect(&s, GET("/nothing", ""), 500, "\"code\":\"internal\"");
    http_side_stop(&s);
}

static void bodies_are_json_without_doubles_and_of_the_rows_size(void **state)
{
    static const char head[] = "PUT /changed HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" GOOD;
    /* clang-format off */
    static const struct {
        const char *headers, *body;
        unsigned status;
        const char *in;
    } cases[] = {
        {"If-Match: \"v.b\"\r\nContent-Type: application/json\r\n",                  "{\"a\":1}",         200,
         "{\"version\":\"v\",\"body\":{\"a\":1}}"                                                                                          },
        {"If-Match: W/\"v.b\"\r\nContent-Type: application/json; charset=utf-8\r\n", "{}",                200, "{\"version\":\"v\""        },
        {"If-Match: *\r\nContent-Type: APPLICATION/JSON\r\n",                        "{}",                200, "{\"version\":\"*\""        },
        {"Content-Type: application/json\r\n",                                       "{}",                428, "\"code\":\"http_if_match\""},
        {"If-Match: v\r\nContent-Type: application/json\r\n",                        "{}",                400, "If-Match"                  },
        {"If-Match: \"v\", W/\"w.b\" ,\"x.b\"\r\nContent-Type: application/json\r\n", "{}", 200, "{\"version\":\"v w x\""},
        {"If-Match: \"v\" \"w\"\r\nContent-Type: application/json\r\n", "{}", 400, "If-Match"},
        {"If-Match: \"v\", w\r\nContent-Type: application/json\r\n", "{}", 400, "If-Match"},
        {"If-Match: \"v\", *\r\nContent-Type: application/json\r\n", "{}", 400, "If-Match"},
        {"If-Match: ,\r\nContent-Type: application/json\r\n", "{}", 400, "If-Match"},
        {"If-Match: *\r\nContent-Type: application/json\r\n", "\xef\xbb\xbf{\"a\":1}", 200, "\"a\":1"},
        {"If-Match: *\r\nContent-Type: application/json\r\n", "\xef\xbb\xbf", 400, "\"code\":\"json\""},
        {"If-Match: *\r\nContent-Type: application/json\r\n",                        "{\"a\":1,\"a\":2}", 400, "\"code\":\"json\""         },
        {"If-Match: *\r\nContent-Type: application/json\r\n",                        "[]",                400, "\"code\":\"json\""         },
        {"If-Match: *\r\nContent-Type: application/json\r\n",                        "{\"a\":",           400, "\"code\":\"json\""         },
        {"If-Match: *\r\nContent-Type: text/json\r\n",                               "{}",                415, "application/json"          },
        {"If-Match: *\r\n",                                                          "{}",                415, "\"code\":\"type\""         },
    };
    /* clang-format on */
    struct http_side s;
    char request[1024];
    (void)state;
    http_played_start(&s, (struct http_options){.lang = NULL});
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        snprintf(request, sizeof request, "%s%sContent-Length: %zu\r\n\r\n%s", head, cases[i].headers,
                 strlen(cases[i].body), cases[i].body);
        http_played_expect(&s, request, cases[i].status, cases[i].in);
    }
    snprintf(request, sizeof request, "%sContent-Type: application/json\r\nContent-Length: %u\r\n\r\n", head,
             LIMIT_HTTP_BODY_BYTES + 1);
    http_played_expect(&s, request, 413, "\"code\":\"too_large\"");
    http_played_expect(&s,
                       "POST /asks HTTP/1.1\r\nHost: localhost\r\n" GOOD
                       "Content-Type: application/json\r\nContent-Length: 101\r\n\r\n",
                       413, NULL);
    http_side_stop(&s);
}

/* ---- who and from where ---- */

static void tokens_open_what_they_are_for(void **state)
{
    /* clang-format off */
    static const struct {
        const char *token;
        unsigned status;
        const char *in;
    } cases[] = {
        {"",                                401, "WWW-Authenticate: Bearer realm=\"allied\"\r\n"},
        {"Authorization: Bearer bad\r\n",   401, "\"code\":\"token_wrong\""                     },
        {"Authorization: Basic Zzz=\r\n",   401, "\"code\":\"token_wrong\""                     },
        {"Authorization: Bearer\r\n",       401, "\"code\":\"token_wrong\""                     },
        {"Authorization: Bearer other\r\n", 403, "records"                                      },
        {"Authorization: bearer  good\r\n", 428, NULL                                           },
        {"Authorization: Bearer all\r\n",   428, NULL                                           },
    };
    /* clang-format on */
    struct http_side s;
    char request[512];
    (void)state;
    http_played_start(&s, (struct http_options){.lang = NULL});
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        snprintf(request, sizeof request,
                 "PUT /changed HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%sContent-Type: "
                 "application/json\r\nContent-Length: 2\r\n\r\n{}",
                 cases[i].token);
        http_played_expect(&s, request, cases[i].status, cases[i].in);
    }
    http_side_stop(&s);
}

static void where_reading_is_not_public_it_takes_any_token(void **state)
{
    struct http_side s;
    char out[4096];
    (void)state;
    http_played_start(&s, (struct http_options){.reads_need_token = true});
    http_played_expect(&s, GET("/echo/x", ""), 401, "\"code\":\"token_needed\"");
    http_played_expect(&s, GET("/tagged", "Authorization: Bearer other\r\n"), 200, "Cache-Control: private\r\n");
    assert_int_equal(http_side_ask(&s, GET("/echo/x", GOOD), out, sizeof out), 200);
    assert_null(strstr(out, "Access-Control-Allow-Origin"));
    http_played_expect(&s, "OPTIONS /echo/x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 405, NULL);
    http_side_stop(&s);
}

static void foreign_names_and_foreign_pages_are_refused(void **state)
{
#define WRITE(headers)                                                                                                 \
    "PUT /changed HTTP/1.1\r\nConnection: close\r\n" GOOD headers "Content-Length: 2\r\n"                              \
    "Content-Type: application/json\r\n\r\n{}"
    struct http_side s;
    (void)state;
    http_played_start(&s, (struct http_options){.public_url = "https://public.example/x/"});
    http_played_expect(&s, "GET /echo/x HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n", 421,
                       "evil.example");
    http_played_expect(&s, "GET /echo/x HTTP/1.0\r\n\r\n", 421, "\"code\":\"http_host\"");
    http_played_expect(&s, "GET /echo/x HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n", 400,
                       "\"code\":\"http_framing\"");
    http_played_expect(&s, "GET http://evil.example/echo/x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
                       421, NULL);
    http_played_expect(&s, "GET /echo/x HTTP/1.1\r\nHost: PUBLIC.example\r\nConnection: close\r\n\r\n", 200, NULL);
    http_played_expect(&s, "GET /echo/x HTTP/1.1\r\nHost: fiches.example:8443\r\nConnection: close\r\n\r\n", 200, NULL);
    http_played_expect(&s, "GET /nothing HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n", 500, NULL);
    http_played_expect(&s, WRITE("Host: localhost\r\nOrigin: http://evil.example\r\n"), 403,
                       "\"code\":\"http_origin\"");
    http_played_expect(&s, WRITE("Host: localhost\r\nOrigin: null\r\n"), 403, NULL);
    http_played_expect(&s, WRITE("Host: localhost\r\nSec-Fetch-Site: cross-site\r\n"), 403, NULL);
    http_played_expect(&s, WRITE("Host: evil.example\r\n"), 421, NULL);
    http_played_expect(&s, WRITE("Host: localhost\r\nOrigin: http://localhost\r\nSec-Fetch-Site: same-origin\r\n"), 428,
                       NULL);
    http_played_expect(&s, WRITE("Host: 127.0.0.1:1\r\nOrigin: https://public.example\r\n"), 428, NULL);
    http_side_stop(&s);
}

static void other_sites_pages_may_read_what_is_public(void **state)
{
    struct http_side s;
    char out[4096];
    (void)state;
    http_played_start(&s, (struct http_options){.lang = NULL});
    http_played_expect(&s, GET("/echo/x", "Origin: http://evil.example\r\nSec-Fetch-Site: cross-site\r\n"), 200,
                       "Access-Control-Allow-Origin: *\r\n");
    http_played_expect(
        &s, "OPTIONS /echo/x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nOrigin: http://evil.example\r\n\r\n",
        204, "Access-Control-Allow-Methods: GET, HEAD\r\n");
    assert_int_equal(
        http_side_ask(&s, "OPTIONS /changed HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", out, sizeof out),
        405);
    assert_null(strstr(out, "Access-Control"));
    http_side_stop(&s);
}

static void too_many_of_one_address_have_to_wait(void **state)
{
    struct http_side s;
    char out[2048];
    (void)state;
    http_played_start(&s, (struct http_options){.caps_loopback = true});
    for (unsigned i = 0; i < LIMIT_HTTP_WRONG; i++)
        http_played_expect(&s, GET("/echo/x", "Authorization: Bearer bad\r\n"), 401, NULL);
    http_played_expect(&s, GET("/echo/x", "Authorization: Bearer bad\r\n"), 429, "Retry-After: ");
    http_played_expect(&s, GET("/echo/x", GOOD), 200, NULL); /* a good one is not held up */
    int fd = http_side_dial(&s, "127.0.0.1");
    unsigned status = 200;
    for (unsigned i = 0; i < LIMIT_HTTP_READS + 200 && status == 200; i++) {
        http_side_say(fd, "GET /tagged HTTP/1.1\r\nHost: localhost\r\n\r\n");
        status = http_side_hear(fd, out, sizeof out);
    }
    close(fd);
    assert_int_equal(status, 429);
    assert_non_null(strstr(out, "\"code\":\"http_often\""));
    http_side_stop(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_handler_gets_path_query_language_and_types),
        cmocka_unit_test(what_does_not_read_is_named_in_the_readers_language),
        cmocka_unit_test(bodies_are_json_without_doubles_and_of_the_rows_size),
        cmocka_unit_test(tokens_open_what_they_are_for),
        cmocka_unit_test(where_reading_is_not_public_it_takes_any_token),
        cmocka_unit_test(foreign_names_and_foreign_pages_are_refused),
        cmocka_unit_test(other_sites_pages_may_read_what_is_public),
        cmocka_unit_test(too_many_of_one_address_have_to_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
