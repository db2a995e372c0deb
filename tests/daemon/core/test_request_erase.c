/* Erasures as one asks for them and sees them done. */
#include "tests/help/core_world.h"

#include "daemon/core/found.h"

#include <setjmp.h>
#include <stdarg.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define SECRET "Monsieur Untel, 06 12 34 56 78"

/* The dot of the last change of a record. */
static void last_dot(struct world *w, size_t at, const char *id, char dot[40])
{
    json_t *r = world_do(w, at, "record.history", json_pack("{s:s}", "id", id)), *h = json_object_get(r, "history");
    assert_true(json_array_size(h) > 0);
    snprintf(dot, 40, "%s", json_string_value(json_object_get(json_array_get(h, json_array_size(h) - 1), "dot")));
    json_decref(r);
}

static json_t *asking(const char *dot)
{
    return json_pack("{s:[s], s:s}", "dots", dot, "reason", "à sa demande");
}

static size_t open_erasures(struct world *w, size_t at)
{
    json_t *r = world_do(w, at, "erasures", NULL);
    size_t n = world_number(r, "open");
    json_decref(r);
    return n;
}

/* In how many cells of all tables of a site's database the text stands. */
static size_t cells_with(struct world *w, size_t at, const char *text)
{
    char path[256], sql[512];
    sqlite3 *db = NULL;
    sqlite3_stmt *tables = NULL;
    size_t found = 0;
    snprintf(path, sizeof path, "%s/%s", w->sites[at].dir, DATABASE_NAME);
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(
        sqlite3_prepare_v2(
            db, "SELECT m.name, p.name FROM sqlite_schema m, pragma_table_info(m.name) p WHERE m.type = 'table'", -1,
            &tables, NULL),
        SQLITE_OK);
    while (sqlite3_step(tables) == SQLITE_ROW) {
        sqlite3_stmt *one = NULL;
        snprintf(sql, sizeof sql, "SELECT count(*) FROM \"%s\" WHERE instr(CAST(\"%s\" AS BLOB), CAST(?1 AS BLOB)) > 0",
                 (const char *)sqlite3_column_text(tables, 0), (const char *)sqlite3_column_text(tables, 1));
        if (sqlite3_prepare_v2(db, sql, -1, &one, NULL) != SQLITE_OK)
            continue; /* a virtual table's own */
        sqlite3_bind_text(one, 1, text, -1, SQLITE_STATIC);
        if (sqlite3_step(one) == SQLITE_ROW)
            found += (size_t)sqlite3_column_int64(one, 0);
        sqlite3_finalize(one);
    }
    sqlite3_finalize(tables);
    sqlite3_close(db);
    return found;
}

static void what_is_erased_stands_in_no_table_and_all_attest(void **state)
{
    (void)state;
    struct world *w = world_alliance(321, 3);
    char id[64], dot[40];
    world_record(w, 1, "s1", SECRET, id);
    assert_true(world_settle(w, 10000));
    for (size_t i = 0; i < 3; i++)
        assert_true(cells_with(w, i, SECRET) > 0);
    last_dot(w, 1, id, dot);
    world_stop(w, 2);
    world_refused(w, 0, "erase", asking(dot), "who");
    json_t *r = world_do(w, 1, "erase", asking(dot));
    assert_int_equal(json_array_size(json_object_get(r, "erased")), 1);
    json_decref(r);
    world_run(w, 5000);
    assert_int_equal(open_erasures(w, 0), 1);
    assert_true(world_has_problem(w, 0, "erase_waiting"));
    assert_int_equal(cells_with(w, 0, SECRET), 0);
    assert_int_equal(cells_with(w, 1, SECRET), 0);
    assert_int_equal(world_start(w, 2), ERR_OK);
    assert_true(world_settle(w, 60000));
    world_run(w, 5000);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(cells_with(w, i, SECRET), 0);
        assert_int_equal(open_erasures(w, i), 0);
        assert_false(world_has_problem(w, i, "erase_waiting"));
        world_verify(w, i);
    }
    r = world_do(w, 0, "erasures", NULL);
    assert_int_equal(json_array_size(json_object_get(json_array_get(json_object_get(r, "erasures"), 0), "attested")),
                     3);
    json_decref(r);
    world_refused(w, 1, "erase", asking(dot), "nothing_to_do");
    world_free(w);
}

static void requests_are_refused_with_their_reason(void **state)
{
    (void)state;
    struct world *w = world_alliance(322, 1);
    char id[64], dot[40];
    world_record(w, 0, "s1", "Jardin", id);
    last_dot(w, 0, id, dot);
    json_t *r = world_do(w, 0, "erasures", NULL);
    assert_int_equal(json_array_size(json_object_get(r, "erasures")), 0);
    json_decref(r);
    world_refused(w, 0, "erase", json_pack("{s:[s]}", "dots", dot), "usage_missing");
    r = world_do(w, 0, "erase", asking(dot));
    snprintf(dot, sizeof dot, "%s", json_string_value(json_object_get(r, "dot")));
    json_decref(r);
    world_refused(w, 0, "erase", asking(dot), "not_erasable");
    world_refused(w, 0, "erase", asking("aaaaaaaaaaaaaaaaaaaaaaaaaa-0"), "not_found");
    world_refused(w, 0, "erase", asking("pas un point"), "range");
    world_refused(w, 0, "erase", json_pack("{s:[], s:s}", "dots", "reason", "x"), "usage_missing");
    world_free(w);
}

/* The role acts for people who are in no alliance, whoever wrote of them. */
static void data_protection_erases_what_others_wrote(void **state)
{
    (void)state;
    struct world *w = world_alliance(323, 3);
    char id[64], dot[40], charter[64];
    world_record(w, 1, "s1", SECRET, id);
    assert_true(world_settle(w, 10000));
    json_t *r = world_do(w, 0, "charter.propose", json_pack("{s:{s:s}}", "roles", "data_protection", "gamma"));
    snprintf(charter, sizeof charter, "%s", json_string_value(json_object_get(r, "id")));
    json_decref(r);
    world_run(w, 1000);
    json_decref(world_do(w, 1, "charter.sign", json_pack("{s:s}", "id", charter)));
    assert_true(world_settle(w, 10000));
    last_dot(w, 2, id, dot);
    json_decref(world_do(w, 2, "erase", asking(dot)));
    assert_true(world_settle(w, 30000));
    world_run(w, 3000);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(cells_with(w, i, SECRET), 0);
        assert_int_equal(open_erasures(w, i), 0);
    }
    world_free(w);
}

/* What asks for the erasure may come before what is erased, whose body is gone from the start: there is nothing to purge, and all to attest. */
static void a_site_that_joins_after_an_erasure_attests_it_in_whatever_order_it_comes(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 6; seed++) {
        struct world *w = world_alliance(390 + seed, 2);
        char id[64], dot[40];
        world_record(w, 0, "s1", SECRET, id);
        last_dot(w, 0, id, dot);
        /* Another log asks. */
        world_stop(w, 0);
        world_boot(w, 0);
        assert_int_equal(world_start(w, 0), ERR_OK);
        json_decref(world_do(w, 0, "erase", asking(dot)));
        assert_true(world_settle(w, 60000));
        size_t late = world_add(w, "gamma");
        world_join(w, late, NULL);
        assert_int_equal(world_start(w, late), ERR_OK);
        assert_true(world_settle(w, 60000));
        world_run(w, 3000);
        assert_true(world_settle(w, 60000));
        for (size_t i = 0; i < 3; i++)
            assert_int_equal(open_erasures(w, i), 0);
        world_free(w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_erased_stands_in_no_table_and_all_attest),
        cmocka_unit_test(requests_are_refused_with_their_reason),
        cmocka_unit_test(data_protection_erases_what_others_wrote),
        cmocka_unit_test(a_site_that_joins_after_an_erasure_attests_it_in_whatever_order_it_comes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
