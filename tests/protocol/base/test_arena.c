#include "protocol/base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

static void pieces_are_zeroed_aligned_and_apart(void **state)
{
    (void)state;
    struct arena a = {NULL};
    uint8_t *last = NULL;
    for (size_t n = 1; n < 3000; n += 7) {
        uint8_t *p = arena_alloc(&a, n, 3);
        assert_non_null(p);
        assert_int_equal((uintptr_t)p % 16, 0);
        for (size_t i = 0; i < n * 3; i++)
            assert_int_equal(p[i], 0);
        memset(p, 0xaa, n * 3);
        if (last)
            assert_int_equal(*last, 0xaa);
        last = p;
    }
    arena_fini(&a);
    arena_fini(&a);
}

static void a_used_block_gives_zeros_again_after_clear(void **state)
{
    (void)state;
    struct arena a = {NULL};
    arena_clear(&a);
    for (int round = 0; round < 3; round++) {
        uint8_t *p = arena_alloc(&a, 1, 1000);
        for (size_t i = 0; i < 1000; i++)
            assert_int_equal(p[i], 0);
        memset(p, 0xff, 1000);
        assert_non_null(arena_alloc(&a, 1, 5u << 20));
        arena_clear(&a);
    }
    arena_fini(&a);
}

static void an_overflowing_size_is_refused(void **state)
{
    (void)state;
    struct arena a = {NULL};
    assert_null(arena_alloc(&a, SIZE_MAX / 2, 3));
    assert_null(arena_alloc(&a, SIZE_MAX, 1));
    assert_null(arena_alloc(&a, SIZE_MAX - 40, 1));
    assert_non_null(arena_alloc(&a, 0, 8));
    arena_fini(&a);
}

static void a_copy_is_independent_and_may_be_empty(void **state)
{
    (void)state;
    struct arena a = {NULL};
    char text[] = "pêche";
    struct slice copy, none;
    assert_int_equal(arena_copy(&a, slice_text(text), &copy), ERR_OK);
    text[0] = 'b';
    assert_true(slice_equal(copy, slice_text("pêche")));
    assert_int_equal(arena_copy(&a, slice_of(NULL, 0), &none), ERR_OK);
    assert_int_equal(none.len, 0);
    arena_fini(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_are_zeroed_aligned_and_apart),
        cmocka_unit_test(a_used_block_gives_zeros_again_after_clear),
        cmocka_unit_test(an_overflowing_size_is_refused),
        cmocka_unit_test(a_copy_is_independent_and_may_be_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
