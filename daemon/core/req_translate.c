/*
 * req_translate: which texts were made from which, and which of them no longer fit what their source says (DESIGN §4).
 */
#include "daemon/core/req_read.h"

/* ---- writing: "made_from": {"en": "fr"}, or "fr" for every other language ---- */

static err_t lang_of(struct req *r, const json_t *v, struct slice *out)
{
    *out = slice_text(json_is_string(v) ? json_string_value(v) : "");
    return lang_valid(*out) ? ERR_OK : why_set(&r->why, ERR_LANG, "made_from");
}

static err_t source_of(struct req *r, const json_t *made_from, struct slice lang, struct slice *from)
{
    char tag[LANG_MAX + 1] = "";
    *from = slice_text("");
    if (!lang.len || lang.len > LANG_MAX)
        return ERR_OK;
    memcpy(tag, lang.at, lang.len);
    const json_t *v = json_is_string(made_from) ? made_from : json_object_get(made_from, tag);
    err_t e = v ? lang_of(r, v, from) : ERR_OK;
    if (!e && slice_equal(*from, lang))
        *from = slice_text("");
    return e;
}

static bool is_there(const struct edit *e, const struct entity_writes *w, uint64_t field, struct slice lang)
{
    const struct view_key *key = view_field(&e->view, field, lang);
    bool there = key && key->shown;
    for (size_t i = 0; i < w->fields_n; i++)
        if (w->fields[i].field->number == field && slice_equal(w->fields[i].lang, lang))
            there = !value_is_nil(w->fields[i].value);
    return there;
}

err_t req_origins(struct req *r, struct edit *e, const json_t *object, const struct entity_writes *w)
{
    const json_t *made_from = json_object_get(object, "made_from");
    err_t err = ERR_OK;
    if (!made_from || json_is_null(made_from))
        return ERR_OK;
    if (!json_is_string(made_from) && !json_is_object(made_from))
        return why_set(&r->why, ERR_LANG, "made_from");
    for (size_t i = 0; i < w->fields_n && !err; i++) {
        struct slice from;
        err = source_of(r, made_from, w->fields[i].lang, &from);
        if (!err && from.len && is_there(e, w, w->fields[i].field->number, from))
            err = edit_origin(e, w->fields[i].field, w->fields[i].lang, from);
    }
    return err;
}

/* ---- showing ---- */

static bool names(const struct view_value *v, const struct dot *dot)
{
    for (size_t i = 0; i < v->made_from_n; i++)
        if (dot_compare(&v->made_from[i], dot) == 0)
            return true;
    return false;
}

/* The language that an op named by a translation writes; "" where that op is not here. An op may write several: not the translation's own. */
static struct slice source_lang(struct req *r, const struct view_key *key, const struct replica_op *ops, size_t n)
{
    struct slice found = slice_text("");
    for (size_t i = 0; i < n; i++) {
        struct op op;
        if (!names(key->shown, &ops[i].dot) || op_decode(ops[i].header, ops[i].dot.commit, &r->arena, &op))
            continue;
        for (size_t k = 0; k < op.writes_n; k++)
            if (op.writes[k].field == key->field && !slice_equal(op.writes[k].lang, key->lang) &&
                (!found.len || !op.writes[k].made_from_n))
                found = op.writes[k].lang;
    }
    return found;
}

void req_put_translations(struct req *r, const struct view *v, const struct replica_op *ops, size_t n)
{
    json_t *out = json_array();
    for (size_t i = 0; i < v->fields_n; i++) {
        const struct view_key *key = &v->fields[i];
        const struct field_info *field = field_by_number(v->type, key->field);
        if (!field || !key->shown || !key->shown->made_from_n)
            continue;
        struct slice from = source_lang(r, key, ops, n);
        const struct view_key *source = from.len ? view_field(v, key->field, from) : NULL;
        bool stale = !source || !source->shown || !names(key->shown, &source->shown->dot);
        json_array_append_new(out, json_pack("{s:s, s:o, s:o, s:b}", "field", field->name, "lang",
                                             req_string(key->lang), "from", req_string(from), "stale", (int)stale));
    }
    req_put(r->result, "translations", out);
}
