/* Concepts merged into others and retired: what requests do, what two allies see, and every refusal. */
#include "tests/help/core_world.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define N 5
static const char *const uris[N] = {"http://atlas.test/a", "http://atlas.test/b", "http://atlas.test/c",
                                    "http://atlas.test/d", "http://atlas.test/e"};
#define A uris[0]
#define B uris[1]
#define C uris[2]

static void fill(struct world *w)
{
    for (size_t i = 0; i < N; i++) {
        json_t *concept = json_pack("{s:s, s:{s:s}}", "uri", uris[i], "prefLabel", "fr", uris[i] + 18);
        json_decref(world_do(w, 0, "concept.write",
                             json_pack("{s:s, s:b, s:[{s:i, s:o}]}", "mode", "add", "adopt", 1, "concepts", "line", 1,
                                       "concept", concept)));
    }
}

static struct world *alone(void)
{
    struct world *w = world_new(111);
    world_add(w, "alpha");
    world_found(w, 0);
    world_open(w, 0);
    fill(w);
    return w;
}

static struct world *two(uint64_t seed)
{
    struct world *w = world_alliance(seed, 2);
    fill(w);
    assert_true(world_settle(w, 60000));
    return w;
}

static json_t *show(struct world *w, size_t at, const char *id)
{
    return world_do(w, at, "concept.show", json_pack("{s:s}", "id", id));
}

static json_t *into(const char *id, const char *target, bool adopt)
{
    return json_pack("{s:s, s:s, s:b}", "id", id, "into", target, "adopt", (int)adopt);
}

static void merge(struct world *w, size_t at, const char *id, const char *target, bool adopt)
{
    json_decref(world_do(w, at, "concept.merge", into(id, target, adopt)));
}

static void assert_status(struct world *w, size_t at, const char *id, const char *status, const char *label)
{
    json_t *r = show(w, at, id);
    assert_string_equal(json_string_value(json_object_get(r, "status")), status);
    const char *now = json_string_value(json_object_get(json_object_get(r, "merged_into"), "label"));
    assert_string_equal(now ? now : "", label);
    json_decref(r);
}

static void merges_of_merges_are_followed_and_undone(void **state)
{
    (void)state;
    struct world *w = alone();
    merge(w, 0, A, B, true);
    merge(w, 0, B, C, true);
    assert_status(w, 0, A, "merged_into", "c");
    assert_status(w, 0, B, "merged_into", "c");
    assert_status(w, 0, C, "adopted", "");
    json_t *r = world_do(w, 0, "concept.list", NULL), *c;
    size_t i, merged = 0;
    json_array_foreach(json_object_get(r, "concepts"), i, c) merged +=
        strcmp(json_string_value(json_object_get(c, "status")), "merged_into") == 0;
    assert_int_equal(merged, 2);
    json_decref(r);
    /* What is written about A now is about C; a URI that stands already stays as it is. */
    r = world_do(w, 0, "record.write",
                 json_pack("{s:s, s:[{s:i, s:{s:s, s:{s:s}, s:[s]}}]}", "mode", "add", "lines", "line", 1, "record",
                           "source_id", "un", "title", "fr", "Un", "concepts", A));
    const char *id = json_string_value(json_object_get(json_array_get(json_object_get(r, "ids"), 0), "id"));
    json_t *seen = world_do(w, 0, "record.show", json_pack("{s:s}", "id", id));
    assert_string_equal(
        json_string_value(json_object_get(json_array_get(json_object_get(seen, "concepts"), 0), "label")), "c");
    json_decref(seen);
    json_decref(r);
    r = show(w, 0, C);
    assert_int_equal(json_array_size(json_object_get(r, "merged_from")), 1);
    json_decref(r);
    json_decref(world_do(w, 0, "concept.merge", json_pack("{s:s, s:b, s:b}", "id", B, "undo", 1, "adopt", 1)));
    assert_status(w, 0, A, "merged_into", "b");
    assert_status(w, 0, B, "adopted", "");
    r = world_do(w, 0, "concept.history", json_pack("{s:s}", "id", B));
    json_t *history = json_object_get(r, "history");
    bool undone = false;
    json_array_foreach(history, i, c)
    {
        json_t *write = json_array_get(json_object_get(c, "writes"), 0);
        const char *field = json_string_value(json_object_get(write, "field"));
        undone = undone || (field && strcmp(field, "merge") == 0 && json_is_false(json_object_get(write, "add")));
    }
    assert_true(undone);
    json_decref(r);
    world_verify(w, 0);
    r = world_do(w, 0, "rebuild", NULL);
    assert_true(json_is_true(json_object_get(r, "same")));
    json_decref(r);
    assert_status(w, 0, A, "merged_into", "b");
    world_verify(w, 0);
    world_free(w);
}

static void a_retired_concept_says_why_and_comes_back(void **state)
{
    (void)state;
    struct world *w = alone();
    json_decref(
        world_do(w, 0, "concept.retire", json_pack("{s:s, s:s, s:b}", "id", A, "reason", "double", "adopt", 1)));
    assert_status(w, 0, A, "deprecated", "");
    json_t *r = show(w, 0, A);
    assert_string_equal(json_string_value(json_object_get(r, "reason")), "double");
    json_decref(r);
    world_refused(w, 0, "concept.retire", json_pack("{s:s}", "id", A), "nothing_to_do");
    merge(w, 0, A, B, true);
    assert_status(w, 0, A, "merged_into", "b");
    json_decref(world_do(w, 0, "concept.merge", json_pack("{s:s, s:b, s:b}", "id", A, "undo", 1, "adopt", 1)));
    json_decref(world_do(w, 0, "concept.retire", json_pack("{s:s, s:b, s:b}", "id", A, "undo", 1, "adopt", 1)));
    assert_status(w, 0, A, "adopted", "");
    world_verify(w, 0);
    world_free(w);
}

static void merges_and_retirements_are_refused_with_their_reason(void **state)
{
    (void)state;
    struct world *w = two(112);
    world_refused(w, 0, "concept.merge", into(A, A, true), "merge_self");
    merge(w, 0, A, B, true);
    world_refused(w, 0, "concept.merge", into(B, A, true), "merge_self");
    world_refused(w, 0, "concept.merge", into(A, B, true), "nothing_to_do");
    world_refused(w, 0, "concept.merge", json_pack("{s:s}", "id", A), "usage");
    world_refused(w, 0, "concept.merge", json_pack("{s:s, s:s, s:b}", "id", A, "into", B, "undo", 1), "usage");
    world_refused(w, 0, "concept.merge", json_pack("{s:s, s:b}", "id", C, "undo", 1), "nothing_to_do");
    world_refused(w, 0, "concept.merge", into(C, "http://atlas.test/nowhere", true), "not_found");
    world_refused(w, 0, "concept.retire", json_pack("{s:s, s:b}", "id", A, "undo", 1), "nothing_to_do");
    world_refused(w, 1, "concept.merge", into(C, B, true), "who");
    world_refused(w, 1, "concept.retire", json_pack("{s:s, s:b}", "id", C, "adopt", 1), "who");
    world_refused(w, 0, "concept.retire", json_pack("{s:s}", "id", "qqqq"), "not_found");
    world_verify(w, 0);
    world_free(w);
}

static size_t proposals(struct world *w, size_t at, const char *id)
{
    json_t *r = show(w, at, id);
    size_t n = json_array_size(json_object_get(r, "proposals"));
    json_decref(r);
    return n;
}

static void a_proposal_that_was_taken_back_is_none_and_taking_back_what_was_adopted_is_one(void **state)
{
    (void)state;
    struct world *w = alone();
    json_t *undo = json_pack("{s:s, s:b}", "id", A, "undo", 1);
    merge(w, 0, A, B, false);
    json_decref(world_do(w, 0, "concept.retire", json_pack("{s:s, s:s}", "id", A, "reason", "vide")));
    assert_int_equal(proposals(w, 0, A), 2);
    json_decref(world_do(w, 0, "concept.merge", json_incref(undo)));
    json_decref(world_do(w, 0, "concept.retire", json_incref(undo)));
    assert_int_equal(proposals(w, 0, A), 0);
    merge(w, 0, A, B, true);
    json_decref(world_do(w, 0, "concept.merge", undo));
    json_t *r = show(w, 0, A), *one = json_array_get(json_object_get(r, "proposals"), 0);
    assert_string_equal(json_string_value(json_object_get(one, "field")), "merge");
    assert_true(json_is_null(json_object_get(one, "value")));
    json_decref(r);
    world_verify(w, 0);
    world_free(w);
}

static void what_another_ally_proposes_says_nothing_until_it_is_adopted(void **state)
{
    (void)state;
    struct world *w = two(113);
    merge(w, 1, A, B, false);
    json_decref(world_do(w, 1, "concept.retire", json_pack("{s:s, s:s}", "id", C, "reason", "vide")));
    assert_true(world_settle(w, 60000));
    assert_status(w, 0, A, "adopted", "");
    assert_int_equal(proposals(w, 0, A), 1);
    assert_int_equal(proposals(w, 0, C), 1);
    json_decref(world_do(w, 0, "concept.adopt", json_pack("{s:s}", "id", A)));
    json_decref(world_do(w, 0, "concept.adopt", json_pack("{s:s}", "id", C)));
    assert_true(world_settle(w, 60000));
    for (size_t at = 0; at < 2; at++) {
        assert_status(w, at, A, "merged_into", "b");
        assert_status(w, at, C, "deprecated", "");
        world_verify(w, at);
    }
    world_free(w);
}

static json_t *conflicts(struct world *w, size_t at)
{
    json_t *r = world_do(w, at, "conflicts.list", NULL);
    json_t *list = json_incref(json_object_get(r, "conflicts"));
    json_decref(r);
    return list;
}

/* Two proposals about one concept that were made apart, both adopted by name: to adopt them all would settle nothing. */
static void adopt_rivals(struct world *w, const char *what, json_t *one, json_t *other)
{
    world_block(w, 0, 1, true);
    json_decref(world_do(w, 0, what, one));
    json_decref(world_do(w, 1, what, other));
    world_heal(w);
    assert_true(world_settle(w, 60000));
    json_t *r = world_ask(w, 0, "concept.adopt", json_pack("{s:s}", "id", A));
    json_t *rivals = json_array_get(json_object_get(json_object_get(r, "result"), "rivals"), 0);
    assert_int_equal(json_array_size(json_object_get(rivals, "dots")), 2);
    json_decref(
        world_do(w, 0, "concept.adopt", json_pack("{s:s, s:O}", "id", A, "dots", json_object_get(rivals, "dots"))));
    json_decref(r);
    assert_true(world_settle(w, 60000));
    json_t *list = conflicts(w, 1);
    assert_int_equal(json_array_size(list), 1);
    json_decref(list);
}

static void assert_settled(struct world *w, const char *status, const char *label)
{
    assert_true(world_settle(w, 60000));
    for (size_t at = 0; at < 2; at++) {
        json_t *list = conflicts(w, at);
        assert_int_equal(json_array_size(list), 0);
        json_decref(list);
        assert_status(w, at, A, status, label);
        world_verify(w, at);
    }
}

static void merges_adopted_side_by_side_are_a_conflict_until_one_is_kept(void **state)
{
    (void)state;
    struct world *w = two(114);
    adopt_rivals(w, "concept.merge", into(A, B, false), into(A, C, false));
    json_t *r = world_do(w, 0, "conflicts.show", json_pack("{s:s}", "id", A));
    json_t *field = json_array_get(json_object_get(r, "fields"), 0);
    assert_string_equal(json_string_value(json_object_get(field, "field")), "merge");
    assert_int_equal(json_array_size(json_object_get(field, "values")), 2);
    json_t *value = json_array_get(json_object_get(field, "values"), 0);
    char label[32];
    snprintf(label, sizeof label, "%s", json_string_value(json_object_get(json_object_get(value, "value"), "label")));
    world_refused(w, 0, "conflicts.resolve", json_pack("{s:s, s:s}", "id", A, "field", "merge"), "usage");
    json_decref(
        world_do(w, 0, "conflicts.resolve",
                 json_pack("{s:s, s:s, s:O}", "id", A, "field", "merge", "keep", json_object_get(value, "dot"))));
    json_decref(r);
    assert_settled(w, "merged_into", label);
    world_free(w);
}

static void a_conflict_of_merges_or_retirements_is_resolved_by_another_value_too(void **state)
{
    (void)state;
    struct world *w = two(116);
    const char *d = uris[3];
    adopt_rivals(w, "concept.merge", into(A, B, false), into(A, C, false));
    world_refused(w, 0, "conflicts.resolve", json_pack("{s:s, s:s, s:s}", "id", A, "field", "merge", "value", A),
                  "merge_self");
    world_refused(w, 0, "conflicts.resolve",
                  json_pack("{s:s, s:s, s:s}", "id", A, "field", "merge", "value", "http://atlas.test/none"),
                  "not_found");
    world_refused(w, 0, "conflicts.resolve", json_pack("{s:s, s:s, s:i}", "id", A, "field", "merge", "value", 3),
                  "field_value");
    json_decref(
        world_do(w, 0, "conflicts.resolve", json_pack("{s:s, s:s, s:s}", "id", A, "field", "merge", "value", d)));
    assert_settled(w, "merged_into", "d");
    json_decref(world_do(w, 0, "concept.merge", json_pack("{s:s, s:b, s:b}", "id", A, "undo", 1, "adopt", 1)));
    assert_true(world_settle(w, 60000));
    adopt_rivals(w, "concept.merge", into(A, B, false), into(A, C, false));
    json_decref(world_do(w, 0, "conflicts.resolve", json_pack("{s:s, s:s}", "id", A, "value", "")));
    assert_settled(w, "adopted", "");
    json_decref(world_do(w, 0, "concept.retire", json_pack("{s:s, s:s, s:b}", "id", A, "reason", "old", "adopt", 1)));
    assert_true(world_settle(w, 60000));
    world_block(w, 0, 1, true);
    json_t *undo = world_do(w, 1, "concept.retire", json_pack("{s:s, s:b}", "id", A, "undo", 1));
    json_decref(world_do(w, 0, "concept.retire", json_pack("{s:s, s:b, s:b}", "id", A, "undo", 1, "adopt", 1)));
    json_decref(world_do(w, 0, "concept.retire", json_pack("{s:s, s:s, s:b}", "id", A, "reason", "older", "adopt", 1)));
    world_heal(w);
    assert_true(world_settle(w, 60000));
    /* What it would take back is gone: it waits no more, and is adopted where somebody names it. */
    world_refused(w, 0, "concept.adopt", json_pack("{s:s}", "id", A), "nothing_to_do");
    json_decref(
        world_do(w, 0, "concept.adopt", json_pack("{s:s, s:[O]}", "id", A, "dots", json_object_get(undo, "dot"))));
    json_decref(undo);
    json_t *list = conflicts(w, 0);
    assert_int_equal(json_array_size(list), 1);
    json_decref(list);
    world_refused(w, 0, "conflicts.resolve", json_pack("{s:s, s:s, s:i}", "id", A, "field", "retire", "value", 3),
                  "field_value");
    json_decref(world_do(w, 0, "conflicts.resolve",
                         json_pack("{s:s, s:s, s:s}", "id", A, "field", "retire", "value", "unused")));
    assert_settled(w, "deprecated", "");
    json_t *r = show(w, 1, A);
    assert_string_equal(json_string_value(json_object_get(r, "reason")), "unused");
    json_decref(r);
    world_free(w);
}

static json_t *exported(struct world *w, bool lines)
{
    json_t *r = world_do(w, 0, "concept.export", json_pack("{s:i}", "limit", 100)), *out = json_array(), *one;
    size_t i;
    json_array_foreach(json_object_get(r, "concepts"), i, one)
        json_array_append_new(out, lines ? json_pack("{s:i, s:O}", "line", (int)i, "concept", one) : json_incref(one));
    json_decref(r);
    return out;
}

static json_t *take_in(struct world *w, json_t *lines)
{
    json_t *r =
        world_do(w, 0, "concept.write", json_pack("{s:s, s:b, s:o}", "mode", "import", "adopt", 1, "concepts", lines));
    assert_int_equal(json_integer_value(json_object_get(r, "rejected")), 0);
    assert_int_equal(json_object_size(json_object_get(r, "unknown")), 0);
    return r;
}

static void merges_and_retirements_that_are_exported_are_taken_in_unchanged_here_and_anew_elsewhere(void **state)
{
    (void)state;
    struct world *w = alone(), *other = world_new(117);
    merge(w, 0, A, B, true);
    merge(w, 0, B, C, true);
    json_decref(
        world_do(w, 0, "concept.retire", json_pack("{s:s, s:s, s:b}", "id", uris[3], "reason", "unused", "adopt", 1)));
    json_t *before = exported(w, false), *after, *r;
    r = take_in(w, exported(w, true));
    assert_int_equal(json_integer_value(json_object_get(r, "unchanged")), N);
    json_decref(r);
    after = exported(w, false);
    assert_true(json_equal(before, after));
    json_decref(after);
    world_add(other, "alpha");
    world_found(other, 0);
    world_open(other, 0);
    for (int again = 0; again < 2; again++) {
        r = take_in(other, exported(w, true));
        assert_int_equal(json_integer_value(json_object_get(r, again ? "unchanged" : "added")), N);
        json_decref(r);
    }
    after = exported(other, false);
    assert_true(json_equal(before, after));
    assert_status(other, 0, A, "merged_into", "c");
    assert_status(other, 0, uris[3], "deprecated", "");
    json_decref(after);
    json_decref(before);
    world_free(other);
    world_free(w);
}

static void an_object_that_says_how_a_concept_stands_is_judged_like_a_request(void **state)
{
    (void)state;
    struct world *w = alone();
    merge(w, 0, A, B, true);
    static const char *const refused[] = {"merge_self", "merge_self", "field_value", "field_value"};
    json_t *lines =
        json_pack("[{s:i,s:{s:s,s:s}}, {s:i,s:{s:s,s:s}}, {s:i,s:{s:s,s:i}}, {s:i,s:{s:s,s:s}}]", "line", 0, "concept",
                  "uri", A, "merged_into", A, "line", 1, "concept", "uri", B, "merged_into", A, "line", 2, "concept",
                  "uri", C, "merged_into", 7, "line", 3, "concept", "uri", C, "deprecated", "yes");
    json_t *r = world_do(w, 0, "concept.write", json_pack("{s:s, s:o}", "mode", "import", "concepts", lines)), *one;
    size_t i;
    assert_int_equal(json_integer_value(json_object_get(r, "rejected")), 4);
    json_array_foreach(json_object_get(r, "errors"), i, one)
        assert_string_equal(json_string_value(json_object_get(one, "name")), refused[i]);
    json_decref(r);
    world_refused(w, 0, "concept.edit", json_pack("{s:s, s:{s:s}}", "id", C, "set", "status", "adopted"),
                  "field_unknown");
    r = world_do(w, 0, "concept.edit",
                 json_pack("{s:s, s:b, s:{s:b, s:s}}", "id", C, "adopt", 1, "set", "deprecated", 1, "reason", "old"));
    assert_string_equal(json_string_value(json_array_get(json_object_get(r, "changed"), 0)), "deprecated");
    json_decref(r);
    assert_status(w, 0, C, "deprecated", "");
    world_free(w);
}

static void a_cycle_of_merges_made_apart_is_broken_alike_everywhere(void **state)
{
    (void)state;
    struct world *w = two(115);
    world_block(w, 0, 1, true);
    merge(w, 0, A, B, true);
    merge(w, 1, B, A, false);
    world_heal(w);
    assert_true(world_settle(w, 60000));
    json_decref(world_do(w, 0, "concept.adopt", json_pack("{s:s}", "id", B)));
    assert_true(world_settle(w, 60000));
    for (size_t at = 0; at < 2; at++) {
        json_t *a = show(w, at, A), *b = show(w, at, B);
        bool a_off = json_is_true(json_object_get(json_object_get(a, "merge"), "suppressed"));
        bool b_off = json_is_true(json_object_get(json_object_get(b, "merge"), "suppressed"));
        assert_false(a_off);
        assert_true(b_off);
        assert_status(w, at, A, "merged_into", "b");
        assert_status(w, at, B, "adopted", "");
        json_decref(a);
        json_decref(b);
        world_verify(w, at);
    }
    world_free(w);
}

static void random_step(struct world *w)
{
    size_t at = (size_t)world_random(w, 2);
    const char *id = uris[world_random(w, N)], *target = uris[world_random(w, N)];
    json_t *r = NULL;
    switch (world_random(w, 4)) {
    case 0:
        r = world_ask(w, at, "concept.retire",
                      json_pack("{s:s, s:b, s:b}", "id", id, "undo", (int)world_random(w, 2), "adopt", at == 0));
        break;
    case 1:
        r = world_ask(w, at, "concept.merge", json_pack("{s:s, s:b, s:b}", "id", id, "undo", 1, "adopt", at == 0));
        break;
    case 2:
        r = world_ask(w, 0, "concept.adopt", json_pack("{s:s}", "id", id));
        break;
    default:
        r = world_ask(w, at, "concept.merge", into(id, target, at == 0 && world_random(w, 2)));
        break;
    }
    json_decref(r);
}

static void whatever_the_order_all_see_the_same(void **state)
{
    (void)state;
    for (uint64_t seed = 120; seed < 123; seed++) {
        struct world *w = two(seed);
        for (int i = 0; i < 40; i++) {
            world_block(w, 0, 1, world_random(w, 3) == 0);
            random_step(w);
            world_run(w, (int64_t)world_random(w, 200));
        }
        world_heal(w);
        assert_true(world_settle(w, 120000));
        for (size_t i = 0; i < N; i++) {
            json_t *one = show(w, 0, uris[i]), *other = show(w, 1, uris[i]);
            assert_true(json_equal(one, other));
            json_decref(one);
            json_decref(other);
        }
        world_verify(w, 0);
        world_verify(w, 1);
        world_free(w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(merges_of_merges_are_followed_and_undone),
        cmocka_unit_test(a_retired_concept_says_why_and_comes_back),
        cmocka_unit_test(merges_and_retirements_are_refused_with_their_reason),
        cmocka_unit_test(a_proposal_that_was_taken_back_is_none_and_taking_back_what_was_adopted_is_one),
        cmocka_unit_test(what_another_ally_proposes_says_nothing_until_it_is_adopted),
        cmocka_unit_test(merges_adopted_side_by_side_are_a_conflict_until_one_is_kept),
        cmocka_unit_test(a_conflict_of_merges_or_retirements_is_resolved_by_another_value_too),
        cmocka_unit_test(merges_and_retirements_that_are_exported_are_taken_in_unchanged_here_and_anew_elsewhere),
        cmocka_unit_test(an_object_that_says_how_a_concept_stands_is_judged_like_a_request),
        cmocka_unit_test(a_cycle_of_merges_made_apart_is_broken_alike_everywhere),
        cmocka_unit_test(whatever_the_order_all_see_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
