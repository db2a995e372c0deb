/*
 * uri: what the first line of a request asks for, as it came: libmicrohttpd decodes %2F and %3F before anybody can tell them from / and ?.
 */
#ifndef ALLIED_DAEMON_HTTP_URI_H
#define ALLIED_DAEMON_HTTP_URI_H

#include "protocol/base/arena.h"
#include "protocol/base/buf.h"

#define URI_QUERY_MAX 32

struct uri {
    const char *path;  /* not decoded */
    const char *query; /* not decoded; "" none */
    const char *host;  /* of the absolute form (RFC 9112 §3.2.2): it counts in Host's place; NULL: the origin form */
};
/* Takes `line` apart, in place. ERR_HTTP_PATH unless it begins with a slash, or with http:// or https:// and a host. */
err_t uri_split(char *line, struct arena *arena, struct uri *out);

/* %XX decoded; `plus`: + is a blank. ERR_HTTP_ENCODING for a bad %XX, for what is not UTF-8 then, and for control characters. */
err_t uri_decode(struct slice in, bool plus, struct arena *arena, const char **out);

struct uri_query {
    struct {
        const char *name, *value;
    } at[URI_QUERY_MAX];
    size_t n;
    bool unread; /* some did not read, and are not here */
};
/*
 * name=value&name=value. ERR_HTTP_ENCODING; ERR_HTTP_UNKNOWN for a name that is neither in `names` (blank-separated; "*" first: any) nor "lang"; ERR_HTTP_TWICE
 * unless they begin with "**": any, as often as they stand there, and what does not read is left out: ERR_MEMORY alone;
 * ERR_HTTP_VALUE past URI_QUERY_MAX. `why` names it.
 */
err_t uri_query_read(const char *query, const char *names, struct arena *arena, struct uri_query *out, struct why *why);
/* Appends it again, encoded (RFC 3986), without the parameters of those names (blank-separated): "a=1&b=%20", without a question mark. */
void uri_query_write(const struct uri_query *q, const char *but, struct buf *out);
void uri_encode(const char *text, struct buf *out); /* good as a value of a query, and as a segment of a path */
const char *uri_query_value(const struct uri_query *q, const char *name); /* NULL: absent */

#endif
