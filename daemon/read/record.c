#include "daemon/read/history.h"
#include "daemon/read/record.h"
#include "daemon/read/say.h"
#include "protocol/wire/rd.h"

err_t read_record_history(struct read *r)
{
    return read_history(r, ENTITY_RECORD);
}

static uint64_t weight_of(const struct view_key *key)
{
    struct rd rd;
    rd_init(&rd, key->shown ? key->shown->value : slice_text(""));
    return rd_peek(&rd) == RD_UINT ? rd_uint(&rd, 100) : 0;
}

static err_t put_term(struct read *r, json_t *to, const struct view_key *key, struct discipline_terms *terms)
{
    json_t *out = json_object();
    say_put(out, "id", say_id(key->target));
    err_t e = read_put_term(r, out, key->target, terms);
    say_put(out, "weight", weight_of(key) ? json_integer((json_int_t)weight_of(key)) : json_null());
    say_put(out, "allies", read_allies(r, key));
    json_array_append_new(to, out);
    return e;
}

static void put_discipline(struct read *r, const struct view *v, const struct discipline_terms *terms)
{
    struct discipline d;
    json_t *met = json_array(), *missed = json_array();
    discipline_check(v, authority_rule(r->authority, RULE_PROFILE), terms, &d);
    for (size_t i = 0; i < d.met_n; i++)
        json_array_append_new(met, json_string(d.met[i]->code));
    for (size_t i = 0; i < d.missed_n; i++)
        json_array_append_new(missed,
                              json_pack("{s:s, s:o}", "rule", d.missed[i]->code, "text", read_missed(r, &d, i)));
    say_put(r->result, "discipline",
            json_pack("{s:I, s:b, s:o, s:o}", "profile", (json_int_t)d.profile, "known", (int)d.known, "met", met,
                      "missed", missed));
}

/* Only what was made from another text, or from another record, is told by its ops: most records spare reading them. */
static bool asks_for_ops(const struct view *v)
{
    for (size_t i = 0; i < v->fields_n; i++)
        if (v->fields[i].shown && v->fields[i].shown->made_from_n)
            return true;
    for (size_t i = 0; i < v->links_n; i++)
        if (v->links[i].field == LINK_TRANSLATES)
            return true;
    return false;
}

err_t read_record_show(struct read *r)
{
    struct slice id;
    struct view v;
    struct replica_op *ops = NULL;
    size_t n = 0;
    uint64_t updated = 0;
    err_t e = read_entity(r, ENTITY_RECORD, read_text(r, "id"), &id);
    if (!e)
        e = read_view(r, ENTITY_RECORD, id, &v);
    if (!e)
        e = replica_updated(r->store, id, &updated);
    if (!e && asks_for_ops(&v))
        e = replica_ops(r->store, ENTITY_RECORD, id, &r->arena, &ops, &n);
    if (e)
        return e;
    say_put(r->result, "id", say_id(id));
    say_ally(r->authority, r->result, slice_of(id.at, ALLY_BYTES));
    say_put(r->result, "retired", json_boolean(v.tombstones_n > 0));
    say_put(r->result, "updated", updated ? say_time(updated) : json_null());
    say_put(r->result, "conflicts", json_integer(v.conflicts));
    say_fields(r->result, &v);
    json_t *terms = json_array();
    struct discipline_terms stand = {0, 0};
    for (size_t i = 0; i < v.sets_n && !e; i++)
        e = put_term(r, terms, &v.sets[i], &stand);
    say_put(r->result, "concepts", terms);
    if (e)
        return e;
    put_discipline(r, &v, &stand);
    read_put_translations(r, &v, ops, n);
    e = read_put_reviews(r, &v);
    if (e)
        return e;
    return read_put_links(r, &v, ops, n);
}
