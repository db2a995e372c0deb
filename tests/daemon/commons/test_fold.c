/*
 * fold: each rule of fold.h about fields, index terms, relations and sites, on small histories written by hand (fold_at.h). Those about links, merges,
 * retirements and erasures stand in test_fold_merge.c.
 */
#include "tests/help/fold_at.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static const struct fold_rules by_secretariat = {.adopt_by_secretariat = true};
static const struct fold_rules by_two = {.adopt_by_allies = 2};

/* ---- records ---- */

static void a_write_replaces_what_it_names_and_nothing_else(void **state)
{
    (void)state;
    struct at *a = at_begin();
    size_t first = at_put(a, 10, 1, "un", NULL, 0);
    size_t other = at_put(a, 11, 2, "deux", NULL, 0);
    size_t second = at_put(a, 10, 3, "trois", &first, 1);
    at_fold(a, ENTITY_RECORD, &by_secretariat);
    FIELDS_LIVE(a, other, second);
    at_end(a);
}

static void a_named_dot_that_comes_later_is_dead_on_arrival(void **state)
{
    (void)state;
    struct at *a = at_begin();
    size_t unseen = 1;
    size_t winner = at_put(a, 10, 5, "deux", &unseen, 1);
    at_fold(a, ENTITY_RECORD, &by_secretariat);
    FIELDS_LIVE(a, winner);
    at_put(a, 11, 9, "un", NULL, 0); /* later in canonical order as well */
    at_fold(a, ENTITY_RECORD, &by_secretariat);
    FIELDS_LIVE(a, winner);
    at_end(a);
}

static void a_dot_named_at_another_key_stays(void **state)
{
    (void)state;
    struct at *a = at_begin();
    size_t first = at_put(a, 10, 1, "un", NULL, 0);
    struct write_spec w = {.field = R_TITLE, .lang = "en", .text = "one", .names = {first}, .names_n = 1};
    ops_write(&a->o, OP_RECORD_PUT, 10, 2, &w, 1, NULL, 0);
    at_fold(a, ENTITY_RECORD, &by_secretariat);
    assert_int_equal(a->v.fields_n, 2);
    assert_non_null(view_field(&a->v, R_TITLE, slice_text("fr")));
    assert_non_null(view_field(&a->v, R_TITLE, slice_text("en")));
    at_end(a);
}

static void a_replaced_write_goes_on_replacing(void **state)
{
    (void)state;
    struct at *a = at_begin();
    size_t first = at_put(a, 10, 1, "un", NULL, 0);
    size_t second = at_put(a, 10, 2, "deux", &first, 1);
    size_t third = at_put(a, 10, 3, "trois", &second, 1);
    at_fold(a, ENTITY_RECORD, &by_secretariat);
    FIELDS_LIVE(a, third);
    at_end(a);
}

static void another_allys_put_counts_for_nothing_and_replaces_nothing(void **state)
{
    (void)state;
    struct at *a = at_begin();
    size_t first = at_put(a, 10, 1, "un", NULL, 0);
    at_put(a, 20, 2, "volé", &first, 1);
    at_fold(a, ENTITY_RECORD, &by_secretariat);
    FIELDS_LIVE(a, first);
    struct slice record = slice_of(a->o.record, RECORD_BYTES);
    assert_true(fold_counts(&a->o.op[0], record));
    assert_false(fold_counts(&a->o.op[1], record));
    a->o.op[0].standing = false;
    assert_false(fold_counts(&a->o.op[0], record));
    at_end(a);
}

static void an_op_that_does_not_decode_is_a_no_op(void **state)
{
    (void)state;
    struct at *a = at_begin();
    size_t first = at_put(a, 10, 1, "un", NULL, 0);
    size_t bad = at_put(a, 10, 2, "deux", &first, 1);
    a->o.op[bad].body = slice_of("\x91\xc3", 2); /* a boolean for a title */
    at_fold(a, ENTITY_RECORD, &by_secretariat);
    FIELDS_LIVE(a, first);
    a->o.op[bad].header = slice_of("\x90", 1);
    at_fold(a, ENTITY_RECORD, &by_secretariat);
    FIELDS_LIVE(a, first);
    assert_int_equal(a->v.pending_n, 0);
    at_end(a);
}

static void an_op_filed_under_another_entity_is_a_no_op(void **state)
{
    (void)state;
    struct at *a = at_begin();
    at_put(a, 10, 1, "un", NULL, 0);
    a->o.record[RECORD_BYTES - 1] ^= 1;
    at_fold(a, ENTITY_RECORD, &by_secretariat);
    assert_int_equal(a->v.fields_n, 0);
    at_end(a);
}

static void an_erased_write_is_an_empty_value_and_brings_nothing_back(void **state)
{
    (void)state;
    struct at *a = at_begin();
    size_t first = at_put(a, 10, 1, "un", NULL, 0);
    size_t erased = at_put(a, 10, 2, "deux", &first, 1);
    a->o.op[erased].state = BODY_ERASED;
    at_fold(a, ENTITY_RECORD, &by_secretariat);
    FIELDS_LIVE(a, erased);
    assert_null(a->v.fields[0].shown);
    at_end(a);
}

static void an_op_without_its_body_waits_and_replaces_nothing(void **state)
{
    (void)state;
    struct at *a = at_begin();
    size_t first = at_put(a, 10, 1, "un", NULL, 0);
    size_t hole = at_put(a, 10, 2, "deux", &first, 1);
    a->o.op[hole].state = BODY_MISSING;
    at_fold(a, ENTITY_RECORD, &by_secretariat);
    FIELDS_LIVE(a, first);
    assert_int_equal(a->v.pending_n, 1);
    a->o.op[hole].state = BODY_PRESENT;
    at_fold(a, ENTITY_RECORD, &by_secretariat);
    FIELDS_LIVE(a, hole);
    assert_int_equal(a->v.pending_n, 0);
    at_end(a);
}

static void an_unknown_kind_of_a_member_waits_and_of_a_stranger_does_not(void **state)
{
    (void)state;
    struct at *a = at_begin();
    at_put(a, 10, 1, "un", NULL, 0);
    a->o.op[0].kind = 9999;
    at_fold(a, ENTITY_RECORD, &by_secretariat);
    assert_int_equal(a->v.pending_n, 1);
    a->o.op[0].standing = false;
    at_fold(a, ENTITY_RECORD, &by_secretariat);
    assert_int_equal(a->v.pending_n, 0);
    at_end(a);
}

static void a_retired_record_is_revived_by_a_put_that_names_the_tombstone(void **state)
{
    (void)state;
    struct at *a = at_begin();
    at_put(a, 10, 1, "un", NULL, 0);
    size_t retired = ops_dots(&a->o, OP_RECORD_RETIRE, 10, 2, NULL, 0);
    at_put(a, 10, 3, "deux", NULL, 0);
    at_fold(a, ENTITY_RECORD, &by_secretariat);
    assert_int_equal(a->v.tombstones_n, 1);
    size_t foreign = retired;
    ops_dots(&a->o, OP_RECORD_RETIRE, 20, 4, &foreign, 1); /* another ally can do neither */
    at_fold(a, ENTITY_RECORD, &by_secretariat);
    assert_int_equal(a->v.tombstones_n, 1);
    ops_dots(&a->o, OP_RECORD_PUT, 10, 5, &retired, 1);
    at_fold(a, ENTITY_RECORD, &by_secretariat);
    assert_int_equal(a->v.tombstones_n, 0);
    at_end(a);
}

static void a_retirement_concurrent_with_a_revival_stays(void **state)
{
    (void)state;
    struct at *a = at_begin();
    size_t retired = ops_dots(&a->o, OP_RECORD_RETIRE, 10, 1, NULL, 0);
    ops_dots(&a->o, OP_RECORD_RETIRE, 11, 2, NULL, 0);
    ops_dots(&a->o, OP_RECORD_PUT, 10, 3, &retired, 1);
    at_fold(a, ENTITY_RECORD, &by_secretariat);
    assert_int_equal(a->v.tombstones_n, 1);
    at_end(a);
}

static void an_index_term_is_removed_by_its_own_ally_only(void **state)
{
    (void)state;
    struct at *a = at_begin();
    size_t mine = at_index(a, 20, 1, 5, false, NULL, 0);
    at_index(a, 30, 2, 5, true, &mine, 1);
    at_fold(a, ENTITY_RECORD, &by_secretariat);
    SETS_LIVE(a, mine);
    at_index(a, 21, 3, 5, true, &mine, 1); /* another site of the ally */
    at_fold(a, ENTITY_RECORD, &by_secretariat);
    assert_int_equal(a->v.sets_n, 0);
    at_end(a);
}

static void an_add_unseen_by_the_remove_wins(void **state)
{
    (void)state;
    struct at *a = at_begin();
    size_t seen = at_index(a, 20, 1, 5, false, NULL, 0);
    size_t unseen = at_index(a, 21, 2, 5, false, NULL, 0);
    at_index(a, 20, 3, 5, true, &seen, 1);
    at_fold(a, ENTITY_RECORD, &by_secretariat);
    SETS_LIVE(a, unseen);
    at_end(a);
}

static void a_remove_that_arrives_before_its_add_is_the_same_as_after(void **state)
{
    (void)state;
    struct at *a = at_begin();
    size_t add = 1;
    at_index(a, 20, 5, 5, true, &add, 1);
    at_fold(a, ENTITY_RECORD, &by_secretariat);
    assert_int_equal(a->v.sets_n, 0);
    at_index(a, 20, 2, 5, false, NULL, 0);
    at_fold(a, ENTITY_RECORD, &by_secretariat);
    assert_int_equal(a->v.sets_n, 0);
    at_end(a);
}

/* ---- concepts ---- */

static void a_proposal_replaces_its_own_allys_proposals_at_once(void **state)
{
    (void)state;
    struct at *a = at_begin();
    size_t first = at_label(a, 20, 1, "eau", NULL, 0);
    size_t second = at_label(a, 21, 2, "eaux", &first, 1);
    at_fold(a, ENTITY_CONCEPT, &by_secretariat);
    FIELDS_LIVE(a, second);
    at_end(a);
}

static void a_proposal_replaces_another_allys_only_when_adopted(void **state)
{
    (void)state;
    struct at *a = at_begin();
    size_t first = at_label(a, 20, 1, "eau", NULL, 0);
    size_t second = at_label(a, 30, 2, "eaux", &first, 1);
    at_fold(a, ENTITY_CONCEPT, &by_secretariat);
    FIELDS_LIVE(a, first, second);
    assert_int_equal(a->v.fields[0].values[1].names_n, 1);
    assert_false(a->v.adopted);
    at_adopt(a, 90, 3, second);
    at_fold(a, ENTITY_CONCEPT, &by_secretariat);
    FIELDS_LIVE(a, second);
    assert_true(a->v.adopted);
    at_end(a);
}

static void a_proposal_leaves_its_own_allys_adopted_value_until_adopted(void **state)
{
    (void)state;
    struct at *a = at_begin();
    size_t first = at_label(a, 20, 1, "eau", NULL, 0);
    at_adopt(a, 90, 2, first);
    size_t second = at_label(a, 20, 3, "eaux", &first, 1);
    at_fold(a, ENTITY_CONCEPT, &by_secretariat);
    FIELDS_LIVE(a, first, second);
    at_adopt(a, 90, 4, second);
    at_fold(a, ENTITY_CONCEPT, &by_secretariat);
    FIELDS_LIVE(a, second);
    at_end(a);
}

static void only_the_secretariat_adopts_under_its_rule(void **state)
{
    (void)state;
    struct at *a = at_begin();
    size_t first = at_label(a, 20, 1, "eau", NULL, 0);
    at_adopt(a, 30, 2, first);
    at_adopt(a, 40, 3, first);
    at_fold(a, ENTITY_CONCEPT, &by_secretariat);
    assert_false(a->v.adopted);
    at_adopt(a, 90, 4, first);
    at_fold(a, ENTITY_CONCEPT, &by_two); /* the three others are k allies */
    assert_true(a->v.adopted);
    at_end(a);
}

static void the_secretariat_is_one_ally_among_k_without_its_rule(void **state)
{
    (void)state;
    struct at *a = at_begin();
    size_t first = at_label(a, 20, 1, "eau", NULL, 0);
    at_adopt(a, 90, 2, first);
    at_fold(a, ENTITY_CONCEPT, &by_two);
    assert_false(a->v.adopted);
    at_end(a);
}

static void k_allies_are_distinct_standing_and_other_than_the_proposer(void **state)
{
    (void)state;
    struct at *a = at_begin();
    size_t first = at_label(a, 20, 1, "eau", NULL, 0);
    at_adopt(a, 21, 2, first); /* the proposer's */
    at_adopt(a, 30, 3, first);
    at_adopt(a, 31, 4, first); /* the same ally again */
    size_t stranger = at_adopt(a, 40, 5, first);
    a->o.op[stranger].standing = false;
    at_fold(a, ENTITY_CONCEPT, &by_two);
    assert_false(a->v.adopted);
    at_adopt(a, 50, 6, first);
    at_fold(a, ENTITY_CONCEPT, &by_two);
    assert_true(a->v.adopted);
    at_end(a);
}

static void an_adoption_that_arrives_before_its_proposal_counts(void **state)
{
    (void)state;
    struct at *a = at_begin();
    at_adopt(a, 90, 1, 1);
    at_label(a, 20, 5, "eau", NULL, 0);
    at_fold(a, ENTITY_CONCEPT, &by_secretariat);
    assert_true(a->v.adopted);
    at_end(a);
}

static void an_adoption_in_the_same_commit_names_its_siblings(void **state)
{
    (void)state;
    struct at *a = at_begin();
    struct buf b;
    size_t first = at_label(a, 90, 1, "eau", NULL, 0);
    size_t second = at_adopt(a, 90, 1, first);
    a->o.op[second].dot = a->o.op[first].dot;
    a->o.op[second].dot.index = (uint8_t)(a->o.op[first].dot.index + 1);
    struct dot self = {{0}, a->o.op[first].dot.index};
    struct op op = {.info = kind_info(OP_CONCEPT_ADOPT),
                    .entity = slice_of(a->o.concept, CONCEPT_BYTES),
                    .dots = &self,
                    .dots_n = 1};
    buf_init(&b, 4096);
    op_encode_header(&b, &op);
    a->o.op[second].header = buf_slice(&b);
    at_fold(a, ENTITY_CONCEPT, &by_secretariat);
    assert_true(a->v.adopted);
    buf_fini(&b);
    at_end(a);
}

static void a_removal_not_yet_adopted_is_shown_beside_what_it_would_remove(void **state)
{
    (void)state;
    struct at *a = at_begin();
    size_t add = at_relate(a, 20, 1, 5, false, NULL, 0);
    size_t remove = at_relate(a, 30, 2, 5, true, &add, 1);
    at_fold(a, ENTITY_CONCEPT, &by_secretariat);
    SETS_LIVE(a, add, remove);
    assert_false(a->v.sets[0].values[1].add);
    at_adopt(a, 90, 3, remove);
    at_fold(a, ENTITY_CONCEPT, &by_secretariat);
    assert_int_equal(a->v.sets_n, 0);
    at_end(a);
}

static void a_removal_by_the_proposer_leaves_nothing(void **state)
{
    (void)state;
    struct at *a = at_begin();
    size_t add = at_relate(a, 20, 1, 5, false, NULL, 0);
    at_relate(a, 21, 2, 5, true, &add, 1);
    at_fold(a, ENTITY_CONCEPT, &by_secretariat);
    assert_int_equal(a->v.sets_n, 0);
    at_end(a);
}

static void a_removal_taken_back_by_its_ally_is_gone(void **state)
{
    (void)state;
    struct at *a = at_begin();
    size_t add = at_relate(a, 20, 1, 5, false, NULL, 0);
    size_t remove = at_relate(a, 30, 2, 5, true, &add, 1);
    at_relate(a, 31, 3, 5, true, &remove, 1);
    at_fold(a, ENTITY_CONCEPT, &by_secretariat);
    SETS_LIVE(a, add);
    at_end(a);
}

static void a_field_and_a_relation_of_one_number_do_not_meet(void **state)
{
    (void)state;
    struct at *a = at_begin();
    struct write_spec uri = {.field = 1, .text = "urn:x:1"},
                      rel = {.field = 1, .target = 3, .names = {0}, .names_n = 1};
    ops_write(&a->o, OP_CONCEPT_PUT, 20, 1, &uri, 1, NULL, 0);
    ops_write(&a->o, OP_CONCEPT_RELATE, 20, 2, &rel, 1, NULL, 0);
    at_fold(a, ENTITY_CONCEPT, &by_secretariat);
    FIELDS_LIVE(a, 0);
    SETS_LIVE(a, 1);
    at_end(a);
}

/* ---- sites, bytes ---- */

static void an_announcement_counts_from_the_site_itself_and_replaces_the_last(void **state)
{
    (void)state;
    struct at *a = at_begin();
    ops_dots(&a->o, OP_LOG_OPEN, 10, 1, NULL, 0);
    size_t first = ops_dots(&a->o, OP_SITE_ANNOUNCE, 10, 2, NULL, 0);
    size_t second = ops_dots(&a->o, OP_SITE_ANNOUNCE, 10, 3, &first, 1);
    ops_dots(&a->o, OP_SITE_ANNOUNCE, 11, 4, &second, 1); /* another site's, about itself */
    at_fold(a, ENTITY_SITE, &by_secretariat);
    FIELDS_LIVE(a, second);
    at_end(a);
}

/* The first worked example of PROTOCOL.md §10. */
static void canonical_bytes_are_as_the_protocol_says(void **state)
{
    (void)state;
    struct at *a = at_begin();
    at_put(a, 10, 1, "Eau", NULL, 0);
    at_index(a, 20, 2, 5, false, NULL, 0);
    struct write_spec url = {.field = LINK_CITES, .text = "http://example.org/c"};
    ops_write(&a->o, OP_RECORD_LINK, 20, 3, &url, 1, NULL, 0);
    struct write_spec review = {.lang = "fr", .text = "Bien"}, reply = {.lang = "fr", .target = 1, .text = "Non"};
    ops_write(&a->o, OP_RECORD_REVIEW, 20, 4, &review, 1, NULL, 0);
    ops_write(&a->o, OP_RECORD_REPLY, 30, 5, &reply, 1, NULL, 0);
    at_fold(a, ENTITY_RECORD, &by_secretariat);
    at_bytes(a,
             "9902c4180101010101010101aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa90919304a266729193c411b179379e00000000000000"
             "000000000100a3456175909192c410057777777777777777777777777777779193c41162f36e3c0000000000000000000000"
             "0101c408020202020202020207919301c4104ef2eba40a3e67f67bd151f119ec92d09193c411136da6da0000000000000000"
             "0000000102c408020202020202020292b4687474703a2f2f6578616d706c652e6f72672f63c09192a266729193c411c4e6dd"
             "7800000000000000000000000100c4080202020202020202a44269656e9193a26672c4100177777777777777777777777777"
             "77779193c4117560151700000000000000000000000101c408030303030303030392a556696c6c65a34e6f6e90",
             "5b723f4a11d22445795fe8eebd11b8c5f6791eba16315fc24294963a2aca3227");
    at_end(a);
}

static void a_long_chain_of_edits_folds_fast(void **state)
{
    (void)state;
    struct at *a = at_begin();
    for (size_t i = 0; i < OPS_MAX; i++) {
        size_t before[4] = {i - 1, i - 2, i - 3, i - 4};
        at_put(a, 10, i + 1, "x", before, i >= 4 ? 4 : 0);
    }
    for (int i = 0; i < 20; i++) {
        at_fold(a, ENTITY_RECORD, &by_secretariat);
        FIELDS_LIVE(a, OPS_MAX - 1);
    }
    at_end(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_write_replaces_what_it_names_and_nothing_else),
        cmocka_unit_test(a_named_dot_that_comes_later_is_dead_on_arrival),
        cmocka_unit_test(a_dot_named_at_another_key_stays),
        cmocka_unit_test(a_replaced_write_goes_on_replacing),
        cmocka_unit_test(another_allys_put_counts_for_nothing_and_replaces_nothing),
        cmocka_unit_test(an_op_that_does_not_decode_is_a_no_op),
        cmocka_unit_test(an_op_filed_under_another_entity_is_a_no_op),
        cmocka_unit_test(an_erased_write_is_an_empty_value_and_brings_nothing_back),
        cmocka_unit_test(an_op_without_its_body_waits_and_replaces_nothing),
        cmocka_unit_test(an_unknown_kind_of_a_member_waits_and_of_a_stranger_does_not),
        cmocka_unit_test(a_retired_record_is_revived_by_a_put_that_names_the_tombstone),
        cmocka_unit_test(a_retirement_concurrent_with_a_revival_stays),
        cmocka_unit_test(an_index_term_is_removed_by_its_own_ally_only),
        cmocka_unit_test(an_add_unseen_by_the_remove_wins),
        cmocka_unit_test(a_remove_that_arrives_before_its_add_is_the_same_as_after),
        cmocka_unit_test(a_proposal_replaces_its_own_allys_proposals_at_once),
        cmocka_unit_test(a_proposal_replaces_another_allys_only_when_adopted),
        cmocka_unit_test(a_proposal_leaves_its_own_allys_adopted_value_until_adopted),
        cmocka_unit_test(only_the_secretariat_adopts_under_its_rule),
        cmocka_unit_test(the_secretariat_is_one_ally_among_k_without_its_rule),
        cmocka_unit_test(k_allies_are_distinct_standing_and_other_than_the_proposer),
        cmocka_unit_test(an_adoption_that_arrives_before_its_proposal_counts),
        cmocka_unit_test(an_adoption_in_the_same_commit_names_its_siblings),
        cmocka_unit_test(a_removal_not_yet_adopted_is_shown_beside_what_it_would_remove),
        cmocka_unit_test(a_removal_by_the_proposer_leaves_nothing),
        cmocka_unit_test(a_removal_taken_back_by_its_ally_is_gone),
        cmocka_unit_test(a_field_and_a_relation_of_one_number_do_not_meet),
        cmocka_unit_test(an_announcement_counts_from_the_site_itself_and_replaces_the_last),
        cmocka_unit_test(canonical_bytes_are_as_the_protocol_says),
        cmocka_unit_test(a_long_chain_of_edits_folds_fast),
    };
    return sign_start() == ERR_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
