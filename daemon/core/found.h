/*
 * found: makes a data directory: keys, database, and charter 0 (allied init) or a request to be admitted (allied join).
 *
 *   DATA/allied.db   the replica          DATA/keys/   seeds, mode 0600
 *   DATA/lock        flock: one process   DATA/journal DATA/control.sock  DATA/allied.conf
 */
#ifndef ALLIED_DAEMON_CORE_FOUND_H
#define ALLIED_DAEMON_CORE_FOUND_H

#include "daemon/core/env.h"
#include "protocol/charter/join.h"

#define DATABASE_NAME "allied.db"
#define LOCK_NAME     "lock"

/* Keys of the table `settings` (daemon/store/local.h). */
#define SETTING_CHARTER      "charter"      /* 32 bytes: the charter the invitation named */
#define SETTING_JOIN_REQUEST "join.request" /* until admitted */
#define SETTING_JOIN_SECRET  "join.secret"  /* seed of the one-use secret, until admitted */
#define SETTING_JOIN_CODE    "join.code"    /* 32 bytes: the secret's public key, kept: the same code goes on */
#define SETTING_JOIN_REFUSED                                                                                           \
    "join.refused" /* error's name, a blank, its detail: what the inviter said, until a code is given again */
#define SETTING_INVITER  "join.inviter" /* 32 bytes */
#define SETTING_RESTORED "restored"     /* 1 byte: out of a backup or a key alone, and not yet compared with a peer */

/* Makes DATA (0700) if need be; ERR_READ_ONLY, ERR_OWNER, ERR_FILE. */
err_t found_dir(const char *dir, struct why *why);
/* flock on DATA/lock; *fd is open until closed. From then on a process of root's is one of DATA's owner. ERR_LOCKED, ERR_READ_ONLY, ERR_OWNER, ERR_NO_DATA. */
err_t found_lock(const char *dir, int *fd, struct why *why);

/* May this be a site's short name, and the name of its key file? ERR_FIELD_VALUE. */
err_t found_site_name(const char *name, struct why *why);
/* A name as its author's site writes it, into `out`, which is made here: NFC, in one line, within bounds; else ERR_NAME, naming `what`. */
err_t found_name(const char *in, struct buf *out, const char *what, struct why *why);

/*
 * Founds an alliance whose first ally, its secretariat, is `ally`. An attempt that was stopped goes on. ERR_NAME, ERR_SITE_NAME, ERR_DATA_EXISTS;
 * ERR_KEYS_LEFT where the keys of a site stand that lost its database.
 */
err_t found_alliance(const char *dir, const struct env *env, const char *alliance, const char *ally, const char *site,
                     struct why *why);
/*
 * Prepares a directory to join; a directory that still waits takes a new code in place of its old one, and one that was admitted by this very
 * code stays as it is, even after the code's end. `ally` NULL: the name in the code. A card (join.h) asks without an invitation. ERR_DATA_EXISTS, ERR_INVITE_EXPIRED.
 */
err_t found_join(const char *dir, const struct env *env, const struct invite *invite, const char *ally,
                 const char *site, const char *endpoints, struct why *why);

#endif
