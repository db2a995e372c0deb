#include "protocol/base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

static void bytes_grow_up_to_the_cap_and_not_past_it(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 1000);
    for (size_t i = 0; i < 1000; i++)
        assert_int_equal(buf_byte(&b, (uint8_t)i), ERR_OK);
    for (size_t i = 0; i < 1000; i++)
        assert_int_equal(b.at[i], (uint8_t)i);
    assert_string_equal(buf_text(&b) ? "there is room for the zero" : "", "there is room for the zero");
    assert_int_equal(buf_byte(&b, 1), ERR_TOO_LARGE);
    assert_int_equal(b.len, 1000);
    buf_fini(&b);
}

static void the_first_error_sticks_until_cleared(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 4);
    assert_int_equal(buf_append(&b, "abcde", 5), ERR_TOO_LARGE);
    assert_int_equal(buf_append(&b, "a", 1), ERR_TOO_LARGE);
    assert_int_equal(buf_append(&b, NULL, 0), ERR_TOO_LARGE);
    assert_int_equal(buf_printf(&b, "x"), ERR_TOO_LARGE);
    assert_null(buf_text(&b));
    assert_int_equal(b.len, 0);
    buf_clear(&b);
    assert_int_equal(buf_add(&b, slice_text("abcd")), ERR_OK);
    assert_true(slice_equal(buf_slice(&b), slice_text("abcd")));
    buf_fini(&b);
}

static void printf_takes_exactly_the_cap(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 8);
    assert_int_equal(buf_printf(&b, "%s-%d", "abc", 42), ERR_OK);
    assert_int_equal(buf_printf(&b, "%s", "yz"), ERR_OK);
    assert_string_equal(buf_text(&b), "abc-42yz");
    assert_int_equal(b.len, 8);
    assert_int_equal(buf_printf(&b, "%c", '!'), ERR_TOO_LARGE);
    buf_fini(&b);
}

static void a_huge_length_is_refused_without_overflow(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, SIZE_MAX);
    assert_int_equal(buf_byte(&b, 'a'), ERR_OK);
    assert_int_equal(buf_append(&b, "a", SIZE_MAX), ERR_TOO_LARGE);
    buf_fini(&b);
}

static void a_zeroed_buf_may_be_finished_twice_and_reads_as_empty(void **state)
{
    (void)state;
    struct buf b = {.cap = 0};
    assert_string_equal(buf_text(&b), "");
    assert_int_equal(buf_byte(&b, 1), ERR_TOO_LARGE);
    buf_wipe(&b);
    buf_fini(&b);
    buf_fini(&b);
    assert_null(b.at);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_grow_up_to_the_cap_and_not_past_it),
        cmocka_unit_test(the_first_error_sticks_until_cleared),
        cmocka_unit_test(printf_takes_exactly_the_cap),
        cmocka_unit_test(a_huge_length_is_refused_without_overflow),
        cmocka_unit_test(a_zeroed_buf_may_be_finished_twice_and_reads_as_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
