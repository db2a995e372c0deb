#include "daemon/http/judge.h"
#include "daemon/http/accept.h"
#include "daemon/http/framing.h"
#include "daemon/http/problem.h"
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

struct heads {
    struct framing framing;
    unsigned hosts;
};

/* "application/msgpack", with or without parameters: is it one of the list? */
static bool is_type(const char *found, const char *wanted)
{
    char type[96];
    size_t n = found ? strcspn(found, "; \t") : 0;
    if (!n || n >= sizeof type)
        return false;
    for (size_t i = 0; i < n; i++)
        type[i] = (char)(found[i] >= 'A' && found[i] <= 'Z' ? found[i] + 32 : found[i]);
    return route_lists(wanted, slice_of(type, n));
}

static enum MHD_Result look_at(void *cls, enum MHD_ValueKind kind, const char *name, const char *value)
{
    struct heads *h = cls;
    (void)kind;
    framing_take(&h->framing, name, value);
    h->hosts += strcasecmp(name, "Host") == 0;
    return MHD_YES;
}

static const char *host_of(const struct http_request *q)
{
    return q->uri.host ? q->uri.host : request_header(q, "Host");
}

/* ---- each by itself: 0, or the status with *why ---- */

static unsigned judge_route(struct http_request *q, const char *method, bool *preflight, err_t *why)
{
    const struct routes *all = request_routes(q);
    *why = uri_split(q->line, &q->arena, &q->uri);
    if (!*why)
        *why = route_find(all, method, q->uri.path, &q->arena, &q->found, q->allow);
    if (!*why && q->found.route->scope == HTTP_OWNER && !q->server->owner)
        *why = ERR_HTTP_PATH;
    if (*why == ERR_HTTP_METHOD && strcmp(method, "OPTIONS") == 0) {
        char allow[64];
        struct route_found found = {.n = 0};
        *preflight = route_find(all, "GET", q->uri.path, &q->arena, &found, allow) == ERR_OK &&
                     found.route->scope == HTTP_PUBLIC && !q->server->options->reads_need_token;
        if (*preflight) {
            q->found = found;
            *why = ERR_OK;
        }
    } else if (!*why) {
        q->allow[0] = 0;
    }
    return *why ? problem_status(*why) : 0;
}

static unsigned judge_place(struct http_request *q, const char *method, err_t *why)
{
    const char *host = host_of(q);
    const struct gate *gate = &q->server->gate;
    bool safe = strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0 || strcmp(method, "OPTIONS") == 0;
    *why = ERR_OK;
    if (q->server->owner) /* no page of another site can open a file */
        return 0;
    if (q->found.route->scope != HTTP_OPEN && !gate_knows(gate, host))
        *why = why_set(&q->why, ERR_HTTP_HOST, "%.120s", host ? host : "");
    else if (!safe && !gate_admits(gate, host, request_header(q, "Origin"), request_header(q, "Sec-Fetch-Site")))
        *why = ERR_HTTP_ORIGIN;
    return *why ? problem_status(*why) : 0;
}

static const char *const scope_names[] = {[HTTP_RECORDS] = "records",
                                          [HTTP_CONCEPTS] = "concepts",
                                          [HTTP_ADMIN] = "admin",
                                          [HTTP_EITHER] = "records, concepts"};

/* The loopback's address is a proxy's, which stands for many. A good token is never held up by bad ones from its address. */
static bool is_too_often(struct http_request *q, struct quota *quota)
{
    const struct server *s = q->server;
    char seconds[16];
    unsigned retry_s = 0;
    if (!q->conn || (q->conn->key.loopback && !s->options->caps_loopback) ||
        quota_take(quota, &q->conn->key, request_now(), &retry_s))
        return false;
    snprintf(seconds, sizeof seconds, "%u", retry_s);
    answer_header(q, "Retry-After", seconds);
    return true;
}

static unsigned scopes_of(enum http_scope scope)
{
    unsigned asked = scope == HTTP_EITHER ? 1u << HTTP_RECORDS | 1u << HTTP_CONCEPTS : 1u << scope;
    return asked | 1u << HTTP_ADMIN;
}

static unsigned judge_token(struct http_request *q, err_t *why)
{
    const struct http_options *o = q->server->options;
    enum http_scope scope = q->found.route->scope;
    const char *given = scope == HTTP_OPEN ? NULL : request_header(q, "Authorization");
    bool needed = !q->server->owner && (scope > HTTP_PUBLIC || (scope == HTTP_PUBLIC && o->reads_need_token));
    *why = needed && !given ? ERR_TOKEN_NEEDED : ERR_OK;
    if (given && (strncasecmp(given, "Bearer ", 7) != 0 || !o->site->token))
        *why = ERR_TOKEN_WRONG;
    else if (given)
        *why = o->site->token(q, given + 7 + strspn(given + 7, " "), &q->principal);
    q->known = given && !*why;
    if (*why && *why != ERR_TOKEN_NEEDED && *why != ERR_TOKEN_WRONG)
        return 503;
    if ((*why == ERR_TOKEN_WRONG && is_too_often(q, &q->server->wrong)) ||
        (!*why && !given && scope == HTTP_PUBLIC && is_too_often(q, &q->server->reads)))
        *why = ERR_HTTP_OFTEN;
    if (q->known && scope > HTTP_PUBLIC && !(q->principal.scopes & scopes_of(scope)))
        *why = why_set(&q->why, ERR_TOKEN_SCOPE, "%s", scope_names[scope]);
    return *why ? problem_status(*why) : 0;
}

static unsigned judge_body(struct http_request *q, bool has_body, err_t *why)
{
    const struct route *r = q->found.route;
    const char *length = request_header(q, "Content-Length");
    size_t most = !*r->takes ? 0 : r->body_bytes ? r->body_bytes : LIMIT_HTTP_BODY_BYTES;
    buf_init(&q->body, most);
    if (length && strtoull(length, NULL, 10) > most) {
        *why = ERR_TOO_LARGE;
        return 413;
    }
    const char *coding = request_header(q, "Content-Encoding");
    if (has_body && coding && strcasecmp(coding, "identity") != 0) {
        *why = why_set(&q->why, ERR_TYPE, "Content-Encoding: identity");
        return 415;
    }
    if (has_body && *r->takes && !is_type(request_header(q, "Content-Type"), r->takes)) {
        *why = why_set(&q->why, ERR_TYPE, "%.120s", r->takes);
        return 415;
    }
    return 0;
}

static unsigned judge_query(struct http_request *q, err_t *why)
{
    *why = uri_query_read(q->uri.query, q->found.route->query, &q->arena, &q->query, &q->why);
    return *why ? problem_status(*why) : 0;
}

/* Of what is refused all the same the language is looked at, in which to say so. */
static void read_what_reads(struct http_request *q)
{
    struct uri_query found;
    if (q->uri.query && uri_query_read(q->uri.query, "**", &q->arena, &found, NULL) == ERR_OK)
        q->query = found;
}

static void allow_all(struct http_request *q)
{
    answer_header(q, "Access-Control-Allow-Methods", "GET, HEAD");
    answer_header(q, "Access-Control-Allow-Headers", "Accept, Accept-Language, If-None-Match, Last-Event-ID");
    answer_header(q, "Access-Control-Max-Age", "86400");
    answer_empty(q, 204);
}

void judge(struct http_request *q, const char *method)
{
    struct heads h = {.hosts = 0};
    bool preflight = false;
    err_t why = ERR_OK;
    unsigned status = 0;
    MHD_get_connection_values(q->connection, MHD_HEADER_KIND, look_at, &h);
    const char *length = request_header(q, "Content-Length");
    bool clear = framing_is_clear(&h.framing), has_body = h.framing.codings || (length && strcmp(length, "0") != 0);
    q->lang = accept_language(request_header(q, "Accept-Language"));
    if (q->uri_bytes > LIMIT_HTTP_URI_BYTES) {
        why = ERR_TOO_LARGE;
        status = 414;
    }
    if (!status)
        status = judge_route(q, method, &preflight, &why);
    if (!status && (!clear || h.hosts > 1)) {
        why = ERR_HTTP_FRAMING;
        status = 400;
    }
    if (!status)
        status = judge_place(q, method, &why);
    if (!status && !preflight)
        status = judge_token(q, &why);
    if (!status)
        status = judge_body(q, has_body, &why);
    if (!status && !preflight)
        status = judge_query(q, &why);
    q->refused = status && (has_body || !clear || h.hosts > 1);
    if (status) {
        read_what_reads(q);
        answer_refusal(q, status, why);
    } else if (preflight)
        allow_all(q);
}
