/*
 * op_shape: the table of kinds, and what can be said of one without reading an op. Writes are of one of eight forms; all share struct op_write, and
 * the order of keys is field, lang, target, where a form lacks one it is zero or empty.
 */
#include "protocol/op/op_shape.h"

/* clang-format off */
#define SHAPE_LOG_OPEN       {PART_NONE}
#define SHAPE_SITE_ANNOUNCE  {PART_DOTS}
#define SHAPE_SITE_ERASE     {PART_SOME_DOTS}
#define SHAPE_SITE_ATTEST    {PART_SOME_DOTS}
#define SHAPE_SITE_RELAYS    {PART_MONTH, PART_RELAYS}
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
#define SHAPE_MEANS_DECLARE  {PART_AMOUNTS}

static const struct op_shape shapes[] = {
#define X(id, num, name, entity, erasable, who) {{num, name, ENTITY_##entity, erasable, WHO_##who}, SHAPE_##id},
    OP_KINDS(X)
#undef X
};
/* clang-format on */

const struct op_shape *op_shape(uint64_t kind)
{
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        if (shapes[i].info.kind == kind)
            return &shapes[i];
    return NULL;
}

const struct kind_info *kind_info(uint64_t kind)
{
    const struct op_shape *shape = op_shape(kind);
    return shape ? &shape->info : NULL;
}

size_t entity_bytes(enum entity_type type)
{
    static const size_t bytes[] = {[ENTITY_NONE] = 0,
                                   [ENTITY_SITE] = SITE_BYTES,
                                   [ENTITY_RECORD] = RECORD_BYTES,
                                   [ENTITY_CONCEPT] = CONCEPT_BYTES,
                                   [ENTITY_MEANS] = MEANS_BYTES};
    return bytes[type];
}

unsigned means_year(struct slice entity)
{
    return (unsigned)entity.at[ALLY_BYTES] << 8 | entity.at[ALLY_BYTES + 1];
}

void means_entity(uint8_t out[MEANS_BYTES], const uint8_t ally[ALLY_BYTES], unsigned year)
{
    memcpy(out, ally, ALLY_BYTES);
    out[ALLY_BYTES] = (uint8_t)(year >> 8);
    out[ALLY_BYTES + 1] = (uint8_t)year;
}

size_t op_parts(const struct op_shape *shape)
{
    size_t n = 0;
    while (n < OP_PARTS_MAX && shape->parts[n] != PART_NONE)
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
