/*
 * fields_json: an object to writes (see fields_json.h). Each key is a field, a relation, the index terms, the links, or unknown; a field that knows languages
 * takes one value, in the object's language, or an object of them.
 */
#include "daemon/commons/fields_json_value.h"
#include "protocol/wire/wr.h"

#define WEIGHT_MAX 100

/* ---- fields ---- */

static err_t why_field(struct json_in *in, err_t err, const struct field_info *field, struct slice lang, size_t len)
{
    const char *at = lang.len ? "@" : "";
    int n = (int)lang.len;
    const char *tag = (const char *)lang.at;
    if (err == ERR_TEXT_LONG)
        return why_set(in->why, err, "%s%s%.*s %zu > %zu", field->name, at, n, tag ? tag : "", len, field->max_bytes);
    return why_set(in->why, err, "%s%s%.*s", field->name, at, n, tag ? tag : "");
}

static err_t add_field(struct json_in *in, const struct field_info *field, struct slice lang, struct slice value)
{
    struct entity_writes *out = in->out;
    for (size_t i = 0; i < out->fields_n; i++) { /* "fr" and "FR" */
        if (out->fields[i].field == field && slice_equal(out->fields[i].lang, lang))
            return why_field(in, ERR_FIELD_VALUE, field, lang, 0);
    }
    struct field_write *room = json_in_grown(in->arena, out->fields, out->fields_n, sizeof *room);
    if (!room)
        return ERR_MEMORY;
    out->fields = room;
    room[out->fields_n++] = (struct field_write){field, lang, value};
    return ERR_OK;
}

static err_t check_and_add(struct json_in *in, const struct field_info *field, struct slice lang, struct slice encoded)
{
    struct slice value = value_nil;
    err_t err = ERR_OK;
    if (encoded.len) {
        err = field_check(in->type, field, encoded);
        if (err != ERR_OK)
            return why_field(in, err, field, lang, encoded.len);
        err = arena_copy(in->arena, encoded, &value);
    }
    if (err != ERR_OK)
        return err;
    if (field->lang == LANG_NEED && lang.len == 0) /* nothing said, in no language: nothing to write */
        return encoded.len ? why_field(in, ERR_LANG, field, lang, 0) : ERR_OK;
    return add_field(in, field, lang, value);
}

static err_t read_one(struct json_in *in, const struct field_info *field, struct slice lang, const json_t *v)
{
    struct buf b;
    buf_init(&b, FIELDS_JSON_CAP);
    err_t err = json_in_value(in, field->type, v, &b);
    if (err == ERR_TOO_LARGE)
        err = why_field(in, ERR_TEXT_LONG, field, lang, b.len);
    if (err == ERR_OK)
        err = check_and_add(in, field, lang, buf_slice(&b));
    buf_fini(&b);
    return err;
}

static err_t read_field(struct json_in *in, const struct field_info *field, const json_t *v)
{
    if (field->lang == LANG_NONE)
        return read_one(in, field, slice_text(""), v);
    if (!json_is_object(v))
        return read_one(in, field, in->lang, v);
    err_t err = ERR_OK;
    for (void *it = json_object_iter((json_t *)(uintptr_t)v); it && err == ERR_OK;
         it = json_object_iter_next((json_t *)(uintptr_t)v, it)) {
        struct slice lang;
        const char *key = json_object_iter_key(it);
        err = json_in_lang(in, key, strlen(key), &lang);
        if (err == ERR_OK)
            err = read_one(in, field, lang, json_object_iter_value(it));
    }
    return err;
}

/* ---- sets ---- */

static err_t add_set(struct json_in *in, const struct relation_info *relation, const json_t *target,
                     struct slice weight)
{
    struct set_write w = {.relation = relation, .weight = weight};
    if (json_in_empty(target))
        return ERR_OK;
    err_t err = json_in_text(in, target, &w.target_text);
    if (err != ERR_OK)
        return err;
    if (uri_runs(w.target_text))
        return json_in_refuse(in, ERR_WEB_ADDRESS, NULL);
    struct set_write *room = json_in_grown(in->arena, in->out->sets, in->out->sets_n, sizeof *room);
    if (!room)
        return ERR_MEMORY;
    in->out->sets = room;
    room[in->out->sets_n++] = w;
    return ERR_OK;
}

static err_t read_weight(struct json_in *in, const json_t *v, struct slice *out)
{
    if (json_in_empty(v)) {
        *out = value_nil;
        return ERR_OK;
    }
    if (!json_is_integer(v) || json_integer_value(v) < 1 || json_integer_value(v) > WEIGHT_MAX)
        return json_in_refuse(in, ERR_FIELD_VALUE, "weight");
    struct buf b;
    buf_init(&b, 16);
    wr_uint(&b, (uint64_t)json_integer_value(v));
    err_t err = b.err ? b.err : arena_copy(in->arena, buf_slice(&b), out);
    buf_fini(&b);
    return err;
}

static err_t read_term(struct json_in *in, const json_t *v)
{
    struct slice weight = value_nil;
    if (!json_is_object(v))
        return add_set(in, NULL, v, value_nil);
    err_t err = read_weight(in, json_object_get(v, "weight"), &weight);
    const json_t *concept = json_object_get(v, "concept");
    if (err == ERR_OK && json_in_empty(concept))
        return json_in_refuse(in, ERR_TEXT_EMPTY, "concept");
    return err == ERR_OK ? add_set(in, NULL, concept, weight) : err;
}

static err_t read_set(struct json_in *in, const struct relation_info *relation, const json_t *v)
{
    size_t n = json_is_array(v) ? json_array_size(v) : 1;
    err_t err = ERR_OK;
    for (size_t i = 0; i < n && err == ERR_OK; i++) {
        const json_t *one = json_is_array(v) ? json_array_get(v, i) : v;
        err = relation ? add_set(in, relation, one, value_nil) : read_term(in, one);
    }
    return err;
}

/* ---- the object ---- */

/* What stands in an object and is read elsewhere, or only says how things are: a concept's status. */
static bool is_no_field(enum entity_type type, const char *key)
{
    static const struct {
        const char *key;
        enum entity_type of; /* ENTITY_NONE: of any */
    } known[] = {
        {"id",          ENTITY_NONE   },
        {"lang",        ENTITY_NONE   },
        {"made_from",   ENTITY_RECORD },
        {"motive",      ENTITY_CONCEPT},
        {"status",      ENTITY_CONCEPT},
        {"merged_into", ENTITY_CONCEPT},
        {"deprecated",  ENTITY_CONCEPT},
        {"reason",      ENTITY_CONCEPT},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i].key, key) == 0 && (known[i].of == ENTITY_NONE || known[i].of == type))
            return true;
    return false;
}

static err_t read_key(struct json_in *in, const char *key, const json_t *v)
{
    const struct field_info *field = field_by_name(in->type, key);
    const struct relation_info *relation = in->type == ENTITY_CONCEPT ? relation_by_name(key) : NULL;
    in->name = key;
    if (field)
        return read_field(in, field, v);
    if (relation || (in->type == ENTITY_RECORD && strcmp(key, "concepts") == 0))
        return read_set(in, relation, v);
    if (in->type == ENTITY_RECORD && strcmp(key, "links") == 0)
        return json_in_links(in, v);
    return is_no_field(in->type, key) ? ERR_OK : json_in_unknown(in, NULL, key);
}

/* The object's own language goes before the one handed in. */
static err_t default_lang(struct json_in *in, const json_t *object, const char *lang)
{
    const json_t *own = json_object_get(object, "lang");
    in->name = "lang";
    if (!json_in_empty(own) && !json_is_string(own))
        return json_in_refuse(in, ERR_LANG, NULL);
    if (!json_in_empty(own))
        return json_in_lang(in, json_string_value(own), json_string_length(own), &in->lang);
    return json_in_lang(in, lang ? lang : "", lang ? strlen(lang) : 0, &in->lang);
}

err_t fields_from_json(enum entity_type type, const json_t *object, const char *lang, struct arena *arena,
                       struct entity_writes *out, struct why *why)
{
    struct entity_writes writes = {0};
    struct json_in in = {.type = type, .arena = arena, .why = why, .out = &writes, .name = ""};
    if (!json_is_object(object))
        return why_set(why, ERR_JSON, "%s", "");
    buf_init(&in.scratch, FIELDS_JSON_CAP);
    err_t err = default_lang(&in, object, lang);
    for (void *it = json_object_iter((json_t *)(uintptr_t)object); it && err == ERR_OK;
         it = json_object_iter_next((json_t *)(uintptr_t)object, it))
        err = read_key(&in, json_object_iter_key(it), json_object_iter_value(it));
    buf_fini(&in.scratch);
    if (err == ERR_OK)
        *out = writes;
    return err;
}
