/*
 * csv: rows as spreadsheets write them, and one bad row never stops the others.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "daemon/cmd/columns.h"
#include "protocol/base/cell.h"
#include <stdlib.h>
#include <string.h>

static struct csv open_text(const char *bytes, size_t len)
{
    struct csv c;
    FILE *f = tmpfile();
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, len, f), len);
    rewind(f);
    csv_init(&c, f);
    return c;
}

static void done(struct csv *c)
{
    FILE *f = c->in;
    csv_fini(c);
    fclose(f);
}

/* The cells of the next row, each behind a "|"; or the error's name. */
static void next_is(struct csv *c, uint64_t line, const char *wanted)
{
    struct buf got;
    struct why why = {0};
    err_t err = csv_next(c, &why);
    buf_init(&got, 1 << 20);
    for (size_t i = 0; !err && i < c->cells_n; i++)
        buf_printf(&got, "|%.*s", (int)c->cells[i].len, (const char *)c->cells[i].at);
    if (err)
        buf_printf(&got, "%s", err_name(err));
    assert_string_equal(buf_text(&got), wanted);
    assert_int_equal(c->line, line);
    if (err && err != ERR_NOT_FOUND)
        assert_int_equal(why.code, err);
    buf_fini(&got);
}
#define OPEN(text) open_text(text, sizeof(text) - 1)

static void cells_are_quoted_and_broken_over_lines_as_the_rfc_says(void **state)
{
    (void)state;
    struct csv c = OPEN("a,b\r\n1,\"x,\"\"y\"\"\r\nz\"\r\n\r\n \t\n,\n\"\",it's 5\" wide\nlast,cell");
    next_is(&c, 1, "|a|b");
    next_is(&c, 2, "|1|x,\"y\"\r\nz");
    next_is(&c, 6, "||");
    next_is(&c, 7, "||it's 5\" wide");
    next_is(&c, 8, "|last|cell");
    assert_int_equal(csv_next(&c, NULL), ERR_NOT_FOUND);
    assert_int_equal(csv_next(&c, NULL), ERR_NOT_FOUND);
    done(&c);
}

static void the_separator_is_found_in_the_first_line_or_said_before_it(void **state)
{
    (void)state;
    struct csv c = OPEN("\xef\xbb\xbf\"a,b,c\";d;e\r\n1;2,5;3\n");
    next_is(&c, 1, "|a,b,c|d|e");
    next_is(&c, 2, "|1|2,5|3");
    done(&c);
    c = OPEN("sep=\t\na;b;c\td\n");
    next_is(&c, 2, "|a;b;c|d");
    done(&c);
    c = OPEN("alone\nx;y\n");
    next_is(&c, 1, "|alone");
    next_is(&c, 2, "|x;y");
    done(&c);
}

static void a_quote_that_is_never_closed_costs_its_own_line(void **state)
{
    (void)state;
    struct csv c = OPEN("a,b\n1,\"open\n2,x\n3,\"y\n4\"\n5,\"q\"w\n6,z\n");
    next_is(&c, 1, "|a|b");
    next_is(&c, 2, "csv_quote"); /* it seems to end before y, with text behind it */
    next_is(&c, 3, "|2|x");
    next_is(&c, 4, "|3|y\n4");
    next_is(&c, 6, "csv_quote");
    next_is(&c, 7, "|6|z");
    done(&c);
    c = OPEN("a,b\n1,\"open\n2,x\n3,y\n");
    next_is(&c, 1, "|a|b");
    next_is(&c, 2, "csv_quote");
    next_is(&c, 3, "|2|x");
    next_is(&c, 4, "|3|y");
    assert_int_equal(csv_next(&c, NULL), ERR_NOT_FOUND);
    done(&c);
}

static void a_carriage_return_alone_ends_a_row_too(void **state)
{
    (void)state;
    struct csv c = OPEN("a,b\r1,\"x\ry\"\r2,\"open\r\r3,z\r");
    next_is(&c, 1, "|a|b");
    next_is(&c, 2, "|1|x\ry");
    next_is(&c, 4, "csv_quote");
    next_is(&c, 6, "|3|z");
    assert_int_equal(csv_next(&c, NULL), ERR_NOT_FOUND);
    done(&c);
}

static void a_row_in_latin_1_is_refused_with_its_cell(void **state)
{
    (void)state;
    struct csv c = OPEN("a;b\n1;\xe9t\xe9\n2;\xc3\xa9t\xc3\xa9\n3;a\0b\n");
    next_is(&c, 1, "|a|b");
    next_is(&c, 2, "utf8");
    assert_int_equal(c.fault, 1);
    next_is(&c, 3, "|2|été");
    next_is(&c, 4, "forbidden");
    done(&c);
}

static void a_line_without_end_ends_the_walk(void **state)
{
    (void)state;
    struct csv c;
    csv_init(&c, fopen("/dev/zero", "re"));
    next_is(&c, 1, "too_large");
    assert_int_equal(csv_next(&c, NULL), ERR_NOT_FOUND);
    done(&c);
}

static void a_row_of_a_megabyte_is_refused_and_the_next_one_read(void **state)
{
    (void)state;
    struct buf text;
    buf_init(&text, 8u << 20);
    buf_printf(&text, "a,b\n1,%02000000d\n2,\"%02000000d\"\n3,x\n", 0, 0);
    struct csv c = open_text((const char *)text.at, text.len);
    next_is(&c, 1, "|a|b");
    next_is(&c, 2, "too_large");
    next_is(&c, 3, "too_large");
    next_is(&c, 4, "|3|x");
    done(&c);
    buf_fini(&text);
}

/* ---- what a spreadsheet would compute ---- */

static void comes_back(const char *text, const char *written)
{
    struct buf b;
    buf_init(&b, 1 << 16);
    cell_put(&b, slice_text(text), ',');
    assert_string_equal(buf_text(&b), written);
    buf_printf(&b, "\n");
    struct csv c = open_text((const char *)b.at, b.len);
    c.separator = ',';
    assert_int_equal(csv_next(&c, NULL), ERR_OK);
    struct slice back = cell_plain(c.cells[0]);
    assert_true(slice_equal(back, slice_text(text)));
    done(&c);
    buf_fini(&b);
}

static void formulas_are_disarmed_and_come_back_as_they_were(void **state)
{
    (void)state;
    comes_back("=HYPERLINK(\"http://x\")", "\"'=HYPERLINK(\"\"http://x\"\")\"");
    comes_back("+33 4 78", "\"'+33 4 78\"");
    comes_back("-1.5", "-1.5");
    comes_back("-", "\"'-\"");
    comes_back("@SUM(A1)", "\"'@SUM(A1)\"");
    comes_back("\tx", "\"'\tx\"");
    comes_back("'=1", "\"''=1\"");
    comes_back("''+", "\"'''+\"");
    comes_back("'tis", "'tis");
    comes_back("l'économie, \"ici\"", "\"l'économie, \"\"ici\"\"\"");
    comes_back(" x", "\" x\"");
    comes_back("a\nb", "\"a\nb\"");
}

/* ---- rows of records ---- */

static err_t read_rows(const char *text, json_t **object, struct why *why)
{
    struct csv c = open_text(text, strlen(text));
    struct columns columns = {0};
    *why = (struct why){0};
    assert_int_equal(csv_next(&c, why), ERR_OK);
    err_t err = columns_read(&c, &columns, why);
    if (!err) {
        assert_int_equal(csv_next(&c, why), ERR_OK);
        err = columns_object(&columns, &c, object, why);
    }
    columns_fini(&columns);
    done(&c);
    return err;
}

static void row_is(const char *text, const char *wanted)
{
    json_t *got = NULL, *expected = json_loads(wanted, 0, NULL);
    struct why why;
    assert_non_null(expected);
    assert_int_equal(read_rows(text, &got, &why), ERR_OK);
    if (!json_equal(got, expected)) {
        char *shown = json_dumps(got, JSON_SORT_KEYS);
        assert_string_equal(shown, wanted);
    }
    json_decref(got);
    json_decref(expected);
}

static void columns_are_fields_languages_and_parts(void **state)
{
    (void)state;
    row_is("source_id;title@fr;Title@EN "
           ";title@EN;place.name;place.lat;period.start;empty\nc:1;Un;x;One;Lyon;45,75;2010;\n",
           "{\"source_id\":\"c:1\",\"title\":{\"fr\":\"Un\",\"en\":\"One\"},\"Title@en\":\"x\",\"place\":{\"name\":"
           "\"Lyon\",\"lat\":\"45,"
           "75\"},\"period\":{\"start\":\"2010\"}}");
    row_is("title,lang,made_from\n'=1,fr,\"{\"\"en\"\":\"\"fr\"\"}\"\n",
           "{\"title\":\"=1\",\"lang\":\"fr\",\"made_from\":{\"en\":\"fr\"}}");
}

static void lists_stand_in_one_cell_in_several_columns_or_in_numbered_parts(void **state)
{
    (void)state;
    row_is("authors,authors,concepts,sources@fr,notes\nA | "
           "B|,C,\"[\"\"http://x/a|b\"\",{\"\"concept\"\":\"\"y\"\"}]\",[1] see,x\n",
           "{\"authors\":[\"A\",\"B\",\"C\"],\"concepts\":[\"http://x/"
           "a|b\",{\"concept\":\"y\"}],\"sources\":{\"fr\":[\"[1] "
           "see\"]},\"notes\":[\"x\"]}");
    row_is(
        "actors,actors.2.role,actors.2.name,images,images.1.alt@fr,episodes.1.date@fr,episodes.1.text@fr,concepts.1."
        "concept,"
        "concepts.1.weight\nVille,porteur,Asso,https://x/i.png,vue,2011,début,http://x,7\n",
        "{\"actors\":[{\"name\":\"Ville\"},{\"name\":\"Asso\",\"role\":\"porteur\"}],\"images\":[{\"url\":\"https://x/"
        "i.png\",\"alt\":{\"fr\":\"vue\"}}],\"episodes\":{\"fr\":[{\"date\":\"2011\",\"text\":\"début\"}]},"
        "\"concepts\":[{"
        "\"concept\":\"http://x\",\"weight\":7}]}");
    row_is("actors,links\n\"{\"\"name\"\":\"\"V\"\",\"\"role\"\":\"\"r\"\"}\",\"[{\"\"rel\"\":\"\"cites\"\","
           "\"\"target\"\":\"\"x\"\"}]\"\n",
           "{\"actors\":[{\"name\":\"V\",\"role\":\"r\"}],\"links\":[{\"rel\":\"cites\",\"target\":\"x\"}]}");
}

static void a_list_in_no_language_says_so(void **state)
{
    (void)state;
    row_is("sources@,sources@fr,title@\na | b,c,x\n",
           "{\"sources\":{\"\":[\"a\",\"b\"],\"fr\":[\"c\"]},\"title@\":\"x\"}");
}

static void what_a_row_or_the_first_line_lacks_is_told(void **state)
{
    (void)state;
    json_t *none = NULL;
    struct why why;
    assert_int_equal(read_rows("title@fr,x,x,title@FR\n", &none, &why), ERR_CSV_HEADER);
    assert_string_equal(why.text, "title@fr");
    assert_int_equal(read_rows(",,\n1,2,3\n", &none, &why), ERR_CSV_HEADER);
    assert_int_equal(read_rows("title,type\na,b, ,c\n", &none, &why), ERR_CSV_CELLS);
    assert_string_equal(why.text, "4 > 2");
    assert_int_equal(read_rows("title,actors\na,{oops\n", &none, &why), ERR_FIELD_VALUE);
    assert_non_null(strstr(why.text, "actors"));
    assert_null(none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_are_quoted_and_broken_over_lines_as_the_rfc_says),
        cmocka_unit_test(the_separator_is_found_in_the_first_line_or_said_before_it),
        cmocka_unit_test(a_quote_that_is_never_closed_costs_its_own_line),
        cmocka_unit_test(a_carriage_return_alone_ends_a_row_too),
        cmocka_unit_test(a_row_in_latin_1_is_refused_with_its_cell),
        cmocka_unit_test(a_line_without_end_ends_the_walk),
        cmocka_unit_test(a_row_of_a_megabyte_is_refused_and_the_next_one_read),
        cmocka_unit_test(formulas_are_disarmed_and_come_back_as_they_were),
        cmocka_unit_test(columns_are_fields_languages_and_parts),
        cmocka_unit_test(lists_stand_in_one_cell_in_several_columns_or_in_numbered_parts),
        cmocka_unit_test(a_list_in_no_language_says_so),
        cmocka_unit_test(what_a_row_or_the_first_line_lacks_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
