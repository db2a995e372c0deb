#include "daemon/web/api.h"
#include "conf/tr.h"
#include "daemon/commons/shortage.h"
#include "daemon/http/problem.h"
#include "daemon/read/say.h"
#include "daemon/store/replica.h"
#include "daemon/web/jsonld.h"
#include "protocol/base/base32.h"
#include "protocol/base/utf8.h"
#include <assert.h>
#include <stdio.h>

#define BODY_SUM_BYTES 8
#define API_KEY_NAMES  8 /* parameters of a kept answer */

/* ---- what is asked ---- */

bool api_form(struct http_request *q, enum api_form *out)
{
    static const char *const types[] = {"application/json", "application/ld+json", NULL};
    const char *suffix = request_suffix(q);
    int wanted = *suffix ? strcmp(suffix, ".jsonld") == 0 : request_accepts(q, types);
    if (wanted < 0) {
        answer_error(q, ERR_HTTP_ACCEPT, NULL);
        return false;
    }
    *out = (enum api_form)wanted;
    return true;
}

void api_pass(struct http_request *q, json_t *args, const char *const *names)
{
    for (; *names; names++) {
        const char *value = request_query(q, *names);
        if (value)
            say_put(args, *names, json_string(value));
    }
}

bool api_page(struct http_request *q, json_t *args)
{
    static const char *const names[] = {"cursor", NULL};
    int64_t limit = 0;
    err_t e = request_number(q, "limit", 1, API_LIMIT_MAX, API_LIMIT, &limit);
    if (e) {
        answer_error(q, e, NULL);
        return false;
    }
    say_put(args, "limit", json_integer(limit));
    api_pass(q, args, names);
    return true;
}

void api_refuse(struct http_request *q, const char *name)
{
    struct why why;
    answer_error(q, why_set(&why, ERR_HTTP_VALUE, "%s", name), &why);
}

bool api_flag(struct http_request *q, const char *name, json_t *args)
{
    static const char *const words[] = {"false", "true", "0", "1"};
    const char *value = request_query(q, name);
    size_t i = 0;
    while (value && i < sizeof words / sizeof *words && strcmp(value, words[i]) != 0)
        i++;
    if (i == sizeof words / sizeof *words) {
        api_refuse(q, name);
        return false;
    }
    if (value)
        say_put(args, name, json_boolean(i % 2));
    return true;
}

bool api_body(struct http_request *q, json_t **out)
{
    struct why why;
    err_t e = request_json(q, out, &why);
    if (e)
        answer_error(q, e, &why);
    return e == ERR_OK;
}

bool api_body_of(struct http_request *q, const char *key, const char *source, json_t **out)
{
    struct why why;
    json_t *body = NULL;
    if (!api_body(q, &body))
        return false;
    const json_t *own = json_object_get(body, key);
    if (own && !json_is_null(own) && (!json_is_string(own) || strcmp(json_string_value(own), source) != 0)) {
        json_decref(body);
        answer_error(q, why_set(&why, ERR_FIELD_VALUE, "%s", key), &why);
        return false;
    }
    json_object_del(body, "id");
    say_put(body, key, json_string(source));
    *out = body;
    return true;
}

bool api_once(struct http_request *q, json_t *args, unsigned part)
{
    const char *key = request_header(q, "Idempotency-Key");
    const struct http_principal *who = request_principal(q);
    if (!key)
        return true;
    if (!*key || strlen(key) > 160 || !utf8_valid(slice_text(key))) {
        api_refuse(q, "Idempotency-Key");
        return false;
    }
    say_put(args, "once",
            json_pack("{s:o, s:o}", "key", json_sprintf("%s#%u", key, part), "by",
                      who ? say_id(slice_of(who->id, sizeof who->id)) : json_string("")));
    return true;
}

bool api_if_match(struct http_request *q, json_t *args)
{
    const char *version = NULL;
    err_t e = request_if_match(q, &version);
    if (e)
        answer_error(q, e, NULL);
    else
        say_put(args, "if_match", json_string(version));
    return e == ERR_OK;
}

bool api_may_match(struct http_request *q, json_t *args)
{
    return !request_header(q, "If-Match") || api_if_match(q, args);
}

bool api_may_be_new(struct http_request *q, json_t *args)
{
    const char *none = request_header(q, "If-None-Match");
    if (none && (strcmp(none, "*") != 0 || request_header(q, "If-Match"))) {
        api_refuse(q, "If-None-Match");
        return false;
    }
    if (none)
        say_put(args, "if_none", json_true());
    return api_may_match(q, args);
}

/* ---- what is shown ---- */

void api_list(struct http_request *q, const char *reading, json_t *args)
{
    json_t *result = web_read(q, reading, args);
    const char *next = json_string_value(json_object_get(result, "next"));
    if (!result)
        return;
    if (next)
        answer_next(q, next);
    answer_cache(q, "no-cache");
    answer_json(q, 200, result);
}

static err_t tag_of(struct read *read, enum entity_type type, struct slice id, struct slice body,
                    char out[KEPT_TAG_BYTES])
{
    uint8_t version[VERSION_BYTES], sum[16];
    char v[BASE32_LEN(VERSION_BYTES) + 1], b[BASE32_LEN(BODY_SUM_BYTES) + 1];
    err_t e = replica_version(read->store, type, id, version);
    if (e)
        return e;
    hash128(sum, &body, 1);
    base32_encode(slice_of(version, sizeof version), v);
    base32_encode(slice_of(sum, BODY_SUM_BYTES), b);
    snprintf(out, KEPT_TAG_BYTES, "\"%s.%s\"", v, b);
    return ERR_OK;
}

/* All that such an answer depends on beside the replica. */
static bool key_of(struct http_request *q, enum entity_type type, enum api_form form, uint8_t out[KEPT_KEY_BYTES])
{
    const uint8_t kind[] = {(uint8_t)type, (uint8_t)form};
    const char *texts[] = {request_part(q, "id"), request_lang(q), form == API_JSONLD ? request_base(q) : "-"};
    struct slice parts[1 + sizeof texts / sizeof *texts] = {slice_of(kind, sizeof kind)};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        parts[i + 1] = slice_of(texts[i], strlen(texts[i]) + 1);
    hash128(out, parts, sizeof parts / sizeof *parts);
    return *texts[2] != 0; /* no memory for it */
}

static void give(struct http_request *q, enum api_form form, const char *tag, struct buf *body)
{
    answer_cache(q, "no-cache");
    if (!answer_etag(q, tag))
        answer_taken(q, 200, form == API_JSONLD ? "application/ld+json" : "application/json", body);
}

static bool kept_already(struct http_request *q, enum api_form form, const uint8_t *key)
{
    struct web *w = web_of(q);
    struct buf body;
    int64_t state;
    if (!w->reader || reader_state(w->reader, &state)) {
        kept_fini(&w->kept);
        return false;
    }
    kept_at(&w->kept, state);
    const struct kept_one *one = key ? kept_find(&w->kept, key) : NULL;
    buf_init(&body, KEPT_BODY_BYTES);
    bool is = one && buf_add(&body, buf_slice(&one->body)) == ERR_OK;
    if (is)
        give(q, form, one->tag, &body);
    buf_fini(&body);
    return is;
}

bool api_kept(struct http_request *q, enum entity_type type, enum api_form form)
{
    uint8_t key[KEPT_KEY_BYTES];
    return kept_already(q, form, key_of(q, type, form, key) ? key : NULL);
}

/* JSON as it is sent, a line. */
static err_t dump(json_t *value, bool linked, struct buf *body)
{
    int bad = !value || shortage_seen() ? -1
              : linked                  ? jsonld_write(value, body)
                       : json_dump_callback(value, utf8_json_piece, body, JSON_COMPACT | JSON_REAL_PRECISION(9));
    json_decref(value);
    buf_byte(body, '\n');
    return bad ? ERR_MEMORY : body->err;
}

void api_entity(struct http_request *q, struct read *read, enum entity_type type, struct slice id, enum api_form form,
                json_t *value)
{
    struct buf body;
    char tag[KEPT_TAG_BYTES];
    uint8_t key[KEPT_KEY_BYTES];
    buf_init(&body, SIZE_MAX);
    err_t e = dump(value, form == API_JSONLD, &body);
    if (!e)
        e = tag_of(read, type, id, buf_slice(&body), tag);
    if (!e && key_of(q, type, form, key))
        kept_put(&web_of(q)->kept, key, tag, buf_slice(&body));
    if (e)
        answer_error(q, e, NULL);
    else
        give(q, form, tag, &body);
    buf_fini(&body);
}

/* ---- a whole answer ---- */

void api_key(struct http_request *q, const char *what, const char *const *names, uint8_t out[KEPT_KEY_BYTES])
{
    struct slice parts[2 + API_KEY_NAMES] = {slice_of(what, strlen(what) + 1),
                                             slice_of(request_lang(q), strlen(request_lang(q)) + 1)};
    size_t n = 2;
    for (; *names && n < sizeof parts / sizeof *parts; names++) {
        const char *value = request_query(q, *names);
        parts[n++] = value ? slice_of(value, strlen(value) + 1) : slice_of("", 0);
    }
    assert(!*names);
    hash128(out, parts, n);
}

bool api_kept_as(struct http_request *q, const uint8_t key[KEPT_KEY_BYTES])
{
    return kept_already(q, API_JSON, key);
}

void api_keep_as(struct http_request *q, const uint8_t key[KEPT_KEY_BYTES], json_t *value)
{
    struct buf body;
    uint8_t sum[16];
    char tag[KEPT_TAG_BYTES], text[BASE32_LEN(sizeof sum) + 1];
    buf_init(&body, SIZE_MAX);
    err_t e = dump(value, false, &body);
    if (e) {
        answer_error(q, e, NULL);
    } else {
        hash128(sum, &(struct slice){body.at, body.len}, 1);
        base32_encode(slice_of(sum, sizeof sum), text);
        snprintf(tag, sizeof tag, "\"%s\"", text);
        kept_put(&web_of(q)->kept, key, tag, buf_slice(&body));
        give(q, API_JSON, tag, &body);
    }
    buf_fini(&body);
}

void api_missing(struct http_request *q, err_t e, const struct why *why)
{
    struct why none;
    answer_error(q, e == ERR_BASE32 ? why_set(&none, ERR_NOT_FOUND, "%.100s", request_part(q, "id")) : e,
                 e == ERR_BASE32 ? &none : why);
}

/* ---- what was written ---- */

json_t *api_etag(const char *version)
{
    return version ? json_sprintf("\"%s.0\"", version) : json_null();
}

/* How one that was written is told: {id, outcome, dot?, version, etag, url}. `row`: a result, or one of its ids. */
static json_t *told_of(struct http_request *q, const char *collection, const json_t *row)
{
    static const char *const kept[] = {"id", "outcome", "dot", "changed", "resolved", "version", NULL};
    json_t *out = json_object();
    for (size_t i = 0; kept[i]; i++)
        if (json_object_get(row, kept[i]))
            json_object_set(out, kept[i], json_object_get(row, kept[i]));
    say_put(out, "etag", api_etag(json_string_value(json_object_get(row, "version"))));
    say_put(out, "url",
            json_sprintf("%s" API_PATH "/%s/%s", request_base(q), collection,
                         json_string_value(json_object_get(row, "id"))));
    return out;
}

json_t *api_fault(struct http_request *q, err_t e, const char *field, size_t field_n, const char *detail)
{
    return json_pack("{s:s%, s:s, s:o, s:s, s:s}", "field", field, field_n, "detail", detail, "code",
                     json_sprintf("ALLIED-%d", err_number(e)), "name", err_name(e), "text",
                     tr(request_lang(q), err_what(e)));
}

/* What was refused of the one line there was. */
static void refuse_line(struct http_request *q, const json_t *error)
{
    struct why why;
    const char *name = json_string_value(json_object_get(error, "name")),
               *field = json_string_value(json_object_get(error, "field")),
               *detail = json_string_value(json_object_get(error, "detail"));
    err_t e = err_by_name(name ? name : "");
    /* What it names is not there, or is not one: that is no matter of what was asked for. */
    e = e == ERR_NOT_FOUND || e == ERR_AMBIGUOUS ? ERR_FIELD_VALUE : e;
    why_set(&why, e == ERR_COUNT ? ERR_INTERNAL : e, "%.60s%s%.90s", field ? field : "",
            detail && *detail && field && *field ? " " : "", detail ? detail : "");
    json_t *copy = json_copy((json_t *)(uintptr_t)error);
    json_object_del(copy, "line");
    answer_errors(q, why.code, &why, json_pack("[o]", copy));
}

void api_wrote_line(struct http_request *q, const char *collection, const json_t *answer)
{
    const json_t *result = json_object_get(answer, "result"), *row = json_array_get(json_object_get(result, "ids"), 0),
                 *error = json_array_get(json_object_get(result, "errors"), 0);
    if (answer_failed(q, answer))
        return;
    if (error || !row) {
        refuse_line(q, error);
        return;
    }
    const char *outcome = json_string_value(json_object_get(row, "outcome"));
    bool added = outcome && strcmp(outcome, "added") == 0;
    json_t *told = told_of(q, collection, row);
    if (added)
        answer_header(q, "Location", json_string_value(json_object_get(told, "url")));
    answer_json(q, added ? 201 : 200, told);
}

/* A PUT by id is told what is wrong with a field as a line is: the core names the field first. Ids have no blanks. */
static bool refuse_field(struct http_request *q, const json_t *error)
{
    const char *name = json_string_value(json_object_get(error, "name")),
               *detail = json_string_value(json_object_get(error, "detail"));
    if (!name || !detail || strcmp(request_method(q), "PUT") != 0)
        return false;
    size_t n = strcspn(detail, " ");
    err_t e = err_by_name(name);
    bool named = (e == ERR_NOT_FOUND || e == ERR_AMBIGUOUS) && detail[n];
    if (e == ERR_COUNT || (problem_status(e) != 422 && !named))
        return false;
    json_t *fault = api_fault(q, e, detail, n, detail + n + strspn(detail + n, " "));
    refuse_line(q, fault);
    json_decref(fault);
    return true;
}

void api_wrote(struct http_request *q, const char *collection, const json_t *answer)
{
    if (refuse_field(q, json_object_get(answer, "error")))
        return;
    if (!answer_failed(q, answer))
        answer_json(q, 200, told_of(q, collection, json_object_get(answer, "result")));
}
