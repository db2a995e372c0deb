/*
 * req_translate: which texts were made from which, and which of them no longer fit what their source says (DESIGN §4).
 */
#include "daemon/core/req.h"

/* ---- writing: "made_from": {"en": "fr"}, or "fr" for every other language ---- */

static err_t lang_of(struct req *r, const json_t *v, struct slice *out)
{
    *out = slice_text(json_is_string(v) ? json_string_value(v) : "");
    return lang_valid(*out) ? ERR_OK : why_set(&r->read.why, ERR_LANG, "made_from");
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
        return why_set(&r->read.why, ERR_LANG, "made_from");
    for (size_t i = 0; i < w->fields_n && !err; i++) {
        struct slice from;
        err = source_of(r, made_from, w->fields[i].lang, &from);
        if (!err && from.len && is_there(e, w, w->fields[i].field->number, from))
            err = edit_origin(e, w->fields[i].field, w->fields[i].lang, from);
    }
    return err;
}
