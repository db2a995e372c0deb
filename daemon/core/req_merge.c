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
static err_t merge_target(struct req *r, const struct edit *e, struct slice *out)
{
    const char *text = req_text(r, "into");
    uint8_t *id = arena_alloc(&r->arena, 1, CONCEPT_BYTES);
    struct slice canon;
    *out = slice_text("");
    if (req_flag(r, "undo"))
        return *text ? why_set(&r->why, ERR_USAGE, "into, undo") : ERR_OK;
    if (!*text)
        return why_set(&r->why, ERR_USAGE, "into");
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

err_t req_concept_merge(struct req *r)
{
    struct concept_job j = {0};
    struct slice target;
    bool changed;
    err_t e = concept_open_named(r, &j);
    if (!e)
        e = merge_target(r, &j.edit, &target);
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
        e = req_encoded(r, slice_text(req_text(r, "reason")), &reason);
    if (e == ERR_TOO_LARGE)
        e = why_set(&r->why, ERR_TEXT_LONG, "reason");
    if (!e)
        e = edit_retire(&j.edit, !req_flag(r, "undo"), reason, &changed);
    return e ? e : concept_finish(r, &j);
}
