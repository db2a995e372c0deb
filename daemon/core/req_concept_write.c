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

/* ---- adopting what others proposed ---- */

static void add_proposals(const struct view_key *keys, size_t n, struct dot *dots, size_t *dots_n, size_t max)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < keys[i].values_n && *dots_n < max; k++)
            if (view_waits(&keys[i], &keys[i].values[k]))
                dots[(*dots_n)++] = keys[i].values[k].dot;
}

static bool is_open(const struct view_value *v)
{
    return v->standing && !v->adopted;
}

static bool registers_differ(const struct view_key *key)
{
    const struct view_value *first = NULL;
    for (size_t i = 0; i < key->values_n; i++) {
        const struct view_value *v = &key->values[i];
        if (first && is_open(v) &&
            (v->retired != first->retired || !slice_equal(view_bin(v->value), view_bin(first->value))))
            return true;
        first = !first && is_open(v) ? v : first;
    }
    return false;
}

static size_t name_rivals(const struct view_key *key, const char *field, struct dot *dots, size_t n, size_t max,
                          json_t *named)
{
    json_t *texts = json_array();
    for (size_t k = 0; k < key->values_n && n < max; k++)
        if (is_open(&key->values[k])) {
            json_array_append_new(texts, say_dot(&key->values[k].dot));
            dots[n++] = key->values[k].dot;
        }
    if (json_array_size(texts))
        json_array_append_new(
            named, json_pack("{s:s, s:o, s:O}", "field", field, "lang", say_string(key->lang), "dots", texts));
    json_decref(texts);
    return n;
}

/* Proposals for one field that differ: adopting them all would settle nothing. */
static size_t find_rivals(const struct view *v, struct dot *dots, size_t max, json_t *named)
{
    size_t n = 0;
    for (size_t i = 0; i < v->fields_n; i++) {
        const struct field_info *field = field_by_number(v->type, v->fields[i].field);
        if (field && v->fields[i].conflict)
            n = name_rivals(&v->fields[i], field->name, dots, n, max, named);
    }
    if (registers_differ(&v->merge))
        n = name_rivals(&v->merge, "merge", dots, n, max, named);
    if (registers_differ(&v->retire))
        n = name_rivals(&v->retire, "retire", dots, n, max, named);
    return n;
}

static size_t without(struct dot *dots, size_t n, const struct dot *rivals, size_t rivals_n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        size_t k = 0;
        while (k < rivals_n && dot_compare(&dots[i], &rivals[k]) != 0)
            k++;
        if (k == rivals_n)
            dots[kept++] = dots[i];
    }
    return kept;
}

/* "ID: prefLabel@fr, notation" */
static err_t only_rivals(struct req *r, const json_t *named)
{
    struct buf text;
    size_t i;
    json_t *row;
    buf_init(&text, 4096);
    json_array_foreach((json_t *)(uintptr_t)named, i, row)
    {
        const char *lang = json_string_value(json_object_get(row, "lang"));
        buf_printf(&text, "%s%s%s%s", i ? ", " : "", json_string_value(json_object_get(row, "field")),
                   lang && *lang ? "@" : "", lang ? lang : "");
    }
    err_t e = why_set(&r->read.why, ERR_RIVALS, "%.60s: %.90s", read_text(&r->read, "id"),
                      buf_text(&text) ? buf_text(&text) : "");
    buf_fini(&text);
    return e;
}

/* Every live proposal but rivals; what those are goes into `named`. */
static err_t all_proposals(struct req *r, const struct view *v, struct dot *dots, size_t *n, size_t max, json_t *named)
{
    struct dot *rivals = arena_alloc(&r->read.arena, max, sizeof *rivals);
    if (!rivals)
        return ERR_MEMORY;
    add_proposals(v->fields, v->fields_n, dots, n, max);
    add_proposals(v->sets, v->sets_n, dots, n, max);
    add_proposals(&v->merge, 1, dots, n, max);
    add_proposals(&v->retire, 1, dots, n, max);
    *n = without(dots, *n, rivals, find_rivals(v, rivals, max, named));
    return !*n && json_array_size(named) ? only_rivals(r, named) : ERR_OK;
}

static err_t named_dots(struct req *r, const json_t *list, struct dot *dots, size_t *n, size_t max)
{
    size_t i;
    json_t *item;
    json_array_foreach((json_t *)(uintptr_t)list, i, item)
    {
        const char *text = json_is_string(item) ? json_string_value(item) : "";
        if (*n == max)
            return why_set(&r->read.why, ERR_ITEMS, "dots");
        err_t e = dot_parse(slice_text(text), &dots[*n]);
        if (e)
            return why_set(&r->read.why, ERR_BASE32, "%.100s", text);
        (*n)++;
    }
    return ERR_OK;
}

static size_t unique(struct dot *dots, size_t n)
{
    size_t kept = 0;
    dots_sort(dots, n);
    for (size_t i = 0; i < n; i++)
        if (!kept || dot_compare(&dots[kept - 1], &dots[i]) != 0)
            dots[kept++] = dots[i];
    return kept;
}

static err_t write_adoption(struct req *r, struct concept_job *j, const struct dot *dots, size_t n,
                            uint8_t id[HASH_BYTES])
{
    static const uint8_t nothing[] = {0x90};
    struct op op = {.info = kind_info(OP_CONCEPT_ADOPT), .entity = j->edit.entity, .dots = dots, .dots_n = n};
    return own_write_alone(r->core, j->edit.own, &op, slice_of(nothing, sizeof nothing), id);
}

/* Any ally may add its voice where the charter counts voices; where it does not, an adoption by anybody else would be a no-op. */
static err_t check_voice(struct req *r, const struct ally *ally)
{
    bool counts = edit_may_adopt(r->core, ally) || authority_rule(&r->core->authority, RULE_ADOPT_ALLIES);
    return counts ? ERR_OK : why_set(&r->read.why, ERR_WHO, "concept.adopt");
}

static void tell_adopted(struct req *r, const struct concept_job *j, const uint8_t id[HASH_BYTES],
                         const struct dot *dots, size_t n)
{
    struct dot dot = dot_of(id, 0);
    json_t *adopted = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(adopted, say_dot(&dots[i]));
    say_put(r->read.result, "id", say_id(j->edit.entity));
    say_put(r->read.result, "dot", say_dot(&dot));
    say_put(r->read.result, "adopted", adopted);
}

err_t req_concept_adopt(struct req *r)
{
    enum { MAX = 1024 };
    struct concept_job j = {0};
    uint8_t id[HASH_BYTES];
    size_t n = 0;
    const json_t *list = json_object_get(r->read.args, "dots");
    struct dot *dots = arena_alloc(&r->read.arena, MAX, sizeof *dots);
    json_t *rivals = json_array();
    err_t e = dots ? concept_open_named(r, &j) : ERR_MEMORY;
    if (!e)
        e = check_voice(r, j.edit.ally);
    if (!e)
        e = json_array_size(list) ? named_dots(r, list, dots, &n, MAX)
                                  : all_proposals(r, &j.edit.view, dots, &n, MAX, rivals);
    n = e ? 0 : unique(dots, n);
    if (!e && !n)
        e = why_set(&r->read.why, ERR_NOTHING_TO_DO, "%.100s", read_text(&r->read, "id"));
    if (!e)
        e = write_adoption(r, &j, dots, n, id);
    if (!e)
        tell_adopted(r, &j, id, dots, n);
    if (!e || e == ERR_RIVALS)
        say_put(r->read.result, "rivals", json_incref(rivals));
    json_decref(rivals);
    return e;
}
