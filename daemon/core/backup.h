/*
 * backup: one file with all that is needed to go on (daemon/store/archive.h), made beside a running daemon, and a directory out of such a file.
 * Both work on files alone: no core is opened, and a daemon is never kept waiting (a backup reads on a connection of its own).
 *
 * A restored site never forks: its next write opens a new incarnation, wherever it runs and whatever guard is there. Its older commits that the backup
 * lacks come back from its peers. Until it has been in sync with one of them, its registrar admits nobody (ERR_RESTORED): what it admitted
 * after the backup is not known here yet. Without its key a site opens nothing (ERR_KEY_MISSING) until `key import`.
 */
#ifndef ALLIED_DAEMON_CORE_BACKUP_H
#define ALLIED_DAEMON_CORE_BACKUP_H

#include "daemon/core/env.h"
#include "protocol/sign/sign.h"
#include <jansson.h>

struct backup_options {
    const char *dir;  /* the data directory */
    const char *path; /* of the backup */
    bool with_keys;
    struct wall now;
};
/*
 * Makes a backup: written beside `path`, read again from its beginning to its end, then renamed over it; mode 0600. What stands there under that
 * name is replaced: the caller has asked. *facts: what is in it. ERR_NO_DATA, ERR_KEY_MISSING, ERR_WRITE, ERR_DISK_FULL, ERR_DATABASE, …: nothing is left.
 */
err_t backup_make(const struct backup_options *o, json_t **facts, struct why *why);
/* What a backup says of itself, all of it read and checked. ERR_BACKUP_*, ERR_FILE. */
err_t backup_look(const char *path, json_t **facts, struct why *why);
/*
 * Makes the directory of a backup that backup_look has read: `dir` exists and its lock is held. What is there goes to DIR/before-restore-DATE first
 * ("moved" among the facts). Every signature is checked; what that site had erased since stays out ("erased": how many). ERR_BACKUP_UNSIGNED. On an
 * error nothing has changed.
 */
err_t backup_restore(const struct backup_options *o, json_t **facts, struct why *why);
bool backup_finds_site(const char *dir); /* is there a database? */

#endif
