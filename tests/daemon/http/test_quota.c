/* How often an address may ask. */
#include "daemon/http/quota.h"
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static struct conn_key key(uint32_t n)
{
    struct conn_key k = {.loopback = false};
    memcpy(k.bytes, &n, sizeof n);
    return k;
}

static void a_burst_is_let_in_and_then_a_stream(void **state)
{
    static struct quota q;
    struct conn_key one = key(1), other = key(2);
    unsigned retry_s = 0;
    (void)state;
    quota_init(&q, 5, 60);
    for (int i = 0; i < 5; i++)
        assert_true(quota_take(&q, &one, (struct mono){1000}, &retry_s));
    assert_false(quota_take(&q, &one, (struct mono){1000}, &retry_s));
    assert_int_equal(retry_s, 1);
    assert_true(quota_take(&q, &other, (struct mono){1000}, &retry_s));
    assert_false(quota_take(&q, &one, (struct mono){1999}, &retry_s));
    assert_true(quota_take(&q, &one, (struct mono){2000}, &retry_s));
    assert_false(quota_take(&q, &one, (struct mono){2000}, &retry_s));
    for (int i = 0; i < 5; i++) /* never more than the burst */
        assert_true(quota_take(&q, &one, (struct mono){INT64_C(1) << 50}, &retry_s));
    assert_false(quota_take(&q, &one, (struct mono){INT64_C(1) << 50}, &retry_s));
}

static void the_wait_that_is_told_is_long_enough(void **state)
{
    static struct quota q;
    struct conn_key one = key(1);
    unsigned retry_s = 0;
    (void)state;
    quota_init(&q, 1, 10);
    assert_true(quota_take(&q, &one, (struct mono){0}, &retry_s));
    assert_false(quota_take(&q, &one, (struct mono){10}, &retry_s));
    assert_in_range(retry_s, 6, 7);
    assert_true(quota_take(&q, &one, (struct mono){10 + retry_s * 1000}, &retry_s));
}

static void many_addresses_make_room_for_each_other(void **state)
{
    static struct quota q;
    unsigned retry_s = 0;
    (void)state;
    quota_init(&q, 2, 60);
    for (uint32_t i = 0; i < 100000; i++) {
        struct conn_key k = key(i);
        assert_true(quota_take(&q, &k, (struct mono){i / 100}, &retry_s));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_burst_is_let_in_and_then_a_stream),
        cmocka_unit_test(the_wait_that_is_told_is_long_enough),
        cmocka_unit_test(many_addresses_make_room_for_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
