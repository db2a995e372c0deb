/*
 * req_concept_put: a concept replaced by another version of it. What others proposed is theirs: what is written here is proposed in its place, or
 * stands at once where this ally adopts by itself.
 */
#include "daemon/core/ingest.h"
#include "daemon/core/req_concept.h"

static bool writes(const struct entity_writes *w, const struct view_key *key)
{
    for (size_t i = 0; i < w->fields_n; i++)
        if (w->fields[i].field->number == key->field && slice_equal(w->fields[i].lang, key->lang))
            return !value_is_nil(w->fields[i].value);
    return false;
}

static bool has_label(const struct entity_writes *w)
{
    for (size_t i = 0; i < w->fields_n; i++)
        if (w->fields[i].field->number == C_PREF_LABEL && !value_is_nil(w->fields[i].value))
            return true;
    return false;
}

/* A concept keeps its URI. */
static err_t check_whole(struct req *r, const struct concept_job *j)
{
    const struct view_key *uri = view_field(&j->edit.view, C_URI, slice_text(""));
    for (size_t i = 0; uri && uri->shown && i < j->w.fields_n; i++)
        if (j->w.fields[i].field->number == C_URI && !slice_equal(j->w.fields[i].value, uri->shown->value))
            return why_set(&r->read.why, ERR_FIELD_VALUE, "uri");
    return has_label(&j->w) ? ERR_OK : why_set(&r->read.why, ERR_LABEL_MISSING, "prefLabel");
}

static err_t empty_others(struct concept_job *j, json_t *changed)
{
    err_t e = ERR_OK;
    for (size_t i = 0; i < j->edit.view.fields_n && !e; i++) {
        const struct view_key *key = &j->edit.view.fields[i];
        const struct field_info *field = field_by_number(ENTITY_CONCEPT, key->field);
        bool one = false;
        if (!field || !key->shown || key->field == C_URI || writes(&j->w, key))
            continue;
        e = edit_field(&j->edit, field, key->lang, value_nil, &one);
        if (one)
            json_array_append_new(changed, json_string(field->name));
    }
    return e;
}

static bool is_listed(struct concept_job *j, const struct view_key *key)
{
    uint8_t target[CONCEPT_BYTES];
    for (size_t i = 0; i < j->w.sets_n; i++)
        if (j->w.sets[i].relation->number == key->field &&
            concept_target(j, j->w.sets[i].relation, j->w.sets[i].target_text, target) == ERR_OK &&
            slice_equal(key->target, slice_of(target, CONCEPT_BYTES)))
            return true;
    return false;
}

static err_t cut_others(struct concept_job *j, json_t *changed)
{
    err_t e = ERR_OK;
    for (size_t i = 0; i < j->edit.view.sets_n && !e; i++) {
        const struct view_key *key = &j->edit.view.sets[i];
        const struct relation_info *relation = relation_by_number(key->field);
        bool one = false;
        if (!relation || is_listed(j, key))
            continue;
        e = edit_set(&j->edit, relation->number, key->target, false, value_nil, &one);
        if (one)
            json_array_append_new(changed, json_string(relation->name));
    }
    return e;
}

/* A concept of which nobody said what it is, is shown as a descriptor: to say it back says nothing. */
static void pass_by_kind(struct concept_job *j)
{
    const struct view_key *kind = view_field(&j->edit.view, C_KIND, slice_text(""));
    size_t kept = 0;
    for (size_t i = 0; i < j->w.fields_n; i++) {
        const struct field_write *f = &j->w.fields[i];
        bool back = f->field->number == C_KIND && slice_equal(view_text(f->value), slice_text("descriptor"));
        if (!back || (kind && kind->shown))
            j->w.fields[kept++] = *f;
    }
    j->w.fields_n = kept;
}

static err_t put_together(struct req *r, struct concept_job *j, json_t *changed)
{
    const json_t *object = json_object_get(r->read.args, "concept");
    err_t e = concept_open_named(r, j);
    if (!e)
        e = fields_from_json(ENTITY_CONCEPT, object, "", &r->read.arena, &j->w, &r->read.why);
    if (!e && j->w.unknown_n)
        e = why_set(&r->read.why, ERR_FIELD_UNKNOWN, "%.100s", j->w.unknown[0]);
    if (!e)
        pass_by_kind(j);
    if (!e)
        e = check_whole(r, j);
    if (!e)
        e = concept_writes(j, object, changed);
    if (!e)
        e = empty_others(j, changed);
    return e ? e : cut_others(j, changed);
}

err_t req_concept_put(struct req *r)
{
    struct concept_job j = {0};
    json_t *changed = json_array();
    err_t e = put_together(r, &j, changed);
    if (e) {
        json_decref(changed);
        return e;
    }
    say_put(r->read.result, "changed", changed);
    say_put(r->read.result, "outcome", json_string(edit_empty(&j.edit) ? "unchanged" : "updated"));
    if (!edit_empty(&j.edit))
        return concept_finish(r, &j);
    say_put(r->read.result, "id", say_id(j.edit.entity));
    e = batch_begin(r->core);
    return e ? e : req_end(r, req_put_version(r, r->read.result, ENTITY_CONCEPT, j.edit.entity));
}
