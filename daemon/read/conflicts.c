#include "daemon/read/conflicts.h"
#include "daemon/commons/shortage.h"
#include "daemon/read/contest.h"
#include "daemon/read/cursor.h"
#include "daemon/read/merges.h"
#include "daemon/read/say.h"

#define LIST "conflicts"

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

/* ---- page by page ---- */

#define PLACE_BYTES (1 + RECORD_BYTES) /* its type, its id; zeros behind a shorter one */

static void place_of(const struct conflict_row *row, uint8_t place[PLACE_BYTES])
{
    memset(place, 0, PLACE_BYTES);
    place[0] = (uint8_t)row->type;
    memcpy(place + 1, row->entity.at, row->entity.len < RECORD_BYTES ? row->entity.len : RECORD_BYTES);
}

/* The first row behind the place: they are in its order. */
static size_t behind(const struct conflict_row *rows, size_t n, struct slice after)
{
    uint8_t place[PLACE_BYTES];
    size_t i = 0;
    for (; i < n && after.len; i++) {
        place_of(&rows[i], place);
        if (memcmp(place, after.at, PLACE_BYTES) > 0)
            break;
    }
    return i;
}

static err_t put_next(struct read *r, const struct conflict_row *last)
{
    uint8_t place[PLACE_BYTES];
    if (last)
        place_of(last, place);
    return cursor_put(r, LIST, slice_of(place, last ? sizeof place : 0));
}

static json_t *row_json(struct read *r, const struct conflict_row *row)
{
    return json_pack("{s:o, s:s, s:o, s:o, s:i}", "id", say_id(row->entity), "type",
                     row->type == ENTITY_RECORD ? "record" : "concept", "label", say_string(row->label), "fields",
                     names_of(r, row), "count", (int)row->conflicts);
}

err_t read_conflicts_list(struct read *r)
{
    struct conflict_row *rows = NULL;
    struct slice after;
    size_t n = 0;
    int64_t limit = read_number(r, "limit", 0);
    err_t e = cursor_read(r, LIST, PLACE_BYTES, &after);
    if (!e)
        e = replica_conflicts(r->store, &r->arena, &rows, &n);
    if (e)
        return e;
    size_t from = behind(rows, n, after), end = limit > 0 && (uint64_t)limit < n - from ? from + (size_t)limit : n;
    json_t *conflicts = json_array();
    for (size_t i = from; i < end; i++)
        json_array_append_new(conflicts, row_json(r, &rows[i]));
    say_put(r->result, "conflicts", conflicts);
    return put_next(r, end < n ? &rows[end - 1] : NULL);
}

/* ---- one ---- */

static json_t *value_json(const struct contest *c, const struct view_key *key, const struct view_value *value)
{
    json_t *out = json_object();
    bool merge = key == &c->v->merge, retire = key == &c->v->retire;
    /* Of a merge that is undone nothing is shown: it is the latest all the same. */
    bool shown = key->shown ? key->shown == value : merge && value == &key->values[key->values_n - 1];
    shortage_note(say_author(c->r, out, &value->dot));
    say_put(out, "adopted", json_boolean(value->adopted));
    say_put(out, "value",
            merge || retire ? read_register_value(c->r, value, merge)
                            : say_value(c->v->type, field_by_number(c->v->type, key->field), value->value));
    say_put(out, "shown", json_boolean(shown));
    say_put(out, "mine", json_boolean(contest_mine(c, key) == value));
    say_put(out, "theirs", json_boolean(contest_theirs(c, key) == value));
    return out;
}

static err_t put_key(const struct contest *c, json_t *fields, const char *name, const struct view_key *key)
{
    if (!key->conflict)
        return ERR_OK;
    json_t *field = json_object(), *values = json_array();
    say_put(field, "field", json_string(name));
    say_put(field, "lang", say_string(key->lang));
    err_t e = contest_put_base(c, key, field);
    for (size_t i = 0; i < key->values_n; i++)
        if (contest_has(c, key, &key->values[i]))
            json_array_append_new(values, value_json(c, key, &key->values[i]));
    say_put(field, "values", values);
    json_array_append_new(fields, field);
    return e;
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
    struct contest c;
    err_t e = read_conflict_open(r, &v);
    if (!e)
        e = contest_open(r, &v, &c);
    if (e)
        return e;
    json_t *fields = json_array();
    for (size_t i = 0; i < v.fields_n && !e; i++) {
        const struct field_info *field = field_by_number(v.type, v.fields[i].field);
        if (field)
            e = put_key(&c, fields, field->name, &v.fields[i]);
    }
    if (!e)
        e = put_key(&c, fields, "merge", &v.merge);
    if (!e)
        e = put_key(&c, fields, "retire", &v.retire);
    say_put(r->result, "id", say_id(v.entity));
    say_put(r->result, "type", json_string(v.type == ENTITY_RECORD ? "record" : "concept"));
    say_put(r->result, "label", say_string(view_label(&v, slice_text(r->lang))));
    say_put(r->result, "fields", fields);
    return e;
}
