/*
 * upgrade: brings a file of an older program up to this one's tables: what is missing of log and local tables is made; derived tables are made anew, empty,
 * for the core to fill (refold_if_older).
 */
#ifndef ALLIED_DAEMON_STORE_UPGRADE_H
#define ALLIED_DAEMON_STORE_UPGRADE_H

#include "daemon/store/store.h"

/* One transaction, from `version` to SCHEMA_VERSION; a store that may write. */
err_t upgrade_from(struct store *s, int64_t version);

#endif
