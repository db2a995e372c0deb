#include "tests/help/store_fixture.h"

#include "daemon/store/query.h"
#include "daemon/store/replica_facets.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

/* ids of 24 bytes, with an owner's 8 in front */
#define RECORD_A slice_of("ally-one0123456789abcdef", 24)
#define RECORD_B slice_of("ally-one1123456789abcdef", 24)
#define RECORD_C slice_of("ally-two0123456789abcdef", 24)
#define WATER    slice_of("concept-water---", 16)
#define LAND     slice_of("concept-land----", 16)
#define BOTH     slice_of("concept-land----concept-water---", 32)

static void put(struct store_fixture *f, struct slice id, uint64_t updated, const char *type, const char *langs,
                struct slice terms)
{
    struct record_row r = {.record = id,
                           .source_id = slice_text("42"),
                           .title = slice_text("Un titre"),
                           .updated = updated,
                           .type = slice_text(type),
                           .langs = slice_text(langs),
                           .terms = terms};
    assert_int_equal(replica_put_record(f->s, &r), ERR_OK);
}

static void retire(struct store_fixture *f, struct slice id)
{
    struct record_row r = {.record = id, .updated = 9, .retired = true, .terms = slice_text("")};
    assert_int_equal(replica_put_record(f->s, &r), ERR_OK);
}

/* The letters that the ids differ by: "ABC". */
static void assert_list(struct store_fixture *f, const struct record_filter *filter, size_t limit, const char *want)
{
    struct slice ids[] = {RECORD_A, RECORD_B, RECORD_C};
    struct record_row *rows = NULL;
    size_t n = 99;
    char got[16] = "";
    assert_int_equal(replica_records(f->s, filter, limit, &f->arena, &rows, &n), ERR_OK);
    assert_true(n < sizeof got);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < 3; k++)
            if (slice_equal(rows[i].record, ids[k]))
                got[i] = (char)('A' + k);
    assert_string_equal(got, want);
}

static void put_three(struct store_fixture *f)
{
    put(f, RECORD_C, 5, "experience", "fr", WATER);
    put(f, RECORD_A, 7, "experience", "en fr", BOTH);
    put(f, RECORD_B, 6, "proposal", "de", slice_text(""));
}

static void records_are_listed_page_by_page(void **state)
{
    struct store_fixture *f = *state;
    struct record_filter all = {.order = RECORDS_BY_ID};
    struct record_place after = {0, {0}};
    struct record_row *r = NULL;
    size_t n = 0;
    assert_list(f, &all, 10, "");
    put_three(f);
    assert_list(f, &all, SIZE_MAX, "ABC");
    assert_list(f, &all, 1, "A");
    memcpy(after.record, RECORD_A.at, RECORD_BYTES);
    all.after = &after;
    assert_list(f, &all, 10, "BC");
    assert_int_equal(replica_records(f->s, &all, 1, &f->arena, &r, &n), ERR_OK);
    assert_true(slice_equal(r[0].title, slice_text("Un titre")));
    assert_true(slice_equal(r[0].source_id, slice_text("42")));
    assert_true(slice_equal(r[0].type, slice_text("proposal")));
    assert_true(slice_equal(r[0].langs, slice_text("de")));
    assert_int_equal(r[0].updated, 6);
}

static void records_are_listed_by_their_last_change(void **state)
{
    struct store_fixture *f = *state;
    struct record_place after = {.updated = 6};
    struct record_filter newest = {.order = RECORDS_NEWEST}, oldest = {.order = RECORDS_OLDEST};
    put_three(f);
    assert_list(f, &newest, 10, "ABC");
    assert_list(f, &oldest, 10, "CBA");
    memcpy(after.record, RECORD_B.at, RECORD_BYTES);
    newest.after = oldest.after = &after;
    assert_list(f, &newest, 10, "C");
    assert_list(f, &oldest, 10, "A");
    put(f, RECORD_C, 8, "experience", "fr", WATER); /* what changes goes to the other end */
    assert_list(f, &newest, 10, "");
    assert_list(f, &oldest, 10, "AC");
}

static void records_of_one_moment_come_each_once(void **state)
{
    struct store_fixture *f = *state;
    struct record_place after = {.updated = 5};
    struct record_filter newest = {.order = RECORDS_NEWEST, .after = &after};
    put(f, RECORD_A, 5, "", "", slice_text(""));
    put(f, RECORD_B, 5, "", "", slice_text(""));
    put(f, RECORD_C, 5, "", "", slice_text(""));
    memcpy(after.record, RECORD_B.at, RECORD_BYTES);
    assert_list(f, &newest, 10, "A");
    newest.order = RECORDS_OLDEST;
    assert_list(f, &newest, 10, "C");
}

static void lists_take_every_filter_together_with_every_order(void **state)
{
    static const char *const wants[] = {"AB", "AC", "A", "A", "AC", "A", "AB", "", "A"};
    struct store_fixture *f = *state;
    put_three(f);
    for (unsigned order = RECORDS_BY_ID; order <= RECORDS_OLDEST; order++) {
        struct record_filter asked[9] = {{.ally = slice_text("ally-one")}};
        asked[1].type = asked[3].type = asked[8].type = slice_text("experience");
        asked[2].lang = asked[3].lang = slice_text("en");
        asked[4].concept = asked[7].concept = asked[8].concept = WATER;
        asked[5].concept = LAND;
        asked[6].since = 6;
        asked[7].type = slice_text("proposal");
        asked[8].lang = slice_text("fr");
        asked[8].ally = slice_text("ally-one");
        asked[8].since = 7;
        for (size_t i = 0; i < 9; i++) {
            bool turned = order == RECORDS_OLDEST && strlen(wants[i]) == 2;
            char other[3] = {turned ? wants[i][1] : 0, turned ? wants[i][0] : 0, 0};
            asked[i].order = (enum record_order)order;
            assert_list(f, &asked[i], 10, turned ? other : wants[i]);
        }
    }
}

static void a_language_is_no_part_of_another(void **state)
{
    struct store_fixture *f = *state;
    struct record_filter fr = {.concept = WATER, .lang = slice_text("fr")};
    put(f, RECORD_A, 5, "", "fr-ca pfr", WATER);
    put(f, RECORD_B, 5, "", "de fr", WATER);
    assert_list(f, &fr, 10, "B");
}

static void a_record_that_changes_leaves_the_lists_it_stood_in(void **state)
{
    struct store_fixture *f = *state;
    struct record_filter en = {.lang = slice_text("en")}, land = {.concept = LAND}, all = {.order = RECORDS_BY_ID};
    put_three(f);
    put(f, RECORD_A, 8, "experience", "fr", WATER);
    assert_list(f, &en, 10, "");
    assert_list(f, &land, 10, "");
    assert_int_equal(replica_drop_rows(f->s, ENTITY_RECORD, RECORD_A), ERR_OK);
    assert_list(f, &all, 10, "BC");
}

static void retired_records_are_listed_where_they_are_asked_for(void **state)
{
    struct store_fixture *f = *state;
    struct record_filter all = {.order = RECORDS_BY_ID};
    put_three(f);
    retire(f, RECORD_B);
    assert_list(f, &all, 10, "AC");
    all.retired_too = true;
    assert_list(f, &all, 10, "ABC");
}

static void an_ally_of_all_ones_is_listed_whole(void **state)
{
    struct store_fixture *f = *state;
    uint8_t id[RECORD_BYTES];
    struct record_row *rows = NULL;
    size_t n = 0;
    memset(id, 0xff, sizeof id);
    put(f, slice_of(id, sizeof id), 5, "", "", slice_text(""));
    put(f, RECORD_A, 5, "", "", slice_text(""));
    struct record_filter ally = {.ally = slice_of(id, ALLY_BYTES)};
    for (unsigned order = RECORDS_BY_ID; order <= RECORDS_OLDEST; order++) {
        ally.order = (enum record_order)order;
        assert_int_equal(replica_records(f->s, &ally, 10, &f->arena, &rows, &n), ERR_OK);
        assert_int_equal(n, 1);
    }
}

/* Each list is read off an index, in its order: no table is gone through, and nothing sorted. */
static void no_list_is_sorted(void **state)
{
    struct store_fixture *f = *state;
    char sql[2048];
    unsigned explained = 0;
    put_three(f);
    for (unsigned order = RECORDS_BY_ID; order <= RECORDS_OLDEST; order++) {
        struct record_filter all = {.order = (enum record_order)order};
        assert_list(f, &all, 3, order == RECORDS_OLDEST ? "CBA" : "ABC");
    }
    for (sqlite3_stmt *st = sqlite3_next_stmt(f->s->db, NULL); st; st = sqlite3_next_stmt(f->s->db, st)) {
        sqlite3_stmt *plan = NULL;
        if (!strstr(sqlite3_sql(st), "FROM facets f") || sqlite3_stmt_isexplain(st))
            continue;
        snprintf(sql, sizeof sql, "EXPLAIN QUERY PLAN %s", sqlite3_sql(st));
        assert_int_equal(sqlite3_prepare_v2(f->s->db, sql, -1, &plan, NULL), SQLITE_OK);
        for (explained++; sqlite3_step(plan) == SQLITE_ROW;)
            if (strncmp((const char *)sqlite3_column_text(plan, 3), "SEARCH ", 7) != 0)
                fail_msg("%s", (const char *)sqlite3_column_text(plan, 3));
        sqlite3_finalize(plan);
    }
    assert_int_equal(explained, 3);
}

#define T(name) cmocka_unit_test_setup_teardown(name, store_fixture_setup, store_fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(records_are_listed_page_by_page),
        T(records_are_listed_by_their_last_change),
        T(records_of_one_moment_come_each_once),
        T(lists_take_every_filter_together_with_every_order),
        T(a_language_is_no_part_of_another),
        T(a_record_that_changes_leaves_the_lists_it_stood_in),
        T(retired_records_are_listed_where_they_are_asked_for),
        T(an_ally_of_all_ones_is_listed_whole),
        T(no_list_is_sorted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
