/* A file as an older program left it: what it lacks is made, what it has stays. */
#include "daemon/store/feed.h"
#include "daemon/store/local.h"
#include "daemon/store/query.h"
#include "daemon/store/schema.h"
#include "tests/help/store_fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void outside(const char *path, const char *sql)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

/* Every table and index, by its SQL. */
static char *shape_of(struct store *s)
{
    sqlite3_stmt *st = NULL;
    char *out = sqlite3_mprintf("");
    assert_int_equal(
        sqlite3_prepare_v2(s->db, "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name", -1, &st, NULL),
        SQLITE_OK);
    while (sqlite3_step(st) == SQLITE_ROW)
        out = sqlite3_mprintf("%z%s;\n", out, sqlite3_column_text(st, 0));
    sqlite3_finalize(st);
    return out;
}

static void what_an_older_file_lacks_is_made_and_what_it_has_stays(void **state)
{
    struct store_fixture *f = *state;
    struct slice kept;
    char *wanted = shape_of(f->s);
    assert_int_equal(local_set(f->s, "mine", slice_text("stays")), ERR_OK);
    store_close(f->s);
    f->s = NULL;
    outside(f->path,
            "DROP TABLE feed; DROP TABLE tokens; DROP INDEX answers_at; DROP TABLE changed; DROP TABLE records;"
            "CREATE TABLE records (record BLOB, title TEXT); PRAGMA user_version = 1");
    struct why why = {0};
    struct store *reader = NULL;
    assert_int_equal(store_open(f->path, STORE_READ, &reader, &why), ERR_LOCKED);
    assert_int_equal(store_open(f->path, STORE_WRITE, &f->s, &why), ERR_OK);
    char *found = shape_of(f->s);
    assert_string_equal(found, wanted);
    assert_int_equal(local_get(f->s, "mine", &f->arena, &kept), ERR_OK);
    assert_true(slice_equal(kept, slice_text("stays")));
    assert_int_equal(store_open(f->path, STORE_READ, &reader, &why), ERR_OK);
    store_close(reader);
    sqlite3_free(found);
    sqlite3_free(wanted);
}

static void a_file_of_today_is_left_alone(void **state)
{
    struct store_fixture *f = *state;
    struct feed_span span;
    outside(f->path, "INSERT INTO feed (record, at_s, hash, last) VALUES (x'01', 5, x'', 1)");
    store_fixture_again(f, STORE_WRITE);
    assert_int_equal(feed_span(f->s, &span), ERR_OK);
    assert_int_equal(span.newest_s, 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_an_older_file_lacks_is_made_and_what_it_has_stays, store_fixture_setup,
                                        store_fixture_teardown),
        cmocka_unit_test_setup_teardown(a_file_of_today_is_left_alone, store_fixture_setup, store_fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
