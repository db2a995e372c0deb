/* Records, concepts and the thesaurus as a browser gets them. */
#include "tests/help/page_side.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define IN(...) ((const char *const[]){__VA_ARGS__, NULL})
#define EVIL    "<script>alert(1)</script>\"'&"
#define SAFE    "&lt;script&gt;alert(1)&lt;/script&gt;&quot;'&amp;"

static json_t *whole_record(const char *concept)
{
    json_t *out =
        json_pack("{s:s, s:s, s:{s:s, s:s}, s:{s:s, s:s}, s:{s:s}, s:{s:s}, s:[{s:s, s:s}], s:[s], s:s, s:{s:s, s:s}}",
                  "source_id", "r1", "type", "experience", "title", "fr", "Un jardin " EVIL, "en", "A garden " EVIL,
                  "abstract", "fr", "Premier paragraphe.\n\nSecond.", "en", "In short " EVIL, "history", "fr",
                  "L'histoire", "limits", "fr", "Les limites", "actors", "name", "Mme A " EVIL, "role", "jardinière",
                  "authors", "A. B.", "licence", "CC-BY-ND-4.0", "place", "name", "Fougères", "country", "FR");
    json_object_set_new(out, "concepts", json_pack("[s]", concept));
    json_object_set_new(out, "date", json_string("2015-06"));
    json_object_set_new(out, "images",
                        json_pack("[{s:s, s:s, s:{s:s}}]", "url", "https://i.example/1.png", "credit", "C. D.", "alt",
                                  "fr", "Le jardin"));
    json_object_set_new(out, "episodes", json_pack("{s:[{s:s, s:s}]}", "fr", "date", "2016", "text", "La serre"));
    return out;
}

static void a_record_stands_in_the_readers_language_with_all_around_it(void **state)
{
    struct page_side s;
    char id[64], concept[64], path[128], other[128], link[128];
    (void)state;
    page_side_open(&s, 821, 1, NULL);
    world_concept_of(s.w, 0, json_pack("{s:s, s:{s:s}}", "uri", "http://e.org/sol", "prefLabel", "fr", "Sol " EVIL),
                     concept);
    world_record_of(s.w, 0, whole_record(concept), id);
    snprintf(path, sizeof path, "/records/%s?lang=fr", id);
    snprintf(link, sizeof link, "href=\"../concepts/%s?lang=fr\"", concept);
    page_side_expect(&s, path,
                     IN("200", "application/ld+json", "DC.title", "<h1 dir=\"auto\">Un jardin " SAFE, "hreflang=\"en\"",
                        "Fougères", "juin 2015", "<p dir=\"auto\">Premier paragraphe.</p>",
                        "<p dir=\"auto\">Second.</p>", "L'histoire", "2016", "La serre", "Mme A " SAFE, "jardinière",
                        "href=\"https://i.example/1.png\"", "rel=\"nofollow noopener noreferrer\"", "Le jardin",
                        "C. D.", link, "Sol " SAFE, "CC-BY-ND-4.0", "/history"));
    assert_null(strstr(s.text, "<script"));
    assert_null(strstr(s.text, "=\"javascript:"));
    snprintf(other, sizeof other, "/records/%s?lang=fr&text_lang=en", id);
    page_side_expect(&s, other, IN("<h1 lang=\"en\" dir=\"auto\">A garden", "<p lang=\"en\" dir=\"auto\">In short"));
    snprintf(other, sizeof other, "/records/%s/history?lang=fr", id);
    page_side_expect(&s, other,
                     IN("reversed", s.w->sites[0].name, "Titre (français)", "<li>Acteurs<details>", "La serre"));
    page_side_close(&s);
}

static void a_text_whose_language_nobody_said_is_told_as_one(void **state)
{
    struct page_side s;
    char id[64], path[128];
    (void)state;
    page_side_open(&s, 825, 1, NULL);
    world_record_of(s.w, 0,
                    json_pack("{s:s, s:s, s:{s:s, s:s}}", "source_id", "r1", "type", "experience", "title", "fr",
                              "Un jardin", "und", "Fougeres"),
                    id);
    snprintf(path, sizeof path, "/records/%s?lang=fr", id);
    page_side_expect(&s, path, IN("langue non précisée"));
    assert_null(strstr(s.text, ">und<"));
    page_side_close(&s);
}

static void what_was_withdrawn_is_gone_and_says_so(void **state)
{
    struct page_side s;
    char id[64], path[128];
    (void)state;
    page_side_open(&s, 822, 1, NULL);
    world_record(s.w, 0, "r1", "Un secret", id);
    json_decref(world_do(s.w, 0, "record.retire", json_pack("{s:s}", "id", id)));
    snprintf(path, sizeof path, "/records/%s", id);
    assert_int_equal(page_side_get(&s, path, NULL), 410);
    assert_non_null(strstr(s.text, "text/html"));
    assert_non_null(strstr(s.text, "This record was withdrawn"));
    assert_null(strstr(s.text, "Un secret"));
    assert_int_equal(page_side_get(&s, "/records/zzzzzzzz", NULL), 404);
    assert_non_null(strstr(s.text, "text/html"));
    assert_int_equal(page_side_get(&s, "/concepts/%3Cscript%3E", NULL), 404);
    assert_null(strstr(s.text, "<script"));
    page_side_close(&s);
}

static void a_concept_is_drawn_among_its_neighbours_and_listed(void **state)
{
    struct page_side s;
    char ids[4][64], record[64], path[128], link[4][128];
    (void)state;
    page_side_open(&s, 823, 1, NULL);
    world_concept_of(s.w, 0,
                     json_pack("{s:s, s:s, s:{s:s}, s:[{s:s}], s:s}", "uri", "http://e.org/c", "kind", "component",
                               "prefLabel", "fr", "Flux", "notation", "value", "7", "colour", "#16a085"),
                     ids[0]);
    world_concept_of(s.w, 0,
                     json_pack("{s:s, s:{s:s}, s:[s]}", "uri", "http://e.org/eau", "prefLabel", "fr", "Eau " EVIL,
                               "facet", "http://e.org/c"),
                     ids[1]);
    world_concept_of(s.w, 0,
                     json_pack("{s:s, s:{s:s}, s:[s]}", "uri", "http://e.org/riviere", "prefLabel", "fr", "Rivière",
                               "broader", "http://e.org/eau"),
                     ids[2]);
    world_concept_of(s.w, 0,
                     json_pack("{s:s, s:{s:s}, s:[s]}", "uri", "http://e.org/pluie", "prefLabel", "fr", "Pluie",
                               "related", "http://e.org/eau"),
                     ids[3]);
    world_record_of(
        s.w, 0,
        json_pack("{s:s, s:{s:s}, s:[s]}", "type", "resource", "title", "fr", "Fiche " EVIL, "concepts", ids[1]),
        record);
    snprintf(path, sizeof path, "/concepts/%s?lang=fr", ids[1]);
    for (size_t i = 0; i < 4; i++)
        snprintf(link[i], sizeof link[i], "href=\"../concepts/%.60s?lang=fr\"", ids[i]);
    page_side_expect(&s, path,
                     IN("Eau " SAFE, "<svg class=\"map\"", link[3], "#16a085", ">7</text>", link[2], "Fiche", "</svg>",
                        "id=\"narrower\"", link[2], "id=\"related\"", link[3], "id=\"records\"", "Fiche " SAFE,
                        link[0]));
    assert_null(strstr(s.text, "<script"));
    /* By its URI as well. */
    page_side_expect(
        &s, "/concepts/http%3A%2F%2Fe.org%2Friviere?lang=fr",
        IN("<h1 dir=\"auto\">Rivière", "<svg class=\"map\"", link[1], "</svg>", "id=\"broader\"", link[1]));
    page_side_expect(&s, "/thesaurus?lang=fr",
                     IN("<caption>", "Flux", "component=", "angle=none", ">2<", "· ", "1", "Eau " SAFE));
    snprintf(path, sizeof path, "/thesaurus?component=%s&angle=none", ids[0]);
    page_side_expect(&s, path, IN("2 concepts.", "Eau", "1 record", "Rivi"));
    page_side_expect(&s, "/thesaurus?component=none", IN("1 concept.", "Pluie"));
    assert_int_equal(page_side_get(&s, "/thesaurus?component=zzzz", NULL), 404);
    page_side_close(&s);
}

static void what_waits_goes_on_page_by_page_and_leads_back_to_the_first(void **state)
{
    struct page_side s;
    char next[512];
    json_t *concepts = json_array();
    (void)state;
    page_side_open(&s, 826, 1, NULL);
    for (int i = 0; i < 31; i++)
        json_array_append_new(concepts,
                              json_pack("{s:i, s:{s:{s:s}}}", "line", i, "concept", "prefLabel", "en", "Word"));
    json_decref(world_do(s.w, 0, "concept.write", json_pack("{s:s, s:o}", "mode", "add", "concepts", concepts)));
    page_side_expect(&s, "/thesaurus?waiting=1&lang=en", IN("<nav class=\"paging\"", "rel=\"next\">Next page"));
    assert_null(strstr(s.text, ">First page<"));
    const char *cursor = strstr(s.text, "cursor=");
    assert_non_null(cursor);
    snprintf(next, sizeof next, "/thesaurus?waiting=1&lang=en&%.*s", (int)strcspn(cursor, "&\""), cursor);
    page_side_expect(&s, next, IN("<nav class=\"paging\"", ">First page<"));
    assert_null(strstr(s.text, "rel=\"next\""));
    page_side_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_stands_in_the_readers_language_with_all_around_it),
        cmocka_unit_test(a_text_whose_language_nobody_said_is_told_as_one),
        cmocka_unit_test(what_was_withdrawn_is_gone_and_says_so),
        cmocka_unit_test(a_concept_is_drawn_among_its_neighbours_and_listed),
        cmocka_unit_test(what_waits_goes_on_page_by_page_and_leads_back_to_the_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
