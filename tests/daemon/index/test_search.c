/*
 * What a question finds, and how it is shown.
 */
#include "tests/help/index_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static json_t *texts(const char *title, const char *abstract)
{
    return json_pack("{s:s, s:s, s:s, s:s}", "lang", "fr", "type", "experience", "title", title, "abstract", abstract);
}

static void write_one(struct index_world *i, const char *title, const char *abstract)
{
    char id[64];
    index_world_record(i, texts(title, abstract), id);
}

static json_t *first(json_t *result)
{
    return json_array_get(json_object_get(result, "records"), 0);
}

static const char *text_of(json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static void words_are_found_as_people_write_them(void **state)
{
    struct index_world *i = *state;
    write_one(i, "Une cantine au cœur de l’économie sociale", "Des réseaux locaux et des éco-quartiers partagés");
    static const char *const found[] = {"coeur",
                                        "CŒUR",
                                        "cœurs",
                                        "économie",
                                        "l'economie",
                                        "economies",
                                        "réseau",
                                        "reseaux",
                                        "local",
                                        "locaux",
                                        "partagée",
                                        "partagees",
                                        "quartier",
                                        "eco-quartier",
                                        "éco quartiers",
                                        "cant",
                                        "cantine coeur",
                                        "sociale reseau",
                                        "«économie sociale»",
                                        "\"coeur de l'économie\"",
                                        "d’économie"};
    static const char *const not_found[] = {"coeurage",      "ecoquartiers", "\"sociale économie\"",
                                            "cantine ville", "eco-cantine",  "c\"a"};
    for (size_t k = 0; k < sizeof found / sizeof *found; k++)
        if (index_world_total(i, found[k]) != 1)
            fail_msg("%s is not found", found[k]);
    for (size_t k = 0; k < sizeof not_found / sizeof *not_found; k++)
        if (index_world_total(i, not_found[k]) != 0)
            fail_msg("%s is found", not_found[k]);
    assert_int_equal(index_world_total(i, ""), 1);
}

static void all_words_have_to_be_there_wherever_they_stand(void **state)
{
    struct index_world *i = *state;
    char id[64];
    json_t *r = texts("Jardin", "Un jardin en ville");
    json_object_set_new(r, "place", json_pack("{s:s, s:s}", "name", "Saint-Denis", "country", "FR"));
    json_object_set_new(r, "actors", json_pack("[{s:s, s:s}]", "name", "Aminata Diop", "role", "maraîchère"));
    index_world_record(i, r, id);
    assert_int_equal(index_world_total(i, "jardin diop saint-denis maraichere"), 1);
    assert_int_equal(index_world_total(i, "jardin diop lyon"), 0);
}

static void what_stands_in_the_title_comes_first(void **state)
{
    struct index_world *i = *state;
    write_one(i, "Une autre chose", "Où le compost est nommé parmi beaucoup d'autres choses dites ici");
    write_one(i, "Le compost", "Une chose");
    json_t *r = index_world_ask(i, "search", json_pack("{s:s}", "q", "compost"));
    assert_int_equal(json_array_size(json_object_get(r, "records")), 2);
    assert_string_equal(text_of(first(r), "title"), "Le compost");
    json_decref(r);
}

static void a_snippet_shows_where_it_matched(void **state)
{
    struct index_world *i = *state;
    char abstract[2000];
    snprintf(abstract, sizeof abstract, "%0300d. Là, l’été, une <b>cantine</b> «partagée» nourrit le quartier. %0600d",
             1, 2);
    write_one(i, "Titre", abstract);
    json_t *r = index_world_ask(i, "search", json_pack("{s:s}", "q", "cantines partagees"));
    const char *snippet = text_of(first(r), "snippet");
    json_t *marks = json_object_get(first(r), "marks");
    assert_non_null(strstr(snippet, "<b>cantine</b> «partagée» nourrit"));
    assert_int_equal(strncmp(snippet, "…", strlen("…")), 0);
    assert_true(strlen(snippet) < 300);
    assert_int_equal(json_array_size(marks), 2);
    /* Characters, not bytes. */
    size_t from = (size_t)json_integer_value(json_array_get(json_array_get(marks, 0), 0)),
           to = (size_t)json_integer_value(json_array_get(json_array_get(marks, 0), 1)), at = 0;
    const char *p = snippet;
    for (; at < from; p++)
        at += (p[1] & 0xc0) != 0x80;
    assert_int_equal(to - from, strlen("cantine"));
    assert_int_equal(strncmp(p, "cantine", to - from), 0);
    json_decref(r);
}

static void hostile_text_is_shown_harmless(void **state)
{
    struct index_world *i = *state;
    write_one(i, "Titre \u202enegatif\u2066\nsuite\x07", "a \u202e evil \u200f\x1b[31m rouge\r\n\tfin \u061c.");
    json_t *r = index_world_ask(i, "search", json_pack("{s:s}", "q", "rouge"));
    assert_string_equal(text_of(first(r), "title"), "Titre negatif suite");
    assert_string_equal(text_of(first(r), "snippet"), "a evil [31m rouge fin .");
    json_decref(r);
}

static void each_is_shown_in_the_language_asked_else_in_french(void **state)
{
    struct index_world *i = *state;
    char id[64];
    index_world_record(i,
                       json_pack("{s:s, s:{s:s, s:s, s:s}, s:{s:s, s:s, s:s}}", "type", "experience", "title", "de",
                                 "Der Garten", "en", "The garden", "fr", "Le jardin", "abstract", "de",
                                 "Ein Garten mit Kompost", "en", "A garden with compost", "fr",
                                 "Un jardin avec compost"),
                       id);
    json_t *r = index_world_ask(i, "search", json_pack("{s:s}", "q", "garten"));
    assert_string_equal(text_of(first(r), "title"), "Le jardin");
    assert_string_equal(text_of(first(r), "snippet"), "Ein Garten mit Kompost");
    json_decref(r);
    r = index_world_ask(i, "search", json_pack("{s:s}", "q", "compost"));
    assert_string_equal(text_of(first(r), "snippet"), "Un jardin avec compost");
    json_decref(r);
    assert_int_equal(index_world_count(i, json_pack("{s:s}", "in_lang", "de")), 1);
    assert_int_equal(index_world_count(i, json_pack("{s:s}", "in_lang", "es")), 0);
    assert_int_equal(index_world_count(i, json_pack("{s:s}", "in_lang", "d")), 0);
}

static void filters_hold_together(void **state)
{
    struct index_world *i = *state;
    char id[64];
    json_t *r = texts("Un", "texte");
    json_object_set_new(r, "date", json_string("2019-05"));
    json_object_set_new(r, "place", json_pack("{s:s, s:s}", "name", "Saint-Denis", "country", "FR"));
    index_world_record(i, r, id);
    r = texts("Deux", "texte");
    json_object_set_new(r, "type", json_string("analysis"));
    json_object_set_new(r, "period", json_pack("{s:s, s:s}", "start", "2015", "end", "2017-06"));
    json_object_set_new(r, "place", json_pack("{s:s, s:s}", "name", "Dakar", "country", "SN"));
    index_world_record(i, r, id);
    write_one(i, "Trois", "texte sans date");
#define COUNT(...) index_world_count(i, json_pack(__VA_ARGS__))
    assert_int_equal(COUNT("{s:s}", "type", "analysis"), 1);
    assert_int_equal(COUNT("{s:s}", "place", "sn"), 1);
    assert_int_equal(COUNT("{s:s}", "place", "saint denis"), 1);
    assert_int_equal(COUNT("{s:s, s:s}", "place", "saint denis", "q", "texte"), 1);
    assert_int_equal(COUNT("{s:s, s:s}", "place", "texte", "q", "texte"), 0);
    assert_int_equal(COUNT("{s:s}", "since", "2019"), 1);
    assert_int_equal(COUNT("{s:s}", "since", "2019-05-31"), 1);
    assert_int_equal(COUNT("{s:s}", "since", "2019-06"), 0);
    assert_int_equal(COUNT("{s:s}", "until", "2018"), 1);
    assert_int_equal(COUNT("{s:s, s:s}", "since", "2016", "until", "2016"), 1);
    assert_int_equal(COUNT("{s:s, s:s}", "since", "2017-07", "until", "2018"), 0);
    assert_int_equal(COUNT("{s:s, s:s}", "until", "2018", "type", "experience"), 0);
    assert_int_equal(COUNT("{s:s}", "q", "texte"), 3);
    index_world_refused(i, json_pack("{s:s}", "since", "hier"), "time");
    assert_int_equal(COUNT("{s:s}", "changed", "1999-12-31T00:00:00Z"), COUNT("{}"));
    assert_int_equal(COUNT("{s:s}", "changed", "2999"), 0);
    index_world_refused(i, json_pack("{s:s}", "changed", "hier"), "time");
    index_world_refused(i, json_pack("{s:s}", "ally", "nobody"), "ally_unknown");
    index_world_refused(i, json_pack("{s:s}", "concept", "aaaa"), "not_found");
}

static void pages_follow_one_another_without_a_gap(void **state)
{
    struct index_world *i = *state;
    char title[32], seen[20] = "";
    const char *cursor = "";
    json_t *r = NULL;
    size_t pages = 0;
    for (int k = 0; k < 13; k++) {
        snprintf(title, sizeof title, "Fiche %c", 'a' + k);
        write_one(i, title, "toutes pareilles");
    }
    do {
        json_t *next =
            index_world_ask(i, "search", json_pack("{s:s, s:i, s:s}", "q", "pareilles", "limit", 5, "cursor", cursor));
        json_decref(r);
        r = next;
        size_t k;
        json_t *one;
        assert_int_equal(json_integer_value(json_object_get(r, "total")), 13 + (pages > 0));
        json_array_foreach(json_object_get(r, "records"), k, one)
        {
            seen[strlen(seen)] = text_of(one, "title")[strlen("Fiche ")];
        }
        cursor = text_of(r, "next");
        /* What comes in between is newer than all that follows. */
        if (++pages == 1)
            write_one(i, "Fiche z", "toutes pareilles");
    } while (cursor);
    assert_int_equal(pages, 3);
    assert_int_equal(strlen(seen), 13);
    for (int k = 0; k < 13; k++)
        assert_non_null(strchr(seen, 'a' + k));
    json_decref(r);
    index_world_refused(i, json_pack("{s:s, s:s}", "q", "pareilles", "cursor", "abc"), "cursor");
}

static void a_cursor_belongs_to_its_question(void **state)
{
    struct index_world *i = *state;
    write_one(i, "Un", "pareil");
    write_one(i, "Deux", "pareil");
    json_t *r = index_world_ask(i, "search", json_pack("{s:s, s:i}", "q", "pareil", "limit", 1));
    const char *next = text_of(r, "next");
    assert_non_null(next);
    index_world_refused(i, json_pack("{s:s, s:s}", "q", "autre", "cursor", next), "cursor");
    json_decref(r);
}

static void questions_are_data(void **state)
{
    struct index_world *i = *state;
    char long_one[10241];
    static const char *const hostile[] = {"\"",
                                          "\"\"",
                                          "\"a",
                                          "a\" OR \"b",
                                          "texte OR autre",
                                          "NOT texte",
                                          "texte NEAR autre",
                                          "NEAR(texte autre, 5)",
                                          "texte*",
                                          "^texte",
                                          "title:texte",
                                          "{title body}: texte",
                                          "texte AND (",
                                          "-texte",
                                          "+ texte",
                                          "texte'); DROP TABLE docs; --",
                                          "' OR 1=1",
                                          "\\\"",
                                          "%",
                                          "_",
                                          "a* b* c* d*",
                                          "* * *",
                                          "\x01\x02\x1f",
                                          "te\xc2\xadxte",
                                          "«»",
                                          "\xe2\x80\x9c",
                                          "AND",
                                          "OR",
                                          "\xf0\x9f\x8c\xb1",
                                          "\xe2\x80\xae",
                                          "rowid",
                                          "words MATCH"};
    write_one(i, "Un texte", "ordinaire");
    for (size_t k = 0; k < sizeof hostile / sizeof *hostile; k++) {
        json_t *r = index_world_ask(i, "search", json_pack("{s:s, s:s}", "q", hostile[k], "place", hostile[k]));
        json_decref(r);
        r = index_world_ask(i, "suggest", json_pack("{s:s}", "q", hostile[k]));
        json_decref(r);
    }
    assert_int_equal(index_world_total(i, "texte OR autre"), 0);
    assert_int_equal(index_world_total(i, "NOT texte"), 0);
    assert_int_equal(index_world_total(i, "^texte*"), 1);
    memset(long_one, 'a', sizeof long_one - 1);
    long_one[sizeof long_one - 1] = 0;
    index_world_refused(i, json_pack("{s:s}", "q", long_one), "search_long");
    index_world_refused(i, json_pack("{s:s}", "place", long_one), "search_long");
    index_world_refused(i, json_pack("{s:s}", "q", "a b c d e f g h i j k l m n o p q"), "search_long");
    assert_int_equal(index_world_total(i, "a b c d e f g h i j k l m n o p"), 0);
}

static void requests_that_are_none_are_refused(void **state)
{
    struct index_world *i = *state;
    static const char *const bad[] = {"",
                                      "{",
                                      "[]",
                                      "null",
                                      "{}",
                                      "{\"do\": 7}",
                                      "{\"do\": \"drop\"}",
                                      "\xff\xfe",
                                      "{\"do\": \"search\", \"args\": {\"q\": \"\xff\"}}"};
    struct buf out;
    buf_init(&out, INDEX_ANSWER_BYTES);
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        assert_int_equal(index_answer(i->ix, slice_text(bad[k]), &out), ERR_OK);
        json_t *json = json_loadb((const char *)out.at, out.len, 0, NULL);
        assert_non_null(json_object_get(json, "error"));
        json_decref(json);
    }
    buf_fini(&out);
    json_decref(
        index_world_ask(i, "search", json_pack("{s:i, s:[], s:{}, s:i}", "q", 5, "concept", "ally", "limit", -3)));
}

static void a_search_ends_in_time_and_says_so(void **state)
{
    struct index_world *i = *state;
    for (int k = 0; k < 80; k++) {
        char title[32];
        snprintf(title, sizeof title, "Fiche %d", k);
        write_one(i, title, "toutes pareilles");
    }
    index_world_follow(i);
    index_limit(i->ix, 0);
    for (int words = 0; words < 2; words++) {
        json_t *r = index_world_ask(i, "search", words ? json_pack("{s:s}", "q", "pareille") : NULL);
        assert_true(json_is_true(json_object_get(r, "partial")));
        assert_true(json_integer_value(json_object_get(r, "total")) < 80);
        json_decref(r);
    }
    index_limit(i->ix, 60000);
    assert_int_equal(index_world_total(i, "pareille"), 80);
}

#define T(name) cmocka_unit_test_setup_teardown(name, index_world_setup, index_world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(words_are_found_as_people_write_them),
        T(all_words_have_to_be_there_wherever_they_stand),
        T(what_stands_in_the_title_comes_first),
        T(a_snippet_shows_where_it_matched),
        T(hostile_text_is_shown_harmless),
        T(each_is_shown_in_the_language_asked_else_in_french),
        T(filters_hold_together),
        T(pages_follow_one_another_without_a_gap),
        T(a_cursor_belongs_to_its_question),
        T(questions_are_data),
        T(requests_that_are_none_are_refused),
        T(a_search_ends_in_time_and_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
