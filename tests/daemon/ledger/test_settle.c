/* settle: records, service, welcome and means: what counts for whom, under a cap and by a charter's policy, and why the rest does not. */
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

static void a_record_counts_by_its_level_at_the_end_of_the_year(void **state)
{
    (void)state;
    struct made m;
    made_init(&m, 3);
    made_publish(&m, 1, 1, 0, FACT_FULL);
    made_publish(&m, 1, 2, 1, FACT_FULL);
    made_publish(&m, 1, 3, 1, FACT_PARTIAL);
    made_publish(&m, 1, 4, 1, FACT_THIN);
    made_publish(&m, 1, 5, 1, FACT_GONE);
    m.policy.points[LEDGER_RECORD_FULL] = 10;
    const struct ledger *l = made_settle(&m, true);
    made_counts(&m, 1, LEDGER_RECORD_FULL, 3);
    made_is(&m, 1, LEDGER_RECORD_PARTIAL, 1, LEDGER_GONE, 1);
    assert_int_equal(made_sum(&m, 1, LEDGER_RECORD_FULL)->points, 30);
    assert_int_equal(made_sum(&m, 1, LEDGER_RECORD_FULL)->small,
                     1); /* by discipline; how small, whoever reads it sees */
    assert_int_equal(l->allies[0].points, 31);
    assert_int_equal(l->allies[1].points, 0);
    assert_int_equal(l->entries_n, 5);
    assert_int_equal(l->entries[0].day, MADE_DAY);
    made_fini(&m);
}

static void a_record_counts_in_the_year_of_its_publication_alone(void **state)
{
    (void)state;
    struct made m;
    made_init(&m, 3);
    made_publish(&m, 1, 1, 0, FACT_PARTIAL);
    struct fact first = m.facts[0];
    m.term = 1;
    *made_publish(&m, 1, 1, 0, FACT_FULL) = first; /* as it stands a term later: of the same op */
    m.facts[1].term = 1;
    m.facts[1].sort = FACT_FULL;
    const struct ledger *l = made_settle(&m, true);
    assert_int_equal(l->entries_n, 0);
    m.term = 0;
    made_settle(&m, false); /* and what comes later changes nothing there */
    made_counts(&m, 1, LEDGER_RECORD_PARTIAL, 1);
    made_fini(&m);
}

static void a_near_copy_counts_for_the_first_in_the_ledgers_order(void **state)
{
    (void)state;
    struct made m;
    made_init(&m, 3);
    made_publish(&m, 1, 1, 5, FACT_FULL)->data = made_sketch(&m, 7, 3, 36);
    made_publish(&m, 2, 1, 3, FACT_FULL)->data = made_sketch(&m, 7, 0, 48);
    made_publish(&m, 3, 1, 9, FACT_FULL)->data = made_sketch(&m, 7, 5, 35);
    made_settle(&m, true);
    made_is(&m, 1, LEDGER_RECORD_FULL, 0, LEDGER_NEAR_COPY, 1);
    made_counts(&m, 2, LEDGER_RECORD_FULL, 1);
    made_counts(&m, 3, LEDGER_RECORD_FULL, 1);
    assert_ptr_equal(m.ledger.entries[0].same, &m.facts[1]);
    made_fini(&m);
}

static void small_steps_do_not_lead_away_from_the_first(void **state)
{
    (void)state;
    struct made m;
    made_init(&m, 3);
    made_publish(&m, 1, 1, 1, FACT_FULL)->data = made_sketch(&m, 7, 0, 48);
    made_publish(&m, 1, 2, 2, FACT_FULL)->data = made_sketch(&m, 7, 1, 40);
    made_publish(&m, 1, 3, 3, FACT_FULL)->data = made_sketch(&m, 7, 1, 30); /* near to the second alone */
    made_settle(&m, true);
    made_is(&m, 1, LEDGER_RECORD_FULL, 1, LEDGER_NEAR_COPY, 2);
    assert_ptr_equal(m.ledger.entries[2].same, &m.facts[0]);
    made_fini(&m);
}

static void a_copy_of_last_years_record_does_not_count_though_that_is_gone(void **state)
{
    (void)state;
    struct made m;
    made_init(&m, 3);
    made_publish(&m, 1, 1, 1, FACT_FULL)->data = made_sketch(&m, 7, 0, 48);
    m.term = 1;
    made_publish(&m, 1, 1, 400, FACT_GONE)->data = (struct slice){0};
    m.facts[1].op = m.facts[0].op;
    made_publish(&m, 1, 2, 401, FACT_FULL)->data = made_sketch(&m, 7, 1, 40);
    made_settle(&m, true);
    made_is(&m, 1, LEDGER_RECORD_FULL, 0, LEDGER_NEAR_COPY, 1);
    made_fini(&m);
}

static void of_an_original_that_went_the_same_year_the_next_one_counts(void **state)
{
    (void)state;
    struct made m;
    made_init(&m, 3);
    made_publish(&m, 1, 1, 1, FACT_GONE)->data = made_sketch(&m, 7, 0, 48);
    made_publish(&m, 1, 2, 2, FACT_FULL)->data = made_sketch(&m, 7, 1, 40);
    made_settle(&m, true);
    made_counts(&m, 1, LEDGER_RECORD_FULL, 1);
    made_is(&m, 1, LEDGER_RECORD_PARTIAL, 0, LEDGER_GONE, 1);
    made_fini(&m);
}

static void what_is_published_later_does_not_make_a_copy_of_what_came_before(void **state)
{
    (void)state;
    struct made m;
    made_init(&m, 3);
    made_publish(&m, 1, 1, 1, FACT_FULL);
    struct fact old = m.facts[0];
    m.term = 1;
    made_publish(&m, 2, 1, 400, FACT_FULL)->data = made_sketch(&m, 7, 0, 48);
    m.term = 2;
    *made_publish(&m, 1, 1, 0, FACT_FULL) = old; /* rewritten after the other's */
    m.facts[2].term = 2;
    m.facts[2].data = made_sketch(&m, 7, 1, 40);
    made_link(&m, 2, 1, 3, 1, 800);
    made_publish(&m, 3, 1, 801, FACT_FULL);
    made_settle(&m, true);
    made_counts(&m, 3, LEDGER_REUSE_RECEIVED, 1); /* by a record that is no copy */
    made_fini(&m);
}

static void a_translation_of_anothers_record_counts_as_one(void **state)
{
    (void)state;
    struct made m;
    made_init(&m, 3);
    made_publish(&m, 2, 1, 0, FACT_FULL);
    struct slice theirs = made_record(&m, 2, 1);
    made_publish(&m, 1, 1, 1, FACT_FULL)->target = theirs;
    made_publish(&m, 1, 2, 1, FACT_PARTIAL)->target = theirs;
    made_publish(&m, 1, 5, 1, FACT_PARTIAL)->target = theirs;
    m.facts[m.n - 1].amount = FACTS_WORDS_MIN - 1;
    made_publish(&m, 1, 3, 1, FACT_THIN)->target = theirs;                 /* a stub is no translation */
    made_publish(&m, 1, 4, 1, FACT_FULL)->target = made_record(&m, 2, 99); /* nor is that of a record nobody has */
    made_publish(&m, 2, 2, 1, FACT_FULL)->target = theirs;
    made_settle(&m, true);
    made_counts(&m, 1, LEDGER_TRANSLATION, 2);
    made_counts(&m, 1, LEDGER_RECORD_PARTIAL, 1);
    made_counts(&m, 1, LEDGER_RECORD_FULL, 2);
    made_is(&m, 2, LEDGER_TRANSLATION, 0, LEDGER_SELF, 1);
    made_fini(&m);
}

static struct fact *revise(struct made *m, unsigned number, unsigned day)
{
    struct fact *f = made_fact(m, FACT_REVISION, 1, day);
    f->type = ENTITY_RECORD;
    f->entity = made_record(m, 1, number);
    return f;
}

static void a_record_is_maintained_once_a_quarter_and_not_in_its_first(void **state)
{
    (void)state;
    struct made m;
    made_init(&m, 3);
    made_publish(&m, 1, 1, 10, FACT_FULL); /* January */
    made_publish(&m, 1, 2, 10, FACT_GONE);
    revise(&m, 1, 80);  /* March */
    revise(&m, 1, 91);  /* April */
    revise(&m, 1, 170); /* June */
    revise(&m, 1, 200); /* July */
    made_settle(&m, true);
    made_is(&m, 1, LEDGER_RECORD_MAINTAINED, 2, LEDGER_AGAIN, 2);
    revise(&m, 2, 200);
    made_settle(&m, true);
    assert_int_equal(made_sum(&m, 1, LEDGER_RECORD_MAINTAINED)->left_out[LEDGER_GONE], 1);
    made_fini(&m);
}

#define JANUARY (2026u * 12)

static void a_relay_day_takes_two_others(void **state)
{
    (void)state;
    struct made m;
    made_init(&m, 4);
    made_relay(&m, 1, 2, JANUARY, 0x7, 5);  /* 1 to 3 January */
    made_relay(&m, 1, 2, JANUARY, 0xf, 6);  /* by the same ally: the 4th is new */
    made_relay(&m, 1, 3, JANUARY, 0x16, 7); /* 2, 3 and 5 */
    made_relay(&m, 1, 4, JANUARY, 0x6, 8);  /* a third one adds nothing */
    made_relay(&m, 1, 1, JANUARY, 0x3ff, 8);
    made_settle(&m, true);
    const struct ledger_sum *s = made_sum(&m, 1, LEDGER_SERVICE);
    assert_int_equal(s->count, 2);
    assert_int_equal(s->left_out[LEDGER_ALONE], 3);
    assert_int_equal(s->left_out[LEDGER_SELF], 1);
    for (size_t i = 0; i < m.ledger.entries_n; i++)
        if (m.ledger.entries[i].why == LEDGER_COUNTS)
            assert_in_range(m.ledger.entries[i].day, MADE_DAY + 1, MADE_DAY + 2);
    made_fini(&m);
}

static void a_relay_day_told_of_in_two_years_counts_in_the_second(void **state)
{
    (void)state;
    struct made m;
    made_init(&m, 4);
    made_relay(&m, 1, 2, JANUARY + 11, 1u << 30, 364);
    made_settle(&m, false);
    made_is(&m, 1, LEDGER_SERVICE, 0, LEDGER_ALONE, 1);
    m.term = 1;
    made_relay(&m, 1, 3, JANUARY + 11, 1u << 30, 366);
    made_settle(&m, true);
    made_counts(&m, 1, LEDGER_SERVICE, 1);
    m.term = 2;
    made_relay(&m, 1, 4, JANUARY + 11, 1u << 30, 366);
    assert_int_equal(made_settle(&m, true)->entries_n, 0);
    made_fini(&m);
}

static void relay_days_told_of_long_after_do_not_count(void **state)
{
    (void)state;
    struct made m;
    made_init(&m, 4);
    for (unsigned by = 2; by <= 3; by++) {
        made_relay(&m, 1, by, JANUARY, 0x7fffffff, 80);
        made_relay(&m, 1, by, JANUARY + 600, 1, 80);
    }
    made_settle(&m, true);
    made_is(&m, 1, LEDGER_SERVICE, 31 - 18, LEDGER_LATE, 4); /* from the 19th */
    made_fini(&m);
}

static void who_mentors_counts_when_the_newcomer_is_complete(void **state)
{
    (void)state;
    struct made m;
    made_init(&m, 3);
    struct roster_act admit = {.kind = ACT_ADMIT, .ally_name = slice_text("d"), .site_name = slice_text("d")};
    memcpy(admit.ally, world_ally(&m.world, 4), ALLY_BYTES);
    memcpy(admit.site, world_site(&m.world, world_seed(4)), SITE_BYTES);
    admit.mentor = slice_of(world_ally(&m.world, 2), ALLY_BYTES);
    world_act(&m.world, admit);
    memcpy(admit.site, world_site(&m.world, 0x42), SITE_BYTES); /* a second site, and another mentor */
    admit.mentor = slice_of(world_ally(&m.world, 3), ALLY_BYTES);
    world_act(&m.world, admit);
    made_rebuild(&m, NULL);
    made_publish(&m, 1, 1, 0, FACT_FULL);
    made_publish(&m, 4, 1, 1, FACT_PARTIAL);
    made_publish(&m, 4, 2, 2, FACT_FULL)->data = made_sketch(&m, 1000 + 100000 + 1, 0, 48); /* a copy */
    made_settle(&m, true);
    made_counts(&m, 2, LEDGER_WELCOME, 0);
    made_publish(&m, 4, 3, 3, FACT_THIN); /* small, and complete */
    made_settle(&m, true);
    made_counts(&m, 2, LEDGER_WELCOME, 1);
    made_publish(&m, 4, 4, 4, FACT_FULL);
    made_settle(&m, true);
    made_counts(&m, 2, LEDGER_WELCOME, 1);
    made_counts(&m, 3, LEDGER_WELCOME, 0);
    m.term = 1;
    made_publish(&m, 4, 5, 400, FACT_FULL);
    made_settle(&m, true);
    made_counts(&m, 2, LEDGER_WELCOME, 0);
    made_fini(&m);
}

static void means_count_once_ratified_by_their_last_word(void **state)
{
    (void)state;
    struct made m;
    made_init(&m, 3);
    made_means(&m, 2, 2026, MEANS_MONEY, 99999, 1);
    made_means(&m, 2, 2026, MEANS_MONEY, 129999, 2);
    made_means(&m, 2, 2026, MEANS_TIME, 840, 2);
    made_means(&m, 2, 2027, MEANS_TIME, 4200, 3);
    made_settle(&m, true);
    made_is(&m, 2, LEDGER_MEANS, 0, LEDGER_WAITS, 2);
    made_settle(&m, false);
    made_counts(&m, 2, LEDGER_MEANS, 12 + 2);
    m.term = 1;
    made_means(&m, 2, 2026, MEANS_MONEY, 9999999, 400); /* the year is closed */
    made_settle(&m, false);
    made_is(&m, 2, LEDGER_MEANS, 10, LEDGER_LATE, 1); /* what was declared ahead counts in its year */
    made_fini(&m);
}

static void of_a_days_contributions_the_first_count(void **state)
{
    (void)state;
    struct made m;
    made_init(&m, 3);
    m.policy.cap[LEDGER_RECORD_FULL] = 2;
    for (unsigned k = 0; k < 4; k++)
        made_publish(&m, 1, k, 0, FACT_FULL);
    made_publish(&m, 1, 9, 1, FACT_FULL);
    made_publish(&m, 2, 9, 0, FACT_FULL);
    made_publish(&m, 1, 10, 0, FACT_PARTIAL);
    made_settle(&m, true);
    made_is(&m, 1, LEDGER_RECORD_FULL, 3, LEDGER_CAPPED, 2);
    made_counts(&m, 2, LEDGER_RECORD_FULL, 1);
    made_counts(&m, 1, LEDGER_RECORD_PARTIAL, 1);
    assert_int_equal(m.ledger.entries[0].why, LEDGER_COUNTS);
    assert_int_equal(m.ledger.entries[1].why, LEDGER_COUNTS);
    assert_int_equal(m.ledger.entries[2].why, LEDGER_CAPPED);
    made_fini(&m);
}

static void points_that_do_not_fit_stand_at_the_largest_whole_number(void **state)
{
    (void)state;
    struct made m;
    made_init(&m, 3);
    m.policy.points[LEDGER_RECORD_FULL] = INT64_MAX;
    for (unsigned k = 0; k < 3; k++)
        made_publish(&m, 1, k, 0, FACT_FULL);
    made_settle(&m, true);
    assert_true(m.ledger.allies[0].points == INT64_MAX);
    made_fini(&m);
}

/* A bit of everything, with near copies, caps and repetitions among it. */
static void fill(struct made *m, unsigned n)
{
    for (unsigned k = 0; k < n; k++) {
        unsigned ally = 1 + k % 5, other = 1 + (k / 5) % 5, day = k % 300;
        made_publish(m, ally, k, day, (enum fact_level)(k % 4));
        if (k % 7 == 0)
            m->facts[m->n - 1].data = made_sketch(m, 1 + k % 3, k % 11, 40);
        made_link(m, ally, k, other, k / 2, day);
        made_propose(m, other, k % 40, day, (enum fact_concept)(k % 3));
        made_index(m, ally, k, k % 40, day);
        made_review(m, ally, other, k / 3, day, k % 50);
        made_adopted(m, ally, other, k % 40, k / 2, (enum fact_part)(1 + k % 6), day);
        made_act(m, ally, other, k / 2, ally == 1, k % 60, day);
        made_relay(m, ally, other, JANUARY + day / 30, 1u << k % 28, day);
    }
}

static void the_order_in_which_facts_come_does_not_show(void **state)
{
    (void)state;
    struct made m;
    made_init(&m, 5);
    for (size_t k = 0; k < LEDGER_KINDS_N; k++)
        m.policy.cap[k] = k % 3;
    fill(&m, 300);
    m.term = 1;
    fill(&m, 100);
    made_settle(&m, true);
    struct slice first = made_text(&m);
    assert_true(first.len > 1000);
    for (unsigned seed = 1; seed <= 4; seed++) {
        made_shuffle(&m, seed);
        made_settle(&m, true);
        assert_true(slice_equal(first, made_text(&m)));
    }
    made_fini(&m);
}

static void the_charters_policy_counts_and_unknown_kinds_are_passed_over(void **state)
{
    (void)state;
    const struct charter_score scores[] = {
        {slice_text("record_full"), 10, 20},
        {slice_text("songs"),       99, 0 },
        {slice_text("means"),       3,  0 }
    };
    struct charter c = {.number = 4, .scores = scores, .scores_n = 3};
    struct ledger_policy p;
    ledger_policy_of(&c, &p);
    assert_int_equal(p.charter, 4);
    assert_int_equal(p.points[LEDGER_RECORD_FULL], 10);
    assert_int_equal(p.cap[LEDGER_RECORD_FULL], 20);
    assert_int_equal(p.points[LEDGER_MEANS], 3);
    assert_int_equal(p.points[LEDGER_REVIEW], 0);
    assert_int_equal(p.cap[LEDGER_REVIEW], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_counts_by_its_level_at_the_end_of_the_year),
        cmocka_unit_test(a_record_counts_in_the_year_of_its_publication_alone),
        cmocka_unit_test(a_near_copy_counts_for_the_first_in_the_ledgers_order),
        cmocka_unit_test(small_steps_do_not_lead_away_from_the_first),
        cmocka_unit_test(a_copy_of_last_years_record_does_not_count_though_that_is_gone),
        cmocka_unit_test(of_an_original_that_went_the_same_year_the_next_one_counts),
        cmocka_unit_test(what_is_published_later_does_not_make_a_copy_of_what_came_before),
        cmocka_unit_test(a_translation_of_anothers_record_counts_as_one),
        cmocka_unit_test(a_record_is_maintained_once_a_quarter_and_not_in_its_first),
        cmocka_unit_test(a_relay_day_takes_two_others),
        cmocka_unit_test(a_relay_day_told_of_in_two_years_counts_in_the_second),
        cmocka_unit_test(relay_days_told_of_long_after_do_not_count),
        cmocka_unit_test(who_mentors_counts_when_the_newcomer_is_complete),
        cmocka_unit_test(means_count_once_ratified_by_their_last_word),
        cmocka_unit_test(of_a_days_contributions_the_first_count),
        cmocka_unit_test(points_that_do_not_fit_stand_at_the_largest_whole_number),
        cmocka_unit_test(the_order_in_which_facts_come_does_not_show),
        cmocka_unit_test(the_charters_policy_counts_and_unknown_kinds_are_passed_over),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
