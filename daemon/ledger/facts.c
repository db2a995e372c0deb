/*
 * facts: see facts.h. The last term shows the fold that is at hand; one before it is folded anew out of the ops that lie in it or before it.
 */
#include "daemon/ledger/facts_work.h"

#include "daemon/ledger/sketch.h"

#include <stdlib.h>

/* ---- ops ---- */

int facts_op_compare(const struct facts_op *a, const struct facts_op *b)
{
    if (a->term != b->term)
        return a->term < b->term ? -1 : 1;
    return days_compare(&a->at, a->span, &b->at, b->span);
}

static int by_place(const void *a, const void *b)
{
    return facts_op_compare(a, b);
}

static int by_dot(const void *a, const void *b)
{
    return dot_compare(&(*(struct facts_op *const *)a)->at.dot, &(*(struct facts_op *const *)b)->at.dot);
}

/* They come in canonical order, which is the ledger's unless something came late. */
static bool is_sorted(const struct facts_work *w)
{
    for (size_t i = 1; i < w->n; i++)
        if (facts_op_compare(&w->ops[i - 1], &w->ops[i]) > 0)
            return false;
    return true;
}

static err_t take_ops(struct facts_work *w)
{
    const struct facts_source *s = w->source;
    w->ops = arena_alloc(w->arena, s->n + 1, sizeof *w->ops);
    w->by_dot = arena_alloc(w->arena, s->n + 1, sizeof(struct facts_op *));
    if (!w->ops || !w->by_dot)
        return ERR_MEMORY;
    for (size_t i = 0; i < s->n; i++) {
        const struct fold_op *in = &s->ops[i];
        struct facts_op *op = &w->ops[w->n];
        if (!fold_counts(in, s->entity))
            continue;
        *op = (struct facts_op){
            .in = in, .at = {.dot = in->dot, .seq = in->seq, .clock = in->clock}
        };
        memcpy(op->at.log.site, in->site, SITE_BYTES);
        op->at.log.incarnation = in->incarnation;
        op->term = years_term_of(s->years, in->charter);
        op->span = days_span(s->days, &op->at.log, in->seq);
        w->n++;
    }
    if (!is_sorted(w))
        qsort(w->ops, w->n, sizeof *w->ops, by_place);
    for (size_t i = 0; i < w->n; i++)
        w->by_dot[i] = &w->ops[i];
    if (w->n)
        qsort(w->by_dot, w->n, sizeof(struct facts_op *), by_dot);
    return ERR_OK;
}

const struct facts_op *facts_find(const struct facts_work *w, const struct dot *dot)
{
    struct facts_op key = {.at = {.dot = *dot}}, *wanted = &key;
    struct facts_op **found = w->n ? bsearch(&wanted, w->by_dot, w->n, sizeof(struct facts_op *), by_dot) : NULL;
    return found ? *found : NULL;
}

bool facts_has_ops(const struct facts_work *w, unsigned term)
{
    for (size_t i = 0; i < w->n; i++)
        if (w->ops[i].term == term)
            return true;
    return false;
}

static bool is_whole(const struct facts_work *w, unsigned term)
{
    return !w->n || w->ops[w->n - 1].term <= term;
}

err_t facts_prefix(struct facts_work *w, unsigned term, const struct fold_op **out, size_t *n)
{
    const struct facts_source *s = w->source;
    struct fold_op *ops = is_whole(w, term) ? NULL : arena_alloc(w->arena, w->n, sizeof *ops);
    *out = s->ops;
    *n = s->n;
    if (is_whole(w, term))
        return ERR_OK;
    if (!ops)
        return ERR_MEMORY;
    *out = ops;
    *n = 0;
    for (size_t i = 0; i < s->n; i++) /* in canonical order */
        if (fold_counts(&s->ops[i], s->entity) && years_term_of(s->years, s->ops[i].charter) <= term)
            ops[(*n)++] = s->ops[i];
    return ERR_OK;
}

err_t facts_fold(struct facts_work *w, unsigned term, struct slice *canon)
{
    const struct fold_op *ops;
    size_t n;
    struct buf out;
    *canon = w->source->canon;
    err_t e = facts_prefix(w, term, &ops, &n);
    if (e || is_whole(w, term))
        return e;
    buf_init(&out, FOLD_CANON_MAX);
    e = fold_entity(w->source->type, w->source->entity, ops, n, w->arena, &out);
    if (!e)
        e = arena_copy(w->arena, buf_slice(&out), canon);
    buf_fini(&out);
    return e;
}

/* ---- rows ---- */

void facts_ally(uint8_t out[ALLY_BYTES], const uint8_t *ally)
{
    memcpy(out, ally, ALLY_BYTES);
}

static bool make_room(struct facts_work *w)
{
    if (w->rows_n < w->rows_room)
        return true;
    size_t room = w->rows_room ? w->rows_room * 2 : 8;
    struct fact *rows = arena_alloc(w->arena, room, sizeof *rows);
    if (!rows)
        return false;
    if (w->rows_n)
        memcpy(rows, w->rows, w->rows_n * sizeof *rows);
    w->rows = rows;
    w->rows_room = room;
    return true;
}

struct fact *facts_add(struct facts_work *w, enum fact_kind kind, unsigned term, const struct fact_op *op)
{
    if (!make_room(w))
        return NULL;
    struct fact *f = &w->rows[w->rows_n++];
    *f = (struct fact){.kind = kind, .type = w->source->type, .entity = w->source->entity, .term = term, .op = *op};
    return f;
}

/* ---- what did not change ---- */

uint64_t facts_stamp(uint64_t stamp, uint64_t a, uint64_t b)
{
    return sketch_shingle((const uint64_t[]){stamp, a, b});
}

uint64_t facts_stamp_dot(uint64_t stamp, const struct dot *dot)
{
    uint64_t halves[2];
    memcpy(halves, dot->commit, sizeof halves);
    return facts_stamp(stamp, halves[0] ^ dot->index, halves[1]);
}

uint64_t facts_stamp_bytes(uint64_t stamp, uint64_t a, struct slice bytes)
{
    stamp = facts_stamp(stamp, a, bytes.len);
    for (size_t at = 0; at < bytes.len; at += sizeof(uint64_t)) {
        uint64_t part = 0;
        memcpy(&part, bytes.at + at, bytes.len - at < sizeof part ? bytes.len - at : sizeof part);
        stamp = facts_stamp(stamp, part, at);
    }
    return stamp;
}

uint64_t facts_stamp_ops(const struct facts_work *w, unsigned term, uint64_t kind)
{
    uint64_t stamp = kind;
    for (size_t i = 0; i < w->n && w->ops[i].term <= term; i++) {
        const struct fold_op *in = w->ops[i].in;
        if (kind && in->kind != kind)
            continue;
        stamp = facts_stamp_dot(stamp, &in->dot);
        stamp = facts_stamp(stamp, (uint64_t)in->state << 1 | in->owner, in->charter);
    }
    return stamp;
}

err_t facts_note_stamps(struct facts_work *w, struct fact *f, const uint64_t *stamps, size_t n)
{
    return arena_copy(w->arena, slice_of(stamps, n * sizeof *stamps), &f->made);
}

bool facts_has_stamp(const struct fact *f, size_t i, uint64_t stamp)
{
    size_t at = i * sizeof stamp;
    return f && f->made.len >= at + sizeof stamp && memcmp(f->made.at + at, &stamp, sizeof stamp) == 0;
}

const struct fact *facts_known(const struct facts_work *w, enum fact_kind kind, unsigned term)
{
    for (size_t i = 0; i < w->source->known_n; i++)
        if (w->source->known[i].kind == kind && w->source->known[i].term == term)
            return &w->source->known[i];
    return NULL;
}

err_t facts_keep(struct facts_work *w, unsigned term, unsigned kind)
{
    for (size_t i = 0; i < w->source->known_n; i++) {
        const struct fact *known = &w->source->known[i];
        if (known->term != term || (kind && known->kind != kind))
            continue;
        if (!make_room(w))
            return ERR_MEMORY;
        w->rows[w->rows_n++] = *known;
    }
    return ERR_OK;
}

/* ---- order ---- */

#define COMPARE(x, y)                                                                                                  \
    if ((x) != (y))                                                                                                    \
    return (x) < (y) ? -1 : 1

int fact_compare(const struct fact *a, const struct fact *b)
{
    COMPARE(a->term, b->term);
    COMPARE(a->kind, b->kind);
    COMPARE(a->type, b->type);
    int c = slice_compare(a->entity, b->entity);
    if (!c)
        c = days_compare(&a->op, 0, &b->op, 0);
    if (!c)
        c = dot_compare(&a->op.dot, &b->op.dot);
    if (!c)
        c = slice_compare(a->target, b->target);
    if (c)
        return c;
    COMPARE(a->sort, b->sort);
    c = memcmp(a->ally, b->ally, ALLY_BYTES);
    return c ? c : memcmp(a->other, b->other, ALLY_BYTES);
}

bool fact_equal(const struct fact *a, const struct fact *b)
{
    return fact_compare(a, b) == 0 && a->amount == b->amount && slice_equal(a->data, b->data) &&
           slice_equal(a->made, b->made);
}

static err_t make(struct facts_work *w)
{
    switch (w->source->type) {
    case ENTITY_SITE:
        return facts_of_site(w);
    case ENTITY_RECORD:
        return facts_of_record(w);
    case ENTITY_CONCEPT:
        return facts_of_concept(w);
    case ENTITY_MEANS:
        return facts_of_means(w);
    case ENTITY_NONE:
        break;
    }
    return ERR_OK;
}

err_t facts_make(const struct facts_source *s, struct arena *arena, struct fact **out, size_t *n)
{
    struct facts_work w = {.source = s, .arena = arena};
    err_t e = take_ops(&w);
    if (!e)
        e = make(&w);
    if (e)
        return e;
    *out = w.rows;
    *n = w.rows_n;
    return ERR_OK;
}
