#include "tests/help/http_played.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

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

int http_played_ended;
static void note_end(void *ctx)
{
    (void)ctx;
    http_played_ended++;
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

/* clang-format off */
static const struct route rows[] = {
    {"GET",  "/echo/{id}", ".json .jsonld", HTTP_PUBLIC,  "",                 0,   "q limit", "200 application/json", "", "", echo        },
    {"GET",  "/tagged",    "",              HTTP_PUBLIC,  "",                 0,   "",        "200 text/plain",       "", "", tagged      },
    {"PUT",  "/changed",   "",              HTTP_RECORDS, "application/json", 0,   "",        "200 application/json", "", "", changed     },
    {"POST", "/asks",      "",              HTTP_RECORDS, "application/json", 100, "",        "201 application/json", "", "", asks        },
    {"GET",  "/searches",  "",              HTTP_PUBLIC,  "",                 0,   "",        "201 application/json", "", "", searches    },
    {"GET",  "/streams",   "",              HTTP_PUBLIC,  "",                 0,   "limit",   "200 text/plain",       "", "", streams     },
    {"GET",  "/nothing",   "",              HTTP_OPEN,    "",                 0,   "",        "200 text/plain",       "", "", says_nothing},
};
/* clang-format on */

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

void http_played_start(struct http_side *s, struct http_options options)
{
    options.site = &site;
    options.hosts = "fiches.example";
    http_side_start(s, &options, NULL);
}

void http_played_expect(const struct http_side *s, const char *request, unsigned status, const char *in)
{
    static char out[1 << 18];
    unsigned got = http_side_ask(s, request, out, sizeof out);
    if (got != status || (in && !strstr(out, in)))
        fail_msg("%u, not %u with %s: %.300s\n%s", got, status, in ? in : "", request, out);
}
