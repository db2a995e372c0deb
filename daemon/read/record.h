/*
 * record: what record.show puts together.
 */
#ifndef ALLIED_DAEMON_READ_RECORD_H
#define ALLIED_DAEMON_READ_RECORD_H

#include "daemon/read/read.h"

err_t read_put_links(struct read *r, const struct view *v); /* "links", "linked_by" */
/* "translations": which texts were made from which, and which of them no longer fit what their source says (DESIGN §4). */
void read_put_translations(struct read *r, const struct view *v, const struct replica_op *ops, size_t n);

#endif
