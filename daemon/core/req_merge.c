/*
 * req_merge: concepts merged into others, and retired; and where merges lead, over all concepts (PROTOCOL.md §10).
 */
#include "daemon/core/req_concept.h"
#include "daemon/core/req_read.h"
#include "protocol/base/base32.h"

/* ---- where merges lead ---- */

err_t req_merges(struct req *r, const struct merges **out)
{
    struct edge_row *rows = NULL;
    size_t n = 0;
    *out = r->merges;
    if (r->merges)
        return ERR_OK;
    struct merges *m = arena_alloc(&r->arena, 1, sizeof *m);
    err_t e = m ? replica_edges(r->core->store, EDGE_MERGE, &r->arena, &rows, &n) : ERR_MEMORY;
    struct lattice_edge *edges = e ? NULL : arena_alloc(&r->arena, n + 1, sizeof *edges);
    if (e || !edges)
        return e ? e : ERR_MEMORY;
    for (size_t i = 0; i < n; i++) {
        memcpy(edges[i].child, rows[i].child.at, CONCEPT_BYTES);
        memcpy(edges[i].target, rows[i].target.at, CONCEPT_BYTES);
    }
    *m = (struct merges){.rows = rows, .n = n};
    e = lattice_merges(edges, n, &r->arena, &m->followed);
    if (!e)
        *out = r->merges = m;
    return e;
}

err_t req_follow(struct req *r, uint8_t concept_id[CONCEPT_BYTES])
{
    const struct merges *m;
    err_t e = req_merges(r, &m);
    const uint8_t *final = e ? NULL : lattice_merged(&m->followed, concept_id);
    if (final)
        memcpy(concept_id, final, CONCEPT_BYTES);
    return e;
}

/* ---- showing ---- */

static json_t *neighbour(struct req *r, struct slice concept)
{
    struct slice label = read_label(r, concept);
    return json_pack("{s:o, s:o}", "id", req_id(concept), "label", label.len ? req_string(label) : json_null());
}

err_t req_put_status(struct req *r, json_t *out, struct slice concept, bool adopted, bool deprecated)
{
    const struct merges *m;
    err_t e = req_merges(r, &m);
    if (e)
        return e;
    const uint8_t *final = lattice_merged(&m->followed, concept.at);
    req_put(out, "status",
            json_string(final        ? "merged_into"
                        : deprecated ? "deprecated"
                        : adopted    ? "adopted"
                                     : "proposed"));
    if (final)
        req_put(out, "merged_into", neighbour(r, slice_of(final, CONCEPT_BYTES)));
    return ERR_OK;
}

err_t req_put_merges(struct req *r, const struct view *v)
{
    const struct merges *m;
    err_t e = req_merges(r, &m);
    json_t *from = json_array();
    for (size_t i = 0; !e && i < m->n; i++) {
        bool out = slice_equal(m->rows[i].child, v->entity), in = slice_equal(m->rows[i].target, v->entity);
        json_t *one = out || in ? neighbour(r, out ? m->rows[i].target : m->rows[i].child) : NULL;
        if (one)
            req_put(one, "suppressed", json_boolean(lattice_suppressed(m->followed.suppressed, i)));
        if (out)
            req_put(r->result, "merge", one);
        else if (in)
            json_array_append_new(from, one);
    }
    if (json_array_size(from))
        json_object_set(r->result, "merged_from", from);
    json_decref(from);
    struct slice reason = v->deprecated ? view_text(v->retire.shown->value) : slice_text("");
    if (reason.len)
        req_put(r->result, "reason", req_string(reason));
    return e;
}

json_t *req_register_value(struct req *r, const struct view_value *value, bool merge)
{
    struct slice target = merge ? view_bin(value->value) : slice_text("");
    if (merge)
        return target.len == CONCEPT_BYTES ? neighbour(r, target) : json_null();
    return json_pack("{s:b, s:o}", "retired", (int)value->retired, "reason", req_string(view_text(value->value)));
}

/* ---- requests ---- */

/* Refused where it would lead to itself, over merges that stand already. */
static err_t merge_target(struct req *r, const struct edit *e, const char *text, struct slice *out)
{
    uint8_t *id = arena_alloc(&r->arena, 1, CONCEPT_BYTES);
    struct slice canon;
    err_t err = id ? req_target(r, slice_text(text), id) : ERR_MEMORY;
    if (!err && !slice_equal(e->entity, slice_of(id, CONCEPT_BYTES)))
        err = req_follow(r, id);
    if (!err && slice_equal(e->entity, slice_of(id, CONCEPT_BYTES)))
        return why_set(&r->why, ERR_MERGE_SELF, "%.100s", text);
    if (!err) /* a merge into what nobody ever saw is a slip of the pen */
        err = replica_get(r->core->store, ENTITY_CONCEPT, slice_of(id, CONCEPT_BYTES), &r->arena, &canon);
    *out = slice_of(id, CONCEPT_BYTES);
    return err ? why_set(&r->why, err, "%.100s", text) : ERR_OK;
}

static err_t retire_reason(struct req *r, const char *text, struct slice *out)
{
    err_t e = req_encoded(r, slice_text(text), out);
    return e == ERR_TOO_LARGE ? why_set(&r->why, ERR_TEXT_LONG, "reason") : e;
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
        return why_set(&r->why, ERR_FIELD_VALUE, "merge");
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
        return why_set(&r->why, ERR_FIELD_VALUE, "retire");
    err_t err = retire_reason(r, text ? text : "", &reason);
    return err ? err : edit_retire_over(e, retired, reason);
}

static err_t object_merge(struct concept_job *j, const json_t *into, bool *changed)
{
    struct edit *e = &j->edit;
    uint8_t target[CONCEPT_BYTES], end[CONCEPT_BYTES], now[CONCEPT_BYTES];
    const char *text = text_in(into, "id");
    err_t err = text && *text ? req_target(j->r, slice_text(text), target) : ERR_FIELD_VALUE;
    if (err)
        return why_set(&j->r->why, err, "merged_into %.100s", text ? text : "");
    memcpy(end, target, sizeof end);
    memcpy(now, e->id, sizeof now);
    bool self = memcmp(target, e->id, sizeof target) == 0;
    err = self ? ERR_OK : req_follow(j->r, end);
    if (!err && memcmp(end, e->id, sizeof end) == 0)
        return why_set(&j->r->why, ERR_MERGE_SELF, "merged_into %.100s", text);
    if (!err)
        err = req_follow(j->r, now);
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
        e = why_set(&j->r->why, ERR_FIELD_VALUE, "deprecated");
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
    const char *into = req_text(r, "into");
    bool changed, undo = req_flag(r, "undo");
    if (undo == (*into != 0))
        return why_set(&r->why, ERR_USAGE, undo ? "into, undo" : "into");
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
        e = retire_reason(r, req_text(r, "reason"), &reason);
    if (!e)
        e = edit_retire(&j.edit, !req_flag(r, "undo"), reason, &changed);
    return e ? e : concept_finish(r, &j);
}
