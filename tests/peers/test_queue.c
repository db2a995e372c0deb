#include "peers/queue.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void frames_come_out_in_their_order(void **state)
{
    (void)state;
    struct queue q;
    queue_init(&q, 100);
    assert_true(queue_empty(&q));
    for (uint8_t i = 0; i < 10; i++)
        assert_int_equal(queue_put(&q, slice_of(&i, 1)), ERR_OK);
    assert_int_equal(queue_put(&q, slice_of(NULL, 0)), ERR_OK);
    for (uint8_t i = 0; i < 10; i++) {
        assert_true(slice_equal(queue_first(&q), slice_of(&i, 1)));
        queue_drop(&q);
    }
    assert_int_equal(queue_first(&q).len, 0);
    queue_drop(&q);
    assert_true(queue_empty(&q));
    assert_int_equal(q.bytes, 0);
    queue_fini(&q);
}

static void past_its_cap_a_queue_takes_no_more_until_there_is_room(void **state)
{
    (void)state;
    struct queue q;
    uint8_t bytes[60] = {0};
    queue_init(&q, 100);
    assert_int_equal(queue_put(&q, slice_of(bytes, 60)), ERR_OK);
    assert_int_equal(queue_put(&q, slice_of(bytes, 41)), ERR_TOO_LARGE);
    assert_int_equal(queue_put(&q, slice_of(bytes, 40)), ERR_OK);
    assert_int_equal(queue_put(&q, slice_of(bytes, 1)), ERR_TOO_LARGE);
    queue_drop(&q);
    assert_int_equal(queue_put(&q, slice_of(bytes, 60)), ERR_OK);
    queue_fini(&q);
    queue_fini(&q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_come_out_in_their_order),
        cmocka_unit_test(past_its_cap_a_queue_takes_no_more_until_there_is_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
