#include "daemon/web/api_concepts.h"
#include "daemon/read/say.h"
#include "daemon/web/api.h"
#include "daemon/web/api_batch.h"
#include "daemon/web/jsonld.h"
#include "daemon/web/shape.h"

#define COLLECTION "concepts"

/* ---- reading ---- */

void api_concepts_list(struct http_request *q)
{
    json_t *args = json_object();
    if (api_page(q, args))
        api_list(q, "concept.list", args);
    else
        json_decref(args);
}

void api_concepts_show(struct http_request *q)
{
    struct read read;
    enum api_form form;
    struct slice id;
    json_t *args = json_pack("{s:s}", "id", request_part(q, "id"));
    if (api_form(q, &form) && !api_kept(q, ENTITY_CONCEPT, form) && web_begin(q, args, &read)) {
        err_t e = read_entity(&read, ENTITY_CONCEPT, request_part(q, "id"), &id);
        if (!e)
            e = read_concept_show(&read);
        if (e)
            api_missing(q, e, &read.why);
        else
            api_entity(q, &read, ENTITY_CONCEPT, id, form,
                       form == API_JSONLD ? jsonld_concept(&read, read.result, request_base(q))
                                          : json_incref(read.result));
        web_end(q, &read);
    }
    json_decref(args);
}

void api_concepts_history(struct http_request *q)
{
    api_list(q, "concept.history", json_pack("{s:s}", "id", request_part(q, "id")));
}

/* ---- writing ---- */

static void wrote_line(struct http_request *q, const json_t *answer)
{
    api_wrote_line(q, COLLECTION, answer);
}

static void wrote(struct http_request *q, const json_t *answer)
{
    api_wrote(q, COLLECTION, answer);
}

/* One line, of which `concept` is taken. */
static json_t *one_line(const char *mode, json_t *concept)
{
    return json_pack("{s:s, s:b, s:[{s:i, s:o}]}", "mode", mode, "versions", 1, "concepts", "line", 1, "concept",
                     concept);
}

void api_concepts_new(struct http_request *q)
{
    json_t *concept = NULL;
    if (!api_body(q, &concept))
        return;
    bool shaped = shape_concept(concept);
    json_object_del(concept, "id");
    json_t *args = one_line("add", concept);
    say_put(args, "fresh", json_true());
    if (!shaped) {
        answer_error(q, ERR_MEMORY, NULL);
    } else if (api_flag(q, "adopt", args) && api_once(q, args, 0)) {
        ask_core(q, "concept.write", args, wrote_line);
        return;
    }
    json_decref(args);
}

void api_concepts_source(struct http_request *q)
{
    json_t *concept = NULL;
    if (!api_body_of(q, "uri", request_part(q, "uri"), &concept))
        return;
    bool shaped = shape_concept(concept);
    json_t *args = one_line("add", concept);
    if (!shaped) {
        answer_error(q, ERR_MEMORY, NULL);
    } else if (api_flag(q, "adopt", args) && api_may_be_new(q, args)) {
        ask_core(q, "concept.write", args, wrote_line);
        return;
    }
    json_decref(args);
}

void api_concepts_put(struct http_request *q)
{
    json_t *concept = NULL, *args = json_pack("{s:s}", "id", request_part(q, "id"));
    if (api_flag(q, "adopt", args) && api_if_match(q, args) && api_body(q, &concept)) {
        json_t *motive = json_object_get(concept, "motive");
        if (motive)
            json_object_set(args, "motive", motive);
        if (shape_concept(concept) && json_object_set(args, "concept", concept) == 0) {
            ask_core(q, "concept.put", args, wrote);
            args = NULL;
        } else {
            answer_error(q, ERR_MEMORY, NULL);
        }
    }
    json_decref(concept);
    json_decref(args);
}

void api_concepts_retire(struct http_request *q)
{
    static const char *const passed[] = {"reason", NULL};
    json_t *args = json_pack("{s:s}", "id", request_part(q, "id"));
    api_pass(q, args, passed);
    if (api_flag(q, "adopt", args) && api_if_match(q, args))
        ask_core(q, "concept.retire", args, wrote);
    else
        json_decref(args);
}

void api_concepts_batch(struct http_request *q)
{
    static const struct api_batch batch = {"concept.write", "concepts", "concept", shape_concept};
    api_batch(q, &batch);
}
