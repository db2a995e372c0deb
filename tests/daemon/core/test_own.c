/*
 * Incarnations: a site continues a log only as long as it can know that nobody else has continued it. Every history here is watched: no (site, incarnation,
 * seq) may ever travel with two ids.
 */
#include "tests/help/core_world.h"

#include "daemon/core/ingest.h"
#include "daemon/core/own.h"

#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static struct world *pair(void)
{
    struct world *w = world_alliance(21, 2);
    w->watch = true;
    return w;
}

static uint64_t incarnation(struct world *w, size_t at)
{
    return w->sites[at].core->own[0].row.incarnation;
}

static void restart(struct world *w, size_t at)
{
    assert_int_equal(world_start(w, at), ERR_OK);
    world_run(w, 3000);
}

/* Writes something new; tells whether that opened a new incarnation. */
static bool opens_another(struct world *w, size_t at, const char *title)
{
    uint64_t before = incarnation(w, at);
    world_record(w, at, title, title, NULL);
    return incarnation(w, at) != before;
}

static void end(struct world *w)
{
    assert_true(world_settle(w, 60000));
    assert_int_equal(w->forks, 0);
    for (size_t i = 0; i < w->sites_n; i++)
        if (w->sites[i].core)
            world_verify(w, i);
    world_free(w);
}

static void the_first_write_opens_an_incarnation_and_the_second_goes_on(void **state)
{
    (void)state;
    struct world *w = world_new(5);
    world_add(w, "alpha");
    world_found(w, 0);
    world_open(w, 0);
    assert_int_equal(incarnation(w, 0), 0);
    assert_true(opens_another(w, 0, "Un"));
    assert_false(opens_another(w, 0, "Deux"));
    assert_true(incarnation(w, 0) > 0 && incarnation(w, 0) <= INCARNATION_MAX);
    world_free(w);
}

static void a_restart_goes_on(void **state)
{
    (void)state;
    struct world *w = pair();
    world_crash(w, 1);
    restart(w, 1);
    assert_false(opens_another(w, 1, "Un"));
    world_stop(w, 1);
    restart(w, 1);
    assert_false(opens_another(w, 1, "Deux"));
    end(w);
}

static void a_lost_guard_opens_an_incarnation(void **state)
{
    (void)state;
    struct world *w = pair();
    world_crash(w, 1);
    world_boot(w, 1);
    restart(w, 1);
    assert_true(opens_another(w, 1, "Un"));
    assert_false(opens_another(w, 1, "Deux"));
    end(w);
}

static void save_guard(struct world *w, size_t at, struct guard_state *out)
{
    assert_int_equal(guard_read(&w->sites[at].core->own[0].guard, out), ERR_OK);
}

static void put_guard(struct world *w, size_t at, const struct guard_state *state)
{
    char path[256];
    struct guard guard;
    struct why why = {0};
    world_guard_path(w, at, path);
    assert_int_equal(guard_open(path, &guard, &why), ERR_OK);
    assert_int_equal(guard_write(&guard, state), ERR_OK);
    guard_close(&guard);
}

/* The crash lay between COMMIT and the guard. */
static void a_guard_one_transaction_behind_goes_on(void **state)
{
    (void)state;
    struct world *w = pair();
    struct guard_state before;
    world_record(w, 1, "Un", "Un", NULL);
    save_guard(w, 1, &before);
    world_record(w, 1, "Deux", "Deux", NULL);
    world_crash(w, 1);
    put_guard(w, 1, &before);
    restart(w, 1);
    assert_false(opens_another(w, 1, "Trois"));
    end(w);
}

static void a_guard_two_transactions_behind_opens_an_incarnation(void **state)
{
    (void)state;
    struct world *w = pair();
    struct guard_state before;
    world_record(w, 1, "Un", "Un", NULL);
    save_guard(w, 1, &before);
    world_record(w, 1, "Deux", "Deux", NULL);
    world_record(w, 1, "Trois", "Trois", NULL);
    world_crash(w, 1);
    put_guard(w, 1, &before);
    restart(w, 1);
    assert_true(opens_another(w, 1, "Quatre"));
    end(w);
}

static void a_guard_of_another_head_opens_an_incarnation(void **state)
{
    (void)state;
    struct world *w = pair();
    struct guard_state other;
    world_record(w, 1, "Un", "Un", NULL);
    save_guard(w, 1, &other);
    other.id[0] ^= 1;
    world_crash(w, 1);
    put_guard(w, 1, &other);
    restart(w, 1);
    assert_true(opens_another(w, 1, "Deux"));
    end(w);
}

static void a_restored_database_opens_an_incarnation_and_gets_its_own_log_back(void **state)
{
    (void)state;
    struct world *w = pair();
    char copy[160], id[64], title[64];
    world_record(w, 1, "Un", "Un", NULL);
    world_copy(w, 1, copy);
    world_record(w, 1, "Deux", "Deux", id);
    world_run(w, 2000);
    world_crash(w, 1);
    world_restore(w, 1, copy);
    assert_int_equal(world_start(w, 1), ERR_OK);
    /* Written before any peer could say what is missing. */
    assert_true(opens_another(w, 1, "Trois"));
    assert_true(world_settle(w, 60000));
    world_title(w, 1, id, title);
    assert_string_equal(title, "Deux");
    end(w);
}

/* A restore is not a clone: what comes back is its own. */
static void a_restored_database_raises_no_alarm(void **state)
{
    (void)state;
    struct world *w = pair();
    char copy[160];
    world_record(w, 1, "Un", "Un", NULL);
    world_copy(w, 1, copy);
    world_record(w, 1, "Deux", "Deux", NULL);
    world_run(w, 2000);
    world_crash(w, 1);
    world_restore(w, 1, copy);
    restart(w, 1);
    assert_int_equal(world_noted(w, 1, "clone.seen"), 0);
    /* All of it came back, and the guard on this machine says that there was no more. */
    assert_false(opens_another(w, 1, "Trois"));
    end(w);
}

/* COMMIT, crash, restart, publish; then a copy of the directory from just before that COMMIT comes back. */
static void a_copy_from_before_an_unguarded_commit_never_reuses_its_place(void **state)
{
    (void)state;
    struct world *w = pair();
    struct guard_state before;
    char copy[160];
    world_record(w, 1, "Un", "Un", NULL);
    world_run(w, 1000);
    save_guard(w, 1, &before);
    world_copy(w, 1, copy);
    world_block(w, 0, 1, true);
    world_record(w, 1, "Deux", "Deux", NULL);
    world_crash(w, 1);
    put_guard(w, 1, &before);
    world_heal(w);
    restart(w, 1); /* publishes what was committed */
    world_crash(w, 1);
    world_restore(w, 1, copy);
    assert_int_equal(world_start(w, 1), ERR_OK);
    assert_true(opens_another(w, 1, "Trois"));
    end(w);
}

/* A guard that cannot be written: what is durable is said to be done, and the next write is safe. */
static void a_guard_that_cannot_be_written_costs_an_incarnation_and_no_data(void **state)
{
    (void)state;
    struct world *w = pair();
    char path[300], copy[160];
    world_record(w, 1, "Un", "Un", NULL);
    world_guard_path(w, 1, path);
    snprintf(path + strlen(path), 8, ".new");
    world_copy(w, 1, copy);
    assert_int_equal(mkdir(path, 0700), 0);
    world_record(w, 1, "Deux", "Deux", NULL);
    world_run(w, 2000);
    assert_true(world_agrees(w));
    assert_int_equal(rmdir(path), 0);
    /* The copy has the head that the guard file, not written since, would still name. */
    world_crash(w, 1);
    world_restore(w, 1, copy);
    assert_int_equal(world_start(w, 1), ERR_OK);
    assert_true(opens_another(w, 1, "Trois"));
    end(w);
}

static void a_cloned_directory_on_another_machine_opens_its_own_incarnation(void **state)
{
    (void)state;
    struct world *w = pair();
    world_record(w, 1, "Un", "Un", NULL);
    size_t clone = world_clone(w, 1, true, false);
    world_open(w, clone);
    assert_int_equal(incarnation(w, clone), incarnation(w, 1));
    assert_true(opens_another(w, clone, "Clone"));
    assert_false(opens_another(w, 1, "Original"));
    world_stop(w, clone);
    restart(w, clone); /* it tells the others: two logs of one key */
    world_run(w, 5000);
    world_stop(w, clone);

    end(w);
}

static void a_cloned_directory_on_the_same_machine_cannot_write_beside_the_original(void **state)
{
    (void)state;
    struct world *w = pair();
    world_record(w, 1, "Un", "Un", NULL);
    size_t clone = world_clone(w, 1, false, false);
    world_open(w, clone);
    world_refused(w, clone, "record.write",
                  json_pack("{s:s, s:[{s:i, s:{s:s, s:s}}]}", "mode", "add", "lines", "line", 1, "record", "source_id",
                            "x", "title", "X"),
                  "guard_taken");
    /* The original writes, ends, and only then the clone may; its head is not the guard's any more. */
    world_record(w, 1, "Deux", "Deux", NULL);
    world_stop(w, 1);
    assert_true(opens_another(w, clone, "Clone"));
    world_stop(w, clone);
    restart(w, 1);
    end(w);
}

static bool says_twin(struct world *w, size_t at)
{
    json_t *r = world_do(w, at, "status", NULL), *one;
    size_t i;
    bool found = false;
    json_array_foreach(json_object_get(r, "problems"), i, one) found |=
        strcmp(json_string_value(json_object_get(one, "name")), "twin") == 0;
    json_decref(r);
    return found;
}

/* Memory and guard and all: both go on with one log until they hear of each other. */
static void a_clone_of_running_memory_is_seen(void **state)
{
    (void)state;
    struct world *w = world_alliance(22, 3);
    world_record(w, 1, "Un", "Un", NULL);
    world_run(w, 1000);
    size_t clone = world_clone(w, 1, true, true);
    world_block(w, clone, 0, true);
    world_block(w, clone, 2, true);
    assert_int_equal(world_start(w, clone), ERR_OK);
    assert_false(opens_another(w, clone, "Clone"));
    world_crash(w, 1);
    world_heal(w);
    world_run(w, 20000); /* the clone tells the others */
    world_stop(w, clone);
    restart(w, 1);
    world_run(w, 20000);
    assert_true(world_noted(w, 1, "clone.seen") >= 1);
    assert_true(says_twin(w, 1));
    assert_true(opens_another(w, 1, "Original"));
    assert_true(world_settle(w, 60000));
    world_verify(w, 1);
    world_free(w);
}

/* Each gets its turn with the others; and whoever looks at either is told why half of the time nobody answers. */
static void two_daemons_with_one_key_are_an_alarm_on_both(void **state)
{
    (void)state;
    struct world *w = world_alliance(23, 3);
    world_run(w, 60000);
    size_t clone = world_clone(w, 1, true, false);
    assert_int_equal(world_start(w, clone), ERR_OK);
    world_run(w, 25000);
    assert_false(says_twin(w, 1)); /* once may be two links that crossed */
    world_run(w, 120000);
    assert_true(says_twin(w, 1) && says_twin(w, clone));
    assert_false(says_twin(w, 0) || says_twin(w, 2));
    assert_int_equal(world_noted(w, 1, "key.twin"), 1);
    world_record(w, clone, "Clone", "Clone", NULL);
    world_record(w, 1, "Original", "Original", NULL);
    world_run(w, 120000);
    world_stop(w, clone);
    world_run(w, 700000);
    assert_false(says_twin(w, 1));
    assert_true(world_settle(w, 60000));
    world_verify(w, 0);
    world_free(w);
}

static void a_clock_a_day_ahead_is_left_behind(void **state)
{
    (void)state;
    struct world *w = pair();
    w->sites[1].skew_ms = 2 * CLOCK_DAY_MS;
    world_record(w, 1, "Un", "Un", NULL);
    assert_false(opens_another(w, 1, "Deux"));
    w->sites[1].skew_ms = CLOCK_DAY_MS + 60000;
    assert_false(opens_another(w, 1, "Trois"));
    w->sites[1].skew_ms = 0;
    assert_true(opens_another(w, 1, "Quatre"));
    assert_false(opens_another(w, 1, "Cinq"));
    end(w);
}

/* A batch that fails after the log was opened leaves no trace of it, in memory or on the disk. */
static void a_batch_that_fails_takes_its_incarnation_with_it(void **state)
{
    (void)state;
    struct world *w = pair();
    world_crash(w, 1);
    world_boot(w, 1);
    assert_int_equal(world_start(w, 1), ERR_OK);
    struct core *c = w->sites[1].core;
    uint64_t before = incarnation(w, 1);
    struct op op = {.info = kind_info(OP_LOG_OPEN), .entity = slice_of(c->own[0].key.pub, SITE_BYTES)};
    struct buf header;
    buf_init(&header, LIMIT_ENVELOPE_BYTES);
    op_encode_header(&header, &op);
    struct op_draft draft = {.header = buf_slice(&header), .body = slice_of("\x91\x00", 2)};
    assert_int_equal(batch_begin(c), ERR_OK);
    assert_int_equal(own_write(c, &c->own[0], &draft, 1, NULL), ERR_OK);
    assert_int_not_equal(incarnation(w, 1), before);
    batch_abort(c);
    assert_int_equal(incarnation(w, 1), before);
    buf_fini(&header);
    assert_true(opens_another(w, 1, "Un"));
    end(w);
}

static void random_lives_never_use_one_place_twice(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 6; seed++) {
        struct world *w = world_alliance(seed, 3);
        char copies[3][160] = {""}, title[40];
        w->watch = true;
        w->jitter = 20;
        for (int step = 0; step < 60; step++) {
            size_t at = (size_t)world_random(w, 3);
            snprintf(title, sizeof title, "t%d", step);
            switch (world_random(w, 8)) {
            case 0:
                world_copy(w, at, copies[at]);
                break;
            case 1:
                world_crash(w, at);
                assert_int_equal(world_start(w, at), ERR_OK);
                break;
            case 2:
                world_crash(w, at);
                if (copies[at][0])
                    world_restore(w, at, copies[at]);
                assert_int_equal(world_start(w, at), ERR_OK);
                break;
            case 3:
                world_crash(w, at);
                world_boot(w, at);
                assert_int_equal(world_start(w, at), ERR_OK);
                break;
            default:
                world_record(w, at, title, title, NULL);
                break;
            }
            world_run(w, (int64_t)world_random(w, 400));
        }
        assert_true(world_settle(w, 400000));
        assert_int_equal(w->forks, 0);
        for (size_t i = 0; i < 3; i++)
            assert_int_equal(world_noted(w, i, "clone.seen"), 0);
        world_verify(w, 0);
        world_free(w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_write_opens_an_incarnation_and_the_second_goes_on),
        cmocka_unit_test(a_restart_goes_on),
        cmocka_unit_test(a_lost_guard_opens_an_incarnation),
        cmocka_unit_test(a_guard_one_transaction_behind_goes_on),
        cmocka_unit_test(a_guard_two_transactions_behind_opens_an_incarnation),
        cmocka_unit_test(a_guard_of_another_head_opens_an_incarnation),
        cmocka_unit_test(a_restored_database_opens_an_incarnation_and_gets_its_own_log_back),
        cmocka_unit_test(a_restored_database_raises_no_alarm),
        cmocka_unit_test(a_copy_from_before_an_unguarded_commit_never_reuses_its_place),
        cmocka_unit_test(a_guard_that_cannot_be_written_costs_an_incarnation_and_no_data),
        cmocka_unit_test(a_cloned_directory_on_another_machine_opens_its_own_incarnation),
        cmocka_unit_test(a_cloned_directory_on_the_same_machine_cannot_write_beside_the_original),
        cmocka_unit_test(a_clone_of_running_memory_is_seen),
        cmocka_unit_test(two_daemons_with_one_key_are_an_alarm_on_both),
        cmocka_unit_test(a_clock_a_day_ahead_is_left_behind),
        cmocka_unit_test(a_batch_that_fails_takes_its_incarnation_with_it),
        cmocka_unit_test(random_lives_never_use_one_place_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
