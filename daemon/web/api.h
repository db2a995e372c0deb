/*
 * api: what the handlers of the JSON API share (INTERFACE.md "HTTP").
 */
#ifndef ALLIED_DAEMON_WEB_API_H
#define ALLIED_DAEMON_WEB_API_H

#include "daemon/web/kept.h"
#include "daemon/web/web.h"

#define API_PATH      "/api/v1"
#define API_LIMIT_MAX 200 /* rows of a page */
#define API_LIMIT     50

enum api_form { API_JSON, API_JSONLD };
/* By suffix, else by Accept. False: 406 is answered. */
bool api_form(struct http_request *q, enum api_form *out);

/* "limit" and "cursor" of the query into args. False: answered. */
bool api_page(struct http_request *q, json_t *args);
/* Parameters of the query as they are into args; names: NULL-ended. */
void api_pass(struct http_request *q, json_t *args, const char *const *names);
/* A reading whose result is a page: with Link: rel="next". */
void api_list(struct http_request *q, const char *reading, json_t *args);

/* The same entity was asked for before, and nothing was committed since: answered. Else it has to be, by api_entity. */
bool api_kept(struct http_request *q, enum entity_type type, enum api_form form);
/*
 * One entity, shown: the form asked for, with ETag "V.B", 304 where it is known already. `value`: taken. Within web_begin and web_end of `read`.
 */
void api_entity(struct http_request *q, struct read *read, enum entity_type type, struct slice id, enum api_form form,
                json_t *value);
/* The problem of an {id} of the path; what is no id names nothing. */
void api_missing(struct http_request *q, err_t e, const struct why *why);
/* "V.0": good for If-Match. */
json_t *api_etag(const char *version);

/* The body as an object of the API: false: the problem is answered, with the place where it is no JSON. */
bool api_body(struct http_request *q, json_t **out);
/* The same of one that the path names by its source: `key` gets what it says, "id" goes. False also where the body says otherwise. */
bool api_body_of(struct http_request *q, const char *key, const char *source, json_t **out);
/* Idempotency-Key, where there is one, into args; `part` of the request: 0 the whole. False: answered. */
bool api_once(struct http_request *q, json_t *args, unsigned part);
/* If-Match into args: false: 428 is answered, or 400. */
bool api_if_match(struct http_request *q, json_t *args);
/* The same where it need not stand there. False: answered. */
bool api_may_match(struct http_request *q, json_t *args);
/* The same, and If-None-Match: *, of one that a PUT may make. */
bool api_may_be_new(struct http_request *q, json_t *args);
/* ?NAME=true|false, where it stands there, into args. False: answered. */
bool api_flag(struct http_request *q, const char *name, json_t *args);
/* 400, with the parameter or header that has such a value. */
void api_refuse(struct http_request *q, const char *name);
/* How a fault of one line is told: {field, detail, code, name, text}. `field`: its first field_n bytes. */
json_t *api_fault(struct http_request *q, err_t e, const char *field, size_t field_n, const char *detail);

/* What came of one line: 201 with Location where it was added, else 200; its problem where it was refused. */
void api_wrote_line(struct http_request *q, const char *collection, const json_t *answer);
/* The same of a request about one by its id. */
void api_wrote(struct http_request *q, const char *collection, const json_t *answer);

/* ---- a whole answer, kept like one of an entity ---- */

/* All that it depends on beside the replica: what it is, the language, and these parameters (ended by NULL). */
void api_key(struct http_request *q, const char *what, const char *const *names, uint8_t out[KEPT_KEY_BYTES]);
/* It was asked for before, and nothing was committed since: answered. Else it has to be, by api_keep_as, which takes `value`. */
bool api_kept_as(struct http_request *q, const uint8_t key[KEPT_KEY_BYTES]);
void api_keep_as(struct http_request *q, const uint8_t key[KEPT_KEY_BYTES], json_t *value);

#endif
