/*
 * op_encode: headers written, part by part (op_shape.h). An author's dots and writes are in order already.
 */
#include "protocol/op/op_shape.h"
#include "protocol/wire/wr.h"

static void write_dots(struct buf *out, const struct dot *dots, size_t n)
{
    wr_array(out, n);
    for (size_t i = 0; i < n; i++) {
        uint8_t wire[DOT_BYTES];
        dot_pack(&dots[i], wire);
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

static void write_amount(struct buf *out, const struct op_write *w)
{
    wr_array(out, 2);
    wr_uint(out, w->field);
    write_dots(out, w->replaces, w->replaces_n);
}

static void write_relays(struct buf *out, const struct op_relay *relays, size_t n)
{
    wr_array(out, n);
    for (size_t i = 0; i < n; i++) {
        wr_array(out, 2);
        wr_bin(out, slice_of(relays[i].site, SITE_BYTES));
        wr_uint(out, relays[i].days);
    }
}

static void write_writes(struct buf *out, const struct op *op, void (*write)(struct buf *, const struct op_write *))
{
    wr_array(out, op->writes_n);
    for (size_t i = 0; i < op->writes_n; i++)
        write(out, &op->writes[i]);
}

static void write_part(struct buf *out, enum op_part part, const struct op *op)
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
    case PART_AMOUNTS:
        write_writes(out, op, write_amount);
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
    case PART_MONTH:
        wr_uint(out, op->month);
        break;
    case PART_RELAYS:
        write_relays(out, op->relays, op->relays_n);
        break;
    }
}

void op_encode_header(struct buf *out, const struct op *op)
{
    const struct op_shape *shape = op_shape(op->info->kind);
    size_t parts = op_parts(shape);
    wr_array(out, 2 + parts);
    wr_uint(out, op->info->kind);
    wr_bin(out, op->entity);
    for (size_t i = 0; i < parts; i++)
        write_part(out, shape->parts[i], op);
}
