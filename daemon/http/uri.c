#include "daemon/http/uri.h"
#include "daemon/http/route.h"
#include "protocol/base/utf8.h"
#include <strings.h>

static const char *behind_scheme(const char *line)
{
    static const char *const schemes[] = {"http://", "https://"};
    for (size_t i = 0; i < 2; i++)
        if (strncasecmp(line, schemes[i], strlen(schemes[i])) == 0)
            return line + strlen(schemes[i]);
    return NULL;
}

err_t uri_split(char *line, struct arena *arena, struct uri *out)
{
    struct uri u = {.path = line, .query = ""};
    const char *authority = behind_scheme(line);
    if (authority) {
        size_t len = strcspn(authority, "/?");
        char *host = arena_alloc(arena, 1, len + 1);
        if (!len || !host)
            return len ? ERR_MEMORY : ERR_HTTP_PATH;
        memcpy(host, authority, len);
        u.host = host;
        u.path = authority[len] == '/' ? authority + len : "/"; /* a query without a path is none of ours */
    }
    if (*u.path != '/')
        return ERR_HTTP_PATH;
    char *mark = strchr(line, '?');
    if (mark) {
        *mark = 0;
        u.query = mark + 1;
    }
    *out = u;
    return ERR_OK;
}

static int hex(uint8_t c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

static bool has_control(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if ((uint8_t)text[i] < 0x20 || text[i] == 0x7f)
            return true;
    return false;
}

err_t uri_decode(struct slice in, bool plus, struct arena *arena, const char **out)
{
    char *text = arena_alloc(arena, 1, in.len + 1);
    size_t n = 0;
    if (!text)
        return ERR_MEMORY;
    for (size_t i = 0; i < in.len; i++) {
        uint8_t c = in.at[i];
        if (c == '%') {
            int high = i + 2 < in.len ? hex(in.at[i + 1]) : -1, low = i + 2 < in.len ? hex(in.at[i + 2]) : -1;
            if (high < 0 || low < 0)
                return ERR_HTTP_ENCODING;
            c = (uint8_t)(high * 16 + low);
            i += 2;
        } else if (c == '+' && plus) {
            c = ' ';
        }
        text[n++] = (char)c;
    }
    if (has_control(text, n) || !utf8_valid(slice_of(text, n)))
        return ERR_HTTP_ENCODING;
    *out = text;
    return ERR_OK;
}

static bool is_known(const char *names, const char *name)
{
    return names[0] == '*' || strcmp(name, "lang") == 0 || route_lists(names, slice_text(name));
}

static err_t take_pair(struct slice pair, const char *names, struct arena *arena, struct uri_query *q, struct why *why)
{
    const char *name = "", *value = "";
    const uint8_t *sign = memchr(pair.at, '=', pair.len);
    size_t n = sign ? (size_t)(sign - pair.at) : pair.len;
    err_t e = uri_decode(slice_of(pair.at, n), true, arena, &name);
    if (e)
        return e == ERR_MEMORY ? e : why_set(why, e, "?");
    if (!is_known(names, name))
        return why_set(why, ERR_HTTP_UNKNOWN, "%.150s", name);
    if (sign)
        e = uri_decode(slice_of(sign + 1, pair.len - n - 1), true, arena, &value);
    if (e)
        return e == ERR_MEMORY ? e : why_set(why, e, "%.150s", name);
    if (strncmp(names, "**", 2) != 0 && uri_query_value(q, name))
        return why_set(why, ERR_HTTP_TWICE, "%.150s", name);
    if (q->n == URI_QUERY_MAX)
        return why_set(why, ERR_HTTP_VALUE, "%.150s", name);
    q->at[q->n].name = name;
    q->at[q->n++].value = value;
    return ERR_OK;
}

err_t uri_query_read(const char *query, const char *names, struct arena *arena, struct uri_query *out, struct why *why)
{
    struct uri_query q = {.n = 0};
    bool any = strncmp(names, "**", 2) == 0;
    while (*query) {
        size_t n = strcspn(query, "&");
        err_t e = n ? take_pair(slice_of(query, n), names, arena, &q, why) : ERR_OK;
        if (e && (!any || e == ERR_MEMORY))
            return e;
        q.unread |= e != ERR_OK;
        query += n + (query[n] == '&');
    }
    *out = q;
    return ERR_OK;
}

const char *uri_query_value(const struct uri_query *q, const char *name)
{
    for (size_t i = 0; i < q->n; i++)
        if (strcmp(q->at[i].name, name) == 0)
            return q->at[i].value;
    return NULL;
}

/* A character that stands for itself (RFC 3986 §2.3). */
static bool is_plain(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c && strchr("-._~", c));
}

void uri_encode(const char *text, struct buf *out)
{
    for (; *text; text++)
        if (is_plain(*text))
            buf_byte(out, (uint8_t)*text);
        else
            buf_printf(out, "%%%02X", (uint8_t)*text);
}

void uri_query_write(const struct uri_query *q, const char *but, struct buf *out)
{
    bool first = true;
    for (size_t i = 0; i < q->n; i++) {
        if (route_lists(but, slice_text(q->at[i].name)))
            continue;
        if (!first)
            buf_byte(out, '&');
        first = false;
        uri_encode(q->at[i].name, out);
        buf_byte(out, '=');
        uri_encode(q->at[i].value, out);
    }
}
