/*
 * fold: the rules of fold.h about links, merges, retirements and erasures, on small histories written by hand (fold_at.h).
 */
#include "tests/help/fold_at.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static const struct fold_rules by_secretariat = {.adopt_by_secretariat = true};

/* ---- links ---- */

static void a_link_is_any_allys_and_removed_by_its_own_ally_only(void **state)
{
    (void)state;
    struct at *a = at_begin();
    size_t mine = at_link(a, 20, 1, 5, false, NULL, 0);
    at_link(a, 30, 2, 5, true, &mine, 1);
    at_link(a, 10, 3, 5, true, &mine, 1); /* not even the record's owner */
    at_fold(a, ENTITY_RECORD, &by_secretariat);
    LINKS_LIVE(a, mine);
    at_link(a, 21, 4, 5, true, &mine, 1);
    at_fold(a, ENTITY_RECORD, &by_secretariat);
    assert_int_equal(a->v.links_n, 0);
    at_end(a);
}

static void a_link_added_anew_unseen_by_its_removal_stays(void **state)
{
    (void)state;
    struct at *a = at_begin();
    size_t seen = at_link(a, 20, 1, 5, false, NULL, 0);
    size_t unseen = at_link(a, 21, 2, 5, false, NULL, 0);
    at_link(a, 20, 3, 5, true, &seen, 1);
    at_fold(a, ENTITY_RECORD, &by_secretariat);
    LINKS_LIVE(a, unseen);
    at_end(a);
}

static void one_target_under_two_relations_is_two_links(void **state)
{
    (void)state;
    struct at *a = at_begin();
    struct write_spec w[] = {
        {.field = LINK_CITES,   .text = "http://example.org/c"},
        {.field = LINK_EXTENDS, .text = "http://example.org/c"}
    };
    ops_write(&a->o, OP_RECORD_LINK, 20, 1, w, 2, NULL, 0);
    at_fold(a, ENTITY_RECORD, &by_secretariat);
    assert_int_equal(a->v.links_n, 2);
    assert_int_equal(a->v.links[0].field, LINK_CITES);
    assert_int_equal(a->v.links[1].field, LINK_EXTENDS);
    assert_int_equal(a->v.links[0].target.len, CONCEPT_BYTES);
    assert_true(slice_equal(a->v.links[0].shown->value, slice_text("\x92\xb4http://example.org/c\xc0")));
    at_end(a);
}

static void a_link_and_a_field_of_one_number_do_not_meet(void **state)
{
    (void)state;
    struct at *a = at_begin();
    struct write_spec type = {.field = R_TYPE, .text = "experience"};
    size_t field = ops_write(&a->o, OP_RECORD_PUT, 10, 1, &type, 1, NULL, 0);
    size_t cites = at_link(a, 10, 2, 5, false, &field, 1);
    at_fold(a, ENTITY_RECORD, &by_secretariat);
    FIELDS_LIVE(a, field);
    LINKS_LIVE(a, cites);
    assert_int_equal(a->v.sets_n, 0);
    at_end(a);
}

/* ---- merges, retirements ---- */

/* `into` 0 undoes. */
static size_t merge(struct at *a, unsigned site, uint64_t clock, unsigned into, const size_t *names, size_t n)
{
    struct write_spec w = {.target = into, .names_n = n};
    for (size_t i = 0; i < n; i++)
        w.names[i] = names[i];
    return ops_write(&a->o, OP_CONCEPT_MERGE, site, clock, &w, 1, NULL, 0);
}

static size_t retire(struct at *a, unsigned site, uint64_t clock, bool retired, const char *reason, const size_t *names,
                     size_t n)
{
    struct write_spec w = {.remove = !retired, .text = reason, .names_n = n};
    for (size_t i = 0; i < n; i++)
        w.names[i] = names[i];
    return ops_write(&a->o, OP_CONCEPT_RETIRE, site, clock, &w, 1, NULL, 0);
}

/* Where the concept is merged; 0: nowhere. */
static void merged_is(struct at *a, unsigned into)
{
    uint8_t target[CONCEPT_BYTES];
    at_fold(a, ENTITY_CONCEPT, &by_secretariat);
    ops_target(into, target);
    assert_int_equal(a->v.merged_into != NULL, into != 0);
    if (into)
        assert_memory_equal(a->v.merged_into, target, CONCEPT_BYTES);
}

static void a_merge_does_nothing_until_it_is_adopted(void **state)
{
    (void)state;
    struct at *a = at_begin();
    size_t proposed = merge(a, 20, 1, 5, NULL, 0);
    merged_is(a, 0);
    assert_int_equal(a->v.merge.values_n, 1);
    assert_false(a->v.merge.conflict);
    at_adopt(a, 30, 2, proposed); /* not by a rule */
    merged_is(a, 0);
    at_adopt(a, 90, 3, proposed);
    merged_is(a, 5);
    assert_false(a->v.adopted); /* the concept itself is not for that */
    at_end(a);
}

static void merges_into_different_concepts_replace_each_other(void **state)
{
    (void)state;
    struct at *a = at_begin();
    size_t first = merge(a, 20, 1, 5, NULL, 0);
    size_t second = merge(a, 21, 2, 6, &first, 1);
    at_fold(a, ENTITY_CONCEPT, &by_secretariat);
    at_live(&a->v.merge, 1, &second, 1);
    at_adopt(a, 90, 3, second);
    merged_is(a, 6);
    at_end(a);
}

static void an_adopted_merge_outlives_another_proposed_over_it(void **state)
{
    (void)state;
    struct at *a = at_begin();
    size_t first = merge(a, 20, 1, 5, NULL, 0);
    at_adopt(a, 90, 2, first);
    size_t second = merge(a, 30, 3, 6, &first, 1);
    merged_is(a, 5);
    assert_int_equal(a->v.merge.values[1].names_n, 1);
    at_adopt(a, 90, 4, second);
    merged_is(a, 6);
    assert_int_equal(a->v.merge.values_n, 1);
    assert_false(a->v.merge.conflict);
    at_end(a);
}

static void two_adopted_concurrent_merges_are_a_conflict_with_one_default(void **state)
{
    (void)state;
    struct at *a = at_begin();
    size_t later = merge(a, 30, 7, 6, NULL, 0);
    size_t first = merge(a, 20, 1, 5, NULL, 0);
    at_adopt(a, 90, 8, first);
    at_adopt(a, 91, 9, later);
    merged_is(a, 6); /* the latest in canonical order */
    assert_true(a->v.merge.conflict);
    assert_int_equal(a->v.conflicts, 1);
    size_t both[] = {first, later};
    at_adopt(a, 90, 11, merge(a, 20, 10, 5, both, 2));
    merged_is(a, 5);
    assert_int_equal(a->v.conflicts, 0);
    at_end(a);
}

static void two_adopted_merges_into_one_concept_are_no_conflict(void **state)
{
    (void)state;
    struct at *a = at_begin();
    at_adopt(a, 90, 3, merge(a, 20, 1, 5, NULL, 0));
    at_adopt(a, 90, 4, merge(a, 30, 2, 5, NULL, 0));
    merge(a, 40, 5, 6, NULL, 0); /* nor is what nobody adopted */
    merged_is(a, 5);
    assert_false(a->v.merge.conflict);
    at_end(a);
}

static void a_merge_is_undone_by_an_adopted_empty_one(void **state)
{
    (void)state;
    struct at *a = at_begin();
    size_t first = merge(a, 20, 1, 5, NULL, 0);
    at_adopt(a, 90, 2, first);
    size_t undone = merge(a, 20, 3, 0, &first, 1);
    merged_is(a, 5); /* its own ally's, yet adopted */
    at_adopt(a, 90, 4, undone);
    merged_is(a, 0);
    assert_int_equal(a->v.merge.values_n, 1);
    assert_null(a->v.merge.shown);
    at_end(a);
}

static void a_retirement_deprecates_once_adopted_and_is_taken_back_likewise(void **state)
{
    (void)state;
    struct at *a = at_begin();
    size_t first = retire(a, 20, 1, true, "vieux", NULL, 0);
    at_fold(a, ENTITY_CONCEPT, &by_secretariat);
    assert_false(a->v.deprecated);
    at_adopt(a, 90, 2, first);
    at_fold(a, ENTITY_CONCEPT, &by_secretariat);
    assert_true(a->v.deprecated);
    assert_true(slice_equal(view_text(a->v.retire.shown->value), slice_text("vieux")));
    size_t back = retire(a, 30, 3, false, "", &first, 1);
    at_fold(a, ENTITY_CONCEPT, &by_secretariat);
    assert_true(a->v.deprecated);
    at_adopt(a, 90, 4, back);
    at_fold(a, ENTITY_CONCEPT, &by_secretariat);
    assert_false(a->v.deprecated);
    assert_int_equal(a->v.retire.values_n, 1);
    at_end(a);
}

static void retirements_for_different_reasons_are_no_conflict(void **state)
{
    (void)state;
    struct at *a = at_begin();
    at_adopt(a, 90, 3, retire(a, 20, 1, true, "vieux", NULL, 0));
    at_adopt(a, 90, 4, retire(a, 30, 2, true, "double", NULL, 0));
    at_fold(a, ENTITY_CONCEPT, &by_secretariat);
    assert_false(a->v.retire.conflict);
    at_adopt(a, 90, 6, retire(a, 40, 5, false, "", NULL, 0));
    at_fold(a, ENTITY_CONCEPT, &by_secretariat);
    assert_true(a->v.retire.conflict);
    assert_int_equal(a->v.conflicts, 1);
    assert_false(a->v.deprecated);
    at_end(a);
}

static void a_merge_and_a_retirement_do_not_replace_each_other(void **state)
{
    (void)state;
    struct at *a = at_begin();
    size_t merged = merge(a, 20, 1, 5, NULL, 0);
    size_t retired = retire(a, 20, 2, true, "", &merged, 1);
    at_adopt(a, 90, 3, merged);
    at_adopt(a, 90, 4, retired);
    merged_is(a, 5);
    assert_true(a->v.deprecated);
    at_end(a);
}

/* ---- erasures ---- */

static void erased_index_terms_links_and_relations_are_gone(void **state)
{
    (void)state;
    struct at *a = at_begin();
    a->o.op[at_index(a, 20, 1, 5, false, NULL, 0)].state = BODY_ERASED;
    a->o.op[at_link(a, 20, 2, 5, false, NULL, 0)].state = BODY_ERASED;
    a->o.op[at_relate(a, 20, 3, 5, false, NULL, 0)].state = BODY_ERASED;
    at_fold(a, ENTITY_RECORD, &by_secretariat);
    assert_int_equal(a->v.sets_n + a->v.links_n + a->v.pending_n, 0);
    at_fold(a, ENTITY_CONCEPT, &by_secretariat);
    assert_int_equal(a->v.sets_n + a->v.pending_n, 0);
    at_end(a);
}

static void an_erased_add_or_removal_still_replaces_what_it_names(void **state)
{
    (void)state;
    struct at *a = at_begin();
    size_t first = at_index(a, 20, 1, 5, false, NULL, 0);
    a->o.op[at_index(a, 20, 2, 5, false, &first, 1)].state = BODY_ERASED;
    at_fold(a, ENTITY_RECORD, &by_secretariat);
    assert_int_equal(a->v.sets_n, 0);
    size_t link = at_link(a, 20, 3, 5, false, NULL, 0);
    a->o.op[at_link(a, 20, 4, 5, true, &link, 1)].state = BODY_ERASED;
    at_fold(a, ENTITY_RECORD, &by_secretariat);
    assert_int_equal(a->v.links_n, 0);
    at_end(a);
}

static void an_erased_retirement_keeps_the_concept_deprecated_and_loses_its_reason(void **state)
{
    (void)state;
    struct at *a = at_begin();
    size_t retired = retire(a, 20, 1, true, "untel", NULL, 0);
    at_adopt(a, 90, 2, retired);
    a->o.op[retired].state = BODY_ERASED;
    at_fold(a, ENTITY_CONCEPT, &by_secretariat);
    assert_true(a->v.deprecated);
    assert_true(slice_equal(a->v.retire.shown->value, slice_text("\xc0")));
    at_end(a);
}

static void a_merge_has_nothing_to_erase_and_waits_where_somebody_says_so(void **state)
{
    (void)state;
    struct at *a = at_begin();
    size_t merged = merge(a, 20, 1, 5, NULL, 0);
    at_adopt(a, 90, 2, merged);
    a->o.op[merged].state = BODY_ERASED;
    merged_is(a, 0);
    assert_int_equal(a->v.pending_n, 1);
    at_end(a);
}

static void erasing_and_attesting_change_nothing_of_the_site_itself(void **state)
{
    (void)state;
    struct at *a = at_begin();
    size_t announced = ops_dots(&a->o, OP_SITE_ANNOUNCE, 10, 1, NULL, 0);
    at_fold(a, ENTITY_SITE, &by_secretariat);
    struct buf before = a->canon;
    a->canon = (struct buf){0};
    ops_dots(&a->o, OP_SITE_ERASE, 10, 2, &announced, 1);
    ops_dots(&a->o, OP_SITE_ATTEST, 10, 3, &announced, 1);
    a->o.op[1].state = a->o.op[2].state = BODY_MISSING; /* not even as pending */
    at_fold(a, ENTITY_SITE, &by_secretariat);
    assert_true(slice_equal(buf_slice(&before), buf_slice(&a->canon)));
    buf_fini(&before);
    at_end(a);
}

static void an_erasure_is_written_by_the_site_that_it_names(void **state)
{
    (void)state;
    struct at *a = at_begin();
    ops_dots(&a->o, OP_SITE_ERASE, 10, 1, (size_t[]){0}, 1);
    ops_dots(&a->o, OP_SITE_ATTEST, 10, 2, (size_t[]){0}, 1);
    uint8_t own[SITE_BYTES], other[SITE_BYTES];
    for (size_t i = 0; i < 2; i++) {
        assert_true(fold_counts(&a->o.op[i], slice_of(ops_site(10, own), SITE_BYTES)));
        assert_false(fold_counts(&a->o.op[i], slice_of(ops_site(11, other), SITE_BYTES)));
    }
    at_end(a);
}

/* ---- the second worked example of PROTOCOL.md §10 ---- */

static void canonical_bytes_of_a_concept_are_as_the_protocol_says(void **state)
{
    (void)state;
    struct at *a = at_begin();
    size_t merged = merge(a, 20, 1, 5, NULL, 0);
    at_adopt(a, 90, 2, merged);
    merge(a, 30, 3, 0, &merged, 1);
    retire(a, 20, 4, true, "double", NULL, 0);
    at_fold(a, ENTITY_CONCEPT, &by_secretariat);
    at_bytes(a,
             "9703c410cccccccccccccccccccccccccccccccc90909295c411b179379e00000000000000000000000100c4080202020202"
             "020202c390c4100577777777777777777777777777777795c411136da6da00000000000000000000000102c4080303030303"
             "030303c291c411b179379e00000000000000000000000100c4009196c411c4e6dd7800000000000000000000000100c40802"
             "02020202020202c290c3a6646f75626c6590",
             "b5819f40aad28e32d39ac3f289386866eedc28dd53f3f2b59937b24dc94857a7");
    at_end(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_link_is_any_allys_and_removed_by_its_own_ally_only),
        cmocka_unit_test(a_link_added_anew_unseen_by_its_removal_stays),
        cmocka_unit_test(one_target_under_two_relations_is_two_links),
        cmocka_unit_test(a_link_and_a_field_of_one_number_do_not_meet),
        cmocka_unit_test(a_merge_does_nothing_until_it_is_adopted),
        cmocka_unit_test(merges_into_different_concepts_replace_each_other),
        cmocka_unit_test(an_adopted_merge_outlives_another_proposed_over_it),
        cmocka_unit_test(two_adopted_concurrent_merges_are_a_conflict_with_one_default),
        cmocka_unit_test(two_adopted_merges_into_one_concept_are_no_conflict),
        cmocka_unit_test(a_merge_is_undone_by_an_adopted_empty_one),
        cmocka_unit_test(a_retirement_deprecates_once_adopted_and_is_taken_back_likewise),
        cmocka_unit_test(retirements_for_different_reasons_are_no_conflict),
        cmocka_unit_test(a_merge_and_a_retirement_do_not_replace_each_other),
        cmocka_unit_test(erased_index_terms_links_and_relations_are_gone),
        cmocka_unit_test(an_erased_add_or_removal_still_replaces_what_it_names),
        cmocka_unit_test(an_erased_retirement_keeps_the_concept_deprecated_and_loses_its_reason),
        cmocka_unit_test(a_merge_has_nothing_to_erase_and_waits_where_somebody_says_so),
        cmocka_unit_test(erasing_and_attesting_change_nothing_of_the_site_itself),
        cmocka_unit_test(an_erasure_is_written_by_the_site_that_it_names),
        cmocka_unit_test(canonical_bytes_of_a_concept_are_as_the_protocol_says),
    };
    return sign_start() == ERR_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
