/*
 * server: a request is a struct from its first line to its end. Its body is gathered here; then its route's handler answers, or asks another thread, and the
 * connection is suspended. libmicrohttpd aborts when it is stopped with suspended connections, so all are resumed and answered first.
 */
#include "daemon/http/asked.h"
#include "daemon/http/give.h"
#include "daemon/http/judge.h"
#include "daemon/http/listen.h"
#include <microhttpd.h>
#include <stdlib.h>
#include <unistd.h>

#define SPARE_BYTES   65536 /* of a body where there should be none */
#define STOP_ROUNDS   25
#define STOP_ROUND_US 20000
#define SOON_MS       5
#define OWNER_TICKETS (UINT64_C(1) << 62) /* no ticket is given twice */

/* ---- requests ---- */

static void request_free(struct http_request *q)
{
    struct server *s = q->server;
    *q->link = q->next;
    if (q->next)
        q->next->link = q->link;
    s->upload_bytes -= q->body.len;
    give_end(q);
    if (q->own_end)
        q->own_end(q->own);
    buf_fini(&q->body);
    buf_fini(&q->asked.bytes);
    arena_fini(&q->arena);
    free(q->line);
    free(q);
}

/* The first line was read. What it asks for is kept before libmicrohttpd decodes it. */
static void *on_uri(void *cls, const char *uri, struct MHD_Connection *connection)
{
    struct server *s = cls;
    struct http_request *q = calloc(1, sizeof *q);
    char *line = strdup(uri);
    if (!q || !line) {
        free(q);
        free(line);
        return NULL;
    }
    q->server = s;
    q->connection = connection;
    q->line = line;
    q->uri_bytes = strlen(uri);
    q->found.suffix = "";
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
    (void)cls, (void)connection, (void)code;
    if (!q)
        return;
    conn_is_at(q->conn, CONN_IDLE, request_now());
    request_free(q);
    *context = NULL;
}

/* Where a first line has more parameters than fit into a connection's memory, libmicrohttpd ends the connection, but never completes the request. */
static void forget_requests(struct server *s, const struct MHD_Connection *connection)
{
    for (struct http_request *q = s->requests, *next; q; q = next) {
        next = q->next;
        if (q->connection == connection)
            request_free(q);
    }
}

static void on_connection(void *cls, struct MHD_Connection *connection, void **context,
                          enum MHD_ConnectionNotificationCode code)
{
    struct server *s = cls;
    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        forget_requests(s, connection);
        conn_remove(&s->conns, *context);
        *context = NULL;
        return;
    }
    const union MHD_ConnectionInfo *fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    const union MHD_ConnectionInfo *from = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    *context = fd && from ? conn_add(&s->conns, fd->connect_fd, from->client_addr, request_now()) : NULL;
}

static enum MHD_Result on_accept(void *cls, const struct sockaddr *from, socklen_t len)
{
    struct server *s = cls;
    (void)len;
    return !s->stopping && conn_admits(&s->conns, from) ? MHD_YES : MHD_NO;
}

void server_suspend(struct http_request *q)
{
    q->suspended = true;
    MHD_suspend_connection(q->connection);
}

void server_resume(struct http_request *q)
{
    if (!q->suspended)
        return;
    q->suspended = false;
    MHD_resume_connection(q->connection);
}

/* ---- taking in ---- */

/* The headers are here. A body that is refused is not read: the connection ends with the answer. */
static enum MHD_Result begin(struct http_request *q, const char *method)
{
    q->begun = true;
    q->begun_us = tally_now_us();
    conn_is_at(q->conn, CONN_BODY, request_now());
    judge(q, method);
    if (q->answered && q->refused)
        return give(q) ? MHD_YES : MHD_NO;
    return MHD_YES;
}

/* False: not a byte more. What is too large is read for a while without being kept, since libmicrohttpd lets nobody answer before a body's end. */
static bool gather(struct http_request *q, const char *at, size_t n)
{
    struct server *s = q->server;
    q->read_bytes += n;
    if (q->answered)
        return q->read_bytes <= 2 * q->body.cap + SPARE_BYTES;
    if (s->upload_bytes + n > LIMIT_HTTP_UPLOAD_BYTES) {
        answer_problem(q, 503, ERR_UNANSWERED);
        q->refused = true;
    } else if (buf_append(&q->body, at, n)) {
        answer_problem(q, q->body.err == ERR_MEMORY ? 503 : 413, q->body.err);
        q->refused = true;
    } else {
        s->upload_bytes += n;
    }
    return true;
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection, const char *url, const char *method,
                                  const char *version, const char *at, size_t *n, void **context)
{
    struct http_request *q = *context;
    (void)cls, (void)connection, (void)url, (void)version;
    if (!q)
        return MHD_NO;
    if (!q->begun)
        return begin(q, method);
    if (*n) {
        bool more = gather(q, at, *n);
        *n = 0;
        return more ? MHD_YES : MHD_NO;
    }
    if (!q->answered && !q->suspended)
        q->found.route->handle(q);
    if (!q->answered && !q->suspended)
        answer_error(q, ERR_INTERNAL, NULL);
    if (!q->answered)
        return MHD_YES;
    return give(q) ? MHD_YES : MHD_NO;
}

/* ---- open and close ---- */

static void quiet(void *cls, const char *format, va_list args)
{
    (void)cls, (void)format, (void)args;
}

static bool start(struct server *s, const struct http_options *o)
{
    bool with_tls = o->tls_cert && !s->owner;
    unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG | (with_tls ? MHD_USE_TLS : 0);
    struct MHD_OptionItem tls[] = {
        {with_tls ? MHD_OPTION_HTTPS_MEM_CERT : MHD_OPTION_END, 0, (void *)(uintptr_t)o->tls_cert},
        {MHD_OPTION_HTTPS_MEM_KEY,                              0, (void *)(uintptr_t)o->tls_key },
        {MHD_OPTION_END,                                        0, NULL                          }
    };
    s->daemon = MHD_start_daemon(
        flags, 0, on_accept, s, on_request, s, MHD_OPTION_EXTERNAL_LOGGER, quiet, NULL, MHD_OPTION_LISTEN_SOCKET,
        s->listening, MHD_OPTION_CONNECTION_LIMIT, LIMIT_HTTP_CONNECTIONS, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)LIMIT_HTTP_HEADER_BYTES, MHD_OPTION_URI_LOG_CALLBACK, on_uri, s, MHD_OPTION_NOTIFY_COMPLETED,
        on_completed, s, MHD_OPTION_NOTIFY_CONNECTION, on_connection, s, MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_ARRAY, tls, MHD_OPTION_END);
    return s->daemon != NULL;
}

static void let_go(struct server *s)
{
    if (s->context && s->options->site->close)
        s->options->site->close(s->context);
    gate_close(&s->gate);
    s->context = NULL;
}

static err_t site_open(struct server *s, struct bus_end *core, const struct http_options *o, struct why *why)
{
    const char *const names[] = {o->public_url, o->hosts, o->listen};
    s->listening = -1;
    s->options = o;
    s->core = core;
    s->conns.caps_loopback = o->caps_loopback && !s->owner;
    quota_init(&s->reads, LIMIT_HTTP_READS, LIMIT_HTTP_READS_MINUTE);
    quota_init(&s->wrong, LIMIT_HTTP_WRONG, LIMIT_HTTP_WRONG_MINUTE);
    err_t e = gate_open(&s->gate, names, sizeof names / sizeof *names);
    return e || !o->site->open ? e : o->site->open(o->site->config, &s->context, why);
}

static err_t serve(struct server *s, err_t e)
{
    if (!e && start(s, s->options))
        return ERR_OK;
    if (!e) {
        close(s->listening);
        e = s->options->tls_cert && !s->owner ? ERR_TLS : ERR_MEMORY;
    }
    let_go(s);
    return e;
}

err_t server_open(struct server *s, struct bus_end *core, const struct http_options *o, char *address, struct why *why)
{
    err_t e = site_open(s, core, o, why);
    return serve(s, e ? e : listen_open(o->listen, &s->listening, address));
}

err_t server_open_owner(struct server *s, struct bus_end *core, const struct http_options *o, struct why *why)
{
    s->owner = true;
    s->next_ticket = OWNER_TICKETS;
    s->socket.dir = -1;
    err_t e = site_open(s, core, o, why);
    return serve(s, e ? e : listen_open_file(o->control, &s->socket, &s->listening));
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
    if (s->owner)
        (void)unlink(s->socket.path);
    for (struct http_request *q = s->requests; q; q = q->next)
        if (q->asked.ticket)
            ask_answered(s, q->asked.ticket, 503, ERR_UNANSWERED, slice_text(""));
    for (int i = 0; i < STOP_ROUNDS; i++) {
        give_wake(s);
        MHD_run(s->daemon);
        if (!s->requests)
            break;
        usleep(STOP_ROUND_US);
    }
    MHD_stop_daemon(s->daemon);
    if (listening >= 0)
        close(listening);
    s->daemon = NULL;
    if (s->owner)
        sockpath_close(&s->socket);
    let_go(s);
}

/* ---- the loop ---- */

void server_step(struct server *s)
{
    struct mono now = request_now();
    ask_expire(s, now);
    if (now.ms - s->polled.ms >= STREAM_POLL_MS) {
        s->polled = now;
        give_wake(s);
    }
    MHD_run(s->daemon);
    ask_send(s);
}

long server_timeout_ms(struct server *s)
{
    MHD_UNSIGNED_LONG_LONG wanted = 0;
    long look_ms = conn_end_overdue(&s->conns, request_now());
    if (s->streams && look_ms > STREAM_POLL_MS)
        look_ms = STREAM_POLL_MS;
    if (ask_waits(s))
        look_ms = SOON_MS;
    if (MHD_get_timeout(s->daemon, &wanted) == MHD_YES && (long)wanted < look_ms)
        return (long)wanted;
    return look_ms;
}
