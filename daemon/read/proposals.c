#include "daemon/read/proposals.h"
#include "daemon/commons/shortage.h"
#include "daemon/read/merges.h"
#include "daemon/read/say.h"
#include "daemon/store/replica_use.h"

/* ---- motives ---- */

json_t *read_motive(struct read *r, const struct op *op)
{
    struct view v;
    if (op->motive.len != RECORD_BYTES)
        return json_null();
    err_t e = read_view(r, ENTITY_RECORD, op->motive, &v);
    shortage_note(e);
    struct slice title = e ? slice_text("") : view_label(&v, slice_text(r->lang));
    return json_pack("{s:o, s:o}", "id", say_id(op->motive), "title", title.len ? say_string(title) : json_null());
}

struct walk { /* through what waits, with the concept's ops beside it */
    struct read *r;
    const struct view *v;
    struct replica_op *ops;
    size_t n;
    json_t *out;
    bool by_op; /* one item an op, not one a value */
};

static json_t *motive_of(struct walk *w, const struct dot *dot)
{
    struct op op;
    for (size_t i = 0; i < w->n; i++) {
        if (dot_compare(&w->ops[i].dot, dot) != 0)
            continue;
        err_t e = op_decode(w->ops[i].header, dot->commit, &w->r->arena, &op);
        shortage_note(e);
        return e ? json_null() : read_motive(w->r, &op);
    }
    return json_null();
}

/* ---- what waits ---- */

static json_t *begin_item(struct walk *w, const struct dot *dot)
{
    json_t *item = json_object();
    shortage_note(say_author(w->r, item, dot));
    say_put(item, "motive", motive_of(w, dot));
    json_array_append_new(w->out, item);
    return item;
}

static json_t *item_of(struct walk *w, const struct dot *dot)
{
    json_t *text = say_dot(dot), *item, *found = NULL;
    size_t i;
    json_array_foreach(w->out, i, item) if (json_equal(json_object_get(item, "dot"), text)) found = item;
    json_decref(text);
    if (found)
        return found;
    item = begin_item(w, dot);
    say_put(item, "fields", json_array());
    return item;
}

static void add_value(struct walk *w, const char *name, const struct view_key *key, const struct view_value *value,
                      json_t *says)
{
    if (w->by_op) {
        json_array_append_new(json_object_get(item_of(w, &value->dot), "fields"),
                              json_sprintf("%s%s%s%.*s", value->add ? "" : "-", name, key->lang.len ? "@" : "",
                                           (int)key->lang.len, (const char *)key->lang.at));
        json_decref(says);
        return;
    }
    json_t *item = begin_item(w, &value->dot);
    say_put(item, "field", json_string(name));
    say_put(item, "lang", say_string(key->lang));
    say_put(item, "value", says);
    say_put(item, "add", json_boolean(value->add));
    say_put(item, "shown", json_boolean(key->shown == value));
}

static json_t *target_json(struct walk *w, const struct relation_info *relation, const struct view_key *key,
                           const struct view_value *value)
{
    if (relation->match)
        return value_is_nil(value->value) ? json_null() : say_string(view_text(value->value));
    return read_neighbour(w->r, key->target);
}

static void walk_fields(struct walk *w)
{
    for (size_t i = 0; i < w->v->fields_n; i++) {
        const struct view_key *key = &w->v->fields[i];
        const struct field_info *field = field_by_number(ENTITY_CONCEPT, key->field);
        for (size_t k = 0; field && k < key->values_n; k++)
            if (view_waits(key, &key->values[k]))
                add_value(w, field->name, key, &key->values[k], say_value(ENTITY_CONCEPT, field, key->values[k].value));
    }
}

static void walk_relations(struct walk *w)
{
    for (size_t i = 0; i < w->v->sets_n; i++) {
        const struct view_key *key = &w->v->sets[i];
        const struct relation_info *relation = relation_by_number(key->field);
        for (size_t k = 0; relation && k < key->values_n; k++)
            if (view_waits(key, &key->values[k]))
                add_value(w, relation->name, key, &key->values[k], target_json(w, relation, key, &key->values[k]));
    }
}

static void walk_register(struct walk *w, const struct view_key *key, bool merge)
{
    for (size_t i = 0; i < key->values_n; i++)
        if (view_waits(key, &key->values[i]))
            add_value(w, merge ? "merge" : "retire", key, &key->values[i],
                      read_register_value(w->r, &key->values[i], merge));
}

static err_t walk(struct walk *w, json_t *object)
{
    err_t e = replica_ops(w->r->store, ENTITY_CONCEPT, w->v->entity, &w->r->arena, &w->ops, &w->n);
    if (e)
        return e;
    w->out = json_array();
    walk_fields(w);
    walk_relations(w);
    walk_register(w, &w->v->merge, true);
    walk_register(w, &w->v->retire, false);
    say_put(object, "proposals", w->out);
    return ERR_OK;
}

err_t read_put_proposals(struct read *r, const struct view *v)
{
    struct walk w = {.r = r, .v = v};
    return walk(&w, r->result);
}

err_t read_put_waiting(struct read *r, json_t *out, const struct view *v)
{
    struct walk w = {.r = r, .v = v, .by_op = true};
    return walk(&w, out);
}

/* ---- use ---- */

err_t read_put_use(struct read *r, json_t *out, struct slice concept)
{
    struct adoption a;
    err_t e = replica_adoption(r->store, concept, &r->arena, &a);
    if (e || !a.dots_n)
        return e;
    json_t *use = json_object();
    say_ally(r->authority, use, slice_of(a.by.ally, ALLY_BYTES));
    say_put(use, "at", say_time(a.by.clock));
    say_put(out, "adopted_by_use", use);
    return ERR_OK;
}
