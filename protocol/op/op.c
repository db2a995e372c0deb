/*
 * op: headers (PROTOCOL.md §5). A header is [kind, entity, part …]; a kind's parts stand in the table below, so that reading, writing and
 * the length of the array follow from one row. Writes are of one of seven forms; all share struct op_write, and the order of keys is
 * field, lang, target, where a form lacks one it is zero or empty.
 */
#include "protocol/op/op.h"

#include "protocol/wire/rd.h"
#include "protocol/wire/scan.h"
#include "protocol/wire/wr.h"

#include <stdlib.h>

#define ENTITY_BYTES_MAX 64 /* of kinds to come */
#define PARTS_MAX        3

enum part {
    PART_NONE,
    PART_PUTS,
    PART_TERMS,
    PART_LINKS,
    PART_REVIEWS,
    PART_REPLIES,
    PART_RELATIONS,
    PART_DOTS,
    PART_SOME_DOTS,
    PART_TARGET,
    PART_RETIRED,
    PART_REGISTER, /* the dots of a write without a key */
    PART_MOTIVE
};

/* clang-format off */
#define SHAPE_LOG_OPEN       {PART_NONE}
#define SHAPE_SITE_ANNOUNCE  {PART_DOTS}
#define SHAPE_SITE_ERASE     {PART_SOME_DOTS}
#define SHAPE_SITE_ATTEST    {PART_SOME_DOTS}
#define SHAPE_RECORD_PUT     {PART_PUTS, PART_DOTS}
#define SHAPE_RECORD_INDEX   {PART_TERMS}
#define SHAPE_RECORD_RETIRE  {PART_DOTS}
#define SHAPE_RECORD_LINK    {PART_LINKS}
#define SHAPE_RECORD_REVIEW  {PART_REVIEWS}
#define SHAPE_RECORD_REPLY   {PART_REPLIES}
#define SHAPE_CONCEPT_PUT    {PART_PUTS, PART_MOTIVE}
#define SHAPE_CONCEPT_RELATE {PART_RELATIONS, PART_MOTIVE}
#define SHAPE_CONCEPT_ADOPT  {PART_SOME_DOTS}
#define SHAPE_CONCEPT_MERGE  {PART_TARGET, PART_REGISTER, PART_MOTIVE}
#define SHAPE_CONCEPT_RETIRE {PART_RETIRED, PART_REGISTER, PART_MOTIVE}

static const struct kind_row {
    struct kind_info info;
    enum part parts[PARTS_MAX];
} kinds[] = {
#define X(id, num, name, entity, erasable, who) {{num, name, ENTITY_##entity, erasable, WHO_##who}, SHAPE_##id},
    OP_KINDS(X)
#undef X
};
/* clang-format on */

static const struct kind_row *kind_row(uint64_t kind)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i].info.kind == kind)
            return &kinds[i];
    return NULL;
}

const struct kind_info *kind_info(uint64_t kind)
{
    const struct kind_row *row = kind_row(kind);
    return row ? &row->info : NULL;
}

size_t entity_bytes(enum entity_type type)
{
    static const size_t bytes[] = {[ENTITY_NONE] = 0,
                                   [ENTITY_SITE] = SITE_BYTES,
                                   [ENTITY_RECORD] = RECORD_BYTES,
                                   [ENTITY_CONCEPT] = CONCEPT_BYTES};
    return bytes[type];
}

static size_t parts_n(const struct kind_row *row)
{
    size_t n = 0;
    while (n < PARTS_MAX && row->parts[n] != PART_NONE)
        n++;
    return n;
}

int op_write_compare(const struct op_write *a, const struct op_write *b)
{
    if (a->field != b->field)
        return a->field < b->field ? -1 : 1;
    int c = slice_compare(a->lang, b->lang);
    return c ? c : slice_compare(a->target, b->target);
}

/* ---- reading ---- */

struct reading {
    struct rd r;
    struct arena *arena;
    const uint8_t *self;
    enum entity_type type;
};

/* Zeros sort first, a commit's own name anywhere: naming moves dots. */
static void name_self(struct dot *dots, size_t n, const uint8_t *self)
{
    size_t own = 0;
    for (; own < n && dot_is_self(&dots[own]); own++)
        memcpy(dots[own].commit, self, sizeof dots[own].commit);
    if (own > 0)
        dots_sort(dots, n);
}

static void read_dots(struct reading *in, size_t least, const struct dot **out, size_t *n_out)
{
    size_t n = rd_array(&in->r, least, SIZE_MAX);
    if (n == 0)
        return;
    struct dot *dots = arena_alloc(in->arena, n, sizeof *dots);
    if (!dots) {
        rd_fail(&in->r, ERR_MEMORY);
        return;
    }
    for (size_t i = 0; i < n && in->r.err == ERR_OK; i++) {
        uint8_t wire[DOT_BYTES];
        rd_fixed(&in->r, wire, sizeof wire);
        memcpy(dots[i].commit, wire, sizeof dots[i].commit);
        dots[i].index = wire[DOT_BYTES - 1];
        if (in->r.err == ERR_OK && i > 0 && dot_compare(&dots[i - 1], &dots[i]) >= 0)
            rd_fail(&in->r, ERR_DOT_ORDER);
    }
    if (in->r.err)
        return;
    if (in->self)
        name_self(dots, n, in->self);
    *out = dots;
    *n_out = n;
}

static void check_put(struct reading *in, const struct op_write *w)
{
    const struct field_info *field = field_by_number(in->type, w->field);
    if (!field)
        rd_fail(&in->r, ERR_FIELD_UNKNOWN);
    else if (w->lang.len == 0 ? field->lang == LANG_NEED : field->lang == LANG_NONE || !lang_valid(w->lang))
        rd_fail(&in->r, ERR_LANG);
}

static void read_put(struct reading *in, struct op_write *w)
{
    rd_array(&in->r, 4, 4);
    w->field = rd_uint(&in->r, UINT64_MAX);
    w->lang = rd_text(&in->r, LANG_MAX);
    w->add = true;
    if (in->r.err == ERR_OK)
        check_put(in, w);
    read_dots(in, 0, &w->replaces, &w->replaces_n);
    read_dots(in, 0, &w->made_from, &w->made_from_n);
}

/* The part that index terms, links and relations share: target, add, dots. */
static void read_member(struct reading *in, struct op_write *w, size_t target_max)
{
    w->target = rd_bin(&in->r, CONCEPT_BYTES, target_max);
    if (in->r.err == ERR_OK && w->target.len != CONCEPT_BYTES && w->target.len != target_max)
        rd_fail(&in->r, ERR_RANGE);
    w->add = rd_bool(&in->r);
    read_dots(in, 0, &w->replaces, &w->replaces_n);
}

static void read_term(struct reading *in, struct op_write *w)
{
    rd_array(&in->r, 3, 3);
    read_member(in, w, CONCEPT_BYTES);
}

static void read_link(struct reading *in, struct op_write *w)
{
    rd_array(&in->r, 4, 4);
    w->field = rd_uint(&in->r, UINT64_MAX);
    if (in->r.err == ERR_OK && !link_by_number(w->field))
        rd_fail(&in->r, ERR_RELATION);
    read_member(in, w, RECORD_BYTES);
}

/* What a review and a reply begin with. */
static void read_lang(struct reading *in, struct op_write *w)
{
    w->lang = rd_text(&in->r, LANG_MAX);
    w->target = slice_text("");
    w->add = true;
    if (in->r.err == ERR_OK && !lang_valid(w->lang))
        rd_fail(&in->r, ERR_LANG);
}

static void read_review(struct reading *in, struct op_write *w)
{
    rd_array(&in->r, 2, 2);
    read_lang(in, w);
    read_dots(in, 0, &w->replaces, &w->replaces_n);
}

static void read_reply(struct reading *in, struct op_write *w)
{
    rd_array(&in->r, 3, 3);
    read_lang(in, w);
    w->target = rd_bin(&in->r, REPLY_BYTES, REPLY_BYTES);
    read_dots(in, 0, &w->replaces, &w->replaces_n);
}

static void read_relation(struct reading *in, struct op_write *w)
{
    rd_array(&in->r, 4, 4);
    w->field = rd_uint(&in->r, UINT64_MAX);
    if (in->r.err == ERR_OK && !relation_by_number(w->field))
        rd_fail(&in->r, ERR_RELATION);
    read_member(in, w, CONCEPT_BYTES);
}

static void read_writes(struct reading *in, void (*read)(struct reading *, struct op_write *), size_t least,
                        struct op *op)
{
    size_t n = rd_array(&in->r, least, SIZE_MAX);
    if (n == 0)
        return;
    struct op_write *writes = arena_alloc(in->arena, n, sizeof *writes);
    if (!writes) {
        rd_fail(&in->r, ERR_MEMORY);
        return;
    }
    for (size_t i = 0; i < n && in->r.err == ERR_OK; i++) {
        read(in, &writes[i]);
        if (in->r.err == ERR_OK && i > 0 && op_write_compare(&writes[i - 1], &writes[i]) >= 0)
            rd_fail(&in->r, ERR_KEY_ORDER);
    }
    op->writes = writes;
    op->writes_n = n;
}

static void read_register(struct reading *in, struct op *op)
{
    struct op_write *w = arena_alloc(in->arena, 1, sizeof *w);
    if (!w) {
        rd_fail(&in->r, ERR_MEMORY);
        return;
    }
    w->lang = w->target = slice_text("");
    w->add = true;
    read_dots(in, 0, &w->replaces, &w->replaces_n);
    op->writes = w;
    op->writes_n = 1;
}

static void read_target(struct reading *in, struct op *op)
{
    op->target = rd_bin(&in->r, 0, CONCEPT_BYTES);
    if (op->target.len != 0 && op->target.len != CONCEPT_BYTES)
        rd_fail(&in->r, ERR_RANGE);
}

static void read_motive(struct reading *in, struct op *op)
{
    op->motive = rd_bin(&in->r, 0, RECORD_BYTES);
    if (op->motive.len != 0 && op->motive.len != RECORD_BYTES)
        rd_fail(&in->r, ERR_RANGE);
}

static void read_part(struct reading *in, enum part part, struct op *op)
{
    switch (part) {
    case PART_NONE:
        break;
    case PART_PUTS: /* a record's may have none where it only revives */
        read_writes(in, read_put, in->type == ENTITY_RECORD ? 0 : 1, op);
        break;
    case PART_TERMS:
        read_writes(in, read_term, 1, op);
        break;
    case PART_LINKS:
        read_writes(in, read_link, 1, op);
        break;
    case PART_REVIEWS:
        read_writes(in, read_review, 1, op);
        break;
    case PART_REPLIES:
        read_writes(in, read_reply, 1, op);
        break;
    case PART_RELATIONS:
        read_writes(in, read_relation, 1, op);
        break;
    case PART_DOTS:
        read_dots(in, 0, &op->dots, &op->dots_n);
        break;
    case PART_TARGET:
        read_target(in, op);
        break;
    case PART_RETIRED:
        op->retired = rd_bool(&in->r);
        break;
    case PART_REGISTER:
        read_register(in, op);
        break;
    case PART_SOME_DOTS:
        read_dots(in, 1, &op->dots, &op->dots_n);
        break;
    case PART_MOTIVE:
        read_motive(in, op);
        break;
    }
}

/* [kind, entity bin, …] is the beginning of every kind, of those to come as well. */
static err_t read_start(struct slice header, struct rd *r, uint64_t *kind, struct slice *entity, size_t *items)
{
    err_t e = scan(header, LIMIT_ENVELOPE_BYTES, NULL);
    if (e)
        return e;
    rd_init(r, header);
    *items = rd_array(r, 2, SIZE_MAX);
    *kind = rd_uint(r, UINT64_MAX);
    *entity = rd_bin(r, 1, ENTITY_BYTES_MAX);
    return r->err;
}

err_t op_peek(struct slice header, uint64_t *kind, struct slice *entity)
{
    struct rd r;
    uint64_t number;
    struct slice id;
    size_t items;
    err_t e = read_start(header, &r, &number, &id, &items);
    if (e)
        return e;
    const struct kind_row *row = kind_row(number);
    if (row && id.len != entity_bytes(row->info.entity))
        return ERR_RANGE;
    *kind = number;
    *entity = id;
    return row ? ERR_OK : ERR_UNKNOWN_KIND;
}

err_t op_decode(struct slice header, const uint8_t *self, struct arena *arena, struct op *out)
{
    struct reading in = {.arena = arena, .self = self};
    struct op op = {0};
    uint64_t kind;
    size_t items;
    err_t e = read_start(header, &in.r, &kind, &op.entity, &items);
    if (e)
        return e;
    const struct kind_row *row = kind_row(kind);
    if (!row)
        return ERR_UNKNOWN_KIND;
    op.info = &row->info;
    in.type = row->info.entity;
    if (op.entity.len != entity_bytes(in.type) || items != 2 + parts_n(row))
        return ERR_RANGE;
    for (size_t i = 0; i < parts_n(row); i++)
        read_part(&in, row->parts[i], &op);
    e = rd_end(&in.r);
    if (!e && row->parts[0] == PART_PUTS && op.writes_n == 0 && op.dots_n == 0)
        e = ERR_RANGE;
    if (!e)
        *out = op;
    return e;
}

/* ---- writing ---- */

static void write_dots(struct buf *out, const struct dot *dots, size_t n)
{
    wr_array(out, n);
    for (size_t i = 0; i < n; i++) {
        uint8_t wire[DOT_BYTES];
        memcpy(wire, dots[i].commit, sizeof dots[i].commit);
        wire[DOT_BYTES - 1] = dots[i].index;
        wr_bin(out, slice_of(wire, sizeof wire));
    }
}

static void write_put(struct buf *out, const struct op_write *w)
{
    wr_array(out, 4);
    wr_uint(out, w->field);
    wr_text(out, w->lang);
    write_dots(out, w->replaces, w->replaces_n);
    write_dots(out, w->made_from, w->made_from_n);
}

static void write_member(struct buf *out, const struct op_write *w)
{
    wr_bin(out, w->target);
    wr_bool(out, w->add);
    write_dots(out, w->replaces, w->replaces_n);
}

static void write_term(struct buf *out, const struct op_write *w)
{
    wr_array(out, 3);
    write_member(out, w);
}

static void write_relation(struct buf *out, const struct op_write *w)
{
    wr_array(out, 4);
    wr_uint(out, w->field);
    write_member(out, w);
}

static void write_review(struct buf *out, const struct op_write *w)
{
    wr_array(out, 2);
    wr_text(out, w->lang);
    write_dots(out, w->replaces, w->replaces_n);
}

static void write_reply(struct buf *out, const struct op_write *w)
{
    wr_array(out, 3);
    wr_text(out, w->lang);
    wr_bin(out, w->target);
    write_dots(out, w->replaces, w->replaces_n);
}

static void write_writes(struct buf *out, const struct op *op, void (*write)(struct buf *, const struct op_write *))
{
    wr_array(out, op->writes_n);
    for (size_t i = 0; i < op->writes_n; i++)
        write(out, &op->writes[i]);
}

static void write_part(struct buf *out, enum part part, const struct op *op)
{
    switch (part) {
    case PART_NONE:
        break;
    case PART_PUTS:
        write_writes(out, op, write_put);
        break;
    case PART_TERMS:
        write_writes(out, op, write_term);
        break;
    case PART_REVIEWS:
        write_writes(out, op, write_review);
        break;
    case PART_REPLIES:
        write_writes(out, op, write_reply);
        break;
    case PART_LINKS:
    case PART_RELATIONS:
        write_writes(out, op, write_relation);
        break;
    case PART_TARGET:
        wr_bin(out, op->target);
        break;
    case PART_RETIRED:
        wr_bool(out, op->retired);
        break;
    case PART_REGISTER:
        write_dots(out, op->writes[0].replaces, op->writes[0].replaces_n);
        break;
    case PART_DOTS:
    case PART_SOME_DOTS:
        write_dots(out, op->dots, op->dots_n);
        break;
    case PART_MOTIVE:
        wr_bin(out, op->motive);
        break;
    }
}

void op_encode_header(struct buf *out, const struct op *op)
{
    const struct kind_row *row = kind_row(op->info->kind);
    wr_array(out, 2 + parts_n(row));
    wr_uint(out, op->info->kind);
    wr_bin(out, op->entity);
    for (size_t i = 0; i < parts_n(row); i++)
        write_part(out, row->parts[i], op);
}

void op_writes_sort(struct op_write *writes, struct slice *values, size_t n)
{
    for (size_t i = 1; i < n; i++) { /* by insertion: few, and mostly in order */
        struct op_write w = writes[i];
        struct slice v = values ? values[i] : (struct slice){0};
        size_t at = i;
        for (; at > 0 && op_write_compare(&writes[at - 1], &w) > 0; at--) {
            writes[at] = writes[at - 1];
            if (values)
                values[at] = values[at - 1];
        }
        writes[at] = w;
        if (values)
            values[at] = v;
    }
}
