#include "daemon/http/accept.h"
#include "daemon/http/problem.h"
#include "daemon/http/server.h"
#include "daemon/http/uri.h"
#include "protocol/base/utf8.h"
#include <assert.h>
#include <stdlib.h>

/* Everything else a handler says comes through here: it answers once. */
static void end_with(struct http_request *q, unsigned status, const char *type)
{
    assert(!q->answered);
    q->answered = true;
    q->answer.status = status;
    q->answer.type = type;
}

void answer_header(struct http_request *q, const char *name, const char *value)
{
    struct http_header *h = arena_alloc(&q->arena, 1, sizeof *h);
    struct slice copy;
    if (!h || arena_copy(&q->arena, slice_of(value, strlen(value) + 1), &copy))
        return;
    h->name = name;
    h->value = (const char *)copy.at;
    h->next = q->answer.headers;
    q->answer.headers = h;
}

void answer_cache(struct http_request *q, const char *control)
{
    q->answer.cache = control;
}

void answer_taken(struct http_request *q, unsigned status, const char *type, struct buf *body)
{
    end_with(q, status, type);
    q->answer.body = *body;
    *body = (struct buf){0};
}

void answer_body(struct http_request *q, unsigned status, const char *type, struct slice body)
{
    struct buf b;
    buf_init(&b, SIZE_MAX);
    buf_add(&b, body);
    answer_taken(q, status, type, &b);
}

void answer_empty(struct http_request *q, unsigned status)
{
    end_with(q, status, NULL);
}

void answer_json_as(struct http_request *q, unsigned status, const char *type, json_t *value)
{
    struct buf b;
    buf_init(&b, SIZE_MAX);
    int bad = value ? json_dump_callback(value, utf8_json_piece, &b, JSON_COMPACT | JSON_REAL_PRECISION(9)) : -1;
    buf_byte(&b, '\n');
    json_decref(value);
    if (bad && !b.err)
        b.err = ERR_MEMORY;
    answer_taken(q, status, type, &b);
}

void answer_json(struct http_request *q, unsigned status, json_t *value)
{
    answer_json_as(q, status, "application/json", value);
}

bool answer_etag(struct http_request *q, const char *etag)
{
    const char *known = request_header(q, "If-None-Match");
    answer_header(q, "ETag", etag);
    if (!known || !accept_matches(known, etag))
        return false;
    answer_empty(q, 304);
    return true;
}

void answer_next(struct http_request *q, const char *cursor)
{
    struct buf b;
    buf_init(&b, 4 * LIMIT_HTTP_URI_BYTES);
    buf_printf(&b, "<?");
    uri_query_write(&q->query, "cursor", &b);
    buf_printf(&b, "%scursor=", b.len > strlen("<?") ? "&" : "");
    uri_encode(cursor, &b);
    buf_printf(&b, ">; rel=\"next\"");
    const char *text = buf_text(&b);
    if (text)
        answer_header(q, "Link", text);
    buf_fini(&b);
}

static void say_problem(struct http_request *q, unsigned status, err_t e, const char *text, json_t *errors)
{
    const struct http_site *site = q->server->options->site;
    json_t *problem = problem_json(status, e, text, request_lang(q));
    if (errors && problem)
        json_object_set_new(problem, "errors", errors);
    else
        json_decref(errors);
    if (status == 401)
        answer_header(q, "WWW-Authenticate", "Bearer realm=\"allied\"");
    q->answer.cache = NULL;
    if (problem && site->problem && site->problem(q, status, problem)) {
        json_decref(problem);
        return;
    }
    answer_json_as(q, status, "application/problem+json", problem);
}

void answer_errors(struct http_request *q, err_t e, const struct why *why, json_t *errors)
{
    const struct why *w = why ? why : &q->why;
    say_problem(q, problem_status(e), e, w->code == e ? w->text : "", errors);
}

void answer_error(struct http_request *q, err_t e, const struct why *why)
{
    answer_errors(q, e, why, NULL);
}

void answer_refusal(struct http_request *q, unsigned status, err_t e)
{
    say_problem(q, status, e, q->why.code == e ? q->why.text : "", NULL);
}

void answer_problem(struct http_request *q, unsigned status, err_t e)
{
    say_problem(q, status, e, "", NULL);
}

bool answer_failed(struct http_request *q, const json_t *answer)
{
    const json_t *error = json_object_get(answer, "error");
    const char *name = json_string_value(json_object_get(error, "name")),
               *detail = json_string_value(json_object_get(error, "detail"));
    struct why why;
    if (!error)
        return false;
    err_t e = err_by_name(name ? name : "");
    e = e == ERR_COUNT || !e ? ERR_INTERNAL : e;
    why_set(&why, e, "%.150s", detail ? detail : "");
    json_t *errors = json_object_get(json_object_get(answer, "result"), "errors");
    answer_errors(q, e, &why, json_array_size(errors) ? json_incref(errors) : NULL);
    return true;
}
