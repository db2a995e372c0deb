#include "daemon/read/record.h"
#include "daemon/read/say.h"

static json_t *title_of(struct read *r, struct slice record)
{
    struct view v;
    return read_view(r, ENTITY_RECORD, record, &v) == ERR_OK ? say_string(view_label(&v, slice_text(r->lang)))
                                                             : json_null();
}

static json_t *link_json(struct read *r, const struct view_key *key)
{
    const struct relation_info *link = link_by_number(key->field);
    json_t *out = link && key->values_n ? link_to_json(link, key->target, key->values[key->values_n - 1].value) : NULL;
    json_t *allies = json_array();
    if (out && key->target.len == RECORD_BYTES)
        say_put(out, "title", title_of(r, key->target));
    for (size_t i = 0; i < key->values_n; i++) {
        const struct ally *ally =
            key->values[i].ally.len == ALLY_BYTES ? authority_ally(r->authority, key->values[i].ally.at) : NULL;
        json_array_append_new(allies, ally ? say_string(ally->name) : say_id(key->values[i].ally));
    }
    if (out)
        json_object_set(out, "allies", allies);
    json_decref(allies);
    return out;
}

err_t read_put_links(struct read *r, const struct view *v)
{
    struct link_back *back = NULL;
    size_t n = 0;
    err_t e = replica_links_to(r->store, v->entity, &r->arena, &back, &n);
    if (e)
        return e;
    json_t *links = json_array(), *from = json_array();
    for (size_t i = 0; i < v->links_n; i++) {
        json_t *one = link_json(r, &v->links[i]);
        if (one)
            json_array_append_new(links, one);
    }
    for (size_t i = 0; i < n; i++) {
        const struct relation_info *link = link_by_number(back[i].link);
        json_t *one = json_pack("{s:s, s:o, s:o}", "rel", link ? link->name : "", "id", say_id(back[i].record), "title",
                                say_string(back[i].title));
        if (one)
            say_ally(r->authority, one, slice_of(back[i].record.at, ALLY_BYTES));
        json_array_append_new(from, one);
    }
    say_put(r->result, "links", links);
    say_put(r->result, "linked_by", from);
    return ERR_OK;
}
