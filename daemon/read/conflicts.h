/*
 * conflicts: values that allies wrote at the same time.
 */
#ifndef ALLIED_DAEMON_READ_CONFLICTS_H
#define ALLIED_DAEMON_READ_CONFLICTS_H

#include "daemon/read/read.h"

/* The entity that "id" names; ERR_NO_CONFLICT where it has none. */
err_t read_conflict_open(struct read *r, struct view *v);

#endif
