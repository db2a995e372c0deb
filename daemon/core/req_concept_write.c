/*
 * req_concept_write: thesaurus edits into commits, one commit a concept.
 */
#include "daemon/core/ingest.h"
#include "daemon/core/own.h"
#include "daemon/core/refold.h"
#include "daemon/core/req_batch.h"
#include "daemon/core/req_concept.h"
#include "protocol/base/base32.h"
#include <stdio.h>

static const struct slice no_lang = {(const uint8_t *)"", 0};

static const struct field_write *find_write(const struct entity_writes *w, uint64_t field)
{
    for (size_t i = 0; i < w->fields_n; i++)
        if (w->fields[i].field->number == field && !value_is_nil(w->fields[i].value))
            return &w->fields[i];
    return NULL;
}

/* Its URI names a concept everywhere; without one it gets an id of its own and a URI made from it. */
static err_t concept_id(struct concept_job *j, const json_t *object, uint8_t id[CONCEPT_BYTES], bool *minted)
{
    const struct field_write *uri = find_write(&j->w, C_URI);
    const char *text = json_string_value(json_object_get(object, "id"));
    *minted = false;
    if (uri)
        return read_target(&j->r->read, view_text(uri->value), id);
    if (text)
        return base32_decode(slice_text(text), id, CONCEPT_BYTES);
    j->r->core->env.random(j->r->core->env.ctx, id, CONCEPT_BYTES);
    *minted = true;
    return ERR_OK;
}

static err_t mint_uri(struct concept_job *j)
{
    char uri[READ_URN_BYTES];
    struct slice value;
    read_urn(j->edit.entity, uri);
    err_t e = req_encoded(j->r, slice_text(uri), &value);
    return e ? e : edit_field(&j->edit, field_by_number(ENTITY_CONCEPT, C_URI), no_lang, value, NULL);
}

err_t concept_target(struct concept_job *j, const struct relation_info *relation, struct slice text,
                     uint8_t out[CONCEPT_BYTES])
{
    if (relation->match) {
        hash128(out, &text, 1);
        return ERR_OK;
    }
    err_t e = read_target(&j->r->read, text, out);
    return e || edit_has(&j->edit, relation->number, slice_of(out, CONCEPT_BYTES)) ? e : read_follow(&j->r->read, out);
}

static err_t relate(struct concept_job *j, const struct relation_info *relation, struct slice target_text, bool add,
                    bool *changed)
{
    uint8_t target[CONCEPT_BYTES];
    struct slice value = value_nil;
    err_t e = concept_target(j, relation, target_text, target);
    if (!e && relation->match && add)
        e = req_encoded(j->r, target_text, &value);
    if (e)
        return why_set(&j->r->read.why, e, "%s %.*s", relation->name,
                       (int)(target_text.len < 100 ? target_text.len : 100), (const char *)target_text.at);
    if (slice_equal(j->edit.entity, slice_of(target, CONCEPT_BYTES)))
        return why_set(&j->r->read.why, ERR_FIELD_VALUE, "%s", relation->name);
    return edit_set(&j->edit, relation->number, slice_of(target, CONCEPT_BYTES), add, value, changed);
}

static err_t motive_of(struct req *r, const char *text, struct slice *out)
{
    *out = slice_text("");
    return text && *text ? read_entity(&r->read, ENTITY_RECORD, text, out) : ERR_OK;
}

static err_t open_concept(struct concept_job *j, struct slice id)
{
    err_t e = refold_now(j->r->core, ENTITY_CONCEPT, id);
    if (!e)
        e = edit_open(j->r->core, j->r->own, ENTITY_CONCEPT, id, &j->r->read.arena, &j->edit);
    j->edit.motive = j->motive;
    return e;
}

err_t concept_writes(struct concept_job *j, const json_t *object, json_t *changed)
{
    err_t e = ERR_OK;
    for (size_t i = 0; i < j->w.fields_n && !e; i++) {
        bool one = false;
        e = edit_field(&j->edit, j->w.fields[i].field, j->w.fields[i].lang, j->w.fields[i].value, &one);
        if (one && changed)
            json_array_append_new(changed, json_string(j->w.fields[i].field->name));
    }
    for (size_t i = 0; i < j->w.sets_n && !e; i++) {
        bool one = false;
        e = relate(j, j->w.sets[i].relation, j->w.sets[i].target_text, true, &one);
        if (one && changed)
            json_array_append_new(changed, json_string(j->w.sets[i].relation->name));
    }
    return e ? e : concept_registers(j, object, changed);
}

static err_t put_together(struct concept_job *j, const json_t *object)
{
    uint8_t id[CONCEPT_BYTES];
    bool minted = false;
    const char *motive = json_string_value(json_object_get(object, "motive"));
    err_t e = fields_from_json(ENTITY_CONCEPT, object, "", &j->r->read.arena, &j->w, &j->r->read.why);
    if (!e && motive)
        e = motive_of(j->r, motive, &j->motive);
    if (!e)
        e = concept_id(j, object, id, &minted);
    if (!e)
        e = open_concept(j, slice_of(id, CONCEPT_BYTES));
    if (!e && !j->edit.known && strcmp(read_text(&j->r->read, "mode"), "import") != 0 &&
        !find_write(&j->w, C_PREF_LABEL))
        e = why_set(&j->r->read.why, ERR_LABEL_MISSING, "prefLabel");
    if (!e && minted)
        e = mint_uri(j);
    return e ? e : concept_writes(j, object, NULL);
}

/* ctx: the motive of all. */
static err_t write_one(struct req *r, const json_t *line, const json_t *object, void *ctx, struct tally *t)
{
    struct concept_job j = {.r = r, .motive = *(const struct slice *)ctx, .adopt = read_flag(&r->read, "adopt")};
    struct dot dot = {{0}, 0};
    err_t e = put_together(&j, object);
    if (!e && j.edit.known && read_flag(&r->read, "fresh"))
        e = why_set(&r->read.why, ERR_KNOWN, "uri");
    if (!e)
        e = req_if_match_line(r, ENTITY_CONCEPT, j.edit.entity);
    if (e)
        return e;
    tally_unknown(t, &j.w);
    bool write = !edit_empty(&j.edit) && !read_flag(&r->read, "dry_run");
    if (write)
        e = edit_write(&j.edit, j.adopt, &dot);
    if (!e)
        e = tally_line(r, t, line, &j.edit, write ? &dot : NULL);
    return e;
}

static err_t check_adopter(struct req *r)
{
    const struct own *own = r->own;
    const struct ally *ally = own ? authority_ally_of(&r->core->authority, own->key.pub) : NULL;
    if (!ally)
        return ERR_STANDING;
    return read_flag(&r->read, "adopt") && !edit_may_adopt(r->core, ally)
               ? why_set(&r->read.why, ERR_WHO, "concept.adopt")
               : ERR_OK;
}

err_t req_concept_write(struct req *r)
{
    const json_t *concepts;
    struct slice motive;
    err_t e = req_batch_list(r, "concepts", &concepts);
    if (!e)
        e = check_adopter(r);
    if (!e)
        e = motive_of(r, read_text(&r->read, "motive"), &motive);
    return e ? e : req_batch(r, concepts, "concept", write_one, &motive);
}

/* ---- one concept by its id ---- */

err_t concept_open_named(struct req *r, struct concept_job *j)
{
    struct slice id;
    j->r = r;
    j->adopt = read_flag(&r->read, "adopt");
    err_t e = check_adopter(r);
    if (!e)
        e = motive_of(r, read_text(&r->read, "motive"), &j->motive);
    if (!e)
        e = read_entity(&r->read, ENTITY_CONCEPT, read_text(&r->read, "id"), &id);
    if (!e)
        e = req_if_match(r, ENTITY_CONCEPT, id);
    return e ? e : open_concept(j, id);
}

err_t concept_finish(struct req *r, struct concept_job *j)
{
    struct dot dot = {{0}, 0};
    err_t e = batch_begin(r->core);
    if (e)
        return e;
    e = edit_write(&j->edit, j->adopt, &dot);
    if (!e)
        e = req_put_version(r, r->read.result, ENTITY_CONCEPT, j->edit.entity);
    say_put(r->read.result, "id", say_id(j->edit.entity));
    say_put(r->read.result, "dot", say_dot(&dot));
    return req_end(r, e);
}

err_t req_concept_edit(struct req *r)
{
    struct concept_job j = {0};
    json_t *changed = json_array();
    err_t e = concept_open_named(r, &j);
    if (!e && json_object_get(json_object_get(r->read.args, "set"), "status"))
        e = why_set(&r->read.why, ERR_FIELD_UNKNOWN, "status");
    if (!e)
        e = fields_from_json(ENTITY_CONCEPT, json_object_get(r->read.args, "set"), "", &r->read.arena, &j.w,
                             &r->read.why);
    if (!e && j.w.unknown_n)
        e = why_set(&r->read.why, ERR_FIELD_UNKNOWN, "%.100s", j.w.unknown[0]);
    if (!e)
        e = concept_writes(&j, json_object_get(r->read.args, "set"), changed);
    if (e) {
        json_decref(changed);
        return e;
    }
    say_put(r->read.result, "changed", changed);
    return concept_finish(r, &j);
}

err_t req_concept_relate(struct req *r)
{
    struct concept_job j = {0};
    const struct relation_info *relation = relation_by_name(read_text(&r->read, "relation"));
    bool changed = false;
    if (!relation)
        return why_set(&r->read.why, ERR_RELATION, "%.100s", read_text(&r->read, "relation"));
    err_t e = concept_open_named(r, &j);
    if (!e)
        e = relate(&j, relation, slice_text(read_text(&r->read, "target")), !read_flag(&r->read, "remove"), &changed);
    return e ? e : concept_finish(r, &j);
}
