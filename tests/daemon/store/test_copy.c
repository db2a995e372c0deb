#include "daemon/store/copy.h"

#include "daemon/store/local.h"
#include "daemon/store/query.h"
#include "daemon/store/replica.h"
#include "tests/help/store_fixture.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static void path_of(const struct store_fixture *f, char out[128])
{
    snprintf(out, 128, "%s/copy.db", f->dir);
}

static void exec_outside(const char *path, const char *sql)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

/* Three commits, two entities, a site of our own, an open invitation and a used one. */
static void fill(struct store_fixture *f)
{
    struct store_author a;
    struct invitation in = {.ally_name = slice_text("Ritimo"), .expires_ms = 1900000000000};
    struct own_site own = {
        .name = slice_text("citego"), .guard_path = slice_text("/nowhere/x.guard"), .incarnation = 5};
    uint8_t record[24] = {1}, concept[CONCEPT_BYTES] = {2};
    store_author_init(&a, 1, 5);
    memcpy(own.site, a.key.pub, SITE_BYTES);
    own.before_seq = 2;
    assert_int_equal(store_begin(f->s), ERR_OK);
    for (int i = 0; i < 3; i++)
        store_author_put(&a, f->s, 2);
    assert_int_equal(replica_put(f->s, ENTITY_RECORD, slice_of(record, 24), slice_text("a record")), ERR_OK);
    assert_int_equal(replica_put(f->s, ENTITY_CONCEPT, slice_of(concept, CONCEPT_BYTES), slice_text("a concept")),
                     ERR_OK);
    assert_int_equal(local_put_site(f->s, &own), ERR_OK);
    assert_int_equal(local_put_invitation(f->s, &in), ERR_OK);
    memset(in.secret_key, 1, SITE_BYTES);
    memset(in.used_by, 2, SITE_BYTES);
    assert_int_equal(local_put_invitation(f->s, &in), ERR_OK);
    assert_int_equal(store_commit(f->s), ERR_OK);
}

static err_t check_at(const char *path, uint64_t *commits, uint8_t digest[HASH_BYTES], struct why *why)
{
    struct store *s = NULL;
    err_t e = store_open(path, STORE_READ, &s, why);
    if (!e)
        e = copy_check(s, commits, digest, why);
    store_close(s);
    return e;
}

/* Made by a connection that only reads, while the writer is in the middle of a transaction. */
static void make_copy(struct store_fixture *f, char path[128])
{
    struct store *reader = NULL;
    struct why why = {0};
    path_of(f, path);
    assert_int_equal(store_open(f->path, STORE_READ, &reader, &why), ERR_OK);
    assert_int_equal(copy_make(reader, path, &why), ERR_OK);
    store_close(reader);
}

static void a_copy_is_whole_while_the_writer_is_in_a_transaction(void **state)
{
    struct store_fixture *f = *state;
    uint8_t digest[HASH_BYTES], now[HASH_BYTES], record[24] = {9};
    uint64_t commits = 0;
    struct why why = {0};
    char path[128];
    fill(f);
    assert_int_equal(replica_digest(f->s, now), ERR_OK);
    assert_int_equal(store_begin(f->s), ERR_OK);
    assert_int_equal(replica_put(f->s, ENTITY_RECORD, slice_of(record, 24), slice_text("half done")), ERR_OK);
    make_copy(f, path);
    assert_int_equal(check_at(path, &commits, digest, &why), ERR_OK);
    assert_int_equal(commits, 3);
    assert_memory_equal(digest, now, HASH_BYTES);
    assert_int_equal(store_commit(f->s), ERR_OK);
}

static bool file_holds(const char *path, const char *text)
{
    size_t size = store_fixture_size(path);
    char *bytes = malloc(size);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_int_equal(read(fd, bytes, size), size);
    close(fd);
    bool found = memmem(bytes, size, text, strlen(text)) != NULL;
    free(bytes);
    return found;
}

static void what_was_deleted_is_not_in_a_copy(void **state)
{
    struct store_fixture *f = *state;
    char path[128];
    assert_int_equal(local_set(f->s, "x", slice_text("a secret that goes")), ERR_OK);
    assert_int_equal(local_set(f->s, "y", slice_text("what stays")), ERR_OK);
    assert_int_equal(local_set(f->s, "x", slice_text("")), ERR_OK);
    make_copy(f, path);
    assert_true(file_holds(path, "what stays"));
    assert_false(file_holds(path, "a secret that goes"));
}

static void a_file_that_stands_there_is_not_overwritten(void **state)
{
    struct store_fixture *f = *state;
    struct why why = {0};
    char path[128];
    path_of(f, path);
    store_fixture_file(path, "mine", 4);
    assert_int_not_equal(copy_make(f->s, path, &why), ERR_OK);
    assert_int_equal(store_fixture_size(path), 4);
}

static void what_does_not_add_up_is_found(void **state)
{
    struct store_fixture *f = *state;
    static const char *const harm[] = {
        "UPDATE entities SET canon = x'00' WHERE row = 1",
        "UPDATE totals SET digest = zeroblob(32)",
        "UPDATE logs SET id = zeroblob(32)",
        "UPDATE logs SET seq = seq + 1",
        "CREATE TRIGGER t AFTER INSERT ON settings BEGIN DELETE FROM commits; END",
        "CREATE VIEW v AS SELECT 1",
        "CREATE VIRTUAL TABLE w USING fts5(a)",
    };
    uint8_t digest[HASH_BYTES];
    uint64_t commits;
    char path[128];
    fill(f);
    for (size_t i = 0; i < sizeof harm / sizeof *harm; i++) {
        struct why why = {0};
        make_copy(f, path);
        exec_outside(path, harm[i]);
        if (check_at(path, &commits, digest, &why) != ERR_DATABASE)
            fail_msg("not found: %s", harm[i]);
        unlink(path);
    }
}

static void a_settled_copy_opens_a_new_incarnation_and_ends_open_invitations(void **state)
{
    struct store_fixture *f = *state;
    struct store *s = NULL;
    struct why why = {0};
    struct own_site *sites = NULL;
    struct invitation in;
    uint8_t key[SITE_BYTES] = {0};
    size_t n = 0;
    char path[128];
    fill(f);
    make_copy(f, path);
    assert_int_equal(store_open(path, STORE_WRITE, &s, &why), ERR_OK);
    assert_int_equal(copy_settle(s), ERR_OK);
    assert_int_equal(local_sites(s, &f->arena, &sites, &n), ERR_OK);
    assert_int_equal(n, 1);
    assert_int_equal(sites[0].incarnation, 0);
    assert_int_equal(sites[0].before_seq, 0);
    assert_false(slice_equal(sites[0].guard_path, slice_text("/nowhere/x.guard")));
    assert_int_equal(local_invitation(s, key, &f->arena, &in), ERR_OK);
    assert_int_equal(in.expires_ms, 0);
    memset(key, 1, sizeof key);
    assert_int_equal(local_invitation(s, key, &f->arena, &in), ERR_OK);
    assert_int_equal(in.expires_ms, 1900000000000);
    sqlite3_stmt *st = NULL;
    assert_int_equal(sqlite3_prepare_v2(s->db, "PRAGMA journal_mode", -1, &st, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(st), SQLITE_ROW);
    assert_string_equal((const char *)sqlite3_column_text(st, 0), "wal");
    sqlite3_finalize(st);
    store_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_copy_is_whole_while_the_writer_is_in_a_transaction, store_fixture_setup,
                                        store_fixture_teardown),
        cmocka_unit_test_setup_teardown(what_was_deleted_is_not_in_a_copy, store_fixture_setup, store_fixture_teardown),
        cmocka_unit_test_setup_teardown(a_file_that_stands_there_is_not_overwritten, store_fixture_setup,
                                        store_fixture_teardown),
        cmocka_unit_test_setup_teardown(what_does_not_add_up_is_found, store_fixture_setup, store_fixture_teardown),
        cmocka_unit_test_setup_teardown(a_settled_copy_opens_a_new_incarnation_and_ends_open_invitations,
                                        store_fixture_setup, store_fixture_teardown),
    };
    return cmocka_run_group_tests_name("copy", tests, NULL, NULL);
}
