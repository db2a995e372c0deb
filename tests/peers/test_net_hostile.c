/* A network thread and who means no good: one that floods it, sends without end, or is no peer at all ends its own link, and nobody else's. */
#include "peers/address.h"
#include "peers/watch.h"
#include "protocol/base/limits.h"
#include "tests/help/net_raw.h"
#include "tests/help/net_side.h"
#include "tests/help/scratch.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zmq.h>

#include <cmocka.h>

/* A peer of our own making: a bare DEALER with valid keys. */
static void *dealer_to(void *context, struct net_side *a, const struct net_side *keys)
{
    char endpoint[200];
    void *s = zmq_socket(context, ZMQ_DEALER);
    int linger = 2000;
    zmq_setsockopt(s, ZMQ_LINGER, &linger, sizeof linger);
    zmq_setsockopt(s, ZMQ_CURVE_SECRETKEY, keys->options.curve_secret, 32);
    zmq_setsockopt(s, ZMQ_CURVE_PUBLICKEY, keys->options.curve_public, 32);
    zmq_setsockopt(s, ZMQ_CURVE_SERVERKEY, a->options.curve_public, 32);
    snprintf(endpoint, sizeof endpoint, "tcp://%s", a->address);
    assert_int_equal(zmq_connect(s, endpoint), 0);
    return s;
}

static void frame_of_several_parts_ends_that_link_alone(void **state)
{
    (void)state;
    struct net_side a, b;
    net_side_start(&a, 1, "127.0.0.1:0");
    net_side_start(&b, 2, "");
    uint64_t good = net_side_link(&a, &b);
    void *context = zmq_ctx_new(), *peer = dealer_to(context, &a, &b);
    int never = -1;
    zmq_setsockopt(peer, ZMQ_RECONNECT_IVL, &never, sizeof never);
    zmq_send(peer, "one", 3, ZMQ_SNDMORE);
    zmq_send(peer, "two", 3, 0);
    net_side_expect(&a, BUS_LINK_UP);
    uint64_t bad = a.link;
    assert_true(bad != good);
    net_side_expect(&a, BUS_LINK_DOWN);
    assert_int_equal(a.link, bad);
    assert_string_equal(a.text, "peer_protocol");
    net_side_send(&b, 1, slice_text("still here"));
    net_side_expect(&a, BUS_FRAME);
    assert_int_equal(a.link, good);
    zmq_close(peer);
    zmq_ctx_term(context);
    net_side_stop(&b);
    net_side_stop(&a);
}

/* A peer that fills all the room there is keeps no other link waiting. */
static void a_flood_goes_before_nobody(void **state)
{
    (void)state;
    struct net_side a, b, c;
    net_side_start(&a, 1, "127.0.0.1:0");
    net_side_start(&b, 2, "");
    net_side_start(&c, 3, "127.0.0.1:0");
    net_side_link(&a, &b);
    uint64_t to_a = net_side_link(&c, &a);
    for (int i = 0; i < 3000; i++)
        net_side_send(&b, 1, slice_text("flood"));
    usleep(200000);
    net_side_send(&c, to_a, slice_text("honest"));
    usleep(300000);
    int honest = 0, n = 0;
    while (!honest) {
        unsigned event = net_side_next(&a, NET_SIDE_WAIT_MS);
        assert_true(event != 0);
        n++;
        if (event == BUS_FRAME && slice_equal(a.bytes, slice_text("honest")))
            honest = n;
        usleep(200); /* the core is slow */
    }
    assert_in_range(honest, 1, 150);
    net_side_stop(&c);
    net_side_stop(&b);
    net_side_stop(&a);
}

/* Parts and never the last one, from a key that nobody needs to know: how many MiB until the connection is ended; more than `most`: it is not. */
static size_t parts_without_end(const struct net_side *a, struct slice first, size_t most)
{
    enum { PART = 60000 };
    struct net_raw raw;
    struct sign_key key;
    uint8_t seed[SEED_BYTES] = {9};
    size_t sent = 0;
    uint8_t *part = calloc(1, PART);
    bool open = true;
    sign_key_from_seed(seed, &key);
    assert_true(net_raw_open(&raw, net_side_port(a), &key, a->options.curve_public));
    if (first.len)
        assert_true(net_raw_send(&raw, first, false));
    for (; open && sent <= most << 20; sent += PART) {
        open = net_raw_send(&raw, slice_of(part, PART), true);
        usleep(500); /* a fast line, not the machine's own memory */
    }
    net_raw_close(&raw);
    free(part);
    return sent >> 20;
}

static void parts_without_end_are_not_kept_without_end(void **state)
{
    (void)state;
    struct net_side a, b;
    net_side_start(&a, 1, "127.0.0.1:0");
    net_side_start(&b, 2, "");
    uint64_t good = net_side_link(&a, &b);
    /* Before its first frame. */
    assert_in_range(parts_without_end(&a, slice_text(""), 200), 0, 100);
    /* After it. */
    assert_in_range(parts_without_end(&a, slice_text("hello"), 250), 20, 150);
    net_side_expect(&a, BUS_LINK_UP);
    uint64_t bad = a.link;
    assert_true(bad != good);
    net_side_expect(&a, BUS_FRAME);
    net_side_expect(&a, BUS_LINK_DOWN);
    assert_int_equal(a.link, bad);
    assert_string_equal(a.text, "too_large");
    net_side_send(&b, 1, slice_text("still here"));
    net_side_expect(&a, BUS_FRAME);
    assert_int_equal(a.link, good);
    net_side_stop(&b);
    net_side_stop(&a);
}

/* The same from a listener that we dialled. */
static void parts_without_end_of_who_listens_are_not_kept_either(void **state)
{
    (void)state;
    struct net_side b;
    struct sign_key key;
    struct net_raw raw;
    uint8_t seed[SEED_BYTES] = {9}, secret[32];
    static uint8_t part[60000];
    char address[ADDRESS_TEXT_MAX];
    sign_key_from_seed(seed, &key);
    assert_int_equal(sign_curve_secret(&key, secret), ERR_OK);
    net_side_start(&b, 2, "");
    int listening = net_raw_listener(address, sizeof address);
    net_side_connect(&b, 1, key.pub, address);
    assert_true(net_raw_accept(&raw, listening, secret));
    net_side_expect(&b, BUS_LINK_UP);
    assert_true(net_raw_send(&raw, slice_text("hello"), false));
    net_side_expect(&b, BUS_FRAME);
    size_t sent = 0;
    while (sent < 250u << 20 && net_raw_send(&raw, slice_of(part, sizeof part), true)) {
        sent += sizeof part;
        usleep(500);
    }
    assert_in_range(sent >> 20, 20, 150);
    net_side_expect(&b, BUS_LINK_DOWN);
    assert_string_equal(b.text, "too_large");
    net_raw_close(&raw);
    close(listening);
    net_side_stop(&b);
}

static void much_that_is_taken_does_not_count_as_unread(void **state)
{
    (void)state;
    struct net_side a, b;
    size_t bytes = 0;
    const size_t all = 2 * WATCH_UNREAD_BYTES;
    struct buf frame;
    net_side_start(&a, 1, "127.0.0.1:0");
    net_side_start(&b, 2, "");
    uint64_t link = net_side_link(&a, &b);
    buf_init(&frame, LIMIT_MESSAGE_BYTES);
    while (frame.len < LIMIT_MESSAGE_BYTES)
        buf_append(&frame, "0123456789abcdef", 16);
    for (; bytes < all; bytes += frame.len) {
        net_side_send(&b, 1, buf_slice(&frame));
        net_side_expect(&a, BUS_FRAME);
        assert_int_equal(a.link, link);
    }
    /* Small ones weigh mostly by what is around them. */
    for (int i = 0; i < 2000; i++) {
        net_side_send(&b, 1, slice_of(frame.at, 1));
        net_side_expect(&a, BUS_FRAME);
    }
    assert_int_equal(net_side_next(&a, 600), 0);
    buf_fini(&frame);
    net_side_stop(&b);
    net_side_stop(&a);
}

static void frame_past_the_limit_ends_that_link_alone(void **state)
{
    (void)state;
    struct net_side a, b;
    uint8_t *big = calloc(1, 2 * LIMIT_MESSAGE_BYTES);
    size_t sizes[] = {LIMIT_MESSAGE_BYTES + 1, 2 * LIMIT_MESSAGE_BYTES};
    net_side_start(&a, 1, "127.0.0.1:0");
    net_side_start(&b, 2, "");
    uint64_t good = net_side_link(&a, &b);
    for (size_t i = 0; i < 2; i++) {
        void *context = zmq_ctx_new(), *peer = dealer_to(context, &a, &b);
        zmq_send(peer, "x", 1, 0);
        net_side_expect(&a, BUS_LINK_UP);
        uint64_t bad = a.link;
        net_side_expect(&a, BUS_FRAME);
        zmq_send(peer, big, sizes[i], 0);
        net_side_expect(&a, BUS_LINK_DOWN);
        assert_int_equal(a.link, bad);
        int none = 0;
        zmq_setsockopt(peer, ZMQ_LINGER, &none, sizeof none);
        zmq_close(peer);
        zmq_ctx_term(context);
    }
    net_side_send(&b, 1, slice_text("still here"));
    net_side_expect(&a, BUS_FRAME);
    assert_int_equal(a.link, good);
    free(big);
    net_side_stop(&b);
    net_side_stop(&a);
}

static int plain_connect(const struct net_side *a)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    to.sin_port = htons(net_side_port(a));
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    return fd;
}

static void garbage_on_the_port_does_no_harm(void **state)
{
    (void)state;
    struct net_side a, b;
    static const char http[] = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    static const uint8_t zmtp_null[64] = {0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, 0, 'N', 'U', 'L', 'L'};
    uint8_t noise[4096];
    memset(noise, 0xa5, sizeof noise);
    net_side_start(&a, 1, "127.0.0.1:0");
    net_side_start(&b, 2, "");
    int fds[12];
    for (int i = 0; i < 12; i++) {
        fds[i] = plain_connect(&a);
        const void *what = i % 3 == 0 ? (const void *)http : i % 3 == 1 ? (const void *)zmtp_null : (const void *)noise;
        size_t len = i % 3 == 0 ? sizeof http : i % 3 == 1 ? sizeof zmtp_null : sizeof noise;
        (void)!send(fds[i], what, len, MSG_NOSIGNAL);
        if (i % 2)
            close(fds[i]);
    }
    uint64_t link = net_side_link(&a, &b);
    for (int i = 0; i < 12; i += 2)
        close(fds[i]);
    net_side_send(&a, link, slice_text("fine"));
    net_side_expect(&b, BUS_FRAME);
    assert_int_equal(net_side_next(&a, 100), 0);
    net_side_stop(&b);
    net_side_stop(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frame_of_several_parts_ends_that_link_alone),
        cmocka_unit_test(a_flood_goes_before_nobody),
        cmocka_unit_test(parts_without_end_are_not_kept_without_end),
        cmocka_unit_test(parts_without_end_of_who_listens_are_not_kept_either),
        cmocka_unit_test(much_that_is_taken_does_not_count_as_unread),
        cmocka_unit_test(frame_past_the_limit_ends_that_link_alone),
        cmocka_unit_test(garbage_on_the_port_does_no_harm),
    };
    if (sign_start())
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
