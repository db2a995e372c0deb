/*
 * inspect: what `verify` asks of the file beyond what the other modules read: whether the columns beside signed bytes say what the bytes say, whether
 * rows are missing or too many, and one sum a derived table, to compare with that of a replay.
 */
#ifndef ALLIED_DAEMON_STORE_INSPECT_H
#define ALLIED_DAEMON_STORE_INSPECT_H

#include "daemon/store/oplog.h"

/* Are the definitions of all tables and indexes the program's own? ERR_DATABASE with the first foreign one's name. */
err_t inspect_schema(struct store *s, struct why *why);
/* Do logs, commits and bodies have as many rows as they say? ERR_VERIFY. */
err_t inspect_counts(struct store *s);
/* The columns beside a commit's bytes; `c` as oplog_get gave it. ERR_VERIFY where one differs. */
err_t inspect_commit(struct store *s, const struct log_id *log, const struct commit *c);

struct inspect_roll { /* a row of charters or roster */
    struct slice id, carried;
    uint64_t number;
};
err_t inspect_charters(struct store *s, struct arena *arena, struct inspect_roll **out, size_t *n);
err_t inspect_acts(struct store *s, struct arena *arena, struct inspect_roll **out, size_t *n);

/* Sums over the rows of each derived table, whatever their order; row numbers and changes, which a replay draws anew, left out. */
#define INSPECT_TABLES 14
struct inspect_sums {
    uint8_t sum[INSPECT_TABLES][HASH_BYTES];
};
err_t inspect_derived(struct store *s, struct inspect_sums *out);
const char *inspect_table(size_t table); /* its name */

#endif
