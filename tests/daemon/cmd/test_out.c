/*
 * out, table, progress: widths, wrapping, places for values, when progress speaks.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "daemon/cmd/args.h"
#include "daemon/cmd/progress.h"
#include "daemon/cmd/span.h"
#include "daemon/cmd/table.h"
#include <stdlib.h>

struct heard {
    struct out o;
    char *out, *err;
    size_t out_len, err_len;
};

static void listen_to(struct heard *h)
{
    *h = (struct heard){0};
    FILE *out = open_memstream(&h->out, &h->out_len), *err = open_memstream(&h->err, &h->err_len);
    out_init(&h->o, out, err, "en", "auto");
}

static void now_heard(struct heard *h)
{
    fflush(h->o.data);
    fflush(h->o.say);
}

static void stop(struct heard *h)
{
    fclose(h->o.data);
    fclose(h->o.say);
    free(h->out);
    free(h->err);
}

static void cut(const char *text, size_t width, const char *wanted)
{
    struct buf b;
    buf_init(&b, 4096);
    out_cut(&b, text, width);
    assert_string_equal(buf_text(&b), wanted);
    buf_fini(&b);
}

static void a_cut_counts_columns_and_not_bytes(void **state)
{
    (void)state;
    cut("réseau", 6, "réseau");
    cut("réseaux", 6, "résea…");
    cut("東京都市", 8, "東京都市");
    cut("東京都市", 7, "東京都…");
    cut("東京都市", 6, "東京…");
    cut("anything", 0, "anything");
}

static void values_find_their_places_once(void **state)
{
    (void)state;
    static const char *const values[] = {"{2}", "b"};
    struct buf b;
    buf_init(&b, 4096);
    out_fill(&b, "{2} {1} {3} {x} %s {", values, 2);
    assert_string_equal(buf_text(&b), "b {2} {3} {x} %s {");
    buf_fini(&b);
}

static void a_table_takes_from_the_widest_column_and_never_from_ids(void **state)
{
    (void)state;
    static const struct table_column columns[] = {
        {"", false, true },
        {"", false, false},
        {"", true,  false}
    };
    struct heard h;
    struct table t;
    listen_to(&h);
    h.o.columns = 40;
    table_init(&t, columns, 3);
    table_cell(&t, "abcdefghijabcdefghij");
    table_cell(&t, "une expérience de quartier fort longue");
    table_cell(&t, "7");
    table_print(&t, &h.o);
    now_heard(&h);
    assert_string_equal(h.out, "abcdefghijabcdefghij  une expérience…  7\n");
    table_fini(&t);
    stop(&h);
}

static void a_column_without_anything_is_not_shown(void **state)
{
    (void)state;
    static const struct table_column columns[] = {
        {"", false, true },
        {"", false, false},
        {"", false, false}
    };
    struct heard h;
    struct table t;
    listen_to(&h);
    table_init(&t, columns, 3);
    for (size_t i = 0; i < 2; i++) {
        table_cell(&t, i ? "a" : "bbb");
        table_cell(&t, i ? "longer" : "b");
        table_cell(&t, "");
    }
    table_print(&t, &h.o);
    now_heard(&h);
    assert_string_equal(h.out, "bbb  b\na    longer\n");
    table_fini(&t);
    stop(&h);
}

static void text_is_wrapped_between_words_on_a_terminal_alone(void **state)
{
    (void)state;
    struct heard h;
    listen_to(&h);
    h.o.columns = 24;
    out_text(&h.o, "one two three four five six\nseven", 4);
    h.o.columns = 0;
    out_text(&h.o, "one two three four five six seven eight", 4);
    out_text(&h.o, "", 4);
    now_heard(&h);
    assert_string_equal(h.out,
                        "one two three four\n    five six\n    seven\none two three four five six seven eight\n\n");
    stop(&h);
}

static void french_signs_stay_with_their_words(void **state)
{
    (void)state;
    struct heard h;
    listen_to(&h);
    h.o.columns = 24;
    out_text(&h.o, "il y en a plus de quatre : oui, il y a « non »", 0);
    now_heard(&h);
    assert_string_equal(h.out, "il y en a plus de\nquatre : oui, il y a\n« non »\n");
    stop(&h);
}

static void no_colour_off_a_terminal_unless_always(void **state)
{
    (void)state;
    struct heard h;
    listen_to(&h);
    out_cell(&h.o, "a", STYLE_RED, 0);
    out_init(&h.o, h.o.data, h.o.say, "en", "always");
    out_cell(&h.o, "b", STYLE_RED, 0);
    now_heard(&h);
    assert_string_equal(h.out, "a\033[31mb\033[0m");
    stop(&h);
}

static void progress_waits_a_second_then_speaks_every_ten_and_never_says_100(void **state)
{
    (void)state;
    struct heard h;
    struct progress p;
    listen_to(&h);
    progress_init(&p, &h.o, (struct mono){5000});
    progress_step(&p, (struct mono){5000}, "importing", 0, 0, 100);
    progress_step(&p, (struct mono){5999}, "importing", 10, 10, 100);
    now_heard(&h);
    assert_int_equal(h.err_len, 0);
    progress_step(&p, (struct mono){7000}, "importing", 10, 50, 100);
    progress_step(&p, (struct mono){16999}, "importing", 10, 60, 100);
    progress_step(&p, (struct mono){17000}, "importing", 24, 100, 100);
    progress_end(&p);
    now_heard(&h);
    assert_string_equal(
        h.err, "importing: 10, 5 a second, 50 %, about 2 s left\nimporting: 24, 2 a second, 99 %, about 0 s left\n");
    h.o.quiet = true;
    progress_step(&p, (struct mono){90000}, "importing", 24, 100, 100);
    now_heard(&h);
    assert_null(strstr(h.err, "24, 0"));
    stop(&h);
}

static void spans_are_read_strictly(void **state)
{
    (void)state;
    int64_t s = 0;
    assert_int_equal(span_read("7d", &s), ERR_OK);
    assert_int_equal(s, 604800);
    assert_int_equal(span_read("90", &s), ERR_OK);
    assert_int_equal(s, 90);
    static const char *const wrong[] = {"", "d", "-1d", "7x", "7dd", "9223372036854775807w", "99999999999999999999"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(span_read(wrong[i], &s), ERR_RANGE);
    assert_int_equal(s, 90);
}

static void letters_that_differ_are_counted(void **state)
{
    (void)state;
    assert_int_equal(args_distance("status", "status", 3), 0);
    assert_int_equal(args_distance("statsu", "status", 3), 1);
    assert_int_equal(args_distance("sttus", "status", 3), 1);
    assert_int_equal(args_distance("statuss", "status", 3), 1);
    assert_int_equal(args_distance("stotus", "status", 3), 1);
    assert_int_equal(args_distance("", "abc", 3), 3);
    assert_int_equal(args_distance("verify", "daemon", 3), 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cut_counts_columns_and_not_bytes),
        cmocka_unit_test(values_find_their_places_once),
        cmocka_unit_test(a_table_takes_from_the_widest_column_and_never_from_ids),
        cmocka_unit_test(a_column_without_anything_is_not_shown),
        cmocka_unit_test(text_is_wrapped_between_words_on_a_terminal_alone),
        cmocka_unit_test(french_signs_stay_with_their_words),
        cmocka_unit_test(no_colour_off_a_terminal_unless_always),
        cmocka_unit_test(progress_waits_a_second_then_speaks_every_ten_and_never_says_100),
        cmocka_unit_test(spans_are_read_strictly),
        cmocka_unit_test(letters_that_differ_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
