#include "daemon/core/ingest.h"
#include "daemon/core/refold.h"
#include "daemon/core/req.h"
#include "daemon/commons/shortage.h"
#include "daemon/read/conflicts.h"
#include "daemon/read/judge.h"

static bool is_meant(const struct req *r, const struct field_info *field, const struct view_key *key)
{
    const char *name = read_text(&r->read, "field");
    const json_t *lang = json_object_get(r->read.args, "lang");
    return key->conflict && field && (!*name || strcmp(name, field->name) == 0) &&
           (!json_is_string(lang) || slice_equal(key->lang, slice_text(json_string_value(lang))));
}

/* The value whose dot begins with `keep`. */
static const struct view_value *kept(const struct req *r, const struct view_key *key)
{
    const char *keep = read_text(&r->read, "keep");
    for (size_t i = 0; *keep && i < key->values_n; i++) {
        char dot[DOT_TEXT_LEN + 1];
        dot_format(&key->values[i].dot, dot);
        if (strncmp(dot, keep, strlen(keep)) == 0)
            return &key->values[i];
    }
    return NULL;
}

/* That value, or the one written out. */
static err_t choose(struct req *r, const struct view *v, const struct field_info *field, const struct view_key *key,
                    struct slice *out)
{
    const struct view_value *chosen = kept(r, key);
    json_t *given = json_object_get(r->read.args, "value");
    bool keep = *read_text(&r->read, "keep");
    if (chosen) {
        *out = chosen->value;
        return ERR_OK;
    }
    if (keep || !given)
        return keep ? ERR_NOT_FOUND : why_set(&r->read.why, ERR_USAGE, "keep, value");
    struct entity_writes w;
    char lang[LANG_MAX + 1] = "";
    memcpy(lang, key->lang.at, key->lang.len < LANG_MAX ? key->lang.len : LANG_MAX);
    json_t *object = field->lang == LANG_NONE ? json_pack("{s:O}", field->name, given)
                                              : json_pack("{s:{s:O}}", field->name, lang, given);
    err_t e = fields_from_json(v->type, object, lang, &r->read.arena, &w, &r->read.why);
    json_decref(object);
    if (!e && w.fields_n != 1)
        e = why_set(&r->read.why, ERR_FIELD_VALUE, "%s", field->name);
    if (!e)
        *out = w.fields[0].value;
    return e;
}

/* A value that names no field is a merge's or a retirement's only where nothing else is in conflict. */
static err_t resolve_register(struct req *r, const struct view *v, bool merge, struct edit *edit, json_t *resolved)
{
    const struct view_key *key = merge ? &v->merge : &v->retire;
    const char *field = read_text(&r->read, "field"), *name = merge ? "merge" : "retire";
    const json_t *value = *read_text(&r->read, "keep") ? NULL : json_object_get(r->read.args, "value");
    if (!key->conflict || (*field && strcmp(field, name) != 0))
        return ERR_OK;
    const struct view_value *chosen = kept(r, key);
    if (!chosen && (!value || (!*field && v->conflicts > 1)))
        return *field && !*read_text(&r->read, "keep") ? why_set(&r->read.why, ERR_USAGE, "keep, value") : ERR_OK;
    json_array_append_new(resolved, json_string(name));
    if (!chosen)
        return merge ? req_resolve_merge(r, edit, value) : req_resolve_retire(r, edit, value);
    return merge ? edit_merge_over(edit, view_bin(chosen->value))
                 : edit_retire_over(edit, chosen->retired, chosen->value);
}

static err_t resolve_fields(struct req *r, const struct view *v, struct edit *edit, json_t *resolved)
{
    err_t e = ERR_OK;
    for (size_t i = 0; i < v->fields_n && !e; i++) {
        const struct view_key *key = &v->fields[i];
        const struct field_info *field = field_by_number(v->type, key->field);
        struct slice value;
        if (!is_meant(r, field, key))
            continue;
        e = choose(r, v, field, key, &value);
        /* A dot stands in one field: the others in conflict are left as they are. */
        if (e == ERR_NOT_FOUND) {
            e = ERR_OK;
            continue;
        }
        if (!e)
            e = edit_field_over(edit, field, key->lang, value, key);
        json_array_append_new(resolved, json_string(field->name));
    }
    if (!e)
        e = resolve_register(r, v, true, edit, resolved);
    if (!e)
        e = resolve_register(r, v, false, edit, resolved);
    return e || json_array_size(resolved) ? e
                                          : why_set(&r->read.why, ERR_NO_CONFLICT, "%.60s %.60s",
                                                    read_text(&r->read, "field"), read_text(&r->read, "keep"));
}

err_t req_conflicts_resolve(struct req *r)
{
    struct view v;
    struct edit edit;
    struct dot dot = {{0}, 0};
    json_t *resolved = json_array();
    err_t e = read_conflict_open(&r->read, &v);
    if (!e)
        e = edit_open(r->core, r->own, v.type, v.entity, &r->read.arena, &edit);
    if (!e && v.type == ENTITY_RECORD && !judge_owns(&r->core->authority, edit.ally, v.entity))
        e = why_set(&r->read.why, ERR_NOT_OURS, "%.100s", read_text(&r->read, "id"));
    if (!e)
        e = resolve_fields(r, &v, &edit, resolved);
    /* What the adopter decides stands at once; anybody else's solution is a proposal that names them all. */
    bool adopt = !e && v.type == ENTITY_CONCEPT && edit_may_adopt(r->core, edit.ally);
    if (!e && read_flag(&r->read, "adopt") && v.type == ENTITY_CONCEPT && !adopt)
        e = why_set(&r->read.why, ERR_WHO, "concept.adopt");
    if (!e)
        e = batch_begin(r->core);
    if (e) {
        json_decref(resolved);
        return e;
    }
    e = edit_write(&edit, adopt, &dot);
    if (!e)
        e = req_put_version(r, r->read.result, v.type, v.entity);
    say_put(r->read.result, "id", say_id(v.entity));
    say_put(r->read.result, "dot", say_dot(&dot));
    say_put(r->read.result, "resolved", resolved);
    return req_end(r, e);
}
