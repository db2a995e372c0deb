/*
 * What a page offers to narrow by: each facet's value finds as many as it says; and the thesaurus by letter.
 */
#include "tests/help/index_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static void write_one(struct index_world *i, const char *title, const char *lang, const char *date, json_t *concepts)
{
    char id[64];
    index_world_record(i,
                       json_pack("{s:s, s:{s:s}, s:{s:s}, s:s*, s:o*, s:{s:s}}", "type", "experience", "title", lang,
                                 title, "abstract", lang, "Un jardin", "date", date, "concepts", concepts, "place",
                                 "country", "FR"),
                       id);
}

/* As many as `args` and this one more find. */
static size_t with(struct index_world *i, const json_t *args, const char *key, const char *value)
{
    json_t *copy = json_deep_copy(args);
    json_object_set_new(copy, key, json_string(value));
    return index_world_count(i, copy);
}

static void each_value_of_a_facet_finds_as_many_as_it_says(void **state)
{
    static const struct {
        const char *facet, *asked;
    } facets[] = {
        {"ally",    "ally"   },
        {"type",    "type"   },
        {"lang",    "in_lang"},
        {"concept", "term"   },
        {"country", "place"  },
        {"year",    "year"   },
    };
    struct index_world *i = *state;
    char sol[64], eau[64];
    index_world_concept(i, json_pack("{s:s, s:{s:s}}", "uri", "http://e.org/sol", "prefLabel", "fr", "Sol"), sol);
    index_world_concept(i,
                        json_pack("{s:s, s:{s:s}, s:[s]}", "uri", "http://e.org/eau", "prefLabel", "fr", "Eau",
                                  "broader", "http://e.org/sol"),
                        eau);
    write_one(i, "Un", "fr", "2015", json_pack("[s]", sol));
    write_one(i, "Deux", "fr-ca", "2015-06", json_pack("[s, s]", sol, eau));
    write_one(i, "Trois", "fr-be", "2016-01-02", json_pack("[s]", eau));
    write_one(i, "Four", "en", NULL, NULL);
    json_t *args = json_pack("{s:s}", "q", "jardin"), *all = index_world_ask(i, "search", json_deep_copy(args));
    size_t tried = 0, k;
    json_t *value;
    for (size_t f = 0; f < sizeof facets / sizeof *facets; f++)
        json_array_foreach(json_object_get(json_object_get(all, "facets"), facets[f].facet), k, value)
        {
            assert_int_equal(with(i, args, facets[f].asked, text_of(value, "value")),
                             json_integer_value(json_object_get(value, "count")));
            tried++;
        }
    assert_int_equal(tried, 1 + 1 + 4 + 2 + 1 + 2);
    assert_int_equal(with(i, args, "in_lang", "fr"), 3);
    char both[160];
    snprintf(both, sizeof both, "%s %s", eau, sol);
    assert_int_equal(with(i, args, "term", both), 1);
    assert_int_equal(with(i, args, "concept", sol), 3);
    json_decref(all);
    json_decref(args);
}

static void titles(const json_t *result, char out[128])
{
    size_t k;
    json_t *one;
    out[0] = 0;
    json_array_foreach(json_object_get(result, "records"), k, one)
        snprintf(out + strlen(out), 128 - strlen(out), "%s ", text_of(one, "title"));
}

static void it_is_ordered_as_asked_and_goes_on_so(void **state)
{
    struct index_world *i = *state;
    char found[128];
    const char *const orders[][2] = {
        {"newest", "c b a "},
        {"oldest", "a b c "}
    };
    write_one(i, "a", "fr", NULL, NULL);
    write_one(i, "b", "fr", NULL, NULL);
    write_one(i, "c", "fr", NULL, NULL);
    for (size_t k = 0; k < 2; k++) {
        json_t *all = index_world_ask(i, "search", json_pack("{s:s, s:s}", "q", "jardin", "order", orders[k][0]));
        titles(all, found);
        assert_string_equal(found, orders[k][1]);
        json_decref(all);
        json_t *first = index_world_ask(i, "search", json_pack("{s:s, s:i}", "order", orders[k][0], "limit", 2)),
               *rest = index_world_ask(
                   i, "search",
                   json_pack("{s:s, s:i, s:s}", "order", orders[k][0], "limit", 2, "cursor", text_of(first, "next")));
        titles(rest, found);
        assert_string_equal(found, orders[k][1] + 4);
        assert_true(json_is_null(json_object_get(rest, "next")));
        json_decref(first);
        json_decref(rest);
    }
    index_world_refused(i, json_pack("{s:s}", "order", "random"), "usage");
    index_world_refused(i, json_pack("{s:s}", "year", "15"), "time");
}

static void where_too_many_have_the_words_the_newest_come_first(void **state)
{
    struct index_world *i = *state;
    char found[128];
    char id[64];
    for (int k = 0; k < 8; k++) /* a word that all have ranks nothing */
        index_world_record(i, json_pack("{s:s, s:{s:s}}", "type", "resource", "title", "fr", "Rien"), id);
    write_one(i, "Jardin", "fr", NULL, NULL);
    write_one(i, "b", "fr", NULL, NULL);
    json_t *ranked = index_world_ask(i, "search", json_pack("{s:s, s:i}", "q", "jardin", "rank_most", 2)),
           *not = index_world_ask(i, "search", json_pack("{s:s, s:i}", "q", "jardin", "rank_most", 1));
    assert_true(json_is_true(json_object_get(ranked, "ranked")));
    titles(ranked, found);
    assert_string_equal(found, "Jardin b ");
    assert_true(json_is_false(json_object_get(not, "ranked")));
    titles(not, found);
    assert_string_equal(found, "b Jardin ");
    assert_int_equal(json_integer_value(json_object_get(not, "total")), 2);
    json_decref(ranked);
    json_decref(not );
    /* A last word that is whole is no beginning. */
    assert_int_equal(index_world_count(i, json_pack("{s:s}", "q", "jar")), 2);
    assert_int_equal(index_world_count(i, json_pack("{s:s, s:b}", "q", "jar", "whole", 1)), 0);
}

/* The labels of a letter, from there on; the number where it goes on, or -1. */
static long letter(struct index_world *i, const char *which, long from, int limit, char out[128])
{
    size_t k;
    json_t *one,
        *result = index_world_ask(i, "names",
                                  json_pack("{s:s, s:i, s:i}", "letter", which, "from", (int)from, "limit", limit)),
        *next = json_object_get(result, "next");
    out[0] = 0;
    json_array_foreach(json_object_get(result, "concepts"), k, one)
        snprintf(out + strlen(out), 128 - strlen(out), "%s,", text_of(one, "label"));
    long goes_on = json_is_integer(next) ? (long)json_integer_value(next) : -1;
    json_decref(result);
    return goes_on;
}

static void concepts_stand_under_what_the_reader_calls_them(void **state)
{
    static const char *const names[][2] = {
        {"Énergie",  "Energy" },
        {"eau",       "Water"  },
        {"Abri",      "Shelter"},
        {"Écologie", NULL     },
        {"3R",        "3R"     },
    };
    struct index_world *i = *state;
    char id[64], found[128];
    for (size_t k = 0; k < sizeof names / sizeof *names; k++)
        index_world_concept(i,
                            json_pack("{s:{s:s, s:s*}, s:{s:[s]}}", "prefLabel", "fr", names[k][0], "en", names[k][1],
                                      "altLabel", "fr", "Essai"),
                            id);
    index_world_follow(i);
    assert_int_equal(letter(i, "e", 0, 50, found), -1);
    assert_string_equal(found, "eau,Écologie,Énergie,");
    assert_int_equal(letter(i, "", 0, 50, found), -1);
    assert_string_equal(found, "3R,");
    assert_int_equal(letter(i, "s", 0, 50, found), -1);
    assert_string_equal(found, "");
    long next = letter(i, "e", 0, 2, found);
    assert_true(next > 0);
    assert_string_equal(found, "eau,Écologie,");
    assert_int_equal(letter(i, "e", next, 2, found), -1);
    assert_string_equal(found, "Énergie,");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, index_world_setup, index_world_teardown)
    const struct CMUnitTest tests[] = {
        T(each_value_of_a_facet_finds_as_many_as_it_says),
        T(it_is_ordered_as_asked_and_goes_on_so),
        T(where_too_many_have_the_words_the_newest_come_first),
        T(concepts_stand_under_what_the_reader_calls_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
