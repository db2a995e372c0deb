/*
 * restore_filter: a backup older than an erasure does not bring back what was erased (DESIGN §4 "filtered on the way in").
 */
#ifndef ALLIED_DAEMON_CORE_RESTORE_FILTER_H
#define ALLIED_DAEMON_CORE_RESTORE_FILTER_H

#include "daemon/store/store.h"

/*
 * What the store `known` (the site's own until now, open for reading) erased goes out of `s` too: bodies, what is set aside, fork proofs. In the logs
 * they are holes until the erasure itself has come back from a peer; until then it is noted as told ahead of data, so that nobody fills them.
 * Derived tables are left empty, to be made anew when the site is opened. *n: how many went. Makes its own transaction.
 */
err_t restore_filter(struct store *s, struct store *known, uint64_t *n);

#endif
