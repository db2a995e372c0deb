/*
 * answer: what a handler says. Headers first, then one of the functions that end it: body, JSON, problem, stream. Every answer carries the strict headers
 * (nosniff, CSP, Referrer-Policy), Cache-Control (no-store unless answer_cache said otherwise) and, on a public GET, CORS. HEAD is the server's affair.
 */
#ifndef ALLIED_DAEMON_HTTP_ANSWER_H
#define ALLIED_DAEMON_HTTP_ANSWER_H

#include "daemon/http/request.h"
#include "protocol/base/buf.h"

/* `name` is static; the value is copied. */
void answer_header(struct http_request *q, const char *name, const char *value);
/* Static: "no-cache", "public, max-age=300"; private where reading needs a token. */
void answer_cache(struct http_request *q, const char *control);
/* The tag with its quotes, copied. True: If-None-Match knows it, and 304 is the answer already. Only for GET. */
bool answer_etag(struct http_request *q, const char *etag);
/* Link: rel="next": the same address with that cursor. */
void answer_next(struct http_request *q, const char *cursor);

/* `type` is static. The body is copied; of answer_taken the buf is moved from. */
void answer_body(struct http_request *q, unsigned status, const char *type, struct slice body);
void answer_taken(struct http_request *q, unsigned status, const char *type, struct buf *body);
/* application/json, or `type`; takes the reference; NULL: no answer can be made, and the connection ends. */
void answer_json(struct http_request *q, unsigned status, json_t *value);
void answer_json_as(struct http_request *q, unsigned status, const char *type, json_t *value);
void answer_empty(struct http_request *q, unsigned status); /* 204, 304 */

/*
 * application/problem+json (RFC 9457) in the request's language: type, title, status, detail (the error's sentence and `why`'s data), code ("title_missing"), number
 * ("ALLIED-1203"). The status comes from the error: a table in problem.c, where an error that deserves another one gets its row. `why` NULL: what request_number or request_if_match did not take.
 */
void answer_error(struct http_request *q, err_t e, const struct why *why);
void answer_problem(struct http_request *q, unsigned status, err_t e); /* with a status of its own, without data */
/* The same with "errors": [{"line", "field", "code", "name", "text"}]; takes the reference. */
void answer_errors(struct http_request *q, err_t e, const struct why *why, json_t *errors);
/* The core's answer was an error: its problem, with the errors its result lists, and true. */
bool answer_failed(struct http_request *q, const json_t *answer);

/*
 * A long answer, made as the client takes it: `next` adds to the empty `out` (at most STREAM_BLOCK_BYTES, as a rule) each time the client has taken the last piece. WAITS: nothing
 * now; asked again within STREAM_POLL_MS. BROKEN: the connection is cut, so that nobody takes it for whole. A client that takes longer than LIMIT_HTTP_ANSWER_MS for one
 * piece is cut off. At the daemon's end, what WAITS ends politely. `end` (may be NULL) is called once, with the request. Past LIMIT_HTTP_STREAMS: 503, and `end`.
 */
#define STREAM_BLOCK_BYTES 65536u
#define STREAM_POLL_MS     500
enum stream_step { STREAM_MORE, STREAM_WAITS, STREAM_ENDS, STREAM_BROKEN };
struct stream {
    enum stream_step (*next)(void *ctx, struct buf *out);
    void (*end)(void *ctx);
    void *ctx;
};
void answer_stream(struct http_request *q, const char *type, const struct stream *stream);

#endif
