/* What one ally can make others keep beside commits: bounded, shown, and the same figure for everybody all the same. */
#include "tests/help/core_acts.h"

#include "daemon/core/charters.h"
#include "daemon/core/flood.h"
#include "daemon/core/fork.h"
#include "daemon/core/ingest.h"
#include "daemon/store/aside.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define LONG 40 /* commits of a log */

/* ---- promises ---- */

static size_t promises(struct core *c)
{
    struct arena arena = {0};
    struct slice *all = NULL;
    size_t n = 0;
    assert_int_equal(charters_promises(c, &arena, &all, &n), ERR_OK);
    arena_fini(&arena);
    return n;
}

static void of_invented_charters_few_promises_are_kept_and_of_real_ones_all(void **state)
{
    (void)state;
    struct world *w = world_alliance(371, 3);
    struct core *c = w->sites[0].core;
    struct sign_key beta = core_own(w->sites[1].core)->key, gamma = core_own(w->sites[2].core)->key;
    struct arena arena = {0};
    struct charter draft;
    uint8_t id[HASH_BYTES] = {0};
    json_decref(world_do(w, 2, "charter.propose", NULL));
    world_run(w, 1000);
    for (uint8_t n = 1; n <= LIMIT_PROMISES_UNSEEN; n++) {
        id[0] = n;
        core_promise_give(w, 0, &beta, id);
        core_promise_give(w, 0, &beta, id);
    }
    assert_int_equal(promises(c), LIMIT_PROMISES_UNSEEN);
    assert_false(world_has_problem(w, 0, "flood"));
    for (uint8_t n = 1; n <= 100; n++) {
        id[1] = n;
        core_promise_give(w, 0, &beta, id);
    }
    assert_int_equal(promises(c), LIMIT_PROMISES_UNSEEN);
    assert_true(world_has_problem(w, 0, "flood"));
    assert_int_equal(world_noted(w, 0, "flood.passed"), 7);
    /* Another ally has its own, and a charter that is here is promised about by everybody. */
    core_promise_give(w, 0, &gamma, id);
    json_t *log = world_do(w, 0, "charter.log", NULL), *all = json_object_get(log, "charters");
    assert_int_equal(charters_find(c, json_string_value(json_object_get(json_array_get(all, 1), "id")), &arena, &draft),
                     ERR_OK);
    core_promise_give(w, 0, &beta, draft.id);
    assert_int_equal(promises(c), LIMIT_PROMISES_UNSEEN + 2);
    json_decref(log);
    arena_fini(&arena);
    world_free(w);
}

/* ---- fork proofs ---- */

struct proofs {
    struct buf a[LONG], b[LONG];
};

/* A log, and beside each of its commits another one in its place. */
static void make(struct proofs *p, const struct world *w, uint64_t incarnation)
{
    struct core_author author;
    core_author_init(&author, w, 2, incarnation);
    for (unsigned i = 0; i < LONG; i++) {
        p->a[i] = core_author_put(&author, i + 1, "A", &(struct core_twist){.aside = true});
        p->b[i] = core_author_put(&author, i + 1, "B", NULL);
    }
}

static void prove(struct core *c, const struct proofs *p, size_t i)
{
    assert_int_equal(batch_begin(c), ERR_OK);
    assert_int_equal(fork_take(c, buf_slice(&p->a[i]), buf_slice(&p->b[i])), ERR_OK);
    assert_int_equal(batch_end(c), ERR_OK);
}

static uint64_t kept(struct world *w, size_t at, uint64_t incarnation)
{
    struct log_id log = {.incarnation = incarnation};
    struct core *c = w->sites[at].core;
    uint64_t n = 0;
    bool known;
    for (size_t i = 0; i < c->authority.sites_n; i++) {
        memcpy(log.site, c->authority.sites[i].id, SITE_BYTES);
        uint64_t one = 0;
        assert_int_equal(forks_count(c->store, &log, 1, &one, &known), ERR_OK);
        n += one;
    }
    return n;
}

static void of_one_log_few_proofs_are_kept_and_always_the_lowest(void **state)
{
    (void)state;
    struct world *w = world_alliance(372, 3);
    struct proofs p;
    make(&p, w, 77);
    world_stop(w, 2);
    world_block(w, 0, 1, true);
    /* Upwards, all but the first say nothing that counts; downwards each of them does. */
    for (size_t i = 0; i < LONG; i++) {
        prove(w->sites[0].core, &p, i);
        prove(w->sites[1].core, &p, LONG - 1 - i);
    }
    assert_int_equal(kept(w, 0, 77), LIMIT_FORKS_LOG);
    assert_int_equal(kept(w, 1, 77), LONG);
    assert_true(world_has_problem(w, 0, "flood"));
    assert_false(world_has_problem(w, 1, "flood"));
    world_heal(w);
    assert_true(world_settle(w, 60000));
    assert_int_equal(kept(w, 0, 77), LIMIT_FORKS_LOG);
    for (size_t i = 0; i < LONG; i++) {
        buf_fini(&p.a[i]);
        buf_fini(&p.b[i]);
    }
    world_free(w);
}

static void a_day_takes_so_many_proofs_and_the_next_one_goes_on(void **state)
{
    (void)state;
    struct world *w = world_alliance(373, 2);
    struct core *c = w->sites[0].core;
    struct log_id log = {.incarnation = 1};
    bool keep = false;
    memcpy(log.site, core_own(w->sites[1].core)->key.pub, SITE_BYTES);
    for (unsigned i = 0; i < LIMIT_FORKS_DAY; i++, log.incarnation++) {
        assert_int_equal(flood_fork(c, &log, 1, &keep), ERR_OK);
        assert_true(keep);
    }
    assert_int_equal(flood_fork(c, &log, 1, &keep), ERR_OK);
    assert_false(keep);
    assert_int_equal(flood_passed(c, log.site), 1);
    world_stop(w, 1);
    w->now += INT64_C(86400000);
    assert_int_equal(flood_passed(c, log.site), 0);
    assert_int_equal(flood_fork(c, &log, 1, &keep), ERR_OK);
    assert_true(keep);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_invented_charters_few_promises_are_kept_and_of_real_ones_all),
        cmocka_unit_test(of_one_log_few_proofs_are_kept_and_always_the_lowest),
        cmocka_unit_test(a_day_takes_so_many_proofs_and_the_next_one_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
