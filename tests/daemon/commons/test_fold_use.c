/* fold_use: what another ally's use of a concept adopts, on small histories written by hand. The concept 5 of ally 2; users of allies 1 to 4. */
#include "daemon/commons/fold_use.h"
#include "tests/help/fold_at.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define CONCEPT 5

static const struct fold_rules by_use = {.adopt_by_secretariat = true, .adopt_by_use = true};

/* Ops as the store hands them out. */
static struct fold_op *sorted(struct at *a, const struct fold_rules *rules)
{
    struct fold_op *ops = arena_alloc(&a->arena, a->o.n + 1, sizeof *ops);
    assert_non_null(ops);
    memcpy(ops, a->o.op, a->o.n * sizeof *ops);
    ops_sort(ops, a->o.n);
    for (size_t i = 0; i < a->o.n; i++)
        ops[i].rules = *rules;
    return ops;
}

static struct fold_use *uses(struct at *a, const struct fold_rules *rules, size_t *n)
{
    struct fold_use *out = NULL;
    assert_int_equal(
        fold_use_of_record(slice_of(a->o.record, RECORD_BYTES), sorted(a, rules), a->o.n, &a->arena, &out, n), ERR_OK);
    return out;
}

/* Folds the concept, lets the first use after its proposal adopt, and reads the view. */
static void settle(struct at *a)
{
    const struct fold_op *proposer = NULL;
    struct fold_op *ops = sorted(a, &by_use);
    struct dot *dots = NULL;
    size_t n = 0, uses_n = 0, at = 0;
    struct slice id = slice_of(a->o.concept, CONCEPT_BYTES);
    at_fold(a, ENTITY_CONCEPT, &by_use);
    assert_int_equal(fold_use_proposer(id, ops, a->o.n, &a->arena, &proposer), ERR_OK);
    assert_non_null(proposer);
    struct fold_use *all = uses(a, &by_use, &uses_n);
    const struct fold_use *first = NULL;
    struct fold_place place = {.clock = proposer->clock};
    memcpy(place.site, proposer->site, SITE_BYTES);
    for (; at < uses_n; at++)
        if (memcmp(all[at].ally, proposer->ally, ALLY_BYTES) != 0 && fold_place_compare(&all[at].place, &place) > 0 &&
            (!first || fold_place_compare(&all[at].place, &first->place) < 0))
            first = &all[at];
    if (!first)
        return;
    assert_int_equal(fold_use_adopts(&a->v, proposer, first, ops, a->o.n, &a->arena, &dots, &n), ERR_OK);
    assert_int_equal(view_read_used(buf_slice(&a->canon), dots, n, &a->arena, &a->v), ERR_OK);
}

static struct at *begin(void)
{
    struct at *a = at_begin();
    ops_target(CONCEPT, a->o.concept);
    return a;
}

static void assert_shown(const struct at *a, const char *label, bool use)
{
    const struct view_key *key = view_field(&a->v, C_PREF_LABEL, slice_text("fr"));
    assert_non_null(key);
    assert_non_null(key->shown);
    assert_true(slice_equal(view_text(key->shown->value), slice_text(label)));
    assert_int_equal(key->shown->by_use, use);
}

static void another_allys_use_adopts_what_its_proposer_wrote(void **state)
{
    (void)state;
    struct at *a = begin();
    at_label(a, 20, 1, "Sol", NULL, 0);
    at_relate(a, 20, 2, 9, false, NULL, 0);
    settle(a);
    assert_false(a->v.adopted);
    at_index(a, 30, 3, CONCEPT, false, NULL, 0);
    settle(a);
    assert_true(a->v.adopted);
    assert_true(a->v.by_use);
    assert_shown(a, "Sol", true);
    assert_true(a->v.sets[0].values[0].by_use);
    at_end(a);
}

static void ones_own_use_adopts_nothing(void **state)
{
    (void)state;
    struct at *a = begin();
    at_label(a, 20, 1, "Sol", NULL, 0);
    at_index(a, 21, 2, CONCEPT, false, NULL, 0);
    settle(a);
    assert_false(a->v.adopted);
    at_end(a);
}

static void a_use_counts_where_the_charter_lets_it(void **state)
{
    (void)state;
    struct at *a = begin();
    size_t n = 9;
    at_index(a, 30, 3, CONCEPT, false, NULL, 0);
    uses(a, &(struct fold_rules){.adopt_by_secretariat = true}, &n);
    assert_int_equal(n, 0);
    uses(a, &by_use, &n);
    assert_int_equal(n, 1);
    at_end(a);
}

static void what_use_adopted_stays_when_the_term_goes_and_the_record_with_it(void **state)
{
    (void)state;
    struct at *a = begin();
    at_label(a, 20, 1, "Sol", NULL, 0);
    size_t term = at_index(a, 30, 3, CONCEPT, false, NULL, 0);
    at_index(a, 30, 4, CONCEPT, true, &term, 1);
    ops_dots(&a->o, OP_RECORD_RETIRE, 10, 5, NULL, 0);
    settle(a);
    assert_shown(a, "Sol", true);
    at_end(a);
}

static void a_use_from_before_the_proposal_is_none_of_it(void **state)
{
    (void)state;
    struct at *a = begin();
    at_index(a, 30, 1, CONCEPT, false, NULL, 0);
    at_label(a, 20, 2, "Sol", NULL, 0);
    settle(a);
    assert_false(a->v.adopted);
    at_index(a, 30, 3, CONCEPT, false, NULL, 0); /* the same ally, again */
    settle(a);
    assert_shown(a, "Sol", true);
    at_end(a);
}

static void what_its_proposer_changes_later_waits(void **state)
{
    (void)state;
    struct at *a = begin();
    size_t first = at_label(a, 20, 1, "Sol", NULL, 0);
    struct write_spec note = {.field = C_KIND, .lang = "", .text = "descriptor"};
    ops_write(&a->o, OP_CONCEPT_PUT, 20, 2, &note, 1, NULL, 0);
    at_index(a, 30, 3, CONCEPT, false, NULL, 0);
    at_label(a, 21, 4, "Sol pollué", &first, 1);
    at_index(a, 40, 5, CONCEPT, false, NULL, 0); /* a second use looks no closer */
    settle(a);
    assert_true(a->v.adopted);
    assert_shown(a, "Sol pollué", false);
    at_end(a);
}

static void anothers_change_waits_and_no_longer_stands_before_what_is_used(void **state)
{
    (void)state;
    struct at *a = begin();
    size_t first = at_label(a, 20, 1, "Sol", NULL, 0), waiting;
    at_label(a, 30, 2, "Sols", &first, 1);
    settle(a);
    assert_shown(a, "Sols", false);
    at_index(a, 40, 3, CONCEPT, false, NULL, 0);
    settle(a);
    assert_shown(a, "Sol", true);
    struct dot *dots = NULL;
    assert_int_equal(view_waiting(&a->v, &a->arena, &dots, &waiting), ERR_OK);
    assert_int_equal(waiting, 1);
    at_end(a);
}

static void nothing_is_adopted_by_use_beside_what_an_act_adopted(void **state)
{
    (void)state;
    struct at *a = begin();
    at_label(a, 20, 1, "Sol", NULL, 0);
    size_t rival = at_label(a, 30, 2, "Terre", NULL, 0);
    at_adopt(a, 90, 3, rival);
    at_index(a, 40, 4, CONCEPT, false, NULL, 0);
    settle(a);
    assert_shown(a, "Terre", false);
    assert_false(a->v.by_use);
    assert_true(a->v.adopted);
    at_end(a);
}

static void merging_and_retiring_are_not_adopted_by_use(void **state)
{
    (void)state;
    struct at *a = begin();
    struct write_spec merge = {.target = 9}, retire = {.text = "double"};
    at_label(a, 20, 1, "Sol", NULL, 0);
    ops_write(&a->o, OP_CONCEPT_MERGE, 20, 2, &merge, 1, NULL, 0);
    ops_write(&a->o, OP_CONCEPT_RETIRE, 20, 3, &retire, 1, NULL, 0);
    at_index(a, 30, 4, CONCEPT, false, NULL, 0);
    settle(a);
    assert_true(a->v.adopted);
    assert_null(a->v.merged_into);
    assert_false(a->v.deprecated);
    at_end(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(another_allys_use_adopts_what_its_proposer_wrote),
        cmocka_unit_test(ones_own_use_adopts_nothing),
        cmocka_unit_test(a_use_counts_where_the_charter_lets_it),
        cmocka_unit_test(what_use_adopted_stays_when_the_term_goes_and_the_record_with_it),
        cmocka_unit_test(a_use_from_before_the_proposal_is_none_of_it),
        cmocka_unit_test(what_its_proposer_changes_later_waits),
        cmocka_unit_test(anothers_change_waits_and_no_longer_stands_before_what_is_used),
        cmocka_unit_test(nothing_is_adopted_by_use_beside_what_an_act_adopted),
        cmocka_unit_test(merging_and_retiring_are_not_adopted_by_use),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
