/*
 * rotate: a new key for a site, in the old one's place (DESIGN §3 "replace a key"). The registrar's own site does it by itself; any other asks the registrar
 * (joins.h). Each step is durable before the next and can be found again:
 *   keys/NAME.next.key is written → (the request is kept and told →) the roster act stands → the row of the site names the new key → NAME.key becomes
 *   NAME.old.key, NAME.next.key becomes NAME.key
 * What the old key wrote beyond the cut, while the act was on its way, the new key writes again (republish.h).
 */
#ifndef ALLIED_DAEMON_CORE_ROTATE_H
#define ALLIED_DAEMON_CORE_ROTATE_H

#include "daemon/core/state.h"

/*
 * The steps up to the act, or up to the request (*waits); a daemon goes on with the old key until it is opened anew (core_rekeyed). Asked again, it goes on
 * with the same key. In no batch. ERR_STANDING, ERR_RESTORED, ERR_NOTHING_TO_DO where the old key is over.
 */
err_t rotate_key(struct core *c, struct own *own, uint8_t fresh[SITE_BYTES], bool *waits, struct why *why);
/*
 * A request whose signatures hold and whose secret is a site's key: the registrar writes the act. ERR_WAITING: it is somebody else's to decide, or not now.
 * ERR_STANDING, ERR_WHO, ERR_MEMBER. In no batch. Idempotent.
 */
err_t rotate_judge(struct core *c, const struct join_request *r, struct why *why);
/* Does the act stand that gives one of our sites the key which waits for it here? */
bool rotate_due(struct core *c);
/* The third and the fourth, where the act stands; no link may be up. *switched (may be NULL). */
err_t rotate_finish(struct core *c, bool *switched, struct why *why);
/* Before a site's key is read: brings its files to where its row is. */
err_t rotate_settle(const char *dir, const char *name, const uint8_t site[SITE_BYTES], struct why *why);

#endif
