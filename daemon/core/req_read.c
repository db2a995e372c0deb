/*
 * req_read: what records and concepts share when they are read: lists' cursors, fields as JSON, history.
 */
#include "daemon/core/req_read.h"
#include "daemon/core/refold.h"
#include "daemon/core/shortage.h"
#include "protocol/base/base32.h"
#include "protocol/wire/rd.h"
#include <stdlib.h>

size_t read_limit(const struct req *r)
{
    int64_t n = req_number(r, "limit", 50);
    return n < 1 ? 1 : n > READ_LIMIT_MAX ? READ_LIMIT_MAX : (size_t)n;
}

err_t read_cursor(struct req *r, size_t bytes, struct slice *out)
{
    const char *text = req_text(r, "cursor");
    uint8_t *id = arena_alloc(&r->arena, 1, bytes);
    *out = slice_text("");
    if (!*text)
        return ERR_OK;
    if (!id)
        return ERR_MEMORY;
    err_t e = base32_decode(slice_text(text), id, bytes);
    if (e)
        return why_set(&r->why, ERR_BASE32, "cursor");
    *out = slice_of(id, bytes);
    return ERR_OK;
}

/* Texts stand under their language, the rest by itself. */
void read_put_field(json_t *out, enum entity_type type, const struct field_info *field, struct slice lang,
                    struct slice value)
{
    json_t *v = req_value(type, field, value);
    if (field->lang == LANG_NONE) {
        req_put(out, field->name, v);
        return;
    }
    char tag[LANG_MAX + 1] = "";
    memcpy(tag, lang.at, lang.len < LANG_MAX ? lang.len : LANG_MAX);
    json_t *by_lang = json_object_get(out, field->name);
    if (!by_lang) {
        by_lang = json_object();
        req_put(out, field->name, by_lang);
    }
    req_put(by_lang, tag, v);
}

void read_put_fields(json_t *out, const struct view *v)
{
    for (size_t i = 0; i < v->fields_n; i++) {
        const struct field_info *field = field_by_number(v->type, v->fields[i].field);
        if (field && v->fields[i].shown)
            read_put_field(out, v->type, field, v->fields[i].lang, v->fields[i].shown->value);
    }
}

struct slice read_label(struct req *r, struct slice concept)
{
    struct view v;
    err_t e = req_view(r, ENTITY_CONCEPT, concept, &v);
    shortage_note(e);
    return e ? slice_text("") : view_label(&v, slice_text(r->lang));
}

/* ---- history ---- */

static json_t *dots_json(const struct dot *dots, size_t n)
{
    json_t *out = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(out, req_dot(&dots[i]));
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

/* A URL, or why a concept was retired. */
static json_t *value_of(const struct op *op, const struct op_write *w, struct slice value)
{
    if (op->info->kind == OP_CONCEPT_RETIRE && value.len)
        return req_string(view_text(value));
    const struct relation_info *link = op->info->kind == OP_RECORD_LINK ? link_by_number(w->field) : NULL;
    json_t *whole = link && w->target.len == CONCEPT_BYTES && value.len ? link_to_json(link, w->target, value) : NULL;
    json_t *url = whole ? json_incref(json_object_get(whole, "target")) : json_null();
    json_decref(whole);
    return url;
}

static json_t *write_json(const struct op *op, const struct op_write *w, struct slice value)
{
    json_t *out = json_object();
    const struct field_info *field = field_of(op, w);
    struct slice target = op->info->kind == OP_CONCEPT_MERGE ? op->target : w->target;
    req_put(out, "field", json_string(read_write_name(op, w)));
    req_put(out, "lang", req_string(w->lang));
    req_put(out, "add", json_boolean(read_adds(op, w)));
    req_put(out, "target", target.len ? req_id(target) : json_null());
    req_put(out, "replaces", dots_json(w->replaces, w->replaces_n));
    req_put(out, "value", field && value.len ? req_value(op->info->entity, field, value) : value_of(op, w, value));
    if (w->made_from_n)
        req_put(out, "made_from", dots_json(w->made_from, w->made_from_n));
    return out;
}

static void put_writes(struct req *r, json_t *entry, const struct replica_op *in, const struct op *op)
{
    struct slice *values = NULL;
    size_t n = 0;
    json_t *writes = json_array();
    err_t e = in->state == BODY_PRESENT ? op_decode_body(op, in->body, &r->arena, &values, &n) : ERR_HOLE;
    bool held = e == ERR_OK;
    shortage_note(e);
    for (size_t i = 0; i < op->writes_n; i++)
        json_array_append_new(writes, write_json(op, &op->writes[i], held && i < n ? values[i] : slice_text("")));
    req_put(entry, "writes", writes);
    if (op->dots_n)
        req_put(entry, "dots", dots_json(op->dots, op->dots_n));
}

static err_t entry_of(struct req *r, const struct replica_op *in, enum entity_type type, struct slice entity,
                      json_t **out)
{
    const struct kind_info *info = kind_info(in->kind);
    struct fold_op op;
    struct op decoded;
    refold_op(r->core, in, type, entity, &op);
    *out = json_object();
    err_t e = req_put_author(r, *out, &in->dot);
    req_put(*out, "clock", req_u64(in->clock));
    req_put(*out, "kind", info ? json_string(info->name) : json_sprintf("%llu", (unsigned long long)in->kind));
    req_put(*out, "counts", json_boolean(fold_counts(&op, entity)));
    err_t form = !e && info ? op_decode(in->header, in->dot.commit, &r->arena, &decoded) : ERR_UNKNOWN_KIND;
    shortage_note(form);
    if (!form)
        put_writes(r, *out, in, &decoded);
    return e;
}

err_t req_history(struct req *r, enum entity_type type)
{
    struct slice entity;
    struct replica_op *ops = NULL;
    size_t n = 0;
    json_t *history = json_array();
    err_t e = req_entity(r, type, req_text(r, "id"), &entity);
    if (!e)
        e = replica_ops(r->core->store, type, entity, &r->arena, &ops, &n);
    for (size_t i = 0; i < n && !e; i++) {
        json_t *entry = NULL;
        e = entry_of(r, &ops[i], type, entity, &entry);
        json_array_append_new(history, entry);
    }
    if (e) {
        json_decref(history);
        return e;
    }
    req_put(r->result, "id", req_id(entity));
    req_put(r->result, "history", history);
    return ERR_OK;
}
