#include "daemon/commons/draft.h"
#include "protocol/wire/wr.h"

const struct field_write *draft_find(const struct entity_writes *w, uint64_t field, const struct slice *lang)
{
    for (size_t i = 0; i < w->fields_n; i++)
        if (w->fields[i].field->number == field && (!lang || slice_equal(w->fields[i].lang, *lang)))
            return &w->fields[i];
    return NULL;
}

bool draft_says(const struct entity_writes *w, uint64_t field)
{
    for (size_t i = 0; i < w->fields_n; i++)
        if (w->fields[i].field->number == field && !value_is_nil(w->fields[i].value))
            return true;
    return false;
}

err_t draft_check(const struct entity_writes *w, bool import, struct why *why)
{
    if (import && !draft_says(w, R_SOURCE_ID))
        return why_set(why, ERR_SOURCE_ID, "source_id");
    return draft_says(w, R_TITLE) ? ERR_OK : why_set(why, ERR_TITLE_MISSING, "title");
}

static err_t add(struct view_key *keys, size_t *n, uint64_t field, struct slice lang, struct slice value,
                 struct arena *arena)
{
    struct view_value *shown = arena_alloc(arena, 1, sizeof *shown);
    if (!shown)
        return ERR_MEMORY;
    *shown = (struct view_value){.add = true, .standing = true, .value = value};
    keys[(*n)++] = (struct view_key){.field = field, .lang = lang, .values = shown, .values_n = 1, .shown = shown};
    return ERR_OK;
}

static err_t add_default(const struct entity_writes *w, struct view_key *keys, size_t *n, uint64_t field,
                         const char *word, struct arena *arena)
{
    struct buf b;
    struct slice value;
    if (!*word || draft_says(w, field))
        return ERR_OK;
    buf_init(&b, 1024);
    wr_text(&b, slice_text(word));
    err_t e = b.err ? b.err : arena_copy(arena, buf_slice(&b), &value);
    buf_fini(&b);
    return e ? e : add(keys, n, field, slice_text(""), value, arena);
}

err_t draft_view(const struct entity_writes *w, const char *licence, struct arena *arena, struct view *out)
{
    struct view_key *keys = arena_alloc(arena, w->fields_n + 2, sizeof *keys);
    struct view_key *terms = arena_alloc(arena, w->sets_n + 1, sizeof *terms);
    size_t n = 0;
    err_t e = keys && terms ? ERR_OK : ERR_MEMORY;
    for (size_t i = 0; i < w->fields_n && !e; i++)
        if (!value_is_nil(w->fields[i].value))
            e = add(keys, &n, w->fields[i].field->number, w->fields[i].lang, w->fields[i].value, arena);
    e = e ? e : add_default(w, keys, &n, R_TYPE, DRAFT_TYPE, arena);
    e = e ? e : add_default(w, keys, &n, R_LICENCE, licence, arena);
    if (!e)
        *out = (struct view){.type = ENTITY_RECORD, .fields = keys, .fields_n = n, .sets = terms, .sets_n = w->sets_n};
    return e;
}
