#include "daemon/web/oai_serve.h"
#include "daemon/http/answer.h"
#include "daemon/web/oai.h"
#include "daemon/web/web.h"
#include <stdio.h>
#include <time.h>

#define PATH "/oai"

static err_t params_of(struct http_request *q, struct uri_query *out, struct why *why)
{
    struct slice body = request_body(q), form;
    *out = *request_pairs(q);
    if (strcmp(request_method(q), "POST") != 0)
        return ERR_OK;
    char *text = arena_alloc(request_arena(q), 1, body.len + 1);
    if (!text)
        return ERR_MEMORY;
    form = slice_of(text, body.len);
    if (body.len)
        memcpy(text, body.at, body.len);
    if (memchr(form.at, 0, body.len)) {
        *out = (struct uri_query){.unread = true};
        return ERR_OK;
    }
    return uri_query_read(text, "**", request_arena(q), out, why);
}

static const char *url_of(struct http_request *q)
{
    const char *base = request_base(q);
    size_t size = strlen(base) + sizeof PATH;
    char *out = arena_alloc(request_arena(q), 1, size);
    if (out)
        snprintf(out, size, "%s" PATH, base);
    return out ? out : "";
}

void oai_serve(struct http_request *q)
{
    struct web *w = web_of(q);
    struct uri_query params;
    struct why why = {ERR_OK, ""};
    struct read read;
    struct buf out;
    struct oai o = {.atlas = &w->atlas, .page = OAI_PAGE, .now_s = (int64_t)time(NULL), .url = url_of(q)};
    err_t e = params_of(q, &params, &why);
    if (e) {
        answer_error(q, e, &why);
        return;
    }
    if (!web_begin(q, NULL, &read))
        return;
    o.read = &read;
    o.contact = w->config->contact;
    buf_init(&out, OAI_BYTES_MAX);
    e = oai_answer(&o, &params, &out);
    answer_cache(q, "no-cache");
    if (e)
        answer_error(q, e, NULL);
    else
        answer_taken(q, 200, "text/xml; charset=utf-8", &out);
    buf_fini(&out);
    web_end(q, &read);
}
