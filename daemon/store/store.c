/*
 * Opening and closing the file, transactions. A new file is built beside its path, closed, and renamed into place, so that a crash in the
 * middle of `init` leaves nothing that looks like a site.
 */
#include "daemon/store/store.h"

#include "daemon/store/query.h"
#include "daemon/store/schema.h"
#include "daemon/store/upgrade.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUSY_MS          5000
#define CHECKPOINT_PAGES 1000 /* of the WAL: 8 MB */

enum statement {
    BEGIN_WRITE,
    BEGIN_READ,
    COMMIT,
    ROLLBACK,
    APPLICATION_ID,
    USER_VERSION,
    INTEGRITY,
    DATA_VERSION,
    STATEMENTS
};
/* clang-format off */
static const char *const statements[STATEMENTS] = {
    [BEGIN_WRITE]    = "BEGIN IMMEDIATE",
    [BEGIN_READ]     = "BEGIN",
    [COMMIT]         = "COMMIT",
    [ROLLBACK]       = "ROLLBACK",
    [APPLICATION_ID] = "PRAGMA application_id",
    [USER_VERSION]   = "PRAGMA user_version",
    [INTEGRITY]      = "PRAGMA integrity_check(1)",
    [DATA_VERSION]   = "PRAGMA data_version",
};

#define TEXT_OF(x) TEXT_OF_(x)
#define TEXT_OF_(x) #x

/* Before the first table: page_size can't change later, and the switch to WAL stays in the file. */
static const char *const shape[] = {
    "PRAGMA page_size = 8192",
    "PRAGMA application_id = " TEXT_OF(SCHEMA_APPLICATION_ID),
    "PRAGMA journal_mode = WAL",
    NULL,
};
static const char *const stamp[] = {"PRAGMA user_version = " TEXT_OF(SCHEMA_VERSION), NULL};
static const char *const habits[] = {
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = OFF",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cell_size_check = ON",
    "PRAGMA secure_delete = ON", /* what is deleted is overwritten: an erasure must not live on in free pages */
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -32768", /* KiB */
    "PRAGMA journal_size_limit = 67108864",
    NULL,
};
/* clang-format on */

static void start(struct query *q, struct store *s, enum statement which)
{
    query_start(q, s, OWNER_STORE, which, statements[which]);
}

static err_t run(struct store *s, enum statement which)
{
    struct query q;
    start(&q, s, which);
    return query_run(&q);
}

static err_t get_number(struct store *s, enum statement which, int64_t *out)
{
    struct query q;
    int64_t v = 0;
    start(&q, s, which);
    if (query_row(&q))
        v = query_get_int(&q);
    err_t e = query_end(&q);
    if (!e)
        *out = v;
    return e;
}

/* SQLite's own hook drops the error of a checkpoint, and with it a failed fsync. A full disk is no failure: the commit stands in the WAL. */
static int checkpoint(void *ctx, sqlite3 *db, const char *name, int pages)
{
    struct store *s = ctx;
    if (pages < CHECKPOINT_PAGES)
        return SQLITE_OK;
    int rc = sqlite3_wal_checkpoint_v2(db, name, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    if ((rc & 0xff) != SQLITE_IOERR)
        return SQLITE_OK;
    /* COMMIT will fail although it is done: whoever went on would disagree with the file. */
    s->dead = true;
    return rc;
}

err_t store_connect(const char *path, enum store_mode mode, struct store **out)
{
    struct store *s = calloc(1, sizeof *s);
    if (!s)
        return ERR_MEMORY;
    s->mode = mode;
    int flags = mode == STORE_CREATE  ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
                : mode == STORE_WRITE ? SQLITE_OPEN_READWRITE
                                      : SQLITE_OPEN_READONLY;
    int rc = sqlite3_open_v2(path, &s->db, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
    err_t e = s->db ? query_error(s, rc) : ERR_MEMORY;
    if (!e) {
        sqlite3_busy_timeout(s->db, BUSY_MS);
        sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
        sqlite3_db_config(s->db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
        sqlite3_db_config(s->db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
        sqlite3_wal_hook(s->db, checkpoint, s);
        /* SQLite falls back on reading where it may not write, and where the disk fails as it opens for writing. */
        if (mode != STORE_READ && sqlite3_db_readonly(s->db, "main"))
            e = faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) ? ERR_READ_ONLY : ERR_DISK;
    }
    if (e)
        store_close(s);
    else
        *out = s;
    return e;
}

static err_t make_tables(struct store *s)
{
    err_t e = query_script(s, shape);
    if (!e)
        e = query_script(s, habits);
    if (!e)
        e = run(s, BEGIN_WRITE);
    if (!e)
        e = query_script(s, schema_log());
    if (!e)
        e = query_script(s, schema_derived());
    if (!e)
        e = query_script(s, schema_local());
    if (!e)
        e = query_script(s, stamp);
    if (!e)
        e = run(s, COMMIT);
    return e;
}

static err_t sync_directory_of(const char *path)
{
    char dir[PATH_MAX];
    if (snprintf(dir, sizeof dir, "%s", path) >= (int)sizeof dir)
        return ERR_TOO_LARGE;
    char *slash = strrchr(dir, '/');
    if (slash)
        slash[slash == dir] = 0;
    int fd = open(slash ? dir : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return ERR_DISK;
    err_t e = fsync(fd) ? ERR_DISK : ERR_OK;
    close(fd);
    return e;
}

static err_t file_error(int e)
{
    return e == EACCES || e == EPERM || e == EROFS ? ERR_READ_ONLY
           : e == ENOSPC || e == EDQUOT            ? ERR_DISK_FULL
           : e == ENOENT || e == ENOTDIR           ? ERR_FILE
                                                   : ERR_DISK;
}

/* An unfinished file of an earlier try, with what SQLite keeps beside it. */
static void remove_unfinished(const char *path)
{
    char beside[PATH_MAX];
    static const char *const tails[] = {"", "-wal", "-shm", "-journal"};
    for (size_t i = 0; i < sizeof tails / sizeof *tails; i++)
        if (snprintf(beside, sizeof beside, "%s%s", path, tails[i]) < (int)sizeof beside)
            unlink(beside);
}

/* Closing copies the WAL into the file as well, but does not tell where that failed: a half-filled file would be renamed into place. */
static err_t move_wal_into_file(struct store *s)
{
    return query_error(s, sqlite3_wal_checkpoint_v2(s->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL));
}

static err_t create(const char *path)
{
    char fresh[PATH_MAX];
    struct stat st;
    struct store *s = NULL;
    if (snprintf(fresh, sizeof fresh, "%s.new", path) >= (int)sizeof fresh)
        return ERR_TOO_LARGE;
    if (lstat(path, &st) == 0)
        return ERR_DATA_EXISTS;
    remove_unfinished(fresh);
    int fd = open(fresh, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return file_error(errno);
    close(fd);
    err_t e = store_connect(fresh, STORE_CREATE, &s);
    if (!e)
        e = make_tables(s);
    if (!e)
        e = move_wal_into_file(s);
    store_close(s);
    if (!e && renameat2(AT_FDCWD, fresh, AT_FDCWD, path, RENAME_NOREPLACE))
        e = errno == EEXIST ? ERR_DATA_EXISTS : file_error(errno);
    if (!e)
        e = sync_directory_of(path);
    if (e)
        remove_unfinished(fresh);
    return e;
}

/* Is this a file of ours, of a version that this program knows? */
static err_t check_stamp(struct store *s, int64_t *found, struct why *why)
{
    int64_t id = 0, version = 0;
    err_t e = get_number(s, APPLICATION_ID, &id);
    if (!e)
        e = get_number(s, USER_VERSION, &version);
    if (e)
        return e;
    if (id != SCHEMA_APPLICATION_ID)
        return why_set(why, ERR_DATABASE, "application_id=%lld", (long long)id);
    if (version > SCHEMA_VERSION)
        return why_set(why, ERR_NEWER, "user_version=%lld", (long long)version);
    if (version < 1)
        return why_set(why, ERR_DATABASE, "user_version=%lld", (long long)version);
    if (version < SCHEMA_VERSION && s->mode == STORE_READ) /* whoever writes there brings it up to date first */
        return why_set(why, ERR_LOCKED, "user_version=%lld", (long long)version);
    *found = version;
    return ERR_OK;
}

/*
 * What a process wrote that was killed before its fsync is in the WAL and reads as committed, and no fsync has been done for it: it is made durable before
 * anybody is told that we hold it. The WAL is synced before a page is copied, so that a full disk does no harm.
 */
static err_t settle(struct store *s)
{
    err_t e = query_error(s, sqlite3_wal_checkpoint_v2(s->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL));
    return e == ERR_DISK_FULL || e == ERR_LOCKED ? ERR_OK : e;
}

err_t store_open(const char *path, enum store_mode mode, struct store **out, struct why *why)
{
    struct store *s = NULL;
    struct stat st;
    int64_t version = 0;
    err_t e = mode == STORE_CREATE ? create(path) : ERR_OK;
    if (e)
        return why_set(why, e, "%s", path);
    if (stat(path, &st))
        return why_set(why, errno == ENOENT || errno == ENOTDIR ? ERR_NO_DATA : file_error(errno), "%s", path);
    e = store_connect(path, mode == STORE_CREATE ? STORE_WRITE : mode, &s);
    if (e)
        return why_set(why, e, "%s", path);
    e = query_script(s, habits);
    if (e)
        why_set(why, e, "%s", path);
    else
        e = check_stamp(s, &version, why);
    if (!e && mode != STORE_READ)
        e = settle(s);
    if (!e && mode != STORE_READ)
        e = upgrade_from(s, version);
    if (e && why && why->code != e)
        why_set(why, e, "%s: %s", path, sqlite3_errmsg(s->db));
    if (e)
        store_close(s);
    else
        *out = s;
    return e;
}

void store_close(struct store *s)
{
    if (!s)
        return;
    for (size_t owner = 0; owner < OWNER_COUNT; owner++)
        for (size_t i = 0; i < QUERY_STATEMENTS_MAX; i++)
            sqlite3_finalize(s->kept[owner][i]);
    /* The last connection copies the WAL into the file; after a failed fsync that must wait for a new process. */
    if (s->dead)
        sqlite3_db_config(s->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    sqlite3_close(s->db);
    free(s);
}

err_t store_begin(struct store *s)
{
    s->undone = ERR_OK;
    err_t e = run(s, s->mode == STORE_READ ? BEGIN_READ : BEGIN_WRITE);
    s->begun = e == ERR_OK;
    return e;
}

err_t store_commit(struct store *s)
{
    err_t e = run(s, COMMIT);
    s->begun = e != ERR_OK;
    return e;
}

void store_rollback(struct store *s)
{
    s->begun = false;
    s->undone = ERR_OK;
    /* Some errors have rolled back already. A dead store is not written to any more: closing it drops the transaction. */
    if (store_in_transaction(s) && !s->dead)
        run(s, ROLLBACK);
}

err_t store_state(struct store *s, int64_t *out)
{
    return get_number(s, DATA_VERSION, out);
}

bool store_in_transaction(const struct store *s)
{
    return !sqlite3_get_autocommit(s->db);
}

bool store_is_dead(const struct store *s)
{
    return s->dead;
}

err_t store_integrity(struct store *s, struct why *why)
{
    struct query q;
    err_t found = ERR_OK;
    start(&q, s, INTEGRITY);
    if (query_row(&q)) {
        struct slice text = query_get(&q);
        if (!slice_equal(text, slice_text("ok")))
            found = why_set(why, ERR_DATABASE, "%.*s", (int)text.len, (const char *)text.at);
    }
    err_t e = query_end(&q);
    return e ? why_set(why, e, "%s", sqlite3_errmsg(s->db)) : found;
}

err_t store_drop_derived(struct store *s)
{
    err_t e = query_script(s, schema_derived_drop());
    return e ? e : query_script(s, schema_derived());
}
