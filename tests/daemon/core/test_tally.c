/* tally: what the ledger may count stands beside the entities as they are folded, the same on every site and after a replay. */
#include "daemon/core/tally.h"

#include "daemon/ledger/sketch.h"
#include "tests/help/core_acts.h"
#include "tests/help/facts_seen.h"
#include "tests/help/ledger_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static json_t *record(const char *source, const char *words)
{
    return json_pack("{s:s, s:s, s:{s:s}, s:{s:s}}", "source_id", source, "type", "analysis", "title", "fr", source,
                     "abstract", "fr", words);
}

/* A text of that many words, each another. */
static char *words(size_t n, unsigned from)
{
    char *text = calloc(n + 1, 16);
    assert_non_null(text);
    for (size_t i = 0; i < n; i++)
        snprintf(text + strlen(text), 16, "mot%zu ", from + i);
    return text;
}

static void put(struct world *w, size_t at, const char *source, size_t n, unsigned from, char id[64])
{
    char *text = words(n, from);
    json_t *r = world_do(
        w, at, "record.write",
        json_pack("{s:s, s:[{s:i, s:o}]}", "mode", "import", "lines", "line", 1, "record", record(source, text)));
    json_t *ids = json_object_get(r, "ids");
    snprintf(id, 64, "%s", json_string_value(json_object_get(json_array_get(ids, 0), "id")));
    json_decref(r);
    free(text);
}

static void settle(struct world *w)
{
    assert_true(world_settle(w, 60000));
    for (size_t i = 0; i < w->sites_n; i++)
        world_verify(w, i);
    facts_agree(w);
}

static void records_links_terms_and_revisions_are_noted_on_every_site(void **state)
{
    (void)state;
    struct world *w = world_alliance(7301, 3);
    struct arena arena = {0};
    struct fact f;
    char one[64], two[64];
    put(w, 0, "un", 40, 0, one);
    settle(w);
    put(w, 1, "deux", 30, 100, two);
    json_decref(world_do(w, 1, "record.link", json_pack("{s:s, s:s, s:s}", "id", two, "rel", "cites", "target", one)));
    put(w, 0, "un", 45, 0, one);   /* five words more */
    put(w, 0, "un", 40, 500, one); /* other words */
    settle(w);
    struct core *c = w->sites[2].core;
    assert_int_equal(facts_count(c, FACT_RECORD, 0, &arena, NULL), 2);
    assert_int_equal(facts_count(c, FACT_LINK, 0, &arena, &f), 1);
    assert_int_equal(f.sort, LINK_CITES);
    assert_memory_equal(f.ally, f.target.at, ALLY_BYTES);
    assert_memory_equal(f.other, f.entity.at, ALLY_BYTES);
    assert_int_equal(facts_count(c, FACT_REVISION, 0, &arena, &f), 1);
    assert_memory_equal(f.ally, f.entity.at, ALLY_BYTES);
    arena_fini(&arena);
    world_free(w);
}

/* Its clock lies in the closed year; the charter that closed it does not cover it. */
static void what_comes_after_the_closing_charter_leaves_the_closed_year_as_it_was(void **state)
{
    (void)state;
    struct ledger_plan plan = {.seed = 5, .allies = 3, .years = 2, .ops = 120};
    struct ledger_world *l = ledger_world_new(&plan);
    struct core *c = ledger_world_core(l);
    struct arena arena = {0};
    struct fact *before = NULL, *after = NULL;
    size_t before_n = 0, after_n = 0, open = facts_count(c, FACT_RECORD, 1, NULL, NULL);
    struct core_author late = l->author[1];
    late.log.incarnation++;
    late.seq = 0;
    late.clock = l->author[1].clock - (UINT64_C(600) * 86400000 << 16);
    memset(late.prev, 0, sizeof late.prev);
    assert_int_equal(facts_of_term(c->store, 0, &arena, &before, &before_n), ERR_OK);
    assert_int_equal(core_author_tell(&late, l->w, 0, 1, "Hier", NULL), ERR_OK);
    assert_int_equal(facts_of_term(c->store, 0, &arena, &after, &after_n), ERR_OK);
    assert_int_equal(after_n, before_n);
    for (size_t i = 0; i < before_n; i++)
        assert_true(fact_equal(&before[i], &after[i]));
    assert_int_equal(facts_count(c, FACT_RECORD, 1, NULL, NULL), open + 1);
    world_verify(l->w, 0);
    arena_fini(&arena);
    ledger_world_free(l);
}

static void what_was_erased_leaves_no_sketch(void **state)
{
    (void)state;
    struct world *w = world_alliance(7302, 2);
    struct arena arena = {0};
    struct fact f;
    char *text = words(40, 0);
    json_t *r = world_do(
        w, 0, "record.write",
        json_pack("{s:s, s:[{s:i, s:o}]}", "mode", "import", "lines", "line", 1, "record", record("un", text)));
    json_t *dot = json_object_get(json_array_get(json_object_get(r, "ids"), 0), "dot");
    settle(w);
    assert_int_equal(facts_count(w->sites[1].core, FACT_RECORD, 0, &arena, &f), 1);
    assert_int_equal(f.amount, 40);
    assert_int_equal(f.data.len, SKETCH_BYTES);
    json_decref(world_do(w, 0, "erase", json_pack("{s:[O], s:s}", "dots", dot, "reason", "r")));
    settle(w);
    assert_int_equal(facts_count(w->sites[1].core, FACT_RECORD, 0, &arena, &f), 1);
    assert_int_equal(f.amount, 0);
    assert_int_equal(f.data.len, 0);
    assert_int_equal(f.sort, FACT_GONE);
    json_decref(r);
    free(text);
    arena_fini(&arena);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_links_terms_and_revisions_are_noted_on_every_site),
        cmocka_unit_test(what_comes_after_the_closing_charter_leaves_the_closed_year_as_it_was),
        cmocka_unit_test(what_was_erased_leaves_no_sketch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
