/*
 * upkeep: how this machine does for its site: room on the disk, when it was last backed up, whether its clock can be right.
 */
#ifndef ALLIED_DAEMON_CORE_UPKEEP_H
#define ALLIED_DAEMON_CORE_UPKEEP_H

#include "daemon/core/state.h"

#define BACKUP_OLD_DAYS  8 /* a weekly one, a day late */
#define CLOCK_OFF_MS     300000
#define BACKUP_MARK_NAME "backup.at" /* in DATA: when the last backup was made, RFC 3339 */

struct upkeep_room {
    uint64_t free_bytes, total_bytes; /* of the file system that holds DATA; total 0: not known */
    uint64_t store_bytes, wal_bytes;  /* of the database, and of its write-ahead log */
};
void upkeep_room(const struct core *c, struct upkeep_room *out);

/* A backup of this directory was made, whoever made it. Where the mark cannot be written there is none. */
void upkeep_backup_made(const char *dir, struct wall now);
bool upkeep_backup_at(const char *dir, struct wall *out); /* false: there never was one, as far as is known */
/* Since when this site has been without a backup: the last one, else its first commit. False: it has nothing yet. */
bool upkeep_since_backup(struct core *c, struct wall *out);

/* Does a site of ours show, by its log, that this clock was set back? By how much, 0: no. */
uint64_t upkeep_clock_back_ms(struct core *c, const struct log_head *heads, size_t n);

#endif
