#include "protocol/base/err.h"
#include "protocol/base/utf8.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

static void every_error_has_a_name_a_number_and_a_sentence_of_its_own(void **state)
{
    (void)state;
    for (unsigned i = 0; i < (unsigned)ERR_COUNT; i++) {
        err_t e = (err_t)i;
        assert_int_equal(err_by_name(err_name(e)), e); /* the first of that name: so no name stands twice */
        assert_true(err_what(e)[0] != 0);
        assert_non_null(err_next(e));
        for (unsigned j = 0; j < i; j++)
            assert_int_not_equal(err_number((err_t)j), err_number(e));
        if (e != ERR_OK)
            assert_in_range((uintmax_t)err_number(e), 1001, 1999);
    }
}

static void only_success_exits_with_zero(void **state)
{
    (void)state;
    for (unsigned i = 0; i < (unsigned)ERR_COUNT; i++)
        assert_int_equal(err_exit((err_t)i) == 0, i == 0);
}

static void an_unknown_name_is_no_error_and_an_unknown_number_never_success(void **state)
{
    (void)state;
    assert_int_equal(err_by_name("no_such_error"), ERR_COUNT);
    assert_int_equal(err_by_name(NULL), ERR_COUNT);
    assert_string_equal(err_name(ERR_COUNT), "internal");
}

static void why_is_filled_and_returns_the_error(void **state)
{
    (void)state;
    struct why why;
    assert_int_equal(why_set(&why, ERR_RANGE, "line %d", 7), ERR_RANGE);
    assert_int_equal(why.code, ERR_RANGE);
    assert_string_equal(why.text, "line 7");
    assert_int_equal(why_set(NULL, ERR_TYPE, "x"), ERR_TYPE);
    why_set(&why, ERR_FILE, "again: %s", why.text);
    assert_string_equal(why.text, "again: line 7");
}

static void what_the_system_refuses_has_a_sentence_of_its_own(void **state)
{
    (void)state;
    assert_int_equal(err_of_errno(ENOENT, ERR_WRITE), ERR_FILE_NONE);
    assert_int_equal(err_of_errno(EACCES, ERR_WRITE), ERR_FILE_DENIED);
    assert_int_equal(err_of_errno(EISDIR, ERR_WRITE), ERR_FILE_DIRECTORY);
    assert_int_equal(err_of_errno(ENOSPC, ERR_WRITE), ERR_DISK_FULL);
    assert_int_equal(err_of_errno(EBADF, ERR_WRITE), ERR_WRITE);
    assert_int_equal(err_of_errno(0, ERR_FILE), ERR_FILE);
}

static void a_long_why_is_cut_between_characters(void **state)
{
    (void)state;
    char text[400];
    for (size_t shift = 0; shift < 5; shift++) {
        size_t n = 0;
        for (; n < shift; n++)
            text[n] = 'x';
        for (; n + 4 < sizeof text; n += 4)
            memcpy(text + n, "\xf0\x9f\x8c\xb1", 4);
        text[n] = 0;
        struct why why;
        why_set(&why, ERR_FILE, "%s", text);
        assert_true(utf8_valid(slice_text(why.text)));
        assert_in_range(strlen(why.text), 156, 159);
    }
    struct why cut;
    why_set(&cut, ERR_FILE, "%.2s: %.4s.", "\xc3\xa9\xc3\xa9", "x\xf0\x9f\x8c\xb1"); /* a precision counts bytes */
    assert_string_equal(cut.text, "\xc3\xa9: x.");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_error_has_a_name_a_number_and_a_sentence_of_its_own),
        cmocka_unit_test(only_success_exits_with_zero),
        cmocka_unit_test(an_unknown_name_is_no_error_and_an_unknown_number_never_success),
        cmocka_unit_test(why_is_filled_and_returns_the_error),
        cmocka_unit_test(what_the_system_refuses_has_a_sentence_of_its_own),
        cmocka_unit_test(a_long_why_is_cut_between_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
