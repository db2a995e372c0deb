/* tally: what the ledger may count stands beside the entities as they are folded, the same on every site and after a replay. */
#include "daemon/core/tally.h"

#include "tests/help/core_acts.h"
#include "tests/help/facts_seen.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_links_terms_and_revisions_are_noted_on_every_site),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
