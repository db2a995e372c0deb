/*
 * framing: is it certain where a request ends? A proxy and we must never differ about it, or what one takes for a body is the other's next request (RFC 9112
 * §6.1, §6.3, §11.2). libmicrohttpd takes the first of several lengths, chunks before a length, and passes by a name with a space behind it.
 */
#ifndef ALLIED_DAEMON_HTTP_FRAMING_H
#define ALLIED_DAEMON_HTTP_FRAMING_H

#include <stdbool.h>

struct framing { /* zeroed: no header yet */
    unsigned lengths, codings;
    bool odd;
};

/* Each header of a request. `value` NULL: an empty one. */
void framing_take(struct framing *f, const char *name, const char *value);
/* At most one length, all digits, or the coding "chunked"; no name that is no token. */
bool framing_is_clear(const struct framing *f);

#endif
