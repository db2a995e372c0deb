#include "daemon/web/schemas.h"
#include "daemon/web/schemas.def"
#include "protocol/op/op.h"

/* ---- forms: see schemas.def ---- */

static json_t *either(const char *form, size_t n);

static json_t *alone(const char *form, size_t n)
{
    static const struct {
        const char *form, *type;
    } types[] = {
        {"text",    "string" },
        {"integer", "integer"},
        {"number",  "number" },
        {"boolean", "boolean"},
        {"null",    "null"   },
    };
    if (*form == '[')
        return json_pack("{s:s, s:o}", "type", "array", "items", either(form + 1, n - 2));
    if (*form == '{')
        return json_pack("{s:s, s:o}", "type", "object", "additionalProperties", either(form + 1, n - 2));
    if (*form == '=')
        return json_pack("{s:s%}", "const", form + 1, n - 1);
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strlen(types[i].form) == n && strncmp(types[i].form, form, n) == 0)
            return json_pack("{s:s}", "type", types[i].type);
    if (n == strlen("any") && strncmp(form, "any", n) == 0)
        return json_object();
    return json_pack("{s:o}", "$ref", json_sprintf("#/components/schemas/%.*s", (int)n, form));
}

/* Up to the next | that stands in no bracket. */
static size_t one_of(const char *form, size_t n)
{
    size_t depth = 0, i = 0;
    for (; i < n && (depth || form[i] != '|'); i++) {
        depth += form[i] == '[' || form[i] == '{';
        depth -= form[i] == ']' || form[i] == '}';
    }
    return i;
}

static json_t *either(const char *form, size_t n)
{
    size_t first = one_of(form, n);
    if (first == n)
        return alone(form, n);
    json_t *list = json_array();
    for (size_t at = 0, len; at < n; at += len + 1) {
        len = one_of(form + at, n - at);
        json_array_append_new(list, alone(form + at, len));
    }
    return json_pack("{s:o}", "anyOf", list);
}

static json_t *form_json(const char *form)
{
    return either(form, strlen(form));
}

/* ---- objects ---- */

static void put_key(json_t *properties, json_t *required, const char *pair, size_t n)
{
    size_t name = strcspn(pair, ":"), bare = name - (pair[name - 1] == '?');
    json_object_setn_new(properties, pair, bare, either(pair + name + 1, n - name - 1));
    if (bare == name)
        json_array_append_new(required, json_stringn(pair, bare));
}

static json_t *object_json(const char *keys, const char *what)
{
    json_t *properties = json_object(), *required = json_array();
    bool open = false;
    for (size_t n; *keys; keys += n + (keys[n] == ' ')) {
        n = strcspn(keys, " ");
        open = strncmp(keys, "...", n) == 0;
        if (!open)
            put_key(properties, required, keys, n);
    }
    json_t *out = json_pack("{s:s, s:o}", "type", "object", "properties", properties);
    if (open)
        json_object_set_new(out, "additionalProperties", json_true());
    if (json_array_size(required))
        json_object_set(out, "required", required);
    json_decref(required);
    if (*what)
        json_object_set_new(out, "description", json_string(what));
    return out;
}

/* ---- fields ---- */

static const char *const types[] = {
    [FT_TEXT] = "text",          [FT_TEXTS] = "[text]",         [FT_WORD] = "text",      [FT_DATE] = "text",
    [FT_PERIOD] = "Period",      [FT_PLACE] = "Place",          [FT_ACTORS] = "[Actor]", [FT_IMAGES] = "[Image]",
    [FT_EPISODES] = "[Episode]", [FT_NOTATIONS] = "[Notation]", [FT_IDS] = "[text]",
};

/* A text that is sent may say no language: then it is in the object's own. */
static json_t *field_json(const struct field_info *field, bool in)
{
    const char *type = types[field->type];
    if (field->lang == LANG_NONE)
        return json_pack("{s:[o, {s:s}]}", "anyOf", form_json(type), "type", "null");
    json_t *out = json_pack("{s:s, s:{s:[o, {s:s}]}}", "type", "object", "additionalProperties", "anyOf",
                            form_json(type), "type", "null");
    return in ? json_pack("{s:[o, o, {s:s}]}", "anyOf", out, form_json(type), "type", "null") : out;
}

static void put_fields(json_t *schema, const struct field_info *fields, size_t n, bool in)
{
    json_t *properties = json_object_get(schema, "properties");
    for (size_t i = 0; i < n; i++)
        json_object_set_new(properties, fields[i].name, field_json(&fields[i], in));
}

static void put_relations(json_t *schema, const char *form)
{
    static const char *const names[] = {
#define X(id, number, name, target) name,
        CONCEPT_RELATIONS(X)
#undef X
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        json_object_set_new(json_object_get(schema, "properties"), names[i], form_json(form));
}

static void put_tables(json_t *all)
{
    size_t records_n, concepts_n;
    const struct field_info *records = record_fields(&records_n), *concepts = concept_fields(&concepts_n);
    put_fields(json_object_get(all, "Record"), records, records_n, false);
    put_fields(json_object_get(all, "RecordIn"), records, records_n, true);
    put_fields(json_object_get(all, "Concept"), concepts, concepts_n, false);
    put_fields(json_object_get(all, "ConceptIn"), concepts, concepts_n, true);
    put_relations(json_object_get(all, "Concept"), "[Relation]");
    put_relations(json_object_get(all, "ConceptIn"), "[TargetIn|text]");
}

static json_t *words_json(const char *const *words, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, json_string(words[i]));
    return json_pack("{s:s, s:o}", "type", "string", "enum", list);
}

/* ---- all ---- */

static const struct {
    const char *name, *keys, *what;
} schemas[] = {
#define X(name, keys, what) {name, keys, what},
    SCHEMAS(X)
#undef X
};

json_t *schemas_all(void)
{
    static const char *const rels[] = {
#define X(id, number, name) name,
        RECORD_LINKS(X)
#undef X
    };
    static const char *const statuses[] = {"unknown", "proposed", "adopted", "deprecated", "merged_into"};
    json_t *out = json_object();
    for (size_t i = 0; i < sizeof schemas / sizeof *schemas; i++)
        json_object_set_new(out, schemas[i].name, object_json(schemas[i].keys, schemas[i].what));
    json_object_set_new(out, "Rel", words_json(rels, sizeof rels / sizeof *rels));
    json_object_set_new(out, "Status", words_json(statuses, sizeof statuses / sizeof *statuses));
    json_object_set_new(out, "Code", json_pack("{s:s, s:s}", "type", "string", "pattern", "^ALLIED-[0-9]{4}$"));
    put_tables(out);
    return out;
}
