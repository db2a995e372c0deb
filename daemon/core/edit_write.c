/*
 * edit: what was put together becomes ops: as few puts, sets, links, reviews and replies as the limits allow, then merge, retirement and the adoption of all.
 */
#include "daemon/core/edit.h"
#include "daemon/core/own.h"

#define FILL_BYTES                                                                                                     \
    (LIMIT_BODY_BYTES - 1024) /* what we fill one body with: the array around the values needs room too */
#define FILL_WRITES   64
#define MADE_FROM_MAX 64
#define OPS_MAX       64

struct drafts {
    struct op_draft ops[OPS_MAX];
    size_t n;
};

static err_t keep(struct arena *arena, const struct buf *b, struct slice *out)
{
    return b->err ? b->err : arena_copy(arena, buf_slice(b), out);
}

static err_t add_op(struct edit *e, struct drafts *d, const struct op *op, const struct slice *values, size_t n)
{
    struct buf header, body;
    if (d->n == OPS_MAX)
        return ERR_TOO_LARGE;
    buf_init(&header, LIMIT_ENVELOPE_BYTES);
    buf_init(&body, LIMIT_BODY_BYTES);
    op_encode_header(&header, op);
    op_encode_body(&body, values, n);
    err_t err = keep(e->arena, &header, &d->ops[d->n].header);
    if (!err)
        err = keep(e->arena, &body, &d->ops[d->n].body);
    d->n += err == ERR_OK;
    buf_fini(&header);
    buf_fini(&body);
    return err;
}

/* How many of the writes from `at` go into one op. */
static size_t fill(const struct edit_list *list, size_t at)
{
    size_t bytes = 0, n = 0;
    for (; at + n < list->n && n < FILL_WRITES; n++) {
        bytes += list->values[at + n].len;
        if (n && bytes > FILL_BYTES)
            break;
    }
    return n;
}

/* ---- translations ---- */

/* The op, of this very commit, that writes the source; false where it stands in an earlier one. */
static bool op_of(const struct edit *e, uint64_t field, struct slice lang, size_t *op)
{
    *op = 0;
    for (size_t at = 0; at < e->puts.n; (*op)++) {
        for (size_t n = fill(&e->puts, at); n--; at++)
            if (e->puts.writes[at].field == field && slice_equal(e->puts.writes[at].lang, lang))
                return true;
    }
    return false;
}

/* A commit's own dots are named by sixteen zeros: its id is not known before it is signed. */
static err_t put_made_from(struct edit *e, struct op_write *w)
{
    size_t op, n = 0;
    const struct edit_origin *origin = edit_origin_of(e, w->field, w->lang);
    if (!origin)
        return ERR_OK;
    const struct view_key *source = view_field(&e->view, w->field, origin->from);
    struct dot *dots = arena_alloc(e->arena, MADE_FROM_MAX, sizeof *dots);
    if (!dots)
        return ERR_MEMORY;
    if (op_of(e, w->field, origin->from, &op)) {
        dots[n++].index = (uint8_t)op;
    } else {
        for (size_t i = 0; source && i < source->values_n && n < MADE_FROM_MAX; i++)
            dots[n++] = source->values[i].dot;
    }
    dots_sort(dots, n);
    w->made_from = dots;
    w->made_from_n = n;
    return ERR_OK;
}

/* ---- ops ---- */

static err_t add_puts(struct edit *e, struct drafts *d)
{
    struct op op = {.info = kind_info(e->type == ENTITY_RECORD  ? OP_RECORD_PUT
                                      : e->type == ENTITY_MEANS ? OP_MEANS_DECLARE
                                                                : OP_CONCEPT_PUT),
                    .entity = e->entity,
                    .motive = e->motive};
    if (e->revive && e->view.tombstones_n) {
        op.dots = e->view.tombstones;
        op.dots_n = e->view.tombstones_n;
    }
    op_writes_sort(e->puts.writes, e->puts.values, e->puts.n);
    err_t err = ERR_OK;
    for (size_t i = 0; i < e->puts.n && !err; i++)
        err = put_made_from(e, &e->puts.writes[i]);
    if (e->revive && !e->puts.n)
        err = add_op(e, d, &op, NULL, 0);
    for (size_t at = 0; at < e->puts.n && !err; at += op.writes_n) {
        op.writes = e->puts.writes + at;
        op.writes_n = fill(&e->puts, at);
        err = add_op(e, d, &op, e->puts.values + at, op.writes_n);
        op.dots_n = 0;
    }
    return err;
}

static err_t add_members(struct edit *e, struct drafts *d, enum op_kind kind, struct edit_list *list)
{
    struct op op = {.info = kind_info(kind), .entity = e->entity, .motive = e->motive};
    err_t err = ERR_OK;
    op_writes_sort(list->writes, list->values, list->n);
    for (size_t at = 0; at < list->n && !err; at += op.writes_n) {
        op.writes = list->writes + at;
        op.writes_n = fill(list, at);
        err = add_op(e, d, &op, list->values + at, op.writes_n);
    }
    return err;
}

static err_t add_register(struct edit *e, struct drafts *d, enum op_kind kind, const struct edit_register *reg)
{
    struct op_write w = {.lang = slice_text(""), .add = true, .replaces = reg->replaces, .replaces_n = reg->replaces_n};
    struct op op = {.info = kind_info(kind),
                    .entity = e->entity,
                    .writes = &w,
                    .writes_n = 1,
                    .target = reg->target,
                    .retired = reg->retired,
                    .motive = e->motive};
    return reg->set ? add_op(e, d, &op, &reg->reason, kind == OP_CONCEPT_RETIRE ? 1 : 0) : ERR_OK;
}

static err_t add_adoption(struct edit *e, struct drafts *d)
{
    struct dot dots[OPS_MAX] = {
        {{0}, 0}
    };
    struct op op = {.info = kind_info(OP_CONCEPT_ADOPT), .entity = e->entity, .dots = dots, .dots_n = d->n};
    for (size_t i = 0; i < d->n; i++)
        dots[i].index = (uint8_t)i;
    return add_op(e, d, &op, NULL, 0);
}

err_t edit_write(struct edit *e, bool adopt, struct dot *dot)
{
    uint8_t id[HASH_BYTES];
    if (edit_empty(e))
        return ERR_NOTHING_TO_DO;
    struct drafts *d = arena_alloc(e->arena, 1, sizeof *d);
    err_t err = d ? add_puts(e, d) : ERR_MEMORY;
    if (!err)
        err = add_members(e, d, e->type == ENTITY_RECORD ? OP_RECORD_INDEX : OP_CONCEPT_RELATE, &e->sets);
    if (!err)
        err = add_members(e, d, OP_RECORD_LINK, &e->links);
    if (!err)
        err = add_members(e, d, OP_RECORD_REVIEW, &e->reviews);
    if (!err)
        err = add_members(e, d, OP_RECORD_REPLY, &e->replies);
    if (!err)
        err = add_register(e, d, OP_CONCEPT_MERGE, &e->merge);
    if (!err)
        err = add_register(e, d, OP_CONCEPT_RETIRE, &e->retire);
    if (!err && adopt)
        err = add_adoption(e, d);
    if (!err)
        err = own_write(e->core, e->own, d->ops, d->n, id);
    if (!err && dot)
        *dot = dot_of(id, 0);
    return err;
}
