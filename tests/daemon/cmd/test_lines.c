/*
 * lines: one bad line never stops the others.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "daemon/cmd/lines.h"
#include <stdlib.h>

struct expected {
    err_t err;
    uint64_t number;
};

static void expect(const char *bytes, size_t len, const struct expected *rows, size_t n)
{
    FILE *f = tmpfile();
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, len, f), len);
    rewind(f);
    struct lines l;
    lines_init(&l, f);
    for (size_t i = 0; i < n; i++) {
        json_t *object = NULL;
        struct why why = {0};
        err_t err = lines_next(&l, &object, &why);
        assert_string_equal(err_name(err), err_name(rows[i].err));
        assert_int_equal(l.number, rows[i].number);
        assert_true((err == ERR_OK) == (object != NULL));
        if (err)
            assert_int_equal(why.code, err);
        json_decref(object);
    }
    json_t *none = NULL;
    assert_int_equal(lines_next(&l, &none, NULL), ERR_NOT_FOUND);
    assert_int_equal(lines_next(&l, &none, NULL), ERR_NOT_FOUND);
    assert_null(none);
    assert_int_equal(l.bytes, len);
    lines_fini(&l);
    fclose(f);
}
#define EXPECT(text, ...)                                                                                              \
    expect(text, sizeof(text) - 1, (const struct expected[]){__VA_ARGS__},                                             \
           sizeof((const struct expected[]){__VA_ARGS__}) / sizeof(struct expected))

static void an_empty_file_has_no_lines(void **state)
{
    (void)state;
    expect("", 0, NULL, 0);
    expect("\n\n  \r\n\t\n", 7, NULL, 0);
}

static void good_lines_come_in_order_with_their_numbers(void **state)
{
    (void)state;
    EXPECT("{\"a\":1}\n\n  {\"b\":2} \r\n{\"c\":3}", {ERR_OK, 1}, {ERR_OK, 3}, {ERR_OK, 4});
}

static void a_byte_order_mark_is_passed_over_at_the_start_alone(void **state)
{
    (void)state;
    EXPECT("\xef\xbb\xbf{}\n\xef\xbb\xbf{}\n", {ERR_OK, 1}, {ERR_JSON, 2});
}

static void a_bad_line_is_refused_and_the_next_one_goes_on(void **state)
{
    (void)state;
    EXPECT("{\"a\":1}\n{oops\n{\"a\":\"\xff\"}\n[1]\n\"text\"\n7\n{\"a\":1,\"a\":2}\n{} {}\n{\"z\":0}\n", {ERR_OK, 1},
           {ERR_JSON, 2}, {ERR_UTF8, 3}, {ERR_JSON, 4}, {ERR_JSON, 5}, {ERR_JSON, 6}, {ERR_JSON, 7}, {ERR_JSON, 8},
           {ERR_OK, 9});
}

static void a_zero_byte_is_no_end_of_line(void **state)
{
    (void)state;
    EXPECT("{\"a\":\"x\0y\"}\n{}\n\0\n{}\n", {ERR_JSON, 1}, {ERR_OK, 2}, {ERR_JSON, 3}, {ERR_OK, 4});
}

static void a_last_line_that_was_cut_off_is_named_so(void **state)
{
    (void)state;
    EXPECT("{\"a\":1}\n{\"title\":\"Une exp", {ERR_OK, 1}, {ERR_TRUNCATED, 2});
    EXPECT("{\"a\":1}\n{\"title\":", {ERR_OK, 1}, {ERR_TRUNCATED, 2});
    EXPECT("{\"a\":1}\n{\"a\":2}", {ERR_OK, 1}, {ERR_OK, 2});
    EXPECT("{\"a\":1\n{\"a\":2}\n", {ERR_JSON, 1}, {ERR_OK, 2});
}

/* A good line of `len` bytes, then a short one. */
static void long_line(size_t len, err_t first)
{
    static const char tail[] = "\"}\n{}\n";
    char *bytes = malloc(len + 4);
    assert_non_null(bytes);
    memset(bytes, 'x', len);
    memcpy(bytes, "{\"a\":\"", 6);
    memcpy(bytes + len - 2, tail, sizeof tail - 1);
    expect(bytes, len + 4,
           (const struct expected[]){
               {first,  1},
               {ERR_OK, 2}
    },
           2);
    free(bytes);
}

static void a_line_of_one_megabyte_is_refused_and_one_byte_less_is_taken(void **state)
{
    (void)state;
    long_line(LINES_MOST - 1, ERR_OK);
    long_line(LINES_MOST, ERR_TOO_LARGE);
    long_line(LINES_MOST + 1, ERR_TOO_LARGE);
    long_line(3 * LINES_MOST, ERR_TOO_LARGE);
}

static void the_reason_says_where_in_the_line(void **state)
{
    (void)state;
    FILE *f = tmpfile();
    fputs("{\"é\xff\":1}\n", f);
    rewind(f);
    struct lines l;
    struct why why = {0};
    json_t *object = NULL;
    lines_init(&l, f);
    assert_int_equal(lines_next(&l, &object, &why), ERR_UTF8);
    assert_string_equal(why.text, "col. 4");
    lines_fini(&l);
    fclose(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_file_has_no_lines),
        cmocka_unit_test(good_lines_come_in_order_with_their_numbers),
        cmocka_unit_test(a_byte_order_mark_is_passed_over_at_the_start_alone),
        cmocka_unit_test(a_bad_line_is_refused_and_the_next_one_goes_on),
        cmocka_unit_test(a_zero_byte_is_no_end_of_line),
        cmocka_unit_test(a_last_line_that_was_cut_off_is_named_so),
        cmocka_unit_test(a_line_of_one_megabyte_is_refused_and_one_byte_less_is_taken),
        cmocka_unit_test(the_reason_says_where_in_the_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
