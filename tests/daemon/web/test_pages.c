/* Pages as a browser gets them, out of a replica and what the core says. */
#include "daemon/html/page.h"
#include "tests/help/page_side.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define IN(...) ((const char *const[]){__VA_ARGS__, NULL})

static void home_says_how_the_site_is_and_what_was_written_last(void **state)
{
    struct page_side s;
    char id[64], link[128];
    (void)state;
    page_side_open(&s, 801, 2, NULL);
    world_record(s.w, 0, "r1", "<b>Un jardin</b> & \"l'eau\"", id);
    world_settle(s.w, 600000);
    snprintf(link, sizeof link, "<a href=\"./records/%s\">", id);
    page_side_expect(&s, "/",
                     IN("200", "<html lang=\"en\">", "<h1 dir=\"auto\">", "class=\"lead\">", "<b>1</b>", link,
                        "&lt;b&gt;Un jardin&lt;/b&gt; &amp; &quot;l'eau&quot;"));
    assert_null(strstr(s.text, "<b>Un"));
    page_side_expect(&s, "/?lang=fr", IN("<html lang=\"fr\">", "Accueil", "lang=fr\">"));
    page_side_close(&s);
}

static void a_problem_is_told_with_who_mends_it_and_its_next_command(void **state)
{
    struct page_side s;
    (void)state;
    page_side_open(&s, 802, 2, NULL);
    world_settle(s.w, 600000);
    world_stop(s.w, 1);
    for (int i = 0; i < 30; i++)
        world_run(s.w, 60000);
    page_side_expect(&s, "/", IN("What to do now", "ALLIED-1501", s.w->sites[1].name, "<code>allied ping "));
    page_side_expect(&s, "/sites", IN("<caption>", s.w->sites[1].name, "unreachable"));
    page_side_close(&s);
}

static void renote(struct page_side *s, size_t at, const char *id, const char *text)
{
    json_decref(
        world_do(s->w, at, "concept.edit", json_pack("{s:s, s:{s:{s:s}}}", "id", id, "set", "prefLabel", "fr", text)));
}

static void a_conflict_stands_side_by_side_with_how_to_choose(void **state)
{
    struct page_side s;
    char id[64], path[128];
    (void)state;
    page_side_open(&s, 803, 2, NULL);
    world_concept_of(s.w, 0, json_pack("{s:{s:s}}", "prefLabel", "fr", "Avant"), id);
    world_settle(s.w, 600000);
    page_side_expect(&s, "/conflicts", IN("There is no conflict"));
    world_block(s.w, 0, 1, true);
    renote(&s, 0, id, "Les uns");
    renote(&s, 1, id, "<script>");
    world_heal(s.w);
    world_settle(s.w, 600000);
    snprintf(path, sizeof path, "/conflicts/%s", id);
    page_side_expect(&s, "/conflicts", IN("<table>", id, "<td>concept</td>", "Preferred label (French)"));
    page_side_expect(
        &s, path,
        IN("class=\"sides\"", "(before)", "Avant", "<code>allied conflicts resolve ", "--field prefLabel@fr --keep "));
    assert_non_null(strstr(s.text, "&lt;script&gt;"));
    assert_non_null(strstr(s.text, "Les uns"));
    page_side_close(&s);
}

static void an_error_of_a_page_is_a_page_and_of_the_api_a_problem(void **state)
{
    struct page_side s;
    (void)state;
    page_side_open(&s, 804, 1, NULL);
    assert_int_equal(page_side_get(&s, "/no/such/place?lang=fr", NULL), 404);
    assert_non_null(strstr(s.text, "text/html"));
    assert_non_null(strstr(s.text, "href=\"../../?lang=fr\""));
    assert_non_null(strstr(s.text, "ALLIED-"));
    assert_int_equal(page_side_get(&s, "/?odd=%3Cscript%3E", NULL), 400);
    assert_non_null(strstr(s.text, "text/html"));
    assert_null(strstr(s.text, "<script"));
    assert_int_equal(page_side_get(&s, "/api/v1/none", NULL), 404);
    assert_non_null(strstr(s.text, "application/problem+json"));
    assert_int_equal(page_side_get(&s, "/no/such/place", "Accept: application/json\r\n"), 404);
    assert_non_null(strstr(s.text, "application/problem+json"));
    page_side_close(&s);
}

static void the_sheet_is_kept_as_long_as_its_number_stands(void **state)
{
    struct page_side s;
    char path[64], known[64];
    (void)state;
    page_side_open(&s, 805, 1, &(struct http_options){.reads_need_token = true});
    assert_int_equal(page_side_get(&s, "/", NULL), 401);
    snprintf(path, sizeof path, "./style.css?v=%s", page_style_sum());
    assert_non_null(strstr(s.text, path));
    assert_int_equal(page_side_get(&s, path + 1, NULL), 200);
    assert_non_null(strstr(s.text, "max-age=31536000, immutable"));
    assert_non_null(strstr(s.text, "text/css"));
    snprintf(known, sizeof known, "If-None-Match: \"%s\"\r\n", page_style_sum());
    assert_int_equal(page_side_get(&s, "/style.css", known), 304);
    assert_non_null(strstr(s.text, "Cache-Control: no-cache"));
    page_side_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(home_says_how_the_site_is_and_what_was_written_last),
        cmocka_unit_test(a_problem_is_told_with_who_mends_it_and_its_next_command),
        cmocka_unit_test(a_conflict_stands_side_by_side_with_how_to_choose),
        cmocka_unit_test(an_error_of_a_page_is_a_page_and_of_the_api_a_problem),
        cmocka_unit_test(the_sheet_is_kept_as_long_as_its_number_stands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
