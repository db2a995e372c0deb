/*
 * op: headers read (PROTOCOL.md §5), part by part (op_shape.h).
 */
#include "protocol/op/op_shape.h"

#include "protocol/wire/rd.h"
#include "protocol/wire/scan.h"

#define ENTITY_BYTES_MAX 64 /* of kinds to come */

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
        dots[i] = dot_unpack(wire);
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

static void read_amount(struct reading *in, struct op_write *w)
{
    rd_array(&in->r, 2, 2);
    w->field = rd_uint(&in->r, UINT64_MAX);
    w->lang = w->target = slice_text("");
    w->add = true;
    if (in->r.err == ERR_OK && !field_by_number(ENTITY_MEANS, w->field))
        rd_fail(&in->r, ERR_FIELD_UNKNOWN);
    read_dots(in, 0, &w->replaces, &w->replaces_n);
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

static void read_month(struct reading *in, struct op *op)
{
    op->month = (unsigned)rd_uint(&in->r, YEAR_LAST * 12 + 11);
    if (in->r.err == ERR_OK && op->month < YEAR_FIRST * 12)
        rd_fail(&in->r, ERR_RANGE);
}

static void read_relay(struct reading *in, unsigned month, struct op_relay *out)
{
    rd_array(&in->r, 2, 2);
    rd_fixed(&in->r, out->site, SITE_BYTES);
    out->days = (uint32_t)rd_uint(&in->r, (1u << month_days(month / 12, month % 12 + 1)) - 1);
    if (in->r.err == ERR_OK && out->days == 0)
        rd_fail(&in->r, ERR_RANGE);
}

static void read_relays(struct reading *in, struct op *op)
{
    size_t n = rd_array(&in->r, 1, RELAYS_MAX);
    struct op_relay *relays = arena_alloc(in->arena, n + 1, sizeof *relays);
    if (!relays) {
        rd_fail(&in->r, ERR_MEMORY);
        return;
    }
    for (size_t i = 0; i < n && in->r.err == ERR_OK; i++) {
        read_relay(in, op->month, &relays[i]);
        if (in->r.err == ERR_OK && i > 0 && memcmp(relays[i - 1].site, relays[i].site, SITE_BYTES) >= 0)
            rd_fail(&in->r, ERR_KEY_ORDER);
    }
    op->relays = relays;
    op->relays_n = n;
}

static void read_part(struct reading *in, enum op_part part, struct op *op)
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
    case PART_AMOUNTS:
        read_writes(in, read_amount, 1, op);
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
    case PART_MONTH:
        read_month(in, op);
        break;
    case PART_RELAYS:
        read_relays(in, op);
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
    const struct op_shape *shape = op_shape(number);
    if (shape && id.len != entity_bytes(shape->info.entity))
        return ERR_RANGE;
    *kind = number;
    *entity = id;
    return shape ? ERR_OK : ERR_UNKNOWN_KIND;
}

/* A declaration is of a year that clocks know. */
static bool entity_holds(enum entity_type type, struct slice entity)
{
    if (type != ENTITY_MEANS)
        return true;
    unsigned year = means_year(entity);
    return year >= YEAR_FIRST && year <= YEAR_LAST;
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
    const struct op_shape *shape = op_shape(kind);
    if (!shape)
        return ERR_UNKNOWN_KIND;
    op.info = &shape->info;
    in.type = shape->info.entity;
    size_t parts = op_parts(shape);
    if (op.entity.len != entity_bytes(in.type) || items != 2 + parts || !entity_holds(in.type, op.entity))
        return ERR_RANGE;
    for (size_t i = 0; i < parts; i++)
        read_part(&in, shape->parts[i], &op);
    e = rd_end(&in.r);
    if (!e && shape->parts[0] == PART_PUTS && op.writes_n == 0 && op.dots_n == 0)
        e = ERR_RANGE;
    if (!e)
        *out = op;
    return e;
}
