/*
 * req_link: links of records: what a target is called, how links are written and shown, and who links here.
 */
#include "daemon/core/ingest.h"
#include "daemon/core/refold.h"
#include "daemon/core/req_read.h"

/* ---- targets ---- */

/* Is that the source id of a record of ours: one that is here, or one of this very request? */
static err_t is_our_source(struct req *r, struct slice text, struct slice id, bool *ours)
{
    const json_t *lines = json_object_get(r->args, "lines");
    struct slice canon;
    size_t i;
    json_t *line;
    *ours = false;
    err_t e = refold_now(r->core, ENTITY_RECORD, id);
    if (!e)
        e = replica_get(r->core->store, ENTITY_RECORD, id, &r->arena, &canon);
    *ours = e == ERR_OK;
    json_array_foreach((json_t *)(uintptr_t)lines, i, line)
    {
        const char *source = json_string_value(json_object_get(json_object_get(line, "record"), "source_id"));
        *ours = *ours || (source && slice_equal(slice_text(source), text));
    }
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* Connectors prefix their ids (`wp:12`): of two such, one may be named before it comes. */
static bool same_prefix(struct slice text, struct slice own_source)
{
    const uint8_t *colon = own_source.len ? memchr(own_source.at, ':', own_source.len) : NULL;
    size_t n = colon ? (size_t)(colon - own_source.at) + 1 : 0;
    return n && text.len > n && memcmp(text.at, own_source.at, n) == 0;
}

static err_t by_prefix(struct req *r, struct slice text, struct slice *out)
{
    char copy[64];
    if (text.len >= sizeof copy)
        return ERR_NOT_FOUND;
    memcpy(copy, text.at, text.len);
    copy[text.len] = 0;
    return req_entity(r, ENTITY_RECORD, copy, out);
}

err_t req_link_target(struct req *r, const struct edit *e, struct slice own_source, struct link_write *w)
{
    bool import = strcmp(req_text(r, "mode"), "import") == 0, ours = false;
    uint8_t *id = arena_alloc(&r->arena, 1, RECORD_BYTES);
    if (!id)
        return ERR_MEMORY;
    memcpy(id, e->ally->id, ALLY_BYTES);
    hash128(id + ALLY_BYTES, &w->target_text, 1);
    struct slice source = slice_of(id, RECORD_BYTES), found = w->target;
    err_t err = is_our_source(r, w->target_text, source, &ours);
    if (!err && !ours && !found.len) {
        err = by_prefix(r, w->target_text, &found);
        ours = import && (err == ERR_NOT_FOUND || err == ERR_BASE32);
        err = ours ? ERR_OK : err == ERR_BASE32 ? ERR_NOT_FOUND : err;
    }
    if (err)
        return why_set(&r->why, err, "links.target %.*s", (int)(w->target_text.len < 100 ? w->target_text.len : 100),
                       (const char *)w->target_text.at);
    /* What is there under the name as it was written stays what is meant. */
    bool there = w->target.len && edit_has_link(e, w->link->number, w->target);
    w->target = !there && (ours || (import && same_prefix(w->target_text, own_source))) ? source : found;
    if (w->target.len == RECORD_BYTES)
        w->value = value_nil;
    return slice_equal(w->target, e->entity) ? why_set(&r->why, ERR_FIELD_VALUE, "links.target") : ERR_OK;
}

bool req_link_listed(const struct entity_writes *w, const struct view_key *key)
{
    for (size_t i = 0; i < w->links_n; i++)
        if (w->links[i].link->number == key->field && slice_equal(w->links[i].target, key->target))
            return true;
    return false;
}

/* ---- one link ---- */

static err_t read_link(struct req *r, struct entity_writes *w)
{
    json_t *object = json_pack("{s:[{s:s, s:s, s:s}]}", "links", "rel", req_text(r, "rel"), "target",
                               req_text(r, "target"), "hash", req_text(r, "hash"));
    err_t e = object ? fields_from_json(ENTITY_RECORD, object, "", &r->arena, w, &r->why) : ERR_MEMORY;
    json_decref(object);
    return e || w->links_n == 1 ? e : why_set(&r->why, ERR_USAGE, "target");
}

/* Any ally may say how any record stands to another: as its own. */
err_t req_record_link(struct req *r)
{
    struct slice id;
    struct edit edit;
    struct entity_writes w = {0};
    struct dot dot;
    err_t e = read_link(r, &w);
    if (!e)
        e = req_entity(r, ENTITY_RECORD, req_text(r, "id"), &id);
    if (!e)
        e = edit_open(r->core, r->own, ENTITY_RECORD, id, &r->arena, &edit);
    if (!e)
        e = req_link_target(r, &edit, slice_text(""), &w.links[0]);
    if (!e)
        e = edit_link(&edit, w.links[0].link->number, w.links[0].target, !req_flag(r, "remove"),
                      req_flag(r, "remove") ? value_nil : w.links[0].value, NULL);
    if (!e)
        e = batch_begin(r->core);
    if (!e)
        e = edit_write(&edit, false, &dot);
    if (!e)
        e = batch_end(r->core);
    if (e)
        return e;
    req_put(r->result, "id", req_id(id));
    req_put(r->result, "dot", req_dot(&dot));
    return ERR_OK;
}

/* ---- showing ---- */

static json_t *title_of(struct req *r, struct slice record)
{
    struct view v;
    return req_view(r, ENTITY_RECORD, record, &v) == ERR_OK ? req_string(view_label(&v, slice_text(r->lang)))
                                                            : json_null();
}

static json_t *link_json(struct req *r, const struct view_key *key)
{
    const struct relation_info *link = link_by_number(key->field);
    json_t *out = link && key->values_n ? link_to_json(link, key->target, key->values[key->values_n - 1].value) : NULL;
    json_t *allies = json_array();
    if (out && key->target.len == RECORD_BYTES)
        req_put(out, "title", title_of(r, key->target));
    for (size_t i = 0; i < key->values_n; i++) {
        const struct ally *ally =
            key->values[i].ally.len == ALLY_BYTES ? authority_ally(&r->core->authority, key->values[i].ally.at) : NULL;
        json_array_append_new(allies, ally ? req_string(ally->name) : req_id(key->values[i].ally));
    }
    if (out)
        json_object_set(out, "allies", allies);
    json_decref(allies);
    return out;
}

err_t req_put_links(struct req *r, const struct view *v)
{
    struct link_back *back = NULL;
    size_t n = 0;
    err_t e = replica_links_to(r->core->store, v->entity, &r->arena, &back, &n);
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
        json_t *one = json_pack("{s:s, s:o, s:o}", "rel", link ? link->name : "", "id", req_id(back[i].record), "title",
                                req_string(back[i].title));
        if (one)
            req_put_ally(r->core, one, slice_of(back[i].record.at, ALLY_BYTES));
        json_array_append_new(from, one);
    }
    req_put(r->result, "links", links);
    req_put(r->result, "linked_by", from);
    return ERR_OK;
}
