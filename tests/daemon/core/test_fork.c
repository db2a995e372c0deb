/* A key used twice: whoever saw which branch first, the log ends at one place everywhere, or goes on along the branch that a checkpoint names. */
#include "tests/help/core_acts.h"

#include "daemon/core/fork.h"
#include "daemon/core/ingest.h"
#include "daemon/store/aside.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* Three sites that do not reach each other; two branches of one new log of a fourth, which is down: equal up to seq 2. */
struct scene {
    struct world *w;
    struct core_author a, b;
    struct buf trunk[2];
};

static void apart(struct world *w, bool blocked)
{
    for (size_t i = 0; i < w->sites_n; i++)
        for (size_t k = i + 1; k < w->sites_n; k++)
            world_block(w, i, k, blocked);
}

static void put(struct core_author *a, struct world *w, size_t to, size_t n, const char *branch)
{
    for (size_t i = 0; i < n; i++) {
        char title[40];
        snprintf(title, sizeof title, "%s %d", branch, (int)a->seq + 1);
        err_t e = core_author_tell(a, w, to, (unsigned)a->seq + 1, title, NULL);
        assert_true(e == ERR_OK || e == ERR_FORK || e == ERR_GAP); /* at a checkpoint that names another branch */
    }
}

static void open_scene(struct scene *s)
{
    s->w = world_alliance(61, 4);
    core_author_init(&s->a, s->w, 3, 77);
    world_stop(s->w, 3);
    apart(s->w, true);
    for (unsigned i = 0; i < 2; i++) {
        s->trunk[i] = core_author_put(&s->a, i + 1, i ? "T 2" : "T 1", NULL);
        assert_int_equal(core_author_give(s->w, 0, buf_slice(&s->trunk[i]), 7), ERR_OK);
        assert_int_equal(core_author_give(s->w, 1, buf_slice(&s->trunk[i]), 7), ERR_OK);
    }
    s->b = s->a;
}

static void end(struct scene *s)
{
    buf_fini(&s->trunk[0]);
    buf_fini(&s->trunk[1]);
    world_free(s->w);
}

static void meet(struct scene *s)
{
    apart(s->w, false);
    core_agree(s->w);
}

static void assert_heads(struct scene *s, uint64_t seq)
{
    for (size_t i = 0; i < s->w->sites_n; i++)
        if (s->w->sites[i].core)
            assert_int_equal(core_head_seq(s->w, i, &s->a.log, NULL), seq);
}

static void assert_title(struct scene *s, unsigned number, const char *expected)
{
    char id[64], title[64];
    core_author_record(&s->a, number, id);
    for (size_t i = 0; i < s->w->sites_n; i++) {
        if (!s->w->sites[i].core)
            continue;
        if (!expected) {
            world_refused(s->w, i, "record.show", json_pack("{s:s}", "id", id), "not_found");
            continue;
        }
        world_title(s->w, i, id, title);
        assert_string_equal(title, expected);
    }
}

static void branches_seen_in_either_order_end_the_log_at_one_place(void **state)
{
    (void)state;
    struct scene s;
    open_scene(&s);
    put(&s.a, s.w, 0, 3, "A");
    put(&s.b, s.w, 1, 1, "B");
    meet(&s);
    assert_heads(&s, 2);
    assert_title(&s, 2, "T 2");
    assert_title(&s, 3, NULL);
    end(&s);
}

static void a_proof_reaches_who_never_met_the_branches(void **state)
{
    (void)state;
    struct scene s;
    open_scene(&s);
    put(&s.a, s.w, 0, 3, "A");
    put(&s.b, s.w, 1, 2, "B");
    /* 0 and 2 meet 1 alone. */
    world_block(s.w, 0, 1, false);
    world_block(s.w, 1, 2, false);
    core_agree(s.w);
    assert_heads(&s, 2);
    end(&s);
}

/* The proof is an input, even where the log has not come as far. */
static void a_proof_ahead_of_the_log_is_known_to_all(void **state)
{
    (void)state;
    struct scene s;
    open_scene(&s);
    struct buf kept[2];
    put(&s.a, s.w, 0, 1, "A");
    s.b = s.a;
    kept[0] = core_author_put(&s.a, 4, "A 4", NULL);
    kept[1] = core_author_put(&s.b, 4, "B 4", NULL);
    struct core *c = s.w->sites[1].core;
    assert_int_equal(batch_begin(c), ERR_OK);
    assert_int_equal(fork_take(c, buf_slice(&kept[0]), buf_slice(&kept[1])), ERR_OK);
    assert_int_equal(batch_end(c), ERR_OK);
    assert_int_equal(core_head_seq(s.w, 1, &s.a.log, NULL), 2);
    meet(&s);
    assert_heads(&s, 3);
    assert_int_equal(core_author_give(s.w, 2, buf_slice(&kept[0]), 7), ERR_FORK);
    buf_fini(&kept[0]);
    buf_fini(&kept[1]);
    end(&s);
}

static void of_nested_forks_the_lowest_ends_the_log(void **state)
{
    (void)state;
    struct scene s;
    open_scene(&s);
    struct core_author low = s.b;
    put(&s.a, s.w, 0, 2, "A");
    s.b = s.a;
    put(&s.a, s.w, 0, 1, "A");
    struct buf rival = core_author_put(&s.b, 5, "B 5", NULL), lower = core_author_put(&low, 3, "C 3", NULL);
    assert_int_equal(core_author_give(s.w, 0, buf_slice(&rival), 7), ERR_FORK);
    assert_int_equal(core_head_seq(s.w, 0, &s.a.log, NULL), 4);
    meet(&s);
    assert_heads(&s, 4);
    assert_int_equal(core_author_give(s.w, 1, buf_slice(&lower), 7), ERR_FORK);
    core_agree(s.w);
    assert_heads(&s, 2);
    buf_fini(&rival);
    buf_fini(&lower);
    end(&s);
}

static void forks_of_several_logs_are_apart(void **state)
{
    (void)state;
    struct scene s;
    open_scene(&s);
    struct core_author other;
    core_author_init(&other, s.w, 1, 900);
    put(&other, s.w, 0, 1, "O");
    struct core_author twin = other;
    put(&other, s.w, 0, 1, "O");
    struct buf rival = core_author_put(&twin, 2, "P 2", NULL);
    assert_int_equal(core_author_give(s.w, 0, buf_slice(&rival), 7), ERR_FORK);
    put(&s.a, s.w, 0, 2, "A");
    put(&s.b, s.w, 1, 2, "B");
    meet(&s);
    assert_heads(&s, 2);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(core_head_seq(s.w, i, &other.log, NULL), 1);
    buf_fini(&rival);
    end(&s);
}

static void below_a_checkpoint_a_proof_is_evidence_only(void **state)
{
    (void)state;
    struct scene s;
    open_scene(&s);
    struct core_author late = s.b;
    put(&s.a, s.w, 0, 2, "A");
    core_checkpoint(s.w, 0, core_head(&s.a));
    struct buf three = core_author_put(&late, 3, "B 3", NULL), four = core_author_put(&late, 4, "B 4", NULL);
    assert_int_equal(core_author_give(s.w, 0, buf_slice(&three), 7), ERR_FORK);
    meet(&s);
    assert_heads(&s, 4);
    assert_title(&s, 4, "A 4");
    put(&s.a, s.w, 1, 1, "A");
    core_agree(s.w);
    assert_heads(&s, 5);
    buf_fini(&three);
    buf_fini(&four);
    end(&s);
}

/* The fork stands at the checkpoint's own seq. */
static void a_checkpoint_at_the_fork_itself_settles_it(void **state)
{
    (void)state;
    struct scene s;
    open_scene(&s);
    put(&s.a, s.w, 0, 1, "A");
    put(&s.b, s.w, 1, 1, "B");
    meet(&s);
    assert_heads(&s, 2);
    core_checkpoint(s.w, 0, core_head(&s.b));
    core_agree(s.w);
    assert_heads(&s, 3);
    assert_title(&s, 3, "B 3");
    end(&s);
}

static void check_named(bool act_first, bool b_named, size_t a_more, size_t b_more)
{
    struct scene s;
    open_scene(&s);
    struct core_author twin = b_named ? s.b : s.a;
    struct buf ahead[2];
    for (size_t i = 0; i < 2; i++) {
        char title[16];
        snprintf(title, sizeof title, "%s %d", b_named ? "B" : "A", (int)i + 3);
        ahead[i] = core_author_put(&twin, (unsigned)i + 3, title, NULL);
    }
    if (act_first)
        core_checkpoint(s.w, 0, core_head(&twin));
    put(&s.a, s.w, 0, a_more, "A");
    put(&s.b, s.w, 1, b_more, "B");
    if (!act_first) {
        meet(&s);
        assert_heads(&s, 2);
        core_checkpoint(s.w, 0, core_head(&twin));
    }
    meet(&s);
    assert_title(&s, 3, b_named ? "B 3" : "A 3");
    assert_title(&s, 4, b_named ? "B 4" : "A 4");
    assert_heads(&s, b_named ? 2 + b_more : 2 + a_more);
    for (size_t i = 0; i < 2; i++)
        buf_fini(&ahead[i]);
    end(&s);
}

static void the_branch_a_checkpoint_names_counts_also_where_the_other_was_held(void **state)
{
    (void)state;
    check_named(false, true, 4, 3);
    check_named(false, false, 4, 3);
}

static void a_checkpoint_may_come_before_the_commits(void **state)
{
    (void)state;
    check_named(true, true, 1, 2); /* site 0 has not come as far as the checkpoint, on the other branch */
    check_named(true, true, 3, 3); /* at its place it has another commit: nothing of it was taken */
    check_named(true, false, 2, 1);
}

/* Whoever had the commit that the act names has lost it: no proof tells where it parts from what others hold. */
static void check_unheld(size_t named, size_t held, uint64_t counts)
{
    struct scene s;
    struct buf later[2];
    open_scene(&s);
    for (size_t i = 0; i < named; i++)
        later[i] = core_author_put(&s.a, (unsigned)i + 3, i ? "A 4" : "A 3", NULL);
    put(&s.b, s.w, 1, held, "B");
    core_checkpoint(s.w, 0, core_head(&s.a));
    meet(&s);
    assert_heads(&s, counts);
    assert_title(&s, 3, counts < 3 ? NULL : "B 3");
    world_stop(s.w, 1);
    assert_int_equal(world_start(s.w, 1), ERR_OK);
    core_agree(s.w);
    assert_heads(&s, counts);
    /* It turns up after all. */
    for (size_t i = 0; i < named; i++)
        core_author_give(s.w, 2, buf_slice(&later[i]), 7);
    core_agree(s.w);
    assert_heads(&s, 2 + named);
    assert_title(&s, 3, "A 3");
    for (size_t i = 0; i < named; i++)
        buf_fini(&later[i]);
    end(&s);
}

static void a_checkpoint_whose_commit_nobody_holds_takes_only_what_stands_at_its_place(void **state)
{
    (void)state;
    check_unheld(1, 1, 2);
    check_unheld(1, 3, 2);
    check_unheld(2, 1, 3);
    check_unheld(2, 3, 3);
}

static void deep_branches_are_walked_back(void **state)
{
    (void)state;
    struct scene s;
    open_scene(&s);
    put(&s.a, s.w, 0, 200, "A");
    put(&s.b, s.w, 1, 207, "B");
    meet(&s);
    assert_heads(&s, 2);
    core_checkpoint(s.w, 0, core_head(&s.b));
    core_agree(s.w);
    assert_heads(&s, 209);
    assert_title(&s, 200, "B 200");
    end(&s);
}

static void a_clone_of_ones_own_log_ends_it_and_another_goes_on(void **state)
{
    (void)state;
    struct world *w = world_alliance(62, 2);
    char id[64], title[64], cloned[64];
    world_record(w, 1, "un", "Un", id);
    assert_true(world_settle(w, 30000));
    uint64_t before = w->sites[1].core->own[0].row.incarnation;
    size_t clone = world_clone(w, 1, true, true);
    world_block(w, clone, 1, true);
    world_block(w, 0, 1, true);
    assert_int_equal(world_start(w, clone), ERR_OK);
    world_record(w, clone, "deux", "Du clone", cloned);
    world_record(w, 1, "trois", "De l'original", id);
    world_run(w, 3000);
    world_stop(w, clone);
    world_block(w, 0, 1, false);
    assert_true(world_settle(w, 60000));
    world_record(w, 1, "quatre", "Après", id);
    assert_true(world_settle(w, 60000));
    assert_true(w->sites[1].core->own[0].row.incarnation != before);
    world_title(w, 0, id, title);
    assert_string_equal(title, "Après");
    core_agree(w);
    world_free(w);
}

static void proofs_survive_a_restart(void **state)
{
    (void)state;
    struct scene s;
    open_scene(&s);
    put(&s.a, s.w, 0, 3, "A");
    put(&s.b, s.w, 1, 3, "B");
    meet(&s);
    for (size_t i = 0; i < 3; i++) {
        world_crash(s.w, i);
        assert_int_equal(world_start(s.w, i), ERR_OK);
    }
    core_agree(s.w);
    assert_heads(&s, 2);
    assert_int_equal(core_author_tell(&s.a, s.w, 0, 9, "Neuf", NULL), ERR_FORK);
    /* Status tells of it, and of what stands aside. */
    json_t *r = world_do(s.w, 0, "status", NULL), *p;
    size_t i, told = 0;
    json_array_foreach(json_object_get(r, "problems"), i, p) told +=
        strcmp(json_string_value(json_object_get(p, "name")), "fork") == 0;
    assert_int_equal(told, 1);
    assert_int_equal(world_number(r, "aside"), 4);
    json_decref(r);
    end(&s);
}

/* A proof of a key that nobody admitted is passed over, a false one refused; neither ends anything. */
static void what_proves_nothing_changes_nothing(void **state)
{
    (void)state;
    struct scene s;
    struct core_author stranger, twin;
    open_scene(&s);
    core_author_init(&stranger, s.w, WORLD_SITES + 3, 5);
    twin = stranger;
    struct buf x = core_author_put(&stranger, 1, "X", NULL), y = core_author_put(&twin, 1, "Y", NULL);
    struct buf z = core_author_put(&s.a, 3, "Z", NULL), forged;
    forged = core_author_put(&s.b, 3, "Z'", &(struct core_twist){.signature = true});
    struct core *c = s.w->sites[0].core;
    struct fork_proof *all = NULL;
    struct arena arena = {0};
    size_t n = 0;
    assert_int_equal(batch_begin(c), ERR_OK);
    assert_int_equal(fork_take(c, buf_slice(&x), buf_slice(&y)), ERR_OK);
    assert_int_equal(fork_take(c, buf_slice(&z), buf_slice(&forged)), ERR_SIGNATURE);
    assert_int_equal(fork_take(c, buf_slice(&z), buf_slice(&z)), ERR_CHAIN);
    assert_int_equal(fork_take(c, buf_slice(&z), buf_slice(&x)), ERR_CHAIN);
    assert_int_equal(batch_end(c), ERR_OK);
    assert_int_equal(forks_all(c->store, &arena, &all, &n), ERR_OK);
    assert_int_equal(n, 0);
    assert_int_equal(core_author_give(s.w, 0, buf_slice(&z), 7), ERR_OK);
    arena_fini(&arena);
    buf_fini(&x);
    buf_fini(&y);
    buf_fini(&z);
    buf_fini(&forged);
    end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(branches_seen_in_either_order_end_the_log_at_one_place),
        cmocka_unit_test(a_proof_reaches_who_never_met_the_branches),
        cmocka_unit_test(a_proof_ahead_of_the_log_is_known_to_all),
        cmocka_unit_test(of_nested_forks_the_lowest_ends_the_log),
        cmocka_unit_test(forks_of_several_logs_are_apart),
        cmocka_unit_test(below_a_checkpoint_a_proof_is_evidence_only),
        cmocka_unit_test(a_checkpoint_at_the_fork_itself_settles_it),
        cmocka_unit_test(the_branch_a_checkpoint_names_counts_also_where_the_other_was_held),
        cmocka_unit_test(a_checkpoint_may_come_before_the_commits),
        cmocka_unit_test(a_checkpoint_whose_commit_nobody_holds_takes_only_what_stands_at_its_place),
        cmocka_unit_test(deep_branches_are_walked_back),
        cmocka_unit_test(a_clone_of_ones_own_log_ends_it_and_another_goes_on),
        cmocka_unit_test(proofs_survive_a_restart),
        cmocka_unit_test(what_proves_nothing_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
