/* Folding in the core: rebuild is a fixed point, late arrivals change what they touch, and only those count who may. */
#include "tests/help/core_author.h"
#include "tests/help/core_history.h"

#include "daemon/commons/fold.h"
#include "daemon/core/refold.h"
#include "daemon/store/query.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void digest(struct world *w, size_t at, char out[80])
{
    json_t *r = world_do(w, at, "status", NULL);
    snprintf(out, 80, "%s", json_string_value(json_object_get(r, "digest")));
    json_decref(r);
}

static void a_rebuild_is_a_fixed_point(void **state)
{
    (void)state;
    struct world *w = world_alliance(81, 2);
    struct core_history h;
    char before[80], after[80];
    core_history_init(&h, w);
    for (int i = 0; i < 80; i++) {
        core_history_step(&h, (size_t)world_random(w, 2));
        world_run(w, 40);
    }
    assert_true(world_settle(w, 30000));
    digest(w, 0, before);
    json_t *status = world_do(w, 0, "status", NULL);
    for (int i = 0; i < 2; i++) {
        json_t *r = world_do(w, 0, "rebuild", NULL);
        assert_true(json_is_true(json_object_get(r, "same")));
        assert_true(world_number(r, "ops") >= world_number(status, "commits"));
        json_decref(r);
    }
    digest(w, 0, after);
    assert_string_equal(before, after);
    json_t *again = world_do(w, 0, "status", NULL);
    assert_int_equal(world_number(status, "records"), world_number(again, "records"));
    assert_int_equal(world_number(status, "concepts"), world_number(again, "concepts"));
    assert_int_equal(world_number(status, "conflicts"), world_number(again, "conflicts"));
    json_decref(status);
    json_decref(again);
    world_verify(w, 0);
    core_history_fini(&h);
    world_free(w);
}

/* Two logs of one ally about one record; each site takes them in another order, and in another batch. */
static void the_order_of_arrival_does_not_show(void **state)
{
    (void)state;
    struct world *w = world_alliance(82, 3);
    struct core_author a, b;
    char one[80], two[80], id[64];
    world_block(w, 0, 1, true);
    world_run(w, 100);
    core_author_init(&a, w, 2, 900);
    core_author_init(&b, w, 2, 901);
    struct buf first = core_author_put(&a, 1, "Un", NULL), second = core_author_put(&a, 1, "Deux", NULL),
               third = core_author_put(&b, 1, "Trois", NULL);
    world_crash(w, 2);
    world_run(w, 100);
    const struct buf *orders[2][3] = {
        {&first, &second, &third },
        {&third, &first,  &second}
    };
    for (size_t at = 0; at < 2; at++)
        for (size_t i = 0; i < 3; i++)
            assert_int_equal(core_author_give(w, at, buf_slice(orders[at][i]), 5), ERR_OK);
    digest(w, 0, one);
    digest(w, 1, two);
    assert_string_equal(one, two);
    core_author_record(&a, 1, id);
    for (size_t at = 0; at < 2; at++) {
        json_t *r = world_do(w, at, "record.show", json_pack("{s:s}", "id", id));
        assert_int_equal(world_number(r, "conflicts"), 1);
        json_decref(r);
        world_verify(w, at);
    }
    buf_fini(&first);
    buf_fini(&second);
    buf_fini(&third);
    world_free(w);
}

/* Validly signed by a member, about a record that is not its own. */
static void a_put_by_somebody_else_is_seen_and_does_not_count(void **state)
{
    (void)state;
    struct world *w = world_alliance(83, 2);
    struct core_author owner, other;
    char id[64], title[64];
    core_author_init(&owner, w, 1, 900);
    core_author_init(&other, w, 0, 900);
    memcpy(other.ally, owner.ally, ALLY_BYTES); /* it writes about beta's record */
    assert_int_equal(core_author_tell(&owner, w, 0, 1, "Le vrai", NULL), ERR_OK);
    assert_int_equal(core_author_tell(&other, w, 0, 1, "Le faux", NULL), ERR_OK);
    core_author_record(&owner, 1, id);
    world_title(w, 0, id, title);
    assert_string_equal(title, "Le vrai");
    json_t *r = world_do(w, 0, "record.history", json_pack("{s:s}", "id", id)), *item;
    size_t i, counting = 0;
    json_array_foreach(json_object_get(r, "history"), i, item)
    {
        counting += json_is_true(json_object_get(item, "counts"));
    }
    assert_int_equal(json_array_size(json_object_get(r, "history")), 2);
    assert_int_equal(counting, 1);
    json_decref(r);
    world_verify(w, 0);
    world_free(w);
}

static json_t *write_concept(struct world *w, size_t at, const char *uri, const char *label, bool adopt)
{
    return world_do(w, at, "concept.write",
                    json_pack("{s:s, s:b, s:[{s:i, s:{s:s, s:{s:s}}}]}", "mode", "add", "adopt", (int)adopt, "concepts",
                              "line", 1, "concept", "uri", uri, "prefLabel", "fr", label));
}

static void a_proposal_waits_for_the_secretariat(void **state)
{
    (void)state;
    struct world *w = world_alliance(84, 2);
    const char *uri = "http://atlas.test/eau";
    json_decref(write_concept(w, 0, uri, "Eau", true));
    world_run(w, 1000);
    json_decref(write_concept(w, 1, uri, "Eaux", false));
    world_run(w, 1000);
    for (size_t at = 0; at < 2; at++) {
        json_t *r = world_do(w, at, "concept.show", json_pack("{s:s}", "id", uri));
        assert_string_equal(json_string_value(json_object_get(json_object_get(r, "prefLabel"), "fr")), "Eau");
        assert_int_equal(json_array_size(json_object_get(r, "proposals")), 1);
        json_decref(r);
    }
    json_decref(world_do(w, 0, "concept.adopt", json_pack("{s:s}", "id", uri)));
    world_run(w, 1000);
    for (size_t at = 0; at < 2; at++) {
        json_t *r = world_do(w, at, "concept.show", json_pack("{s:s}", "id", uri));
        assert_string_equal(json_string_value(json_object_get(json_object_get(r, "prefLabel"), "fr")), "Eaux");
        assert_int_equal(json_array_size(json_object_get(r, "proposals")), 0);
        json_decref(r);
        world_verify(w, at);
    }
    world_free(w);
}

/* A batch of one commit among many entities; the same entity twice. */
static void one_batch_folds_each_entity_once_and_right(void **state)
{
    (void)state;
    struct world *w = world_alliance(85, 1);
    json_t *lines = json_array();
    for (int i = 0; i < 400; i++)
        json_array_append_new(lines, json_pack("{s:i, s:{s:o, s:o}}", "line", i, "record", "source_id",
                                               json_sprintf("s%d", i % 150), "title", json_sprintf("T%d", i)));
    json_t *r = world_do(w, 0, "record.write", json_pack("{s:s, s:o}", "mode", "add", "lines", lines));
    assert_int_equal(world_number(r, "added"), 150);
    assert_int_equal(world_number(r, "updated"), 250);
    json_decref(r);
    r = world_do(w, 0, "status", NULL);
    assert_int_equal(world_number(r, "records"), 150);
    assert_int_equal(world_number(r, "conflicts"), 0);
    json_decref(r);
    world_verify(w, 0);
    world_free(w);
}

/* ---- programs of other versions ---- */

static void set_version(struct world *w, size_t at, uint8_t fold, uint8_t rows)
{
    uint8_t version[] = {fold, rows};
    assert_int_equal(local_set(w->sites[at].core->store, SETTING_FOLD, slice_of(version, sizeof version)), ERR_OK);
}

static void spoil_title(struct world *w, size_t at)
{
    assert_int_equal(
        sqlite3_exec(w->sites[at].core->store->db, "UPDATE records SET title = 'Ancien'", NULL, NULL, NULL), SQLITE_OK);
}

/* An older fold, older rows, both; what is made anew is what was there, and the journal says so once. */
static void what_an_older_program_folded_is_folded_anew_when_it_is_opened(void **state)
{
    (void)state;
    static const uint8_t older[][2] = {
        {FOLD_VERSION - 1, 1},
        {FOLD_VERSION - 1, 0},
        {FOLD_VERSION,     0}
    };
    struct world *w = world_alliance(86, 2);
    struct core_history h;
    char before[80], after[80], id[64];
    core_history_init(&h, w);
    for (int i = 0; i < 40; i++) {
        core_history_step(&h, (size_t)world_random(w, 2));
        world_run(w, 40);
    }
    world_record(w, 0, "s", "Titre", id);
    assert_true(world_settle(w, 30000));
    digest(w, 0, before);
    for (size_t i = 0; i < sizeof older / sizeof *older; i++) {
        set_version(w, 0, older[i][0], older[i][1]);
        spoil_title(w, 0);
        world_stop(w, 0);
        assert_int_equal(world_start(w, 0), ERR_OK);
        assert_int_equal(world_noted(w, 0, "fold.newer"), i + 1);
        digest(w, 0, after);
        assert_string_equal(before, after);
        world_verify(w, 0);
        world_stop(w, 0);
        assert_int_equal(world_start(w, 0), ERR_OK);
        assert_int_equal(world_noted(w, 0, "fold.newer"), i + 1);
    }
    assert_true(world_settle(w, 30000));
    core_history_fini(&h);
    world_free(w);
}

static void what_a_newer_program_folded_is_not_touched(void **state)
{
    (void)state;
    static const uint8_t newer[][2] = {
        {FOLD_VERSION + 1, 1 },
        {FOLD_VERSION,     99},
        {255,              0 }
    };
    struct world *w = world_alliance(87, 1);
    char id[64];
    world_record(w, 0, "s", "Titre", id);
    for (size_t i = 0; i < sizeof newer / sizeof *newer; i++) {
        set_version(w, 0, newer[i][0], newer[i][1]);
        spoil_title(w, 0);
        world_stop(w, 0);
        assert_int_equal(world_start(w, 0), ERR_NEWER);
        assert_null(w->sites[0].core);
        struct store *s = NULL;
        struct why why = {0};
        char path[200], title[16];
        snprintf(path, sizeof path, "%s/allied.db", w->sites[0].dir);
        assert_int_equal(store_open(path, STORE_WRITE, &s, &why), ERR_OK);
        sqlite3_stmt *st = NULL;
        assert_int_equal(sqlite3_prepare_v2(s->db, "SELECT title FROM records", -1, &st, NULL), SQLITE_OK);
        assert_int_equal(sqlite3_step(st), SQLITE_ROW);
        snprintf(title, sizeof title, "%s", (const char *)sqlite3_column_text(st, 0));
        assert_string_equal(title, "Ancien");
        sqlite3_finalize(st);
        assert_int_equal(local_set(s, SETTING_FOLD, slice_text("")), ERR_OK);
        store_close(s);
        assert_int_equal(world_start(w, 0), ERR_OK);
        world_verify(w, 0);
    }
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rebuild_is_a_fixed_point),
        cmocka_unit_test(the_order_of_arrival_does_not_show),
        cmocka_unit_test(a_put_by_somebody_else_is_seen_and_does_not_count),
        cmocka_unit_test(a_proposal_waits_for_the_secretariat),
        cmocka_unit_test(what_an_older_program_folded_is_folded_anew_when_it_is_opened),
        cmocka_unit_test(what_a_newer_program_folded_is_not_touched),
        cmocka_unit_test(one_batch_folds_each_entity_once_and_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
