#include "daemon/web/api_records.h"
#include "daemon/http/problem.h"
#include "daemon/read/say.h"
#include "daemon/store/replica.h"
#include "daemon/web/api.h"
#include "daemon/web/api_batch.h"
#include "daemon/web/jsonld.h"
#include "daemon/web/shape.h"

#define COLLECTION "records"

/* ---- lists ---- */

static void found(struct http_request *q, const json_t *answer)
{
    const json_t *result = json_object_get(answer, "result");
    const char *next = json_string_value(json_object_get(result, "next"));
    if (answer_failed(q, answer))
        return;
    if (next)
        answer_next(q, next);
    answer_cache(q, "no-cache");
    answer_json(q, 200, json_incref((json_t *)(uintptr_t)result));
}

/* The index has other names for what is asked for here. */
static void searched(struct http_request *q, const json_t *answer)
{
    static const char *const names[][2] = {
        {"since: ",   "from: " },
        {"changed: ", "since: "},
    };
    json_t *error = json_object_get(answer, "error");
    const char *detail = json_string_value(json_object_get(error, "detail"));
    for (size_t i = 0; detail && i < sizeof names / sizeof *names; i++)
        if (strncmp(detail, names[i][0], strlen(names[i][0])) == 0) {
            say_put(error, "detail", json_sprintf("%s%s", names[i][1], detail + strlen(names[i][0])));
            break;
        }
    found(q, answer);
}

static void search(struct http_request *q, json_t *args)
{
    static const char *const passed[] = {"q", "concept", "ally", "type", "place", "until", NULL};
    if (request_query(q, "order")) {
        json_decref(args);
        api_refuse(q, "order, q");
        return;
    }
    api_pass(q, args, passed);
    if (request_query(q, "lang"))
        say_put(args, "in_lang", json_string(request_query(q, "lang")));
    if (request_query(q, "since"))
        say_put(args, "changed", json_string(request_query(q, "since")));
    if (request_query(q, "from"))
        say_put(args, "since", json_string(request_query(q, "from")));
    ask_index(q, "search", args, searched);
}

/* What no record can have is a slip of whoever asks, not a question without an answer. False: answered. */
static bool filters_read(struct http_request *q)
{
    const char *type = request_query(q, "type"), *lang = request_query(q, "lang");
    char low[LANG_MAX + 2] = "";
    for (size_t i = 0; lang && lang[i] && i <= LANG_MAX; i++)
        low[i] = (char)(lang[i] >= 'A' && lang[i] <= 'Z' ? lang[i] + 32 : lang[i]);
    bool type_reads = !type || !*type || record_type_valid(slice_text(type)),
         lang_reads = !lang || !*lang || lang_valid(slice_text(low));
    if (!type_reads || !lang_reads)
        api_refuse(q, type_reads ? "lang" : "type");
    return type_reads && lang_reads;
}

void api_records_list(struct http_request *q)
{
    static const char *const passed[] = {"ally", "lang", "type", "concept", "since", "order", NULL};
    static const char *const words_alone[] = {"place", "from", "until", NULL};
    json_t *args = json_object();
    if (!api_page(q, args) || !api_flag(q, "retired", args) || !filters_read(q)) {
        json_decref(args);
        return;
    }
    if (request_query(q, "q")) {
        search(q, args);
        return;
    }
    for (size_t i = 0; words_alone[i]; i++)
        if (request_query(q, words_alone[i])) {
            json_decref(args);
            api_refuse(q, words_alone[i]);
            return;
        }
    api_pass(q, args, passed);
    api_list(q, "record.list", args);
}

void api_suggest(struct http_request *q)
{
    static const char *const passed[] = {"q", NULL};
    json_t *args = json_object();
    api_pass(q, args, passed);
    if (!request_query(q, "q"))
        say_put(args, "q", json_string(""));
    ask_index(q, "suggest", args, found);
}

/* ---- one ---- */

/* 410, and what is left to say. The tag is good to bring it back by PUT. */
static void show_tombstone(struct http_request *q, struct read *read, struct slice id)
{
    static const char *const kept[] = {"id", "ally", "ally_name", "source_id", "updated", "retired", NULL};
    uint8_t version[VERSION_BYTES];
    json_t *out = problem_json(410, ERR_RETIRED, request_part(q, "id"), request_lang(q));
    for (size_t i = 0; kept[i]; i++)
        if (json_object_get(read->result, kept[i]))
            json_object_set(out, kept[i], json_object_get(read->result, kept[i]));
    if (!replica_version(read->store, ENTITY_RECORD, id, version)) {
        json_t *text = say_id(slice_of(version, sizeof version)), *etag = api_etag(json_string_value(text));
        if (json_string_value(etag))
            answer_header(q, "ETag", json_string_value(etag));
        json_decref(etag);
        json_decref(text);
    }
    answer_cache(q, "no-cache");
    answer_json_as(q, 410, "application/problem+json", out);
}

void api_records_show(struct http_request *q)
{
    struct read read;
    enum api_form form;
    struct slice id;
    json_t *args = json_pack("{s:s}", "id", request_part(q, "id"));
    if (api_form(q, &form) && !api_kept(q, ENTITY_RECORD, form) && web_begin(q, args, &read)) {
        err_t e = read_entity(&read, ENTITY_RECORD, request_part(q, "id"), &id);
        if (!e)
            e = read_record_show(&read);
        if (e)
            api_missing(q, e, &read.why);
        else if (json_is_true(json_object_get(read.result, "retired")))
            show_tombstone(q, &read, id);
        else
            api_entity(q, &read, ENTITY_RECORD, id, form,
                       form == API_JSONLD ? jsonld_record(read.result, request_base(q)) : json_incref(read.result));
        web_end(q, &read);
    }
    json_decref(args);
}

void api_records_history(struct http_request *q)
{
    api_list(q, "record.history", json_pack("{s:s}", "id", request_part(q, "id")));
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

/* One line, of which `record` is taken. */
static json_t *one_line(const char *mode, json_t *record)
{
    return json_pack("{s:s, s:b, s:[{s:i, s:o}]}", "mode", mode, "versions", 1, "lines", "line", 1, "record", record);
}

void api_records_new(struct http_request *q)
{
    json_t *record = NULL;
    if (!api_body(q, &record))
        return;
    bool shaped = shape_record(record);
    json_object_del(record, "id");
    json_t *args = one_line("add", record);
    say_put(args, "fresh", json_true());
    if (!shaped) {
        answer_error(q, ERR_MEMORY, NULL);
    } else if (api_once(q, args, 0)) {
        ask_core(q, "record.write", args, wrote_line);
        return;
    }
    json_decref(args);
}

void api_records_source(struct http_request *q)
{
    json_t *record = NULL;
    if (!api_body_of(q, "source_id", request_part(q, "source"), &record))
        return;
    bool shaped = shape_record(record);
    json_t *args = one_line("import", record);
    if (!shaped) {
        answer_error(q, ERR_MEMORY, NULL);
    } else if (api_may_be_new(q, args)) {
        ask_core(q, "record.write", args, wrote_line);
        return;
    }
    json_decref(args);
}

void api_records_put(struct http_request *q)
{
    json_t *record = NULL, *args = json_pack("{s:s}", "id", request_part(q, "id"));
    if (api_if_match(q, args) && api_body(q, &record)) {
        if (shape_record(record) && json_object_set(args, "record", record) == 0) {
            ask_core(q, "record.put", args, wrote);
            args = NULL;
        } else {
            answer_error(q, ERR_MEMORY, NULL);
        }
    }
    json_decref(record);
    json_decref(args);
}

/* Retired already: it is gone as it was to be. */
static void retired(struct http_request *q, const json_t *answer)
{
    const char *name = json_string_value(json_object_get(json_object_get(answer, "error"), "name"));
    struct why why;
    if (name && err_by_name(name) == ERR_NOTHING_TO_DO)
        answer_error(q, why_set(&why, ERR_RETIRED, "%.100s", request_part(q, "id")), &why);
    else
        wrote(q, answer);
}

static void pass_reason(struct http_request *q, json_t *args)
{
    static const char *const passed[] = {"reason", NULL};
    api_pass(q, args, passed);
}

void api_records_retire(struct http_request *q)
{
    json_t *args = json_pack("{s:s}", "id", request_part(q, "id"));
    pass_reason(q, args);
    if (api_if_match(q, args))
        ask_core(q, "record.retire", args, retired);
    else
        json_decref(args);
}

void api_records_retire_source(struct http_request *q)
{
    json_t *args = json_pack("{s:s}", "source_id", request_part(q, "source"));
    pass_reason(q, args);
    if (api_may_match(q, args))
        ask_core(q, "record.retire", args, retired);
    else
        json_decref(args);
}

void api_records_batch(struct http_request *q)
{
    static const struct api_batch batch = {"record.write", "lines", "record", shape_record};
    api_batch(q, &batch);
}
