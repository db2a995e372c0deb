#include "daemon/core/refold.h"
#include "daemon/commons/gist.h"
#include "daemon/core/erase.h"
#include "daemon/core/ingest.h"
#include "daemon/core/tally.h"
#include "daemon/core/use.h"
#include "daemon/store/erased.h"
#include "daemon/read/judge.h"
#include <stdlib.h>

#define CANON_MAX_BYTES (64u * 1024 * 1024)

static enum entity_type type_of(uint64_t kind, struct slice entity)
{
    const struct kind_info *info = kind_info(kind);
    if (info)
        return info->entity;
    /* A newer kind waits under the entity whose form its id has. */
    for (enum entity_type t = ENTITY_SITE; t <= ENTITY_MEANS; t++)
        if (entity.len == entity_bytes(t))
            return t;
    return ENTITY_NONE;
}

/* ---- what a batch touched: a list, and an open hash to find what is already in it ---- */

static uint32_t slot_of(enum entity_type type, struct slice id)
{
    uint32_t h = 2166136261u ^ (uint32_t)type;
    for (size_t i = 0; i < id.len; i++)
        h = (h ^ id.at[i]) * 16777619u;
    return h;
}

static bool is_touched(const struct touched *t, enum entity_type type, struct slice id)
{
    return t->type == type && memcmp(t->id, id.at, id.len) == 0;
}

static err_t grow_slots(struct batch *b)
{
    size_t n = b->slots_n ? b->slots_n * 2 : 64;
    uint32_t *slots = calloc(n, sizeof *slots);
    if (!slots)
        return ERR_MEMORY;
    for (size_t i = 0; i < b->touched_n; i++) {
        struct slice id = slice_of(b->touched[i].id, entity_bytes(b->touched[i].type));
        size_t at = slot_of(b->touched[i].type, id) & (n - 1);
        while (slots[at])
            at = (at + 1) & (n - 1);
        slots[at] = (uint32_t)i + 1;
    }
    free(b->slots);
    b->slots = slots;
    b->slots_n = n;
    return ERR_OK;
}

err_t refold_touch(struct core *c, enum entity_type type, struct slice id)
{
    struct batch *b = &c->batch;
    err_t e = b->touched_n * 2 >= b->slots_n ? grow_slots(b) : ERR_OK;
    if (e)
        return e;
    size_t at = slot_of(type, id) & (b->slots_n - 1);
    for (; b->slots[at]; at = (at + 1) & (b->slots_n - 1))
        if (is_touched(&b->touched[b->slots[at] - 1], type, id))
            return ERR_OK;
    void *array = b->touched;
    e = core_grow(&array, b->touched_n, &b->touched_room, sizeof *b->touched);
    b->touched = array;
    if (e)
        return e;
    struct touched *t = &b->touched[b->touched_n++];
    t->type = type;
    memcpy(t->id, id.at, id.len);
    b->slots[at] = (uint32_t)b->touched_n;
    return ERR_OK;
}

/* The entity an op is filed under; ENTITY_NONE where its header does not decode far enough. */
static enum entity_type filed_under(const struct commit_op *op, struct slice *entity, uint64_t *kind)
{
    err_t e = op_peek(op->header, kind, entity);
    enum entity_type type = e && e != ERR_UNKNOWN_KIND ? ENTITY_NONE : type_of(*kind, *entity);
    return type != ENTITY_NONE && entity->len == entity_bytes(type) ? type : ENTITY_NONE;
}

err_t refold_file(struct core *c, const struct commit *commit, int64_t row)
{
    err_t e = ERR_OK;
    for (size_t i = 0; i < commit->ops_n && !e; i++) {
        uint64_t kind = 0;
        struct slice entity = {0};
        enum entity_type type = filed_under(&commit->ops[i], &entity, &kind);
        if (type == ENTITY_NONE)
            continue;
        e = replica_file(c->store, row * 256 + (int64_t)i, type, entity, kind);
        if (!e)
            e = refold_touch(c, type, entity);
    }
    return e;
}

err_t refold_unfile(struct core *c, const struct commit *commit, int64_t row)
{
    err_t e = erase_unfile(c, commit);
    for (size_t i = 0; i < commit->ops_n && !e; i++) {
        uint64_t kind = 0;
        struct slice entity = {0};
        enum entity_type type = filed_under(&commit->ops[i], &entity, &kind);
        if (type == ENTITY_NONE)
            continue;
        e = replica_unfile(c->store, row * 256 + (int64_t)i, type, entity);
        if (!e)
            e = refold_touch(c, type, entity);
    }
    return e;
}

err_t refold_touch_op(struct core *c, const struct commit_op *op)
{
    uint64_t kind = 0;
    struct slice entity = {0};
    enum entity_type type = filed_under(op, &entity, &kind);
    return type == ENTITY_NONE ? ERR_OK : refold_touch(c, type, entity);
}

/* ---- folding ---- */

static err_t load_ops(struct core *c, enum entity_type type, struct slice entity, struct arena *arena,
                      struct fold_op **out, size_t *n)
{
    struct replica_op *ops = NULL;
    err_t e = replica_ops(c->store, type, entity, arena, &ops, n);
    if (e)
        return e;
    *out = arena_alloc(arena, *n ? *n : 1, sizeof **out);
    if (!*out)
        return ERR_MEMORY;
    for (size_t i = 0; i < *n; i++)
        judge_op(&c->authority, &ops[i], type, entity, &(*out)[i]);
    return ERR_OK;
}

err_t refold_canon(struct core *c, enum entity_type type, struct slice entity, struct arena *arena, struct buf *canon)
{
    struct fold_op *ops = NULL;
    size_t n = 0;
    err_t e = load_ops(c, type, entity, arena, &ops, &n);
    return e ? e : fold_entity(type, entity, ops, n, arena, canon);
}

static uint64_t latest_clock(const struct fold_op *ops, size_t n, struct slice entity)
{
    for (size_t i = n; i-- > 0;)
        if (fold_counts(&ops[i], entity))
            return ops[i].clock;
    return 0;
}

static struct slice shown_text(const struct view *v, uint64_t field)
{
    const struct view_key *key = view_field(v, field, slice_text(""));
    return key && key->shown ? view_text(key->shown->value) : slice_text("");
}

static err_t put_record_row(struct core *c, const struct view *v, uint64_t updated)
{
    struct record_row row = {.record = v->entity,
                             .source_id = shown_text(v, R_SOURCE_ID),
                             .title = view_label(v, slice_text(c->language)),
                             .type = shown_text(v, R_TYPE),
                             .updated = updated,
                             .retired = v->tombstones_n > 0,
                             .conflicts = v->conflicts};
    struct link_row *links = arena_alloc(&c->scratch, v->links_n + 1, sizeof *links);
    if (!links)
        return ERR_MEMORY;
    for (size_t i = 0; i < v->links_n; i++)
        links[i] = (struct link_row){(unsigned)v->links[i].field, v->links[i].target};
    err_t e = gist_langs(v, &c->scratch, &row.langs);
    if (!e)
        e = gist_terms(v, &c->scratch, &row.terms);
    if (!e)
        e = replica_put_record(c->store, &row);
    return e ? e : replica_put_links(c->store, v->entity, links, v->links_n);
}

static int by_dot(const void *a, const void *b)
{
    return dot_compare(a, b);
}

static uint64_t clock_of(const struct fold_op *ops, size_t n, const struct dot *dot)
{
    for (size_t i = 0; i < n; i++)
        if (dot_compare(&ops[i].dot, dot) == 0)
            return ops[i].clock;
    return 0;
}

/* A relation is there while one of its adds lives; it is dated by the earliest of them, adopted ones first. */
static bool edge_of(const struct view_key *key, struct slice child, const struct fold_op *ops, size_t n,
                    struct edge_row *out)
{
    const struct view_value *best = NULL;
    for (size_t i = 0; i < key->values_n; i++) {
        const struct view_value *v = &key->values[i];
        if (v->add && (!best || (v->adopted && !best->adopted)))
            best = v;
    }
    if (!best)
        return false;
    *out = (struct edge_row){child,         (unsigned)key->field,         key->target,
                             best->adopted, clock_of(ops, n, &best->dot), best->dot};
    return true;
}

/* By the earliest live adopted merge that has the shown target. */
static bool merge_of(const struct view *v, const struct fold_op *ops, size_t n, struct edge_row *out)
{
    const struct view_value *first = NULL;
    for (size_t i = 0; v->merged_into && i < v->merge.values_n && !first; i++)
        if (v->merge.values[i].adopted && slice_equal(v->merge.values[i].value, v->merge.shown->value))
            first = &v->merge.values[i];
    if (!first)
        return false;
    *out = (struct edge_row){
        v->entity, EDGE_MERGE, slice_of(v->merged_into, CONCEPT_BYTES), true, clock_of(ops, n, &first->dot),
        first->dot};
    return true;
}

/* What waits for adoption, and since when. */
static err_t count_waiting(struct core *c, const struct view *v, const struct fold_op *ops, size_t n,
                           struct concept_row *row)
{
    struct dot *dots = NULL;
    size_t waiting = 0;
    err_t e = view_waiting(v, &c->scratch, &dots, &waiting);
    for (size_t i = 0; i < n && waiting && !row->since;
         i++) /* ops are in canonical order: the first found is the oldest */
        if (bsearch(&ops[i].dot, dots, waiting, sizeof *dots, by_dot))
            row->since = ops[i].clock;
    row->waiting = (unsigned)waiting;
    return e;
}

static err_t put_concept_row(struct core *c, const struct view *v, const struct fold_op *ops, size_t n,
                             const struct fold_op *proposer)
{
    struct edge_row *edges = arena_alloc(&c->scratch, v->sets_n + 2, sizeof *edges);
    if (!edges)
        return ERR_MEMORY;
    size_t edges_n = 0;
    for (size_t i = 0; i < v->sets_n; i++)
        edges_n += edge_of(&v->sets[i], v->entity, ops, n, &edges[edges_n]);
    edges_n += merge_of(v, ops, n, &edges[edges_n]);
    struct slice kind = shown_text(v, C_KIND);
    struct concept_row row = {.concept = v->entity,
                              .uri = shown_text(v, C_URI),
                              .kind = kind.len ? kind : slice_text("descriptor"),
                              .label = view_label(v, slice_text(c->language)),
                              .adopted = v->adopted,
                              .deprecated = v->deprecated,
                              .updated = latest_clock(ops, n, v->entity),
                              .conflicts = v->conflicts,
                              .proposer = proposer ? slice_of(proposer->ally, ALLY_BYTES) : slice_text("")};
    err_t e = count_waiting(c, v, ops, n, &row);
    return e ? e : replica_put_concept(c->store, &row, edges, edges_n);
}

static err_t put_rows(struct core *c, enum entity_type type, struct slice canon, const struct fold_op *ops, size_t n,
                      struct view *v)
{
    const struct fold_op *proposer = NULL;
    if (type == ENTITY_SITE)
        c->reach_dirty = true;
    err_t e = view_read(canon, &c->scratch, v);
    if (!e && type == ENTITY_RECORD)
        return put_record_row(c, v, latest_clock(ops, n, v->entity));
    if (!e && type == ENTITY_CONCEPT)
        e = use_settle(c, canon, ops, n, v, &proposer);
    return e || type != ENTITY_CONCEPT ? e : put_concept_row(c, v, ops, n, proposer);
}

err_t refold_entity(struct core *c, enum entity_type type, const uint8_t *id)
{
    uint8_t own[SITE_BYTES]; /* the list of what was touched, where `id` may lie, grows under way */
    struct slice entity = slice_of(own, entity_bytes(type));
    memcpy(own, id, entity.len);
    struct fold_op *ops = NULL;
    size_t n = 0;
    struct view view;
    struct buf canon;
    buf_init(&canon, CANON_MAX_BYTES);
    arena_clear(&c->scratch);
    err_t e = load_ops(c, type, entity, &c->scratch, &ops, &n);
    if (!e && type == ENTITY_RECORD)
        e = use_note(c, entity, ops, n);
    if (!e && n)
        e = fold_entity(type, entity, ops, n, &c->scratch, &canon);
    if (!e)
        e = n ? replica_put(c->store, type, entity, buf_slice(&canon)) : replica_drop(c->store, type, entity);
    if (!e && n)
        e = put_rows(c, type, buf_slice(&canon), ops, n, &view);
    if (!e)
        e = tally_note(c, &(struct tally_entity){type, entity, ops, n, buf_slice(&canon), &view});
    buf_fini(&canon);
    return e;
}

err_t refold_now(struct core *c, enum entity_type type, struct slice entity)
{
    const struct batch *b = &c->batch;
    if (!b->open || !b->slots_n)
        return ERR_OK;
    for (size_t at = slot_of(type, entity) & (b->slots_n - 1); b->slots[at]; at = (at + 1) & (b->slots_n - 1))
        if (is_touched(&b->touched[b->slots[at] - 1], type, entity))
            return refold_entity(c, type, entity.at);
    return ERR_OK;
}

err_t refold_fill(struct core *c, const struct commit *commit)
{
    int64_t row = 0;
    struct commit *stored = malloc(sizeof *stored);
    if (!stored)
        return ERR_MEMORY;
    err_t e = oplog_by_dot(c->store, commit->id, &row);
    if (!e)
        e = oplog_get_row(c->store, row, &c->scratch, stored);
    for (size_t i = 0; i < commit->ops_n && !e; i++) {
        const struct commit_op *op = &commit->ops[i];
        uint64_t kind = 0;
        struct slice entity;
        if (stored->ops[i].state != BODY_MISSING || op->state != BODY_PRESENT || commit_check_body(op) ||
            (c->erase.any && erase_keeps_out(c, commit, i)))
            continue;
        e = oplog_fill(c->store, row * 256 + (int64_t)i, op->salt, op->body);
        if (!e && op_peek(op->header, &kind, &entity) == ERR_OK)
            e = refold_touch(c, type_of(kind, entity), entity);
    }
    free(stored);
    return e;
}

/* ---- rebuild ---- */

static err_t file_everything(struct core *c, uint64_t *ops)
{
    struct commit *commit = malloc(sizeof *commit);
    struct arena arena = {0};
    err_t e = commit ? ERR_OK : ERR_MEMORY;
    for (int64_t row = 0; !e;) {
        e = oplog_next_row(c->store, row, &row);
        if (e)
            break;
        arena_clear(&arena);
        e = oplog_get_row(c->store, row, &arena, commit);
        if (!e)
            e = refold_file(c, commit, row);
        if (!e)
            e = erase_file(c, commit);
        *ops += commit->ops_n;
    }
    arena_fini(&arena);
    free(commit);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static err_t make_anew(struct core *c, uint64_t *ops)
{
    struct arena arena = {0};
    struct erasure *ahead = NULL;
    size_t n = 0;
    err_t e = erase_keep_ahead(c, &arena, &ahead, &n);
    if (!e)
        e = store_drop_derived(c->store);
    if (!e)
        e = erase_restore_ahead(c, ahead, n);
    if (!e)
        e = file_everything(c, ops);
    arena_fini(&arena);
    return e;
}

err_t refold_replay(struct core *c, uint64_t *ops)
{
    *ops = 0;
    err_t e = make_anew(c, ops);
    return e ? e : batch_fold(c);
}

err_t refold_all(struct core *c, uint64_t *ops, uint64_t *entities)
{
    *ops = *entities = 0;
    err_t e = batch_begin(c);
    if (e)
        return e;
    e = make_anew(c, ops);
    *entities = c->batch.touched_n;
    if (e) {
        batch_abort(c);
        return e;
    }
    c->digests_known = false;
    return batch_end(c);
}

#define ROWS_VERSION 7 /* of the other derived tables */

static const uint8_t this_version[] = {FOLD_VERSION, ROWS_VERSION};

bool refold_is_newer(struct slice version)
{
    return version.len != sizeof this_version || version.at[0] > FOLD_VERSION || version.at[1] > ROWS_VERSION;
}

static err_t make_newer(struct core *c, const uint8_t was[2])
{
    uint64_t ops, entities;
    err_t e = refold_all(c, &ops, &entities);
    if (!e && was[0])
        core_note(c, JOURNAL_INFO, "fold.newer", "was=%d.%d is=%d.%d ops=%llu entities=%llu", was[0], was[1],
                  FOLD_VERSION, ROWS_VERSION, (unsigned long long)ops, (unsigned long long)entities);
    return e ? e : local_set(c->store, SETTING_FOLD, slice_of(this_version, sizeof this_version));
}

err_t refold_if_older(struct core *c)
{
    struct arena arena = {0};
    struct slice known = {0};
    uint8_t was[2] = {0, 0};
    err_t e = local_get(c->store, SETTING_FOLD, &arena, &known);
    bool first = e == ERR_NOT_FOUND, same = !e && slice_equal(known, slice_of(this_version, sizeof this_version));
    if (!e && refold_is_newer(known))
        e = ERR_NEWER;
    if (!e)
        memcpy(was, known.at, sizeof was);
    if (!e || first)
        e = erase_open(c);
    arena_fini(&arena);
    return e || same || !c->founded ? e : make_newer(c, was);
}
