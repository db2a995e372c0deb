/*
 * page: a record found, as it is shown: out of the replica as it is now, with the piece of its text that matched.
 */
#ifndef ALLIED_DAEMON_INDEX_PAGE_H
#define ALLIED_DAEMON_INDEX_PAGE_H

#include "daemon/index/ask.h"

/* *out is NULL where the record is there no longer, or retired: the index has not come as far. ERR_MEMORY, ERR_DATABASE. */
err_t page_record(struct read *read, const struct ask *ask, const struct hit *hit, json_t **out);

#endif
