/*
 * The ledger's facts of a report: those that stand in the replica where the cut is the report's own; else made anew, out of the ops within the cut alone, as if
 * nothing had come since.
 */
#include "daemon/commons/fold_use.h"
#include "daemon/ledger/days.h"
#include "daemon/read/facts.h"
#include "daemon/read/judge.h"
#include "daemon/report/model_work.h"
#include <stdlib.h>

static int by_entity(const void *a, const void *b)
{
    const struct fact *x = a, *y = b;
    if (x->type != y->type)
        return x->type < y->type ? -1 : 1;
    int c = slice_compare(x->entity, y->entity);
    return c ? c : fact_compare(x, y);
}

static err_t append(struct model_work *w, const struct fact *rows, size_t n, size_t *room)
{
    if (w->facts_n + n > *room) {
        size_t wanted = (w->facts_n + n) * 2;
        struct fact *grown = arena_alloc(&w->arena, wanted, sizeof *grown);
        if (!grown)
            return ERR_MEMORY;
        if (w->facts_n)
            memcpy(grown, w->facts, w->facts_n * sizeof *grown);
        w->facts = grown;
        *room = wanted;
    }
    if (n)
        memcpy(&w->facts[w->facts_n], rows, n * sizeof *rows);
    w->facts_n += n;
    return ERR_OK;
}

static err_t stored(struct model_work *w, size_t *room)
{
    err_t e = ERR_OK;
    for (unsigned term = 0; term <= w->m->term && !e; term++) {
        struct fact *rows = NULL;
        size_t n = 0;
        e = facts_of_term(w->store, term, &w->arena, &rows, &n);
        e = e ? e : append(w, rows, n, room);
    }
    return e;
}

/* ---- made anew ---- */

struct use { /* an index term, and the op that put it */
    uint8_t concept_id[CONCEPT_BYTES];
    struct facts_use by;
};
struct anew {
    struct model_work *w;
    struct use *uses;
    size_t uses_n, uses_room;
};

static struct fact_op place_of(const struct fold_op *op)
{
    struct fact_op at = {.dot = op->dot, .seq = op->seq, .clock = op->clock};
    memcpy(at.log.site, op->site, SITE_BYTES);
    at.log.incarnation = op->incarnation;
    return at;
}

static int by_use(const void *a, const void *b)
{
    const struct use *x = a, *y = b;
    int c = memcmp(x->concept_id, y->concept_id, CONCEPT_BYTES);
    if (!c && x->by.op.clock != y->by.op.clock)
        c = x->by.op.clock < y->by.op.clock ? -1 : 1;
    c = c ? c : log_compare(&x->by.op.log, &y->by.op.log);
    if (!c && x->by.op.seq != y->by.op.seq)
        c = x->by.op.seq < y->by.op.seq ? -1 : 1;
    return c ? c : dot_compare(&x->by.op.dot, &y->by.op.dot);
}

static err_t add_use(struct anew *a, const struct fold_use *use, const struct fold_op *op)
{
    if (a->uses_n == a->uses_room) {
        size_t room = a->uses_room ? a->uses_room * 2 : 1024;
        struct use *grown = arena_alloc(&a->w->arena, room, sizeof *grown);
        if (!grown)
            return ERR_MEMORY;
        if (a->uses_n)
            memcpy(grown, a->uses, a->uses_n * sizeof *grown);
        a->uses = grown;
        a->uses_room = room;
    }
    struct use *one = &a->uses[a->uses_n++];
    *one = (struct use){
        .by = {.op = place_of(op), .term = years_term_of(&a->w->years, op->charter)}
    };
    memcpy(one->concept_id, use->concept_id, CONCEPT_BYTES);
    memcpy(one->by.ally, use->ally, ALLY_BYTES);
    return ERR_OK;
}

/* Op by op, so that each use is known with its op. */
static err_t note_uses(struct anew *a, struct slice record, const struct fold_op *ops, size_t n, struct arena *arena)
{
    err_t e = ERR_OK;
    for (size_t i = 0; i < n && !e; i++) {
        struct fold_use *uses = NULL;
        size_t uses_n = 0;
        if (ops[i].kind != OP_RECORD_INDEX)
            continue;
        e = fold_use_of_record(record, &ops[i], 1, arena, &uses, &uses_n);
        for (size_t k = 0; k < uses_n && !e; k++)
            e = add_use(a, &uses[k], &ops[i]);
    }
    return e;
}

static err_t first_use(void *ctx, const struct fold_op *proposer, unsigned term, struct facts_use *out)
{
    const struct anew *a = ctx;
    struct slice id = slice_text("");
    uint64_t kind = 0;
    struct fold_place after = {.clock = proposer->clock};
    memcpy(after.site, proposer->site, SITE_BYTES);
    err_t e = op_peek(proposer->header, &kind, &id);
    for (size_t i = 0; !e && i < a->uses_n; i++) {
        const struct use *u = &a->uses[i];
        struct fold_place at = {.clock = u->by.op.clock};
        memcpy(at.site, u->by.op.log.site, SITE_BYTES);
        if (id.len == CONCEPT_BYTES && memcmp(u->concept_id, id.at, CONCEPT_BYTES) == 0 && u->by.term <= term &&
            memcmp(u->by.ally, proposer->ally, ALLY_BYTES) != 0 && fold_place_compare(&at, &after) > 0) {
            *out = u->by;
            return ERR_OK;
        }
    }
    return e ? e : ERR_NOT_FOUND;
}

/* A concept with what use adopts. */
static err_t used_view(struct anew *a, struct slice canon, const struct fold_op *ops, size_t n, struct arena *arena,
                       struct view *v)
{
    const struct fold_op *proposer = NULL;
    struct facts_use use;
    struct dot *dots = NULL;
    size_t dots_n = 0;
    err_t e = view_read(canon, arena, v);
    e = e ? e : fold_use_proposer(v->entity, ops, n, arena, &proposer);
    if (e || !proposer)
        return e;
    e = first_use(a, proposer, UINT32_MAX, &use);
    if (e)
        return e == ERR_NOT_FOUND ? ERR_OK : e;
    struct fold_use by = {.place = {.clock = use.op.clock}};
    memcpy(by.place.site, use.op.log.site, SITE_BYTES);
    e = fold_use_adopts(v, proposer, &by, ops, n, arena, &dots, &dots_n);
    return e || !dots_n ? e : view_read_used(canon, dots, dots_n, arena, v);
}

static err_t make(struct anew *a, const struct days *days, enum entity_type type, struct slice entity,
                  struct arena *arena, size_t *room)
{
    struct model_work *w = a->w;
    struct facts_source source = {
        .years = &w->years, .days = days, .type = type, .entity = entity, .first_use = first_use, .ctx = a};
    struct fold_op *ops = NULL;
    struct view v = {.type = type};
    struct fact *rows = NULL;
    size_t n = 0;
    struct buf canon;
    err_t e = model_ops(w, type, entity, &w->arena, &ops, &source.n);
    if (e || !source.n)
        return e;
    buf_init(&canon, FOLD_CANON_MAX);
    e = fold_entity(type, entity, ops, source.n, arena, &canon);
    e = e ? e : arena_copy(&w->arena, buf_slice(&canon), &source.canon);
    buf_fini(&canon);
    if (!e && type == ENTITY_RECORD)
        e = view_read(source.canon, &w->arena, &v);
    if (!e && type == ENTITY_CONCEPT)
        e = used_view(a, source.canon, ops, source.n, &w->arena, &v);
    source.ops = ops;
    source.view = &v;
    e = e ? e : facts_make(&source, &w->arena, &rows, &n);
    size_t kept = 0;
    for (size_t i = 0; i < n && !e; i++)
        if (rows[i].term <= w->m->term)
            rows[kept++] = rows[i];
    return e ? e : append(w, rows, kept, room);
}

struct entity { /* of the replica */
    enum entity_type type;
    struct slice id;
};

static err_t entities_of(struct model_work *w, struct entity **out, size_t *n)
{
    size_t room = 0;
    struct arena arena = {0};
    enum entity_type type = ENTITY_NONE;
    struct slice id = slice_text(""), canon;
    err_t e = ERR_OK;
    for (;;) {
        arena_clear(&arena);
        e = replica_next(w->store, &type, &id, &arena, &canon);
        if (e)
            break;
        if (*n == room) {
            struct entity *grown = arena_alloc(&w->arena, room ? room * 2 : 1024, sizeof *grown);
            if (!grown) {
                e = ERR_MEMORY;
                break;
            }
            if (*n)
                memcpy(grown, *out, *n * sizeof *grown);
            *out = grown;
            room = room ? room * 2 : 1024;
        }
        (*out)[*n].type = type;
        e = arena_copy(&w->arena, id, &(*out)[*n].id);
        if (e)
            break;
        id = (*out)[(*n)++].id;
    }
    arena_fini(&arena);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static err_t made(struct model_work *w, size_t *room)
{
    struct anew a = {.w = w};
    struct days days;
    struct arena arena = {0};
    struct entity *entities = NULL;
    size_t n = 0;
    err_t e = days_build(w->authority, NULL, NULL, &w->arena, &days);
    e = e ? e : entities_of(w, &entities, &n);
    for (size_t i = 0; i < n && !e; i++) {
        struct fold_op *ops = NULL;
        size_t ops_n = 0;
        if (entities[i].type != ENTITY_RECORD)
            continue;
        arena_clear(&arena);
        e = model_ops(w, ENTITY_RECORD, entities[i].id, &arena, &ops, &ops_n);
        e = e ? e : note_uses(&a, entities[i].id, ops, ops_n, &arena);
    }
    if (!e && a.uses_n)
        qsort(a.uses, a.uses_n, sizeof *a.uses, by_use);
    for (size_t i = 0; i < n && !e; i++) {
        arena_clear(&arena);
        e = make(&a, &days, entities[i].type, entities[i].id, &arena, room);
    }
    arena_fini(&arena);
    return e;
}

err_t model_load_facts(struct model_work *w, bool anew)
{
    size_t room = 0;
    err_t e = anew ? made(w, &room) : stored(w, &room);
    if (!e && w->facts_n)
        qsort(w->facts, w->facts_n, sizeof *w->facts, by_entity);
    return e;
}
