/*
 * recover: a key comes back: into a directory that lacks it, or into an empty one, which then fetches charter, roster and all logs, its own included,
 * from whoever it has an address of. Either way the next write opens a new incarnation: nothing is ever signed twice.
 */
#ifndef ALLIED_DAEMON_CORE_RECOVER_H
#define ALLIED_DAEMON_CORE_RECOVER_H

#include "daemon/core/keytext.h"

/*
 * Into a directory with a site: writes the key files that are missing. A lone seed may be the site's or the registrar's. *fresh: something was
 * written. ERR_KEY_OTHER: the key is neither's.
 */
err_t recover_give(const char *dir, const struct keytext *k, bool *fresh, struct why *why);
/* Makes a site that has a key, the id of its alliance and addresses. ERR_DATA_EXISTS, ERR_USAGE where the alliance or an address lacks. */
err_t recover_found(const char *dir, const struct keytext *k, struct why *why);
/* What a directory holds of keys, for export: the key named (NULL: the only site's; ERR_SITE_CHOOSE), and the registrar's where asked for. */
err_t recover_keys(const char *dir, const char *name, bool registrar, struct keytext *out, struct why *why);

#endif
