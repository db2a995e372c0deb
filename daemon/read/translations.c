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
