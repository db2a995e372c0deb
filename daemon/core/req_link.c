/*
 * req_link: links of records: what a target is called, how links are written and shown, and who links here.
 */
#include "daemon/core/ingest.h"
#include "daemon/core/refold.h"
#include "daemon/core/req.h"

/* ---- targets ---- */

/* Is that the source id of a record of ours: one that is here, or one of this very request? */
static err_t is_our_source(struct req *r, struct slice text, struct slice id, bool *ours)
{
    const json_t *lines = json_object_get(r->read.args, "lines");
    struct slice canon;
    size_t i;
    json_t *line;
    *ours = false;
    err_t e = refold_now(r->core, ENTITY_RECORD, id);
    if (!e)
        e = replica_get(r->core->store, ENTITY_RECORD, id, &r->read.arena, &canon);
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
    return read_entity(&r->read, ENTITY_RECORD, copy, out);
}

err_t req_link_target(struct req *r, const struct edit *e, struct slice own_source, struct link_write *w)
{
    bool import = strcmp(read_text(&r->read, "mode"), "import") == 0, ours = false;
    uint8_t *id = arena_alloc(&r->read.arena, 1, RECORD_BYTES);
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
        if ((ours || err == ERR_NOT_FOUND) && uri_valid(w->target_text) && !same_prefix(w->target_text, own_source))
            err = ERR_WEB_ADDRESS; /* mailto:, javascript: … lead to no record and to no page */
    }
    if (err)
        return why_set(&r->read.why, err, "links.target %.*s",
                       (int)(w->target_text.len < 100 ? w->target_text.len : 100), (const char *)w->target_text.at);
    /* What is there under the name as it was written stays what is meant. */
    bool there = w->target.len && edit_has_link(e, w->link->number, w->target);
    w->target = !there && (ours || (import && same_prefix(w->target_text, own_source))) ? source : found;
    if (w->target.len == RECORD_BYTES)
        w->value = value_nil;
    return slice_equal(w->target, e->entity) ? why_set(&r->read.why, ERR_FIELD_VALUE, "links.target") : ERR_OK;
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
    json_t *object = json_pack("{s:[{s:s, s:s, s:s}]}", "links", "rel", read_text(&r->read, "rel"), "target",
                               read_text(&r->read, "target"), "hash", read_text(&r->read, "hash"));
    err_t e = object ? fields_from_json(ENTITY_RECORD, object, "", &r->read.arena, w, &r->read.why) : ERR_MEMORY;
    json_decref(object);
    return e || w->links_n == 1 ? e : why_set(&r->read.why, ERR_USAGE, "target");
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
        e = read_entity(&r->read, ENTITY_RECORD, read_text(&r->read, "id"), &id);
    if (!e)
        e = edit_open(r->core, r->own, ENTITY_RECORD, id, &r->read.arena, &edit);
    if (!e)
        e = req_link_target(r, &edit, slice_text(""), &w.links[0]);
    if (!e)
        e = edit_link(&edit, w.links[0].link->number, w.links[0].target, !read_flag(&r->read, "remove"),
                      read_flag(&r->read, "remove") ? value_nil : w.links[0].value, NULL);
    if (!e)
        e = batch_begin(r->core);
    if (!e)
        e = edit_write(&edit, false, &dot);
    if (!e)
        e = batch_end(r->core);
    if (e)
        return e;
    say_put(r->read.result, "id", say_id(id));
    say_put(r->read.result, "dot", say_dot(&dot));
    return ERR_OK;
}
