#include "daemon/read/record.h"
#include "daemon/read/say.h"

/* What the target is called; that it was retired, or is not here (yet). */
static err_t put_target(struct read *r, json_t *out, struct slice record)
{
    struct view v;
    err_t e = read_view(r, ENTITY_RECORD, record, &v);
    if (e == ERR_NOT_FOUND) {
        say_put(out, "title", json_null());
        say_put(out, "missing", json_true());
        return ERR_OK;
    }
    if (e)
        return e;
    say_put(out, "title", say_string(view_label(&v, slice_text(r->lang))));
    if (v.tombstones_n)
        say_put(out, "retired", json_true());
    return ERR_OK;
}

json_t *read_allies(const struct read *r, const struct view_key *key)
{
    json_t *allies = json_array();
    for (size_t i = 0; i < key->values_n; i++) {
        const struct ally *ally =
            key->values[i].ally.len == ALLY_BYTES ? authority_ally(r->authority, key->values[i].ally.at) : NULL;
        json_array_append_new(allies, ally ? say_string(ally->name) : say_id(key->values[i].ally));
    }
    return allies;
}

static err_t put_link(struct read *r, json_t *to, const struct view *v, const struct replica_op *ops, size_t n,
                      const struct view_key *key)
{
    const struct relation_info *link = link_by_number(key->field);
    json_t *out = link && key->values_n ? link_to_json(link, key->target, key->values[key->values_n - 1].value) : NULL;
    err_t e = ERR_OK;
    if (!out)
        return ERR_OK;
    json_t *changed = json_array();
    if (key->target.len == RECORD_BYTES)
        e = put_target(r, out, key->target);
    if (!e)
        e = read_moved(r, v, ops, n, key, changed);
    say_put(out, "allies", read_allies(r, key));
    if (json_array_size(changed))
        json_object_set(out, "changed", changed);
    json_decref(changed);
    json_array_append_new(to, out);
    return e;
}

err_t read_put_links(struct read *r, const struct view *v, const struct replica_op *ops, size_t ops_n)
{
    struct link_back *back = NULL;
    size_t n = 0;
    err_t e = replica_links_to(r->store, v->entity, &r->arena, &back, &n);
    if (e)
        return e;
    json_t *links = json_array(), *from = json_array();
    for (size_t i = 0; i < v->links_n && !e; i++)
        e = put_link(r, links, v, ops, ops_n, &v->links[i]);
    for (size_t i = 0; i < n; i++) {
        const struct relation_info *link = link_by_number(back[i].link);
        json_t *one = json_pack("{s:s, s:o, s:o?}", "rel", link ? link->name : "", "id", say_id(back[i].record),
                                "title", say_string(back[i].title));
        if (one)
            say_ally(r->authority, one, slice_of(back[i].record.at, ALLY_BYTES));
        json_array_append_new(from, one);
    }
    say_put(r->result, "links", links);
    say_put(r->result, "linked_by", from);
    return e;
}
