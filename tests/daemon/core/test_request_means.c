/* What an ally declares for a year: whose it is, that every site shows it, that a year which a charter closed stays closed. */
#include "tests/help/core_world.h"

#include "daemon/core/own.h"
#include "protocol/wire/wr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static json_t *means(int year, const char *what, int amount, const char *note)
{
    return json_pack("{s:i, s:{s:i, s:s}}", "year", year, what, "amount", amount, "note", note);
}

static json_t *declare(struct world *w, size_t at, int year, const char *what, int amount)
{
    return world_do(w, at, "means.declare", means(year, what, amount, ""));
}

static json_t *list(struct world *w, size_t at, size_t n, json_t *asked)
{
    json_t *r = world_do(w, at, "means.list", asked);
    assert_int_equal(json_array_size(json_object_get(r, "means")), n);
    return r;
}

static const json_t *row(const json_t *r, size_t i)
{
    return json_array_get(json_object_get(r, "means"), i);
}

static long long amount(const json_t *r, size_t i, const char *what)
{
    const json_t *value = json_object_get(row(r, i), what);
    return json_is_object(value) ? json_integer_value(json_object_get(value, "amount")) : -1;
}

static void a_declaration_is_shown_everywhere_and_said_anew_it_replaces_the_first(void **state)
{
    (void)state;
    struct world *w = world_alliance(511, 3);
    json_decref(world_do(w, 1, "means.declare", means(2026, "money", 120050, "salles\xe2\x80\xae, papier")));
    json_decref(declare(w, 1, 2026, "time", 2100));
    json_decref(declare(w, 2, 2027, "time", 60));
    assert_true(world_settle(w, 60000));
    json_t *r = list(w, 0, 2, NULL);
    json_decref(r);
    r = list(w, 0, 1, json_pack("{s:i}", "year", 2026));
    assert_string_equal(json_string_value(json_object_get(row(r, 0), "ally_name")), w->sites[1].name);
    assert_int_equal(amount(r, 0, "money"), 120050);
    assert_int_equal(amount(r, 0, "time"), 2100);
    const json_t *money = json_object_get(row(r, 0), "money");
    assert_string_equal(json_string_value(json_object_get(money, "note")), "salles, papier");
    assert_string_equal(json_string_value(json_object_get(money, "site_name")), w->sites[1].name);
    json_decref(r);
    world_refused(w, 1, "means.declare", means(2026, "time", 2100, ""), "nothing_to_do");
    json_decref(declare(w, 1, 2026, "time", 0));
    assert_true(world_settle(w, 60000));
    r = list(w, 2, 1, json_pack("{s:s}", "ally", w->sites[1].name));
    assert_int_equal(amount(r, 0, "time"), 0);
    assert_int_equal(amount(r, 0, "money"), 120050);
    assert_int_equal(world_number(r, "conflicts"), 0);
    json_decref(r);
    r = world_do(w, 2, "rebuild", NULL);
    assert_true(json_is_true(json_object_get(r, "same")));
    json_decref(r);
    world_verify(w, 2);
    r = world_do(w, 0, "changes", NULL);
    json_decref(r);
    world_free(w);
}

static void what_makes_no_sense_is_refused(void **state)
{
    (void)state;
    struct world *w = world_alliance(512, 1);
    world_refused(w, 0, "means.declare", means(1999, "money", 1, ""), "year");
    world_refused(w, 0, "means.declare", means(2200, "money", 1, ""), "year");
    world_refused(w, 0, "means.declare", means(2026, "money", -1, ""), "field_value");
    world_refused(w, 0, "means.declare", means(2026, "praise", 1, ""), "nothing_to_do");
    world_refused(w, 0, "means.list", json_pack("{s:i}", "year", 26), "year");
    world_refused(w, 0, "means.list", json_pack("{s:s}", "ally", "Personne"), "ally_unknown");
    json_t *much = json_pack("{s:i, s:{s:i, s:o}}", "year", 2026, "time", "amount", 1, "note", json_stringn("", 0));
    char *note = calloc(1, 1002);
    assert_non_null(note);
    memset(note, 'a', 1001);
    json_object_set_new(json_object_get(much, "time"), "note", json_string(note));
    free(note);
    world_refused(w, 0, "means.declare", much, "text_long");
    json_decref(list(w, 0, 0, NULL));
    world_free(w);
}

/* As a site does that has not seen the other's word: without naming it. */
static void declare_unseen(struct world *w, size_t at, unsigned year, uint64_t minutes)
{
    struct core *c = w->sites[at].core;
    struct op_write write = {.field = MEANS_TIME, .lang = slice_text(""), .target = slice_text(""), .add = true};
    uint8_t entity[MEANS_BYTES];
    struct buf body;
    means_entity(entity, authority_ally_of(&c->authority, c->own[0].key.pub)->id, year);
    struct op op = {.info = kind_info(OP_MEANS_DECLARE),
                    .entity = slice_of(entity, sizeof entity),
                    .writes = &write,
                    .writes_n = 1};
    buf_init(&body, 256);
    wr_array(&body, 1);
    wr_array(&body, 2);
    wr_uint(&body, minutes);
    wr_nil(&body);
    assert_int_equal(own_write_alone(c, &c->own[0], &op, buf_slice(&body), NULL), ERR_OK);
    buf_fini(&body);
}

static void amounts_that_have_not_seen_each_other_are_both_shown_until_the_ally_decides(void **state)
{
    (void)state;
    struct world *w = world_alliance(513, 2);
    declare_unseen(w, 1, 2026, 60);
    declare_unseen(w, 1, 2026, 90);
    assert_true(world_settle(w, 60000));
    json_t *r = list(w, 0, 1, NULL);
    const json_t *others = json_object_get(json_object_get(row(r, 0), "time"), "others");
    assert_int_equal(world_number(r, "conflicts"), 1);
    assert_int_equal(amount(r, 0, "time"), 90);
    assert_int_equal(json_array_size(others), 1);
    assert_int_equal(world_number(json_array_get(others, 0), "amount"), 60);
    json_decref(r);
    json_decref(declare(w, 1, 2026, "time", 90));
    assert_true(world_settle(w, 60000));
    r = list(w, 0, 1, NULL);
    assert_int_equal(world_number(r, "conflicts"), 0);
    assert_null(json_object_get(json_object_get(row(r, 0), "time"), "others"));
    json_decref(r);
    world_free(w);
}

static void what_an_ally_declared_can_be_erased(void **state)
{
    (void)state;
    struct world *w = world_alliance(514, 2);
    json_t *r = world_do(w, 1, "means.declare", means(2026, "money", 5000, "don de Mme X"));
    json_t *erase = json_pack("{s:[O], s:s}", "dots", json_object_get(r, "dot"), "reason", "demandé");
    json_decref(r);
    json_decref(world_do(w, 1, "erase", erase));
    assert_true(world_settle(w, 60000));
    r = list(w, 0, 1, NULL);
    assert_int_equal(amount(r, 0, "money"), -1);
    json_decref(r);
    world_verify(w, 0);
    world_free(w);
}

static void close_year(struct world *w, int year)
{
    char id[64];
    json_t *r = world_do(w, 0, "charter.propose", json_pack("{s:i}", "close_year", year));
    assert_int_equal(world_number(r, "closes"), year);
    snprintf(id, sizeof id, "%s", json_string_value(json_object_get(r, "id")));
    json_decref(r);
    assert_true(world_settle(w, 60000));
    json_decref(world_do(w, 1, "charter.sign", json_pack("{s:s}", "id", id)));
    assert_true(world_settle(w, 60000));
}

static void a_year_that_a_charter_closed_stays_closed(void **state)
{
    (void)state;
    struct world *w = world_alliance(515, 2);
    json_decref(declare(w, 1, 2026, "money", 5000));
    assert_true(world_settle(w, 60000));
    close_year(w, 2026);
    world_refused(w, 1, "means.declare", means(2026, "money", 6000, ""), "year_closed");
    world_refused(w, 1, "means.declare", means(2025, "money", 6000, ""), "year_closed");
    json_decref(declare(w, 1, 2027, "money", 6000));
    json_t *r = list(w, 1, 2, NULL);
    assert_int_equal(world_number(r, "closed"), 2026);
    assert_true(json_is_true(json_object_get(row(r, 0), "closed")));
    assert_true(json_is_false(json_object_get(row(r, 1), "closed")));
    json_decref(r);
    world_refused(w, 0, "charter.propose", json_pack("{s:i}", "close_year", 2026), "year_closed");
    world_refused(w, 0, "charter.propose", json_pack("{s:i}", "close_year", 1999), "year");
    world_refused(w, 0, "charter.propose", json_pack("{s:i}", "close_year", 2027), "year_ahead");
    world_refused(w, 0, "charter.propose", json_pack("{s:{s:i}}", "rules", "7", 2062), "year_ahead");
    world_refused(w, 0, "charter.propose", json_pack("{s:i}", "close_year", 2200), "year");
    world_refused(w, 0, "charter.propose", json_pack("{s:{s:i}}", "rules", "7", 2026), "year_closed");
    /* The rule stays in the charters that follow; they close nothing by it. */
    r = world_do(w, 0, "charter.propose", json_pack("{s:s}", "name", "Autre nom"));
    assert_true(json_is_null(json_object_get(r, "closes")));
    json_decref(r);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_declaration_is_shown_everywhere_and_said_anew_it_replaces_the_first),
        cmocka_unit_test(what_makes_no_sense_is_refused),
        cmocka_unit_test(amounts_that_have_not_seen_each_other_are_both_shown_until_the_ally_decides),
        cmocka_unit_test(what_an_ally_declared_can_be_erased),
        cmocka_unit_test(a_year_that_a_charter_closed_stays_closed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
