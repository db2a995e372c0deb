/*
 * export: records in the form in which record.write takes them: of each what its owner wrote. Written back it changes nothing.
 */
#include "daemon/read/record.h"
#include "daemon/read/say.h"
#include "protocol/wire/rd.h"

/* Did the record's own ally put it there? Others' terms and links are theirs to keep. */
static const struct view_value *by_owner(const struct view *v, const struct view_key *key)
{
    for (size_t i = 0; i < key->values_n; i++)
        if (slice_equal(key->values[i].ally, slice_of(v->entity.at, ALLY_BYTES)))
            return &key->values[i];
    return NULL;
}

/* By its URI, which says more than an id, where it has one. */
static err_t put_term(struct read *r, json_t *to, struct slice concept, struct slice weight)
{
    struct view v;
    struct rd rd;
    err_t e = read_view(r, ENTITY_CONCEPT, concept, &v);
    const struct view_key *uri = e ? NULL : view_field(&v, C_URI, slice_text(""));
    json_t *name = uri && uri->shown ? say_string(view_text(uri->shown->value)) : say_id(concept);
    rd_init(&rd, weight);
    if (rd_peek(&rd) == RD_UINT)
        name = json_pack("{s:o, s:I}", "concept", name, "weight", (json_int_t)rd_uint(&rd, 100));
    json_array_append_new(to, name);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static err_t put_terms(struct read *r, json_t *out, const struct view *v)
{
    json_t *terms = json_array();
    err_t e = ERR_OK;
    for (size_t i = 0; i < v->sets_n && !e; i++) {
        const struct view_value *own = by_owner(v, &v->sets[i]);
        if (own)
            e = put_term(r, terms, v->sets[i].target, own->value);
    }
    if (json_array_size(terms))
        json_object_set(out, "concepts", terms);
    json_decref(terms);
    return e;
}

static void put_links(json_t *out, const struct view *v)
{
    json_t *links = json_array();
    for (size_t i = 0; i < v->links_n; i++) {
        const struct relation_info *link = link_by_number(v->links[i].field);
        const struct view_value *own = by_owner(v, &v->links[i]);
        json_t *one = link && own ? link_to_json(link, v->links[i].target, own->value) : NULL;
        if (one)
            json_array_append_new(links, one);
    }
    if (json_array_size(links))
        json_object_set(out, "links", links);
    json_decref(links);
}

static err_t export_one(struct read *r, struct slice id, json_t *out)
{
    struct view v;
    struct replica_op *ops = NULL;
    size_t n = 0;
    err_t e = read_view(r, ENTITY_RECORD, id, &v);
    if (!e)
        e = replica_ops(r->store, ENTITY_RECORD, id, &r->arena, &ops, &n);
    if (e)
        return e;
    say_put(out, "id", say_id(id));
    say_fields(out, &v);
    read_put_made_from(r, &v, ops, n, out);
    put_links(out, &v);
    return put_terms(r, out, &v);
}

err_t read_record_export(struct read *r)
{
    struct record_row *rows = NULL;
    size_t n = 0;
    err_t e = read_record_page(r, &rows, &n);
    json_t *records = json_array();
    for (size_t i = 0; i < n && !e; i++) {
        json_t *one = json_object();
        e = export_one(r, rows[i].record, one);
        json_array_append_new(records, one);
    }
    say_put(r->result, "records", records);
    return e;
}
