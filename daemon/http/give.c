#include "daemon/http/give.h"
#include <microhttpd.h>

struct header {
    const char *name, *value;
};
/* No answer is to be taken for another type, stand in another site's page, or tell another site where a visitor came from. */
static const struct header always[] = {
    {"X-Content-Type-Options", "nosniff"    },
    {"X-Frame-Options",        "DENY"       },
    {"Referrer-Policy",        "no-referrer"},
};
/* What is no page runs and loads nothing. */
static const struct header of_data[] = {
    {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
};
static const struct header of_pages[] = {
    {"Content-Security-Policy",
     "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
     "frame-ancestors 'none'"                                                                                          },
    {"Cross-Origin-Opener-Policy",   "same-origin"                                                                     },
    {"Cross-Origin-Resource-Policy", "same-origin"                                                                     },
    {"Permissions-Policy",           "camera=(), geolocation=(), microphone=(), payment=(), usb=(), interest-cohort=()"},
};

static void put_all(struct MHD_Response *r, const struct header *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        MHD_add_response_header(r, list[i].name, list[i].value);
}

static bool is_page(const struct http_answer *a)
{
    return a->type && strncmp(a->type, "text/html", strlen("text/html")) == 0;
}

/* Whoever has a token may be shown more; what is open to all never differs. */
static const char *cache_of(const struct http_request *q, bool everybody)
{
    const struct route *row = q->found.route;
    if (!q->answer.cache)
        return "no-store";
    return everybody || (row && row->scope == HTTP_OPEN) ? q->answer.cache : "private";
}

static void put_headers(const struct http_request *q, struct MHD_Response *r)
{
    const struct http_answer *a = &q->answer;
    const struct route *row = q->found.route;
    bool everybody = row && row->scope == HTTP_PUBLIC && !q->server->options->reads_need_token, page = is_page(a);
    put_all(r, always, sizeof always / sizeof *always);
    if (page)
        put_all(r, of_pages, sizeof of_pages / sizeof *of_pages);
    else
        put_all(r, of_data, sizeof of_data / sizeof *of_data);
    for (const struct http_header *h = a->headers; h; h = h->next)
        MHD_add_response_header(r, h->name, h->value);
    if (a->type)
        MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, a->type);
    MHD_add_response_header(r, MHD_HTTP_HEADER_CACHE_CONTROL, cache_of(q, everybody));
    if (page || (row && row->scope != HTTP_OPEN))
        MHD_add_response_header(r, MHD_HTTP_HEADER_VARY, "Accept, Accept-Language");
    if (everybody && !page && strcmp(row->method, "GET") == 0) {
        MHD_add_response_header(r, "Access-Control-Allow-Origin", "*");
        MHD_add_response_header(r, "Access-Control-Expose-Headers", "ETag, Link, Retry-After");
    }
    if (q->allow[0])
        MHD_add_response_header(r, MHD_HTTP_HEADER_ALLOW, q->allow);
    if (a->status == 503 || a->status == 504)
        MHD_add_response_header(r, MHD_HTTP_HEADER_RETRY_AFTER, "5");
    if (q->refused)
        MHD_add_response_header(r, MHD_HTTP_HEADER_CONNECTION, "close");
}

/* ---- streams ---- */

/* Nothing is to come for now: the connection sleeps until it is asked again. A client that has gone meanwhile would not be noticed by sleeping. */
static ssize_t wait_for_more(struct http_request *q)
{
    if (q->server->stopping)
        return MHD_CONTENT_READER_END_OF_STREAM;
    if (conn_has_hung_up(q->conn))
        return MHD_CONTENT_READER_END_WITH_ERROR;
    conn_is_at(q->conn, CONN_WAITS, request_now());
    server_suspend(q);
    return 0;
}

static ssize_t pull(void *cls, uint64_t at, char *out, size_t size)
{
    struct http_request *q = cls;
    struct buf *piece = &q->answer.body;
    (void)at;
    if (q->answer.taken == piece->len) {
        buf_clear(piece);
        q->answer.taken = 0;
        enum stream_step step = q->answer.ended ? STREAM_ENDS : q->answer.stream.next(q->answer.stream.ctx, piece);
        q->answer.ended = step == STREAM_ENDS;
        if (step == STREAM_BROKEN || piece->err)
            return MHD_CONTENT_READER_END_WITH_ERROR;
        if (step == STREAM_ENDS && !piece->len)
            return MHD_CONTENT_READER_END_OF_STREAM;
        if (!piece->len)
            return wait_for_more(q);
        conn_is_at(q->conn, CONN_ANSWER, request_now()); /* for each piece anew */
    }
    size_t n = piece->len - q->answer.taken < size ? piece->len - q->answer.taken : size;
    memcpy(out, piece->at + q->answer.taken, n);
    q->answer.taken += n;
    return (ssize_t)n;
}

void answer_stream(struct http_request *q, const char *type, const struct stream *stream)
{
    if (q->server->streams >= LIMIT_HTTP_STREAMS || q->server->stopping) {
        if (stream->end)
            stream->end(stream->ctx);
        answer_error(q, ERR_UNANSWERED, NULL);
        return;
    }
    q->answer.stream = *stream;
    q->server->streams++;
    answer_empty(q, 200);
    q->answer.type = type;
    buf_init(&q->answer.body, 16u * STREAM_BLOCK_BYTES);
}

void give_wake(struct server *s)
{
    for (struct http_request *q = s->requests; q; q = q->next)
        if (q->answer.stream.next && q->suspended)
            server_resume(q);
}

void give_end(struct http_request *q)
{
    if (q->answer.stream.next) {
        q->server->streams--;
        if (q->answer.stream.end)
            q->answer.stream.end(q->answer.stream.ctx);
    }
    buf_fini(&q->answer.body);
    q->answer = (struct http_answer){0};
}

bool give(struct http_request *q)
{
    const struct buf *b = &q->answer.body;
    bool streams = q->answer.stream.next != NULL;
    struct MHD_Response *r =
        streams ? MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_BLOCK_BYTES / 2, pull, q, NULL)
                : MHD_create_response_from_buffer(b->len, b->len ? b->at : NULL, MHD_RESPMEM_PERSISTENT);
    if (!r || b->err) {
        if (r)
            MHD_destroy_response(r);
        return false;
    }
    put_headers(q, r);
    const struct routes *all = request_routes(q);
    tally_add(q->server->tally, q->found.route ? (size_t)(q->found.route - all->at) : all->n, q->answer.status,
              tally_now_us() - q->begun_us);
    enum MHD_Result rc = MHD_queue_response(q->connection, q->answer.status, r);
    MHD_destroy_response(r);
    conn_is_at(q->conn, CONN_ANSWER, request_now());
    return rc == MHD_YES;
}
