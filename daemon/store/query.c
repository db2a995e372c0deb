#include "daemon/store/query.h"

#include <assert.h>
#include <errno.h>

static bool permission_lacks(sqlite3 *db)
{
    int e = sqlite3_system_errno(db);
    return e == EACCES || e == EPERM || e == EROFS;
}

static bool fsync_failed(int rc)
{
    return rc == SQLITE_IOERR_FSYNC || rc == SQLITE_IOERR_DIR_FSYNC;
}

static err_t meaning(const struct store *s, int rc)
{
    switch (rc & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return ERR_OK;
    case SQLITE_FULL:
        return ERR_DISK_FULL;
    case SQLITE_IOERR:
        return rc == SQLITE_IOERR_NOMEM ? ERR_MEMORY : ERR_DISK;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_MISMATCH:
        return ERR_DATABASE;
    case SQLITE_NOMEM:
        return ERR_MEMORY;
    case SQLITE_READONLY:
        return ERR_READ_ONLY;
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
        return permission_lacks(s->db) ? ERR_READ_ONLY : ERR_DISK;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return ERR_LOCKED;
    case SQLITE_INTERRUPT:
        return ERR_TIMEOUT;
    case SQLITE_TOOBIG:
        return ERR_TOO_LARGE;
    case SQLITE_ERROR:
        /* A statement that does not fit the schema: a table was taken away from outside. */
        return ERR_DATABASE;
    default:
        return ERR_INTERNAL;
    }
}

err_t query_error(struct store *s, int rc)
{
    err_t e = meaning(s, rc);
    if (fsync_failed(rc))
        s->dead = true;
    if (e && s->begun && !s->undone && sqlite3_get_autocommit(s->db))
        s->undone = e;
    return e;
}

static void stick(struct query *q, err_t e)
{
    if (!q->err)
        q->err = e;
}

void query_start(struct query *q, struct store *s, enum query_owner owner, unsigned index, const char *sql)
{
    assert(index < QUERY_STATEMENTS_MAX);
    *q = (struct query){.s = s};
    q->err = s->dead ? ERR_DISK : s->undone;
    if (q->err)
        return;
    sqlite3_stmt **kept = &s->kept[owner][index];
    if (!*kept)
        q->err = query_error(s, sqlite3_prepare_v3(s->db, sql, -1, SQLITE_PREPARE_PERSISTENT, kept, NULL));
    q->st = *kept;
    /* Someone who forgot query_end would see the rows of an older run. */
    assert(!q->st || !sqlite3_stmt_busy(q->st));
}

void query_int(struct query *q, int64_t v)
{
    if (!q->err)
        q->err = query_error(q->s, sqlite3_bind_int64(q->st, ++q->bound, v));
}

void query_uint(struct query *q, uint64_t v)
{
    if (v > INT64_MAX)
        stick(q, ERR_RANGE);
    query_int(q, (int64_t)v);
}

/* SQLite takes a null pointer for NULL, whatever the length. */
static const void *never_null(struct slice v)
{
    return v.len ? v.at : (const void *)"";
}

void query_blob(struct query *q, struct slice v)
{
    if (!q->err)
        q->err = query_error(q->s, sqlite3_bind_blob64(q->st, ++q->bound, never_null(v), v.len, SQLITE_STATIC));
}

void query_text(struct query *q, struct slice v)
{
    if (!q->err)
        q->err =
            query_error(q->s, sqlite3_bind_text64(q->st, ++q->bound, never_null(v), v.len, SQLITE_STATIC, SQLITE_UTF8));
}

void query_log(struct query *q, const struct log_id *log)
{
    query_blob(q, slice_of(log->site, SITE_BYTES));
    query_uint(q, log->incarnation);
}

void query_null(struct query *q)
{
    if (!q->err)
        q->err = query_error(q->s, sqlite3_bind_null(q->st, ++q->bound));
}

bool query_row(struct query *q)
{
    if (q->err)
        return false;
    q->read = 0;
    int rc = sqlite3_step(q->st);
    q->err = query_error(q->s, rc);
    return rc == SQLITE_ROW;
}

int64_t query_get_int(struct query *q)
{
    return q->err ? 0 : sqlite3_column_int64(q->st, q->read++);
}

uint64_t query_get_uint(struct query *q)
{
    int64_t v = query_get_int(q);
    if (v < 0)
        stick(q, ERR_DATABASE);
    return v < 0 ? 0 : (uint64_t)v;
}

struct slice query_get(struct query *q)
{
    if (q->err)
        return (struct slice){0};
    int column = q->read++;
    const void *at = sqlite3_column_blob(q->st, column);
    size_t len = (size_t)sqlite3_column_bytes(q->st, column);
    if (!at && len)
        stick(q, ERR_MEMORY);
    return at ? slice_of(at, len) : (struct slice){0};
}

struct slice query_get_copy(struct query *q, struct arena *arena)
{
    struct slice in = query_get(q), out = {0};
    if (!q->err && in.len)
        stick(q, arena_copy(arena, in, &out));
    return out;
}

void query_get_fixed(struct query *q, uint8_t *out, size_t len)
{
    struct slice in = query_get(q);
    if (!q->err && in.len != len)
        stick(q, ERR_DATABASE);
    if (q->err)
        memset(out, 0, len);
    else
        memcpy(out, in.at, len);
}

err_t query_end(struct query *q)
{
    if (q->st) {
        sqlite3_reset(q->st); /* says again what the last step said */
        sqlite3_clear_bindings(q->st);
    }
    return q->err;
}

err_t query_end_found(struct query *q, bool found)
{
    err_t e = query_end(q);
    return e ? e : found ? ERR_OK : ERR_NOT_FOUND;
}

err_t query_run(struct query *q)
{
    query_row(q);
    return query_end(q);
}

err_t query_run_changed(struct query *q, int *changed)
{
    query_row(q);
    err_t e = query_end(q);
    if (!e)
        *changed = sqlite3_changes(q->s->db);
    return e;
}

err_t query_script(struct store *s, const char *const *sql)
{
    err_t e = s->dead ? ERR_DISK : s->undone;
    for (; *sql && !e; sql++)
        e = query_error(s, sqlite3_exec(s->db, *sql, NULL, NULL, NULL));
    return e;
}

void *query_list_add(struct query *q, struct query_list *list)
{
    if (list->n == list->room) {
        size_t room = list->room ? list->room * 2 : 8;
        void *at = arena_alloc(list->arena, room, list->size);
        if (!at) {
            stick(q, ERR_MEMORY);
            return NULL;
        }
        if (list->n)
            memcpy(at, list->at, list->n * list->size);
        list->at = at;
        list->room = room;
    }
    return (char *)list->at + list->size * list->n++;
}
