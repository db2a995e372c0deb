/*
 * req_record_edit: one record by its id: changed, replaced, retired.
 */
#include "daemon/commons/draft.h"
#include "daemon/core/ingest.h"
#include "daemon/core/own.h"
#include "daemon/core/req_record.h"
#include "daemon/read/judge.h"

/* The record that our ally's source calls so. */
static err_t by_source(struct req *r, struct slice *out)
{
    const char *source = read_text(&r->read, "source_id");
    const struct ally *ally = r->own ? authority_ally_of(&r->core->authority, r->own->key.pub) : NULL;
    uint8_t *id = arena_alloc(&r->read.arena, 1, RECORD_BYTES);
    struct slice canon, text = slice_text(source);
    if (!ally || !id)
        return ally ? ERR_MEMORY : ERR_STANDING;
    memcpy(id, ally->id, ALLY_BYTES);
    hash128(id + ALLY_BYTES, &text, 1);
    *out = slice_of(id, RECORD_BYTES);
    err_t e = replica_get(r->core->store, ENTITY_RECORD, *out, &r->read.arena, &canon);
    return e == ERR_NOT_FOUND ? why_set(&r->read.why, e, "%.100s", source) : e;
}

static err_t open_ours(struct req *r, struct edit *edit)
{
    struct slice id;
    err_t e = *read_text(&r->read, "source_id") ? by_source(r, &id)
                                                : read_entity(&r->read, ENTITY_RECORD, read_text(&r->read, "id"), &id);
    if (!e)
        e = edit_open(r->core, r->own, ENTITY_RECORD, id, &r->read.arena, edit);
    if (!e && !judge_owns(&r->core->authority, edit->ally, id))
        e = why_set(&r->read.why, ERR_NOT_OURS, "%.100s", read_text(&r->read, "id"));
    return e ? e : req_if_match(r, ENTITY_RECORD, id);
}

/* Takes `changed`. */
static err_t finish(struct req *r, struct edit *edit, json_t *changed)
{
    struct dot dot = {{0}, 0};
    err_t e = batch_begin(r->core);
    if (e) {
        json_decref(changed);
        return e;
    }
    bool write = !edit_empty(edit) || !json_object_get(r->read.result, "outcome");
    if (write)
        e = edit_write(edit, false, &dot);
    if (!e)
        e = req_put_version(r, r->read.result, ENTITY_RECORD, edit->entity);
    say_put(r->read.result, "id", say_id(edit->entity));
    if (write)
        say_put(r->read.result, "dot", say_dot(&dot));
    say_put(r->read.result, "changed", changed);
    return req_end(r, e);
}

/* Does another ally say so, and ours does not? It need not be said again. */
static bool is_said(const struct view_key *keys, size_t n, uint64_t field, struct slice target)
{
    for (size_t i = 0; i < n; i++)
        if (keys[i].field == field && slice_equal(keys[i].target, target))
            return true;
    return false;
}

/* The list that is given is what our ally's terms shall be. `whole`: so is one that is not given. */
static err_t edit_terms(struct req *r, struct edit *edit, const json_t *set, const struct entity_writes *w, bool whole,
                        json_t *changed)
{
    err_t e = ERR_OK;
    bool any = false, one = false;
    struct record_job j = {.r = r, .w = *w};
    if (!json_object_get(set, "concepts") && !whole)
        return ERR_OK;
    for (size_t i = 0; i < w->sets_n && !e; i++, any |= one) {
        uint8_t target[CONCEPT_BYTES];
        struct slice id = slice_of(target, CONCEPT_BYTES);
        one = false;
        e = record_term(r, edit, w->sets[i].target_text, target);
        if (!e && (!whole || edit_has(edit, 0, id) || !is_said(edit->view.sets, edit->view.sets_n, 0, id)))
            e = edit_set(edit, 0, id, true, w->sets[i].weight, &one);
    }
    for (size_t i = 0; i < edit->view.sets_n && !e; i++, any |= one) {
        one = false;
        if (!record_lists(&j, edit, edit->view.sets[i].target))
            e = edit_set(edit, 0, edit->view.sets[i].target, false, value_nil, &one);
    }
    if (any)
        json_array_append_new(changed, json_string("concepts"));
    return e;
}

/* The list that is given is what our ally's links shall be. */
static err_t edit_links(struct req *r, struct edit *edit, const json_t *set, struct entity_writes *w, bool whole,
                        json_t *changed)
{
    err_t e = ERR_OK;
    bool any = false, one = false;
    if (!json_object_get(set, "links") && !whole)
        return ERR_OK;
    for (size_t i = 0; i < w->links_n && !e; i++, any |= one) {
        unsigned link = w->links[i].link->number;
        one = false;
        e = req_link_target(r, edit, slice_text(""), &w->links[i]);
        bool said = !e && is_said(edit->view.links, edit->view.links_n, link, w->links[i].target);
        if (!e && (!whole || edit_has_link(edit, link, w->links[i].target) || !said))
            e = edit_link(edit, link, w->links[i].target, true, w->links[i].value, &one);
    }
    for (size_t i = 0; i < edit->view.links_n && !e; i++, any |= one) {
        const struct view_key *key = &edit->view.links[i];
        one = false;
        if (!req_link_listed(w, key))
            e = edit_link(edit, (unsigned)key->field, key->target, false, value_nil, &one);
    }
    if (any)
        json_array_append_new(changed, json_string("links"));
    return e;
}

/* What a record is never without. */
static bool is_kept(uint64_t field)
{
    return field == R_SOURCE_ID || field == R_TYPE || field == R_LICENCE;
}

/* Sources before what is made from them. `whole`: what is never without a value is not emptied. */
static err_t edit_fields(struct req *r, struct edit *edit, const json_t *set, const struct entity_writes *w, bool whole,
                         json_t *changed)
{
    err_t e = req_origins(r, edit, set, w);
    for (size_t i = 0; i < 2 * w->fields_n && !e; i++) {
        const struct field_write *f = &w->fields[i % w->fields_n];
        bool made = edit_origin_of(edit, f->field->number, f->lang) != NULL, one = false;
        if (made != (i >= w->fields_n) || (whole && is_kept(f->field->number) && value_is_nil(f->value)))
            continue;
        e = edit_field(edit, f->field, f->lang, f->value, &one);
        if (one)
            json_array_append_new(changed, json_string(f->field->name));
    }
    return e;
}

/* What `set` says of a record that is here. */
static err_t edit_all(struct req *r, struct edit *edit, const json_t *set, bool whole, struct entity_writes *w,
                      json_t *changed)
{
    err_t e = fields_from_json(ENTITY_RECORD, set, r->core->language, &r->read.arena, w, &r->read.why);
    if (!e && w->unknown_n)
        e = why_set(&r->read.why, ERR_FIELD_UNKNOWN, "%.100s", w->unknown[0]);
    if (!e)
        e = edit_fields(r, edit, set, w, whole, changed);
    if (!e)
        e = edit_terms(r, edit, set, w, whole, changed);
    return e ? e : edit_links(r, edit, set, w, whole, changed);
}

err_t req_record_edit(struct req *r)
{
    struct edit edit;
    struct entity_writes w = {0};
    json_t *changed = json_array();
    err_t e = open_ours(r, &edit);
    if (!e && edit_retired(&edit) && !read_flag(&r->read, "revive"))
        e = why_set(&r->read.why, ERR_RETIRED, "%.100s", read_text(&r->read, "id"));
    if (!e)
        e = edit_all(r, &edit, json_object_get(r->read.args, "set"), false, &w, changed);
    edit.revive = !e && read_flag(&r->read, "revive") && edit_retired(&edit);
    if (e) {
        json_decref(changed);
        return e;
    }
    return finish(r, &edit, changed);
}

/* ---- replaced ---- */

static bool writes(const struct entity_writes *w, uint64_t field, struct slice lang)
{
    const struct field_write *f = draft_find(w, field, &lang);
    return f && !value_is_nil(f->value);
}

/* A record keeps the name it has at its source, which its id is made of; and is never without type and licence. */
static err_t check_whole(struct req *r, struct record_job *j)
{
    const struct view_key *source = view_field(&j->edit.view, R_SOURCE_ID, slice_text(""));
    bool same = true;
    for (size_t i = 0; source && source->shown && i < j->w.fields_n; i++)
        if (j->w.fields[i].field->number == R_SOURCE_ID)
            same = slice_equal(j->w.fields[i].value, source->shown->value);
    err_t e = draft_check(&j->w, false, &r->read.why);
    if (!e && !same)
        e = why_set(&r->read.why, ERR_FIELD_VALUE, "source_id");
    e = e ? e : record_default(j, R_TYPE, DRAFT_TYPE);
    return e ? e : record_default(j, R_LICENCE, r->core->licence);
}

/* What the new record does not have is emptied. */
static err_t empty_others(struct record_job *j, json_t *changed)
{
    err_t e = ERR_OK;
    for (size_t i = 0; i < j->edit.view.fields_n && !e; i++) {
        const struct view_key *key = &j->edit.view.fields[i];
        const struct field_info *field = field_by_number(ENTITY_RECORD, key->field);
        bool one = false;
        if (!field || !key->shown || is_kept(key->field) || writes(&j->w, key->field, key->lang))
            continue;
        e = edit_field(&j->edit, field, key->lang, value_nil, &one);
        if (one)
            json_array_append_new(changed, json_string(field->name));
    }
    return e;
}

err_t req_record_put(struct req *r)
{
    struct record_job j = {.r = r};
    json_t *changed = json_array();
    err_t e = open_ours(r, &j.edit);
    if (!e)
        e = edit_all(r, &j.edit, json_object_get(r->read.args, "record"), true, &j.w, changed);
    if (!e)
        e = check_whole(r, &j);
    if (!e)
        e = empty_others(&j, changed);
    if (e) {
        json_decref(changed);
        return e;
    }
    j.edit.revive = edit_retired(&j.edit);
    say_put(r->read.result, "outcome", json_string(edit_empty(&j.edit) ? "unchanged" : "updated"));
    return finish(r, &j.edit, changed);
}

/* ---- retired ---- */

static err_t retire(struct req *r, const struct edit *edit, const struct op *op, struct slice body)
{
    uint8_t id[HASH_BYTES] = {0};
    err_t e = own_write_op(r->core, edit->own, op, body, id);
    if (!e)
        e = req_put_version(r, r->read.result, ENTITY_RECORD, edit->entity);
    struct dot dot = dot_of(id, 0);
    say_put(r->read.result, "id", say_id(edit->entity));
    say_put(r->read.result, "dot", say_dot(&dot));
    return req_end(r, e);
}

err_t req_record_retire(struct req *r)
{
    struct edit edit;
    struct slice reason;
    struct buf body;
    err_t e = open_ours(r, &edit);
    if (!e && edit_retired(&edit))
        e = why_set(&r->read.why, ERR_NOTHING_TO_DO, "%.100s", read_text(&r->read, "id"));
    if (!e)
        e = req_encoded(r, slice_text(read_text(&r->read, "reason")), &reason);
    if (e)
        return e == ERR_TOO_LARGE ? why_set(&r->read.why, ERR_TEXT_LONG, "reason") : e;
    struct op op = {.info = kind_info(OP_RECORD_RETIRE), .entity = edit.entity};
    buf_init(&body, LIMIT_BODY_BYTES);
    op_encode_body(&body, &reason, 1);
    e = body.err ? body.err : batch_begin(r->core);
    if (!e)
        e = retire(r, &edit, &op, buf_slice(&body));
    buf_fini(&body);
    return e;
}
