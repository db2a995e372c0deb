/* fault: what a person is told about a message that was refused. */
#include "protocol/base/limits.h"
#include "protocol/wire/fault.h"
#include "protocol/wire/wr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static void assert_fault(struct buf *b, const char *expected)
{
    struct arena arena = {NULL};
    struct msg m;
    char text[FAULT_TEXT_MAX];
    assert_int_equal(b->err, ERR_OK);
    assert_true(msg_decode(buf_slice(b), &arena, &m));
    fault_name(buf_slice(b), &arena, text);
    assert_string_equal(text, expected);
    arena_fini(&arena);
    buf_fini(b);
}

/* WANT with these numbers, the first `items` of its items. */
static struct buf want(size_t items, uint64_t incarnation, uint64_t first, uint64_t last)
{
    static const uint8_t site[32];
    struct buf b;
    buf_init(&b, 1024);
    wr_array(&b, items);
    wr_uint(&b, MSG_WANT);
    if (items > 1)
        wr_bin(&b, slice_of(site, sizeof site));
    if (items > 2)
        wr_uint(&b, incarnation);
    if (items > 3)
        wr_uint(&b, first);
    if (items > 4)
        wr_uint(&b, last);
    if (items > 5)
        wr_nil(&b);
    return b;
}

static void a_field_out_of_bounds_is_named(void **state)
{
    struct buf b;
    (void)state;
    b = want(5, 0, 1, 1);
    assert_fault(&b, "WANT.incarnation");
    b = want(5, 1, 0, 1);
    assert_fault(&b, "WANT.first");
    b = want(5, 1, 1, UINT64_MAX);
    assert_fault(&b, "WANT.last");
    b = want(5, 1, 5, 4); /* two fields that do not fit together */
    assert_fault(&b, "WANT");
}

static void a_missing_field_is_named_and_of_one_too_many_the_message(void **state)
{
    struct buf b;
    (void)state;
    b = want(1, 1, 1, 1);
    assert_fault(&b, "WANT.site");
    b = want(4, 1, 1, 1);
    assert_fault(&b, "WANT.last");
    b = want(6, 1, 1, 1);
    assert_fault(&b, "WANT");
}

static void a_fault_inside_a_list_names_the_list(void **state)
{
    struct buf b;
    static const uint8_t site[32];
    (void)state;
    buf_init(&b, 1024);
    wr_array(&b, 4);
    wr_uint(&b, MSG_VECTOR);
    wr_uint(&b, 2);
    wr_array(&b, 1);
    wr_array(&b, 4);
    wr_bin(&b, slice_of(site, sizeof site));
    wr_uint(&b, 0);
    wr_uint(&b, 1);
    wr_bin(&b, slice_of(site, sizeof site));
    wr_bool(&b, false);
    assert_fault(&b, "VECTOR.list");
}

static void what_is_no_message_has_no_field(void **state)
{
    struct buf b;
    (void)state;
    buf_init(&b, 16);
    buf_append(&b, "\xc1", 1);
    assert_fault(&b, "msgpack");
    buf_init(&b, 16);
    assert_fault(&b, "msgpack");
    buf_init(&b, 16);
    wr_array(&b, 1);
    wr_uint(&b, 99);
    assert_fault(&b, "number");
    buf_init(&b, 16);
    wr_array(&b, 0);
    assert_fault(&b, "number");
    buf_init(&b, 16);
    wr_uint(&b, 5);
    assert_fault(&b, "number");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_field_out_of_bounds_is_named),
        cmocka_unit_test(a_missing_field_is_named_and_of_one_too_many_the_message),
        cmocka_unit_test(a_fault_inside_a_list_names_the_list),
        cmocka_unit_test(what_is_no_message_has_no_field),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
