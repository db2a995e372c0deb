/* What harvesters are told: dated by when this site came to show it, whoever wrote it when; a rebuild is no news. */
#include "daemon/store/feed.h"
#include "tests/help/core_acts.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "protocol/base/base32.h"

static int64_t now_s(const struct world *w)
{
    return (WORLD_START_MS + w->now) / 1000;
}

static struct feed_row row_of(struct world *w, size_t at, const char *id)
{
    uint8_t record[RECORD_BYTES];
    struct feed_row row;
    assert_int_equal(base32_decode(slice_text(id), record, sizeof record), ERR_OK);
    assert_int_equal(feed_of(w->sites[at].core->store, slice_of(record, sizeof record), &row), ERR_OK);
    return row;
}

static void what_arrives_late_is_dated_by_its_arrival(void **state)
{
    (void)state;
    struct world *w = world_alliance(301, 2);
    char id[64];
    world_block(w, 0, 1, true);
    world_record(w, 0, "r1", "Un jardin", id);
    struct feed_row author = row_of(w, 0, id);
    assert_true(author.at_s > now_s(w) && author.at_s <= now_s(w) + 1);
    world_run(w, 3600 * 1000);
    int64_t healed = now_s(w);
    world_heal(w);
    assert_true(world_settle(w, 600000));
    struct feed_row reader = row_of(w, 1, id);
    assert_true(reader.at_s > healed);
    assert_int_equal(row_of(w, 0, id).at_s, author.at_s);
    world_free(w);
}

static void a_rebuild_is_no_news(void **state)
{
    (void)state;
    struct world *w = world_alliance(302, 1);
    char id[64];
    world_record(w, 0, "r1", "Un jardin", id);
    struct feed_row before = row_of(w, 0, id);
    world_run(w, 60000);
    json_decref(world_do(w, 0, "rebuild", NULL));
    struct feed_row after = row_of(w, 0, id);
    assert_int_equal(after.serial, before.serial);
    assert_int_equal(after.at_s, before.at_s);
    world_free(w);
}

static void each_change_is_news_and_writing_the_same_again_is_none(void **state)
{
    (void)state;
    struct world *w = world_alliance(303, 1);
    char id[64];
    world_record(w, 0, "r1", "Un jardin", id);
    struct feed_row first = row_of(w, 0, id);
    world_run(w, 5000);
    world_record(w, 0, "r1", "Un jardin", id);
    assert_int_equal(row_of(w, 0, id).serial, first.serial);
    world_retitle(w, 0, id, "Deux jardins");
    struct feed_row second = row_of(w, 0, id);
    assert_true(second.serial > first.serial && second.at_s >= first.at_s + 5);
    world_run(w, 5000);
    json_decref(world_do(w, 0, "record.retire", json_pack("{s:s}", "id", id)));
    struct feed_row third = row_of(w, 0, id);
    assert_true(third.serial > second.serial && third.at_s >= second.at_s + 5);
    world_free(w);
}

/* What an ally wrote beyond its cut goes, and whoever harvested it is to hear of that. */
static void what_a_cut_takes_away_is_news(void **state)
{
    (void)state;
    struct world *w = world_alliance(304, 2);
    struct core_author a;
    char id[64];
    core_author_init(&a, w, 1, 77);
    struct head none = core_head(&a);
    assert_int_equal(core_author_tell(&a, w, 0, 5, "Ailleurs", NULL), ERR_OK);
    core_author_record(&a, 5, id);
    struct feed_row there = row_of(w, 0, id);
    world_run(w, 5000);
    core_suspend(w, 0, &a, &none, 0);
    struct feed_row gone = row_of(w, 0, id);
    assert_true(gone.serial > there.serial && gone.at_s >= there.at_s + 5);
    world_run(w, 5000);
    core_lift(w, 0, &a);
    assert_true(row_of(w, 0, id).serial > gone.serial);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_arrives_late_is_dated_by_its_arrival),
        cmocka_unit_test(a_rebuild_is_no_news),
        cmocka_unit_test(each_change_is_news_and_writing_the_same_again_is_none),
        cmocka_unit_test(what_a_cut_takes_away_is_news),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
