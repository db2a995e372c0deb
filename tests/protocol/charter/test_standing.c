/* standing: what of a log counts, which heads are fixed, which charter judges, whose records are whose. */
#include "protocol/charter/authority.h"

#include "tests/help/charter_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

static const uint8_t all[] = {0x11, 0x21, 0x31, 0x41, 0x51, 0x61};

static int start(void **state)
{
    (void)state;
    return sign_start() != ERR_OK;
}

static uint64_t limit(struct world *w, const struct authority *a, uint8_t seed, uint64_t incarnation)
{
    struct head h = world_head(w, seed, incarnation, 1);
    return authority_limit(a, &h.log);
}

/* The seq of the highest checkpoint; 0: none. */
static uint64_t checkpoint(struct world *w, const struct authority *a, uint8_t seed, uint64_t incarnation)
{
    struct head h = world_head(w, seed, incarnation, 1);
    const struct head *found = authority_checkpoint(a, &h.log);
    if (found)
        assert_int_equal(log_compare(&found->log, &h.log), 0);
    return found ? found->seq : 0;
}

static size_t judge(struct world *w, const struct authority *a, uint8_t seed, uint64_t incarnation, uint64_t seq)
{
    struct head h = world_head(w, seed, incarnation, 1);
    return authority_charter_of(a, &h.log, seq);
}

static void a_known_site_counts_from_its_first_commit_and_a_stranger_never(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 3);
    world_admit(&w, 4, 0x41);
    struct authority a = world_build(&w);
    assert_true(limit(&w, &a, 0x11, 1) == UINT64_MAX);
    assert_true(limit(&w, &a, 0x41, 99) == UINT64_MAX);
    assert_int_equal(limit(&w, &a, 0x77, 1), 0);
    assert_int_equal(limit(&w, &a, WORLD_REGISTRAR, 1), 0);
    authority_fini(&a);
    world_fini(&w);
}

static void a_suspension_cuts_every_site_of_the_ally_and_lifting_it_restores_all(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 3);
    world_admit(&w, 2, 0x22);
    struct head heads[] = {world_head(&w, 0x21, 5, 12), world_head(&w, 0x31, 5, 3)};
    world_suspend(&w, 2, heads, 2);
    world_admit(&w, 2, 0x23); /* comes while the ally is suspended */
    struct authority a = world_build(&w);
    assert_int_equal(limit(&w, &a, 0x21, 5), 12);
    assert_int_equal(limit(&w, &a, 0x21, 6), 0);
    assert_int_equal(limit(&w, &a, 0x22, 1), 0);
    assert_int_equal(limit(&w, &a, 0x23, 1), 0);
    assert_true(limit(&w, &a, 0x31, 5) == UINT64_MAX); /* another's log, though the act names it */
    assert_int_equal(checkpoint(&w, &a, 0x21, 5), 12);
    assert_int_equal(checkpoint(&w, &a, 0x31, 5), 0);
    authority_fini(&a);
    world_lift(&w, 2);
    a = world_build(&w);
    assert_true(limit(&w, &a, 0x21, 5) == UINT64_MAX);
    assert_true(limit(&w, &a, 0x21, 6) == UINT64_MAX);
    assert_true(limit(&w, &a, 0x22, 1) == UINT64_MAX);
    assert_int_equal(checkpoint(&w, &a, 0x21, 5), 12); /* the branch stays fixed */
    assert_int_equal(a.cuts_n, 0);
    authority_fini(&a);
    world_fini(&w);
}

static void of_two_suspensions_the_lower_cut_counts_until_both_are_lifted(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 3);
    struct head first = world_head(&w, 0x21, 5, 12), second = world_head(&w, 0x21, 5, 20);
    world_suspend(&w, 2, &first, 1);
    world_suspend(&w, 2, &second, 1);
    struct authority a = world_build(&w);
    assert_int_equal(limit(&w, &a, 0x21, 5), 12);
    authority_fini(&a);
    world_lift(&w, 2);
    a = world_build(&w);
    assert_true(limit(&w, &a, 0x21, 5) == UINT64_MAX);
    authority_fini(&a);
    world_fini(&w);
}

static void a_cut_that_arrives_late_counts_as_if_it_had_been_there(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 3);
    world_admit(&w, 4, 0x41);
    struct head head = world_head(&w, 0x21, 5, 12);
    world_suspend(&w, 2, &head, 1);
    world_admit(&w, 5, 0x51);
    struct slice late = w.acts[1];
    w.acts[1] = slice_text("under way");
    struct authority a = world_build(&w);
    assert_true(limit(&w, &a, 0x21, 5) == UINT64_MAX);
    authority_fini(&a);
    w.acts[1] = w.acts[2];
    w.acts[2] = late;
    a = world_build(&w);
    assert_int_equal(limit(&w, &a, 0x21, 5), 12);
    assert_non_null(authority_ally(&a, world_ally(&w, 5)));
    authority_fini(&a);
    world_fini(&w);
}

static void a_replaced_key_counts_up_to_its_cut(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 3);
    world_admit(&w, 2, 0x23);
    struct head heads[] = {world_head(&w, 0x21, 5, 12), world_head(&w, 0x11, 1, 4), world_head(&w, 0x23, 1, 4)};
    struct head senseless = world_head(&w, 0x21, 5, 70);
    world_replace(&w, 2, 0x21, 0x22, heads, 3);
    world_replace(&w, 2, 0x21, 0x24, &senseless, 1);
    struct authority a = world_build(&w);
    assert_int_equal(limit(&w, &a, 0x21, 5), 12);
    assert_int_equal(limit(&w, &a, 0x21, 4), 0);
    assert_true(limit(&w, &a, 0x22, 1) == UINT64_MAX);
    assert_true(limit(&w, &a, 0x11, 1) == UINT64_MAX);
    assert_int_equal(checkpoint(&w, &a, 0x21, 5), 12);
    assert_int_equal(checkpoint(&w, &a, 0x11, 1), 0);
    assert_int_equal(checkpoint(&w, &a, 0x23, 1), 0);
    assert_true(authority_site(&a, world_site(&w, 0x21))->ended);
    authority_fini(&a);
    world_fini(&w);
}

static void an_expelled_allys_logs_count_up_to_the_charters_cuts(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 4);
    world_admit(&w, 4, 0x42);
    struct world_draft *d = world_draft(&w, false);
    draft_drop(d, &w, 4);
    draft_cut_at(d, world_head(&w, 0x41, 7, 30));
    draft_cut(d, &w, 0x42);
    draft_cut_at(d, world_head(&w, 0x11, 1, 5)); /* a site that goes on: a checkpoint, no cut */
    world_enact(&w, &d->charter, all, 3);
    struct authority a = world_build(&w);
    assert_int_equal(a.charter_number, 1);
    assert_int_equal(limit(&w, &a, 0x41, 7), 30);
    assert_int_equal(limit(&w, &a, 0x41, 8), 0);
    assert_int_equal(limit(&w, &a, 0x42, 1), 0);
    assert_true(limit(&w, &a, 0x11, 1) == UINT64_MAX);
    assert_int_equal(checkpoint(&w, &a, 0x41, 7), 30);
    assert_int_equal(checkpoint(&w, &a, 0x11, 1), 5);
    authority_fini(&a);
    world_fini(&w);
}

static void the_lowest_of_all_cuts_applies(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 4);
    struct head high = world_head(&w, 0x41, 7, 30), low = world_head(&w, 0x41, 7, 10);
    world_suspend(&w, 4, &low, 1);
    struct world_draft *d = world_draft(&w, false);
    draft_drop(d, &w, 4);
    draft_cut_at(d, high);
    world_enact(&w, &d->charter, all, 3);
    struct authority a = world_build(&w);
    assert_int_equal(limit(&w, &a, 0x41, 7), 10);
    authority_fini(&a);
    world_lift(&w, 4);
    a = world_build(&w);
    assert_int_equal(limit(&w, &a, 0x41, 7), 30); /* the suspension's alone is gone */
    authority_fini(&a);
    d = world_draft(&w, false);
    draft_cut_at(d, world_head(&w, 0x41, 7, 20)); /* a later charter cuts further down */
    world_enact(&w, &d->charter, all, 3);
    a = world_build(&w);
    assert_int_equal(a.charter_number, 2);
    assert_int_equal(limit(&w, &a, 0x41, 7), 20);
    assert_int_equal(checkpoint(&w, &a, 0x41, 7), 30);
    authority_fini(&a);
    world_fini(&w);
}

static void the_highest_checkpoint_of_a_log_stands(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 3);
    struct head early[] = {world_head(&w, 0x11, 1, 10), world_head(&w, 0x21, 1, 10), world_head(&w, 0x77, 1, 2)};
    struct head charter[] = {world_head(&w, 0x11, 1, 8), world_head(&w, 0x21, 1, 14)};
    struct head late[] = {world_head(&w, 0x21, 1, 14), world_head(&w, 0x31, 1, 1)};
    late[0].id[0] = 0xff;
    world_checkpoint(&w, early, 3);
    struct world_draft *d = world_draft(&w, false);
    d->charter.checkpoint = world_heads(&w, charter, 2);
    d->charter.checkpoint_n = 2;
    world_enact(&w, &d->charter, all, 2);
    struct authority a = world_build(&w);
    assert_int_equal(checkpoint(&w, &a, 0x11, 1), 10);
    assert_int_equal(checkpoint(&w, &a, 0x21, 1), 14);
    assert_int_equal(checkpoint(&w, &a, 0x77, 1), 2); /* its site may come later */
    assert_int_equal(checkpoint(&w, &a, 0x31, 1), 0);
    assert_int_equal(authority_checkpoint(&a, &charter[1].log)->id[0], 14);
    authority_fini(&a);
    world_checkpoint(&w, late, 2);
    a = world_build(&w);
    assert_int_equal(authority_checkpoint(&a, &charter[1].log)->id[0], 0xff); /* of equally high ones the last */
    size_t n;
    const struct head *list = authority_checkpoints(&a, &n);
    assert_int_equal(n, 4);
    for (size_t i = 1; i < n; i++)
        assert_true(log_compare(&list[i - 1].log, &list[i].log) < 0);
    authority_fini(&a);
    world_fini(&w);
}

static void an_op_is_judged_by_the_charter_before_the_first_that_covers_it(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 4);
    struct head first = world_head(&w, 0x11, 1, 10), second = world_head(&w, 0x11, 1, 20);
    struct charter_role role = {.role = slice_text(ROLE_SECRETARIAT)};
    struct charter_rule rule = {RULE_ADOPT_ALLIES, 3};
    memcpy(role.ally, world_ally(&w, 2), ALLY_BYTES);
    struct world_draft *d = world_draft(&w, false);
    d->charter.checkpoint = &first;
    d->charter.checkpoint_n = 1;
    d->charter.roles = &role;
    world_enact(&w, &d->charter, all, 4);
    d = world_draft(&w, false);
    d->charter.rules = &rule;
    d->charter.rules_n = 1;
    draft_cut_at(d, second); /* a cut is a checkpoint too */
    world_enact(&w, &d->charter, all, 4);
    struct authority a = world_build(&w);
    assert_int_equal(a.charter_number, 2);
    assert_int_equal(judge(&w, &a, 0x11, 1, 1), 0);
    assert_int_equal(judge(&w, &a, 0x11, 1, 10), 0);
    assert_int_equal(judge(&w, &a, 0x11, 1, 11), 1);
    assert_int_equal(judge(&w, &a, 0x11, 1, 20), 1);
    assert_int_equal(judge(&w, &a, 0x11, 1, 21), 2);
    assert_int_equal(judge(&w, &a, 0x11, 2, 1), 2);
    assert_int_equal(judge(&w, &a, 0x21, 1, 1), 2);
    assert_true(authority_has_role_at(&a, 0, world_ally(&w, 1), ROLE_SECRETARIAT));
    assert_false(authority_has_role_at(&a, 1, world_ally(&w, 1), ROLE_SECRETARIAT));
    assert_true(authority_has_role_at(&a, 2, world_ally(&w, 2), ROLE_SECRETARIAT));
    assert_false(authority_has_role_at(&a, 3, world_ally(&w, 2), ROLE_SECRETARIAT));
    assert_true(authority_has_role(&a, world_ally(&w, 2), ROLE_SECRETARIAT));
    assert_int_equal(authority_rule_at(&a, 1, RULE_ADOPT_ALLIES), 2);
    assert_int_equal(authority_rule_at(&a, 2, RULE_ADOPT_ALLIES), 3);
    assert_int_equal(authority_rule_at(&a, 2, RULE_ADOPT_SECRETARIAT), 0);
    assert_int_equal(authority_rule(&a, RULE_ADOPT_ALLIES), 3);
    authority_fini(&a);
    world_fini(&w);
}

static void leave(struct world *w, unsigned ally, const uint8_t *heir)
{
    struct world_draft *d = world_draft(w, false);
    struct charter_ally *left = draft_ally(d, w, ally);
    left->sites_n = 0;
    left->heir = slice_of(heir, heir ? ALLY_BYTES : 0);
    draft_cut_at(d, world_head(w, world_seed(ally), 1, 6));
    world_enact(w, &d->charter, all, 6);
}

static unsigned owner(struct world *w, const struct authority *a, unsigned ally)
{
    const struct ally *o = authority_owner_of(a, world_ally(w, ally));
    return o ? (unsigned)o->id[0] - 0xb0 : 0;
}

static void heirs_of_heirs_own_the_records_of_those_who_left(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 6);
    leave(&w, 6, world_ally(&w, 5));
    struct authority a = world_build(&w);
    assert_int_equal(a.charter_number, 1);
    assert_int_equal(owner(&w, &a, 6), 5);
    assert_int_equal(owner(&w, &a, 5), 5);
    assert_int_equal(owner(&w, &a, 9), 0);
    assert_int_equal(limit(&w, &a, 0x61, 1), 6);
    authority_fini(&a);
    leave(&w, 5, world_ally(&w, 4));
    a = world_build(&w);
    assert_int_equal(a.charter_number, 2);
    assert_int_equal(owner(&w, &a, 6), 4);
    assert_int_equal(owner(&w, &a, 5), 4);
    authority_fini(&a);
    leave(&w, 4, NULL);
    a = world_build(&w);
    assert_int_equal(a.charter_number, 3);
    assert_int_equal(owner(&w, &a, 6), 0); /* read-only */
    assert_int_equal(owner(&w, &a, 4), 0);
    assert_int_equal(owner(&w, &a, 3), 3);
    authority_fini(&a);
    world_fini(&w);
}

static void a_ring_of_heirs_owns_nothing(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 4);
    struct authority a = world_build(&w);
    for (size_t i = 1; i <= 2; i++) { /* no chain of charters makes this: each heir must be there */
        a.allies[i].ended = true;
        a.allies[i].heir = slice_of(a.allies[3 - i].id, ALLY_BYTES);
    }
    assert_int_equal(owner(&w, &a, 2), 0);
    assert_int_equal(owner(&w, &a, 3), 0);
    authority_fini(&a);
    world_fini(&w);
}

static void an_heir_has_nothing_before_and_an_expulsion_leaves_none(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 4);
    struct world_draft *d = world_draft(&w, false);
    draft_ally(d, &w, 4)->heir = slice_of(world_ally(&w, 2), ALLY_BYTES);
    world_enact(&w, &d->charter, all, 4);
    struct authority a = world_build(&w);
    assert_int_equal(owner(&w, &a, 4), 4);
    authority_fini(&a);
    d = world_draft(&w, false);
    draft_drop(d, &w, 4);
    draft_cut(d, &w, 0x41);
    world_enact(&w, &d->charter, all, 4);
    a = world_build(&w);
    assert_int_equal(a.charter_number, 2);
    assert_int_equal(owner(&w, &a, 4), 0);
    authority_fini(&a);
    world_fini(&w);
}

static void a_suspension_outlasts_a_charter(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 3);
    struct head head = world_head(&w, 0x21, 5, 12);
    world_suspend(&w, 2, &head, 1);
    struct world_draft *d = world_draft(&w, false);
    world_enact(&w, &d->charter, all, 2);
    struct authority a = world_build(&w);
    assert_int_equal(a.charter_number, 1);
    assert_true(authority_ally(&a, world_ally(&w, 2))->suspended);
    assert_int_equal(limit(&w, &a, 0x21, 5), 12);
    authority_fini(&a);
    world_lift(&w, 2);
    a = world_build(&w);
    assert_true(limit(&w, &a, 0x21, 5) == UINT64_MAX);
    authority_fini(&a);
    world_fini(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_known_site_counts_from_its_first_commit_and_a_stranger_never),
        cmocka_unit_test(a_suspension_cuts_every_site_of_the_ally_and_lifting_it_restores_all),
        cmocka_unit_test(of_two_suspensions_the_lower_cut_counts_until_both_are_lifted),
        cmocka_unit_test(a_cut_that_arrives_late_counts_as_if_it_had_been_there),
        cmocka_unit_test(a_replaced_key_counts_up_to_its_cut),
        cmocka_unit_test(an_expelled_allys_logs_count_up_to_the_charters_cuts),
        cmocka_unit_test(the_lowest_of_all_cuts_applies),
        cmocka_unit_test(the_highest_checkpoint_of_a_log_stands),
        cmocka_unit_test(an_op_is_judged_by_the_charter_before_the_first_that_covers_it),
        cmocka_unit_test(heirs_of_heirs_own_the_records_of_those_who_left),
        cmocka_unit_test(a_ring_of_heirs_owns_nothing),
        cmocka_unit_test(an_heir_has_nothing_before_and_an_expulsion_leaves_none),
        cmocka_unit_test(a_suspension_outlasts_a_charter),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
