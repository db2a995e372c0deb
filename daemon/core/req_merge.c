/*
 * req_merge: concepts merged into others, and retired; and where merges lead, over all concepts (PROTOCOL.md §10).
 */
#include "daemon/core/req_concept.h"
#include "daemon/core/req.h"
#include "protocol/base/base32.h"

/* Refused where it would lead to itself, over merges that stand already. */
static err_t merge_target(struct req *r, const struct edit *e, const char *text, struct slice *out)
{
    uint8_t *id = arena_alloc(&r->read.arena, 1, CONCEPT_BYTES);
    struct slice canon;
    err_t err = id ? read_target(&r->read, slice_text(text), id) : ERR_MEMORY;
    if (!err && !slice_equal(e->entity, slice_of(id, CONCEPT_BYTES)))
        err = read_follow(&r->read, id);
    if (!err && slice_equal(e->entity, slice_of(id, CONCEPT_BYTES)))
        return why_set(&r->read.why, ERR_MERGE_SELF, "%.100s", text);
    if (!err) /* a merge into what nobody ever saw is a slip of the pen */
        err = replica_get(r->core->store, ENTITY_CONCEPT, slice_of(id, CONCEPT_BYTES), &r->read.arena, &canon);
    *out = slice_of(id, CONCEPT_BYTES);
    return err ? why_set(&r->read.why, err, "%.100s", text) : ERR_OK;
}

static err_t retire_reason(struct req *r, const char *text, struct slice *out)
{
    err_t e = req_encoded(r, slice_text(text), out);
    return e == ERR_TOO_LARGE ? why_set(&r->read.why, ERR_TEXT_LONG, "reason") : e;
}

/* A text, or what stands under that key of an object; NULL: neither. */
static const char *text_in(const json_t *value, const char *key)
{
    return json_string_value(json_is_object(value) ? json_object_get(value, key) : value);
}

err_t req_resolve_merge(struct req *r, struct edit *e, const json_t *value)
{
    const char *text = json_is_null(value) ? "" : text_in(value, "id");
    struct slice target = slice_text("");
    if (!text)
        return why_set(&r->read.why, ERR_FIELD_VALUE, "merge");
    err_t err = *text ? merge_target(r, e, text, &target) : ERR_OK;
    return err ? err : edit_merge_over(e, target);
}

err_t req_resolve_retire(struct req *r, struct edit *e, const json_t *value)
{
    const json_t *flag = json_is_object(value) ? json_object_get(value, "retired") : value;
    const char *text = text_in(value, "reason");
    bool retired = json_is_boolean(flag) ? json_is_true(flag) : text && *text;
    struct slice reason;
    if (!json_is_boolean(flag) && !json_is_string(value))
        return why_set(&r->read.why, ERR_FIELD_VALUE, "retire");
    err_t err = retire_reason(r, text ? text : "", &reason);
    return err ? err : edit_retire_over(e, retired, reason);
}

static err_t object_merge(struct concept_job *j, const json_t *into, bool *changed)
{
    struct edit *e = &j->edit;
    uint8_t target[CONCEPT_BYTES], end[CONCEPT_BYTES], now[CONCEPT_BYTES];
    const char *text = text_in(into, "id");
    err_t err = text && *text ? read_target(&j->r->read, slice_text(text), target) : ERR_FIELD_VALUE;
    if (err)
        return why_set(&j->r->read.why, err, "merged_into %.100s", text ? text : "");
    memcpy(end, target, sizeof end);
    memcpy(now, e->id, sizeof now);
    bool self = memcmp(target, e->id, sizeof target) == 0;
    err = self ? ERR_OK : read_follow(&j->r->read, end);
    if (!err && memcmp(end, e->id, sizeof end) == 0)
        return why_set(&j->r->read.why, ERR_MERGE_SELF, "merged_into %.100s", text);
    if (!err)
        err = read_follow(&j->r->read, now);
    bool stands = !err && memcmp(now, end, sizeof end) == 0;
    return err || stands ? err : edit_merge(e, slice_of(target, sizeof target), changed);
}

static err_t object_retire(struct concept_job *j, const json_t *object, bool retired, bool *changed)
{
    const char *text = json_string_value(json_object_get(object, "reason"));
    struct slice reason;
    if (j->edit.view.deprecated == retired)
        return ERR_OK;
    err_t e = retire_reason(j->r, text ? text : "", &reason);
    return e ? e : edit_retire(&j->edit, retired, reason, changed);
}

err_t concept_registers(struct concept_job *j, const json_t *object, json_t *changed)
{
    const json_t *into = json_object_get(object, "merged_into"), *flag = json_object_get(object, "deprecated");
    bool merged = false, retired = false;
    err_t e = into && !json_is_null(into) ? object_merge(j, into, &merged) : ERR_OK;
    if (!e && flag && !json_is_boolean(flag) && !json_is_null(flag))
        e = why_set(&j->r->read.why, ERR_FIELD_VALUE, "deprecated");
    if (!e && json_is_boolean(flag))
        e = object_retire(j, object, json_is_true(flag), &retired);
    if (merged && changed)
        json_array_append_new(changed, json_string("merged_into"));
    if (retired && changed)
        json_array_append_new(changed, json_string("deprecated"));
    return e;
}

err_t req_concept_merge(struct req *r)
{
    struct concept_job j = {0};
    struct slice target = slice_text("");
    const char *into = read_text(&r->read, "into");
    bool changed, undo = read_flag(&r->read, "undo");
    if (undo == (*into != 0))
        return why_set(&r->read.why, ERR_USAGE, undo ? "into, undo" : "into");
    err_t e = concept_open_named(r, &j);
    if (!e && !undo)
        e = merge_target(r, &j.edit, into, &target);
    if (!e)
        e = edit_merge(&j.edit, target, &changed);
    return e ? e : concept_finish(r, &j);
}

err_t req_concept_retire(struct req *r)
{
    struct concept_job j = {0};
    struct slice reason;
    bool changed;
    err_t e = concept_open_named(r, &j);
    if (!e)
        e = retire_reason(r, read_text(&r->read, "reason"), &reason);
    if (!e)
        e = edit_retire(&j.edit, !read_flag(&r->read, "undo"), reason, &changed);
    return e ? e : concept_finish(r, &j);
}
