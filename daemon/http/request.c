#include "conf/tr.h"
#include "daemon/http/accept.h"
#include "daemon/http/server.h"
#include <errno.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <time.h>

#define IF_MATCH_BYTES 4096

const char *request_path(const struct http_request *q)
{
    return q->uri.path ? q->uri.path : "";
}

const struct route *request_route(const struct http_request *q)
{
    return q->found.route;
}

const char *request_part(const struct http_request *q, const char *name)
{
    for (size_t i = 0; i < q->found.n; i++)
        if (slice_equal(q->found.parts[i].name, slice_text(name)))
            return q->found.parts[i].value;
    return "";
}

const char *request_suffix(const struct http_request *q)
{
    return q->found.suffix;
}

const struct uri_query *request_pairs(const struct http_request *q)
{
    return &q->query;
}

const char *request_query(const struct http_request *q, const char *name)
{
    return uri_query_value(&q->query, name);
}

err_t request_number(struct http_request *q, const char *name, int64_t least, int64_t most, int64_t fallback,
                     int64_t *out)
{
    const char *text = request_query(q, name);
    char *end = NULL;
    int64_t value = fallback;
    if (text) {
        errno = 0;
        value = strtoll(text, &end, 10);
        bool number = (*text >= '0' && *text <= '9') || (*text == '-' && text[1]);
        if (!number || *end || errno || value < least || value > most)
            return why_set(&q->why, ERR_HTTP_VALUE, "%.60s (%lld..%lld)", name, (long long)least, (long long)most);
    }
    *out = value;
    return ERR_OK;
}

const char *request_header(const struct http_request *q, const char *name)
{
    return MHD_lookup_connection_value(q->connection, MHD_HEADER_KIND, name);
}

const char *request_method(const struct http_request *q)
{
    return q->found.route->method;
}

struct slice request_body(const struct http_request *q)
{
    return buf_slice(&q->body);
}

struct slice request_text(const struct http_request *q)
{
    static const uint8_t mark[] = {0xef, 0xbb, 0xbf};
    struct slice body = request_body(q);
    size_t n = body.len >= sizeof mark && memcmp(body.at, mark, sizeof mark) == 0 ? sizeof mark : 0;
    return n ? slice_of(body.at + n, body.len - n) : body;
}

err_t request_json(struct http_request *q, json_t **out, struct why *why)
{
    json_error_t at = {.line = 1, .column = 1};
    struct slice text = request_text(q);
    json_t *value = text.len ? json_loadb((const char *)text.at, text.len, JSON_REJECT_DUPLICATES, &at) : NULL;
    if (!value)
        return why_set(why, ERR_JSON, "%d:%d", at.line, at.column);
    if (!json_is_object(value)) {
        json_decref(value);
        return why_set(why, ERR_JSON, "1:1");
    }
    *out = value;
    return ERR_OK;
}

const char *request_lang(const struct http_request *q)
{
    const char *wishes[] = {uri_query_value(&q->query, "lang"), q->lang, q->server->options->lang};
    for (size_t i = 0; i < sizeof wishes / sizeof *wishes; i++) {
        const char *name = wishes[i] ? tr_name(wishes[i]) : NULL;
        if (name)
            return name;
    }
    return "en";
}

int request_accepts(const struct http_request *q, const char *const *types)
{
    return accept_type(request_header(q, "Accept"), types);
}

/* "V.B", W/"V.B", "V" → V behind *out; false: it is none of them. */
static bool take_tag(const char **at, char *out, size_t *len)
{
    const char *tag = *at + (strncmp(*at, "W/", 2) == 0 ? 2 : 0);
    size_t n = *tag == '"' ? strcspn(tag + 1, ".\" ,\t") : 0, whole = *tag == '"' ? strcspn(tag + 1, "\"") : 0;
    if (!n || tag[1 + whole] != '"')
        return false;
    if (*len)
        out[(*len)++] = ' ';
    memcpy(out + *len, tag + 1, n);
    *len += n;
    *at = tag + whole + 2;
    *at += strspn(*at, " \t");
    return !**at || **at == ',';
}

err_t request_if_match(struct http_request *q, const char **version)
{
    const char *tag = request_header(q, "If-Match");
    if (!tag)
        return ERR_HTTP_IF_MATCH;
    if (strcmp(tag, "*") == 0) {
        *version = "*";
        return ERR_OK;
    }
    size_t size = strlen(tag) + 1, len = 0;
    char *out = size <= IF_MATCH_BYTES ? arena_alloc(&q->arena, 1, size) : NULL;
    bool reads = out != NULL;
    for (tag += strspn(tag, " \t,"); reads && *tag; tag += strspn(tag, " \t,"))
        reads = take_tag(&tag, out, &len);
    if (!reads || !len)
        return why_set(&q->why, ERR_HTTP_VALUE, "If-Match");
    *version = out;
    return ERR_OK;
}

const char *request_base(struct http_request *q)
{
    const struct http_options *o = q->server->options;
    const char *host = q->uri.host ? q->uri.host : request_header(q, "Host");
    const char *known = o->public_url && *o->public_url ? o->public_url : NULL;
    const char *scheme = known ? "" : o->tls_cert ? "https://" : "http://", *name = known ? known : host ? host : "";
    size_t n = strlen(name), size = strlen(scheme) + n + 1;
    char *out = arena_alloc(&q->arena, 1, size);
    if (!out)
        return "";
    memcpy(out, scheme, strlen(scheme));
    memcpy(out + strlen(scheme), name, n);
    for (size_t at = size - 1; at > 0 && out[at - 1] == '/'; at--)
        out[at - 1] = 0;
    return out;
}

bool request_is_owner(const struct http_request *q)
{
    return q->server->owner;
}

const struct http_principal *request_principal(const struct http_request *q)
{
    return q->known ? &q->principal : NULL;
}

struct mono request_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (struct mono){(int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000};
}

struct arena *request_arena(struct http_request *q)
{
    return &q->arena;
}

void **request_own(struct http_request *q)
{
    return &q->own;
}

void request_at_end(struct http_request *q, void (*end)(void *own))
{
    q->own_end = end;
}

void *request_context(const struct http_request *q)
{
    return q->server->context;
}

const struct tally *request_tally(const struct http_request *q)
{
    return q->server->tally;
}

const struct routes *request_routes(const struct http_request *q)
{
    return &q->server->options->site->routes;
}
