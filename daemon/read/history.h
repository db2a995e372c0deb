/*
 * history: every op about an entity, who wrote it and what.
 */
#ifndef ALLIED_DAEMON_READ_HISTORY_H
#define ALLIED_DAEMON_READ_HISTORY_H

#include "daemon/read/read.h"

err_t read_history(struct read *r, enum entity_type type);
/* What a write is about: the field's, relation's or link's name, "concepts", "merge", "retire". Whether it adds, or takes away. */
const char *read_write_name(const struct op *op, const struct op_write *w);
bool read_adds(const struct op *op, const struct op_write *w);

#endif
