/*
 * op_shape: which parts a kind's header has (PROTOCOL.md §5). A header is [kind, entity, part …]; reading, writing and the length of the array follow
 * from one row of the table. Only op*.c use this header.
 */
#ifndef ALLIED_PROTOCOL_OP_OP_SHAPE_H
#define ALLIED_PROTOCOL_OP_OP_SHAPE_H

#include "protocol/op/op.h"

#define OP_PARTS_MAX 3

enum op_part {
    PART_NONE,
    PART_PUTS,
    PART_TERMS,
    PART_LINKS,
    PART_REVIEWS,
    PART_REPLIES,
    PART_RELATIONS,
    PART_AMOUNTS,
    PART_DOTS,
    PART_SOME_DOTS,
    PART_TARGET,
    PART_RETIRED,
    PART_REGISTER, /* the dots of a write without a key */
    PART_MOTIVE,
    PART_MONTH,
    PART_RELAYS
};
struct op_shape {
    struct kind_info info;
    enum op_part parts[OP_PARTS_MAX];
};
const struct op_shape *op_shape(uint64_t kind); /* NULL: unknown */
size_t op_parts(const struct op_shape *shape);  /* how many */

#endif
