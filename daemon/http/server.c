/*
 * server: a request is a struct from its first line to its end. Its body is gathered here; then its route's handler answers, or hands it to the core
 * and suspends the connection. libmicrohttpd aborts when it is stopped with suspended connections, so all are resumed and answered first.
 */
#include "daemon/http/server.h"
#include "daemon/http/framing.h"
#include "daemon/http/listen.h"
#include "daemon/http/route.h"
#include "protocol/base/limits.h"
#include "protocol/wire/wr.h"
#include <microhttpd.h>
#include <stdlib.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#define SPARE_BYTES   65536 /* of a body where there should be none */
#define STOP_ROUNDS   25
#define STOP_ROUND_US 20000

static struct mono now_mono(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (struct mono){(int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000};
}

/* ---- requests ---- */

static void request_free(struct server *s, struct http_request *q)
{
    *q->link = q->next;
    if (q->next)
        q->next->link = q->link;
    s->upload_bytes -= q->body.len;
    buf_fini(&q->body);
    buf_fini(&q->answer);
    free(q);
}

/* The first line was read. What it asks for is kept before libmicrohttpd decodes it. */
static void *on_uri(void *cls, const char *uri, struct MHD_Connection *connection)
{
    struct server *s = cls;
    struct http_request *q = calloc(1, sizeof *q);
    if (!q)
        return NULL;
    size_t n = strcspn(uri, "?");
    q->connection = connection;
    q->uri_bytes = strlen(uri);
    memcpy(q->path, uri, n <= HTTP_PATH_MAX ? n : 0);
    q->next = s->requests;
    q->link = &s->requests;
    if (q->next)
        q->next->link = &q->next;
    s->requests = q;
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    q->conn = info ? info->socket_context : NULL;
    return q;
}

static void on_completed(void *cls, struct MHD_Connection *connection, void **context,
                         enum MHD_RequestTerminationCode code)
{
    struct http_request *q = *context;
    (void)connection, (void)code;
    if (!q)
        return;
    conn_is_at(q->conn, CONN_IDLE, now_mono());
    request_free(cls, q);
    *context = NULL;
}

static void on_connection(void *cls, struct MHD_Connection *connection, void **context,
                          enum MHD_ConnectionNotificationCode code)
{
    struct server *s = cls;
    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        conn_remove(&s->conns, *context);
        *context = NULL;
        return;
    }
    const union MHD_ConnectionInfo *fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    const union MHD_ConnectionInfo *from = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    *context = fd && from ? conn_add(&s->conns, fd->connect_fd, from->client_addr, now_mono()) : NULL;
}

static enum MHD_Result on_accept(void *cls, const struct sockaddr *from, socklen_t len)
{
    struct server *s = cls;
    (void)len;
    return !s->stopping && conn_admits(&s->conns, from) ? MHD_YES : MHD_NO;
}

/* ---- answers ---- */

void server_reply(struct http_request *q, unsigned status, const char *type, struct slice body)
{
    q->answered = true;
    q->status = status;
    q->type = type;
    buf_init(&q->answer, SIZE_MAX);
    buf_add(&q->answer, body);
}

void server_problem(struct http_request *q, unsigned status, err_t code)
{
    server_reply(q, status, "application/problem+json", slice_text(""));
    buf_printf(&q->answer,
               "{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%u,\"detail\":\"%s\",\"code\":\"%s\","
               "\"number\":\"ALLIED-%d\"}\n",
               MHD_get_reason_phrase_for(status), status, err_what(code), err_name(code), err_number(code));
}

static enum MHD_Result give(struct http_request *q)
{
    struct MHD_Response *r =
        MHD_create_response_from_buffer(q->answer.len, q->answer.len ? q->answer.at : NULL, MHD_RESPMEM_MUST_COPY);
    if (!r || q->answer.err) {
        if (r)
            MHD_destroy_response(r);
        return MHD_NO;
    }
    MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, q->type);
    MHD_add_response_header(r, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    if (q->allow[0])
        MHD_add_response_header(r, MHD_HTTP_HEADER_ALLOW, q->allow);
    if (q->status == 503)
        MHD_add_response_header(r, MHD_HTTP_HEADER_RETRY_AFTER, "5");
    if (q->refused)
        MHD_add_response_header(r, MHD_HTTP_HEADER_CONNECTION, "close");
    enum MHD_Result rc = MHD_queue_response(q->connection, q->status, r);
    MHD_destroy_response(r);
    conn_is_at(q->conn, CONN_ANSWER, now_mono());
    return rc;
}

void server_forward(struct server *s, struct http_request *q, enum bus_http what)
{
    if (s->stopping) {
        server_problem(q, 503, ERR_UNANSWERED);
        return;
    }
    q->ticket = ++s->next_ticket;
    q->what = what;
    conn_is_at(q->conn, CONN_WAITS, now_mono());
    MHD_suspend_connection(q->connection);
}

void server_answer(struct server *s, uint64_t ticket, unsigned status, err_t why, struct slice body)
{
    struct http_request *q = s->requests;
    while (q && q->ticket != ticket)
        q = q->next;
    if (!q || q->answered)
        return;
    if (status == 200 && q->what == BUS_HTTP_EXCHANGE)
        server_reply(q, status, "application/msgpack", body);
    else if (status == 200)
        server_reply(q, status, "text/plain; charset=utf-8", slice_text("ready\n"));
    else
        server_problem(q, status, why);
    MHD_resume_connection(q->connection);
}

/* ---- taking in ---- */

/* "application/msgpack", with or without parameters. */
static bool is_type(const char *found, const char *wanted)
{
    size_t n = strlen(wanted);
    return found && strncasecmp(found, wanted, n) == 0 && (!found[n] || strchr("; \t", found[n]));
}

static enum MHD_Result frame(void *cls, enum MHD_ValueKind kind, const char *name, const char *value)
{
    (void)kind;
    framing_take(cls, name, value);
    return MHD_YES;
}

static unsigned judge_body(const struct http_request *q, err_t *why)
{
    const char *length = MHD_lookup_connection_value(q->connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);
    const char *type = MHD_lookup_connection_value(q->connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_TYPE);
    struct framing f = {.lengths = 0};
    MHD_get_connection_values(q->connection, MHD_HEADER_KIND, frame, &f);
    if (!framing_is_clear(&f)) {
        *why = ERR_HTTP_FRAMING;
        return 400;
    }
    if (length && strtoull(length, NULL, 10) > q->route->body_bytes) {
        *why = ERR_TOO_LARGE;
        return 413;
    }
    if (q->route->type && !is_type(type, q->route->type)) {
        *why = ERR_TYPE;
        return 415;
    }
    return 0;
}

/* The headers are here. What is refused now is not read any further: the connection ends with the answer. */
static enum MHD_Result begin(struct http_request *q, const char *method)
{
    unsigned status = 414;
    err_t why = ERR_TOO_LARGE;
    q->begun = true;
    conn_is_at(q->conn, CONN_BODY, now_mono());
    if (q->uri_bytes <= LIMIT_HTTP_URI_BYTES) {
        q->route = route_find(method, slice_text(q->path), &status, q->allow);
        why = status == 405 ? ERR_HTTP_METHOD : ERR_HTTP_PATH;
        if (q->route) {
            q->allow[0] = 0;
            status = judge_body(q, &why);
            buf_init(&q->body, q->route->body_bytes);
        }
    }
    if (!status)
        return MHD_YES;
    q->refused = true;
    server_problem(q, status, why);
    return give(q);
}

/* False: not a byte more. What is too large is read for a while without being kept, since libmicrohttpd lets nobody answer before a body's end. */
static bool gather(struct server *s, struct http_request *q, const char *at, size_t n)
{
    q->read_bytes += n;
    if (q->answered)
        return q->read_bytes <= 2 * q->route->body_bytes + SPARE_BYTES;
    if (s->upload_bytes + n > LIMIT_HTTP_UPLOAD_BYTES) {
        server_problem(q, 503, ERR_UNANSWERED);
        q->refused = true;
    } else if (buf_append(&q->body, at, n)) {
        server_problem(q, q->body.err == ERR_MEMORY ? 503 : 413, q->body.err);
        q->refused = true;
    } else {
        s->upload_bytes += n;
    }
    return true;
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection, const char *url, const char *method,
                                  const char *version, const char *at, size_t *n, void **context)
{
    struct server *s = cls;
    struct http_request *q = *context;
    (void)connection, (void)url, (void)version;
    if (!q)
        return MHD_NO;
    if (!q->begun)
        return begin(q, method);
    if (*n) {
        bool more = gather(s, q, at, *n);
        *n = 0;
        return more ? MHD_YES : MHD_NO;
    }
    if (!q->answered && !q->ticket)
        q->route->handle(s, q);
    return q->answered ? give(q) : MHD_YES;
}

/* ---- open and close ---- */

static void quiet(void *cls, const char *format, va_list args)
{
    (void)cls, (void)format, (void)args;
}

err_t server_open(struct server *s, const struct http_options *o, char *address)
{
    unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG | (o->tls_cert ? MHD_USE_TLS : 0);
    s->listening = -1;
    s->conns.caps_loopback = o->caps_loopback;
    err_t e = listen_open(o->listen, &s->listening, address);
    if (e)
        return e;
    struct MHD_OptionItem tls[] = {
        {o->tls_cert ? MHD_OPTION_HTTPS_MEM_CERT : MHD_OPTION_END, 0, (void *)(uintptr_t)o->tls_cert},
        {MHD_OPTION_HTTPS_MEM_KEY,                                 0, (void *)(uintptr_t)o->tls_key },
        {MHD_OPTION_END,                                           0, NULL                          }
    };
    s->daemon = MHD_start_daemon(
        flags, 0, on_accept, s, on_request, s, MHD_OPTION_EXTERNAL_LOGGER, quiet, NULL, MHD_OPTION_LISTEN_SOCKET,
        s->listening, MHD_OPTION_CONNECTION_LIMIT, LIMIT_HTTP_CONNECTIONS, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)LIMIT_HTTP_HEADER_BYTES, MHD_OPTION_URI_LOG_CALLBACK, on_uri, s, MHD_OPTION_NOTIFY_COMPLETED,
        on_completed, s, MHD_OPTION_NOTIFY_CONNECTION, on_connection, s, MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_ARRAY, tls, MHD_OPTION_END);
    if (s->daemon)
        return ERR_OK;
    close(s->listening);
    return o->tls_cert ? ERR_TLS : ERR_MEMORY;
}

int server_fd(const struct server *s)
{
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    return info ? info->epoll_fd : -1;
}

void server_close(struct server *s)
{
    if (!s->daemon)
        return;
    s->stopping = true;
    int listening = MHD_quiesce_daemon(s->daemon);
    for (struct http_request *q = s->requests; q; q = q->next)
        if (q->ticket && !q->answered)
            server_answer(s, q->ticket, 503, ERR_UNANSWERED, slice_text(""));
    for (int i = 0; i < STOP_ROUNDS; i++) {
        MHD_run(s->daemon);
        if (!s->requests)
            break;
        usleep(STOP_ROUND_US);
    }
    MHD_stop_daemon(s->daemon);
    if (listening >= 0)
        close(listening);
    s->daemon = NULL;
}

/* ---- the loop ---- */

/* What the core has no room for waits: it will be told, and the connection stands suspended as it does anyway. */
static void send_waiting(struct server *s, struct bus_end *core)
{
    for (struct http_request *q = s->requests; q; q = q->next) {
        struct buf b;
        if (!q->ticket || q->sent)
            continue;
        buf_init(&b, LIMIT_HTTP_EXCHANGE_BYTES + 64);
        wr_array(&b, 4);
        wr_uint(&b, BUS_HTTP);
        wr_uint(&b, q->ticket);
        wr_uint(&b, q->what);
        wr_bin(&b, buf_slice(&q->body));
        err_t e = b.err ? b.err : bus_try_send(core, buf_slice(&b));
        buf_fini(&b);
        if (e == ERR_TIMEOUT)
            return;
        q->sent = true;
        if (e)
            server_answer(s, q->ticket, 503, ERR_UNANSWERED, slice_text(""));
        s->upload_bytes -= q->body.len;
        buf_fini(&q->body);
        q->body = (struct buf){0};
    }
}

void server_step(struct server *s, struct bus_end *core)
{
    MHD_run(s->daemon);
    send_waiting(s, core);
}

long server_timeout_ms(struct server *s)
{
    MHD_UNSIGNED_LONG_LONG wanted = 0;
    long look_ms = conn_end_overdue(&s->conns, now_mono());
    for (const struct http_request *q = s->requests; q; q = q->next)
        if (q->ticket && !q->sent)
            look_ms = 5;
    if (MHD_get_timeout(s->daemon, &wanted) == MHD_YES && (long)wanted < look_ms)
        return (long)wanted;
    return look_ms;
}
