#include "tests/help/store_fixture.h"

#include "daemon/store/local.h"
#include "daemon/store/query.h"
#include "daemon/store/replica.h"
#include "daemon/store/rolls.h"
#include "daemon/store/schema.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static void exec_outside(const char *path, const char *sql)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static int64_t number_of(struct store *s, const char *pragma)
{
    sqlite3_stmt *st = NULL;
    assert_int_equal(sqlite3_prepare_v2(s->db, pragma, -1, &st, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(st), SQLITE_ROW);
    int64_t v = sqlite3_column_int64(st, 0);
    sqlite3_finalize(st);
    return v;
}

static err_t open_error(const char *path, enum store_mode mode)
{
    struct store *s = NULL;
    struct why why = {0};
    err_t e = store_open(path, mode, &s, &why);
    if (e)
        assert_int_equal(why.code, e);
    else
        store_close(s);
    assert_true(!e || !s);
    return e;
}

static void a_new_file_is_wal_with_full_synchronisation_and_8_kib_pages(void **state)
{
    struct store_fixture *f = *state;
    struct stat st;
    char mode[8] = {0};
    sqlite3_stmt *q = NULL;
    assert_int_equal(number_of(f->s, "PRAGMA page_size"), 8192);
    assert_int_equal(number_of(f->s, "PRAGMA synchronous"), 2);
    assert_int_equal(number_of(f->s, "PRAGMA foreign_keys"), 0);
    assert_int_equal(number_of(f->s, "PRAGMA trusted_schema"), 0);
    assert_int_equal(number_of(f->s, "PRAGMA cell_size_check"), 1);
    assert_int_equal(number_of(f->s, "PRAGMA application_id"), SCHEMA_APPLICATION_ID);
    assert_int_equal(number_of(f->s, "PRAGMA user_version"), SCHEMA_VERSION);
    assert_int_equal(sqlite3_prepare_v2(f->s->db, "PRAGMA journal_mode", -1, &q, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(q), SQLITE_ROW);
    snprintf(mode, sizeof mode, "%s", (const char *)sqlite3_column_text(q, 0));
    sqlite3_finalize(q);
    assert_string_equal(mode, "wal");
    assert_int_equal(stat(f->path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
}

static void every_table_is_strict(void **state)
{
    struct store_fixture *f = *state;
    assert_int_equal(number_of(f->s, "SELECT count(*) FROM pragma_table_list WHERE schema = 'main' AND NOT strict "
                                     "AND name NOT LIKE 'sqlite_%'"),
                     0);
    assert_true(number_of(f->s, "SELECT count(*) FROM sqlite_schema WHERE type = 'table'") >= 17);
}

static void creating_twice_is_refused_and_leaves_the_first(void **state)
{
    struct store_fixture *f = *state;
    assert_int_equal(local_set(f->s, "alliance", slice_text("x")), ERR_OK);
    assert_int_equal(open_error(f->path, STORE_CREATE), ERR_DATA_EXISTS);
    struct slice v;
    store_fixture_again(f, STORE_WRITE);
    assert_int_equal(local_get(f->s, "alliance", &f->arena, &v), ERR_OK);
}

static void an_unfinished_creation_is_started_anew(void **state)
{
    struct store_fixture *f = *state;
    char path[128], fresh[140];
    snprintf(path, sizeof path, "%s/other.db", f->dir);
    snprintf(fresh, sizeof fresh, "%s.new", path);
    store_fixture_file(fresh, "half a page", 11);
    assert_int_equal(open_error(path, STORE_WRITE), ERR_NO_DATA);
    assert_int_equal(open_error(path, STORE_CREATE), ERR_OK);
    assert_int_equal(open_error(path, STORE_WRITE), ERR_OK);
    assert_int_not_equal(access(fresh, F_OK), 0);
}

static void nothing_there_is_no_data(void **state)
{
    struct store_fixture *f = *state;
    char path[128];
    snprintf(path, sizeof path, "%s/none.db", f->dir);
    assert_int_equal(open_error(path, STORE_WRITE), ERR_NO_DATA);
    assert_int_equal(open_error(path, STORE_READ), ERR_NO_DATA);
    snprintf(path, sizeof path, "%s/none/none.db", f->dir);
    assert_int_equal(open_error(path, STORE_WRITE), ERR_NO_DATA);
    assert_int_equal(open_error(path, STORE_CREATE), ERR_FILE);
}

static void a_newer_schema_is_refused(void **state)
{
    struct store_fixture *f = *state;
    store_close(f->s);
    f->s = NULL;
    exec_outside(f->path, "PRAGMA user_version = 999");
    assert_int_equal(open_error(f->path, STORE_WRITE), ERR_NEWER);
    assert_int_equal(open_error(f->path, STORE_READ), ERR_NEWER);
}

static void a_file_that_is_not_sqlite_is_a_damaged_database(void **state)
{
    struct store_fixture *f = *state;
    char path[128], junk[20000];
    snprintf(path, sizeof path, "%s/junk.db", f->dir);
    memset(junk, 'j', sizeof junk);
    store_fixture_file(path, junk, sizeof junk);
    assert_int_equal(open_error(path, STORE_WRITE), ERR_DATABASE);
    assert_int_equal(open_error(path, STORE_READ), ERR_DATABASE);
    store_fixture_file(path, "", 0);
    assert_int_equal(open_error(path, STORE_WRITE), ERR_DATABASE);
}

static void another_programs_database_is_refused(void **state)
{
    struct store_fixture *f = *state;
    char path[128];
    snprintf(path, sizeof path, "%s/spip.db", f->dir);
    exec_outside(path, "CREATE TABLE articles (id); PRAGMA user_version = 1");
    assert_int_equal(open_error(path, STORE_WRITE), ERR_DATABASE);
}

static void fill(struct store_fixture *f, size_t commits)
{
    struct store_author a;
    int64_t row = 0;
    store_author_init(&a, 1, 42);
    assert_int_equal(store_begin(f->s), ERR_OK);
    for (size_t i = 0; i < commits; i++) {
        struct store_commit *m = store_author_commit(&a, 2, 800);
        assert_int_equal(oplog_put(f->s, &m->c, &row), ERR_OK);
        store_commit_free(m);
    }
    assert_int_equal(store_commit(f->s), ERR_OK);
}

static void a_truncated_file_is_found_damaged(void **state)
{
    struct store_fixture *f = *state;
    struct why why = {0};
    struct store *s = NULL;
    fill(f, 200);
    store_close(f->s);
    f->s = NULL;
    size_t size = store_fixture_size(f->path);
    assert_true(size > 40 * 8192u);
    assert_int_equal(truncate(f->path, (off_t)(size / 2)), 0);
    err_t e = store_open(f->path, STORE_WRITE, &s, &why);
    if (!e)
        e = store_integrity(s, &why);
    store_close(s);
    assert_int_equal(e, ERR_DATABASE);
    assert_int_equal(why.code, ERR_DATABASE);
    assert_true(why.text[0]);
    assert_int_equal(truncate(f->path, 50), 0);
    assert_int_equal(open_error(f->path, STORE_READ), ERR_DATABASE);
}

static void overwritten_pages_are_found_by_the_integrity_check(void **state)
{
    struct store_fixture *f = *state;
    struct why why = {0};
    fill(f, 200);
    assert_int_equal(store_integrity(f->s, &why), ERR_OK);
    store_close(f->s);
    f->s = NULL;
    FILE *file = fopen(f->path, "r+b");
    assert_non_null(file);
    for (long page = 45; page < 55; page++) {
        fseek(file, page * 8192, SEEK_SET);
        for (int i = 0; i < 64; i++)
            fputc(0xa5, file);
    }
    fclose(file);
    store_fixture_again(f, STORE_READ);
    assert_int_equal(store_integrity(f->s, &why), ERR_DATABASE);
    assert_int_equal(why.code, ERR_DATABASE);
}

static void a_reader_sees_what_is_committed_and_cannot_write(void **state)
{
    struct store_fixture *f = *state;
    struct store *reader = NULL;
    struct oplog_counts counts;
    struct store_author a;
    store_author_init(&a, 9, 1);
    assert_int_equal(store_open(f->path, STORE_READ, &reader, NULL), ERR_OK);
    assert_int_equal(store_begin(f->s), ERR_OK);
    store_author_put(&a, f->s, 1);
    assert_int_equal(oplog_counts(reader, &counts), ERR_OK);
    assert_int_equal(counts.commits, 0);
    assert_int_equal(store_commit(f->s), ERR_OK);
    assert_int_equal(store_begin(reader), ERR_OK);
    assert_int_equal(oplog_counts(reader, &counts), ERR_OK);
    assert_int_equal(counts.commits, 1);
    assert_int_equal(local_set(reader, "k", slice_text("v")), ERR_READ_ONLY);
    store_rollback(reader);
    assert_false(store_in_transaction(reader));
    store_close(reader);
}

static void a_second_writer_is_told_that_it_is_locked(void **state)
{
    struct store_fixture *f = *state;
    struct store *second = NULL;
    assert_int_equal(store_open(f->path, STORE_WRITE, &second, NULL), ERR_OK);
    sqlite3_busy_timeout(second->db, 10);
    assert_int_equal(store_begin(f->s), ERR_OK);
    assert_true(store_in_transaction(f->s));
    assert_int_equal(store_begin(second), ERR_LOCKED);
    assert_int_equal(store_commit(f->s), ERR_OK);
    assert_int_equal(store_begin(second), ERR_OK);
    store_rollback(second);
    store_close(second);
}

/* As somebody whom the permissions bind: root passes all of them. */
static void a_directory_that_cannot_be_written_is_read_only(void **state)
{
    struct store_fixture *f = *state;
    char path[128];
    uid_t me = geteuid();
    snprintf(path, sizeof path, "%s/other.db", f->dir);
    store_close(f->s);
    f->s = NULL;
    chmod(f->path, 0444);
    chmod(f->dir, 0555);
    if (me == 0)
        assert_int_equal(seteuid(65534), 0);
    err_t create = open_error(path, STORE_CREATE), write = open_error(f->path, STORE_WRITE);
    err_t read = open_error(f->path, STORE_READ);
    if (me == 0)
        assert_int_equal(seteuid(0), 0);
    chmod(f->dir, 0700);
    chmod(f->path, 0600);
    assert_int_equal(create, ERR_READ_ONLY);
    assert_int_equal(write, ERR_READ_ONLY);
    assert_int_equal(read, ERR_READ_ONLY); /* a reader of WAL needs its shared memory */
    assert_int_equal(open_error(f->path, STORE_WRITE), ERR_OK);
}

static void a_full_disk_is_said_and_nothing_committed_is_lost(void **state)
{
    struct store_fixture *f = *state;
    struct store_author a;
    struct oplog_counts counts;
    struct why why;
    int64_t row = 0;
    err_t e = ERR_OK;
    store_author_init(&a, 1, 42);
    store_author_put(&a, f->s, 1);
    number_of(f->s, "PRAGMA max_page_count = 60");
    assert_int_equal(store_begin(f->s), ERR_OK);
    for (size_t i = 0; i < 500 && !e; i++) {
        struct store_commit *m = store_author_commit(&a, 2, 800);
        e = oplog_put(f->s, &m->c, &row);
        store_commit_free(m);
    }
    assert_int_equal(e, ERR_DISK_FULL);
    store_rollback(f->s);
    assert_false(store_in_transaction(f->s));
    number_of(f->s, "PRAGMA max_page_count = 100000");
    store_fixture_again(f, STORE_WRITE);
    assert_int_equal(store_integrity(f->s, &why), ERR_OK);
    assert_int_equal(oplog_counts(f->s, &counts), ERR_OK);
    assert_int_equal(counts.commits, 1);
}

static void copy_file(const char *from, const char *to)
{
    size_t size = store_fixture_size(from);
    uint8_t *bytes = malloc(size + 1);
    int fd = open(from, O_RDONLY | O_CLOEXEC);
    assert_non_null(bytes);
    assert_int_equal(read(fd, bytes, size), size);
    close(fd);
    store_fixture_file(to, bytes, size);
    free(bytes);
}

/* Killed before its fsync, a process leaves what reads as committed and what a power cut would take: so the file alone must hold it, or the log, synced. */
static void what_stood_in_the_log_is_in_the_file_once_it_is_opened(void **state)
{
    struct store_fixture *f = *state;
    char copy[160], log[170], from[160];
    struct store *s = NULL, *alone = NULL;
    struct why why = {0};
    fill(f, 3);
    snprintf(copy, sizeof copy, "%s/copy.db", f->dir);
    snprintf(log, sizeof log, "%s-wal", copy);
    snprintf(from, sizeof from, "%s-wal", f->path);
    copy_file(f->path, copy);
    copy_file(from, log);
    assert_int_equal(store_open(copy, STORE_WRITE, &s, &why), ERR_OK);
    snprintf(log, sizeof log, "%s/alone.db", f->dir);
    copy_file(copy, log);
    assert_int_equal(store_open(log, STORE_WRITE, &alone, &why), ERR_OK);
    assert_int_equal(number_of(alone, "SELECT count(*) FROM commits"), 3);
    store_close(alone);
    store_close(s);
}

static err_t put_act(struct store *s, uint8_t number)
{
    uint8_t id[HASH_BYTES];
    bool fresh = false;
    memset(id, number, sizeof id);
    return rolls_put_act(s, id, number, slice_text("act"), &fresh);
}

/* As a read that failed does: what came next in that transaction would have gone in alone. */
static void what_sqlite_rolled_back_takes_nothing_more(void **state)
{
    struct store_fixture *f = *state;
    assert_int_equal(sqlite3_exec(f->s->db,
                                  "CREATE TEMP TRIGGER t BEFORE INSERT ON main.roster WHEN new.number = 1 "
                                  "BEGIN SELECT RAISE(ROLLBACK, 'no'); END",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(store_begin(f->s), ERR_OK);
    err_t e = put_act(f->s, 1);
    assert_int_not_equal(e, ERR_OK);
    assert_int_equal(put_act(f->s, 2), e);
    assert_int_equal(store_commit(f->s), e);
    store_rollback(f->s);
    assert_int_equal(number_of(f->s, "SELECT count(*) FROM roster"), 0);
    assert_int_equal(store_begin(f->s), ERR_OK);
    assert_int_equal(put_act(f->s, 2), ERR_OK);
    assert_int_equal(store_commit(f->s), ERR_OK);
    assert_int_equal(number_of(f->s, "SELECT count(*) FROM roster"), 1);
}

static void dropping_derived_tables_leaves_log_and_local_ones(void **state)
{
    struct store_fixture *f = *state;
    struct store_author a;
    struct slice id = slice_text("123456789012345678901234"), v;
    struct record_row r = {.record = id, .updated = 5};
    struct replica_counts counts;
    struct oplog_counts logs;
    uint8_t digest[HASH_BYTES], zeros[HASH_BYTES] = {0}, charter[HASH_BYTES] = {3};
    struct slice *charters = NULL;
    size_t n = 0;
    bool fresh = false;
    store_author_init(&a, 1, 42);
    int64_t row = store_author_put(&a, f->s, 1);
    assert_int_equal(replica_file(f->s, row * 256, ENTITY_RECORD, id, 16), ERR_OK);
    assert_int_equal(replica_put(f->s, ENTITY_RECORD, id, slice_text("canon")), ERR_OK);
    assert_int_equal(replica_put_record(f->s, &r), ERR_OK);
    assert_int_equal(local_set(f->s, "k", slice_text("v")), ERR_OK);
    assert_int_equal(rolls_put_charter(f->s, charter, 0, slice_text("c"), &fresh), ERR_OK);
    assert_int_equal(store_begin(f->s), ERR_OK);
    assert_int_equal(store_drop_derived(f->s), ERR_OK);
    assert_int_equal(store_commit(f->s), ERR_OK);
    assert_int_equal(replica_get(f->s, ENTITY_RECORD, id, &f->arena, &v), ERR_NOT_FOUND);
    assert_int_equal(replica_digest(f->s, digest), ERR_OK);
    assert_memory_equal(digest, zeros, HASH_BYTES);
    assert_int_equal(replica_counts(f->s, &counts), ERR_OK);
    assert_int_equal(counts.records, 0);
    assert_int_equal(oplog_counts(f->s, &logs), ERR_OK);
    assert_int_equal(logs.commits, 1);
    assert_int_equal(local_get(f->s, "k", &f->arena, &v), ERR_OK);
    assert_int_equal(rolls_charters(f->s, &f->arena, &charters, &n), ERR_OK);
    assert_int_equal(n, 1);
    /* What was prepared for the old tables works on the new ones. */
    assert_int_equal(replica_put(f->s, ENTITY_RECORD, id, slice_text("canon")), ERR_OK);
    assert_int_equal(replica_put_record(f->s, &r), ERR_OK);
    assert_int_equal(replica_counts(f->s, &counts), ERR_OK);
    assert_int_equal(counts.records, 1);
}

static void dropping_derived_tables_can_be_rolled_back(void **state)
{
    struct store_fixture *f = *state;
    struct slice id = slice_text("123456789012345678901234"), v;
    assert_int_equal(replica_put(f->s, ENTITY_RECORD, id, slice_text("canon")), ERR_OK);
    assert_int_equal(store_begin(f->s), ERR_OK);
    assert_int_equal(store_drop_derived(f->s), ERR_OK);
    store_rollback(f->s);
    assert_int_equal(replica_get(f->s, ENTITY_RECORD, id, &f->arena, &v), ERR_OK);
    assert_true(slice_equal(v, slice_text("canon")));
}

static void after_a_failed_fsync_the_store_does_nothing_more(void **state)
{
    struct store_fixture *f = *state;
    struct oplog_counts counts;
    assert_int_equal(store_begin(f->s), ERR_OK);
    assert_int_equal(query_error(f->s, SQLITE_IOERR_FSYNC), ERR_DISK);
    assert_int_equal(store_commit(f->s), ERR_DISK);
    assert_int_equal(oplog_counts(f->s, &counts), ERR_DISK);
    assert_int_equal(store_drop_derived(f->s), ERR_DISK);
    store_rollback(f->s);
    store_fixture_again(f, STORE_WRITE);
    assert_int_equal(oplog_counts(f->s, &counts), ERR_OK);
}

static void closing_nothing_is_fine(void **state)
{
    (void)state;
    store_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, store_fixture_setup, store_fixture_teardown)
        T(a_new_file_is_wal_with_full_synchronisation_and_8_kib_pages),
        T(every_table_is_strict),
        T(creating_twice_is_refused_and_leaves_the_first),
        T(an_unfinished_creation_is_started_anew),
        T(nothing_there_is_no_data),
        T(a_newer_schema_is_refused),
        T(a_file_that_is_not_sqlite_is_a_damaged_database),
        T(another_programs_database_is_refused),
        T(a_truncated_file_is_found_damaged),
        T(overwritten_pages_are_found_by_the_integrity_check),
        T(a_reader_sees_what_is_committed_and_cannot_write),
        T(a_second_writer_is_told_that_it_is_locked),
        T(a_directory_that_cannot_be_written_is_read_only),
        T(a_full_disk_is_said_and_nothing_committed_is_lost),
        T(what_stood_in_the_log_is_in_the_file_once_it_is_opened),
        T(what_sqlite_rolled_back_takes_nothing_more),
        T(dropping_derived_tables_leaves_log_and_local_ones),
        T(dropping_derived_tables_can_be_rolled_back),
        T(after_a_failed_fsync_the_store_does_nothing_more),
        T(closing_nothing_is_fine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
