#include "daemon/web/skos_serve.h"
#include "daemon/http/answer.h"
#include "daemon/web/web.h"
#include <stdlib.h>

static const char *const types[SKOS_FORMATS] = {[SKOS_TURTLE] = "text/turtle; charset=utf-8",
                                                [SKOS_NTRIPLES] = "application/n-triples",
                                                [SKOS_RDFXML] = "application/rdf+xml"};

struct taking { /* by one client */
    struct skos_file *file;
    uint64_t at;
    bool ends;
};

static enum stream_step next(void *ctx, struct buf *out)
{
    struct taking *t = ctx;
    if (t->ends)
        return STREAM_ENDS;
    if (skos_file_read(t->file, request_now(), &t->at, STREAM_BLOCK_BYTES, out, &t->ends))
        return STREAM_BROKEN;
    return STREAM_MORE;
}

static void end(void *ctx)
{
    struct taking *t = ctx;
    skos_file_leave(t->file);
    free(t);
}

static void give(struct http_request *q, enum skos_format format, const struct skos_state *state)
{
    struct web *w = web_of(q);
    struct taking *t = calloc(1, sizeof *t);
    err_t e = t ? skos_file_join(&w->skos, w->config->database, state, format, request_now(), &t->file) : ERR_MEMORY;
    if (e) {
        free(t);
        answer_error(q, e, NULL);
        return;
    }
    answer_stream(q, types[format], &(struct stream){next, end, t});
}

static void serve(struct http_request *q, enum skos_format format)
{
    struct read read;
    struct skos_state state;
    char tag[40];
    if (!web_begin(q, NULL, &read))
        return;
    err_t e = skos_state(read.store, &state);
    web_end(q, &read);
    if (e) {
        answer_error(q, e, NULL);
        return;
    }
    skos_tag(&state, format, tag);
    answer_cache(q, "no-cache");
    if (!answer_etag(q, tag))
        give(q, format, &state);
}

void skos_serve_turtle(struct http_request *q)
{
    serve(q, SKOS_TURTLE);
}

void skos_serve_ntriples(struct http_request *q)
{
    serve(q, SKOS_NTRIPLES);
}

void skos_serve_rdfxml(struct http_request *q)
{
    serve(q, SKOS_RDFXML);
}
