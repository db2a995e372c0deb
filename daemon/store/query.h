/*
 * query: one run of one prepared statement, inside daemon/store, and daemon/index, which has a file of its own. The first error sticks; binds and columns go
 * on in order, so that a caller reads straight on and looks once, at query_end(). Statements are prepared at their first use and kept until store_close.
 *
 * SQLite's codes become errors here: FULL is ERR_DISK_FULL, IOERR is ERR_DISK, CORRUPT and NOTADB are ERR_DATABASE, NOMEM is ERR_MEMORY,
 * INTERRUPT is ERR_TIMEOUT, READONLY, and CANTOPEN and AUTH where permission lacks, are ERR_READ_ONLY, BUSY is ERR_LOCKED. After a failed fsync the store is
 * dead: every later query is ERR_DISK, since the kernel may have dropped the dirty pages and a second fsync would lie.
 */
#ifndef ALLIED_DAEMON_STORE_QUERY_H
#define ALLIED_DAEMON_STORE_QUERY_H

#include "daemon/store/store.h"
#include "protocol/op/commit.h"

#include <sqlite3.h>

enum query_owner {
    OWNER_STORE,
    OWNER_OPLOG,
    OWNER_ROLLS,
    OWNER_REPLICA,
    OWNER_LISTS,
    OWNER_EDGES,
    OWNER_LOCAL,
    OWNER_COPY,
    OWNER_INSPECT,
    OWNER_ASIDE,
    OWNER_ERASED,
    OWNER_LINKS,
    OWNER_ARRIVALS,
    OWNER_CHANGED,
    OWNER_USES,
    OWNER_FACTS,
    OWNER_FEED,
    OWNER_FACETS,
    OWNER_TOKENS,
    OWNER_WATCH,
    OWNER_INDEX,
    OWNER_FOLLOW,
    OWNER_SEARCH,
    OWNER_SUGGEST,
    OWNER_NAMES,
    OWNER_ONCE,
    OWNER_RELAYED,
    OWNER_UPGRADE,
    OWNER_COUNT
};
#define QUERY_STATEMENTS_MAX 24 /* of one owner */

struct store {
    sqlite3 *db;
    enum store_mode mode;
    bool dead;    /* an fsync or a checkpoint failed */
    bool begun;   /* store_begin, and neither store_commit nor store_rollback yet */
    err_t undone; /* for this SQLite has rolled back what was begun: nothing more goes in, as it would go in alone */
    sqlite3_stmt *kept[OWNER_COUNT][QUERY_STATEMENTS_MAX];
};

struct query {
    struct store *s;
    sqlite3_stmt *st;
    int bound, read; /* the last parameter bound, the next column to read */
    err_t err;
};

/* `index` and `sql` are the statement's place and text in its owner's table. */
void query_start(struct query *q, struct store *s, enum query_owner owner, unsigned index, const char *sql);
/* Binds, in order. Blobs and texts are borrowed until query_end. */
void query_int(struct query *q, int64_t v);
void query_uint(struct query *q, uint64_t v); /* ERR_RANGE past 2^63 - 1 */
void query_blob(struct query *q, struct slice v);
void query_text(struct query *q, struct slice v);
void query_null(struct query *q);
void query_log(struct query *q, const struct log_id *log); /* site, incarnation */
/* True where a row stands; its columns are read from the first. */
bool query_row(struct query *q);
int64_t query_get_int(struct query *q);
uint64_t query_get_uint(struct query *q); /* ERR_DATABASE where it is negative */
struct slice query_get(struct query *q);  /* borrowed until the next row */
struct slice query_get_copy(struct query *q, struct arena *arena);
void query_get_fixed(struct query *q, uint8_t *out, size_t len); /* ERR_DATABASE unless exactly len bytes */
/* Resets the statement; the error that stuck. */
err_t query_end(struct query *q);
err_t query_end_found(struct query *q, bool found); /* ERR_NOT_FOUND where no error stuck and nothing was found */
/* Runs a statement without rows, and ends. */
err_t query_run(struct query *q);
/* As query_run; *changed is how many rows changed. */
err_t query_run_changed(struct query *q, int *changed);

err_t query_error(struct store *s, int rc);
/* Runs statements that are not worth keeping (schema, pragmas), one after the other, up to NULL. */
err_t query_script(struct store *s, const char *const *sql);

/* An array in an arena that doubles as rows come. */
struct query_list {
    struct arena *arena;
    void *at;
    size_t n, room, size;
};
/* The next item, zeroed; NULL without memory (sticks in q). */
void *query_list_add(struct query *q, struct query_list *list);

#endif
