#include "daemon/read/history.h"
#include "daemon/commons/shortage.h"
#include "daemon/read/judge.h"
#include "daemon/read/proposals.h"
#include "daemon/read/say.h"
#include "protocol/wire/rd.h"

static json_t *dots_json(const struct dot *dots, size_t n)
{
    json_t *out = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(out, say_dot(&dots[i]));
    return out;
}

static const struct field_info *field_of(const struct op *op, const struct op_write *w)
{
    bool put = op->info->kind == OP_RECORD_PUT || op->info->kind == OP_CONCEPT_PUT;
    return put ? field_by_number(op->info->entity, w->field) : NULL;
}

const char *read_write_name(const struct op *op, const struct op_write *w)
{
    const struct field_info *field = field_of(op, w);
    const struct relation_info *relation = op->info->kind == OP_CONCEPT_RELATE ? relation_by_number(w->field)
                                           : op->info->kind == OP_RECORD_LINK  ? link_by_number(w->field)
                                                                               : NULL;
    return field                                 ? field->name
           : relation                            ? relation->name
           : op->info->kind == OP_RECORD_REVIEW  ? "review"
           : op->info->kind == OP_RECORD_REPLY   ? "reply"
           : op->info->kind == OP_CONCEPT_MERGE  ? "merge"
           : op->info->kind == OP_CONCEPT_RETIRE ? "retire"
                                                 : "concepts";
}

bool read_adds(const struct op *op, const struct op_write *w)
{
    return op->info->kind == OP_CONCEPT_MERGE    ? op->target.len > 0
           : op->info->kind == OP_CONCEPT_RETIRE ? op->retired
                                                 : w->add;
}

/* What an actor answers: {"actor", "text"}. */
static json_t *reply_json(struct slice value)
{
    struct rd rd;
    rd_init(&rd, value);
    if (!value.len || rd_take_nil(&rd))
        return json_null();
    rd_array(&rd, 2, 2);
    struct slice actor = rd_text(&rd, SIZE_MAX), text = rd_text(&rd, SIZE_MAX);
    return rd.err ? json_null() : json_pack("{s:o, s:o}", "actor", say_string(actor), "text", say_string(text));
}

/* A URL, or why a concept was retired, or what a review or a reply says. */
static json_t *value_of(const struct op *op, const struct op_write *w, struct slice value)
{
    if (op->info->kind == OP_CONCEPT_RETIRE && value.len)
        return say_string(view_text(value));
    if (op->info->kind == OP_RECORD_REVIEW)
        return value.len && !value_is_nil(value) ? say_string(view_text(value)) : json_null();
    if (op->info->kind == OP_RECORD_REPLY)
        return reply_json(value);
    const struct relation_info *link = op->info->kind == OP_RECORD_LINK ? link_by_number(w->field) : NULL;
    json_t *whole = link && w->target.len == CONCEPT_BYTES && value.len ? link_to_json(link, w->target, value) : NULL;
    json_t *url = whole ? json_incref(json_object_get(whole, "target")) : json_null();
    json_decref(whole);
    return url;
}

/* What the concept is called that a term, a relation or a merge leads to. */
static void put_label(struct read *r, json_t *out, const struct op *op, const struct op_write *w, struct slice target)
{
    const struct relation_info *relation = op->info->kind == OP_CONCEPT_RELATE ? relation_by_number(w->field) : NULL;
    bool concept =
        op->info->kind == OP_RECORD_INDEX || op->info->kind == OP_CONCEPT_MERGE || (relation && !relation->match);
    struct slice label = concept && target.len == CONCEPT_BYTES ? read_label(r, target) : slice_text("");
    if (label.len)
        say_put(out, "label", say_string(label));
}

static json_t *write_json(struct read *r, const struct op *op, const struct op_write *w, struct slice value)
{
    json_t *out = json_object();
    const struct field_info *field = field_of(op, w);
    struct slice target = op->info->kind == OP_CONCEPT_MERGE ? op->target : w->target;
    say_put(out, "field", json_string(read_write_name(op, w)));
    say_put(out, "lang", say_string(w->lang));
    say_put(out, "add", json_boolean(read_adds(op, w)));
    say_put(out, "target", target.len ? say_id(target) : json_null());
    put_label(r, out, op, w, target);
    say_put(out, "replaces", dots_json(w->replaces, w->replaces_n));
    say_put(out, "value", field && value.len ? say_value(op->info->entity, field, value) : value_of(op, w, value));
    if (w->made_from_n)
        say_put(out, "made_from", dots_json(w->made_from, w->made_from_n));
    return out;
}

static void put_writes(struct read *r, json_t *entry, const struct replica_op *in, const struct op *op)
{
    struct slice *values = NULL;
    size_t n = 0;
    json_t *writes = json_array();
    err_t e = in->state == BODY_PRESENT ? op_decode_body(op, in->body, &r->arena, &values, &n) : ERR_HOLE;
    bool held = e == ERR_OK;
    shortage_note(e);
    for (size_t i = 0; i < op->writes_n; i++)
        json_array_append_new(writes, write_json(r, op, &op->writes[i], held && i < n ? values[i] : slice_text("")));
    say_put(entry, "writes", writes);
    if (op->dots_n)
        say_put(entry, "dots", dots_json(op->dots, op->dots_n));
}

/* What an adoption adopts: whose, and of which fields. What it names and is not here is left out. */
static err_t put_adopted(struct read *r, json_t *entry, const struct op *by, const struct replica_op *ops, size_t n)
{
    json_t *adopted = json_array();
    struct op op;
    err_t e = ERR_OK;
    for (size_t d = 0; d < by->dots_n && !e; d++) {
        size_t i = 0;
        while (i < n && dot_compare(&ops[i].dot, &by->dots[d]) != 0)
            i++;
        if (i == n || op_decode(ops[i].header, ops[i].dot.commit, &r->arena, &op))
            continue;
        json_t *one = json_object(), *fields = json_array();
        e = say_author(r, one, &ops[i].dot);
        for (size_t k = 0; k < op.writes_n; k++)
            json_array_append_new(fields,
                                  json_sprintf("%s%s%s%.*s", read_adds(&op, &op.writes[k]) ? "" : "-",
                                               read_write_name(&op, &op.writes[k]), op.writes[k].lang.len ? "@" : "",
                                               (int)op.writes[k].lang.len, (const char *)op.writes[k].lang.at));
        say_put(one, "fields", fields);
        json_array_append_new(adopted, one);
    }
    say_put(entry, "adopts", adopted);
    return e;
}

static err_t entry_of(struct read *r, const struct replica_op *in, enum entity_type type, struct slice entity,
                      const struct replica_op *ops, size_t n, json_t **out)
{
    const struct kind_info *info = kind_info(in->kind);
    struct fold_op op;
    struct op decoded;
    judge_op(r->authority, in, type, entity, &op);
    *out = json_object();
    err_t e = say_author(r, *out, &in->dot);
    say_put(*out, "clock", say_u64(in->clock));
    say_put(*out, "kind", info ? json_string(info->name) : json_sprintf("%llu", (unsigned long long)in->kind));
    say_put(*out, "counts", json_boolean(fold_counts(&op, entity)));
    err_t form = !e && info ? op_decode(in->header, in->dot.commit, &r->arena, &decoded) : ERR_UNKNOWN_KIND;
    shortage_note(form);
    if (form)
        return e;
    put_writes(r, *out, in, &decoded);
    if (decoded.motive.len)
        say_put(*out, "motive", read_motive(r, &decoded));
    return decoded.info->kind == OP_CONCEPT_ADOPT ? put_adopted(r, *out, &decoded, ops, n) : e;
}

err_t read_history(struct read *r, enum entity_type type)
{
    struct slice entity;
    struct replica_op *ops = NULL;
    size_t n = 0;
    json_t *history = json_array();
    err_t e = read_entity(r, type, read_text(r, "id"), &entity);
    if (!e)
        e = replica_ops(r->store, type, entity, &r->arena, &ops, &n);
    for (size_t i = 0; i < n && !e; i++) {
        json_t *entry = NULL;
        e = entry_of(r, &ops[i], type, entity, ops, n, &entry);
        json_array_append_new(history, entry);
    }
    if (e) {
        json_decref(history);
        return e;
    }
    say_put(r->result, "id", say_id(entity));
    say_put(r->result, "history", history);
    return ERR_OK;
}
