/* years: which charters close years, and in which term an op lies. */
#include "daemon/ledger/years.h"

#include "tests/help/charter_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

static const uint8_t all[] = {0x11, 0x21, 0x31};

static int start(void **state)
{
    (void)state;
    return sign_start() != ERR_OK;
}

/* The next charter: its rule 7 (0: none), and up to where it has ally 1's and ally 2's logs. */
static void enact(struct world *w, uint64_t closed, uint64_t one, uint64_t two)
{
    struct world_draft *d = world_draft(w, true);
    struct head heads[] = {world_head(w, 0x11, 5, one), world_head(w, 0x21, 5, two)};
    struct charter_rule rules[] = {
        {RULE_ADOPT_SECRETARIAT, 1     },
        {RULE_YEAR_CLOSED,       closed}
    };
    d->charter.checkpoint = world_heads(w, heads, 2);
    d->charter.checkpoint_n = 2;
    d->charter.rules = rules;
    d->charter.rules_n = closed ? 2 : 1;
    world_enact(w, &d->charter, all, sizeof all);
}

struct made {
    struct world w;
    struct authority a;
    struct arena arena;
    struct years y;
};

static void look(struct made *m)
{
    m->a = world_build(&m->w);
    assert_int_equal(years_build(&m->a, &m->arena, &m->y), ERR_OK);
}

static void end(struct made *m)
{
    authority_fini(&m->a);
    arena_fini(&m->arena);
    world_fini(&m->w);
}

static unsigned term(struct made *m, uint8_t seed, uint64_t seq)
{
    struct head h = world_head(&m->w, seed, 5, seq);
    return years_term(&m->y, &h.log, seq);
}

static unsigned find(struct made *m, unsigned label, unsigned first)
{
    unsigned t = 99;
    err_t e = years_find(&m->y, label, first, &t);
    return e == ERR_YEAR_EARLY ? 1000 : e == ERR_YEAR_LATE ? 2000 : t;
}

static void an_alliance_that_closed_nothing_has_one_open_term(void **state)
{
    (void)state;
    struct made m = {.arena = {0}};
    world_init(&m.w, 3);
    enact(&m.w, 0, 5, 5);
    look(&m);
    assert_int_equal(years_n(&m.y), 1);
    assert_int_equal(term(&m, 0x11, 1), 0);
    assert_int_equal(term(&m, 0x11, 100), 0);
    assert_int_equal(years_label(&m.y, 0, 2024), 2024);
    assert_int_equal(find(&m, 2023, 2024), 1000);
    assert_int_equal(find(&m, 2024, 2024), 0);
    assert_int_equal(find(&m, 2025, 2024), 2000);
    assert_int_equal(find(&m, 2025, 0), 2000);
    assert_null(years_closing(&m.y, 0));
    assert_int_equal(years_policy(&m.y, 0)->number, 1);
    end(&m);
}

/* Charters: 1 closes 2024 · 2 nothing (the rule stays) · 3 closes 2025. */
static void an_op_lies_in_the_term_of_the_first_closing_charter_from_the_one_that_covers_it(void **state)
{
    (void)state;
    struct made m = {.arena = {0}};
    world_init(&m.w, 3);
    enact(&m.w, 2024, 10, 5);
    enact(&m.w, 2024, 20, 5);
    enact(&m.w, 2025, 30, 9);
    look(&m);
    assert_int_equal(years_n(&m.y), 3);
    assert_int_equal(years_open(&m.y), 2);
    assert_int_equal(term(&m, 0x11, 10), 0);
    assert_int_equal(term(&m, 0x11, 11), 1);
    assert_int_equal(term(&m, 0x11, 20), 1);
    assert_int_equal(term(&m, 0x11, 30), 1);
    assert_int_equal(term(&m, 0x11, 31), 2);
    assert_int_equal(term(&m, 0x21, 6), 1);
    assert_int_equal(term(&m, 0x31, 1), 2); /* no charter names that log */
    for (size_t charter = 0; charter < 4; charter++)
        assert_int_equal(years_term_of(&m.y, charter), charter < 1 ? 0 : charter < 3 ? 1 : 2);
    end(&m);
}

static void terms_are_called_by_what_closes_them_and_go_by_the_charter_before(void **state)
{
    (void)state;
    struct made m = {.arena = {0}};
    world_init(&m.w, 3);
    enact(&m.w, 2024, 10, 5);
    enact(&m.w, 0, 20, 5);
    enact(&m.w, 2025, 30, 9);
    look(&m);
    assert_int_equal(years_label(&m.y, 0, 2020), 2024);
    assert_int_equal(years_label(&m.y, 1, 2020), 2025);
    assert_int_equal(years_label(&m.y, 2, 2020), 2026);
    assert_int_equal(years_closing(&m.y, 0)->number, 1);
    assert_int_equal(years_closing(&m.y, 1)->number, 3);
    assert_null(years_closing(&m.y, 2));
    assert_int_equal(years_policy(&m.y, 0)->number, 0);
    assert_int_equal(years_policy(&m.y, 1)->number, 2);
    assert_int_equal(years_policy(&m.y, 2)->number, 3);
    end(&m);
}

static void years_closed_at_once_are_one_term_called_by_the_last(void **state)
{
    (void)state;
    struct made m = {.arena = {0}};
    world_init(&m.w, 3);
    enact(&m.w, 2022, 10, 5);
    enact(&m.w, 2025, 30, 9);
    look(&m);
    assert_int_equal(years_n(&m.y), 3);
    assert_int_equal(find(&m, 2019, 2020), 1000);
    assert_int_equal(find(&m, 2020, 2020), 0);
    assert_int_equal(find(&m, 2021, 2020), 0);
    assert_int_equal(find(&m, 2022, 2020), 0);
    assert_int_equal(find(&m, 2023, 2020), 1);
    assert_int_equal(find(&m, 2025, 2020), 1);
    assert_int_equal(find(&m, 2026, 2020), 2);
    assert_int_equal(find(&m, 2027, 2020), 2000);
    assert_int_equal(find(&m, 2021, 0), 1000); /* when it began is not known */
    assert_int_equal(find(&m, 2022, 2023), 0); /* closed before anybody wrote */
    end(&m);
}

static void a_year_that_goes_back_or_makes_no_sense_closes_nothing(void **state)
{
    (void)state;
    struct made m = {.arena = {0}};
    world_init(&m.w, 3);
    enact(&m.w, 2025, 10, 5);
    enact(&m.w, 2024, 20, 6);
    enact(&m.w, UINT64_C(1) << 40, 30, 7);
    enact(&m.w, 0, 40, 8);
    enact(&m.w, 2025, 50, 9);
    look(&m);
    assert_int_equal(years_n(&m.y), 2);
    assert_int_equal(term(&m, 0x11, 10), 0);
    assert_int_equal(term(&m, 0x11, 11), 1);
    assert_int_equal(years_label(&m.y, 1, 0), 2026);
    end(&m);
}

static void an_op_that_comes_after_the_charter_stays_out_of_the_closed_term(void **state)
{
    (void)state;
    struct made m = {.arena = {0}};
    world_init(&m.w, 3);
    enact(&m.w, 2025, 10, 5);
    look(&m);
    assert_int_equal(term(&m, 0x21, 5), 0);
    assert_int_equal(term(&m, 0x21, 6), 1); /* whatever its clock says */
    end(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_alliance_that_closed_nothing_has_one_open_term),
        cmocka_unit_test(an_op_lies_in_the_term_of_the_first_closing_charter_from_the_one_that_covers_it),
        cmocka_unit_test(terms_are_called_by_what_closes_them_and_go_by_the_charter_before),
        cmocka_unit_test(years_closed_at_once_are_one_term_called_by_the_last),
        cmocka_unit_test(a_year_that_goes_back_or_makes_no_sense_closes_nothing),
        cmocka_unit_test(an_op_that_comes_after_the_charter_stays_out_of_the_closed_term),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
