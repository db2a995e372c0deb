#include "daemon/web/web.h"
#include "daemon/commons/shortage.h"
#include "daemon/store/local.h"
#include "daemon/web/routes.h"
#include "daemon/web/sheet.h"
#include "daemon/web/web_token.h"
#include <stdlib.h>

static err_t web_open(const void *config, void **context, struct why *why)
{
    struct web *w = calloc(1, sizeof *w);
    (void)why;
    if (!w)
        return ERR_MEMORY;
    shortage_watch();
    w->config = config;
    *context = w;
    return ERR_OK;
}

static void web_close(void *context)
{
    struct web *w = context;
    reader_close(w->reader);
    atlas_close(&w->atlas);
    crossings_close(&w->crossings);
    kept_fini(&w->kept);
    skos_files_close(&w->skos);
    free(w);
}

struct http_site web_site(const struct web_config *config)
{
    return (struct http_site){.routes = routes_all(),
                              .open = web_open,
                              .close = web_close,
                              .token = config ? web_token : NULL,
                              .problem = sheet_problem,
                              .config = config};
}

struct web *web_of(const struct http_request *q)
{
    return request_context(q);
}

/* The file may come after the thread: the core makes it, or brings it up to date. */
err_t web_reader(struct web *w, struct why *why)
{
    if (w->reader)
        return ERR_OK;
    return w->config ? reader_open(w->config->database, &w->reader, why) : ERR_NO_DATA;
}

/* Whose "mine" it is: the token's site, or at the owner's socket the daemon's own. */
static void name_self(struct http_request *q, struct read *read)
{
    const struct http_principal *who = request_principal(q);
    struct own_site *sites = NULL;
    size_t n = 0;
    if ((!who && !request_is_owner(q)) || local_sites(read->store, &read->arena, &sites, &n))
        return;
    for (size_t i = 0; i < n && !read->self; i++)
        if (!who || slice_equal(sites[i].name, slice_text(who->site)))
            read->self = sites[i].site;
}

bool web_begin(struct http_request *q, const json_t *args, struct read *read)
{
    struct web *w = web_of(q);
    struct why why = {ERR_OK, ""};
    shortage_clear(); /* of an earlier request */
    err_t e = web_reader(w, &why);
    if (!e)
        e = reader_begin(w->reader, read);
    if (e) { /* where the file lies is nobody's business */
        reader_close(w->reader);
        kept_fini(&w->kept);
        w->reader = NULL;
        answer_problem(q, 503, e);
        return false;
    }
    read->lang = request_lang(q);
    read->args = args;
    name_self(q, read);
    return true;
}

void web_end(struct http_request *q, struct read *read)
{
    reader_end(web_of(q)->reader, read);
}

json_t *web_read(struct http_request *q, const char *name, json_t *args)
{
    struct read read;
    json_t *result = NULL;
    read_fn *fn = read_find(name);
    if (web_begin(q, args, &read)) {
        err_t e = fn ? fn(&read) : ERR_INTERNAL;
        if (e)
            answer_error(q, e, &read.why);
        else
            result = json_incref(read.result);
        web_end(q, &read);
    }
    json_decref(args);
    return result;
}
