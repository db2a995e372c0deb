/*
 * req_record_write: records into commits, one commit a record.
 */
#include "daemon/commons/draft.h"
#include "daemon/core/ingest.h"
#include "daemon/core/own.h"
#include "daemon/core/refold.h"
#include "daemon/core/req_batch.h"
#include "daemon/read/judge.h"
#include "daemon/core/req_record.h"
#include "protocol/base/base32.h"

static const struct slice no_lang = {(const uint8_t *)"", 0};

/* ---- one record ---- */

/* The id that an export gave: of a record in this alliance, not of anything that a foreign file calls so. */
static bool exported_id(const struct record_job *j, const json_t *object, uint8_t id[RECORD_BYTES])
{
    const char *text = json_string_value(json_object_get(object, "id"));
    return text && base32_decode(slice_text(text), id, RECORD_BYTES) == ERR_OK &&
           authority_ally(&j->r->core->authority, id) != NULL;
}

/* A neighbour's records out of an export do not become ours. */
static err_t refuse_others(const struct record_job *j, const struct ally *ally, const json_t *object)
{
    uint8_t id[RECORD_BYTES];
    bool theirs = j->import && exported_id(j, object, id) &&
                  !judge_owns(&j->r->core->authority, ally, slice_of(id, RECORD_BYTES));
    return theirs ? why_set(&j->r->read.why, ERR_NOT_OURS, "id %.60s", json_string_value(json_object_get(object, "id")))
                  : ERR_OK;
}

/* The owner's eight bytes, then what names it at the source; without a source id it is drawn. */
static err_t record_id(struct record_job *j, const struct ally *ally, const json_t *object, uint8_t id[RECORD_BYTES])
{
    const struct field_write *source = draft_find(&j->w, R_SOURCE_ID, NULL);
    memcpy(id, ally->id, ALLY_BYTES);
    if (source && !value_is_nil(source->value)) {
        struct slice text = view_text(source->value);
        hash128(id + ALLY_BYTES, &text, 1);
    } else if (j->import && exported_id(j, object, id)) {
        return ERR_OK;
    } else if (j->import) {
        return ERR_SOURCE_ID;
    } else {
        j->r->core->env.random(j->r->core->env.ctx, id + ALLY_BYTES, RECORD_BYTES - ALLY_BYTES);
    }
    return ERR_OK;
}

err_t record_default(struct record_job *j, enum record_field number, const char *text)
{
    struct slice value;
    const struct field_info *field = field_by_number(ENTITY_RECORD, number);
    if (!*text || draft_says(&j->w, number))
        return ERR_OK;
    err_t e = req_encoded(j->r, slice_text(text), &value);
    return e ? e : edit_field(&j->edit, field, no_lang, value, NULL);
}

static err_t new_record_rules(struct record_job *j)
{
    if (j->edit.known)
        return ERR_OK;
    err_t e = draft_check(&j->w, false, &j->r->read.why);
    e = e ? e : record_default(j, R_TYPE, DRAFT_TYPE);
    return e ? e : record_default(j, R_LICENCE, j->r->core->licence);
}

static err_t add_note(struct record_job *j, uint64_t field, struct slice lang, const uint8_t hash[16])
{
    struct import_note *note = arena_alloc(&j->r->read.arena, 1, sizeof *note);
    if (!note)
        return ERR_MEMORY;
    note->field = field;
    memcpy(note->hash, hash, sizeof note->hash);
    note->next = j->notes;
    j->notes = note;
    return arena_copy(&j->r->read.arena, lang, &note->lang);
}

/* A line that was refused must look changed when it comes again, so nothing is noted before it is in. */
static err_t keep_notes(const struct record_job *j)
{
    err_t e = ERR_OK;
    for (const struct import_note *n = j->dry_run ? NULL : j->notes; n && !e; n = n->next)
        e = local_import_set(j->r->core->store, j->edit.entity, n->field, n->lang, n->hash);
    return e;
}

/* An import writes only what changed at the source since its last import, so that it undoes nobody's edits. */
static err_t changed_at_source(struct record_job *j, uint64_t field, struct slice lang, struct slice value,
                               bool *changed)
{
    uint8_t now[16], before[16];
    *changed = true;
    if (!j->import)
        return ERR_OK;
    hash128(now, &value, 1);
    err_t e = local_import_get(j->r->core->store, j->edit.entity, field, lang, before);
    *changed = e != ERR_OK || memcmp(now, before, sizeof now) != 0;
    if (e && e != ERR_NOT_FOUND)
        return e;
    return *changed ? add_note(j, field, lang, now) : ERR_OK;
}

/* A text said to be made from another is another statement than the text alone. */
static err_t said(struct record_job *j, const struct field_write *f, struct slice *out)
{
    const struct edit_origin *origin = edit_origin_of(&j->edit, f->field->number, f->lang);
    *out = f->value;
    if (!origin)
        return ERR_OK;
    uint8_t *both = arena_alloc(&j->r->read.arena, f->value.len + origin->from.len, 1);
    if (!both)
        return ERR_MEMORY;
    memcpy(both, f->value.at, f->value.len);
    memcpy(both + f->value.len, origin->from.at, origin->from.len);
    *out = slice_of(both, f->value.len + origin->from.len);
    return ERR_OK;
}

/* A translation that comes back in its own words, out of an export, is not said to fit what its source says by now. */
static bool comes_back(const struct record_job *j, const struct field_write *f)
{
    const struct view_key *key =
        j->import && j->edit.known ? view_field(&j->edit.view, f->field->number, f->lang) : NULL;
    return key && !key->conflict && key->shown && key->shown->made_from_n && slice_equal(key->shown->value, f->value);
}

static err_t write_field(struct record_job *j, const struct field_write *f)
{
    bool changed = true;
    struct slice statement;
    err_t e = said(j, f, &statement);
    if (!e)
        e = changed_at_source(j, f->field->number, f->lang, statement, &changed);
    return e || !changed || comes_back(j, f) ? e : edit_field(&j->edit, f->field, f->lang, f->value, NULL);
}

/* Sources before what is made from them. */
static err_t write_fields(struct record_job *j, const json_t *object)
{
    err_t e = req_origins(j->r, &j->edit, object, &j->w);
    for (size_t i = 0; i < 2 * j->w.fields_n && !e; i++) {
        const struct field_write *f = &j->w.fields[i % j->w.fields_n];
        bool made = edit_origin_of(&j->edit, f->field->number, f->lang) != NULL;
        if (made == (i >= j->w.fields_n))
            e = write_field(j, f);
    }
    return e;
}

/* Does the source speak of this at all? A table without a column for it says nothing about it. A name without a language is about the record's. */
static bool speaks_of(const struct record_job *j, const char *field, struct slice lang)
{
    const json_t *all = json_object_get(j->r->read.args, "speaks_of"), *one;
    size_t i, n = strlen(field);
    json_array_foreach((json_t *)(uintptr_t)all, i, one)
    {
        const char *text = json_string_value(one);
        if (!text || strncmp(text, field, n) != 0 || (text[n] && text[n] != '@'))
            continue;
        if (!lang.len || slice_equal(lang, text[n] ? slice_text(text + n + 1) : slice_text(j->lang)))
            return true;
    }
    return all == NULL;
}

/* What an earlier import brought and the source no longer has is emptied. */
static err_t drop_vanished(struct record_job *j)
{
    uint8_t before[16];
    err_t e = ERR_OK;
    for (size_t i = 0; j->import && i < j->edit.view.fields_n && !e; i++) {
        const struct view_key *key = &j->edit.view.fields[i];
        bool changed = false;
        const struct field_info *field = field_by_number(ENTITY_RECORD, key->field);
        if (!key->shown || draft_find(&j->w, key->field, &key->lang) || !field ||
            !speaks_of(j, field->name, key->lang) ||
            local_import_get(j->r->core->store, j->edit.entity, key->field, key->lang, before))
            continue;
        e = changed_at_source(j, key->field, key->lang, value_nil, &changed);
        if (!e && changed)
            e = edit_field(&j->edit, field, key->lang, value_nil, NULL);
    }
    return e;
}

/* A term that is there as it is named stays; anything new leads to where merges end. */
err_t record_term(struct req *r, const struct edit *edit, struct slice text, uint8_t out[CONCEPT_BYTES])
{
    err_t e = read_target(&r->read, text, out);
    if (e == ERR_BASE32) /* somebody's own name for it: there is nothing of that name */
        e = ERR_NOT_FOUND;
    if (!e && !edit_has(edit, 0, slice_of(out, CONCEPT_BYTES)))
        e = read_follow(&r->read, out);
    return e ? why_set(&r->read.why, e, "concepts %.*s", (int)(text.len < 100 ? text.len : 100), (const char *)text.at)
             : ERR_OK;
}

/* A term without a weight is noted as true: nil is what one that vanished becomes. */
static err_t write_terms(struct record_job *j)
{
    static const uint8_t there[] = {0xc3};
    err_t e = ERR_OK;
    for (size_t i = 0; i < j->w.sets_n && !e; i++) {
        uint8_t target[CONCEPT_BYTES];
        bool changed = true;
        struct slice id = slice_of(target, CONCEPT_BYTES), weight = j->w.sets[i].weight;
        e = record_term(j->r, &j->edit, j->w.sets[i].target_text, target);
        if (e)
            return e;
        e = changed_at_source(j, 0, id, value_is_nil(weight) ? slice_of(there, 1) : weight, &changed);
        if (!e && changed)
            e = edit_set(&j->edit, 0, id, true, weight, NULL);
    }
    return e;
}

bool record_lists(struct record_job *j, const struct edit *edit, struct slice concept)
{
    for (size_t i = 0; i < j->w.sets_n; i++) {
        uint8_t target[CONCEPT_BYTES];
        if (record_term(j->r, edit, j->w.sets[i].target_text, target) == ERR_OK &&
            slice_equal(concept, slice_of(target, CONCEPT_BYTES)))
            return true;
    }
    return false;
}

static err_t drop_vanished_terms(struct record_job *j)
{
    uint8_t before[16];
    err_t e = ERR_OK;
    bool spoken = speaks_of(j, "concepts", no_lang);
    for (size_t i = 0; j->import && spoken && i < j->edit.view.sets_n && !e; i++) {
        const struct view_key *key = &j->edit.view.sets[i];
        bool changed = false;
        if (local_import_get(j->r->core->store, j->edit.entity, 0, key->target, before) ||
            record_lists(j, &j->edit, key->target))
            continue;
        e = changed_at_source(j, 0, key->target, value_nil, &changed);
        if (!e && changed)
            e = edit_set(&j->edit, 0, key->target, false, value_nil, NULL);
    }
    return e;
}

/* What is noted of links stands behind the fields' numbers. */
static uint64_t link_note(uint64_t link)
{
    return (UINT64_C(1) << 32) + link;
}

static err_t write_links(struct record_job *j)
{
    const struct field_write *source = draft_find(&j->w, R_SOURCE_ID, NULL);
    struct slice own_source = source ? view_text(source->value) : slice_text("");
    err_t e = ERR_OK;
    for (size_t i = 0; i < j->w.links_n && !e; i++) {
        struct link_write *l = &j->w.links[i];
        bool changed = true;
        e = req_link_target(j->r, &j->edit, own_source, l);
        if (!e)
            e = changed_at_source(j, link_note(l->link->number), l->target, l->value, &changed);
        if (!e && changed)
            e = edit_link(&j->edit, l->link->number, l->target, true, l->value, NULL);
    }
    return e;
}

static err_t drop_vanished_links(struct record_job *j)
{
    static const uint8_t gone[] = {0xc2};
    uint8_t before[16];
    err_t e = ERR_OK;
    bool spoken = speaks_of(j, "links", no_lang);
    for (size_t i = 0; j->import && spoken && i < j->edit.view.links_n && !e; i++) {
        const struct view_key *key = &j->edit.view.links[i];
        bool changed = false;
        if (req_link_listed(&j->w, key) ||
            local_import_get(j->r->core->store, j->edit.entity, link_note(key->field), key->target, before))
            continue;
        e = changed_at_source(j, link_note(key->field), key->target, slice_of(gone, 1), &changed);
        if (!e && changed)
            e = edit_link(&j->edit, (unsigned)key->field, key->target, false, value_nil, NULL);
    }
    return e;
}

static err_t put_together(struct record_job *j, const json_t *object)
{
    struct own *own = j->r->own;
    const struct ally *ally = own ? authority_ally_of(&j->r->core->authority, own->key.pub) : NULL;
    uint8_t id[RECORD_BYTES];
    if (!ally)
        return ERR_STANDING;
    const char *lang = json_string_value(json_object_get(object, "lang"));
    j->lang = lang ? lang : j->r->core->language;
    err_t e = fields_from_json(ENTITY_RECORD, object, j->r->core->language, &j->r->read.arena, &j->w, &j->r->read.why);
    if (!e && j->w.unknown_n && !read_flag(&j->r->read, "unknown_ok"))
        e = why_set(&j->r->read.why, ERR_FIELD_UNKNOWN, "%.100s", j->w.unknown[0]);
    if (!e) {
        e = refuse_others(j, ally, object);
        if (e)
            return e;
        e = record_id(j, ally, object, id);
        if (e)
            return why_set(&j->r->read.why, e, "source_id");
    }
    if (!e)
        e = refold_now(j->r->core, ENTITY_RECORD, slice_of(id, RECORD_BYTES));
    if (!e)
        e = edit_open(j->r->core, own, ENTITY_RECORD, slice_of(id, RECORD_BYTES), &j->r->read.arena, &j->edit);
    if (!e)
        e = new_record_rules(j);
    if (!e)
        e = write_fields(j, object);
    if (!e)
        e = write_terms(j);
    if (!e)
        e = write_links(j);
    if (!e)
        e = drop_vanished(j);
    if (!e)
        e = drop_vanished_terms(j);
    return e ? e : drop_vanished_links(j);
}

static err_t write_one(struct req *r, const json_t *line, const json_t *object, void *ctx, struct tally *t)
{
    struct record_job j = {.r = r,
                           .import = strcmp(read_text(&r->read, "mode"), "import") == 0,
                           .dry_run = read_flag(&r->read, "dry_run")};
    struct dot dot = {{0}, 0};
    (void)ctx;
    err_t e = put_together(&j, object);
    if (!e && j.edit.known && read_flag(&r->read, "fresh"))
        e = why_set(&r->read.why, ERR_KNOWN, "source_id");
    if (!e)
        e = req_if_match_line(r, ENTITY_RECORD, j.edit.entity);
    if (e)
        return e;
    tally_unknown(t, &j.w);
    bool write = !edit_empty(&j.edit) && !j.dry_run;
    /* Something changed at the source: it has the record again. What nobody changed stays retired. */
    j.edit.revive = !edit_empty(&j.edit) && edit_retired(&j.edit);
    if (write)
        e = edit_write(&j.edit, false, &dot);
    if (!e)
        e = keep_notes(&j);
    if (!e)
        e = tally_line(r, t, line, &j.edit, write ? &dot : NULL);
    return e;
}

err_t req_record_write(struct req *r)
{
    const json_t *lines;
    err_t e = req_batch_list(r, "lines", &lines);
    return e ? e : req_batch(r, lines, "record", write_one, NULL);
}
