/*
 * ask: what a handler asks of the core (writes: daemon/core/request.h) or of the index (searches). The connection is suspended meanwhile. Both threads take BUS_HTTP with
 * BUS_HTTP_REQUEST and a JSON request, and answer BUS_HTTP_ANSWER with status 200 and the JSON answer {"exit", "result" | "error"}, or another status and an error's name.
 */
#ifndef ALLIED_DAEMON_HTTP_ASK_H
#define ALLIED_DAEMON_HTTP_ASK_H

#include "daemon/http/answer.h"

/*
 * The answer is here: the handler answers, or asks once more. `answer` is the callback's while it runs. Where none came, the server has answered by itself (503, 504
 * past LIMIT_HTTP_ASK_MS, which says that what was asked may have been done) and nothing is called.
 */
typedef void ask_then(struct http_request *q, const json_t *answer);
/* {"do": what, "lang": the request's, "args": args}; args (taken; NULL: none) get "site", the token's, where there is one and they name none. */
void ask_core(struct http_request *q, const char *what, json_t *args, ask_then *then);
void ask_index(struct http_request *q, const char *what, json_t *args, ask_then *then);

/* What takes long: a reading by its name (daemon/read/read.h), made by the scribe (daemon/scribe/scribe.h). */
void ask_scribe(struct http_request *q, const char *what, json_t *args, ask_then *then);

/* The same without an answer; where there is no room now nothing is said. `args` is taken. */
void tell_core(struct http_request *q, const char *what, json_t *args);
/* Whether the core is ready; the body, from another site's daemon: it has no time-out, as the core waits for news with it. Answered by themselves. */
void ask_ready(struct http_request *q);
void ask_exchange(struct http_request *q);
/* The body, a request of daemon/core/request.h as it came; its answer is given back as it comes, whenever that is. */
void ask_as_it_came(struct http_request *q);

#endif
