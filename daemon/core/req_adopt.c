/*
 * req_adopt: what was proposed is adopted, refused by those who adopt alone, or taken back by who proposed it.
 */
#include "daemon/core/own.h"
#include "daemon/core/req_concept.h"
#include "daemon/core/state.h"

/* ---- adopting ---- */

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

/* ---- taking back, refusing ---- */

static err_t take_back(struct req *r, struct concept_job *j, bool refuse)
{
    enum { MAX = 1024 };
    size_t n = 0;
    const json_t *list = json_object_get(r->read.args, "dots");
    struct dot *dots = arena_alloc(&r->read.arena, MAX, sizeof *dots);
    err_t e = dots ? named_dots(r, list, dots, &n, MAX) : ERR_MEMORY;
    n = e ? 0 : unique(dots, n);
    if (!e)
        e = edit_take_back(&j->edit, dots, n, refuse);
    if (e == ERR_RIVALS)
        e = why_set(&r->read.why, e, "%.100s", read_text(&r->read, "id"));
    if (!e && edit_empty(&j->edit))
        e = why_set(&r->read.why, ERR_NOTHING_TO_DO, "%.100s", read_text(&r->read, "id"));
    return e;
}

err_t req_concept_withdraw(struct req *r)
{
    struct concept_job j = {0};
    err_t e = concept_open_named(r, &j);
    if (!e)
        e = take_back(r, &j, false);
    j.adopt = false;
    return e ? e : concept_finish(r, &j);
}

err_t req_concept_refuse(struct req *r)
{
    struct concept_job j = {0};
    err_t e = concept_open_named(r, &j);
    if (!e && !edit_may_adopt(r->core, j.edit.ally))
        e = why_set(&r->read.why, ERR_WHO, "concept.adopt");
    if (!e)
        e = take_back(r, &j, true);
    j.adopt = true;
    return e ? e : concept_finish(r, &j);
}
