/* The report's figures are one function of what was signed, and what is written of them can be read and verified. */
#include "daemon/core/state.h"
#include "daemon/read/ledger.h"
#include "daemon/report/csv.h"
#include "daemon/report/figures.h"
#include "daemon/report/verify.h"
#include "tests/help/ledger_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <expat.h>

#define LAST (LEDGER_WORLD_FIRST + 2)

struct given {
    struct ledger_world *l;
    struct read r;
};

static void begin(struct given *g, uint64_t order)
{
    const struct ledger_plan plan = {.seed = 4711, .allies = 6, .years = 3, .ops = 700, .order = order};
    g->l = ledger_world_new(&plan);
    struct core *c = ledger_world_core(g->l);
    g->r = (struct read){.store = c->store, .authority = &c->authority, .lang = "en", .result = json_object()};
}

static void end(struct given *g)
{
    read_fini(&g->r);
    ledger_world_free(g->l);
}

enum form { HTML, CSV, JSON, FORMS };

/* The bytes of a report. */
static struct buf made(struct given *g, unsigned year, const char *lang, enum form form)
{
    struct model m;
    struct buf out;
    buf_init(&out, 64u << 20);
    assert_int_equal(model_make(&g->r, year, NULL, lang, &m), ERR_OK);
    err_t e = form == HTML  ? report_html(&m, NULL, lang, &out)
              : form == CSV ? report_csv(&m, NULL, &out)
                            : report_json(&m, NULL, &out);
    assert_int_equal(e, ERR_OK);
    model_fini(&m);
    return out;
}

static void every_form_is_the_same_from_another_order_of_arrival(void **state)
{
    struct given *a = *state, b;
    begin(&b, 2);
    for (unsigned year = LEDGER_WORLD_FIRST; year <= LAST; year++)
        for (enum form form = HTML; form < FORMS; form++) {
            struct buf x = made(a, year, year % 2 ? "fr" : "en", form),
                       y = made(&b, year, year % 2 ? "fr" : "en", form);
            assert_string_equal(buf_text(&x), buf_text(&y));
            buf_fini(&x);
            buf_fini(&y);
        }
    end(&b);
}

static void sum_value(void *ctx, const struct figure *f)
{
    *(uint64_t *)ctx += f->value;
}

static void figures_hold_together(void **state)
{
    struct given *g = *state;
    struct model m, french;
    assert_int_equal(model_make(&g->r, LAST - 1, NULL, "en", &m), ERR_OK);
    assert_int_equal(model_make(&g->r, LAST - 1, NULL, "fr", &french), ERR_OK);
    assert_memory_equal(m.figures, french.figures, HASH_BYTES); /* labels are not in the digest */
    assert_false(m.open);
    assert_true(m.has_before);
    uint64_t records = 0, complete = 0, published = 0, by_month = 0, reuses = 0, points = 0, all = 0;
    for (size_t i = 0; i < m.allies_n; i++) {
        records += m.allies[i].records;
        complete += m.allies[i].complete;
        published += m.allies[i].published;
        points += m.allies[i].points;
        for (size_t k = 0; k < m.months_n; k++)
            by_month += m.months[i * m.months_n + k];
        for (size_t k = 0; k < m.allies_n; k++)
            reuses += m.reuse[i * m.allies_n + k];
        assert_int_equal(m.reuse[i * m.allies_n + i], 0);
    }
    assert_true(published > 0 && reuses > 0 && m.total[TOTAL_ADOPTED] > 0 && m.total[TOTAL_LEFT_OUT] > 0);
    assert_int_equal(records, m.total[TOTAL_RECORDS]);
    assert_int_equal(complete, m.total[TOTAL_COMPLETE]);
    assert_int_equal(published, m.total[TOTAL_PUBLISHED]);
    assert_int_equal(by_month, published);
    assert_int_equal(reuses, m.total[TOTAL_REUSED]);
    assert_int_equal(points, m.points);
    figures_each(&m, sum_value, &all);
    assert_true(all > 0);
    model_fini(&m);
    model_fini(&french);
}

static void without_a_charter_there_is_no_report(void **state)
{
    const struct given *g = *state;
    const struct authority nobody = {.charters_n = 0};
    struct read r = g->r;
    struct model m;
    r.authority = &nobody;
    assert_int_equal(model_make(&r, 0, NULL, "en", &m), ERR_CHARTER);
}

static void the_report_says_what_the_ledger_says(void **state)
{
    struct given *g = *state;
    uint64_t relays_told_late = 0; /* no proposal of the secretariat's */
    for (unsigned year = LEDGER_WORLD_FIRST; year <= LAST; year++) {
        struct model m;
        struct read_ledger l;
        assert_int_equal(model_make(&g->r, year, NULL, "en", &m), ERR_OK);
        assert_int_equal(read_ledger_of(&g->r, year, &l), ERR_OK);
        assert_int_equal(m.year, l.ledger.year);
        uint64_t late = 0, told_late = 0;
        for (size_t i = 0; i < l.ledger.entries_n; i++)
            if (l.ledger.entries[i].why == LEDGER_LATE && l.ledger.entries[i].kind == LEDGER_SERVICE)
                ++*(l.ledger.entries[i].fact->kind == FACT_ACT ? &late : &told_late);
        assert_int_equal(m.service.late, late);
        relays_told_late += told_late;
        for (size_t i = 0; i < l.ledger.allies_n; i++) {
            const struct ledger_ally *a = &l.ledger.allies[i];
            size_t at = model_ally(&m, a->ally->id);
            assert_true(at != SIZE_MAX);
            assert_int_equal(m.allies[at].points, a->points);
            for (unsigned k = 0; k < LEDGER_KINDS_N; k++) {
                assert_int_equal(m.allies[at].count[k], a->kinds[k].count);
                assert_memory_equal(m.allies[at].left_out[k], a->kinds[k].left_out, sizeof a->kinds[k].left_out);
            }
        }
        model_fini(&m);
    }
    assert_true(relays_told_late > 0);
}

/* What a closed year's report says does not change by what comes later: the year before's totals are those of its own report. */
static void the_year_before_is_as_its_own_report_has_it(void **state)
{
    struct given *g = *state;
    struct model before, now;
    assert_int_equal(model_make(&g->r, LAST - 1, NULL, "en", &before), ERR_OK);
    assert_int_equal(model_make(&g->r, LAST, NULL, "en", &now), ERR_OK);
    assert_true(now.open);
    for (unsigned i = 0; i < MODEL_TOTALS_N; i++)
        if (now.total_before[i] != before.total[i])
            fail_msg("%s: %lu, in its own report %lu", model_total_info(i)->name, (unsigned long)now.total_before[i],
                     (unsigned long)before.total[i]);
    model_fini(&before);
    model_fini(&now);
}

/* With a cut that is the year's own the facts of the replica are taken; any other makes them anew. Both ways give the same. */
static void facts_made_anew_are_those_of_the_replica(void **state)
{
    struct given *g = *state;
    struct model stored, closed, anew;
    assert_int_equal(model_make(&g->r, LAST, NULL, "en", &stored), ERR_OK);
    /* A log that nobody has, ahead of all others: another cut, of the same ops. */
    struct head *heads = arena_alloc(&g->r.arena, stored.cut.heads_n + 1, sizeof *heads);
    memcpy(heads + 1, stored.cut.heads, stored.cut.heads_n * sizeof *heads);
    heads[0].seq = 1;
    struct report_cut cut = stored.cut;
    cut.heads = heads;
    cut.heads_n++;
    assert_int_equal(model_make(&g->r, LAST, &cut, "en", &anew), ERR_OK);
    assert_memory_equal(stored.figures, anew.figures, HASH_BYTES);
    assert_memory_not_equal(stored.inputs, anew.inputs, HASH_BYTES);
    model_fini(&anew);
    assert_int_equal(model_make(&g->r, LAST - 1, NULL, "en", &closed), ERR_OK);
    memcpy(heads + 1, closed.cut.heads, closed.cut.heads_n * sizeof *heads);
    cut = closed.cut;
    cut.heads = heads;
    cut.heads_n++;
    assert_int_equal(model_make(&g->r, LAST - 1, &cut, "en", &anew), ERR_OK);
    assert_memory_equal(closed.figures, anew.figures, HASH_BYTES);
    model_fini(&anew);
    model_fini(&closed);
    model_fini(&stored);
}

/* One charter may close several years. */
static void a_report_says_which_years_it_is_about(void **state)
{
    struct model m = {.year = 2028, .year_from = 2026, .alliance = slice_text("Citego")};
    struct buf text;
    (void)state;
    buf_init(&text, 1000);
    report_title(&m, "en", &text);
    assert_string_equal(buf_text(&text), "Report on the years 2026\u20132028 \u2013 Citego");
    buf_fini(&text);
    m.year_from = 2028;
    buf_init(&text, 1000);
    report_title(&m, "fr", &text);
    assert_string_equal(buf_text(&text), "Rapport sur l\u2019année 2028 \u2013 Citego");
    buf_fini(&text);
}

static void nothing(void *data, const char *element, const char **attributes)
{
    (void)data;
    assert_string_not_equal(element, "script");
    for (size_t i = 0; attributes[i]; i += 2)
        assert_string_not_equal(attributes[i], "style");
}

/* Elements that HTML leaves open stand in the head alone. */
static void the_page_is_well_formed(void **state)
{
    struct given *g = *state;
    struct buf page = made(g, LAST, "fr", HTML);
    const char *body = strstr(buf_text(&page), "<body>"), *after = strstr(body, "</html>");
    assert_non_null(body);
    XML_Parser xml = XML_ParserCreate("UTF-8");
    XML_SetStartElementHandler(xml, nothing);
    if (XML_Parse(xml, body, (int)(after - body), true) != XML_STATUS_OK)
        fail_msg("line %lu: %s", XML_GetCurrentLineNumber(xml), XML_ErrorString(XML_GetErrorCode(xml)));
    XML_ParserFree(xml);
    buf_fini(&page);
}

static err_t verified(struct given *g, struct slice file)
{
    json_decref(g->r.result);
    g->r.result = json_object();
    return report_verify(&g->r, file);
}

static void each_form_is_verified_and_a_changed_figure_is_named(void **state)
{
    static const char *const changed[FORMS] = {"<td class=\"num\">", "\r\nrecords,published,", "\"value\": "};
    struct given *g = *state;
    for (enum form form = HTML; form < FORMS; form++) {
        struct buf file = made(g, LAST, "fr", form);
        assert_int_equal(verified(g, buf_slice(&file)), ERR_OK);
        char *at = strstr((char *)(uintptr_t)buf_text(&file), changed[form]);
        at += strcspn(at + (form == JSON ? 8 : 0), form == CSV ? ",,,,,," : "123456789");
        while (*at < '1' || *at > '9' || (form == HTML && at[-1] == 'h'))
            at++;
        *at = *at == '9' ? '8' : (char)(*at + 1);
        assert_int_equal(verified(g, buf_slice(&file)), ERR_REPORT_DIFFERS);
        assert_int_equal(json_array_size(json_object_get(g->r.result, "differences")), 1);
        buf_fini(&file);
    }
    assert_int_equal(verified(g, slice_text("")), ERR_REPORT_FILE);
    assert_int_equal(verified(g, slice_text("<!DOCTYPE html>")), ERR_REPORT_FILE);
    assert_int_equal(verified(g, slice_text("{\"report\": 2026}")), ERR_REPORT_FILE);
}

static void a_cut_is_read_back_as_it_was_written(void **state)
{
    struct given *g = *state;
    struct report_cut cut, back;
    struct buf text;
    buf_init(&text, 1u << 20);
    assert_int_equal(cut_of_now(g->r.store, g->r.authority, &g->r.arena, &cut), ERR_OK);
    cut_write(&cut, &text);
    assert_int_equal(cut_read(buf_slice(&text), &g->r.arena, &back), ERR_OK);
    assert_int_equal(back.heads_n, cut.heads_n);
    uint8_t x[HASH_BYTES], y[HASH_BYTES];
    cut_digest(&cut, x);
    cut_digest(&back, y);
    assert_memory_equal(x, y, HASH_BYTES);
    for (size_t n = 0; n < text.len; n += 7) /* cut short it is refused, or stands for less */
        if (cut_read(slice_of(text.at, n), &g->r.arena, &back) == ERR_OK)
            assert_true(back.heads_n < cut.heads_n);
    buf_fini(&text);
}

/* One history for all who only read it. */
static int set_up(void **state)
{
    struct given *g = calloc(1, sizeof *g);
    assert_non_null(g);
    begin(g, 0);
    *state = g;
    return 0;
}

static int tear_down(void **state)
{
    end(*state);
    free(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_is_the_same_from_another_order_of_arrival),
        cmocka_unit_test(figures_hold_together),
        cmocka_unit_test(without_a_charter_there_is_no_report),
        cmocka_unit_test(the_report_says_what_the_ledger_says),
        cmocka_unit_test(the_year_before_is_as_its_own_report_has_it),
        cmocka_unit_test(facts_made_anew_are_those_of_the_replica),
        cmocka_unit_test(a_report_says_which_years_it_is_about),
        cmocka_unit_test(the_page_is_well_formed),
        cmocka_unit_test(each_form_is_verified_and_a_changed_figure_is_named),
        cmocka_unit_test(a_cut_is_read_back_as_it_was_written),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
