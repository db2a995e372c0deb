#include "daemon/read/conflicts.h"
#include "daemon/commons/shortage.h"
#include "daemon/read/merges.h"
#include "daemon/read/say.h"

/* "prefLabel@fr": what --field takes. Merge and retirement are no fields. */
static json_t *names_of(struct read *r, const struct conflict_row *row)
{
    json_t *names = json_array();
    struct view v;
    err_t e = read_view(r, row->type, row->entity, &v);
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

err_t read_conflicts_list(struct read *r)
{
    struct conflict_row *rows = NULL;
    size_t n = 0;
    err_t e = replica_conflicts(r->store, &r->arena, &rows, &n);
    if (e)
        return e;
    json_t *conflicts = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(conflicts, json_pack("{s:o, s:s, s:o, s:o, s:i}", "id", say_id(rows[i].entity), "type",
                                                   rows[i].type == ENTITY_RECORD ? "record" : "concept", "label",
                                                   say_string(rows[i].label), "fields", names_of(r, &rows[i]), "count",
                                                   (int)rows[i].conflicts));
    say_put(r->result, "conflicts", conflicts);
    return ERR_OK;
}

static json_t *value_json(struct read *r, const struct view *v, const struct field_info *field,
                          const struct view_key *key, size_t at)
{
    const struct view_value *value = &key->values[at];
    json_t *out = json_object();
    shortage_note(say_author(r, out, &value->dot));
    say_put(out, "adopted", json_boolean(value->adopted));
    say_put(out, "value", say_value(v->type, field, value->value));
    say_put(out, "shown", json_boolean(key->shown == value));
    return out;
}

/* Of merge and retirement only what is adopted stands against each other. */
static void put_register(struct read *r, json_t *fields, const struct view_key *key, bool merge)
{
    json_t *values = json_array();
    for (size_t i = 0; key->conflict && i < key->values_n; i++) {
        if (!key->values[i].adopted)
            continue;
        json_t *out = json_object();
        shortage_note(say_author(r, out, &key->values[i].dot));
        say_put(out, "adopted", json_true());
        say_put(out, "value", read_register_value(r, &key->values[i], merge));
        /* Of a merge that is undone nothing is shown: it is the latest all the same. */
        say_put(out, "shown", json_boolean(key->shown ? key->shown == &key->values[i] : i + 1 == key->values_n));
        json_array_append_new(values, out);
    }
    if (key->conflict)
        json_array_append_new(
            fields, json_pack("{s:s, s:s, s:O}", "field", merge ? "merge" : "retire", "lang", "", "values", values));
    json_decref(values);
}

err_t read_conflict_open(struct read *r, struct view *v)
{
    struct slice id;
    enum entity_type type;
    err_t e = read_any_entity(r, read_text(r, "id"), &type, &id);
    if (!e)
        e = read_view(r, type, id, v);
    return e ? e : v->conflicts ? ERR_OK : why_set(&r->why, ERR_NO_CONFLICT, "%.100s", read_text(r, "id"));
}

err_t read_conflicts_show(struct read *r)
{
    struct view v;
    err_t e = read_conflict_open(r, &v);
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
                                                say_string(v.fields[i].lang), "values", values));
    }
    put_register(r, fields, &v.merge, true);
    put_register(r, fields, &v.retire, false);
    say_put(r->result, "id", say_id(v.entity));
    say_put(r->result, "type", json_string(v.type == ENTITY_RECORD ? "record" : "concept"));
    say_put(r->result, "label", say_string(view_label(&v, slice_text(r->lang))));
    say_put(r->result, "fields", fields);
    return ERR_OK;
}
