#include "daemon/core/use.h"
#include "daemon/commons/fold_use.h"
#include "daemon/core/refold.h"
#include <stdlib.h>

/* ---- records ---- */

static int by_row(const void *a, const void *b)
{
    const struct use_row *x = a, *y = b;
    int c = memcmp(x->concept_id, y->concept_id, CONCEPT_BYTES);
    if (!c && x->clock != y->clock)
        c = x->clock < y->clock ? -1 : 1;
    return c ? c : memcmp(x->site, y->site, SITE_BYTES);
}

static struct use_row row_of(const struct core *c, const struct fold_use *use)
{
    struct use_row row = {.clock = use->place.clock,
                          .term = years_term_of(&c->tally.years, use->op->charter),
                          .incarnation = use->op->incarnation,
                          .seq = use->op->seq,
                          .dot = use->op->dot};
    memcpy(row.concept_id, use->concept_id, CONCEPT_BYTES);
    memcpy(row.ally, use->ally, ALLY_BYTES);
    memcpy(row.site, use->place.site, SITE_BYTES);
    return row;
}

static err_t rows_now(struct core *c, struct slice record, const struct fold_op *ops, size_t n, struct use_row **out,
                      size_t *out_n)
{
    struct fold_use *uses = NULL;
    err_t e = fold_use_of_record(record, ops, n, &c->scratch, &uses, out_n);
    *out = e ? NULL : arena_alloc(&c->scratch, *out_n + 1, sizeof **out);
    if (e || !*out)
        return e ? e : ERR_MEMORY;
    for (size_t i = 0; i < *out_n; i++)
        (*out)[i] = row_of(c, &uses[i]);
    if (*out_n)
        qsort(*out, *out_n, sizeof **out, by_row);
    return ERR_OK;
}

/* A use that came or went matters where it lies no later than the one that adopts; to a closed year, whichever adopts now. */
static err_t touch_used(struct core *c, const struct use_row *row)
{
    struct adoption a;
    struct slice id = slice_of(row->concept_id, CONCEPT_BYTES);
    err_t e = replica_adoption(c->store, id, &c->scratch, &a);
    if (e || (a.dots_n && by_row(row, &a.by) > 0 && row->term == years_open(&c->tally.years)))
        return e;
    return refold_touch(c, ENTITY_CONCEPT, id);
}

/* Two ascending lists: what stands in one alone came or went. */
static err_t touch_changed(struct core *c, const struct use_row *was, size_t was_n, const struct use_row *is,
                           size_t is_n)
{
    err_t e = ERR_OK;
    for (size_t w = 0, i = 0; (w < was_n || i < is_n) && !e;) {
        int order = w == was_n ? 1 : i == is_n ? -1 : by_row(&was[w], &is[i]);
        if (order)
            e = touch_used(c, order < 0 ? &was[w] : &is[i]);
        w += order <= 0;
        i += order >= 0;
    }
    return e;
}

static bool is_same_place(const struct use_row *a, const struct use_row *b)
{
    return by_row(a, b) == 0 && memcmp(a->ally, b->ally, ALLY_BYTES) == 0;
}

static bool is_same_use(const struct use_row *a, const struct use_row *b)
{
    return is_same_place(a, b) && a->term == b->term && dot_compare(&a->dot, &b->dot) == 0;
}

static bool are_same_uses(const struct use_row *a, size_t a_n, const struct use_row *b, size_t b_n)
{
    bool same = a_n == b_n;
    for (size_t i = 0; i < a_n && same; i++)
        same = is_same_use(&a[i], &b[i]);
    return same;
}

err_t use_note(struct core *c, struct slice record, const struct fold_op *ops, size_t n)
{
    struct use_row *was = NULL, *is = NULL;
    size_t was_n = 0, is_n = 0;
    err_t e = replica_uses_of(c->store, record, &c->scratch, &was, &was_n);
    if (!e)
        e = rows_now(c, record, ops, n, &is, &is_n);
    if (e || are_same_uses(was, was_n, is, is_n))
        return e;
    e = touch_changed(c, was, was_n, is, is_n);
    return e ? e : replica_put_uses(c->store, record, is, is_n);
}

/* ---- concepts ---- */

err_t use_first(struct core *c, struct slice concept_id, const struct fold_op *proposer, unsigned term,
                struct use_row *out)
{
    struct use_row after = {.clock = proposer->clock, .term = term};
    memcpy(after.site, proposer->site, SITE_BYTES);
    memcpy(after.ally, proposer->ally, ALLY_BYTES);
    return replica_first_use(c->store, concept_id, &after, out);
}

static err_t adopted_by(struct core *c, const struct view *v, const struct fold_op *proposer, const struct fold_op *ops,
                        size_t n, struct adoption *out)
{
    struct fold_use use = {.place = {.clock = 0}};
    struct dot *dots = NULL;
    err_t e = use_first(c, v->entity, proposer, years_open(&c->tally.years), &out->by);
    if (e)
        return e == ERR_NOT_FOUND ? ERR_OK : e;
    use.place.clock = out->by.clock;
    memcpy(use.place.site, out->by.site, SITE_BYTES);
    e = fold_use_adopts(v, proposer, &use, ops, n, &c->scratch, &dots, &out->dots_n);
    out->dots = dots;
    return e;
}

static bool is_same(const struct adoption *a, const struct adoption *b)
{
    if (a->dots_n != b->dots_n)
        return false;
    for (size_t i = 0; i < a->dots_n; i++)
        if (dot_compare(&a->dots[i], &b->dots[i]) != 0)
            return false;
    return !a->dots_n || is_same_place(&a->by, &b->by);
}

err_t use_settle(struct core *c, struct slice canon, const struct fold_op *ops, size_t n, struct view *v,
                 const struct fold_op **proposer)
{
    struct adoption a = {.dots = NULL}, was;
    err_t e = fold_use_proposer(v->entity, ops, n, &c->scratch, proposer);
    if (!e && *proposer)
        e = adopted_by(c, v, *proposer, ops, n, &a);
    if (!e)
        e = replica_adoption(c->store, v->entity, &c->scratch, &was);
    if (!e && !is_same(&was, &a))
        e = replica_put_adoption(c->store, v->entity, a.dots_n ? &a : NULL);
    return e || !a.dots_n ? e : view_read_used(canon, a.dots, a.dots_n, &c->scratch, v);
}
