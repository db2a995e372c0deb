#include "daemon/read/record.h"
#include "daemon/read/say.h"

static bool names(const struct view_value *v, const struct dot *dot)
{
    for (size_t i = 0; i < v->made_from_n; i++)
        if (dot_compare(&v->made_from[i], dot) == 0)
            return true;
    return false;
}

/* The language that an op named by a translation writes; "" where that op is not here. An op may write several: not the translation's own. */
static struct slice source_lang(struct read *r, const struct view_key *key, const struct replica_op *ops, size_t n)
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

void read_put_translations(struct read *r, const struct view *v, const struct replica_op *ops, size_t n)
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
                                             say_string(key->lang), "from", say_string(from), "stale", (int)stale));
    }
    say_put(r->result, "translations", out);
}

void read_put_made_from(struct read *r, const struct view *v, const struct replica_op *ops, size_t n, json_t *out)
{
    json_t *all = json_object();
    for (size_t i = 0; i < v->fields_n; i++) {
        const struct view_key *key = &v->fields[i];
        struct slice from = slice_text("");
        if (key->shown && key->shown->made_from_n)
            from = source_lang(r, key, ops, n);
        if (from.len && key->lang.len)
            json_object_setn_new(all, (const char *)key->lang.at, key->lang.len, say_string(from));
    }
    if (json_object_size(all))
        json_object_set(out, "made_from", all);
    json_decref(all);
}

/* Is none of what it was made from shown any more? */
static bool is_stale(const struct view *v, const struct view_key *key)
{
    for (size_t i = 0; i < v->fields_n; i++) {
        const struct view_key *other = &v->fields[i];
        if (other != key && other->field == key->field && other->shown && names(key->shown, &other->shown->dot))
            return false;
    }
    return key->shown->made_from_n > 0;
}

static void append(json_t *to, const struct view *v, const struct view_key *key)
{
    const struct field_info *field = field_by_number(v->type, key->field);
    if (field)
        json_array_append_new(to, json_sprintf("%s%s%.*s", field->name, key->lang.len ? "@" : "", (int)key->lang.len,
                                               (const char *)key->lang.at));
}

void read_stale(const struct view *v, json_t *to)
{
    for (size_t i = 0; i < v->fields_n; i++)
        if (v->fields[i].shown && is_stale(v, &v->fields[i]))
            append(to, v, &v->fields[i]);
}

/* ---- a translation that is a record of its own ---- */

static uint64_t clock_of(const struct replica_op *ops, size_t n, const struct dot *dot)
{
    for (size_t i = 0; i < n; i++)
        if (dot_compare(&ops[i].dot, dot) == 0)
            return ops[i].clock;
    return 0;
}

static uint64_t later(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* When this record last said something in that field; where it never did, when it was said to be a translation. */
static uint64_t answered(const struct view *v, const struct replica_op *ops, size_t n, const struct view_key *link,
                         uint64_t field)
{
    uint64_t clock = 0;
    for (size_t i = 0; i < v->fields_n; i++)
        if (v->fields[i].field == field && v->fields[i].shown)
            clock = later(clock, clock_of(ops, n, &v->fields[i].shown->dot));
    for (size_t i = 0; !clock && i < link->values_n; i++)
        clock = later(clock, clock_of(ops, n, &link->values[i].dot));
    return clock;
}

err_t read_moved(struct read *r, const struct view *v, const struct replica_op *ops, size_t n,
                 const struct view_key *link, json_t *to)
{
    struct view source;
    struct replica_op *theirs = NULL;
    size_t theirs_n = 0;
    if (link->field != LINK_TRANSLATES || link->target.len != RECORD_BYTES)
        return ERR_OK;
    err_t e = read_view(r, ENTITY_RECORD, link->target, &source);
    if (e)
        return e == ERR_NOT_FOUND ? ERR_OK : e;
    e = replica_ops(r->store, ENTITY_RECORD, link->target, &r->arena, &theirs, &theirs_n);
    for (size_t i = 0; !e && i < source.fields_n; i++) {
        const struct view_key *key = &source.fields[i];
        const struct field_info *field = field_by_number(ENTITY_RECORD, key->field);
        if (field && field->lang != LANG_NONE && key->shown &&
            clock_of(theirs, theirs_n, &key->shown->dot) > answered(v, ops, n, link, key->field))
            append(to, &source, key);
    }
    return e;
}
