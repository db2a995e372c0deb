/*
 * bench_fill: what SQLite alone needs to take in the bytes that a first fill carries. bench_fill DATA OUT.db
 *
 * Reads every commit of a site in its carried form, then times inserting them into a fresh file: the pragmas of daemon/store, one row a commit,
 * and as many commits a transaction as one RUN holds. Nothing is checked, decoded, hashed, indexed or folded. One line of JSON on stdout.
 */
#include "daemon/store/oplog.h"
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

struct carried {
    struct buf bytes;
    size_t *ends;
    size_t n, room;
};

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int fail(const char *what)
{
    fprintf(stderr, "bench_fill: %s\n", what);
    return 1;
}

static err_t keep_end(struct carried *c)
{
    if (c->n == c->room) {
        size_t room = c->room ? c->room * 2 : 1024;
        size_t *ends = reallocarray(c->ends, room, sizeof *ends);
        if (!ends)
            return ERR_MEMORY;
        c->ends = ends;
        c->room = room;
    }
    c->ends[c->n++] = c->bytes.len;
    return ERR_OK;
}

static err_t read_all(const char *dir, struct carried *c)
{
    char path[4096];
    struct store *s = NULL;
    struct why why = {0};
    struct arena arena = {0};
    struct commit *commit = malloc(sizeof *commit);
    snprintf(path, sizeof path, "%s/allied.db", dir);
    err_t e = commit ? store_open(path, STORE_READ, &s, &why) : ERR_MEMORY;
    for (int64_t row = 0; !e;) {
        e = oplog_next_row(s, row, &row);
        arena_clear(&arena);
        if (!e)
            e = oplog_get_row(s, row, &arena, commit);
        if (!e)
            e = oplog_carried(s, &commit->log, commit->seq, &c->bytes);
        if (!e)
            e = keep_end(c);
    }
    store_close(s);
    arena_fini(&arena);
    free(commit);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static bool run(sqlite3 *db, const char *sql)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK;
}

static bool insert_all(sqlite3 *db, const struct carried *c, size_t *transactions)
{
    sqlite3_stmt *put = NULL;
    bool ok = sqlite3_prepare_v2(db, "INSERT INTO carried (bytes) VALUES (?)", -1, &put, NULL) == SQLITE_OK;
    size_t from = 0, first = 0;
    for (size_t i = 0; i < c->n && ok; i++) {
        bool opens = i == 0 || c->ends[i] - first > LIMIT_RUN_BYTES;
        if (opens) {
            ok = (i == 0 || run(db, "COMMIT")) && run(db, "BEGIN IMMEDIATE");
            first = from;
            (*transactions)++;
        }
        ok = ok && sqlite3_bind_blob64(put, 1, c->bytes.at + from, c->ends[i] - from, SQLITE_STATIC) == SQLITE_OK;
        ok = ok && sqlite3_step(put) == SQLITE_DONE;
        sqlite3_reset(put);
        from = c->ends[i];
    }
    sqlite3_finalize(put);
    return ok && (c->n == 0 || run(db, "COMMIT"));
}

static sqlite3 *open_fresh(const char *path)
{
    sqlite3 *db = NULL;
    unlink(path);
    if (sqlite3_open(path, &db) == SQLITE_OK && run(db, "PRAGMA page_size = 8192") &&
        run(db, "PRAGMA journal_mode = WAL") && run(db, "PRAGMA synchronous = FULL") &&
        run(db, "PRAGMA cache_size = -32768") && run(db, "PRAGMA wal_autocheckpoint = 1000") &&
        run(db, "CREATE TABLE carried (row INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT"))
        return db;
    sqlite3_close(db);
    return NULL;
}

int main(int argc, char **argv)
{
    struct carried c = {0};
    size_t transactions = 0;
    if (argc != 3)
        return fail("usage: bench_fill DATA OUT.db");
    buf_init(&c.bytes, (size_t)4 << 30);
    if (read_all(argv[1], &c) != ERR_OK)
        return fail("the site's commits could not be read");
    sqlite3 *db = open_fresh(argv[2]);
    if (!db)
        return fail("no fresh database");
    double start = now_s();
    bool ok = insert_all(db, &c, &transactions);
    /* Closing copies the rest of the WAL into the file, as closing a site does. */
    ok = sqlite3_close(db) == SQLITE_OK && ok;
    double seconds = now_s() - start;
    if (ok)
        printf("{\"commits\": %zu, \"bytes\": %zu, \"transactions\": %zu, \"seconds\": %.6f}\n", c.n, c.bytes.len,
               transactions, seconds);
    buf_fini(&c.bytes);
    free(c.ends);
    return ok ? 0 : fail("an insert failed");
}
