/* Atom feeds over a replica: the newest, the archive behind it, and what is gone. */
#include "daemon/web/atom.h"
#include "tests/help/web_side.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static err_t try_page(struct web_side *s, const char *name, int64_t page)
{
    struct read read;
    struct buf out;
    assert_int_equal(reader_begin(s->reader, &read), ERR_OK);
    read.lang = "fr";
    struct atom a = {&read, &s->atlas, "http://a.example", name, page};
    buf_init(&out, WEB_SIDE_TEXT);
    err_t e = atom_write(&a, &out);
    web_side_keep(s, &out);
    reader_end(s->reader, &read);
    return e;
}

static const char *page_of(struct web_side *s, const char *name, int64_t page)
{
    assert_int_equal(try_page(s, name, page), ERR_OK);
    return s->text;
}

/* The number in a link of that relation; 0: there is none. */
static int64_t link_of(const char *text, const char *rel)
{
    char head[80];
    snprintf(head, sizeof head, "<link rel=\"%s\"", rel);
    const char *at = strstr(text, head);
    at = at ? strstr(at, "/feeds/all/") : NULL;
    return at ? strtoll(at + strlen("/feeds/all/"), NULL, 10) : 0;
}

static void expect(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("no %s in\n%s", part, text);
}

static void an_entry_has_what_atom_wants(void **state)
{
    struct web_side s;
    char id[64], part[160];
    (void)state;
    web_side_open(&s, 501, 1);
    web_side_record(&s, 0,
                    json_pack("{s:s, s:s, s:{s:s, s:s}, s:{s:s}, s:{s:s}, s:{s:s}, s:[s], s:s}", "source_id", "r1",
                              "type", "experience", "title", "en", "A garden", "fr", "Un jardin", "abstract", "fr",
                              "En bref", "history", "fr", "L'histoire", "limits", "fr", "Les limites", "authors",
                              "A. B.", "source_url", "https://b.example/1?a=1&b=2"),
                    id);
    const char *text = page_of(&s, "all", 0);
    snprintf(part, sizeof part, "<id>urn:allied:record:%s</id>", id);
    expect(text, part);
    expect(text, "<title type=\"text\" xml:lang=\"fr\">Un jardin</title>");
    expect(text, "<author><name>A. B.</name>");
    expect(text, "<summary type=\"text\" xml:lang=\"fr\">En bref</summary>");
    expect(text, "<content type=\"text\">L'histoire");
    expect(text, "Les limites</content>");
    expect(text, "<link rel=\"via\" href=\"https://b.example/1?a=1&amp;b=2\"/>");
    snprintf(part, sizeof part, "type=\"text/html\" href=\"http://a.example/records/%s\"", id);
    expect(text, part);
    snprintf(part, sizeof part, "type=\"application/json\" href=\"http://a.example/api/v1/records/%s\"", id);
    expect(text, part);
    assert_null(strstr(text, "prev-archive"));
    web_side_close(&s);
}

static void a_retired_record_is_a_deleted_entry(void **state)
{
    struct web_side s;
    char id[64], part[160];
    (void)state;
    web_side_open(&s, 502, 1);
    world_record(s.w, 0, "r1", "Un jardin", id);
    json_decref(world_do(s.w, 0, "record.retire", json_pack("{s:s}", "id", id)));
    snprintf(part, sizeof part, "<at:deleted-entry ref=\"urn:allied:record:%s\" when=\"2026-", id);
    expect(page_of(&s, "all", 0), part);
    assert_null(strstr(s.text, "<entry>"));
    web_side_close(&s);
}

/* From the feed itself along prev-archive every record is met; a page keeps its members while others change. */
static void the_archive_leads_to_every_record(void **state)
{
    struct web_side s;
    char ids[230][64], part[160], source[16];
    (void)state;
    web_side_open(&s, 503, 1);
    for (size_t i = 0; i < 230; i++) {
        snprintf(source, sizeof source, "r%zu", i);
        world_record(s.w, 0, source, source, ids[i]);
    }
    world_retitle(s.w, 0, ids[3], "again");
    bool met[230] = {false};
    int64_t page = 0, pages = 0;
    do {
        page_of(&s, "all", page);
        for (size_t i = 0; i < 230; i++) {
            snprintf(part, sizeof part, "<id>urn:allied:record:%.63s</id>", ids[i]);
            met[i] = met[i] || strstr(s.text, part);
        }
        assert_int_equal(strstr(s.text, "<fh:archive/>") != NULL, page > 0);
        page = link_of(s.text, "prev-archive");
        pages++;
    } while (page);
    for (size_t i = 0; i < 230; i++)
        assert_true(met[i]);
    assert_int_equal(pages, 2);
    assert_int_equal(web_side_count(page_of(&s, "all", 1), "<entry>"), 100);
    expect(s.text, ">again<");
    assert_int_equal(try_page(&s, "all", 2), ERR_NOT_FOUND);
    for (size_t i = 100; i < 200; i++)
        world_retitle(s.w, 0, ids[i], "later");
    assert_int_equal(web_side_count(page_of(&s, "all", 1), "<entry>"), 100);
    assert_int_equal(link_of(page_of(&s, "all", 2), "prev-archive"), 1);
    assert_int_equal(link_of(page_of(&s, "all", 1), "next-archive"), 2);
    web_side_close(&s);
}

static void an_ally_and_a_concept_have_their_own(void **state)
{
    struct web_side s;
    char ids[2][64], name[64];
    (void)state;
    web_side_open(&s, 504, 2);
    json_decref(world_do(s.w, 0, "concept.write",
                         json_pack("{s:s, s:[{s:i, s:{s:s, s:{s:s}}}]}", "mode", "add", "concepts", "line", 1,
                                   "concept", "uri", "urn:x:eau", "prefLabel", "fr", "Eau")));
    web_side_record(&s, 0,
                    json_pack("{s:s, s:s, s:{s:s}, s:[s]}", "source_id", "a", "type", "analysis", "title", "fr", "L'un",
                              "concepts", "urn:x:eau"),
                    ids[0]);
    world_record(s.w, 1, "b", "Autre", ids[1]);
    assert_true(world_settle(s.w, 600000));
    assert_int_equal(web_side_count(page_of(&s, "all", 0), "<entry>"), 2);
    expect(s.text, "<category term=\"urn:x:eau\" label=\"Eau\"/>");
    json_t *shown = world_do(s.w, 0, "record.show", json_pack("{s:s}", "id", ids[1]));
    snprintf(name, sizeof name, "ally-%s", json_string_value(json_object_get(shown, "ally")));
    json_decref(shown);
    assert_int_equal(web_side_count(page_of(&s, name, 0), "<entry>"), 1);
    expect(s.text, "Autre");
    json_t *list = world_do(s.w, 0, "concept.list", NULL);
    snprintf(name, sizeof name, "concept-%s",
             json_string_value(json_object_get(json_array_get(json_object_get(list, "concepts"), 0), "id")));
    json_decref(list);
    assert_int_equal(web_side_count(page_of(&s, name, 0), "<entry>"), 1);
    expect(s.text, "<title>Eau</title>");
    static const char *const none[] = {"ally-aaaaaaaaaaaaa", "ally-", "concept-aaaaaaaaaaaaaaaaaaaaaaaaaa", "nothing",
                                       ""};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_int_equal(try_page(&s, none[i], 0), ERR_NOT_FOUND);
    web_side_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_entry_has_what_atom_wants),
        cmocka_unit_test(a_retired_record_is_a_deleted_entry),
        cmocka_unit_test(the_archive_leads_to_every_record),
        cmocka_unit_test(an_ally_and_a_concept_have_their_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
