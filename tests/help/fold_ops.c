/*
 * fold_ops: see fold_ops.h.
 */
#include "tests/help/fold_ops.h"
#include "protocol/wire/wr.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

void ops_init(struct ops *o)
{
    *o = (struct ops){0};
    o->op = arena_alloc(&o->arena, OPS_MAX, sizeof *o->op);
    assert_non_null(o->op);
    memset(o->record, 1, ALLY_BYTES); /* ally 1 owns it */
    memset(o->record + ALLY_BYTES, 0xaa, RECORD_BYTES - ALLY_BYTES);
    memset(o->concept, 0xcc, CONCEPT_BYTES);
    means_entity(o->means, o->record, 2026);
}

void ops_fini(struct ops *o)
{
    arena_fini(&o->arena);
}

struct dot ops_dot(size_t place)
{
    struct dot d = {{0}, (uint8_t)(place % 3)};
    uint32_t scattered = (uint32_t)(place + 1) * 2654435761u; /* so that dots do not stand in canonical order */
    memcpy(d.commit, &scattered, 4);
    d.commit[15] = 1;
    return d;
}

uint8_t *ops_site(unsigned site, uint8_t out[SITE_BYTES])
{
    memset(out, 0x55, SITE_BYTES);
    out[0] = (uint8_t)site;
    return out;
}

void ops_target(unsigned target, uint8_t out[CONCEPT_BYTES])
{
    memset(out, 0x77, CONCEPT_BYTES);
    out[0] = (uint8_t)target;
}

static int by_dot(const void *a, const void *b)
{
    return dot_compare(a, b);
}

static const struct dot *make_dots(struct ops *o, const size_t *places, size_t n)
{
    struct dot *d = arena_alloc(&o->arena, n + 1, sizeof *d);
    assert_non_null(d);
    for (size_t i = 0; i < n; i++)
        d[i] = ops_dot(places[i]);
    if (n)
        qsort(d, n, sizeof *d, by_dot);
    return d;
}

static bool is_match(enum op_kind kind, unsigned relation)
{
    const struct relation_info *info = relation_by_number(relation);
    return kind == OP_CONCEPT_RELATE && info && info->match;
}

bool ops_is_register(enum op_kind kind)
{
    return kind == OP_CONCEPT_MERGE || kind == OP_CONCEPT_RETIRE;
}

/* 16 bytes, or, of a link's record, 24 that begin alike. */
static struct slice make_target(struct ops *o, enum op_kind kind, const struct write_spec *w)
{
    uint8_t *target = arena_alloc(&o->arena, RECORD_BYTES, 1);
    assert_non_null(target);
    struct slice uri = slice_text(w->text ? w->text : "");
    if (is_match(kind, w->field) || (kind == OP_RECORD_LINK && w->text)) {
        hash128(target, &uri, 1);
        return slice_of(target, CONCEPT_BYTES);
    }
    ops_target(w->target, target);
    return slice_of(target, !w->target ? 0 : kind == OP_RECORD_LINK ? RECORD_BYTES : CONCEPT_BYTES);
}

static struct op_write make_write(struct ops *o, enum op_kind kind, const struct write_spec *w)
{
    return (struct op_write){
        .field = w->field,
        .lang = slice_text(w->lang ? w->lang : ""),
        .target = ops_is_register(kind) ? (struct slice){NULL, 0}
             : make_target(o, kind, w),
        .add = !w->remove || ops_is_register(kind),
        .replaces = make_dots(o, w->names, w->names_n),
        .replaces_n = w->names_n,
        .made_from = make_dots(o, w->made_from, w->made_from_n),
        .made_from_n = w->made_from_n
    };
}

static struct slice make_amount(struct ops *o, const struct write_spec *w)
{
    struct buf b;
    struct slice out;
    buf_init(&b, 4096);
    wr_array(&b, 2);
    wr_uint(&b, w->weight - 1);
    if (w->text)
        wr_text(&b, slice_text(w->text));
    else
        wr_nil(&b);
    assert_int_equal(arena_copy(&o->arena, buf_slice(&b), &out), ERR_OK);
    buf_fini(&b);
    return out;
}

static struct slice make_value(struct ops *o, enum op_kind kind, const struct write_spec *w)
{
    struct buf b;
    struct slice out;
    if (kind == OP_MEANS_DECLARE)
        return w->weight ? make_amount(o, w) : value_nil;
    buf_init(&b, 1 << 20);
    if ((kind == OP_RECORD_LINK || kind == OP_RECORD_REPLY) && w->text && !w->remove)
        wr_array(&b, 2);
    if (kind == OP_RECORD_REPLY && w->text)
        wr_text(&b, slice_text("Ville"));
    if (kind == OP_CONCEPT_RETIRE)
        wr_text(&b, slice_text(w->text ? w->text : ""));
    else if (w->text && !w->remove)
        wr_text(&b, slice_text(w->text));
    else if (w->weight && !w->remove)
        wr_uint(&b, w->weight);
    else
        wr_nil(&b);
    if (kind == OP_RECORD_LINK && w->text && !w->remove)
        wr_nil(&b); /* no hash */
    assert_int_equal(arena_copy(&o->arena, buf_slice(&b), &out), ERR_OK);
    buf_fini(&b);
    return out;
}

static struct slice keep(struct ops *o, struct buf *b)
{
    struct slice out;
    assert_int_equal(b->err, ERR_OK);
    assert_int_equal(arena_copy(&o->arena, buf_slice(b), &out), ERR_OK);
    buf_fini(b);
    return out;
}

static struct slice body_without_writes(struct ops *o, enum op_kind kind)
{
    struct buf b;
    buf_init(&b, 4096);
    if (kind == OP_SITE_ANNOUNCE) {
        wr_array(&b, 4);
        wr_array(&b, 0);
        for (int i = 0; i < 3; i++)
            wr_text(&b, slice_text("s"));
    } else if (kind == OP_RECORD_RETIRE || kind == OP_SITE_ERASE) {
        wr_array(&b, 1);
        wr_text(&b, slice_text("twice"));
    } else if (kind == OP_LOG_OPEN) {
        wr_array(&b, 1);
        wr_uint(&b, 0);
    } else {
        wr_array(&b, 0);
    }
    return keep(o, &b);
}

static struct slice entity_of(const struct ops *o, const struct kind_info *info, const uint8_t *site)
{
    if (info->entity == ENTITY_SITE)
        return slice_of(site, SITE_BYTES);
    if (info->entity == ENTITY_MEANS)
        return slice_of(o->means, MEANS_BYTES);
    return info->entity == ENTITY_RECORD ? slice_of(o->record, RECORD_BYTES) : slice_of(o->concept, CONCEPT_BYTES);
}

static const struct op_relay some_relay = {.site = {7}, .days = 5};

size_t ops_write(struct ops *o, enum op_kind kind, unsigned site, uint64_t clock, const struct write_spec *w, size_t n,
                 const size_t *dots, size_t dots_n)
{
    struct op_write writes[8];
    struct slice values[8];
    struct buf b;
    struct fold_op *f = &o->op[o->n];
    assert_true(n <= 8 && o->n < OPS_MAX);
    for (size_t i = 0; i < n; i++) {
        writes[i] = make_write(o, kind, &w[i]);
        values[i] = make_value(o, kind, &w[i]);
    }
    op_writes_sort(writes, values, n);
    *f = (struct fold_op){.kind = kind, .state = BODY_PRESENT, .dot = ops_dot(o->n), .clock = clock, .standing = true};
    ops_site(site, f->site);
    memset(f->ally, (int)(site / 10), ALLY_BYTES);
    f->secretariat = site / 10 == 9;
    struct op op = {.info = kind_info(kind), .writes = writes, .writes_n = n, .dots_n = dots_n};
    op.dots = make_dots(o, dots, dots_n);
    if (kind == OP_CONCEPT_MERGE)
        op.target = make_target(o, kind, w);
    op.retired = kind == OP_CONCEPT_RETIRE && !w->remove;
    op.entity = entity_of(o, op.info, f->site);
    if (kind == OP_SITE_RELAYS) {
        op.month = 2026 * 12 + (unsigned)(clock % 12);
        op.relays = &some_relay;
        op.relays_n = 1;
    }
    f->owner = op.info->who == WHO_OWNER && memcmp(op.entity.at, f->ally, ALLY_BYTES) == 0;
    buf_init(&b, LIMIT_ENVELOPE_BYTES);
    op_encode_header(&b, &op);
    f->header = keep(o, &b);
    if (n && kind != OP_CONCEPT_MERGE) {
        buf_init(&b, LIMIT_BODY_BYTES);
        op_encode_body(&b, values, n);
        f->body = keep(o, &b);
    } else {
        f->body = body_without_writes(o, kind);
    }
    return o->n++;
}

size_t ops_dots(struct ops *o, enum op_kind kind, unsigned site, uint64_t clock, const size_t *dots, size_t n)
{
    return ops_write(o, kind, site, clock, NULL, 0, dots, n);
}

static int canonical(const void *a, const void *b)
{
    const struct fold_op *x = a, *y = b;
    if (x->clock != y->clock)
        return x->clock < y->clock ? -1 : 1;
    int c = memcmp(x->site, y->site, SITE_BYTES);
    return c ? c : dot_compare(&x->dot, &y->dot); /* tests give a site one op a clock, but for duplicates */
}

void ops_sort(struct fold_op *op, size_t n)
{
    if (n)
        qsort(op, n, sizeof *op, canonical);
}

void ops_fold(const struct fold_op *op, size_t n, enum entity_type type, struct slice entity,
              const struct fold_rules *rules, struct buf *canon)
{
    struct arena arena = {0};
    struct fold_op *sorted = arena_alloc(&arena, n + 1, sizeof *sorted);
    assert_non_null(sorted);
    if (n)
        memcpy(sorted, op, n * sizeof *op);
    ops_sort(sorted, n);
    for (size_t i = 0; i < n; i++) {
        sorted[i].rules = *rules;
    }
    buf_init(canon, FOLD_CANON_MAX);
    assert_int_equal(fold_entity(type, entity, sorted, n, &arena, canon), ERR_OK);
    arena_fini(&arena);
}
