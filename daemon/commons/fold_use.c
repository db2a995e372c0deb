#include "daemon/commons/fold_use.h"
#include "daemon/commons/fold_work.h"
#include <stdlib.h>

int fold_place_compare(const struct fold_place *a, const struct fold_place *b)
{
    if (a->clock != b->clock)
        return a->clock < b->clock ? -1 : 1;
    return memcmp(a->site, b->site, SITE_BYTES);
}

static struct fold_place place_of(const struct fold_op *op)
{
    struct fold_place place = {.clock = op->clock};
    memcpy(place.site, op->site, SITE_BYTES);
    return place;
}

/* ---- what a record uses ---- */

static int by_user(const void *a, const void *b)
{
    const struct fold_use *x = a, *y = b;
    int c = memcmp(x->concept_id, y->concept_id, CONCEPT_BYTES);
    if (!c)
        c = memcmp(x->ally, y->ally, ALLY_BYTES);
    return c ? c : fold_place_compare(&x->place, &y->place);
}

static int by_user_and_op(const void *a, const void *b)
{
    int c = by_user(a, b);
    return c ? c : dot_compare(&((const struct fold_use *)a)->op->dot, &((const struct fold_use *)b)->op->dot);
}

/* Two ops of one commit are at one place. */
static size_t unique(struct fold_use *uses, size_t n)
{
    size_t kept = 0;
    if (n)
        qsort(uses, n, sizeof *uses, by_user_and_op);
    for (size_t i = 0; i < n; i++)
        if (!kept || by_user(&uses[kept - 1], &uses[i]) != 0)
            uses[kept++] = uses[i];
    return kept;
}

static void add_uses(const struct fold_item *item, struct fold_use *uses, size_t *n)
{
    for (size_t i = 0; i < item->op.writes_n; i++) {
        if (!item->op.writes[i].add)
            continue;
        struct fold_use *use = &uses[(*n)++];
        memcpy(use->concept_id, item->op.writes[i].target.at, CONCEPT_BYTES);
        memcpy(use->ally, item->in->ally, ALLY_BYTES);
        use->place = place_of(item->in);
        use->op = item->in;
    }
}

err_t fold_use_of_record(struct slice record, const struct fold_op *ops, size_t n, struct arena *arena,
                         struct fold_use **out, size_t *out_n)
{
    struct fold_work w;
    size_t index_n = 0, room = 1, used = 0;
    struct fold_op *index = arena_alloc(arena, n + 1, sizeof *index);
    if (!index)
        return ERR_MEMORY;
    for (size_t i = 0; i < n; i++)
        if (ops[i].kind == OP_RECORD_INDEX && ops[i].rules.adopt_by_use)
            index[index_n++] = ops[i];
    err_t err = fold_work_init(&w, ENTITY_RECORD, record, index, index_n, arena);
    if (err != ERR_OK)
        return err;
    for (size_t i = 0; i < w.items_n; i++)
        room += w.items[i].op.writes_n;
    struct fold_use *uses = arena_alloc(arena, room, sizeof *uses);
    if (!uses)
        return ERR_MEMORY;
    for (size_t i = 0; i < w.items_n; i++)
        add_uses(&w.items[i], uses, &used);
    *out = uses;
    *out_n = unique(uses, used);
    return ERR_OK;
}

/* ---- what a use adopts ---- */

err_t fold_use_proposer(struct slice concept_id, const struct fold_op *ops, size_t n, struct arena *arena,
                        const struct fold_op **out)
{
    *out = NULL;
    for (size_t i = 0; i < n; i++) {
        const struct kind_info *info = kind_info(ops[i].kind);
        struct fold_work w;
        if (!info || info->who != WHO_PROPOSAL)
            continue;
        err_t err = fold_work_init(&w, ENTITY_CONCEPT, concept_id, &ops[i], 1, arena);
        if (err != ERR_OK)
            return err;
        if (w.items_n) {
            *out = &ops[i];
            return ERR_OK;
        }
    }
    return ERR_OK;
}

struct candidates {
    struct dot *dots;
    size_t n;
};

static bool is_settled(const struct view_key *key)
{
    for (size_t i = 0; i < key->values_n; i++)
        if (key->values[i].adopted)
            return true;
    return false;
}

static size_t values_of(const struct view_key *keys, size_t n)
{
    size_t values = 0;
    for (size_t i = 0; i < n; i++)
        values += keys[i].values_n;
    return values;
}

static void add_candidates(struct candidates *c, const struct view_key *keys, size_t n, const uint8_t *proposer)
{
    for (size_t i = 0; i < n; i++) {
        if (is_settled(&keys[i]))
            continue;
        for (size_t k = 0; k < keys[i].values_n; k++) {
            const struct view_value *v = &keys[i].values[k];
            if (v->add && !v->names_n && slice_equal(v->ally, slice_of(proposer, ALLY_BYTES)))
                c->dots[c->n++] = v->dot;
        }
    }
}

static int by_dot(const void *a, const void *b)
{
    return dot_compare(a, b);
}

/* One op may have written several values: its dot is kept once. */
static size_t keep_earlier(const struct candidates *c, const struct fold_place *use, const struct fold_op *ops,
                           size_t n, struct dot *out)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        struct fold_place place = place_of(&ops[i]);
        bool twice = i && dot_compare(&ops[i].dot, &ops[i - 1].dot) == 0;
        if (!twice && fold_place_compare(&place, use) < 0 &&
            bsearch(&ops[i].dot, c->dots, c->n, sizeof *c->dots, by_dot))
            out[kept++] = ops[i].dot;
    }
    if (kept)
        qsort(out, kept, sizeof *out, by_dot);
    return kept;
}

err_t fold_use_adopts(const struct view *v, const struct fold_op *proposer, const struct fold_use *use,
                      const struct fold_op *ops, size_t n, struct arena *arena, struct dot **out, size_t *out_n)
{
    struct candidates c = {0};
    size_t room = values_of(v->fields, v->fields_n) + values_of(v->sets, v->sets_n);
    c.dots = arena_alloc(arena, room + 1, sizeof *c.dots);
    *out = arena_alloc(arena, n + 1, sizeof **out);
    if (!c.dots || !*out)
        return ERR_MEMORY;
    add_candidates(&c, v->fields, v->fields_n, proposer->ally);
    add_candidates(&c, v->sets, v->sets_n, proposer->ally);
    if (c.n)
        qsort(c.dots, c.n, sizeof *c.dots, by_dot);
    *out_n = c.n ? keep_earlier(&c, &use->place, ops, n, *out) : 0;
    return ERR_OK;
}
