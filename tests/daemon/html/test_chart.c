/* A chart is one well-formed figure whose numbers all stand in its table, whatever the names are. */
#include "daemon/html/chart.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>
#include <expat.h>

#define ROWS    20
#define COLUMNS 12

static const char *const names[ROWS] = {
    "Citego",
    "Réseau Cohérence des territoires en transition de Bretagne et d'ailleurs",
    "</text><script>alert(1)</script>",
    "\"&'<>",
    "持続可能な地域社会のための市民ネットワーク連合会議",
    "Ritimo",
    "e\xcc\x81\xcc\x81\xcc\x81te\xcc\x81 e\xcc\x81te\xcc\x81 e\xcc\x81te\xcc\x81 e\xcc\x81te\xcc\x81 "
    "e\xcc\x81te\xcc\x81",
    "\xe2\x80\xaegpj.exe",
    "\xff\xfe broken",
    "]]>",
    "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWW",
    "",
    "Ally 13",
    "Ally 14",
    "Ally 15",
    "Ally 16",
    "Ally 17",
    "Ally 18",
    "Ally 19",
    "Ally 20",
};

struct played {
    struct slice rows[ROWS], columns[ROWS];
    uint64_t values[ROWS * ROWS];
    bool marked[ROWS * ROWS];
    struct chart c;
};

static void play(struct played *p, size_t columns_n)
{
    *p = (struct played){
        .c = {.id = "c1",
              .title = "Added value <by> ally & kind",
              .desc = "Whose bar is \"longest\" added most.",
              .corner = "ally",
              .rows = p->rows,
              .columns = p->columns,
              .rows_n = ROWS,
              .columns_n = columns_n,
              .values = p->values,
              .total = "all"}
    };
    for (size_t i = 0; i < ROWS; i++)
        p->rows[i] = p->columns[i] = slice_text(names[i]);
    for (size_t i = 0; i < ROWS * columns_n; i++) {
        p->values[i] = i * 7919 % 97 % 31;
        p->marked[i] = i % 5 == 1;
    }
}

struct seen { /* what a reader of the XML comes by */
    unsigned cells, paths, ids_named, titles;
    bool script, foreign_attribute, in_cell;
    uint64_t sum;
};

static void start(void *data, const char *element, const char **attributes)
{
    struct seen *s = data;
    s->script = s->script || strcmp(element, "script") == 0 || strcmp(element, "style") == 0;
    s->in_cell = s->in_cell || strcmp(element, "td") == 0;
    s->cells += strcmp(element, "td") == 0;
    s->titles += strcmp(element, "title") == 0 || strcmp(element, "desc") == 0;
    for (size_t i = 0; attributes[i]; i += 2) {
        if (strcmp(attributes[i], "style") == 0 || strncmp(attributes[i], "on", 2) == 0)
            s->foreign_attribute = true;
        s->ids_named += strcmp(attributes[i], "id") == 0 || strcmp(attributes[i], "aria-labelledby") == 0;
    }
}

static void end(void *data, const char *element)
{
    if (strcmp(element, "td") == 0)
        ((struct seen *)data)->in_cell = false;
}

static void text(void *data, const char *at, int n)
{
    struct seen *s = data;
    uint64_t number = 0;
    for (int i = 0; i < n; i++) /* digits, and what groups them */
        if (at[i] >= '0' && at[i] <= '9')
            number = number * 10 + (uint64_t)(at[i] - '0');
    s->sum += s->in_cell ? number : 0;
}

typedef void draw_fn(struct html *h, const struct chart *c);

static struct seen look(const struct chart *c, draw_fn *draw)
{
    struct buf out;
    struct html h;
    struct seen seen = {0};
    buf_init(&out, 1u << 22);
    html_init(&h, &out, "en");
    draw(&h, c);
    assert_int_equal(html_end(&h), ERR_OK);
    XML_Parser xml = XML_ParserCreate("UTF-8");
    XML_SetUserData(xml, &seen);
    XML_SetElementHandler(xml, start, end);
    XML_SetCharacterDataHandler(xml, text);
    if (XML_Parse(xml, (const char *)out.at, (int)out.len, true) != XML_STATUS_OK)
        fail_msg("line %lu: %s in %s", XML_GetCurrentLineNumber(xml), XML_ErrorString(XML_GetErrorCode(xml)),
                 buf_text(&out));
    XML_ParserFree(xml);
    buf_fini(&out);
    assert_false(seen.script);
    assert_false(seen.foreign_attribute);
    assert_int_equal(seen.titles, 2);
    assert_true(seen.ids_named >= 3);
    return seen;
}

static uint64_t sum_of(const struct chart *c)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < c->rows_n * c->columns_n; i++)
        sum += c->values[i];
    return sum;
}

static void each_chart_is_well_formed_and_has_all_its_figures_in_its_table(void **state)
{
    static draw_fn *const draws[] = {chart_bars, chart_stacked, chart_matrix, chart_line};
    static const size_t columns[] = {1, COLUMNS, ROWS, COLUMNS};
    (void)state;
    for (size_t i = 0; i < sizeof draws / sizeof *draws; i++) {
        struct played p;
        play(&p, columns[i]);
        p.c.marked = i == 2 ? p.marked : NULL;
        struct seen seen = look(&p.c, draws[i]);
        /* Each figure; sums of rows and columns, and of all. */
        bool wide = columns[i] > 1;
        assert_int_equal(seen.cells, (ROWS + 1) * (columns[i] + wide));
        assert_int_equal(seen.sum, sum_of(&p.c) * (wide ? 4 : 2));
    }
}

static void short_heads_of_a_table_have_a_key(void **state)
{
    struct slice heads[COLUMNS];
    struct played p;
    struct buf out;
    struct html h;
    (void)state;
    play(&p, COLUMNS);
    for (size_t i = 0; i < COLUMNS; i++)
        heads[i] = i ? slice_text("x.") : p.columns[0]; /* the first one is short as it is */
    p.c.heads = heads;
    buf_init(&out, 1u << 20);
    html_init(&h, &out, "en");
    chart_stacked(&h, &p.c);
    assert_int_equal(html_end(&h), ERR_OK);
    const char *at = strstr(buf_text(&out), "<p class=\"key\">");
    assert_non_null(strstr(buf_text(&out), "<th class=\"num\" scope=\"col\"><abbr title=\""));
    assert_non_null(at);
    unsigned n = 0;
    for (; (at = strstr(at, "x.\u00a0= ")); at++)
        n++;
    assert_int_equal(n, COLUMNS - 1);
    buf_fini(&out);
}

static void a_square_lists_the_figures_off_its_diagonal_row_by_row(void **state)
{
    struct played p;
    uint64_t sum = 0;
    (void)state;
    play(&p, ROWS);
    p.c.square = true;
    p.c.marked = p.marked;
    p.c.across = "whose";
    p.c.amount = "times";
    for (size_t i = 0; i < ROWS; i++)
        p.columns[i] = slice_text("ally");
    for (size_t i = 0; i < ROWS * ROWS; i++)
        sum += i / ROWS != i % ROWS ? p.values[i] : 0;
    struct seen seen = look(&p.c, chart_matrix);
    assert_int_equal(seen.cells, ROWS * 2);
    assert_int_equal(seen.sum, sum * 2); /* each figure, and the sums of rows */
}

static void a_chart_of_nothing_is_drawn_all_the_same(void **state)
{
    static draw_fn *const draws[] = {chart_bars, chart_stacked, chart_matrix, chart_line};
    (void)state;
    for (size_t i = 0; i < sizeof draws / sizeof *draws; i++) {
        struct played p;
        play(&p, i ? COLUMNS : 1);
        memset(p.values, 0, sizeof p.values);
        assert_int_equal(look(&p.c, draws[i]).sum, 0);
        p.c.rows_n = 0;
        look(&p.c, draws[i]);
        p.c.columns_n = i ? 0 : 1;
        look(&p.c, draws[i]);
    }
}

static void the_largest_figures_do_not_overflow(void **state)
{
    struct played p;
    (void)state;
    play(&p, 2);
    p.c.rows_n = 2;
    p.c.total = NULL;
    p.values[0] = p.values[2] = INT64_MAX / 2;
    p.values[1] = p.values[3] = 1;
    look(&p.c, chart_stacked);
    look(&p.c, chart_line);
    look(&p.c, chart_matrix);
}

static void draw_strip(struct html *h, const struct chart *c)
{
    static const char *const heads[CHART_DAYS] = {"not known", "well", "degraded", "silent", "not there"};
    chart_strip(h, c, heads);
}

static void a_strip_of_days_says_how_many_of_each_there_are(void **state)
{
    struct played p;
    (void)state;
    play(&p, 10);
    p.c.rows_n = 2;
    for (size_t i = 0; i < 20; i++)
        p.values[i] = i % 6; /* 5 is no kind of day: not known */
    struct seen seen = look(&p.c, draw_strip);
    assert_int_equal(seen.cells, 2 * CHART_DAYS);
    assert_int_equal(seen.sum, 20);
}

static void a_strip_without_a_head_for_each_kind_of_day_is_refused(void **state)
{
    static const char *const heads[CHART_DAYS] = {"not known", "well", "degraded"};
    struct played p;
    struct buf out;
    struct html h;
    (void)state;
    play(&p, 10);
    buf_init(&out, 1 << 20);
    html_init(&h, &out, "en");
    chart_strip(&h, &p.c, heads);
    assert_int_equal(html_end(&h), ERR_USAGE);
    buf_fini(&out);
}

static void label(const char *in, size_t columns, const char *expected)
{
    struct buf out;
    struct html h;
    buf_init(&out, 4096);
    html_init(&h, &out, "en");
    chart_label(&h, slice_text(in), columns);
    assert_string_equal(buf_text(&out), expected);
    buf_fini(&out);
}

static void a_long_name_is_cut_between_its_characters(void **state)
{
    (void)state;
    label("Cohérence", 9, "Cohérence");
    label("Cohérence", 8, "Cohéren…");
    label("", 8, "");
    label("WWWW", 6, "WW…");                                      /* wide letters take more room than others */
    label("e\xcc\x81t\xc3\xa9s longs", 4, "e\xcc\x81t\xc3\xa9…"); /* a mark stays on its letter */
    label("持続可能", 5, "持続…");
    label("a<b>c", 3, "a&lt;…");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_chart_is_well_formed_and_has_all_its_figures_in_its_table),
        cmocka_unit_test(short_heads_of_a_table_have_a_key),
        cmocka_unit_test(a_square_lists_the_figures_off_its_diagonal_row_by_row),
        cmocka_unit_test(a_chart_of_nothing_is_drawn_all_the_same),
        cmocka_unit_test(the_largest_figures_do_not_overflow),
        cmocka_unit_test(a_strip_of_days_says_how_many_of_each_there_are),
        cmocka_unit_test(a_strip_without_a_head_for_each_kind_of_day_is_refused),
        cmocka_unit_test(a_long_name_is_cut_between_its_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
