#include "daemon/http/asked.h"
#include "protocol/wire/wr.h"

/* NULL: there is no such thread. */
static struct bus_end *end_of(const struct server *s, enum asked_of of)
{
    return of == ASK_INDEX ? s->options->index : of == ASK_SCRIBE ? s->options->scribe : s->core;
}

static void start(struct http_request *q, enum bus_http what, enum asked_of of, ask_then *then, int64_t ms)
{
    struct question *a = &q->asked;
    if (q->server->stopping || !end_of(q->server, of)) {
        buf_fini(&a->bytes);
        answer_error(q, ERR_UNANSWERED, NULL);
        return;
    }
    a->ticket = ++q->server->next_ticket;
    a->what = what;
    a->of = of;
    a->sent = false;
    a->then = then;
    a->due.ms = request_now().ms + ms;
    conn_is_at(q->conn, CONN_WAITS, request_now());
    if (!q->suspended)
        server_suspend(q);
}

static json_t *wrap(struct http_request *q, const char *what, json_t *args)
{
    args = args ? args : json_object();
    if (q->known && !json_object_get(args, "site"))
        json_object_set_new(args, "site", json_string(q->principal.site));
    return json_pack("{s:s, s:s, s:o}", "do", what, "lang", request_lang(q), "args", args);
}

static int add_piece(const char *at, size_t n, void *ctx)
{
    return buf_append(ctx, at, n) ? -1 : 0;
}

static bool write_request(struct http_request *q, const char *what, json_t *args, struct buf *out)
{
    json_t *request = wrap(q, what, args);
    buf_init(out, LIMIT_REQUEST_BYTES);
    int bad = request ? json_dump_callback(request, add_piece, out, JSON_COMPACT) : -1;
    json_decref(request);
    return !bad;
}

static void ask(struct http_request *q, enum asked_of of, const char *what, json_t *args, ask_then *then)
{
    buf_fini(&q->asked.bytes);
    if (write_request(q, what, args, &q->asked.bytes))
        start(q, BUS_HTTP_REQUEST, of, then,
              q->server->options->ask_ms ? q->server->options->ask_ms : LIMIT_HTTP_ASK_MS);
    else
        answer_error(q, q->asked.bytes.err ? q->asked.bytes.err : ERR_MEMORY, NULL);
}

void ask_core(struct http_request *q, const char *what, json_t *args, ask_then *then)
{
    ask(q, ASK_CORE, what, args, then);
}

void ask_index(struct http_request *q, const char *what, json_t *args, ask_then *then)
{
    ask(q, ASK_INDEX, what, args, then);
}

void ask_scribe(struct http_request *q, const char *what, json_t *args, ask_then *then)
{
    ask(q, ASK_SCRIBE, what, args, then);
}

void ask_ready(struct http_request *q)
{
    start(q, BUS_HTTP_READY, ASK_CORE, NULL, INT32_MAX);
}

static void start_with_body(struct http_request *q, enum bus_http what)
{
    buf_fini(&q->asked.bytes);
    q->asked.bytes = q->body;
    q->server->upload_bytes -= q->body.len;
    q->body = (struct buf){0};
    start(q, what, ASK_CORE, NULL, INT32_MAX);
}

void ask_exchange(struct http_request *q)
{
    start_with_body(q, BUS_HTTP_EXCHANGE);
}

void ask_as_it_came(struct http_request *q)
{
    start_with_body(q, BUS_HTTP_REQUEST);
}

/* What a handler takes of an answer, or the server's own words where there is none. */
static void take(struct http_request *q, enum bus_http what, unsigned status, err_t why, struct slice body)
{
    ask_then *then = q->asked.then;
    json_t *json = what == BUS_HTTP_REQUEST && status == 200 && then
                       ? json_loadb((const char *)body.at, body.len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL)
                       : NULL;
    q->asked.then = NULL;
    if (json && then)
        then(q, json);
    else if (status == 200 && what == BUS_HTTP_EXCHANGE)
        answer_body(q, status, "application/msgpack", body);
    else if (status == 200 && what == BUS_HTTP_REQUEST && !then)
        answer_body(q, status, "application/json", body);
    else if (status == 200 && what == BUS_HTTP_READY)
        answer_body(q, status, "text/plain; charset=utf-8", slice_text("ready\n"));
    else
        answer_problem(q, status == 200 ? 503 : status, status == 200 ? ERR_UNANSWERED : why);
    json_decref(json);
}

void ask_answered(struct server *s, uint64_t ticket, unsigned status, err_t why, struct slice body)
{
    struct http_request *q = s->requests;
    while (q && q->asked.ticket != ticket)
        q = q->next;
    if (!q || q->answered || !ticket)
        return;
    q->asked.ticket = 0;
    take(q, q->asked.what, status, why, body);
    if (!q->answered && !q->asked.ticket)
        answer_error(q, ERR_INTERNAL, NULL);
    if (q->answered)
        server_resume(q);
}

void ask_expire(struct server *s, struct mono now)
{
    for (struct http_request *q = s->requests; q; q = q->next)
        if (q->asked.ticket && now.ms >= q->asked.due.ms)
            ask_answered(s, q->asked.ticket, 504, ERR_HTTP_LATE, slice_text(""));
}

/* ERR_TIMEOUT: the thread has no room now. */
static err_t put(struct bus_end *end, uint64_t ticket, enum bus_http what, struct slice body)
{
    struct buf b;
    buf_init(&b, LIMIT_REQUEST_BYTES + 64);
    wr_array(&b, 4);
    wr_uint(&b, BUS_HTTP);
    wr_uint(&b, ticket);
    wr_uint(&b, what);
    wr_bin(&b, body);
    err_t e = b.err ? b.err : bus_try_send(end, buf_slice(&b));
    buf_fini(&b);
    return e;
}

/* What a thread has no room for waits: the connection stands suspended as it does anyway. False: there is no room. */
static bool send_one(struct server *s, struct http_request *q)
{
    err_t e = put(end_of(s, q->asked.of), q->asked.ticket, q->asked.what, buf_slice(&q->asked.bytes));
    if (e == ERR_TIMEOUT)
        return false;
    q->asked.sent = true;
    buf_fini(&q->asked.bytes);
    q->asked.bytes = (struct buf){0};
    if (e)
        ask_answered(s, q->asked.ticket, 503, ERR_UNANSWERED, slice_text(""));
    return true;
}

void ask_send(struct server *s)
{
    bool room[ASKED_N] = {true, true, true};
    for (struct http_request *q = s->requests; q; q = q->next)
        if (q->asked.ticket && !q->asked.sent && room[q->asked.of])
            room[q->asked.of] = send_one(s, q);
}

bool ask_waits(const struct server *s)
{
    for (const struct http_request *q = s->requests; q; q = q->next)
        if (q->asked.ticket && !q->asked.sent)
            return true;
    return false;
}

void tell_core(struct http_request *q, const char *what, json_t *args)
{
    struct buf b;
    if (write_request(q, what, args, &b))
        (void)put(q->server->core, ++q->server->next_ticket, BUS_HTTP_REQUEST, buf_slice(&b));
    buf_fini(&b);
}
