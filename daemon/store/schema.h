/*
 * schema: the tables of the one database file. Each list is SQL, one statement an item, NULL at its end.
 *   log      never dropped: what others signed, as received
 *   derived  computed from the log tables; dropped and made anew by store_drop_derived
 *   local    this machine's own notes
 * A change of any of them raises SCHEMA_VERSION (PRAGMA user_version); upgrade.c brings older files up to it.
 */
#ifndef ALLIED_DAEMON_STORE_SCHEMA_H
#define ALLIED_DAEMON_STORE_SCHEMA_H

#define SCHEMA_VERSION        4
#define SCHEMA_APPLICATION_ID 0x616c6c69 /* "alli" */

const char *const *schema_log(void);
const char *const *schema_derived(void);
const char *const *schema_derived_drop(void);
const char *const *schema_local(void);

#endif
