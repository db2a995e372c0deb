/* Two or more network threads on loopback, each with its own context, as in two processes: what they say to each other. */
#include "peers/incoming.h"
#include "protocol/base/limits.h"
#include "tests/help/net_raw.h"
#include "tests/help/net_side.h"

#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static void handshake_names_the_keys_of_both_sides(void **state)
{
    (void)state;
    struct net_side a, b;
    net_side_start(&a, 1, "127.0.0.1:0");
    net_side_start(&b, 2, "");
    assert_string_equal(b.address, "");
    net_side_connect(&b, 7, a.key.pub, a.address);
    net_side_expect(&b, BUS_LINK_UP);
    assert_int_equal(b.link, 7);
    assert_true(b.has_site);
    assert_memory_equal(b.curve, a.options.curve_public, 32);
    net_side_send(&b, 7, slice_text("hello"));
    net_side_expect(&a, BUS_LINK_UP);
    assert_true(a.link >= NET_INCOMING);
    assert_false(a.has_site);
    assert_memory_equal(a.curve, b.options.curve_public, 32);
    uint64_t link = a.link;
    net_side_expect(&a, BUS_FRAME);
    assert_int_equal(a.link, link);
    assert_true(slice_equal(a.bytes, slice_text("hello")));
    net_side_send(&a, link, slice_text("answer"));
    net_side_expect(&b, BUS_FRAME);
    assert_true(slice_equal(b.bytes, slice_text("answer")));
    net_side_stop(&b);
    net_side_stop(&a);
}

static void wrong_server_key_ends_in_peer_key(void **state)
{
    (void)state;
    struct net_side a, b;
    struct sign_key other;
    uint8_t seed[SEED_BYTES] = {99};
    sign_key_from_seed(seed, &other);
    net_side_start(&a, 1, "127.0.0.1:0");
    net_side_start(&b, 2, "");
    net_side_connect(&b, 3, other.pub, a.address);
    net_side_expect(&b, BUS_LINK_DOWN);
    assert_int_equal(b.link, 3);
    assert_string_equal(b.text, "peer_key");
    assert_int_equal(net_side_next(&a, 100), 0);
    net_side_link(&a, &b);
    net_side_stop(&b);
    net_side_stop(&a);
}

static void nobody_there_is_unreachable(void **state)
{
    (void)state;
    struct net_side b;
    char address[64];
    int fd = net_raw_listener(address, sizeof address);
    close(fd);
    net_side_start(&b, 2, "");
    net_side_connect(&b, 3, b.key.pub, address);
    net_side_expect(&b, BUS_LINK_DOWN);
    assert_string_equal(b.text, "unreachable");
    net_side_connect(&b, 4, b.key.pub, "not an address");
    net_side_expect(&b, BUS_LINK_DOWN);
    assert_string_equal(b.text, "address");
    net_side_stop(&b);
}

static void connection_closed_before_a_greeting_is_unreachable_not_a_wrong_key(void **state)
{
    (void)state;
    struct net_side b;
    char address[64], greeting[64];
    int fd = net_raw_listener(address, sizeof address);
    net_side_start(&b, 2, "");
    net_side_connect(&b, 3, b.key.pub, address);
    int peer = accept(fd, NULL, NULL);
    assert_true(peer >= 0);
    (void)!read(peer, greeting, sizeof greeting);
    close(peer);
    net_side_expect(&b, BUS_LINK_DOWN);
    assert_string_equal(b.text, "unreachable");
    close(fd);
    net_side_stop(&b);
}

static void big_frames_pass_whole_in_both_directions(void **state)
{
    (void)state;
    struct net_side a, b;
    net_side_start(&a, 1, "127.0.0.1:0");
    net_side_start(&b, 2, "");
    uint64_t link = net_side_link(&a, &b);
    uint8_t *big = malloc(LIMIT_MESSAGE_BYTES);
    assert_non_null(big);
    for (size_t i = 0; i < LIMIT_MESSAGE_BYTES; i++)
        big[i] = (uint8_t)(i * 7 >> 3);
    struct slice frame = slice_of(big, LIMIT_MESSAGE_BYTES);
    for (int i = 0; i < 3; i++) {
        net_side_send(&b, 1, frame);
        net_side_send(&a, link, frame);
    }
    for (int i = 0; i < 3; i++) {
        net_side_expect(&a, BUS_FRAME);
        assert_true(slice_equal(a.bytes, frame));
        net_side_expect(&b, BUS_FRAME);
        assert_true(slice_equal(b.bytes, frame));
    }
    free(big);
    net_side_stop(&b);
    net_side_stop(&a);
}

static void many_small_frames_keep_their_order_past_the_high_water_mark(void **state)
{
    (void)state;
    struct net_side a, b;
    net_side_start(&a, 1, "127.0.0.1:0");
    net_side_start(&b, 2, "");
    uint64_t link = net_side_link(&a, &b);
    for (uint32_t i = 0; i < 2000; i++) {
        net_side_send(&a, link, slice_of(&i, sizeof i));
        net_side_send(&b, 1, slice_of(&i, sizeof i));
    }
    for (uint32_t i = 0; i < 2000; i++) {
        net_side_expect(&b, BUS_FRAME);
        assert_true(slice_equal(b.bytes, slice_of(&i, sizeof i)));
        net_side_expect(&a, BUS_FRAME);
        assert_true(slice_equal(a.bytes, slice_of(&i, sizeof i)));
    }
    net_side_stop(&b);
    net_side_stop(&a);
}

static void port_in_use_is_told_with_the_address(void **state)
{
    (void)state;
    struct net_side a, b;
    net_side_start(&a, 1, "127.0.0.1:0");
    net_side_begin(&b, 2, a.address);
    net_side_expect(&b, BUS_FAILED);
    assert_string_equal(b.text, "port_used");
    assert_string_equal(b.address, a.address);
    net_side_stop(&b);
    net_side_begin(&b, 2, "127.0.0.1");
    net_side_expect(&b, BUS_FAILED);
    assert_string_equal(b.text, "address");
    net_side_stop(&b);
    net_side_start(&b, 2, "*:0");
    assert_memory_equal(b.address, "*:", 2);
    assert_string_not_equal(b.address, "*:0");
    net_side_stop(&b);
    net_side_stop(&a);
}

static void close_by_the_caller_is_told_to_the_listener(void **state)
{
    (void)state;
    struct net_side a, b;
    net_side_start(&a, 1, "127.0.0.1:0");
    net_side_start(&b, 2, "");
    for (int i = 0; i < 3; i++) {
        uint64_t link = net_side_link(&a, &b);
        net_side_send(&b, 1, slice_text("bye"));
        net_side_close(&b, 1);
        net_side_expect(&a, BUS_FRAME);
        assert_true(slice_equal(a.bytes, slice_text("bye")));
        net_side_expect(&a, BUS_LINK_DOWN);
        assert_int_equal(a.link, link);
    }
    assert_int_equal(net_side_next(&b, 50), 0);
    net_side_stop(&b);
    net_side_stop(&a);
}

static void close_by_the_listener_is_told_to_the_caller_after_the_last_frame(void **state)
{
    (void)state;
    struct net_side a, b, c;
    net_side_start(&a, 1, "127.0.0.1:0");
    net_side_start(&b, 2, "");
    net_side_start(&c, 3, "");
    uint64_t link = net_side_link(&a, &b), other = net_side_link(&a, &c);
    net_side_send(&a, link, slice_text("bye"));
    net_side_close(&a, link);
    net_side_expect(&b, BUS_FRAME);
    assert_true(slice_equal(b.bytes, slice_text("bye")));
    net_side_expect(&b, BUS_LINK_DOWN);
    assert_int_equal(b.link, 1);
    net_side_send(&a, other, slice_text("you stay"));
    net_side_expect(&c, BUS_FRAME);
    assert_int_equal(net_side_next(&a, 50), 0);
    net_side_stop(&c);
    net_side_stop(&b);
    net_side_stop(&a);
}

static void stop_lets_the_last_frames_out_and_ends_the_links(void **state)
{
    (void)state;
    struct net_side a, b;
    net_side_start(&a, 1, "127.0.0.1:0");
    net_side_start(&b, 2, "");
    uint64_t link = net_side_link(&a, &b);
    net_side_send(&a, link, slice_text("bye"));
    net_side_stop(&a);
    net_side_expect(&b, BUS_FRAME);
    net_side_expect(&b, BUS_LINK_DOWN);
    assert_string_equal(b.text, "unreachable");
    net_side_stop(&b);
}

static void ipv6_loopback_works_like_any_other(void **state)
{
    (void)state;
    struct net_side a, b;
    int probe = socket(AF_INET6, SOCK_STREAM, 0);
    struct sockaddr_in6 at = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    bool have = probe >= 0 && bind(probe, (struct sockaddr *)&at, sizeof at) == 0;
    if (probe >= 0)
        close(probe);
    if (!have)
        skip();
    net_side_start(&a, 1, "[::1]:0");
    net_side_start(&b, 2, "");
    net_side_link(&a, &b);
    net_side_stop(&b);
    net_side_stop(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(handshake_names_the_keys_of_both_sides),
        cmocka_unit_test(wrong_server_key_ends_in_peer_key),
        cmocka_unit_test(nobody_there_is_unreachable),
        cmocka_unit_test(connection_closed_before_a_greeting_is_unreachable_not_a_wrong_key),
        cmocka_unit_test(big_frames_pass_whole_in_both_directions),
        cmocka_unit_test(many_small_frames_keep_their_order_past_the_high_water_mark),
        cmocka_unit_test(port_in_use_is_told_with_the_address),
        cmocka_unit_test(close_by_the_caller_is_told_to_the_listener),
        cmocka_unit_test(close_by_the_listener_is_told_to_the_caller_after_the_last_frame),
        cmocka_unit_test(stop_lets_the_last_frames_out_and_ends_the_links),
        cmocka_unit_test(ipv6_loopback_works_like_any_other),
    };
    if (sign_start())
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
