/*
 * rotate: a new key for a site, in the old one's place (DESIGN §3 "replace a key"). Only the registrar's own site does it by itself. Each step is durable before the
 * next and can be found again:
 *   keys/NAME.next.key is written → the roster act stands → the row of the site names the new key → NAME.key becomes NAME.old.key, NAME.next.key becomes
 *   NAME.key
 */
#ifndef ALLIED_DAEMON_CORE_ROTATE_H
#define ALLIED_DAEMON_CORE_ROTATE_H

#include "daemon/core/state.h"

/*
 * The first two steps; a daemon goes on with the old key, which may not write any more, until it is started again. In no batch. ERR_WHO, ERR_KEY_REGISTRAR,
 * ERR_RESTORED.
 */
err_t rotate_key(struct core *c, uint8_t fresh[SITE_BYTES], struct why *why);
/* The third and the fourth, where the act stands; no link may be up. *switched (may be NULL). */
err_t rotate_finish(struct core *c, bool *switched, struct why *why);
/* Before a site's key is read: brings its files to where its row is. */
err_t rotate_settle(const char *dir, const char *name, const uint8_t site[SITE_BYTES], struct why *why);

#endif
