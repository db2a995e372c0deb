/*
 * Adoption by use is a pure function of what was written: whatever allies write, in whatever order it is heard of, erased, set aside or judged by another charter,
 * all sites say the same, and a replay says what they say.
 */
#include "daemon/store/query.h"
#include "tests/help/core_acts.h"
#include "tests/help/core_erasing.h"
#include "tests/help/core_world.h"
#include "tests/help/facts_seen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define SITES    4
#define CONCEPTS 3
#define RECORDS  2 /* of each site */
#define DOTS     256

struct scene {
    struct world *w;
    char dots[DOTS][64];
    size_t dots_n;
    bool by_use;
    unsigned closed; /* the year that the newest charter closes; 0: none was */
    struct charter_rule rules[16];
};

static void uri_of(size_t k, char out[40])
{
    snprintf(out, 40, "http://atlas.test/%zu", k);
}

static uint64_t draw(struct scene *s, uint64_t below)
{
    return world_random(s->w, below);
}

/* Most of what is drawn can be done; what cannot is refused and changes nothing. */
static void ask(struct scene *s, size_t at, const char *what, json_t *args)
{
    json_t *r = world_ask(s->w, at, what, args), *dot = json_object_get(json_object_get(r, "result"), "dot");
    if (json_is_string(dot))
        snprintf(s->dots[s->dots_n++ % DOTS], 64, "%s", json_string_value(dot));
    json_t *ids = json_object_get(json_object_get(r, "result"), "ids");
    dot = json_object_get(json_array_get(ids, 0), "dot");
    if (json_is_string(dot))
        snprintf(s->dots[s->dots_n++ % DOTS], 64, "%s", json_string_value(dot));
    json_decref(r);
}

static json_t *labelled(struct scene *s, const char *uri, const char *key)
{
    return json_pack("{s:s, s:{s:{s:o}}}", "id", uri, "set", key, draw(s, 2) ? "fr" : "en",
                     json_sprintf("%d", (int)draw(s, 3)));
}

static void about_a_concept(struct scene *s, size_t at)
{
    char uri[40], other[40];
    uri_of(draw(s, CONCEPTS), uri);
    uri_of(draw(s, CONCEPTS), other);
    switch (draw(s, 9)) {
    case 0:
    case 1:
        ask(s, at, "concept.write",
            json_pack("{s:s, s:b, s:[{s:i, s:{s:s, s:{s:o}}}]}", "mode", "add", "adopt", (int)!draw(s, 4), "concepts",
                      "line", 1, "concept", "uri", uri, "prefLabel", "fr", json_sprintf("%d", (int)draw(s, 3))));
        break;
    case 2:
        ask(s, at, "concept.edit", labelled(s, uri, draw(s, 2) ? "prefLabel" : "definition"));
        break;
    case 3:
        ask(s, at, "concept.relate",
            json_pack("{s:s, s:s, s:s, s:b}", "id", uri, "relation", draw(s, 2) ? "broader" : "related", "target",
                      other, "remove", (int)!draw(s, 3)));
        break;
    case 4:
        ask(s, at, "concept.adopt", json_pack("{s:s}", "id", uri));
        break;
    case 5:
        ask(s, at, "concept.withdraw", json_pack("{s:s}", "id", uri));
        break;
    case 6:
        ask(s, at, "concept.merge", json_pack("{s:s, s:s}", "id", uri, "into", other));
        break;
    case 7:
        ask(s, at, "concept.retire", json_pack("{s:s, s:s}", "id", uri, "reason", "r"));
        break;
    default:
        ask(s, at, "concept.refuse", json_pack("{s:s}", "id", uri));
    }
}

static void about_a_record(struct scene *s, size_t at)
{
    char uri[40], source[40];
    uri_of(draw(s, CONCEPTS), uri);
    snprintf(source, sizeof source, "%s-%d", s->w->sites[at].name, (int)draw(s, RECORDS));
    if (!draw(s, 5))
        ask(s, at, "record.retire", json_pack("{s:s}", "source_id", source));
    else if (!draw(s, 3))
        ask(s, at, "record.write",
            json_pack("{s:s, s:[{s:i, s:{s:s, s:{s:s}, s:[]}}]}", "mode", "import", "lines", "line", 1, "record",
                      "source_id", source, "title", "fr", "T", "concepts"));
    else
        ask(s, at, "record.write",
            json_pack("{s:s, s:[{s:i, s:{s:s, s:{s:s}, s:[s]}}]}", "mode", "import", "lines", "line", 1, "record",
                      "source_id", source, "title", "fr", "T", "concepts", uri));
}

/* Rule 7 comes last, as it has the highest number here. */
static void set_rules(struct charter *c, void *ctx)
{
    struct scene *s = ctx;
    size_t n = 0;
    for (size_t i = 0; i < c->rules_n; i++)
        if (c->rules[i].rule < RULE_YEAR_CLOSED)
            s->rules[n++] = c->rules[i];
    for (size_t i = 0; i < n; i++)
        if (s->rules[i].rule == RULE_ADOPT_BY_USE)
            s->rules[i].value = s->by_use;
    if (s->closed)
        s->rules[n++] = (struct charter_rule){RULE_YEAR_CLOSED, s->closed};
    c->rules = s->rules;
    c->rules_n = n;
}

/* All that was written before may be judged by the charter before, or by the new one. */
static void next_charter(struct scene *s)
{
    struct arena arena = {0};
    struct log_head *heads = NULL;
    struct head at[64];
    size_t n = 0, used = 0;
    world_heal(s->w);
    assert_true(world_settle(s->w, 60000));
    assert_int_equal(oplog_heads(s->w->sites[0].core->store, &arena, &heads, &n), ERR_OK);
    for (size_t i = 0; i < n && draw(s, 2); i++) {
        at[used] = (struct head){.log = heads[i].log, .seq = heads[i].seq};
        memcpy(at[used++].id, heads[i].id, HASH_BYTES);
    }
    s->by_use = !s->by_use;
    s->closed += draw(s, 2) ? s->closed ? 1 : 2026 : 0;
    struct buf charter = core_charter(s->w, 0, at, used, set_rules, s);
    assert_int_equal(core_charter_give(s->w, 0, buf_slice(&charter)), ERR_OK);
    buf_fini(&charter);
    arena_fini(&arena);
    assert_true(world_settle(s->w, 60000));
}

/* Any op of a commit that somebody was told of: where it is another ally's, or none, it is refused. */
static void erase(struct scene *s, size_t at)
{
    const char *dot = s->dots[draw(s, s->dots_n < DOTS ? s->dots_n : DOTS)];
    ask(s, at, "erase",
        json_pack("{s:[o], s:s}", "dots", json_sprintf("%.*s-%d", (int)strcspn(dot, "-"), dot, (int)draw(s, 2)),
                  "reason", "r"));
}

static void step(struct scene *s)
{
    size_t at = draw(s, SITES), other = draw(s, SITES);
    uint64_t what = draw(s, 20);
    if (what < 8)
        about_a_concept(s, at);
    else if (what < 14)
        about_a_record(s, at);
    else if (what == 14 && s->dots_n)
        erase(s, at);
    else if (what == 15)
        ask(s, 0, draw(s, 2) ? "ally.suspend" : "ally.lift",
            json_pack("{s:s}", "ally", s->w->sites[1 + draw(s, SITES - 1)].name));
    else if (what == 16 && at != other)
        world_block(s->w, at, other, draw(s, 2));
    else if (what == 17 && !draw(s, 6))
        next_charter(s);
    else if (what > 17)
        world_run(s->w, (int64_t)draw(s, 4000));
}

static char *said(struct world *w, size_t at)
{
    json_t *all = json_array(), *r = world_do(w, at, "concept.list", NULL),
           *proposed = world_do(w, at, "concept.list", json_pack("{s:b}", "proposed", 1));
    json_array_append_new(all, r);
    json_array_append_new(all, proposed);
    for (size_t k = 0; k < CONCEPTS; k++) {
        char uri[40];
        uri_of(k, uri);
        json_array_append_new(all, world_ask(w, at, "concept.show", json_pack("{s:s}", "id", uri)));
    }
    char *text = json_dumps(all, JSON_SORT_KEYS | JSON_INDENT(1));
    json_decref(all);
    return text;
}

static void one_run(uint64_t seed, size_t steps)
{
    struct scene s = {.w = world_alliance(seed, SITES), .by_use = true};
    for (size_t i = 0; i < steps; i++) {
        step(&s);
        if (i % 4 == 3)
            world_verify(s.w, draw(&s, SITES));
    }
    for (size_t i = 1; i < SITES; i++)
        ask(&s, 0, "ally.lift", json_pack("{s:s}", "ally", s.w->sites[i].name));
    world_heal(s.w);
    core_agree(s.w);
    assert_true(erasing_rows(s.w, 0, "SELECT count(*) FROM adoptions") > 0);
    facts_agree(s.w);
    char *first = said(s.w, 0);
    for (size_t i = 1; i < SITES; i++) {
        char *other = said(s.w, i);
        assert_string_equal(other, first);
        free(other);
    }
    free(first);
    world_free(s.w);
}

static void all_sites_say_the_same_whatever_was_written(void **state)
{
    (void)state;
    one_run(9002, 120);
    one_run(9006, 120);
}

/* ---- one use that goes ---- */

/* Site 1 proposed the concept; site 2 uses it, and after it site 3. Where `alone`, site 0 has not heard of either. The op of the first use. */
static struct world *used_twice(uint64_t seed, bool alone, char first[64])
{
    struct scene s = {.w = world_alliance(seed, SITES)};
    json_decref(world_do(s.w, 1, "concept.write",
                         json_pack("{s:s, s:[{s:i, s:{s:s, s:{s:s}}}]}", "mode", "add", "concepts", "line", 1,
                                   "concept", "uri", "http://atlas.test/0", "prefLabel", "fr", "Sol")));
    assert_true(world_settle(s.w, 60000));
    for (size_t at = 1; at < SITES; at++)
        world_block(s.w, 0, at, alone);
    for (size_t at = 2; at < SITES; at++) {
        ask(&s, at, "record.write",
            json_pack("{s:s, s:[{s:i, s:{s:s, s:{s:s}, s:[s]}}]}", "mode", "add", "lines", "line", 1, "record",
                      "source_id", "un", "title", "fr", "T", "concepts", "http://atlas.test/0"));
        world_run(s.w, 5000);
    }
    snprintf(first, 64, "%.*s-1", (int)strcspn(s.dots[0], "-"), s.dots[0]);
    return s.w;
}

static void assert_adopted_by(struct world *w, const char *ally)
{
    assert_true(world_settle(w, 60000));
    for (size_t at = 0; at < SITES; at++) {
        json_t *r = world_do(w, at, "concept.show", json_pack("{s:s}", "id", "http://atlas.test/0"));
        const char *by = json_string_value(json_object_get(json_object_get(r, "adopted_by_use"), "ally_name"));
        assert_string_equal(by ? by : "", ally);
        assert_string_equal(json_string_value(json_object_get(r, "status")), *ally ? "adopted" : "proposed");
        json_decref(r);
        world_verify(w, at);
    }
}

/* No more is to be said of a person by that: a concept is not put in doubt again. */
static void what_use_adopted_stays_where_the_use_is_erased(void **state)
{
    (void)state;
    char dot[64];
    struct world *w = used_twice(131, false, dot);
    assert_adopted_by(w, "gamma");
    json_decref(world_do(w, 2, "erase", json_pack("{s:[s], s:s}", "dots", dot, "reason", "r")));
    assert_adopted_by(w, "gamma");
    world_free(w);
}

static void a_record_written_on_leaves_its_uses_where_they_stand(void **state)
{
    (void)state;
    char dot[64];
    struct scene s = {.w = used_twice(134, false, dot)};
    sqlite3 *db = s.w->sites[2].core->store->db;
    static const char refuse[] = "CREATE TEMP TRIGGER refuse BEFORE DELETE ON uses BEGIN SELECT raise(ABORT, ''); END";
    assert_int_equal(erasing_rows(s.w, 2, "SELECT count(*) FROM uses"), 2);
    assert_int_equal(sqlite3_exec(db, refuse, NULL, NULL, NULL), SQLITE_OK);
    json_decref(
        world_do(s.w, 2, "record.write",
                 json_pack("{s:s, s:[{s:i, s:{s:s, s:{s:s}, s:[s]}}]}", "mode", "import", "lines", "line", 1, "record",
                           "source_id", "un", "title", "fr", "U", "concepts", "http://atlas.test/0")));
    assert_int_equal(erasing_rows(s.w, 2, "SELECT count(*) FROM records WHERE title = 'U'"), 1);
    assert_int_equal(sqlite3_exec(db, "DROP TRIGGER refuse", NULL, NULL, NULL), SQLITE_OK);
    assert_adopted_by(s.w, "gamma");
    world_free(s.w);
}

static void a_use_that_was_set_aside_adopts_nothing_until_it_counts_again(void **state)
{
    (void)state;
    char dot[64];
    struct world *w = used_twice(132, true, dot);
    json_decref(world_do(w, 0, "ally.suspend", json_pack("{s:s}", "ally", "gamma")));
    world_heal(w);
    assert_adopted_by(w, "delta");
    json_decref(world_do(w, 0, "ally.lift", json_pack("{s:s}", "ally", "gamma")));
    assert_adopted_by(w, "gamma");
    world_free(w);
}

static void a_charter_without_the_rule_judges_what_no_other_covers(void **state)
{
    (void)state;
    char dot[64];
    struct scene s = {.w = used_twice(133, false, dot), .by_use = false};
    struct buf charter = core_charter(s.w, 0, NULL, 0, set_rules, &s);
    assert_int_equal(core_charter_give(s.w, 0, buf_slice(&charter)), ERR_OK);
    buf_fini(&charter);
    assert_adopted_by(s.w, "");
    s.by_use = true;
    charter = core_charter(s.w, 0, NULL, 0, set_rules, &s);
    assert_int_equal(core_charter_give(s.w, 0, buf_slice(&charter)), ERR_OK);
    buf_fini(&charter);
    assert_adopted_by(s.w, "gamma");
    world_free(s.w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_use_adopted_stays_where_the_use_is_erased),
        cmocka_unit_test(a_record_written_on_leaves_its_uses_where_they_stand),
        cmocka_unit_test(a_use_that_was_set_aside_adopts_nothing_until_it_counts_again),
        cmocka_unit_test(a_charter_without_the_rule_judges_what_no_other_covers),
        cmocka_unit_test(all_sites_say_the_same_whatever_was_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
