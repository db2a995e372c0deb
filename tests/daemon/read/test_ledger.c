/* ledger: the figures of a year out of what a replica holds, the same on every site, and down to the ops. */
#include "daemon/read/ledger.h"

#include "tests/help/core_acts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

/* A record that misses rules: its text is the numbers from `from` on, so that no two are alike. */
static void put(struct world *w, size_t at, const char *source, unsigned from, char id[64])
{
    char text[1600] = "";
    for (unsigned i = 0; i < 120; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "mot%u ", from + i);
    json_t *record = json_pack("{s:s, s:s, s:{s:s}, s:{s:s}}", "source_id", source, "type", "analysis", "title", "fr",
                               source, "abstract", "fr", text);
    json_t *r = world_do(w, at, "record.write",
                         json_pack("{s:s, s:[{s:i, s:o}]}", "mode", "import", "lines", "line", 1, "record", record));
    json_t *ids = json_object_get(r, "ids");
    snprintf(id, 64, "%s", json_string_value(json_object_get(json_array_get(ids, 0), "id")));
    json_decref(r);
}

static void link_to(struct world *w, size_t at, const char *from, const char *to)
{
    json_decref(world_do(w, at, "record.link", json_pack("{s:s, s:s, s:s}", "id", from, "rel", "cites", "target", to)));
}

static json_t *ledger(struct world *w, size_t at, const char *explain)
{
    return world_do(w, at, "ledger.show", explain ? json_pack("{s:s}", "explain", explain) : json_object());
}

static int64_t of(json_t *ledger, size_t ally, const char *kind, const char *what)
{
    json_t *a = json_array_get(json_object_get(ledger, "allies"), ally);
    return json_integer_value(json_object_get(json_object_get(json_object_get(a, "kinds"), kind), what));
}

/* Allies 0 and 1 publish a record each, 1 cites 0's; 1 copies its own under another name. */
static struct world *given(unsigned seed)
{
    struct world *w = world_alliance(seed, 3);
    char one[64], two[64], copy[64];
    put(w, 0, "un", 0, one);
    assert_true(world_settle(w, 60000));
    put(w, 1, "deux", 1000, two);
    put(w, 1, "copie", 1001, copy);
    link_to(w, 1, two, one);
    assert_true(world_settle(w, 60000));
    return w;
}

static void the_open_year_is_shown_and_equal_on_every_site(void **state)
{
    (void)state;
    struct world *w = given(4101);
    json_t *first = ledger(w, 0, NULL);
    assert_string_equal(json_string_value(json_object_get(first, "period")), "2026");
    assert_true(json_is_true(json_object_get(first, "open")));
    assert_true(json_is_null(json_object_get(first, "until")));
    assert_int_equal(json_string_length(json_object_get(first, "cut")), 64);
    assert_int_equal(json_array_size(json_object_get(first, "allies")), 3);
    assert_int_equal(of(first, 0, "record_partial", "count"), 1);
    assert_int_equal(of(first, 0, "record_partial", "points"), 4);
    assert_int_equal(of(first, 0, "reuse_received", "points"), 5);
    assert_int_equal(of(first, 1, "record_partial", "count"), 1);
    json_t *left =
        json_object_get(json_object_get(json_object_get(json_array_get(json_object_get(first, "allies"), 1), "kinds"),
                                        "record_partial"),
                        "left_out");
    assert_int_equal(json_integer_value(json_object_get(left, "near_copy")), 1);
    assert_int_equal(json_integer_value(json_object_get(json_array_get(json_object_get(first, "allies"), 0), "points")),
                     9);
    for (size_t at = 1; at < 3; at++) {
        json_t *other = ledger(w, at, NULL);
        assert_true(json_equal(first, other));
        json_decref(other);
    }
    json_decref(first);
    world_free(w);
}

static void a_kind_is_explained_down_to_its_ops(void **state)
{
    (void)state;
    struct world *w = given(4102);
    json_t *l = ledger(w, 2, "record_partial"), *entries = json_object_get(l, "entries");
    assert_int_equal(json_integer_value(json_object_get(l, "total")), 3);
    json_t *copy = json_array_get(entries, 2);
    assert_string_equal(json_string_value(json_object_get(copy, "why")), "near_copy");
    assert_string_equal(json_string_value(json_object_get(copy, "title")), "copie");
    assert_string_equal(json_string_value(json_object_get(json_object_get(copy, "same"), "title")), "deux");
    assert_string_equal(json_string_value(json_object_get(copy, "day")), "2026-09-21");
    assert_non_null(json_string_value(json_object_get(copy, "dot")));
    json_decref(l);
    l = world_do(w, 2, "ledger.show",
                 json_pack("{s:s, s:i, s:i}", "explain", "record_partial", "offset", 1, "limit", 1));
    assert_int_equal(json_array_size(json_object_get(l, "entries")), 1);
    assert_int_equal(json_integer_value(json_object_get(l, "next")), 2);
    json_decref(l);
    world_refused(w, 2, "ledger.show", json_pack("{s:s}", "explain", "songs"), "ledger_kind");
    world_refused(w, 2, "ledger.show", json_pack("{s:i}", "year", 2019), "year_early");
    world_refused(w, 2, "ledger.show", json_pack("{s:i}", "year", 2027), "year_late");
    world_free(w);
}

static void a_cost_is_shared_to_the_cent(void **state)
{
    (void)state;
    struct world *w = given(4103);
    int64_t total = 0;
    size_t i;
    json_t *one;
    json_decref(world_do(w, 1, "means.declare",
                         json_pack("{s:i, s:{s:i, s:s}}", "year", 2026, "money", "amount", 250000, "note", "")));
    assert_true(world_settle(w, 60000));
    json_t *s = world_do(w, 2, "ledger.shares", json_pack("{s:i}", "cost_cents", 1200001));
    assert_string_equal(json_string_value(json_object_get(s, "basis")), "both");
    json_array_foreach(json_object_get(s, "allies"), i, one) total +=
        json_integer_value(json_object_get(one, "share_cents"));
    assert_int_equal(total, 1200001);
    assert_int_equal(json_integer_value(json_object_get(s, "total_cents")), 1200001);
    one = json_array_get(json_object_get(s, "allies"), 1);
    assert_int_equal(json_integer_value(json_object_get(one, "means")), 25);
    assert_int_equal(json_integer_value(json_object_get(one, "by_means_cents")), 600001);
    json_decref(s);
    world_refused(w, 2, "ledger.shares", json_object(), "range");
    world_free(w);
}

static void close_year(struct world *w, int year)
{
    json_t *log = world_do(w, 0, "charter.propose", json_pack("{s:i}", "close_year", year));
    char id[80];
    snprintf(id, sizeof id, "%s", json_string_value(json_object_get(log, "id")));
    json_decref(log);
    assert_true(world_settle(w, 60000));
    for (size_t at = 1; at < 3; at++) {
        json_decref(world_do(w, at, "charter.sign", json_pack("{s:s}", "id", id)));
        assert_true(world_settle(w, 60000));
        log = world_do(w, 0, "charter.show", json_pack("{s:s}", "id", id));
        bool in_force = json_is_true(json_object_get(log, "in_force"));
        json_decref(log);
        if (in_force)
            return;
    }
    fail();
}

static void a_closed_year_stays_as_it_was(void **state)
{
    (void)state;
    struct world *w = given(4104);
    char id[64];
    json_decref(world_do(w, 1, "means.declare",
                         json_pack("{s:i, s:{s:i, s:s}}", "year", 2026, "money", "amount", 250000, "note", "")));
    assert_true(world_settle(w, 60000));
    json_t *open = ledger(w, 0, NULL);
    assert_int_equal(of(open, 1, "means", "count"), 0);
    close_year(w, 2026);
    json_t *closed = world_do(w, 0, "ledger.show", json_pack("{s:i}", "year", 2026));
    assert_false(json_is_true(json_object_get(closed, "open")));
    assert_true(json_is_string(json_object_get(closed, "until")));
    assert_int_equal(of(closed, 1, "means", "count"), 25);
    assert_int_equal(of(closed, 0, "reuse_received", "count"), 1);
    put(w, 0, "trois", 5000, id); /* in the year that is open now */
    assert_true(world_settle(w, 60000));
    for (size_t at = 0; at < 3; at++) {
        json_t *again = world_do(w, at, "ledger.show", json_pack("{s:i}", "year", 2026)), *next = ledger(w, at, NULL);
        assert_true(json_equal(closed, again));
        assert_string_equal(json_string_value(json_object_get(next, "period")), "2027");
        assert_int_equal(of(next, 0, "record_partial", "count"), 1);
        json_decref(again);
        json_decref(next);
    }
    json_decref(closed);
    json_decref(open);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_open_year_is_shown_and_equal_on_every_site),
        cmocka_unit_test(a_cost_is_shared_to_the_cent),
        cmocka_unit_test(a_closed_year_stays_as_it_was),
        cmocka_unit_test(a_kind_is_explained_down_to_its_ops),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
