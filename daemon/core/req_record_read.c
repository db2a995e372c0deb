#include "conf/tr.h"
#include "daemon/commons/discipline.h"
#include "daemon/core/req_read.h"
#include "protocol/wire/rd.h"

err_t req_record_history(struct req *r)
{
    return req_history(r, ENTITY_RECORD);
}

/* An ally by its id or its name. */
static err_t ally_named(struct req *r, const char *text, struct slice *out)
{
    const struct authority *a = &r->core->authority;
    *out = slice_text("");
    for (size_t i = 0; *text && i < a->allies_n; i++) {
        char id[SHORT_LEN + 1];
        struct slice bytes = slice_of(a->allies[i].id, ALLY_BYTES);
        if (slice_equal(a->allies[i].name, slice_text(text)) || strncmp(core_short(bytes, id), text, SHORT_LEN) == 0)
            *out = bytes;
    }
    return *text && !out->len ? why_set(&r->why, ERR_NOT_FOUND, "%.100s", text) : ERR_OK;
}

static json_t *row_json(struct req *r, const struct record_row *row)
{
    json_t *out = json_object();
    req_put(out, "id", req_id(row->record));
    req_put_ally(r->core, out, slice_of(row->record.at, ALLY_BYTES));
    req_put(out, "source_id", row->source_id.len ? req_string(row->source_id) : json_null());
    req_put(out, "title", req_string(row->title));
    req_put(out, "updated", req_time(row->updated));
    req_put(out, "retired", json_boolean(row->retired));
    req_put(out, "conflicts", json_integer(row->conflicts));
    return out;
}

err_t req_record_list(struct req *r)
{
    struct slice after, ally;
    struct record_row *rows = NULL;
    size_t n = 0, limit = read_limit(r);
    err_t e = read_cursor(r, RECORD_BYTES, &after);
    if (!e)
        e = ally_named(r, req_text(r, "ally"), &ally);
    if (!e)
        e = replica_records(r->core->store, ally, after, limit + 1, req_flag(r, "retired"), &r->arena, &rows, &n);
    if (e)
        return e;
    json_t *records = json_array();
    for (size_t i = 0; i < n && i < limit; i++)
        json_array_append_new(records, row_json(r, &rows[i]));
    req_put(r->result, "records", records);
    req_put(r->result, "next", n > limit ? req_id(rows[limit - 1].record) : json_null());
    return ERR_OK;
}

static uint64_t weight_of(const struct view_key *key)
{
    struct rd rd;
    rd_init(&rd, key->shown ? key->shown->value : slice_text(""));
    return rd_peek(&rd) == RD_UINT ? rd_uint(&rd, 100) : 0;
}

static json_t *term_json(struct req *r, const struct view_key *key)
{
    json_t *out = json_object(), *allies = json_array();
    struct slice label = read_label(r, key->target);
    req_put(out, "id", req_id(key->target));
    req_put(out, "label", label.len ? req_string(label) : json_null());
    req_put(out, "weight", weight_of(key) ? json_integer((json_int_t)weight_of(key)) : json_null());
    for (size_t i = 0; i < key->values_n; i++) {
        const struct ally *ally =
            key->values[i].ally.len == ALLY_BYTES ? authority_ally(&r->core->authority, key->values[i].ally.at) : NULL;
        json_array_append_new(allies, ally ? req_string(ally->name) : req_id(key->values[i].ally));
    }
    req_put(out, "allies", allies);
    return out;
}

static void put_discipline(struct req *r, const struct view *v)
{
    struct discipline d;
    json_t *met = json_array(), *missed = json_array();
    discipline_check(v, &d);
    for (size_t i = 0; i < d.met_n; i++)
        json_array_append_new(met, json_string(d.met[i]->code));
    for (size_t i = 0; i < d.missed_n; i++)
        json_array_append_new(
            missed, json_pack("{s:s, s:s}", "rule", d.missed[i]->code, "text", tr(r->lang, d.missed[i]->sentence)));
    req_put(r->result, "discipline",
            json_pack("{s:i, s:o, s:o}", "profile", (int)authority_rule(&r->core->authority, RULE_PROFILE), "met", met,
                      "missed", missed));
}

err_t req_record_show(struct req *r)
{
    struct slice id;
    struct view v;
    struct replica_op *ops = NULL;
    size_t n = 0;
    err_t e = req_entity(r, ENTITY_RECORD, req_text(r, "id"), &id);
    if (!e)
        e = req_view(r, ENTITY_RECORD, id, &v);
    if (!e)
        e = replica_ops(r->core->store, ENTITY_RECORD, id, &r->arena, &ops, &n);
    if (e)
        return e;
    req_put(r->result, "id", req_id(id));
    req_put_ally(r->core, r->result, slice_of(id.at, ALLY_BYTES));
    req_put(r->result, "retired", json_boolean(v.tombstones_n > 0));
    req_put(r->result, "updated", n ? req_time(ops[n - 1].clock) : json_null());
    req_put(r->result, "conflicts", json_integer(v.conflicts));
    read_put_fields(r->result, &v);
    json_t *terms = json_array();
    for (size_t i = 0; i < v.sets_n; i++)
        json_array_append_new(terms, term_json(r, &v.sets[i]));
    req_put(r->result, "concepts", terms);
    put_discipline(r, &v);
    req_put_translations(r, &v, ops, n);
    return req_put_links(r, &v);
}
