#include "daemon/read/broader.h"
#include "daemon/read/cursor.h"
#include "daemon/read/history.h"
#include "daemon/read/merges.h"
#include "daemon/read/proposals.h"
#include "daemon/read/say.h"
#include "daemon/commons/shortage.h"

err_t read_concept_history(struct read *r)
{
    struct slice id;
    err_t e = read_history(r, ENTITY_CONCEPT);
    if (!e)
        e = read_entity(r, ENTITY_CONCEPT, read_text(r, "id"), &id);
    return e ? e : read_put_use(r, r->result, id);
}

static err_t put_row(struct read *r, const struct concept_row *row, json_t *out)
{
    say_put(out, "id", say_id(row->concept));
    say_put(out, "uri", say_string(row->uri));
    say_put(out, "kind", say_string(row->kind));
    say_put(out, "label", say_string(row->label));
    err_t e = read_put_status(r, out, row->concept, row->adopted, row->deprecated);
    say_put(out, "proposer", row->proposer.len ? say_id(row->proposer) : json_null());
    say_put(out, "waiting", json_integer(row->waiting));
    say_put(out, "conflicts", json_integer(row->conflicts));
    say_put(out, "updated", say_time(row->updated));
    return e ? e : read_put_use(r, out, row->concept);
}

static err_t page(struct read *r, const char *list, struct concept_row **rows, size_t *n, size_t *shown)
{
    struct slice after;
    size_t limit = read_limit(r);
    struct concept_filter filter = {.kind = slice_text(read_text(r, "kind"))};
    err_t e = cursor_read(r, list, CONCEPT_BYTES, &after);
    if (!e && *read_text(r, "facet"))
        e = read_entity(r, ENTITY_CONCEPT, read_text(r, "facet"), &filter.facet);
    if (!e)
        e = replica_concepts(r->store, &filter, after, limit + 1, &r->arena, rows, n);
    if (e)
        return e;
    *shown = *n < limit ? *n : limit;
    return cursor_put(r, list, *n > limit ? (*rows)[limit - 1].concept : slice_text(""));
}

/* ---- what waits for adoption, the oldest first ---- */

#define PLACE_BYTES (8 + CONCEPT_BYTES) /* since, concept */

static err_t put_place(struct read *r, const struct concept_row *row)
{
    uint8_t *place = arena_alloc(&r->arena, 1, PLACE_BYTES);
    if (!place)
        return ERR_MEMORY;
    for (unsigned i = 0; i < 8; i++)
        place[i] = (uint8_t)(row->since >> (56 - 8 * i));
    memcpy(place + 8, row->concept.at, CONCEPT_BYTES);
    return cursor_put(r, "waiting", slice_of(place, PLACE_BYTES));
}

static err_t waiting_page(struct read *r, struct concept_row **rows, size_t *n)
{
    struct slice after, id = slice_text("");
    size_t limit = read_limit(r);
    uint64_t since = 0;
    err_t e = cursor_read(r, "waiting", PLACE_BYTES, &after);
    for (size_t i = 0; !e && after.len && i < 8; i++)
        since = since << 8 | after.at[i];
    if (!e && after.len)
        id = slice_of(after.at + 8, CONCEPT_BYTES);
    if (!e)
        e = replica_concepts_waiting(r->store, since, id, limit + 1, &r->arena, rows, n);
    if (e)
        return e;
    bool more = *n > limit;
    *n = more ? limit : *n;
    return more ? put_place(r, &(*rows)[limit - 1]) : cursor_put(r, "waiting", slice_text(""));
}

static err_t list_waiting(struct read *r)
{
    struct concept_row *rows = NULL;
    struct view v;
    size_t n = 0;
    json_t *concepts = json_array();
    err_t e = waiting_page(r, &rows, &n);
    for (size_t i = 0; i < n && !e; i++) {
        json_t *row = json_object();
        e = put_row(r, &rows[i], row);
        say_put(row, "since", say_time(rows[i].since));
        if (!e)
            e = read_view(r, ENTITY_CONCEPT, rows[i].concept, &v);
        if (!e)
            e = read_put_waiting(r, row, &v);
        json_array_append_new(concepts, row);
    }
    say_put(r->result, "concepts", concepts);
    return e;
}

err_t read_concept_list(struct read *r)
{
    struct concept_row *rows = NULL;
    size_t n = 0, shown = 0;
    if (read_flag(r, "proposed"))
        return list_waiting(r);
    err_t e = page(r, "concepts", &rows, &n, &shown);
    if (e)
        return e;
    json_t *concepts = json_array();
    for (size_t i = 0; i < shown && !e; i++) {
        json_t *row = json_object();
        e = put_row(r, &rows[i], row);
        json_array_append_new(concepts, row);
    }
    say_put(r->result, "concepts", concepts);
    return e;
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

static bool is_suppressed(const struct broader *edges, struct slice target)
{
    for (size_t i = 0; i < edges->n; i++)
        if (edges->list[i].up && slice_equal(edges->list[i].other, target))
            return edges->list[i].suppressed;
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

static void put_relations(struct read *r, const struct view *v, const struct broader *edges)
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
                : neighbour(r, key->target, adopted, key->field == REL_BROADER && is_suppressed(edges, key->target));
        json_array_append_new(list_of(r->result, relation->name), item);
    }
    for (size_t i = 0; i < edges->n; i++) {
        const struct broader_edge *edge = &edges->list[i];
        if (!edge->up)
            json_array_append_new(list_of(r->result, "narrower"),
                                  neighbour(r, edge->other, edge->adopted, edge->suppressed));
    }
}

err_t read_concept_show(struct read *r)
{
    struct slice id;
    struct view v;
    struct broader edges = {0};
    err_t e = read_entity(r, ENTITY_CONCEPT, read_text(r, "id"), &id);
    if (!e)
        e = read_view(r, ENTITY_CONCEPT, id, &v);
    if (!e)
        e = read_broader(r, id, &edges);
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
    if (!e)
        e = read_put_use(r, r->result, id);
    return e ? e : read_put_proposals(r, &v);
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
