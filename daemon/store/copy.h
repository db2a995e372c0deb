/*
 * copy: the whole of a store as a file of its own, for backups, and what a copy needs before it may take the original's place.
 */
#ifndef ALLIED_DAEMON_STORE_COPY_H
#define ALLIED_DAEMON_STORE_COPY_H

#include "daemon/store/store.h"

/*
 * Writes the store as it is now, compact, into `path`, which is absent or empty (SQLite's VACUUM INTO: nothing that was deleted is in it). A
 * store open for reading alone will do; writers go on meanwhile. ERR_DISK_FULL, ERR_DISK, ERR_READ_ONLY.
 */
err_t copy_make(struct store *s, const char *path, struct why *why);
/*
 * Is it whole? SQLite's own look at the file, no program in it (triggers, views), each log's head is the commit it names, and the state digest is the
 * sum of what is folded. *commits is how many there are. ERR_DATABASE with what was found.
 */
err_t copy_check(struct store *s, uint64_t *commits, uint8_t digest[HASH_BYTES], struct why *why);
/*
 * Before a restored copy is used: WAL as any store; every own site will open a new incarnation with its next write, whatever guard there is, and keeps
 * its guard in a place of this machine; open invitations end, since what was done with them later is not known here.
 */
err_t copy_settle(struct store *s);

#endif
