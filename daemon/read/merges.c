#include "daemon/read/merges.h"
#include "daemon/read/say.h"

/* ---- where merges lead ---- */

struct lattice_edge *read_lattice(struct arena *arena, const struct edge_row *rows, size_t n)
{
    struct lattice_edge *edges = arena_alloc(arena, n + 1, sizeof *edges);
    for (size_t i = 0; edges && i < n; i++) {
        memcpy(edges[i].child, rows[i].child.at, CONCEPT_BYTES);
        memcpy(edges[i].target, rows[i].target.at, CONCEPT_BYTES);
    }
    return edges;
}

err_t read_merges(struct read *r, const struct merges **out)
{
    struct edge_row *rows = NULL;
    size_t n = 0;
    *out = r->merges;
    if (r->merges)
        return ERR_OK;
    struct merges *m = arena_alloc(&r->arena, 1, sizeof *m);
    err_t e = m ? replica_edges(r->store, EDGE_MERGE, &r->arena, &rows, &n) : ERR_MEMORY;
    const struct lattice_edge *edges = e ? NULL : read_lattice(&r->arena, rows, n);
    if (e || !edges)
        return e ? e : ERR_MEMORY;
    *m = (struct merges){.rows = rows, .n = n};
    e = lattice_merges(edges, n, &r->arena, &m->followed);
    if (!e)
        *out = r->merges = m;
    return e;
}

err_t read_follow(struct read *r, uint8_t concept_id[CONCEPT_BYTES])
{
    const struct merges *m;
    err_t e = read_merges(r, &m);
    const uint8_t *final = e ? NULL : lattice_merged(&m->followed, concept_id);
    if (final)
        memcpy(concept_id, final, CONCEPT_BYTES);
    return e;
}

/* ---- showing ---- */

json_t *read_neighbour(struct read *r, struct slice concept)
{
    struct slice label = read_label(r, concept);
    return json_pack("{s:o, s:o}", "id", say_id(concept), "label", label.len ? say_string(label) : json_null());
}

err_t read_put_status(struct read *r, json_t *out, struct slice concept, bool adopted, bool deprecated)
{
    const struct merges *m;
    err_t e = read_merges(r, &m);
    if (e)
        return e;
    const uint8_t *final = lattice_merged(&m->followed, concept.at);
    say_put(out, "status",
            json_string(final        ? "merged_into"
                        : deprecated ? "deprecated"
                        : adopted    ? "adopted"
                                     : "proposed"));
    if (final)
        say_put(out, "merged_into", read_neighbour(r, slice_of(final, CONCEPT_BYTES)));
    return ERR_OK;
}

err_t read_put_merges(struct read *r, const struct view *v)
{
    const struct merges *m;
    err_t e = read_merges(r, &m);
    json_t *from = json_array();
    for (size_t i = 0; !e && i < m->n; i++) {
        bool out = slice_equal(m->rows[i].child, v->entity), in = slice_equal(m->rows[i].target, v->entity);
        json_t *one = out || in ? read_neighbour(r, out ? m->rows[i].target : m->rows[i].child) : NULL;
        if (one)
            say_put(one, "suppressed", json_boolean(lattice_suppressed(m->followed.suppressed, i)));
        if (out)
            say_put(r->result, "merge", one);
        else if (in)
            json_array_append_new(from, one);
    }
    if (json_array_size(from))
        json_object_set(r->result, "merged_from", from);
    json_decref(from);
    struct slice reason = v->deprecated ? view_text(v->retire.shown->value) : slice_text("");
    if (reason.len)
        say_put(r->result, "reason", say_string(reason));
    return e;
}

json_t *read_register_value(struct read *r, const struct view_value *value, bool merge)
{
    struct slice target = merge ? view_bin(value->value) : slice_text("");
    if (merge)
        return target.len == CONCEPT_BYTES ? read_neighbour(r, target) : json_null();
    return json_pack("{s:b, s:o}", "retired", (int)value->retired, "reason", say_string(view_text(value->value)));
}
