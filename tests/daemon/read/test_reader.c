/* What a thread beside the core reads: the same as the core says, one state at a time, and the authority of now. */
#include "daemon/read/reader.h"
#include "tests/help/core_acts.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "daemon/core/found.h"

static struct reader *reader_of(const struct world *w, size_t at)
{
    char path[256];
    struct reader *r = NULL;
    struct why why = {0};
    snprintf(path, sizeof path, "%s/" DATABASE_NAME, w->sites[at].dir);
    assert_int_equal(reader_open(path, &r, &why), ERR_OK);
    return r;
}

static json_t *read_as(struct reader *r, const char *what, json_t *args)
{
    struct read read;
    read_fn *run = read_find(what);
    assert_non_null(run);
    assert_int_equal(reader_begin(r, &read), ERR_OK);
    read.lang = "en";
    read.args = args;
    assert_int_equal(run(&read), ERR_OK);
    json_t *out = json_incref(read.result);
    reader_end(r, &read);
    json_decref(args);
    return out;
}

static void it_reads_what_the_core_says(void **state)
{
    (void)state;
    struct world *w = world_alliance(91, 2);
    char id[64];
    world_record(w, 0, "r1", "Un jardin", id);
    assert_true(world_settle(w, 60000));
    struct reader *r = reader_of(w, 1);
    static const char *const whats[] = {"record.show", "record.history"};
    for (size_t i = 0; i < 2; i++) {
        json_t *ours = world_do(w, 1, whats[i], json_pack("{s:s}", "id", id));
        json_t *theirs = read_as(r, whats[i], json_pack("{s:s}", "id", id));
        assert_true(json_equal(ours, theirs));
        json_decref(ours);
        json_decref(theirs);
    }
    reader_close(r);
    world_free(w);
}

static void a_write_is_seen_by_the_next_reading_and_not_by_the_one_under_way(void **state)
{
    (void)state;
    struct world *w = world_alliance(92, 2);
    char id[64];
    world_record(w, 0, "r1", "One", id);
    struct reader *r = reader_of(w, 0);
    struct read read;
    assert_int_equal(reader_begin(r, &read), ERR_OK);
    read.lang = "en";
    struct replica_counts counts;
    assert_int_equal(replica_counts(read.store, &counts), ERR_OK);
    world_record(w, 0, "r2", "Two", id);
    assert_int_equal(read_find("record.list")(&read), ERR_OK);
    assert_int_equal(json_array_size(json_object_get(read.result, "records")), 1);
    reader_end(r, &read);
    json_t *after = read_as(r, "record.list", NULL);
    assert_int_equal(json_array_size(json_object_get(after, "records")), 2);
    json_decref(after);
    reader_close(r);
    world_free(w);
}

/* The authority is kept from one reading to the next as long as nothing changed it. */
static void an_ally_that_came_later_is_named(void **state)
{
    (void)state;
    struct world *w = world_alliance(93, 2);
    struct reader *r = reader_of(w, 0);
    struct read read;
    assert_int_equal(reader_begin(r, &read), ERR_OK);
    size_t before = read.authority->allies_n;
    reader_end(r, &read);
    assert_int_equal(before, 2);
    char *code = world_invite(w, "gamma", 3600);
    size_t at = world_newcomer(w, "gamma", code);
    free(code);
    assert_true(world_settle(w, 120000));
    char id[64];
    world_record(w, at, "r9", "Neuf", id);
    assert_true(world_settle(w, 60000));
    json_t *shown = read_as(r, "record.show", json_pack("{s:s}", "id", id));
    assert_string_equal(json_string_value(json_object_get(shown, "ally_name")), "gamma");
    json_decref(shown);
    reader_close(r);
    world_free(w);
}

static void it_cannot_write(void **state)
{
    (void)state;
    struct world *w = world_alliance(94, 1);
    struct reader *r = reader_of(w, 0);
    struct read read;
    assert_int_equal(reader_begin(r, &read), ERR_OK);
    struct record_row row = {
        .record = slice_text("012345678901234567890123"), .source_id = slice_text(""), .title = slice_text("x")};
    assert_int_not_equal(replica_put_record(read.store, &row), ERR_OK);
    reader_end(r, &read);
    reader_close(r);
    world_free(w);
}

static void its_state_is_another_one_once_somebody_has_committed(void **state)
{
    (void)state;
    struct world *w = world_alliance(94, 2);
    char id[64];
    int64_t before = 0, same = 0, after = 0;
    world_record(w, 0, "r1", "One", id);
    struct reader *r = reader_of(w, 0);
    assert_int_equal(reader_state(r, &before), ERR_OK);
    json_decref(read_as(r, "record.show", json_pack("{s:s}", "id", id)));
    assert_int_equal(reader_state(r, &same), ERR_OK);
    assert_int_equal(same, before);
    world_record(w, 0, "r2", "Two", id);
    assert_int_equal(reader_state(r, &after), ERR_OK);
    assert_int_not_equal(after, before);
    reader_close(r);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_reads_what_the_core_says),
        cmocka_unit_test(its_state_is_another_one_once_somebody_has_committed),
        cmocka_unit_test(a_write_is_seen_by_the_next_reading_and_not_by_the_one_under_way),
        cmocka_unit_test(an_ally_that_came_later_is_named),
        cmocka_unit_test(it_cannot_write),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
