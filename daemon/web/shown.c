#include "daemon/web/shown.h"
#include "daemon/commons/fields_json.h"
#include "protocol/base/base32.h"

static bool is_empty(const struct view *v)
{
    for (size_t i = 0; i < v->fields_n; i++)
        if (v->fields[i].shown && !value_is_nil(v->fields[i].shown->value))
            return false;
    return true;
}

err_t shown_load(struct read *r, const struct feed_row *row, struct shown *out)
{
    struct slice record;
    struct shown s = {.row = *row, .gone = true};
    err_t e = arena_copy(&r->arena, slice_of(row->record, RECORD_BYTES), &record);
    if (!e)
        e = read_view(r, ENTITY_RECORD, record, &s.view);
    if (e == ERR_NOT_FOUND)
        s.view = (struct view){.type = ENTITY_RECORD, .entity = record};
    else if (e)
        return e;
    else
        s.gone = s.view.tombstones_n > 0 || is_empty(&s.view);
    *out = s;
    return ERR_OK;
}

err_t shown_find(struct read *r, struct slice record, struct shown *out)
{
    struct feed_row row;
    err_t e = feed_of(r->store, record, &row);
    return e ? e : shown_load(r, &row, out);
}

struct slice shown_id(struct read *r, struct slice id)
{
    char *text = arena_alloc(&r->arena, 1, BASE32_LEN(SITE_BYTES) + 1);
    if (!text || id.len > SITE_BYTES)
        return slice_text("");
    base32_encode(id, text);
    return slice_text(text);
}

struct slice shown_word(const struct shown *s, unsigned field)
{
    const struct view_key *key = view_field(&s->view, field, slice_text(""));
    return key && key->shown ? view_text(key->shown->value) : slice_text("");
}

json_t *shown_json(const struct shown *s, unsigned field)
{
    const struct view_key *key = view_field(&s->view, field, slice_text(""));
    const struct field_info *info = field_by_number(ENTITY_RECORD, field);
    return key && key->shown && info && !value_is_nil(key->shown->value) ? field_to_json(info, key->shown->value)
                                                                         : NULL;
}

struct slice shown_ally(const struct read *r, const struct shown *s)
{
    const struct ally *ally = authority_ally(r->authority, s->row.record);
    return ally ? ally->name : slice_text("");
}

void shown_components(const struct shown *s, const struct atlas *a, struct atlas_set *out)
{
    out->n = 0;
    for (size_t i = 0; i < s->view.sets_n; i++)
        atlas_above(a, s->view.sets[i].target, out);
}
