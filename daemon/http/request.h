/*
 * request: what a handler sees of a request. How a handler is written (daemon/web/):
 *
 *     void api_records(struct http_request *q)             // its row in routes.def said who may and what may come: nothing of that to check here
 *     {
 *         int64_t limit;
 *         err_t e = request_number(q, "limit", 1, 200, 50, &limit);  // the query, decoded; out of bounds: ERR_HTTP_VALUE
 *         if (e) {
 *             answer_error(q, e, NULL);                              // problem+json: its status and its sentence by the error
 *             return;
 *         }
 *         json_t *list = web_read(q, "record.list", json_pack("{s:I}", "limit", limit));  // NULL: the problem is answered already
 *         if (list)
 *             answer_json(q, 200, list);                             // takes the reference
 *     }
 *
 *     static void written(struct http_request *q, const json_t *answer)   // a write: the core's answer is here
 *     {
 *         if (!answer_failed(q, answer))
 *             answer_json(q, 200, json_incref(json_object_get(answer, "result")));
 *     }
 *     void api_record_retire(struct http_request *q)
 *     {
 *         ask_core(q, "record.retire", json_pack("{s:s}", "id", request_part(q, "id")), written);   // "site" is the token's, added
 *     }
 *
 * A handler answers once, by a function of daemon/http/answer.h, or asks (ask_core, ask_index: daemon/http/ask.h) and answers when what it asked for is there. It
 * runs on the HTTP thread, which serves nobody meanwhile: a few milliseconds. What it needs longer than the call lies in request_arena, and goes with the request.
 * All texts below are UTF-8, without control characters, and live as long as the request does.
 */
#ifndef ALLIED_DAEMON_HTTP_REQUEST_H
#define ALLIED_DAEMON_HTTP_REQUEST_H

#include "daemon/http/route.h"
#include "protocol/base/clock.h"
#include <jansson.h>

struct uri_query; /* daemon/http/uri.h */

struct http_principal {      /* whose token it is */
    uint8_t id[8];           /* the token's public half */
    char name[64], site[64]; /* the token's; the short name of the site it writes as */
    unsigned scopes;         /* 1 << enum http_scope */
};

const char *request_path(const struct http_request *q); /* as it came, not decoded; "" where it did not read */
/* The row that fits; NULL: none does. */
const struct route *request_route(const struct http_request *q);
/* Of the path's pattern; "" where it has none of that name. */
const char *request_part(const struct http_request *q, const char *name);
const char *request_suffix(const struct http_request *q);                  /* ".jsonld", or "" */
const struct uri_query *request_pairs(const struct http_request *q);       /* all of the query, in order */
const char *request_query(const struct http_request *q, const char *name); /* NULL where it is absent */
/* A parameter that is a whole number, within bounds: ERR_HTTP_VALUE. Absent: `fallback`. */
err_t request_number(struct http_request *q, const char *name, int64_t least, int64_t most, int64_t fallback,
                     int64_t *out);
const char *request_header(const struct http_request *q, const char *name); /* NULL where it is absent */
const char *request_method(const struct http_request *q);                   /* of the row: GET for HEAD */

struct slice request_body(const struct http_request *q);
struct slice request_text(const struct http_request *q); /* the same without a byte order mark */
/* The body as a JSON object: ERR_JSON (where: line, column), also for a key that stands twice. A new reference. */
err_t request_json(struct http_request *q, json_t **out, struct why *why);

/* The language for whoever asked: ?lang=, Accept-Language, site.language, "en". A static string that tr() takes. */
const char *request_lang(const struct http_request *q);
/*
 * Which of these media types (NULL-ended; the first one where all are equally welcome) Accept asks for; -1: none (answer ERR_HTTP_ACCEPT: 406). A suffix decides
 * by itself where the handler says so.
 */
int request_accepts(const struct http_request *q, const char *const *types);
/*
 * If-Match: *version is "*", or V of each "V.B" (weak ones as well: proxies weaken tags), with blanks between them. ERR_HTTP_IF_MATCH where it is absent (428), ERR_HTTP_VALUE where it does not
 * read.
 */
err_t request_if_match(struct http_request *q, const char **version);

/* Where this site is on the web, without a slash at the end: site.public_url, else what Host says. */
const char *request_base(struct http_request *q);
/* NULL: nobody in particular. */
const struct http_principal *request_principal(const struct http_request *q);
bool request_is_owner(const struct http_request *q); /* it came by DATA/control.sock */
struct mono request_now(void);

struct arena *request_arena(struct http_request *q);
/* The handler's, NULL at first: what it keeps between a question and its answer; not freed. */
void **request_own(struct http_request *q);
/* Called once with request_own's, however the request ends. */
void request_at_end(struct http_request *q, void (*end)(void *own));
void *request_context(const struct http_request *q); /* what struct http_site's open made; daemon/web: web_of(q) */
const struct routes *request_routes(const struct http_request *q);
const struct tally *request_tally(const struct http_request *q); /* daemon/http/tally.h */

#endif
