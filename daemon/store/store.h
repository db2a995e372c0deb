/*
 * store: one SQLite file for all sites a daemon hosts (DESIGN §4). Log tables are never dropped; derived tables are dropped and
 * replayed by `allied rebuild`; local tables are this machine's own (keys' names, invitations, what peers hold). WAL,
 * synchronous=FULL, STRICT tables, 8 KiB pages. One writer. The modules oplog, rolls, replica and local are views on one `struct store`.
 *
 * After an error inside a transaction the caller rolls back; where SQLite has done so by itself, all else is refused with that error until then. ERR_DISK after a failed fsync is fatal: the process stops and recovers.
 */
#ifndef ALLIED_DAEMON_STORE_STORE_H
#define ALLIED_DAEMON_STORE_STORE_H

#include "protocol/base/arena.h"
#include "protocol/base/buf.h"
#include "protocol/op/op.h"

struct store;

enum store_mode { STORE_CREATE, STORE_WRITE, STORE_READ };
/* STORE_CREATE fails where the file exists. ERR_NO_DATA, ERR_DATA_EXISTS, ERR_DATABASE, ERR_NEWER, ERR_READ_ONLY, ERR_DISK_FULL. */
err_t store_open(const char *path, enum store_mode mode, struct store **out, struct why *why);
/* A bare connection, for a file that is not the main one: nothing in it is looked at or made. STORE_CREATE makes the file where there is none. */
err_t store_connect(const char *path, enum store_mode mode, struct store **out);
void store_close(struct store *s);
err_t store_begin(struct store *s);
err_t store_commit(struct store *s);
void store_rollback(struct store *s);
bool store_in_transaction(const struct store *s);
/* A number that is another one once another connection has committed; it says nothing across connections. */
err_t store_state(struct store *s, int64_t *out);
/* A failed fsync: whatever is asked of it from now on is ERR_DISK. */
bool store_is_dead(const struct store *s);
/* SQLite's own look at the file (integrity_check); ERR_DATABASE with the first finding in why. */
err_t store_integrity(struct store *s, struct why *why);
/* Drops and makes anew every derived table, inside the caller's transaction. */
err_t store_drop_derived(struct store *s);

#endif
