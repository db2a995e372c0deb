#include "daemon/web/api_conflicts.h"
#include "daemon/read/say.h"
#include "daemon/web/api.h"

void api_conflicts_list(struct http_request *q)
{
    json_t *args = json_object();
    if (api_page(q, args))
        api_list(q, "conflicts.list", args);
    else
        json_decref(args);
}

void api_conflicts_show(struct http_request *q)
{
    api_list(q, "conflicts.show", json_pack("{s:s}", "id", request_part(q, "id")));
}

/* A token for concepts resolves no record's conflict. False: answered. */
static bool may_resolve(struct http_request *q, enum entity_type *type)
{
    struct read read;
    struct slice id;
    struct why why;
    const struct http_principal *who = request_principal(q);
    if (!web_begin(q, NULL, &read))
        return false;
    err_t e = read_any_entity(&read, request_part(q, "id"), type, &id);
    why = read.why;
    web_end(q, &read);
    bool record = *type == ENTITY_RECORD;
    unsigned needed = 1u << (record ? HTTP_RECORDS : HTTP_CONCEPTS) | 1u << HTTP_ADMIN;
    if (!e && who && !(who->scopes & needed))
        e = why_set(&why, ERR_TOKEN_SCOPE, "%s", record ? "records" : "concepts");
    if (e)
        answer_error(q, e, &why);
    return e == ERR_OK;
}

static void resolved_record(struct http_request *q, const json_t *answer)
{
    api_wrote(q, "records", answer);
}

static void resolved_concept(struct http_request *q, const json_t *answer)
{
    api_wrote(q, "concepts", answer);
}

static err_t take_body(const json_t *body, json_t *args, struct why *why)
{
    static const char *const known[] = {"field", "lang", "keep", "value", "choices", "adopt"};
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)body, key, value)
    {
        size_t i = 0;
        while (i < sizeof known / sizeof *known && strcmp(known[i], key) != 0)
            i++;
        if (i == sizeof known / sizeof *known)
            return why_set(why, ERR_FIELD_UNKNOWN, "%.100s", key);
        bool fits = strcmp(key, "value") == 0     ? true
                    : strcmp(key, "adopt") == 0   ? json_is_boolean(value)
                    : strcmp(key, "choices") == 0 ? json_is_array(value)
                                                  : json_is_string(value);
        if (!fits)
            return why_set(why, ERR_FIELD_VALUE, "%.100s", key);
        json_object_set(args, key, value);
    }
    int said = (json_object_get(body, "keep") != NULL) + (json_object_get(body, "value") != NULL) +
               (json_object_get(body, "choices") != NULL);
    return said == 1 ? ERR_OK : why_set(why, ERR_FIELD_VALUE, "keep, value, choices");
}

void api_conflicts_resolve(struct http_request *q)
{
    enum entity_type type;
    struct why why;
    json_t *body = NULL, *args = NULL;
    if (!may_resolve(q, &type) || !api_body(q, &body))
        return;
    args = json_pack("{s:s}", "id", request_part(q, "id"));
    err_t e = take_body(body, args, &why);
    json_decref(body);
    if (e) {
        answer_error(q, e, &why);
    } else if (api_once(q, args, 0)) {
        ask_core(q, "conflicts.resolve", args, type == ENTITY_RECORD ? resolved_record : resolved_concept);
        return;
    }
    json_decref(args);
}
