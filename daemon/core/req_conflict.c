#include "daemon/core/ingest.h"
#include "daemon/core/refold.h"
#include "daemon/core/req.h"
#include "daemon/commons/shortage.h"
#include "daemon/read/conflicts.h"
#include "daemon/read/contest.h"
#include "daemon/read/judge.h"

/* One choice: of what, and what for. */
struct choice {
    const char *field, *keep; /* "" where not given */
    json_t *lang, *value;     /* NULL where not given */
};
struct solution {
    struct req *r;
    struct contest contest;
    struct edit edit;
    json_t *resolved; /* "title@fr": what was chosen so far */
};

static const char *text_of(const json_t *choice, const char *key)
{
    const char *text = json_string_value(json_object_get(choice, key));
    return text ? text : "";
}

static struct choice choice_of(const json_t *args)
{
    return (struct choice){text_of(args, "field"), text_of(args, "keep"), json_object_get(args, "lang"),
                           json_object_get(args, "value")};
}

static json_t *name_of(const char *field, const struct view_key *key)
{
    return json_sprintf("%s%s%.*s", field, key->lang.len ? "@" : "", (int)key->lang.len, (const char *)key->lang.at);
}

/* "title@fr", or "title" and perhaps its language beside it. */
static bool is_meant(const struct choice *c, const char *name, const struct view_key *key)
{
    json_t *whole = name_of(name, key);
    bool exact = strcmp(c->field, json_string_value(whole) ? json_string_value(whole) : "") == 0;
    json_decref(whole);
    if (!key->conflict || exact)
        return key->conflict;
    return (!*c->field || strcmp(c->field, name) == 0) &&
           (!json_is_string(c->lang) || slice_equal(key->lang, slice_text(json_string_value(c->lang))));
}

/* The value that is to be kept: mine, theirs, or the one whose dot begins so. NULL: none of this key. */
static const struct view_value *kept(const struct solution *s, const struct choice *c, const struct view_key *key)
{
    if (strcmp(c->keep, "mine") == 0)
        return contest_mine(&s->contest, key);
    if (strcmp(c->keep, "theirs") == 0)
        return contest_theirs(&s->contest, key);
    for (size_t i = 0; *c->keep && i < key->values_n; i++) {
        char dot[DOT_TEXT_LEN + 1];
        dot_format(&key->values[i].dot, dot);
        if (strncmp(dot, c->keep, strlen(c->keep)) == 0)
            return &key->values[i];
    }
    return NULL;
}

static err_t written_out(struct solution *s, const struct choice *c, const struct field_info *field,
                         const struct view_key *key, struct slice *out)
{
    struct req *r = s->r;
    struct entity_writes w;
    char lang[LANG_MAX + 1] = "";
    memcpy(lang, key->lang.at, key->lang.len < LANG_MAX ? key->lang.len : LANG_MAX);
    json_t *object = field->lang == LANG_NONE ? json_pack("{s:O}", field->name, c->value)
                                              : json_pack("{s:{s:O}}", field->name, lang, c->value);
    err_t e = fields_from_json(s->edit.type, object, lang, &r->read.arena, &w, &r->read.why);
    json_decref(object);
    if (!e && w.fields_n != 1)
        e = why_set(&r->read.why, ERR_FIELD_VALUE, "%s", field->name);
    if (!e)
        *out = w.fields[0].value;
    return e;
}

/* Nobody chooses twice about one thing. */
static err_t note(struct solution *s, const char *field, const struct view_key *key)
{
    json_t *name = name_of(field, key), *known;
    size_t i;
    bool twice = false;
    json_array_foreach(s->resolved, i, known) twice |= json_equal(known, name);
    json_array_append(s->resolved, name);
    err_t e = twice ? why_set(&s->r->read.why, ERR_USAGE, "%.100s", json_string_value(name)) : ERR_OK;
    json_decref(name);
    return e;
}

/* A dot stands in one field, and mine not in each: the others in conflict are left as they are. */
static err_t resolve_field(struct solution *s, const struct choice *c, const struct view_key *key)
{
    const struct field_info *field = field_by_number(s->edit.type, key->field);
    struct slice value = value_nil;
    if (!field || !is_meant(c, field->name, key))
        return ERR_OK;
    const struct view_value *chosen = kept(s, c, key);
    if (!chosen && *c->keep)
        return ERR_OK;
    if (!chosen && !c->value)
        return why_set(&s->r->read.why, ERR_USAGE, "keep, value");
    err_t e = chosen ? ERR_OK : written_out(s, c, field, key, &value);
    if (!e)
        e = edit_field_over(&s->edit, field, key->lang, chosen ? chosen->value : value, key);
    return e ? e : note(s, field->name, key);
}

/* A value that names no field is a merge's or a retirement's only where nothing else is in conflict. */
static err_t resolve_register(struct solution *s, const struct choice *c, bool merge)
{
    const struct view *v = s->contest.v;
    const struct view_key *key = merge ? &v->merge : &v->retire;
    const char *name = merge ? "merge" : "retire";
    const json_t *value = *c->keep ? NULL : c->value;
    if (!key->conflict || (*c->field && strcmp(c->field, name) != 0))
        return ERR_OK;
    const struct view_value *chosen = kept(s, c, key);
    if (!chosen && (!value || (!*c->field && v->conflicts > 1)))
        return *c->field && !*c->keep ? why_set(&s->r->read.why, ERR_USAGE, "keep, value") : ERR_OK;
    err_t e = note(s, name, key);
    if (e)
        return e;
    if (!chosen)
        return merge ? req_resolve_merge(s->r, &s->edit, value) : req_resolve_retire(s->r, &s->edit, value);
    return merge ? edit_merge_over(&s->edit, view_bin(chosen->value))
                 : edit_retire_over(&s->edit, chosen->retired, chosen->value);
}

static err_t resolve_one(struct solution *s, const struct choice *c)
{
    const struct view *v = s->contest.v;
    size_t before = json_array_size(s->resolved);
    err_t e = ERR_OK;
    for (size_t i = 0; i < v->fields_n && !e; i++)
        e = resolve_field(s, c, &v->fields[i]);
    if (!e)
        e = resolve_register(s, c, true);
    if (!e)
        e = resolve_register(s, c, false);
    bool side = strcmp(c->keep, "mine") == 0 || strcmp(c->keep, "theirs") == 0;
    return e || json_array_size(s->resolved) > before
               ? e
               : why_set(&s->r->read.why, side ? ERR_NO_SIDE : ERR_NO_CONFLICT, "%.60s%s%.60s", c->field,
                         *c->field ? " " : "", c->keep);
}

/* All the choices, or nothing. */
static err_t resolve_all(struct solution *s)
{
    const json_t *choices = json_object_get(s->r->read.args, "choices");
    json_t *one;
    size_t i;
    err_t e = ERR_OK;
    if (!choices) {
        struct choice c = choice_of(s->r->read.args);
        return resolve_one(s, &c);
    }
    if (!json_array_size(choices))
        return why_set(&s->r->read.why, ERR_USAGE, "choices");
    json_array_foreach((json_t *)(uintptr_t)choices, i, one)
    {
        struct choice c = choice_of(one);
        e = e ? e : resolve_one(s, &c);
    }
    return e;
}

/* What the adopter decides stands at once; anybody else's solution is a proposal that names them all. */
static err_t may_write(struct solution *s, bool *adopt)
{
    struct req *r = s->r;
    bool concept = s->edit.type == ENTITY_CONCEPT;
    *adopt = concept && edit_may_adopt(r->core, s->edit.ally);
    return read_flag(&r->read, "adopt") && concept && !*adopt ? why_set(&r->read.why, ERR_WHO, "concept.adopt")
                                                              : ERR_OK;
}

static err_t write_solution(struct solution *s, bool adopt, struct dot *dot)
{
    struct req *r = s->r;
    err_t e = edit_write(&s->edit, adopt, dot);
    if (!e)
        e = req_put_version(r, r->read.result, s->edit.type, s->edit.entity);
    say_put(r->read.result, "id", say_id(s->edit.entity));
    say_put(r->read.result, "dot", say_dot(dot));
    say_put(r->read.result, "resolved", json_incref(s->resolved));
    return req_end(r, e);
}

err_t req_conflicts_resolve(struct req *r)
{
    struct view v;
    struct solution s = {.r = r, .resolved = json_array()};
    struct dot dot = {{0}, 0};
    bool adopt = false;
    err_t e = read_conflict_open(&r->read, &v);
    if (!e)
        e = contest_open(&r->read, &v, &s.contest);
    if (!e)
        e = edit_open(r->core, r->own, v.type, v.entity, &r->read.arena, &s.edit);
    if (!e && v.type == ENTITY_RECORD && !judge_owns(&r->core->authority, s.edit.ally, v.entity))
        e = why_set(&r->read.why, ERR_NOT_OURS, "%.100s", read_text(&r->read, "id"));
    if (!e)
        e = resolve_all(&s);
    if (!e)
        e = may_write(&s, &adopt);
    if (!e)
        e = batch_begin(r->core);
    if (!e)
        e = write_solution(&s, adopt, &dot);
    json_decref(s.resolved);
    return e;
}
