/* What handlers are given and may say: a site of the test's own on a real socket, with this thread in the core's place. */
#include "protocol/base/limits.h"
#include "tests/help/http_side.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#define GOOD               "Authorization: Bearer good\r\n"
#define GET(path, headers) "GET " path " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" headers "\r\n"

/* ---- the site ---- */

static void echo(struct http_request *q)
{
    static const char *const types[] = {"application/json", "application/ld+json", NULL};
    const struct http_principal *p = request_principal(q);
    int64_t limit = 0;
    int type = request_accepts(q, types);
    err_t e = type < 0 ? ERR_HTTP_ACCEPT : request_number(q, "limit", 1, 200, 50, &limit);
    if (e) {
        answer_error(q, e, NULL);
        return;
    }
    answer_next(q, "a&b=é");
    answer_json(q, 200,
                json_pack("{s:s, s:s, s:s?, s:I, s:s, s:s, s:s}", "id", request_part(q, "id"), "suffix",
                          request_suffix(q), "q", request_query(q, "q"), "limit", (json_int_t)limit, "lang",
                          request_lang(q), "type", types[type], "who", p ? p->name : ""));
}

static void tagged(struct http_request *q)
{
    answer_cache(q, "public, max-age=60");
    if (!answer_etag(q, "\"v.b\""))
        answer_body(q, 200, "text/plain; charset=utf-8", slice_text("whole"));
}

static void changed(struct http_request *q)
{
    const char *version = "";
    json_t *body = NULL;
    struct why why = {ERR_OK, ""};
    err_t e = request_if_match(q, &version);
    if (e) {
        answer_error(q, e, NULL);
        return;
    }
    e = request_json(q, &body, &why);
    if (e) {
        answer_error(q, e, &why);
        return;
    }
    answer_json(q, 200, json_pack("{s:s, s:o}", "version", version, "body", body));
}

static void gave(struct http_request *q, const json_t *answer)
{
    if (!answer_failed(q, answer))
        answer_json(q, 201, json_incref(json_object_get(answer, "result")));
}

static void second(struct http_request *q, const json_t *answer)
{
    ask_core(q, "two", json_pack("{s:O}", "one", json_object_get(answer, "result")), gave);
}

static void asks(struct http_request *q)
{
    ask_core(q, "one", NULL, second);
}

static void searches(struct http_request *q)
{
    ask_index(q, "search", NULL, gave);
}

struct counter {
    int left, waits; /* pieces; before each */
    bool *ended;
};
static enum stream_step count(void *ctx, struct buf *out)
{
    struct counter *c = ctx;
    if (c->waits > 0) {
        c->waits--;
        return STREAM_WAITS;
    }
    for (int i = 0; i < 1024; i++)
        buf_printf(out, "%-63d\n", c->left);
    return --c->left > 0 ? STREAM_MORE : STREAM_ENDS;
}

static enum stream_step breaks(void *ctx, struct buf *out)
{
    struct counter *c = ctx;
    if (c->left-- <= 0)
        return STREAM_BROKEN;
    buf_printf(out, "half of it\n");
    return STREAM_MORE;
}

static enum stream_step for_ever(void *ctx, struct buf *out)
{
    struct counter *c = ctx;
    if (!c->left)
        return STREAM_WAITS;
    c->left = 0;
    buf_printf(out, "first\n");
    return STREAM_MORE;
}

static int ended; /* of the server's thread; read once it ended */
static void note_end(void *ctx)
{
    (void)ctx;
    ended++;
}

static void streams(struct http_request *q)
{
    static enum stream_step (*const kinds[])(void *, struct buf *) = {count, breaks, for_ever, count};
    struct counter *c = arena_alloc(request_arena(q), 1, sizeof *c);
    int64_t kind = 0;
    (void)request_number(q, "limit", 0, 3, 0, &kind);
    *c = (struct counter){.left = kind == 3 ? 1000 : 3, .waits = kind == 0 ? 1 : 0};
    answer_stream(q, "text/plain; charset=utf-8", &(struct stream){.next = kinds[kind], .end = note_end, .ctx = c});
}

static void says_nothing(struct http_request *q)
{
    (void)q;
}

static const struct route rows[] = {
    {"GET",  "/echo/{id}", ".json .jsonld", HTTP_PUBLIC,  "",                 0,   "q limit", "200 application/json", "", "", echo        },
    {"GET",  "/tagged",    "",              HTTP_PUBLIC,  "",                 0,   "",        "200 text/plain",       "", "", tagged      },
    {"PUT",  "/changed",   "",              HTTP_RECORDS, "application/json", 0,   "",        "200 application/json", "", "", changed     },
    {"POST", "/asks",      "",              HTTP_RECORDS, "application/json", 100, "",        "201 application/json", "", "", asks        },
    {"GET",  "/searches",  "",              HTTP_PUBLIC,  "",                 0,   "",        "201 application/json", "", "", searches    },
    {"GET",  "/streams",   "",              HTTP_PUBLIC,  "",                 0,   "limit",   "200 text/plain",       "", "", streams     },
    {"GET",  "/nothing",   "",              HTTP_OPEN,    "",                 0,   "",        "200 text/plain",       "", "", says_nothing},
};

/* "good" writes records, "other" concepts, "all" everything. */
static err_t token(struct http_request *q, const char *text, struct http_principal *out)
{
    static const struct {
        const char *text;
        enum http_scope scope;
    } known[] = {
        {"good",  HTTP_RECORDS },
        {"other", HTTP_CONCEPTS},
        {"all",   HTTP_ADMIN   },
    };
    (void)q;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i].text, text) == 0) {
            *out = (struct http_principal){.scopes = 1u << known[i].scope, .name = "cms", .site = "citego"};
            return ERR_OK;
        }
    return ERR_TOKEN_WRONG;
}
static const struct http_site site = {
    .routes = {rows, sizeof rows / sizeof *rows},
      .token = token
};

static void start(struct http_side *s, struct http_options options)
{
    options.site = &site;
    options.hosts = "fiches.example";
    http_side_start(s, &options, NULL);
}

static void expect(const struct http_side *s, const char *request, unsigned status, const char *in)
{
    static char out[1 << 18];
    unsigned got = http_side_ask(s, request, out, sizeof out);
    if (got != status || (in && !strstr(out, in)))
        fail_msg("%u, not %u with %s: %.300s\n%s", got, status, in ? in : "", request, out);
}

/* ---- requests ---- */

static void a_handler_gets_path_query_language_and_types(void **state)
{
    struct http_side s;
    (void)state;
    start(&s, (struct http_options){.lang = "en"});
    expect(&s, GET("/echo/a%2Fb.jsonld?q=c%C5%93ur+vert&limit=7", "Accept-Language: fr\r\n"), 200,
           "{\"id\":\"a/b\",\"suffix\":\".jsonld\",\"q\":\"cœur "
           "vert\",\"limit\":7,\"lang\":\"fr\",\"type\":\"application/json\",\"who\":\"\"}\n");
    expect(&s, GET("/echo/x", "Accept: application/ld+json\r\n"), 200,
           "\"q\":null,\"limit\":50,\"lang\":\"en\",\"type\":\"application/ld+json\"");
    expect(&s, GET("/echo/x?q=a%26b", ""), 200, "Link: <?q=a%26b&cursor=a%26b%3D%C3%A9>; rel=\"next\"\r\n");
    expect(&s, GET("/echo/x?lang=fr", "Accept-Language: en\r\n" GOOD), 200,
           "\"lang\":\"fr\",\"type\":\"application/json\",\"who\":\"cms\"");
    expect(&s, "GET http://fiches.example/echo/x HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n", 200,
           "\"id\":\"x\"");
    http_side_stop(&s);
}

static void what_does_not_read_is_named_in_the_readers_language(void **state)
{
    struct http_side s;
    (void)state;
    start(&s, (struct http_options){.lang = NULL});
    expect(&s, GET("/echo/x?page=2", ""), 400,
           "no such parameter: page\",\"code\":\"http_unknown\",\"number\":\"ALLIED-1518\"");
    expect(&s, GET("/echo/x?page=2&lang=fr", ""), 400, "n'a pas de paramètre");
    expect(&s, GET("/echo/x?q=1&q=2", ""), 400, "stands twice: q\"");
    expect(&s, GET("/echo/x?q=%C3", ""), 400, "encoded: q\"");
    expect(&s, GET("/echo/x?limit=0", ""), 400, "limit (1..200)");
    expect(&s, GET("/echo/x?limit=1e9", ""), 400, "\"code\":\"http_value\"");
    expect(&s, GET("/echo/x?limit=99999999999999999999", ""), 400, "\"code\":\"http_value\"");
    expect(&s, GET("/echo/%00", ""), 400, "\"code\":\"http_encoding\"");
    expect(&s, GET("/echo/%C0%AF", ""), 400, "\"code\":\"http_encoding\"");
    expect(&s, GET("/echo/../x", ""), 404, "\"code\":\"http_path\"");
    expect(&s, GET("/echo/x", "Accept: image/png\r\n"), 406, "\"code\":\"http_accept\"");
    expect(&s, GET("/nothing", ""), 500, "\"code\":\"internal\"");
    http_side_stop(&s);
}

static void bodies_are_json_without_doubles_and_of_the_rows_size(void **state)
{
    static const char head[] = "PUT /changed HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" GOOD;
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
        {"If-Match: \"v\", \"w\"\r\nContent-Type: application/json\r\n",             "{}",                400, "If-Match"                  },
        {"If-Match: *\r\nContent-Type: application/json\r\n",                        "{\"a\":1,\"a\":2}", 422, "\"code\":\"json\""         },
        {"If-Match: *\r\nContent-Type: application/json\r\n",                        "[]",                422, "\"code\":\"json\""         },
        {"If-Match: *\r\nContent-Type: application/json\r\n",                        "{\"a\":",           422, "\"code\":\"json\""         },
        {"If-Match: *\r\nContent-Type: text/json\r\n",                               "{}",                415, "application/json"          },
        {"If-Match: *\r\n",                                                          "{}",                415, "\"code\":\"type\""         },
    };
    struct http_side s;
    char request[1024];
    (void)state;
    start(&s, (struct http_options){.lang = NULL});
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        snprintf(request, sizeof request, "%s%sContent-Length: %zu\r\n\r\n%s", head, cases[i].headers,
                 strlen(cases[i].body), cases[i].body);
        expect(&s, request, cases[i].status, cases[i].in);
    }
    snprintf(request, sizeof request, "%sContent-Type: application/json\r\nContent-Length: %u\r\n\r\n", head,
             LIMIT_HTTP_BODY_BYTES + 1);
    expect(&s, request, 413, "\"code\":\"too_large\"");
    expect(&s,
           "POST /asks HTTP/1.1\r\nHost: localhost\r\n" GOOD
           "Content-Type: application/json\r\nContent-Length: 101\r\n\r\n",
           413, NULL);
    http_side_stop(&s);
}

/* ---- who and from where ---- */

static void tokens_open_what_they_are_for(void **state)
{
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
    struct http_side s;
    char request[512];
    (void)state;
    start(&s, (struct http_options){.lang = NULL});
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        snprintf(request, sizeof request,
                 "PUT /changed HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%sContent-Type: "
                 "application/json\r\nContent-Length: 2\r\n\r\n{}",
                 cases[i].token);
        expect(&s, request, cases[i].status, cases[i].in);
    }
    http_side_stop(&s);
}

static void where_reading_is_not_public_it_takes_any_token(void **state)
{
    struct http_side s;
    char out[4096];
    (void)state;
    start(&s, (struct http_options){.reads_need_token = true});
    expect(&s, GET("/echo/x", ""), 401, "\"code\":\"token_needed\"");
    expect(&s, GET("/tagged", "Authorization: Bearer other\r\n"), 200, "Cache-Control: private\r\n");
    assert_int_equal(http_side_ask(&s, GET("/echo/x", GOOD), out, sizeof out), 200);
    assert_null(strstr(out, "Access-Control-Allow-Origin"));
    expect(&s, "OPTIONS /echo/x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 405, NULL);
    http_side_stop(&s);
}

static void foreign_names_and_foreign_pages_are_refused(void **state)
{
#define WRITE(headers)                                                                                                 \
    "PUT /changed HTTP/1.1\r\nConnection: close\r\n" GOOD headers "Content-Length: 2\r\n"                              \
    "Content-Type: application/json\r\n\r\n{}"
    struct http_side s;
    (void)state;
    start(&s, (struct http_options){.public_url = "https://public.example/x/"});
    expect(&s, "GET /echo/x HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n", 421, "evil.example");
    expect(&s, "GET /echo/x HTTP/1.0\r\n\r\n", 421, "\"code\":\"http_host\"");
    expect(&s, "GET /echo/x HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n", 400,
           "\"code\":\"http_framing\"");
    expect(&s, "GET http://evil.example/echo/x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 421, NULL);
    expect(&s, "GET /echo/x HTTP/1.1\r\nHost: PUBLIC.example\r\nConnection: close\r\n\r\n", 200, NULL);
    expect(&s, "GET /echo/x HTTP/1.1\r\nHost: fiches.example:8443\r\nConnection: close\r\n\r\n", 200, NULL);
    expect(&s, "GET /nothing HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n", 500, NULL);
    expect(&s, WRITE("Host: localhost\r\nOrigin: http://evil.example\r\n"), 403, "\"code\":\"http_origin\"");
    expect(&s, WRITE("Host: localhost\r\nOrigin: null\r\n"), 403, NULL);
    expect(&s, WRITE("Host: localhost\r\nSec-Fetch-Site: cross-site\r\n"), 403, NULL);
    expect(&s, WRITE("Host: evil.example\r\n"), 421, NULL);
    expect(&s, WRITE("Host: localhost\r\nOrigin: http://localhost\r\nSec-Fetch-Site: same-origin\r\n"), 428, NULL);
    expect(&s, WRITE("Host: 127.0.0.1:1\r\nOrigin: https://public.example\r\n"), 428, NULL);
    http_side_stop(&s);
}

static void other_sites_pages_may_read_what_is_public(void **state)
{
    struct http_side s;
    char out[4096];
    (void)state;
    start(&s, (struct http_options){.lang = NULL});
    expect(&s, GET("/echo/x", "Origin: http://evil.example\r\nSec-Fetch-Site: cross-site\r\n"), 200,
           "Access-Control-Allow-Origin: *\r\n");
    expect(&s,
           "OPTIONS /echo/x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nOrigin: http://evil.example\r\n\r\n",
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
    start(&s, (struct http_options){.caps_loopback = true});
    for (unsigned i = 0; i < LIMIT_HTTP_WRONG; i++)
        expect(&s, GET("/echo/x", "Authorization: Bearer bad\r\n"), 401, NULL);
    expect(&s, GET("/echo/x", "Authorization: Bearer bad\r\n"), 429, "Retry-After: ");
    expect(&s, GET("/echo/x", GOOD), 200, NULL); /* a good one is not held up */
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
    start(&s, (struct http_options){.lang = NULL});
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
    start(&s, (struct http_options){.lang = NULL});
    expect(&s, GET("/tagged", ""), 200, "ETag: \"v.b\"\r\n");
    expect(&s, GET("/tagged", "If-None-Match: \"x\"\r\n"), 200, "Cache-Control: public, max-age=60\r\n");
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
    start(&s, (struct http_options){.lang = NULL});
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
    start(&s, (struct http_options){.lang = NULL});
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
    expect(&s,
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
    start(&s, (struct http_options){.lang = NULL});
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
    struct http_side s;
    char out[2048];
    (void)state;
    start(&s, (struct http_options){.lang = NULL});
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
    expect(&s, GET("/searches", ""), 503, "\"code\":\"unanswered\""); /* no index is here */
    http_side_stop(&s);
}

/* ---- streams ---- */

static void a_stream_comes_whole_though_it_waits_in_between(void **state)
{
    static char out[1 << 18];
    struct http_side s;
    (void)state;
    start(&s, (struct http_options){.lang = NULL});
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
    start(&s, (struct http_options){.lang = NULL});
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
    start(&s, (struct http_options){.lang = NULL});
    ended = 0;
    for (size_t i = 0; i < 3; i++) {
        waiting[i] = http_side_dial(&s, "127.0.0.1");
        http_side_say(waiting[i], GET("/streams?limit=2", ""));
        while (recv(waiting[i], out, sizeof out - 1, MSG_PEEK) > 0 && !memmem(out, sizeof out, "first\n", 6))
            usleep(1000);
        slow[i] = http_side_dial(&s, "127.0.0.1"); /* takes nothing of 64 MB */
        http_side_say(slow[i], GET("/streams?limit=3", ""));
    }
    close(waiting[2]); /* hangs up */
    expect(&s, GET("/echo/x", ""), 200, NULL);
    http_side_halt(&s);
    for (size_t i = 0; i < 3; i++) {
        if (i < 2) {
            assert_int_equal(http_side_hear(waiting[i], out, sizeof out), 200);
            assert_non_null(strstr(out, "first\n\r\n0\r\n\r\n"));
            close(waiting[i]);
        }
        close(slow[i]);
    }
    assert_int_equal(ended, 6);
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
        cmocka_unit_test(every_answer_carries_the_strict_headers),
        cmocka_unit_test(who_has_the_tagged_answer_is_not_sent_it_again),
        cmocka_unit_test(requests_one_behind_the_other_are_answered_in_order),
        cmocka_unit_test(who_expects_to_be_asked_for_the_body_is),
        cmocka_unit_test(a_handler_asks_the_core_and_asks_again),
        cmocka_unit_test(what_the_core_refuses_becomes_a_problem_with_its_lines),
        cmocka_unit_test(a_stream_comes_whole_though_it_waits_in_between),
        cmocka_unit_test(a_broken_stream_does_not_look_whole),
        cmocka_unit_test(streams_that_wait_end_politely_with_the_daemon_and_slow_readers_hinder_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
