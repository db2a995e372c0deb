/* ledger_world: one plan is one history, and what the ledger may count of it does not depend on the order in which it comes. */
#include "tests/help/facts_seen.h"
#include "tests/help/ledger_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void facts_are_the_same_from_any_order_of_arrival(void **state)
{
    (void)state;
    char *first = NULL;
    for (uint64_t order = 0; order < 3; order++) {
        struct ledger_plan plan = {.seed = 77, .allies = 5, .years = 3, .ops = 500, .order = order};
        struct ledger_world *l = ledger_world_new(&plan);
        world_verify(l->w, 0);
        char *seen = facts_seen(ledger_world_core(l));
        if (first)
            assert_string_equal(seen, first);
        free(first);
        first = seen;
        ledger_world_free(l);
    }
    free(first);
}

static void each_kind_of_fact_is_found_in_each_year(void **state)
{
    (void)state;
    struct ledger_plan plan = {.seed = 78, .allies = 6, .years = 2, .ops = 900};
    struct ledger_world *l = ledger_world_new(&plan);
    struct core *c = ledger_world_core(l);
    assert_int_equal(years_n(&c->tally.years), 2);
    for (unsigned term = 0; term < 2; term++)
        for (int kind = FACT_RECORD; kind <= FACT_MEANS; kind++)
            assert_true(facts_count(c, (enum fact_kind)kind, term, NULL, NULL) > 0);
    ledger_world_free(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(facts_are_the_same_from_any_order_of_arrival),
        cmocka_unit_test(each_kind_of_fact_is_found_in_each_year),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
