#include "daemon/core/ingest.h"
#include "daemon/core/refold.h"
#include "daemon/core/req_read.h"
#include "daemon/core/shortage.h"

/* "prefLabel@fr": what --field takes. Merge and retirement are no fields. */
static json_t *names_of(struct req *r, const struct conflict_row *row)
{
    json_t *names = json_array();
    struct view v;
    err_t e = req_view(r, row->type, row->entity, &v);
    shortage_note(e);
    if (e)
        return names;
    for (size_t i = 0; i < v.fields_n; i++) {
        const struct view_key *key = &v.fields[i];
        const struct field_info *field = key->conflict ? field_by_number(v.type, key->field) : NULL;
        if (field)
            json_array_append_new(names, json_sprintf("%s%s%.*s", field->name, key->lang.len ? "@" : "",
                                                      (int)key->lang.len, (const char *)key->lang.at));
    }
    if (v.merge.conflict)
        json_array_append_new(names, json_string("merge"));
    if (v.retire.conflict)
        json_array_append_new(names, json_string("retire"));
    return names;
}

err_t req_conflicts_list(struct req *r)
{
    struct conflict_row *rows = NULL;
    size_t n = 0;
    err_t e = replica_conflicts(r->core->store, &r->arena, &rows, &n);
    if (e)
        return e;
    json_t *conflicts = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(conflicts, json_pack("{s:o, s:s, s:o, s:o, s:i}", "id", req_id(rows[i].entity), "type",
                                                   rows[i].type == ENTITY_RECORD ? "record" : "concept", "label",
                                                   req_string(rows[i].label), "fields", names_of(r, &rows[i]), "count",
                                                   (int)rows[i].conflicts));
    req_put(r->result, "conflicts", conflicts);
    return ERR_OK;
}

static json_t *value_json(struct req *r, const struct view *v, const struct field_info *field,
                          const struct view_key *key, size_t at)
{
    const struct view_value *value = &key->values[at];
    json_t *out = json_object();
    shortage_note(req_put_author(r, out, &value->dot));
    req_put(out, "adopted", json_boolean(value->adopted));
    req_put(out, "value", req_value(v->type, field, value->value));
    req_put(out, "shown", json_boolean(key->shown == value));
    return out;
}

/* Of merge and retirement only what is adopted stands against each other. */
static void put_register(struct req *r, json_t *fields, const struct view_key *key, bool merge)
{
    json_t *values = json_array();
    for (size_t i = 0; key->conflict && i < key->values_n; i++) {
        if (!key->values[i].adopted)
            continue;
        json_t *out = json_object();
        shortage_note(req_put_author(r, out, &key->values[i].dot));
        req_put(out, "adopted", json_true());
        req_put(out, "value", req_register_value(r, &key->values[i], merge));
        /* Of a merge that is undone nothing is shown: it is the latest all the same. */
        req_put(out, "shown", json_boolean(key->shown ? key->shown == &key->values[i] : i + 1 == key->values_n));
        json_array_append_new(values, out);
    }
    if (key->conflict)
        json_array_append_new(
            fields, json_pack("{s:s, s:s, s:O}", "field", merge ? "merge" : "retire", "lang", "", "values", values));
    json_decref(values);
}

static err_t open_conflict(struct req *r, struct view *v)
{
    struct slice id;
    enum entity_type type;
    err_t e = req_any_entity(r, req_text(r, "id"), &type, &id);
    if (!e)
        e = req_view(r, type, id, v);
    return e ? e : v->conflicts ? ERR_OK : why_set(&r->why, ERR_NO_CONFLICT, "%.100s", req_text(r, "id"));
}

err_t req_conflicts_show(struct req *r)
{
    struct view v;
    err_t e = open_conflict(r, &v);
    if (e)
        return e;
    json_t *fields = json_array();
    for (size_t i = 0; i < v.fields_n; i++) {
        const struct field_info *field = field_by_number(v.type, v.fields[i].field);
        if (!field || !v.fields[i].conflict)
            continue;
        json_t *values = json_array();
        for (size_t k = 0; k < v.fields[i].values_n; k++)
            if (v.fields[i].values[k].standing)
                json_array_append_new(values, value_json(r, &v, field, &v.fields[i], k));
        json_array_append_new(fields, json_pack("{s:s, s:o, s:o}", "field", field->name, "lang",
                                                req_string(v.fields[i].lang), "values", values));
    }
    put_register(r, fields, &v.merge, true);
    put_register(r, fields, &v.retire, false);
    req_put(r->result, "id", req_id(v.entity));
    req_put(r->result, "type", json_string(v.type == ENTITY_RECORD ? "record" : "concept"));
    req_put(r->result, "label", req_string(view_label(&v, slice_text(r->lang))));
    req_put(r->result, "fields", fields);
    return ERR_OK;
}

/* ---- resolve ---- */

static bool is_meant(const struct req *r, const struct field_info *field, const struct view_key *key)
{
    const char *name = req_text(r, "field");
    const json_t *lang = json_object_get(r->args, "lang");
    return key->conflict && field && (!*name || strcmp(name, field->name) == 0) &&
           (!json_is_string(lang) || slice_equal(key->lang, slice_text(json_string_value(lang))));
}

/* The value whose dot begins with `keep`. */
static const struct view_value *kept(const struct req *r, const struct view_key *key)
{
    const char *keep = req_text(r, "keep");
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
    json_t *given = json_object_get(r->args, "value");
    bool keep = *req_text(r, "keep");
    if (chosen) {
        *out = chosen->value;
        return ERR_OK;
    }
    if (keep || !given)
        return keep ? ERR_NOT_FOUND : why_set(&r->why, ERR_USAGE, "keep, value");
    struct entity_writes w;
    char lang[LANG_MAX + 1] = "";
    memcpy(lang, key->lang.at, key->lang.len < LANG_MAX ? key->lang.len : LANG_MAX);
    json_t *object = field->lang == LANG_NONE ? json_pack("{s:O}", field->name, given)
                                              : json_pack("{s:{s:O}}", field->name, lang, given);
    err_t e = fields_from_json(v->type, object, lang, &r->arena, &w, &r->why);
    json_decref(object);
    if (!e && w.fields_n != 1)
        e = why_set(&r->why, ERR_FIELD_VALUE, "%s", field->name);
    if (!e)
        *out = w.fields[0].value;
    return e;
}

/* A value that names no field is a merge's or a retirement's only where nothing else is in conflict. */
static err_t resolve_register(struct req *r, const struct view *v, bool merge, struct edit *edit, json_t *resolved)
{
    const struct view_key *key = merge ? &v->merge : &v->retire;
    const char *field = req_text(r, "field"), *name = merge ? "merge" : "retire";
    const json_t *value = *req_text(r, "keep") ? NULL : json_object_get(r->args, "value");
    if (!key->conflict || (*field && strcmp(field, name) != 0))
        return ERR_OK;
    const struct view_value *chosen = kept(r, key);
    if (!chosen && (!value || (!*field && v->conflicts > 1)))
        return *field && !*req_text(r, "keep") ? why_set(&r->why, ERR_USAGE, "keep, value") : ERR_OK;
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
    return e || json_array_size(resolved)
               ? e
               : why_set(&r->why, ERR_NO_CONFLICT, "%.60s %.60s", req_text(r, "field"), req_text(r, "keep"));
}

err_t req_conflicts_resolve(struct req *r)
{
    struct view v;
    struct edit edit;
    struct dot dot;
    json_t *resolved = json_array();
    err_t e = open_conflict(r, &v);
    if (!e)
        e = edit_open(r->core, r->own, v.type, v.entity, &r->arena, &edit);
    if (!e && v.type == ENTITY_RECORD && !refold_owns(r->core, edit.ally, v.entity))
        e = why_set(&r->why, ERR_NOT_OURS, "%.100s", req_text(r, "id"));
    if (!e)
        e = resolve_fields(r, &v, &edit, resolved);
    /* What the adopter decides stands at once; anybody else's solution is a proposal that names them all. */
    bool adopt = !e && v.type == ENTITY_CONCEPT && edit_may_adopt(r->core, edit.ally);
    if (!e && req_flag(r, "adopt") && v.type == ENTITY_CONCEPT && !adopt)
        e = why_set(&r->why, ERR_WHO, "concept.adopt");
    if (!e)
        e = batch_begin(r->core);
    if (!e)
        e = edit_write(&edit, adopt, &dot);
    if (!e)
        e = batch_end(r->core);
    if (e) {
        json_decref(resolved);
        return e;
    }
    req_put(r->result, "id", req_id(v.entity));
    req_put(r->result, "dot", req_dot(&dot));
    req_put(r->result, "resolved", resolved);
    return ERR_OK;
}
