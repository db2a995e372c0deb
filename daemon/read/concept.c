#include "daemon/commons/lattice.h"
#include "daemon/read/cursor.h"
#include "daemon/read/history.h"
#include "daemon/read/merges.h"
#include "daemon/read/say.h"
#include "daemon/commons/shortage.h"

err_t read_concept_history(struct read *r)
{
    return read_history(r, ENTITY_CONCEPT);
}

static json_t *row_json(struct read *r, const struct concept_row *row)
{
    json_t *out = json_object();
    say_put(out, "id", say_id(row->concept));
    say_put(out, "uri", say_string(row->uri));
    say_put(out, "kind", say_string(row->kind));
    say_put(out, "label", say_string(row->label));
    read_put_status(r, out, row->concept, row->adopted, row->deprecated);
    say_put(out, "conflicts", json_integer(row->conflicts));
    say_put(out, "updated", say_time(row->updated));
    return out;
}

static err_t page(struct read *r, const char *list, struct concept_row **rows, size_t *n, size_t *shown)
{
    struct slice after;
    size_t limit = read_limit(r);
    err_t e = cursor_read(r, list, CONCEPT_BYTES, &after);
    if (!e)
        e = replica_concepts(r->store, after, limit + 1, &r->arena, rows, n);
    if (e)
        return e;
    *shown = *n < limit ? *n : limit;
    return cursor_put(r, list, *n > limit ? (*rows)[limit - 1].concept : slice_text(""));
}

err_t read_concept_list(struct read *r)
{
    struct concept_row *rows = NULL;
    size_t n = 0, shown = 0;
    err_t e = page(r, "concepts", &rows, &n, &shown);
    if (e)
        return e;
    json_t *concepts = json_array();
    for (size_t i = 0; i < shown; i++)
        json_array_append_new(concepts, row_json(r, &rows[i]));
    say_put(r->result, "concepts", concepts);
    return ERR_OK;
}

/* ---- one concept ---- */

static bool is_there(const struct view_key *key, bool *adopted)
{
    bool there = false;
    *adopted = false;
    for (size_t i = 0; i < key->values_n; i++)
        if (key->values[i].add) {
            there = true;
            *adopted |= key->values[i].adopted;
        }
    return there;
}

static json_t *list_of(json_t *out, const char *name)
{
    json_t *list = json_object_get(out, name);
    if (!list) {
        list = json_array();
        say_put(out, name, list);
    }
    return list;
}

struct edges { /* `broader` edges of the whole, with those that close a cycle */
    struct edge_row *rows;
    size_t n;
    const uint8_t *suppressed;
};

static err_t load_edges(struct read *r, struct edges *out)
{
    err_t e = replica_edges(r->store, REL_BROADER, &r->arena, &out->rows, &out->n);
    struct lattice_edge *edges = e ? NULL : arena_alloc(&r->arena, out->n + 1, sizeof *edges);
    if (e || !edges)
        return e ? e : ERR_MEMORY;
    for (size_t i = 0; i < out->n; i++) {
        memcpy(edges[i].child, out->rows[i].child.at, CONCEPT_BYTES);
        memcpy(edges[i].target, out->rows[i].target.at, CONCEPT_BYTES);
    }
    return lattice_break(edges, out->n, &r->arena, &out->suppressed);
}

static bool is_suppressed(const struct edges *edges, struct slice child, struct slice target)
{
    for (size_t i = 0; i < edges->n; i++)
        if (slice_equal(edges->rows[i].child, child) && slice_equal(edges->rows[i].target, target))
            return lattice_suppressed(edges->suppressed, i);
    return false;
}

static json_t *neighbour(struct read *r, struct slice concept, bool adopted, bool suppressed)
{
    struct slice label = read_label(r, concept);
    json_t *out = json_object();
    say_put(out, "id", say_id(concept));
    say_put(out, "label", label.len ? say_string(label) : json_null());
    say_put(out, "adopted", json_boolean(adopted));
    say_put(out, "suppressed", json_boolean(suppressed));
    return out;
}

static void put_relations(struct read *r, const struct view *v, const struct edges *edges)
{
    for (size_t i = 0; i < v->sets_n; i++) {
        const struct view_key *key = &v->sets[i];
        const struct relation_info *relation = relation_by_number(key->field);
        bool adopted;
        if (!relation || !is_there(key, &adopted))
            continue;
        json_t *item =
            relation->match && key->shown
                ? json_pack("{s:o, s:b}", "uri", say_string(view_text(key->shown->value)), "adopted", adopted)
                : neighbour(r, key->target, adopted,
                            key->field == REL_BROADER && is_suppressed(edges, v->entity, key->target));
        json_array_append_new(list_of(r->result, relation->name), item);
    }
    for (size_t i = 0; i < edges->n; i++)
        if (slice_equal(edges->rows[i].target, v->entity))
            json_array_append_new(
                list_of(r->result, "narrower"),
                neighbour(r, edges->rows[i].child, edges->rows[i].adopted, lattice_suppressed(edges->suppressed, i)));
}

static void put_proposal(struct read *r, json_t *proposals, const char *name, const struct view_key *key,
                         const struct view_value *value, json_t *says)
{
    json_t *item = json_object();
    shortage_note(say_author(r, item, &value->dot));
    say_put(item, "field", json_string(name));
    say_put(item, "lang", say_string(key->lang));
    say_put(item, "value", says);
    say_put(item, "shown", json_boolean(key->shown == value));
    json_array_append_new(proposals, item);
}

/* Of merges or retirements that were all taken back nothing is left to propose. */
static void put_register(struct read *r, json_t *proposals, const struct view_key *key, bool merge)
{
    bool any = false;
    for (size_t i = 0; i < key->values_n; i++)
        any |= merge ? view_bin(key->values[i].value).len > 0 : key->values[i].retired;
    for (size_t i = 0; any && i < key->values_n; i++)
        if (!key->values[i].adopted)
            put_proposal(r, proposals, merge ? "merge" : "retire", key, &key->values[i],
                         read_register_value(r, &key->values[i], merge));
}

/* What waits: a value that would replace the one shown, or one that nobody adopted. */
static void put_proposals(struct read *r, const struct view *v)
{
    json_t *proposals = json_array();
    for (size_t i = 0; i < v->fields_n; i++) {
        const struct field_info *field = field_by_number(ENTITY_CONCEPT, v->fields[i].field);
        for (size_t k = 0; field && k < v->fields[i].values_n; k++) {
            const struct view_value *value = &v->fields[i].values[k];
            if (!value->adopted)
                put_proposal(r, proposals, field->name, &v->fields[i], value,
                             say_value(ENTITY_CONCEPT, field, value->value));
        }
    }
    put_register(r, proposals, &v->merge, true);
    put_register(r, proposals, &v->retire, false);
    say_put(r->result, "proposals", proposals);
}

err_t read_concept_show(struct read *r)
{
    struct slice id;
    struct view v;
    struct edges edges = {0};
    err_t e = read_entity(r, ENTITY_CONCEPT, read_text(r, "id"), &id);
    if (!e)
        e = read_view(r, ENTITY_CONCEPT, id, &v);
    if (!e)
        e = load_edges(r, &edges);
    if (e)
        return e;
    say_put(r->result, "id", say_id(id));
    e = read_put_status(r, r->result, id, v.adopted, v.deprecated);
    if (!e)
        e = read_put_merges(r, &v);
    say_put(r->result, "conflicts", json_integer(v.conflicts));
    say_fields(r->result, &v);
    if (!json_object_get(r->result, "kind"))
        say_put(r->result, "kind", json_string("descriptor"));
    put_relations(r, &v, &edges);
    put_proposals(r, &v);
    return e;
}

/* ---- export: as concept.write takes them ---- */

/* Of what is not here the URI that its id would give it: it leads to the same concept when it is read back. */
static json_t *uri_of(struct read *r, struct slice concept)
{
    struct view v;
    char urn[READ_URN_BYTES];
    err_t e = read_view(r, ENTITY_CONCEPT, concept, &v);
    shortage_note(e);
    if (!e) {
        const struct view_key *uri = view_field(&v, C_URI, slice_text(""));
        if (uri && uri->shown)
            return say_string(view_text(uri->shown->value));
    }
    read_urn(concept, urn);
    return json_string(urn);
}

static json_t *target_uri(struct read *r, const struct view_key *key, const struct relation_info *relation)
{
    if (relation->match)
        return key->shown ? say_string(view_text(key->shown->value)) : NULL;
    return uri_of(r, key->target);
}

/* The next concept that it was merged into, not the end of its merges: undone one by one they lead where they led. */
static void export_registers(struct read *r, const struct view *v, json_t *out)
{
    struct slice reason = v->deprecated ? view_text(v->retire.shown->value) : slice_text("");
    if (json_object_get(out, "merged_into") && v->merged_into)
        say_put(out, "merged_into", uri_of(r, slice_of(v->merged_into, CONCEPT_BYTES)));
    if (v->deprecated)
        say_put(out, "deprecated", json_true());
    if (reason.len)
        say_put(out, "reason", say_string(reason));
}

static err_t export_one(struct read *r, const struct concept_row *row, json_t *out)
{
    struct view v;
    bool adopted;
    err_t e = read_view(r, ENTITY_CONCEPT, row->concept, &v);
    if (e)
        return e;
    say_put(out, "id", say_id(row->concept));
    e = read_put_status(r, out, row->concept, v.adopted, v.deprecated);
    export_registers(r, &v, out);
    say_fields(out, &v);
    for (size_t i = 0; i < v.sets_n; i++) {
        const struct relation_info *relation = relation_by_number(v.sets[i].field);
        json_t *target = relation && is_there(&v.sets[i], &adopted) ? target_uri(r, &v.sets[i], relation) : NULL;
        if (target)
            json_array_append_new(list_of(out, relation->name), target);
    }
    return e;
}

err_t read_concept_export(struct read *r)
{
    struct concept_row *rows = NULL;
    size_t n = 0, shown = 0;
    err_t e = page(r, "concepts", &rows, &n, &shown);
    json_t *concepts = json_array();
    for (size_t i = 0; i < shown && !e; i++) {
        json_t *one = json_object();
        e = export_one(r, &rows[i], one);
        json_array_append_new(concepts, one);
    }
    say_put(r->result, "concepts", concepts);
    return e;
}
