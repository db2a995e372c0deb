/*
 * web: what is served over HTTP: the handlers' context, and the table of routes with it as daemon/http takes them. daemon/http/request.h says how a handler is
 * written. It runs on the HTTP thread; web_of(q) is that thread's own.
 */
#ifndef ALLIED_DAEMON_WEB_WEB_H
#define ALLIED_DAEMON_WEB_WEB_H

#include "daemon/http/ask.h"
#include "daemon/http/http.h"
#include "daemon/read/reader.h"
#include "daemon/web/atlas.h"
#include "daemon/web/crossings.h"
#include "daemon/web/kept.h"
#include "daemon/web/skos_file.h"

struct web_config {
    const char *database; /* the path of the main file */
    const char *contact;  /* site.contact; NULL or "": not known */
};
#define WEB_USED_MAX 64
struct web {
    const struct web_config *config; /* NULL: without data */
    struct reader *reader;           /* NULL: not open (yet): web_begin opens it */
    struct {
        uint8_t id[8];
        int64_t day;
    } used[WEB_USED_MAX]; /* the tokens of which the core was told today, in a ring */
    size_t used_at;
    struct skos_files skos;
    struct atlas atlas;         /* of that reader's replica */
    struct crossings crossings; /* likewise */
    struct kept kept;
};
/* `config` NULL: without data (tests of the machinery): no token is good. */
struct http_site web_site(const struct web_config *config);
struct web *web_of(const struct http_request *q);

/*
 * Readings of the replica, all of one state, in the request's language: web_end has to follow, once the request was answered or not. False: the problem is answered
 * (503 where the site has no charter yet). The args are borrowed until web_end; NULL: none.
 */
bool web_begin(struct http_request *q, const json_t *args, struct read *read);
void web_end(struct http_request *q, struct read *read);
/*
 * One reading by its name (daemon/read/read.h), args taken. Its result, a new reference; NULL: the problem is answered.
 *     json_t *result = web_read(q, "record.show", json_pack("{s:s}", "id", request_part(q, "id")));
 */
json_t *web_read(struct http_request *q, const char *name, json_t *args);

/* w->reader, opened where it is not: ERR_NO_DATA, … */
err_t web_reader(struct web *w, struct why *why);

#endif
