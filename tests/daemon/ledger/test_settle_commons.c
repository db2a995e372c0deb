/* settle: what allies do for each other's records and concepts: reuse, reviews, adopted proposals. */
#include "tests/help/facts_made.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

static int start(void **state)
{
    (void)state;
    return sign_start() != ERR_OK;
}

static void reuse_counts_once_a_year_for_each_ally_and_record(void **state)
{
    (void)state;
    struct made m;
    made_init(&m, 4);
    for (unsigned ally = 1; ally <= 4; ally++)
        for (unsigned k = 1; k <= 3; k++)
            made_publish(&m, ally, k, 0, FACT_FULL);
    made_link(&m, 2, 1, 1, 1, 5);
    made_link(&m, 2, 2, 1, 1, 6)->sort = LINK_EXTENDS;
    made_link(&m, 2, 3, 1, 2, 6);
    made_link(&m, 3, 1, 1, 1, 7);
    made_link(&m, 1, 1, 1, 2, 8);
    made_settle(&m, true);
    const struct ledger_sum *s = made_sum(&m, 1, LEDGER_REUSE_RECEIVED);
    assert_int_equal(s->count, 3);
    assert_int_equal(s->left_out[LEDGER_AGAIN], 1);
    assert_int_equal(s->left_out[LEDGER_SELF], 1);
    m.term = 1; /* each year anew */
    made_link(&m, 2, 2, 1, 1, 400);
    made_settle(&m, true);
    made_counts(&m, 1, LEDGER_REUSE_RECEIVED, 1);
    made_fini(&m);
}

static void reuse_by_a_record_that_is_gone_or_a_copy_does_not_count(void **state)
{
    (void)state;
    struct made m;
    made_init(&m, 4);
    made_publish(&m, 1, 1, 0, FACT_FULL);
    made_publish(&m, 2, 1, 1, FACT_GONE);
    made_publish(&m, 2, 2, 2, FACT_FULL)->data = made_sketch(&m, 1000 + 100000 + 1, 1, 40);
    made_publish(&m, 3, 1, 1, FACT_FULL);
    made_link(&m, 2, 1, 1, 1, 5);
    made_link(&m, 2, 2, 1, 1, 6);
    made_link(&m, 2, 3, 1, 1, 6); /* of a record nobody published */
    made_link(&m, 3, 1, 2, 2, 6); /* to another's copy */
    made_settle(&m, true);
    const struct ledger_sum *s = made_sum(&m, 1, LEDGER_REUSE_RECEIVED);
    assert_int_equal(s->count, 0);
    assert_int_equal(s->left_out[LEDGER_GONE], 2);
    assert_int_equal(s->left_out[LEDGER_NEAR_COPY], 1);
    made_is(&m, 2, LEDGER_REUSE_RECEIVED, 0, LEDGER_NEAR_COPY, 1);
    made_link(&m, 2, 4, 1, 1, 9); /* what did not count does not stand in the way */
    made_publish(&m, 2, 4, 9, FACT_FULL);
    made_settle(&m, true);
    assert_int_equal(made_sum(&m, 1, LEDGER_REUSE_RECEIVED)->count, 1);
    made_fini(&m);
}

static void indexing_counts_for_who_proposed_a_concept_that_stands(void **state)
{
    (void)state;
    struct made m;
    made_init(&m, 4);
    made_publish(&m, 2, 1, 0, FACT_FULL);
    made_publish(&m, 2, 2, 0, FACT_FULL);
    made_publish(&m, 1, 1, 0, FACT_FULL);
    static const enum fact_concept states[] = {FACT_STANDS, FACT_PROPOSED, FACT_DEPRECATED, FACT_MERGED};
    for (unsigned c = 0; c < 4; c++) {
        made_propose(&m, 1, c, 1, states[c]);
        made_index(&m, 2, 1, c, 5);
    }
    made_index(&m, 2, 2, 0, 6);
    made_index(&m, 1, 1, 0, 6);
    made_index(&m, 2, 1, 77, 6); /* nobody's */
    made_settle(&m, true);
    const struct ledger_sum *s = made_sum(&m, 1, LEDGER_REUSE_RECEIVED);
    assert_int_equal(s->count, 1);
    assert_int_equal(s->left_out[LEDGER_WAITS], 1);
    assert_int_equal(s->left_out[LEDGER_GONE], 2);
    assert_int_equal(s->left_out[LEDGER_AGAIN], 1);
    assert_int_equal(s->left_out[LEDGER_SELF], 1);
    made_fini(&m);
}

static void a_review_counts_once_a_year_and_its_words_once(void **state)
{
    (void)state;
    struct made m;
    made_init(&m, 4);
    made_review(&m, 2, 1, 1, 1, 100);
    made_review(&m, 2, 1, 1, 2, 101); /* the same record */
    made_review(&m, 2, 1, 2, 3, 100); /* the same words */
    made_review(&m, 3, 1, 1, 3, 100); /* another's */
    made_review(&m, 1, 1, 1, 3, 102);
    made_settle(&m, true);
    made_is(&m, 2, LEDGER_REVIEW, 1, LEDGER_AGAIN, 2);
    made_counts(&m, 3, LEDGER_REVIEW, 1);
    made_is(&m, 1, LEDGER_REVIEW, 0, LEDGER_SELF, 1);
    m.term = 1;
    made_review(&m, 2, 1, 1, 400, 103);
    made_review(&m, 2, 1, 5, 400, 100); /* last year's words */
    made_settle(&m, true);
    made_is(&m, 2, LEDGER_REVIEW, 1, LEDGER_AGAIN, 1);
    made_fini(&m);
}

static void adopting_is_a_review_and_by_the_secretariat_in_time_a_service(void **state)
{
    (void)state;
    struct made m;
    made_init(&m, 4);
    made_act(&m, 2, 3, 1, false, 300, 1);
    made_act(&m, 2, 3, 1, false, 301, 2);
    made_act(&m, 1, 3, 2, true, 29, 3);
    made_act(&m, 1, 3, 3, true, 30, 3);
    made_settle(&m, true);
    made_is(&m, 2, LEDGER_REVIEW, 1, LEDGER_AGAIN, 1);
    made_is(&m, 1, LEDGER_SERVICE, 1, LEDGER_LATE, 1);
    made_fini(&m);
}

static void what_others_adopted_counts_once_for_each_sort_of_an_op(void **state)
{
    (void)state;
    struct made m;
    made_init(&m, 4);
    made_propose(&m, 1, 1, 0, FACT_STANDS);
    made_propose(&m, 1, 2, 0, FACT_DEPRECATED);
    made_adopted(&m, 1, 2, 1, 10, FACT_LABEL, 1);
    made_adopted(&m, 1, 2, 1, 10, FACT_NOTE, 1);
    made_adopted(&m, 1, 3, 1, 10, FACT_LABEL, 2);
    made_adopted(&m, 1, 1, 1, 11, FACT_LABEL, 2);
    made_adopted(&m, 1, 2, 2, 12, FACT_LABEL, 3);
    made_adopted(&m, 3, 2, 1, 13, FACT_LABEL_TRANSLATED, 3);
    made_adopted(&m, 1, 2, 1, 14, FACT_LABEL_TRANSLATED, 3); /* of its own concept */
    made_adopted(&m, 3, 2, 2, 15, FACT_RETIREMENT, 3);
    made_adopted(&m, 3, 2, 1, 16, FACT_MERGE, 3); /* undone since */
    made_settle(&m, true);
    const struct ledger_sum *s = made_sum(&m, 1, LEDGER_THESAURUS);
    assert_int_equal(s->count, 3);
    assert_int_equal(s->left_out[LEDGER_AGAIN], 1);
    assert_int_equal(s->left_out[LEDGER_SELF], 1);
    assert_int_equal(s->left_out[LEDGER_GONE], 1);
    made_counts(&m, 3, LEDGER_TRANSLATION, 1);
    made_is(&m, 3, LEDGER_THESAURUS, 1, LEDGER_GONE, 1);
    m.term = 1;
    made_adopted(&m, 1, 4, 1, 10, FACT_NOTE, 400); /* the rest of an op that counted last year */
    made_settle(&m, true);
    made_is(&m, 1, LEDGER_THESAURUS, 0, LEDGER_AGAIN, 1);
    made_fini(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reuse_counts_once_a_year_for_each_ally_and_record),
        cmocka_unit_test(reuse_by_a_record_that_is_gone_or_a_copy_does_not_count),
        cmocka_unit_test(indexing_counts_for_who_proposed_a_concept_that_stands),
        cmocka_unit_test(a_review_counts_once_a_year_and_its_words_once),
        cmocka_unit_test(adopting_is_a_review_and_by_the_secretariat_in_time_a_service),
        cmocka_unit_test(what_others_adopted_counts_once_for_each_sort_of_an_op),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
