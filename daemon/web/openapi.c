#include "daemon/web/openapi.h"
#include "daemon/http/answer.h"
#include "daemon/web/params.def"
#include "daemon/web/schemas.h"
#include "protocol/base/limits.h"
#include <ctype.h>
#include <stdio.h>

#define PATH_BYTES 256

static const struct {
    const char *name, *type, *what;
} params[] = {
#define X(name, type, what) {name, type, what},
    PARAMS(X)
#undef X
};

static json_t *text_of(struct slice s)
{
    return json_stringn((const char *)s.at, s.len);
}

/* {source...} is one parameter to OpenAPI, which knows none that spans slashes. */
static void bare_path(const char *pattern, char out[PATH_BYTES])
{
    size_t n = 0;
    for (; *pattern && n < PATH_BYTES - 1; pattern++)
        if (strncmp(pattern, "...}", 4) == 0)
            pattern += 2;
        else
            out[n++] = *pattern;
    out[n] = 0;
}

static void put_parts(json_t *list, const char *path)
{
    for (const char *at = strchr(path, '{'); at; at = strchr(at, '{')) {
        size_t n = strcspn(++at, "}");
        json_array_append_new(list, json_pack("{s:s%, s:s, s:b, s:{s:s}}", "name", at, n, "in", "path", "required", 1,
                                              "schema", "type", "string"));
    }
}

static void put_param(json_t *list, struct slice name)
{
    const char *type = "string", *what = "";
    for (size_t i = 0; i < sizeof params / sizeof *params; i++)
        if (slice_equal(name, slice_text(params[i].name))) {
            type = params[i].type;
            what = params[i].what;
        }
    json_array_append_new(list, json_pack("{s:o, s:s, s:s, s:{s:s}}", "name", text_of(name), "in", "query",
                                          "description", what, "schema", "type", type));
}

/* Of what writes, and of what may answer 304. */
static const struct {
    const char *method, *path; /* what a path has in it */
    const char *name, *what;
} headers[] = {
    {"PUT",    "",            "If-Match",        "the version that is changed: ETags, one of which stands, or *: else 412"},
    {"DELETE", "",            "If-Match",        "the version that is retired: ETags, one of which stands, or *: else 412"},
    {"PUT",    "/by-source/", "If-None-Match",   "*, without If-Match: only where there is none yet, else 412"            },
    {"POST",   "",            "Idempotency-Key", "the client's own: the same again within a day gives the first answer"   },
    {"GET",    "",            "If-None-Match",   "the ETags that are known: 304 where one of them still stands"           },
};

/* What is named by its id is only changed by who says which version he has. */
static void put_headers(json_t *list, const struct route *r)
{
    bool matters = r->scope > HTTP_PUBLIC || route_lists(r->gives, slice_text("304"));
    for (size_t i = 0; matters && i < sizeof headers / sizeof *headers; i++)
        if (strcmp(headers[i].method, r->method) == 0 && strstr(r->path, headers[i].path))
            json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:b, s:{s:s}}", "name", headers[i].name, "in",
                                                  "header", "description", headers[i].what, "required",
                                                  strcmp(headers[i].name, "If-Match") == 0 && strstr(r->path, "{id}"),
                                                  "schema", "type", "string"));
}

static json_t *params_of(const struct route *r, const char *path)
{
    json_t *out = json_array();
    const char *at = r->query;
    put_parts(out, path);
    if (r->scope != HTTP_OPEN && !route_lists(r->query, slice_text("lang")))
        put_param(out, slice_text("lang"));
    for (struct slice one = route_next_word(&at); one.len; one = route_next_word(&at))
        if (*one.at != '*')
            put_param(out, one);
    put_headers(out, r);
    return out;
}

static json_t *schema_ref(struct slice type, struct slice schema)
{
    if (slice_equal(type, slice_text("application/ld+json")))
        schema = slice_text("Linked");
    return schema.len ? json_pack("{s:{s:o}}", "schema", "$ref",
                                  json_sprintf("#/components/schemas/%.*s", (int)schema.len, (const char *)schema.at))
                      : json_object();
}

/* The types of a list, each with the schema: without statuses. Of JSON lines it is one line's. */
static json_t *content_of(const char *list, struct slice schema)
{
    json_t *out = json_object();
    for (struct slice one = route_next_word(&list); one.len; one = route_next_word(&list))
        if (!isdigit(one.at[0]))
            json_object_setn_new(out, (const char *)one.at, one.len, schema_ref(one, schema));
    return out;
}

/* What a row calls the answer's form, and behind it the request's. */
static struct slice schema_of(const struct route *r, bool taken)
{
    const char *at = r->schema;
    struct slice given = route_next_word(&at);
    return taken ? route_next_word(&at) : given;
}

static json_t *problem_response(void)
{
    return json_pack("{s:s, s:o}", "description", "a problem (RFC 9457)", "content",
                     content_of("application/problem+json", slice_text("Problem")));
}

static json_t *responses_of(const struct route *r)
{
    json_t *out = json_object();
    const char *at = r->gives;
    for (struct slice one = route_next_word(&at); one.len; one = route_next_word(&at)) {
        char status[4] = "";
        if (one.len != 3 || !isdigit(one.at[0]))
            continue;
        memcpy(status, one.at, 3);
        json_t *response = json_pack("{s:s}", "description", r->what);
        if (strcmp(status, "204") != 0 && strcmp(status, "304") != 0)
            json_object_set_new(response, "content", content_of(r->gives, schema_of(r, false)));
        json_object_set_new(out, status, response);
    }
    json_object_set_new(out, "4XX", problem_response());
    json_object_set_new(out, "5XX", problem_response());
    return out;
}

static json_t *operation_of(const struct route *r, const char *path)
{
    static const char *const scopes[] = {
        [HTTP_RECORDS] = "records", [HTTP_CONCEPTS] = "concepts", [HTTP_ADMIN] = "admin"};
    json_t *out = json_pack("{s:s, s:o, s:o}", "summary", r->what, "parameters", params_of(r, path), "responses",
                            responses_of(r));
    if (*r->takes)
        json_object_set_new(out, "requestBody",
                            json_pack("{s:s, s:o, s:I}", "description", r->what, "content",
                                      content_of(r->takes, schema_of(r, true)), "x-most-bytes",
                                      (json_int_t)(r->body_bytes ? r->body_bytes : LIMIT_HTTP_BODY_BYTES)));
    if (r->scope == HTTP_EITHER)
        json_object_set_new(
            out, "security",
            json_pack("[{s:[s]}, {s:[s]}]", "token", scopes[HTTP_RECORDS], "token", scopes[HTTP_CONCEPTS]));
    else if (r->scope > HTTP_PUBLIC)
        json_object_set_new(out, "security", json_pack("[{s:[s]}]", "token", scopes[r->scope]));
    return out;
}

static void put_path(json_t *paths, const struct route *r, const char *path)
{
    char method[8] = "";
    for (size_t i = 0; r->method[i] && i + 1 < sizeof method; i++)
        method[i] = (char)tolower((unsigned char)r->method[i]);
    json_t *item = json_object_get(paths, path);
    if (!item) {
        item = json_object();
        json_object_set_new(paths, path, item);
    }
    if (!json_object_get(item, method))
        json_object_set_new(item, method, operation_of(r, path));
}

static void put_route(json_t *paths, const struct route *r)
{
    char path[PATH_BYTES];
    const char *at = r->suffixes;
    bare_path(r->path, path);
    size_t n = strlen(path);
    put_path(paths, r, path);
    for (struct slice one = route_next_word(&at); one.len; one = route_next_word(&at)) {
        snprintf(path + n, sizeof path - n, "%.*s", (int)one.len, (const char *)one.at);
        put_path(paths, r, path);
    }
}

/* Pages and what they are drawn with. */
static bool is_for_people(const struct route *r)
{
    return route_lists(r->gives, slice_text("text/html")) || route_lists(r->gives, slice_text("text/css"));
}

json_t *openapi_json(const struct routes *all, const char *base)
{
    json_t *paths = json_object();
    for (size_t i = 0; i < all->n; i++)
        if (all->at[i].scope != HTTP_OWNER && !is_for_people(&all->at[i]))
            put_route(paths, &all->at[i]);
    return json_pack("{s:s, s:{s:s, s:s}, s:[{s:s}], s:o, s:{s:o, s:{s:{s:s, s:s}}}}", "openapi", "3.1.0", "info",
                     "title", "allied", "version", ALLIED_VERSION, "servers", "url", base, "paths", paths, "components",
                     "schemas", schemas_all(), "securitySchemes", "token", "type", "http", "scheme", "bearer");
}

void openapi_show(struct http_request *q)
{
    answer_cache(q, "no-cache");
    answer_json(q, 200, openapi_json(request_routes(q), request_base(q)));
}
