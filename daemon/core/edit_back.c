/*
 * edit_take_back: a proposal of one's own dies of any write of the same ally that names it, so what is written over it says nothing (view.h, silent). One of
 * somebody else's dies of an adopted write alone: that has to say again what stands adopted, if anything does.
 */
#include "daemon/core/edit.h"
#include <stdlib.h>

struct taking {
    struct edit *e;
    const struct dot *dots;
    size_t n;
    bool refuse;
};

static int by_dot(const void *a, const void *b)
{
    return dot_compare(a, b);
}

static bool is_taken(const struct taking *t, const struct view_key *key, const struct view_value *value)
{
    bool named = !t->n || bsearch(&value->dot, t->dots, t->n, sizeof *t->dots, by_dot);
    bool ours = slice_equal(value->ally, slice_of(t->e->ally->id, ALLY_BYTES));
    return named && (t->refuse || ours) && view_waits(key, value);
}

struct found {
    struct dot *dots;
    size_t n;
    const struct view_value *stays; /* to be said again: what stands adopted */
};

/* Does something else that waits stand at the key? Refusing one of two would set nothing against the other. */
static bool has_rival(const struct taking *t, const struct view_key *key)
{
    for (size_t i = 0; i < key->values_n; i++)
        if (view_waits(key, &key->values[i]) && !is_taken(t, key, &key->values[i]))
            return true;
    return false;
}

static err_t look(const struct taking *t, const struct view_key *key, bool set, struct found *out)
{
    *out = (struct found){.dots = arena_alloc(t->e->arena, key->values_n + 1, sizeof *out->dots)};
    if (!out->dots)
        return ERR_MEMORY;
    for (size_t i = 0; i < key->values_n; i++)
        if (is_taken(t, key, &key->values[i]))
            out->dots[out->n++] = key->values[i].dot;
    if (!out->n || set || !t->refuse)
        return ERR_OK;
    for (size_t i = 0; i < key->values_n; i++) {
        if (!key->values[i].adopted)
            continue;
        out->stays = &key->values[i];
        out->dots[out->n++] = key->values[i].dot;
    }
    return !out->stays && has_rival(t, key) ? ERR_RIVALS : ERR_OK;
}

static err_t take_key(const struct taking *t, const struct view_key *key, bool set)
{
    struct found f;
    err_t err = look(t, key, set, &f);
    if (err || !f.n)
        return err;
    dots_sort(f.dots, f.n);
    struct op_write w = {.field = key->field,
                         .lang = key->lang,
                         .target = set ? key->target : slice_text(""),
                         .add = !set,
                         .replaces = f.dots,
                         .replaces_n = f.n};
    if (set)
        w.lang = slice_text("");
    return edit_add(t->e, set ? &t->e->sets : &t->e->puts, &w, f.stays ? f.stays->value : value_nil);
}

static err_t take_register(const struct taking *t, const struct view_key *key, bool merge)
{
    static const uint8_t nothing[] = {0xa0}; /* an empty text */
    struct found f;
    struct edit_register *reg = merge ? &t->e->merge : &t->e->retire;
    err_t err = look(t, key, false, &f);
    if (err || !f.n)
        return err;
    dots_sort(f.dots, f.n);
    *reg = (struct edit_register){.set = true,
                                  .target = f.stays && merge ? view_bin(f.stays->value) : slice_text(""),
                                  .retired = f.stays && f.stays->retired,
                                  .reason = f.stays && !merge ? f.stays->value : slice_of(nothing, sizeof nothing),
                                  .replaces = f.dots,
                                  .replaces_n = f.n};
    return ERR_OK;
}

err_t edit_take_back(struct edit *e, const struct dot *dots, size_t n, bool refuse)
{
    const struct taking t = {e, dots, n, refuse};
    err_t err = ERR_OK;
    for (size_t i = 0; i < e->view.fields_n && !err; i++)
        err = take_key(&t, &e->view.fields[i], false);
    for (size_t i = 0; i < e->view.sets_n && !err; i++)
        err = take_key(&t, &e->view.sets[i], true);
    if (!err)
        err = take_register(&t, &e->view.merge, true);
    return err ? err : take_register(&t, &e->view.retire, false);
}
