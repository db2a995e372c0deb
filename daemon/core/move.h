/*
 * move: a hosted site goes to a daemon of its ally's own. The host hands out a code and writes no more for the site; whoever joins with it asks for a new key in
 * the place of the old one, whose seed is the code's secret (PROTOCOL.md §9.5), and fetches all that there is. Once that act stands, the host sets the old
 * key aside.
 */
#ifndef ALLIED_DAEMON_CORE_MOVE_H
#define ALLIED_DAEMON_CORE_MOVE_H

#include "daemon/core/state.h"

#define SETTING_SITE_MOVING "site.moving/" /* and the short name: 1 byte */
#define SETTING_SITE_MOVED  "site.moved/"  /* and the short name: the key that took its place, 32 bytes */

/*
 * `addresses`: where the new daemon reaches this one, blank-separated; "": those of another member. Asked again, it makes a code with another end; all are good until
 * the first is used. ERR_SITE_OWN of the daemon's own, ERR_SITE_UNCOPIED where the secretariat lacks something of the site's, ERR_STANDING, ERR_CUT,
 * ERR_ADDRESS, ERR_NO_ADDRESS. In no batch.
 */
err_t move_offer(struct core *c, struct own *own, int64_t expires_ms, const char *addresses, struct buf *code,
                 struct why *why);
/* It is written here again. ERR_NOTHING_TO_DO. */
err_t move_cancel(struct core *c, struct own *own, struct why *why);

/* When the core opens: which move, and key files that were to be set aside. */
err_t move_open(struct core *c);
/* Sites here whose key another daemon's has replaced go. The sites move in memory. In no batch. */
void move_tick(struct core *c);
/* Was a site of that name here, which has moved? */
bool move_is_gone(struct core *c, struct slice name);

#endif
