/* dues: what a territory owes, once, and what is asked for rather than guessed. */
#include "daemon/ledger/dues.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

static const struct dues_factor factors[] = {
    {{(const uint8_t *)"Luxembourg", 10}, 7528},
    {{(const uint8_t *)"Cape Verde", 10}, 365 },
    {{(const uint8_t *)"Belgium", 7},     3278},
    {{(const uint8_t *)"Russia", 6},      1936},
};

static struct dues_row row(const char *country, const char *territory, const char *college, int64_t population)
{
    return (struct dues_row){slice_text(country), slice_text(territory), slice_text(college),
                             slice_text(""),      population >= 0,       population < 0 ? 0 : (uint64_t)population};
}

static void lines_are(const struct dues_row *rows, size_t n, const enum dues_state *states, const uint64_t *euros)
{
    struct arena arena = {0};
    struct dues_line *lines = NULL;
    assert_int_equal(dues_make(rows, n, factors, sizeof factors / sizeof *factors, &arena, &lines), ERR_OK);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(lines[i].state, states[i]);
        assert_int_equal(lines[i].euros, euros[i]);
    }
    arena_fini(&arena);
}

/* Internal rules, article 9, footnote: 50,000 inhabitants. */
static void the_rules_own_examples_come_out(void **state)
{
    (void)state;
    assert_int_equal(dues_minimum(50000, 7528), 376);
    assert_int_equal(dues_minimum(50000, 365), 18);
    assert_int_equal(dues_minimum(500, 1000), 1); /* half a euro up */
    assert_int_equal(dues_minimum(499, 1000), 0);
    assert_int_equal(dues_minimum(DUES_POPULATION_MAX, DUES_FACTOR_MAX), UINT64_C(10000000000));
    const struct dues_row rows[] = {row("Luxembourg", "A", "droit", 50000), row("Cap Vert", "B", "effectif", 50000),
                                    row("Cap-Vert", "C", "effectif", 50000)};
    lines_are(rows, 3, (enum dues_state[]){DUES_OWED, DUES_OWED, DUES_OWED}, (uint64_t[]){376, 18, 18});
}

static void a_territory_owes_once_whoever_pays(void **state)
{
    (void)state;
    const struct dues_row rows[] = {
        row("Russie", "Ulyanovsk-city", "effectif", -1), row("Russie", " ulyanovsk city", "droit", 600000),
        row("Belgique", "Liège", "effectif+droit", 200000), row("Belgium", "LIEGE", "effectif", 200000),
        row("Russie", "Liège", "effectif", 1000)};
    lines_are(rows, 5, (enum dues_state[]){DUES_AGAIN, DUES_OWED, DUES_OWED, DUES_AGAIN, DUES_OWED},
              (uint64_t[]){0, 1162, 656, 0, 2});
}

static void associates_and_regions_are_free_and_what_is_not_known_is_asked_for(void **state)
{
    (void)state;
    struct dues_row rows[] = {row("Belgium", "DiCS", "associe", 9),   row("Belgique", "Wallonie", "droit", 3600000),
                              row("Belgique", "Durbuy", "droit", -1), row("Atlantis", "X", "droit", 5000),
                              row("Belgique", "Mons", "droit", 1000), row("Belgique", "Mons", "effectif", 2000)};
    rows[1].scale = slice_text("region");
    lines_are(rows, 6,
              (enum dues_state[]){DUES_ASSOCIATE, DUES_LARGER, DUES_NO_POPULATION, DUES_NO_FACTOR, DUES_UNEQUAL,
                                  DUES_UNEQUAL},
              (uint64_t[]){0, 0, 0, 0, 0, 0});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_rules_own_examples_come_out),
        cmocka_unit_test(a_territory_owes_once_whoever_pays),
        cmocka_unit_test(associates_and_regions_are_free_and_what_is_not_known_is_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
