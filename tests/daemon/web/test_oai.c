/* OAI-PMH over a replica: what is asked and what is answered, without HTTP. */
#include "daemon/web/oai.h"
#include "tests/help/web_side.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define RECORDS   "verb=ListRecords&metadataPrefix=oai_dc"
#define HEADERS   "verb=ListIdentifiers&metadataPrefix=oai_dc"
#define HARVEST_S 100000

struct side { /* a site that is harvested */
    struct web_side web;
    struct world *w;
    size_t page;
    const char *text; /* the last answer */
};

static void open_side(struct side *s, uint64_t seed, size_t sites)
{
    web_side_open(&s->web, seed, sites);
    s->w = s->web.w;
    s->page = 2;
}

static void close_side(struct side *s)
{
    web_side_close(&s->web);
}

static const char *ask(struct side *s, const char *query)
{
    struct read read;
    struct arena arena = {0};
    struct uri_query params;
    struct why why;
    struct buf out;
    struct oai o = {.read = &read,
                    .atlas = &s->web.atlas,
                    .url = "http://a.example/oai",
                    .page = s->page,
                    .now_s = web_side_now_s(&s->web)};
    assert_int_equal(uri_query_read(query, "**", &arena, &params, &why), ERR_OK);
    assert_int_equal(reader_begin(s->web.reader, &read), ERR_OK);
    read.lang = "en";
    buf_init(&out, WEB_SIDE_TEXT);
    assert_int_equal(oai_answer(&o, &params, &out), ERR_OK);
    s->text = web_side_keep(&s->web, &out);
    reader_end(s->web.reader, &read);
    arena_fini(&arena);
    return s->text;
}

static void expect(struct side *s, const char *query, const char *part)
{
    if (!strstr(ask(s, query), part))
        fail_msg("%s: no %s in\n%s", query, part, s->text);
}

static void expect_error(struct side *s, const char *query, const char *code)
{
    char part[64];
    snprintf(part, sizeof part, "<error code=\"%s\">", code);
    expect(s, query, part);
    assert_null(strstr(s->text, "<ListRecords>"));
}

/* The token of the last answer; false: none, or the empty one of the last page. */
static bool token(const struct side *s, char out[512])
{
    const char *at = strstr(s->text, "<resumptionToken");
    const char *from = at ? strchr(at, '>') + 1 : NULL;
    size_t n = from ? strcspn(from, "<") : 0;
    snprintf(out, 512, "%.*s", (int)n, from ? from : "");
    return n > 0;
}

/* Follows the tokens; how many headers came. */
static size_t harvest(struct side *s, const char *query)
{
    char next[512], resume[600];
    const char *verb = strstr(query, "ListRecords") ? "ListRecords" : "ListIdentifiers";
    size_t n = web_side_count(ask(s, query), "<datestamp>");
    while (token(s, next)) {
        snprintf(resume, sizeof resume, "verb=%s&resumptionToken=%s", verb, next);
        n += web_side_count(ask(s, resume), "<datestamp>");
    }
    return n;
}

static void records(struct side *s, size_t at, size_t n, char ids[][64])
{
    for (size_t i = 0; i < n; i++) {
        char source[16], title[32], id[64];
        snprintf(source, sizeof source, "r%zu", i);
        snprintf(title, sizeof title, "Jardin %zu", i);
        world_record(s->w, at, source, title, ids ? ids[i] : id);
    }
    assert_true(world_settle(s->w, 600000));
}

static void write_concept(struct side *s, json_t *concept)
{
    assert_non_null(concept);
    json_decref(world_do(s->w, 0, "concept.write",
                         json_pack("{s:s, s:b, s:[{s:i, s:o}]}", "mode", "import", "adopt", 1, "concepts", "line", 1,
                                   "concept", concept)));
}

/* ---- tests ---- */

static void the_six_verbs_answer(void **state)
{
    struct side s;
    char id[64], query[300], want[300];
    (void)state;
    open_side(&s, 401, 1);
    world_record(s.w, 0, "r1", "Un jardin & <b>demi</b>", id);
    expect(&s, "verb=Identify", "<protocolVersion>2.0</protocolVersion>");
    assert_non_null(strstr(s.text, "<deletedRecord>persistent</deletedRecord>"));
    assert_non_null(strstr(s.text, "<adminEmail>postmaster@a.example</adminEmail>"));
    assert_non_null(strstr(s.text, "<baseURL>http://a.example/oai</baseURL>"));
    expect(&s, "verb=ListMetadataFormats", "<metadataPrefix>oai_dc</metadataPrefix>");
    expect(&s, "verb=ListSets", "<setSpec>ally</setSpec>");
    expect(&s, HEADERS, "<identifier>oai:a");
    expect(&s, RECORDS, "<dc:title xml:lang=\"fr\">Un jardin &amp; &lt;b&gt;demi&lt;/b&gt;</dc:title>");
    const char *at = strstr(s.text, "<identifier>") + strlen("<identifier>");
    snprintf(query, sizeof query, "verb=GetRecord&metadataPrefix=oai_dc&identifier=%.*s", (int)strcspn(at, "<"), at);
    snprintf(want, sizeof want, ":%s</identifier>", id);
    expect(&s, query, want);
    assert_non_null(strstr(s.text, "<dc:publisher>"));
    close_side(&s);
}

static void wrong_requests_get_the_protocols_words(void **state)
{
    static const struct {
        const char *query, *code;
    } rows[] = {
        {"",                                                                 "badVerb"                },
        {"verb=Nothing",                                                     "badVerb"                },
        {"verb=%00",                                                         "badVerb"                },
        {"verb=Identify&until=%00",                                          "badArgument"            },
        {"verb=Identify&%ff=1",                                              "badArgument"            },
        {"verb=ListRecords&metadataPrefix=oai_dc&set=%c3",                   "badArgument"            },
        {"verb=Identify&verb=Identify",                                      "badVerb"                },
        {"verb=Identify&set=x",                                              "badArgument"            },
        {"verb=ListRecords",                                                 "badArgument"            },
        {RECORDS "&metadataPrefix=oai_dc",                                   "badArgument"            },
        {RECORDS "&color=red",                                               "badArgument"            },
        {RECORDS "&set=a:b%20c",                                             "badArgument"            },
        {RECORDS "&set=ally:",                                               "badArgument"            },
        {"verb=ListRecords&metadataPrefix=",                                 "badArgument"            },
        {"verb=GetRecord&identifier=x&metadataPrefix=o%20a",                 "badArgument"            },
        {RECORDS "&from=yesterday",                                          "badArgument"            },
        {RECORDS "&from=2026-13-01",                                         "badArgument"            },
        {RECORDS "&from=2026-01-01T00:00Z",                                  "badArgument"            },
        {RECORDS "&from=2026-01-01&until=2026-01-02T00:00:00Z",              "badArgument"            },
        {RECORDS "&from=2026-01-02&until=2026-01-01",                        "badArgument"            },
        {RECORDS "&resumptionToken=x",                                       "badArgument"            },
        {"verb=GetRecord&identifier=x",                                      "badArgument"            },
        {"verb=ListRecords&metadataPrefix=marc21",                           "cannotDisseminateFormat"},
        {"verb=GetRecord&identifier=oai:x:y&metadataPrefix=oai_dc",          "idDoesNotExist"         },
        {"verb=ListMetadataFormats&identifier=javascript:alert(1)",          "idDoesNotExist"         },
        {"verb=ListRecords&resumptionToken=x",                               "badResumptionToken"     },
        {"verb=ListRecords&resumptionToken=r.0.1.0.1..aaaaaaaaaaaaaaaa",     "badResumptionToken"     },
        {"verb=ListRecords&resumptionToken=r.0.99999999999999999999.0.1..a", "badResumptionToken"     },
        {"verb=ListSets&resumptionToken=x",                                  "badResumptionToken"     },
        {RECORDS "&until=2000-01-01",                                        "noRecordsMatch"         },
        {RECORDS "&from=2199-01-01",                                         "noRecordsMatch"         },
        {RECORDS "&set=nowhere",                                             "noRecordsMatch"         },
        {RECORDS "&set=ally:aaaaaaaaaaaaa",                                  "noRecordsMatch"         },
        {RECORDS "&set=component",                                           "noRecordsMatch"         },
    };
    struct side s;
    (void)state;
    open_side(&s, 402, 1);
    records(&s, 0, 1, NULL);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        expect_error(&s, rows[i].query, rows[i].code);
    expect(&s, "verb=Identify%22%3E%3Cscript%3E", "&quot;&gt;&lt;script&gt;");
    close_side(&s);
}

static void all_come_once_page_by_page(void **state)
{
    struct side s;
    char next[512], resume[600];
    (void)state;
    open_side(&s, 403, 2);
    records(&s, 0, 4, NULL);
    records(&s, 1, 3, NULL);
    assert_int_equal(harvest(&s, RECORDS), 7);
    assert_int_equal(harvest(&s, HEADERS "&set=ally"), 7);
    expect(&s, RECORDS, "completeListSize=\"7\" cursor=\"0\"");
    assert_true(token(&s, next));
    snprintf(resume, sizeof resume, "verb=ListRecords&resumptionToken=%s", next);
    expect(&s, resume, "completeListSize=\"7\" cursor=\"2\"");
    snprintf(resume, sizeof resume, "verb=ListIdentifiers&resumptionToken=%s", next);
    expect_error(&s, resume, "badResumptionToken");
    next[2]++; /* from another place */
    snprintf(resume, sizeof resume, "verb=ListRecords&resumptionToken=%s", next);
    expect_error(&s, resume, "badResumptionToken");
    s.page = 7;
    expect(&s, RECORDS, "<dc:title");
    assert_false(token(&s, next));
    close_side(&s);
}

static void sets_are_allies(void **state)
{
    struct side s;
    char query[200];
    (void)state;
    open_side(&s, 404, 2);
    records(&s, 0, 3, NULL);
    records(&s, 1, 2, NULL);
    size_t sum = 0, sets = 0;
    char *list = strdup(ask(&s, "verb=ListSets"));
    for (const char *at = list; (at = strstr(at, "<setSpec>ally:")); at++) {
        snprintf(query, sizeof query, HEADERS "&set=%.*s", (int)strcspn(at + 9, "<"), at + 9);
        sum += harvest(&s, query);
        sets++;
    }
    free(list);
    assert_int_equal(sets, 2);
    assert_int_equal(sum, 5);
    close_side(&s);
}

static void sets_are_components_with_all_that_lies_below(void **state)
{
    static const char *const concepts[] = {
        "{\"uri\":\"urn:x:eau\",\"kind\":\"component\",\"prefLabel\":{\"fr\":\"Eau\",\"en\":\"Water\"}}",
        "{\"uri\":\"urn:x:riviere\",\"prefLabel\":{\"fr\":\"Rivi\\u00e8re\"},\"facet\":[\"urn:x:eau\"]}",
        "{\"uri\":\"urn:x:crue\",\"prefLabel\":{\"fr\":\"Crue\"},\"broader\":[\"urn:x:riviere\"]}",
        "{\"uri\":\"urn:x:feu\",\"prefLabel\":{\"fr\":\"Feu\"}}",
    };
    static const char *const terms[] = {"urn:x:eau", "urn:x:riviere", "urn:x:crue", "urn:x:feu", "urn:x:crue"};
    struct side s;
    char query[200], source[16], id[64];
    (void)state;
    open_side(&s, 405, 1);
    for (size_t i = 0; i < sizeof concepts / sizeof *concepts; i++)
        write_concept(&s, json_loads(concepts[i], 0, NULL));
    for (size_t i = 0; i < sizeof terms / sizeof *terms; i++) {
        snprintf(source, sizeof source, "r%zu", i);
        web_side_record(&s.web, 0,
                        json_pack("{s:s, s:s, s:s, s:s, s:[s]}", "source_id", source, "lang", "fr", "type", "analysis",
                                  "title", source, "concepts", terms[i]),
                        id);
    }
    const char *at = strstr(ask(&s, "verb=ListSets"), "<setSpec>component:");
    assert_non_null(at);
    assert_non_null(strstr(at, "<setName>"));
    snprintf(query, sizeof query, RECORDS "&set=%.*s", (int)strcspn(at + 9, "<"), at + 9);
    assert_int_equal(harvest(&s, query), 4);
    assert_int_equal(harvest(&s, RECORDS "&set=component"), 4);
    assert_int_equal(harvest(&s, RECORDS), 5);
    s.page = 10;
    ask(&s, query);
    assert_non_null(strstr(s.text, "<dc:subject xml:lang=\"en\">Water</dc:subject>"));
    assert_non_null(strstr(s.text, "<dc:subject xml:lang=\"fr\">Crue</dc:subject>"));
    assert_null(strstr(s.text, "Feu"));
    assert_int_equal(web_side_count(s.text, "<setSpec>component:"), 4);
    /* A descriptor that comes under it later takes its records along. */
    write_concept(&s, json_pack("{s:s, s:[s]}", "uri", "urn:x:feu", "facet", "urn:x:eau"));
    assert_int_equal(harvest(&s, query), 5);
    close_side(&s);
}

static void what_is_retired_stays_as_deleted(void **state)
{
    struct side s;
    char ids[3][64], query[200], from[32];
    (void)state;
    open_side(&s, 406, 1);
    records(&s, 0, 3, ids);
    world_run(s.w, HARVEST_S * 1000);
    rfc3339_format((struct wall){web_side_now_s(&s.web) * 1000}, from);
    json_decref(world_do(s.w, 0, "record.retire", json_pack("{s:s}", "id", ids[1])));
    s.page = 10;
    snprintf(query, sizeof query, RECORDS "&from=%s", from);
    expect(&s, query, "<header status=\"deleted\">");
    assert_int_equal(web_side_count(s.text, "<datestamp>"), 1);
    assert_non_null(strstr(s.text, ids[1]));
    assert_null(strstr(s.text, "<metadata>"));
    ask(&s, RECORDS);
    assert_int_equal(web_side_count(s.text, "<metadata>"), 2);
    assert_int_equal(web_side_count(s.text, "status=\"deleted\""), 1);
    close_side(&s);
}

/* By the author's clock it would lie before the last harvest. */
static void what_arrives_late_is_not_missed(void **state)
{
    struct side s;
    char id[64], from[32], query[200];
    (void)state;
    open_side(&s, 407, 2);
    records(&s, 0, 1, NULL);
    world_block(s.w, 0, 1, true);
    world_record(s.w, 1, "late", "En retard", id);
    world_run(s.w, HARVEST_S * 1000);
    rfc3339_format((struct wall){web_side_now_s(&s.web) * 1000}, from);
    assert_int_equal(harvest(&s, RECORDS), 1);
    world_run(s.w, HARVEST_S * 1000);
    world_heal(s.w);
    assert_true(world_settle(s.w, 600000));
    snprintf(query, sizeof query, RECORDS "&from=%s", from);
    expect(&s, query, "En retard");
    assert_int_equal(web_side_count(s.text, "<datestamp>"), 1);
    close_side(&s);
}

static void changes_during_a_harvest_neither_skip_nor_repeat(void **state)
{
    struct side s;
    char ids[8][64], next[512], resume[600], from[32], query[200];
    (void)state;
    open_side(&s, 408, 1);
    records(&s, 0, 8, ids);
    world_run(s.w, 10000);
    rfc3339_format((struct wall){web_side_now_s(&s.web) * 1000}, from);
    size_t n = web_side_count(ask(&s, RECORDS), "<datestamp>");
    world_retitle(s.w, 0, ids[0], "given already");
    world_retitle(s.w, 0, ids[5], "still to come");
    while (token(&s, next)) {
        snprintf(resume, sizeof resume, "verb=ListRecords&resumptionToken=%s", next);
        n += web_side_count(ask(&s, resume), "<datestamp>");
        assert_null(strstr(s.text, "given already"));
    }
    assert_int_equal(n, 7); /* all but the one that moved behind the end */
    snprintf(query, sizeof query, RECORDS "&from=%s", from);
    assert_int_equal(harvest(&s, query), 2);
    close_side(&s);
}

static void a_token_whose_rest_has_moved_on_still_gives_something(void **state)
{
    struct side s;
    char ids[3][64], next[512], resume[600];
    (void)state;
    open_side(&s, 409, 1);
    records(&s, 0, 3, ids);
    ask(&s, RECORDS);
    assert_true(token(&s, next));
    world_retitle(s.w, 0, ids[2], "moved");
    snprintf(resume, sizeof resume, "verb=ListRecords&resumptionToken=%s", next);
    expect(&s, resume, "moved");
    assert_false(token(&s, next));
    close_side(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_six_verbs_answer),
        cmocka_unit_test(wrong_requests_get_the_protocols_words),
        cmocka_unit_test(all_come_once_page_by_page),
        cmocka_unit_test(sets_are_allies),
        cmocka_unit_test(sets_are_components_with_all_that_lies_below),
        cmocka_unit_test(what_is_retired_stays_as_deleted),
        cmocka_unit_test(what_arrives_late_is_not_missed),
        cmocka_unit_test(changes_during_a_harvest_neither_skip_nor_repeat),
        cmocka_unit_test(a_token_whose_rest_has_moved_on_still_gives_something),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
