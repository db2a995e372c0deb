/* What comes in from outside, commit by commit: what is taken, refused, held. */
#include "tests/help/core_author.h"

#include "daemon/store/query.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

/* A lone founder with one more ally, and an author of a new log of the second site. */
struct scene {
    struct world *w;
    struct core_author a;
};

static void open_scene(struct scene *s, size_t n)
{
    s->w = world_alliance(11, n);
    core_author_init(&s->a, s->w, n - 1, 77);
}

static uint64_t status_number(struct world *w, size_t at, const char *key)
{
    json_t *r = world_do(w, at, "status", NULL);
    uint64_t n = world_number(r, key);
    json_decref(r);
    return n;
}

static void assert_title(const struct scene *s, size_t at, unsigned number, const char *expected)
{
    char id[64], title[64];
    core_author_record(&s->a, number, id);
    world_title(s->w, at, id, title);
    assert_string_equal(title, expected);
}

static uint64_t head_of(const struct scene *s, size_t at, err_t *held)
{
    struct log_head head = {0};
    err_t e = oplog_head(s->w->sites[at].core->store, &s->a.log, &head);
    assert_true(e == ERR_OK || e == ERR_NOT_FOUND);
    if (held)
        *held = head.held;
    return head.seq;
}

static void a_commit_counts_once_however_often_it_comes(void **state)
{
    (void)state;
    struct scene s;
    open_scene(&s, 2);
    uint64_t before = status_number(s.w, 0, "commits");
    struct buf one = core_author_put(&s.a, 1, "Un", NULL);
    for (int i = 0; i < 3; i++)
        assert_int_equal(core_author_give(s.w, 0, buf_slice(&one), 7), ERR_OK);
    assert_int_equal(status_number(s.w, 0, "commits"), before + 1);
    assert_title(&s, 0, 1, "Un");
    world_verify(s.w, 0);
    buf_fini(&one);
    world_free(s.w);
}

static void a_gap_waits_for_what_lies_between(void **state)
{
    (void)state;
    struct scene s;
    open_scene(&s, 2);
    struct buf one = core_author_put(&s.a, 1, "Un", NULL), two = core_author_put(&s.a, 2, "Deux", NULL);
    assert_int_equal(core_author_give(s.w, 0, buf_slice(&two), 7), ERR_GAP);
    assert_int_equal(head_of(&s, 0, NULL), 0);
    assert_int_equal(core_author_give(s.w, 0, buf_slice(&one), 7), ERR_OK);
    assert_int_equal(core_author_give(s.w, 0, buf_slice(&two), 7), ERR_OK);
    assert_int_equal(head_of(&s, 0, NULL), 2);
    buf_fini(&one);
    buf_fini(&two);
    world_free(s.w);
}

/* Whoever relays a broken copy must not stop the log: nobody signed those bytes. */
static void a_bad_signature_is_refused_and_the_log_goes_on(void **state)
{
    (void)state;
    struct scene s;
    open_scene(&s, 2);
    struct core_twist bad = {.signature = true, .aside = true};
    err_t held;
    assert_int_equal(core_author_tell(&s.a, s.w, 0, 1, "Faux", &bad), ERR_SIGNATURE);
    assert_int_equal(head_of(&s, 0, &held), 0);
    assert_int_equal(held, ERR_OK);
    assert_int_equal(core_author_tell(&s.a, s.w, 0, 1, "Vrai", NULL), ERR_OK);
    assert_title(&s, 0, 1, "Vrai");
    world_free(s.w);
}

static void a_commit_of_another_alliance_or_an_unknown_site_is_refused(void **state)
{
    (void)state;
    struct scene s;
    struct core_author stranger;
    struct core_twist bad = {.alliance = true, .aside = true};
    open_scene(&s, 2);
    core_author_init(&stranger, s.w, WORLD_SITES + 1, 5);
    assert_int_equal(core_author_tell(&s.a, s.w, 0, 1, "Ailleurs", &bad), ERR_ALLIANCE);
    assert_int_equal(core_author_tell(&stranger, s.w, 0, 1, "Inconnu", NULL), ERR_STANDING);
    assert_int_equal(core_author_tell(&s.a, s.w, 0, 1, "Ici", NULL), ERR_OK);
    world_free(s.w);
}

static void check_held(const struct core_twist *twist, err_t why)
{
    struct scene s;
    err_t held;
    open_scene(&s, 2);
    assert_int_equal(core_author_tell(&s.a, s.w, 0, 1, "Un", NULL), ERR_OK);
    assert_int_equal(core_author_tell(&s.a, s.w, 0, 2, "Deux", twist), why);
    assert_int_equal(head_of(&s, 0, &held), 1);
    assert_int_equal(held, why);
    assert_int_equal(world_noted(s.w, 0, "log.held"), 1);
    assert_int_equal(status_number(s.w, 0, "held"), 1);
    /* Whatever came first, the commit that fits is taken, and the log is held no more: else the order of arrival would decide. */
    assert_int_equal(core_author_tell(&s.a, s.w, 0, 3, "Trois", NULL), ERR_OK);
    assert_title(&s, 0, 1, "Un");
    assert_title(&s, 0, 3, "Trois");
    assert_int_equal(status_number(s.w, 0, "held"), 0);
    char id[64];
    world_record(s.w, 1, "autre", "Autre", id);
    world_run(s.w, 1000);
    json_decref(world_do(s.w, 0, "record.show", json_pack("{s:s}", "id", id)));
    world_verify(s.w, 0);
    world_free(s.w);
}

static void a_wrong_predecessor_holds_its_log(void **state)
{
    (void)state;
    check_held(&(struct core_twist){.prev = true, .aside = true}, ERR_BRANCH);
}

static void a_clock_that_does_not_increase_holds_its_log(void **state)
{
    (void)state;
    check_held(&(struct core_twist){.clock_stands = true, .aside = true}, ERR_CLOCK);
}

static void two_commits_at_one_place_end_the_log_before_it(void **state)
{
    (void)state;
    struct scene s;
    err_t held;
    open_scene(&s, 2);
    assert_int_equal(core_author_tell(&s.a, s.w, 0, 1, "Un", NULL), ERR_OK);
    struct buf rival = core_author_put(&s.a, 2, "Deux bis", &(struct core_twist){.aside = true});
    assert_int_equal(core_author_tell(&s.a, s.w, 0, 2, "Deux", NULL), ERR_OK);
    assert_int_equal(core_author_give(s.w, 0, buf_slice(&rival), 7), ERR_FORK);
    assert_int_equal(core_author_give(s.w, 0, buf_slice(&rival), 7), ERR_FORK);
    assert_int_equal(head_of(&s, 0, &held), 1);
    assert_int_equal(held, ERR_FORK);
    assert_int_equal(core_author_tell(&s.a, s.w, 0, 3, "Trois", NULL), ERR_FORK);
    assert_title(&s, 0, 1, "Un");
    assert_int_equal(world_noted(s.w, 0, "fork.proved"), 1);
    /* Another log of the same site, and other sites, go on. */
    struct core_author again;
    core_author_init(&again, s.w, 1, 78);
    assert_int_equal(core_author_tell(&again, s.w, 0, 4, "Quatre", NULL), ERR_OK);
    world_verify(s.w, 0);
    buf_fini(&rival);
    world_free(s.w);
}

/* A forged copy of a known place proves nothing. */
static void a_forged_rival_is_no_fork(void **state)
{
    (void)state;
    struct scene s;
    err_t held;
    open_scene(&s, 2);
    struct buf rival = core_author_put(&s.a, 1, "Faux", &(struct core_twist){.aside = true, .signature = true});
    assert_int_equal(core_author_tell(&s.a, s.w, 0, 1, "Un", NULL), ERR_OK);
    assert_int_equal(core_author_give(s.w, 0, buf_slice(&rival), 7), ERR_SIGNATURE);
    head_of(&s, 0, &held);
    assert_int_equal(held, ERR_OK);
    buf_fini(&rival);
    world_free(s.w);
}

static void digests(struct world *w, size_t at, char state[80])
{
    json_t *r = world_do(w, at, "status", NULL);
    snprintf(state, 80, "%s", json_string_value(json_object_get(r, "digest")));
    json_decref(r);
}

static void check_hole(unsigned body)
{
    struct scene s;
    open_scene(&s, 2);
    struct core_author twin = s.a;
    char hole[80], filled[80], id[64];
    struct buf broken = core_author_put(&s.a, 1, "Un", &(struct core_twist){.body = body});
    struct buf whole = core_author_put(&twin, 1, "Un", NULL);
    assert_int_equal(core_author_give(s.w, 0, buf_slice(&broken), 7), ERR_OK);
    assert_int_equal(status_number(s.w, 0, "holes"), 1);
    digests(s.w, 0, hole);
    world_verify(s.w, 0);
    /* A second peer that lacks it too changes nothing; one that has it fills the hole, and the digest follows at once. */
    assert_int_equal(core_author_give(s.w, 0, buf_slice(&broken), 8), ERR_OK);
    assert_int_equal(status_number(s.w, 0, "holes"), 1);
    assert_int_equal(core_author_give(s.w, 0, buf_slice(&whole), 9), ERR_OK);
    assert_int_equal(status_number(s.w, 0, "holes"), 0);
    assert_title(&s, 0, 1, "Un");
    digests(s.w, 0, filled);
    assert_string_not_equal(hole, filled);
    json_t *r = world_do(s.w, 0, "rebuild", NULL);
    assert_true(json_is_true(json_object_get(r, "same")));
    assert_string_equal(json_string_value(json_object_get(r, "after")), filled);
    json_decref(r);
    core_author_record(&s.a, 1, id);
    world_verify(s.w, 0);
    buf_fini(&broken);
    buf_fini(&whole);
    world_free(s.w);
}

static void a_body_that_does_not_match_is_a_hole_until_a_peer_fills_it(void **state)
{
    (void)state;
    check_hole(1);
}

static void an_erasure_that_nobody_ordered_is_a_hole(void **state)
{
    (void)state;
    check_hole(2);
}

static void a_body_not_held_is_a_hole(void **state)
{
    (void)state;
    check_hole(3);
}

/* The same commit for ever: memory must not grow with it. */
static void repeated_commits_cost_no_memory(void **state)
{
    (void)state;
    struct scene s;
    open_scene(&s, 2);
    struct buf one = core_author_put(&s.a, 1, "Un", NULL);
    struct buf again[1] = {one};
    for (int i = 0; i < 300; i++)
        assert_int_equal(core_author_give(s.w, 0, buf_slice(&again[0]), 7), ERR_OK);
    size_t blocks = 0;
    for (const void *const *b = (const void *const *)s.w->sites[0].core->scratch.first; b; b = *b)
        blocks++;
    assert_true(blocks <= 4);
    buf_fini(&one);
    world_free(s.w);
}

/* As if the disk were full: no page more than there are, or any number again. */
static void fill_disk(struct world *w, size_t at, bool full)
{
    sqlite3 *db = w->sites[at].core->store->db;
    assert_int_equal(
        sqlite3_exec(db, full ? "PRAGMA max_page_count = 1" : "PRAGMA max_page_count = 1073741823", NULL, NULL, NULL),
        SQLITE_OK);
}

static json_t *long_record(int number)
{
    char *text = calloc(30001, 1);
    assert_non_null(text);
    memset(text, 'x', 30000);
    json_t *record =
        json_pack("{s:o, s:s, s:s}", "source_id", json_sprintf("long%d", number), "title", "Long", "abstract", text);
    free(text);
    return record;
}

static json_t *long_lines(void)
{
    json_t *lines = json_array();
    for (int i = 0; i < 20; i++)
        json_array_append_new(lines, json_pack("{s:i, s:o}", "line", i, "record", long_record(i)));
    return json_pack("{s:s, s:o}", "mode", "import", "lines", lines);
}

static void a_full_disk_refuses_a_write_whole_and_the_next_one_goes_in(void **state)
{
    (void)state;
    struct scene s;
    open_scene(&s, 2);
    uint64_t commits = status_number(s.w, 1, "commits"), incarnation = s.w->sites[1].core->own[0].row.incarnation;
    fill_disk(s.w, 1, true);
    world_refused(s.w, 1, "record.write", long_lines(), "disk_full");
    assert_int_equal(status_number(s.w, 1, "commits"), commits);
    assert_int_equal(status_number(s.w, 1, "records"), 0);
    world_verify(s.w, 1);
    fill_disk(s.w, 1, false);
    json_t *r = world_do(s.w, 1, "record.write", long_lines());
    assert_int_equal(world_number(r, "added"), 20);
    json_decref(r);
    assert_true(incarnation == s.w->sites[1].core->own[0].row.incarnation);
    assert_true(world_settle(s.w, 30000));
    world_verify(s.w, 0);
    world_free(s.w);
}

static void a_full_disk_takes_nothing_in_until_there_is_room_again(void **state)
{
    (void)state;
    struct scene s;
    open_scene(&s, 2);
    fill_disk(s.w, 1, true);
    json_decref(world_do(s.w, 0, "record.write", long_lines()));
    for (int i = 0; i < 200; i++)
        json_decref(world_do(
            s.w, 0, "record.write",
            json_pack("{s:s, s:[{s:i, s:o}]}", "mode", "add", "lines", "line", 1, "record", long_record(100 + i))));
    world_run(s.w, 5000);
    assert_int_equal(status_number(s.w, 1, "records"), 0);
    fill_disk(s.w, 1, false);
    assert_true(world_settle(s.w, 60000));
    assert_int_equal(status_number(s.w, 1, "records"), 220);
    world_verify(s.w, 1);
    world_free(s.w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_commit_counts_once_however_often_it_comes),
        cmocka_unit_test(a_gap_waits_for_what_lies_between),
        cmocka_unit_test(a_bad_signature_is_refused_and_the_log_goes_on),
        cmocka_unit_test(a_commit_of_another_alliance_or_an_unknown_site_is_refused),
        cmocka_unit_test(a_wrong_predecessor_holds_its_log),
        cmocka_unit_test(a_clock_that_does_not_increase_holds_its_log),
        cmocka_unit_test(two_commits_at_one_place_end_the_log_before_it),
        cmocka_unit_test(a_forged_rival_is_no_fork),
        cmocka_unit_test(a_body_that_does_not_match_is_a_hole_until_a_peer_fills_it),
        cmocka_unit_test(an_erasure_that_nobody_ordered_is_a_hole),
        cmocka_unit_test(a_body_not_held_is_a_hole),
        cmocka_unit_test(repeated_commits_cost_no_memory),
        cmocka_unit_test(a_full_disk_refuses_a_write_whole_and_the_next_one_goes_in),
        cmocka_unit_test(a_full_disk_takes_nothing_in_until_there_is_room_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
