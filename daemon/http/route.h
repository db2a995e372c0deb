/*
 * route: which paths there are. The table itself is daemon/web's (routes.def); http_run gets it through its options. A row carries all that the server
 * enforces before the handler runs: method, path, who may, the types and the most bytes of a body, the names of the query's parameters.
 *
 * A path is a pattern, compared byte by byte as the path came, before any decoding of %XX:
 *   /api/v1/records/{id}                     one segment, not empty; the handler gets it decoded: request_part(q, "id")
 *   /api/v1/records/by-source/{source...}    all that is left, not empty, slashes and %2F included; decoded
 *   /feeds/{name}.atom                       what stands around a part must stand there
 * `suffixes`: ".json .jsonld": the last segment may end with one of them; cut off, and told by request_suffix. An ordinary row comes before a pattern
 * that would match too: the first one that matches wins.
 */
#ifndef ALLIED_DAEMON_HTTP_ROUTE_H
#define ALLIED_DAEMON_HTTP_ROUTE_H

#include "protocol/base/arena.h"

#define ROUTE_PARTS_MAX 4

/*
 * Who may. OPEN: everybody, by whatever name the site is called (health, other sites' daemons). PUBLIC: everybody, unless http.public_read says no: then who
 * has any token; from pages of other sites as well (CORS); within the bounds for one address. The next: who has a token with that scope; EITHER: with scope RECORDS or CONCEPTS, which the handler asks about; "admin" is in for all.
 * OWNER: whoever may open DATA/control.sock, and there alone. There everything is open without a token: the file's permissions stand for it.
 */
enum http_scope { HTTP_OPEN, HTTP_PUBLIC, HTTP_RECORDS, HTTP_CONCEPTS, HTTP_ADMIN, HTTP_EITHER, HTTP_OWNER };

struct http_request;
typedef void http_handler(struct http_request *q);

struct route {
    const char *method; /* GET (with it HEAD), POST, PUT, DELETE */
    const char *path, *suffixes;
    enum http_scope scope;
    const char *takes; /* media types of the body, blank-separated; "": it takes none */
    size_t body_bytes; /* at most; 0: LIMIT_HTTP_BODY_BYTES where it takes one */
    /*
     * Parameters it takes beside `lang`, blank-separated; "*" first: any, which the handler judges; "**": each as often as it stands there (request_pairs).
     */
    const char *query;
    /* What it answers with when all is well: statuses and media types: "200 304 application/json application/ld+json". */
    const char *gives;
    /* What stands in it, and, behind a blank, in the request's body: names of openapi.json's components; "": not said. */
    const char *schema;
    const char *what; /* in a line, for openapi.json: English */
    http_handler *handle;
};
struct routes {
    const struct route *at;
    size_t n;
};
struct route_part {
    struct slice name;
    const char *value; /* decoded, in the arena */
};
struct route_found {
    const struct route *route;
    struct route_part parts[ROUTE_PARTS_MAX];
    size_t n;
    const char *suffix; /* ".jsonld", or "" */
};

/*
 * ERR_HTTP_PATH (404), ERR_HTTP_METHOD (405; `allow` gets the methods there are), ERR_HTTP_ENCODING where a part is not UTF-8, has a bad %XX or a control character
 * (400), ERR_MEMORY. HEAD goes where GET does.
 */
err_t route_find(const struct routes *all, const char *method, const char *path, struct arena *arena,
                 struct route_found *out, char allow[64]);
/* Whether a blank-separated list has that word; the first word at or behind *at (slice of len 0: none), moving it. */
bool route_lists(const char *list, struct slice word);
struct slice route_next_word(const char **at);

#endif
