#include "daemon/bus/bus.h"
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <zmq.h>
#include <cmocka.h>

static void messages_pass_whole_and_in_order_between_threads_ends(void **state)
{
    (void)state;
    struct bus *bus;
    struct bus_end *core, *net;
    struct buf b;
    buf_init(&b, 1000);
    assert_int_equal(bus_open(&bus), ERR_OK);
    assert_int_equal(bus_attach(bus, "net", false, &net), ERR_OK); /* before the other end */
    assert_int_equal(bus_attach(bus, "net", true, &core), ERR_OK);
    for (uint32_t i = 0; i < 10; i++) {
        assert_int_equal(bus_send(net, slice_of(&i, sizeof i)), ERR_OK);
        assert_int_equal(bus_send(core, slice_of(&i, sizeof i)), ERR_OK);
    }
    for (uint32_t i = 0; i < 10; i++) {
        assert_int_equal(bus_recv(core, 1000, &b), ERR_OK);
        assert_true(slice_equal(buf_slice(&b), slice_of(&i, sizeof i)));
        assert_int_equal(bus_recv(net, 1000, &b), ERR_OK);
        assert_true(slice_equal(buf_slice(&b), slice_of(&i, sizeof i)));
    }
    assert_int_equal(bus_recv(core, 0, &b), ERR_TIMEOUT);
    assert_int_equal(bus_recv(core, 20, &b), ERR_TIMEOUT);
    bus_detach(core);
    bus_detach(net);
    bus_close(bus);
    buf_fini(&b);
}

static void core_never_blocks_and_the_network_sees_when_to_hold_back(void **state)
{
    (void)state;
    struct bus *bus;
    struct bus_end *core, *net;
    int sent = 0;
    assert_int_equal(bus_open(&bus), ERR_OK);
    assert_int_equal(bus_attach(bus, "net", true, &core), ERR_OK);
    assert_int_equal(bus_attach(bus, "net", false, &net), ERR_OK);
    for (int i = 0; i < 20000; i++)
        assert_true(zmq_send(bus_socket(core), "x", 1, ZMQ_DONTWAIT) == 1);
    while (sent < 1000 && zmq_send(bus_socket(net), "x", 1, ZMQ_DONTWAIT) == 1)
        sent++;
    assert_in_range(sent, BUS_ROOM, 2 * BUS_ROOM);
    bus_detach(core);
    bus_detach(net);
    bus_close(bus);
}

static void message_past_the_cap_is_told_and_the_next_one_comes(void **state)
{
    (void)state;
    struct bus *bus;
    struct bus_end *core, *net;
    struct buf b;
    buf_init(&b, 4);
    assert_int_equal(bus_open(&bus), ERR_OK);
    assert_int_equal(bus_attach(bus, "net", true, &core), ERR_OK);
    assert_int_equal(bus_attach(bus, "net", false, &net), ERR_OK);
    assert_int_equal(bus_send(net, slice_text("12345")), ERR_OK);
    assert_int_equal(bus_send(net, slice_text("1234")), ERR_OK);
    assert_int_equal(bus_recv(core, 1000, &b), ERR_TOO_LARGE);
    assert_int_equal(bus_recv(core, 1000, &b), ERR_OK);
    assert_true(slice_equal(buf_slice(&b), slice_text("1234")));
    bus_detach(core);
    bus_detach(net);
    bus_close(bus);
    buf_fini(&b);
}

static void name_that_is_taken_is_an_error(void **state)
{
    (void)state;
    struct bus *bus;
    struct bus_end *a, *b = NULL;
    assert_int_equal(bus_open(&bus), ERR_OK);
    assert_int_equal(bus_attach(bus, "net", true, &a), ERR_OK);
    assert_int_equal(bus_attach(bus, "net", true, &b), ERR_INTERNAL);
    assert_null(b);
    bus_detach(a);
    bus_detach(NULL);
    bus_close(bus);
    bus_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_pass_whole_and_in_order_between_threads_ends),
        cmocka_unit_test(core_never_blocks_and_the_network_sees_when_to_hold_back),
        cmocka_unit_test(message_past_the_cap_is_told_and_the_next_one_comes),
        cmocka_unit_test(name_that_is_taken_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
