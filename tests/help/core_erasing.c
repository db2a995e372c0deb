#include "tests/help/core_erasing.h"

#include "daemon/core/own.h"
#include "daemon/store/query.h"
#include "tests/help/store_fixture.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

bool erasing_in_bytes(struct slice bytes)
{
    return memmem(bytes.at, bytes.len, SECRET, strlen(SECRET)) != NULL;
}

/* Is the secret among the raw bytes of one of the files of a site? */
static bool in_file(const char *dir, const char *name)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    size_t len = store_fixture_size(path);
    uint8_t *at = malloc(len + 1);
    assert_non_null(at);
    assert_int_equal(read(fd, at, len), len);
    close(fd);
    bool found = erasing_in_bytes(slice_of(at, len));
    free(at);
    return found;
}

bool erasing_on_disk(struct world *w, size_t at)
{
    static const char *const names[] = {"allied.db", "allied.db-wal", "journal", "journal.ndjson"};
    bool found = false;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        found |= in_file(w->sites[at].dir, names[i]);
    return found;
}

static bool row_has(sqlite3_stmt *st)
{
    for (int i = 0; i < sqlite3_column_count(st); i++) {
        const void *bytes = sqlite3_column_blob(st, i);
        if (bytes && memmem(bytes, (size_t)sqlite3_column_bytes(st, i), SECRET, strlen(SECRET)))
            return true;
    }
    return false;
}

static bool in_table(sqlite3 *db, const char *table)
{
    char sql[160];
    bool found = false;
    sqlite3_stmt *st = NULL;
    snprintf(sql, sizeof sql, "SELECT * FROM \"%s\"", table);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &st, NULL), SQLITE_OK);
    while (sqlite3_step(st) == SQLITE_ROW)
        found |= row_has(st);
    sqlite3_finalize(st);
    return found;
}

bool erasing_in_tables(struct world *w, size_t at)
{
    char path[256];
    sqlite3 *db = NULL;
    sqlite3_stmt *st = NULL;
    bool found = false;
    snprintf(path, sizeof path, "%s/allied.db", w->sites[at].dir);
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT name FROM sqlite_schema WHERE type = 'table'", -1, &st, NULL),
                     SQLITE_OK);
    while (sqlite3_step(st) == SQLITE_ROW)
        found |= in_table(db, (const char *)sqlite3_column_text(st, 0));
    sqlite3_finalize(st);
    sqlite3_close(db);
    return found;
}

void erasing_gone(struct world *w, size_t at)
{
    assert_false(erasing_in_tables(w, at));
    assert_false(erasing_on_disk(w, at));
}

int64_t erasing_rows(struct world *w, size_t at, const char *sql)
{
    sqlite3_stmt *st = NULL;
    assert_int_equal(sqlite3_prepare_v2(w->sites[at].core->store->db, sql, -1, &st, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(st), SQLITE_ROW);
    int64_t n = sqlite3_column_int64(st, 0);
    sqlite3_finalize(st);
    return n;
}

void erasing_ask(struct world *w, size_t at, struct dot dot)
{
    struct core *c = w->sites[at].core;
    struct op op = {
        .info = kind_info(OP_SITE_ERASE), .entity = slice_of(c->own[0].key.pub, SITE_BYTES), .dots = &dot, .dots_n = 1};
    static const uint8_t reason[] = {0x91, 0xa0}; /* [""] */
    assert_int_equal(own_write_alone(c, &c->own[0], &op, slice_of(reason, sizeof reason), NULL), ERR_OK);
    w->sites[at].tick_at = w->now;
}

/* The dot of the last op of a site's current log. */
struct dot erasing_last_dot(struct world *w, size_t at)
{
    struct log_head head;
    struct log_id log = {.incarnation = w->sites[at].core->own[0].row.incarnation};
    memcpy(log.site, w->sites[at].core->own[0].key.pub, SITE_BYTES);
    assert_int_equal(oplog_head(w->sites[at].core->store, &log, &head), ERR_OK);
    return dot_of(head.id, 0);
}

struct dot erasing_write(struct world *w, size_t at, char id[64])
{
    json_t *r = world_do(w, at, "record.write",
                         json_pack("{s:s, s:[{s:i, s:{s:s, s:s}}]}", "mode", "import", "lines", "line", 1, "record",
                                   "source_id", "s", "title", SECRET));
    json_decref(r);
    r = world_do(w, at, "record.list", NULL);
    snprintf(id, 64, "%s", json_string_value(json_object_get(json_array_get(json_object_get(r, "records"), 0), "id")));
    json_decref(r);
    return erasing_last_dot(w, at);
}
