/* Two or more network threads on loopback, each with its own context, as in two processes. */
#include "peers/net.h"
#include "peers/address.h"
#include "peers/incoming.h"
#include "peers/watch.h"
#include "protocol/base/limits.h"
#include "protocol/wire/rd.h"
#include "protocol/wire/wr.h"
#include "tests/help/net_raw.h"
#include <arpa/inet.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>
#include <cmocka.h>

#define WAIT_MS 8000

struct side {
    struct bus *bus;
    struct bus_end *core, *net;
    struct net_options options;
    struct sign_key key;
    char address[128];
    pthread_t thread;
    struct buf message;
    /* the last event */
    uint64_t link;
    bool has_site;
    uint8_t curve[32];
    struct slice bytes, client;
    char text[300];
};

static void *side_thread(void *arg)
{
    struct side *s = arg;
    net_run(s->bus, s->net, &s->options);
    return NULL;
}

static void read_text(struct rd *r, char *out, size_t size)
{
    struct slice t = rd_text(r, size - 1);
    memcpy(out, t.at, t.len);
    out[t.len] = 0;
}

/* The next event; 0 when none comes in time. */
static unsigned next_event(struct side *s, long timeout_ms)
{
    struct rd r;
    if (bus_recv(s->core, timeout_ms, &s->message))
        return 0;
    rd_init(&r, buf_slice(&s->message));
    rd_array(&r, 2, 4);
    unsigned event = (unsigned)rd_uint(&r, 100);
    if (event == BUS_LINK_UP) {
        uint8_t site[32];
        s->link = rd_uint(&r, UINT64_MAX);
        s->has_site = !rd_take_nil(&r);
        if (s->has_site)
            rd_fixed(&r, site, sizeof site);
        rd_fixed(&r, s->curve, sizeof s->curve);
    } else if (event == BUS_LINK_DOWN) {
        s->link = rd_uint(&r, UINT64_MAX);
        read_text(&r, s->text, sizeof s->text);
    } else if (event == BUS_FRAME) {
        s->link = rd_uint(&r, UINT64_MAX);
        s->bytes = rd_bin(&r, 0, SIZE_MAX);
    } else if (event == BUS_REQUEST) {
        s->client = rd_bin(&r, 0, 255);
        s->bytes = rd_bin(&r, 0, SIZE_MAX);
    } else if (event == BUS_FAILED) {
        read_text(&r, s->text, sizeof s->text);
        read_text(&r, s->address, sizeof s->address);
    } else {
        read_text(&r, s->address, sizeof s->address);
    }
    assert_int_equal(rd_end(&r), ERR_OK);
    return event;
}

static void expect(struct side *s, unsigned event)
{
    assert_int_equal(next_event(s, WAIT_MS), event);
}

static void side_begin(struct side *s, uint8_t seed, const char *listen, const char *control)
{
    uint8_t bytes[SEED_BYTES];
    memset(s, 0, sizeof *s);
    memset(bytes, seed, sizeof bytes);
    sign_key_from_seed(bytes, &s->key);
    assert_int_equal(sign_curve_secret(&s->key, s->options.curve_secret), ERR_OK);
    assert_int_equal(sign_curve_public(s->key.pub, s->options.curve_public), ERR_OK);
    s->options.listen = listen;
    s->options.control_path = control;
    buf_init(&s->message, 2 * LIMIT_REQUEST_BYTES);
    assert_int_equal(bus_open(&s->bus), ERR_OK);
    assert_int_equal(bus_attach(s->bus, "net", true, &s->core), ERR_OK);
    assert_int_equal(bus_attach(s->bus, "net", false, &s->net), ERR_OK);
    assert_int_equal(pthread_create(&s->thread, NULL, side_thread, s), 0);
}

static void side_start(struct side *s, uint8_t seed, const char *listen, const char *control)
{
    side_begin(s, seed, listen, control);
    expect(s, BUS_LISTENING);
}

static void command(struct side *s, struct buf *b)
{
    assert_int_equal(b->err, ERR_OK);
    assert_int_equal(bus_send(s->core, buf_slice(b)), ERR_OK);
    buf_fini(b);
}

static void side_stop(struct side *s)
{
    struct buf b;
    buf_init(&b, 64);
    wr_array(&b, 1);
    wr_uint(&b, BUS_STOP);
    command(s, &b);
    pthread_join(s->thread, NULL);
    bus_detach(s->core);
    bus_detach(s->net);
    bus_close(s->bus);
    buf_fini(&s->message);
}

static void say_connect(struct side *s, uint64_t link, const uint8_t site[32], const char *address)
{
    struct buf b;
    buf_init(&b, 1024);
    wr_array(&b, 4);
    wr_uint(&b, BUS_CONNECT);
    wr_uint(&b, link);
    wr_bin(&b, slice_of(site, 32));
    wr_text(&b, slice_text(address));
    command(s, &b);
}

static void say_send(struct side *s, uint64_t link, struct slice frame)
{
    struct buf b;
    buf_init(&b, frame.len + 64);
    wr_array(&b, 3);
    wr_uint(&b, BUS_SEND);
    wr_uint(&b, link);
    wr_bin(&b, frame);
    command(s, &b);
}

static void say_close(struct side *s, uint64_t link)
{
    struct buf b;
    buf_init(&b, 64);
    wr_array(&b, 2);
    wr_uint(&b, BUS_CLOSE);
    wr_uint(&b, link);
    command(s, &b);
}

/* b's link 1 to a, with a first frame each way; returns a's number. */
static uint64_t link_two(struct side *a, struct side *b)
{
    say_connect(b, 1, a->key.pub, a->address);
    expect(b, BUS_LINK_UP);
    say_send(b, 1, slice_text("first"));
    expect(a, BUS_LINK_UP);
    uint64_t link = a->link;
    expect(a, BUS_FRAME);
    return link;
}

static void handshake_names_the_keys_of_both_sides(void **state)
{
    (void)state;
    struct side a, b;
    side_start(&a, 1, "127.0.0.1:0", NULL);
    side_start(&b, 2, "", NULL);
    assert_string_equal(b.address, "");
    say_connect(&b, 7, a.key.pub, a.address);
    expect(&b, BUS_LINK_UP);
    assert_int_equal(b.link, 7);
    assert_true(b.has_site);
    assert_memory_equal(b.curve, a.options.curve_public, 32);
    say_send(&b, 7, slice_text("hello"));
    expect(&a, BUS_LINK_UP);
    assert_true(a.link >= NET_INCOMING);
    assert_false(a.has_site);
    assert_memory_equal(a.curve, b.options.curve_public, 32);
    uint64_t link = a.link;
    expect(&a, BUS_FRAME);
    assert_int_equal(a.link, link);
    assert_true(slice_equal(a.bytes, slice_text("hello")));
    say_send(&a, link, slice_text("answer"));
    expect(&b, BUS_FRAME);
    assert_true(slice_equal(b.bytes, slice_text("answer")));
    side_stop(&b);
    side_stop(&a);
}

static void wrong_server_key_ends_in_peer_key(void **state)
{
    (void)state;
    struct side a, b;
    struct sign_key other;
    uint8_t seed[SEED_BYTES] = {99};
    sign_key_from_seed(seed, &other);
    side_start(&a, 1, "127.0.0.1:0", NULL);
    side_start(&b, 2, "", NULL);
    say_connect(&b, 3, other.pub, a.address);
    expect(&b, BUS_LINK_DOWN);
    assert_int_equal(b.link, 3);
    assert_string_equal(b.text, "peer_key");
    assert_int_equal(next_event(&a, 100), 0);
    link_two(&a, &b);
    side_stop(&b);
    side_stop(&a);
}

static int plain_listener(char *address, size_t size)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
    assert_int_equal(listen(fd, 8), 0);
    snprintf(address, size, "127.0.0.1:%u", (unsigned)ntohs(at.sin_port));
    return fd;
}

static void nobody_there_is_unreachable(void **state)
{
    (void)state;
    struct side b;
    char address[64];
    int fd = plain_listener(address, sizeof address);
    close(fd);
    side_start(&b, 2, "", NULL);
    say_connect(&b, 3, b.key.pub, address);
    expect(&b, BUS_LINK_DOWN);
    assert_string_equal(b.text, "unreachable");
    say_connect(&b, 4, b.key.pub, "not an address");
    expect(&b, BUS_LINK_DOWN);
    assert_string_equal(b.text, "address");
    side_stop(&b);
}

static void connection_closed_before_a_greeting_is_unreachable_not_a_wrong_key(void **state)
{
    (void)state;
    struct side b;
    char address[64], greeting[64];
    int fd = plain_listener(address, sizeof address);
    side_start(&b, 2, "", NULL);
    say_connect(&b, 3, b.key.pub, address);
    int peer = accept(fd, NULL, NULL);
    assert_true(peer >= 0);
    (void)!read(peer, greeting, sizeof greeting);
    close(peer);
    expect(&b, BUS_LINK_DOWN);
    assert_string_equal(b.text, "unreachable");
    close(fd);
    side_stop(&b);
}

static void big_frames_pass_whole_in_both_directions(void **state)
{
    (void)state;
    struct side a, b;
    side_start(&a, 1, "127.0.0.1:0", NULL);
    side_start(&b, 2, "", NULL);
    uint64_t link = link_two(&a, &b);
    uint8_t *big = malloc(LIMIT_MESSAGE_BYTES);
    assert_non_null(big);
    for (size_t i = 0; i < LIMIT_MESSAGE_BYTES; i++)
        big[i] = (uint8_t)(i * 7 >> 3);
    struct slice frame = slice_of(big, LIMIT_MESSAGE_BYTES);
    for (int i = 0; i < 3; i++) {
        say_send(&b, 1, frame);
        say_send(&a, link, frame);
    }
    for (int i = 0; i < 3; i++) {
        expect(&a, BUS_FRAME);
        assert_true(slice_equal(a.bytes, frame));
        expect(&b, BUS_FRAME);
        assert_true(slice_equal(b.bytes, frame));
    }
    free(big);
    side_stop(&b);
    side_stop(&a);
}

static void many_small_frames_keep_their_order_past_the_high_water_mark(void **state)
{
    (void)state;
    struct side a, b;
    side_start(&a, 1, "127.0.0.1:0", NULL);
    side_start(&b, 2, "", NULL);
    uint64_t link = link_two(&a, &b);
    for (uint32_t i = 0; i < 2000; i++) {
        say_send(&a, link, slice_of(&i, sizeof i));
        say_send(&b, 1, slice_of(&i, sizeof i));
    }
    for (uint32_t i = 0; i < 2000; i++) {
        expect(&b, BUS_FRAME);
        assert_true(slice_equal(b.bytes, slice_of(&i, sizeof i)));
        expect(&a, BUS_FRAME);
        assert_true(slice_equal(a.bytes, slice_of(&i, sizeof i)));
    }
    side_stop(&b);
    side_stop(&a);
}

/* A peer of our own making: a bare DEALER with valid keys. */
static void *dealer_to(void *context, struct side *a, const struct side *keys)
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
    struct side a, b;
    side_start(&a, 1, "127.0.0.1:0", NULL);
    side_start(&b, 2, "", NULL);
    uint64_t good = link_two(&a, &b);
    void *context = zmq_ctx_new(), *peer = dealer_to(context, &a, &b);
    int never = -1;
    zmq_setsockopt(peer, ZMQ_RECONNECT_IVL, &never, sizeof never);
    zmq_send(peer, "one", 3, ZMQ_SNDMORE);
    zmq_send(peer, "two", 3, 0);
    expect(&a, BUS_LINK_UP);
    uint64_t bad = a.link;
    assert_true(bad != good);
    expect(&a, BUS_LINK_DOWN);
    assert_int_equal(a.link, bad);
    assert_string_equal(a.text, "peer_protocol");
    say_send(&b, 1, slice_text("still here"));
    expect(&a, BUS_FRAME);
    assert_int_equal(a.link, good);
    zmq_close(peer);
    zmq_ctx_term(context);
    side_stop(&b);
    side_stop(&a);
}

static uint16_t port_of(const struct side *s)
{
    return (uint16_t)strtoul(strrchr(s->address, ':') + 1, NULL, 10);
}

/* A peer that fills all the room there is keeps neither requests nor other links waiting. */
static void a_flood_goes_before_nobody(void **state)
{
    (void)state;
    struct side a, b, c;
    char dir[] = "/tmp/allied-net-XXXXXX", path[64], endpoint[80];
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/control.sock", dir);
    snprintf(endpoint, sizeof endpoint, "ipc://%s", path);
    side_start(&a, 1, "127.0.0.1:0", path);
    side_start(&b, 2, "", NULL);
    side_start(&c, 3, "127.0.0.1:0", NULL);
    link_two(&a, &b);
    uint64_t to_a = link_two(&c, &a);
    for (int i = 0; i < 3000; i++)
        say_send(&b, 1, slice_text("flood"));
    usleep(200000);
    void *context = zmq_ctx_new(), *client = zmq_socket(context, ZMQ_DEALER);
    int linger = 0;
    zmq_setsockopt(client, ZMQ_LINGER, &linger, sizeof linger);
    assert_int_equal(zmq_connect(client, endpoint), 0);
    zmq_send(client, "{}", 2, 0);
    say_send(&c, to_a, slice_text("honest"));
    usleep(300000);
    int request = 0, honest = 0, n = 0;
    while (!request || !honest) {
        unsigned event = next_event(&a, WAIT_MS);
        assert_true(event != 0);
        n++;
        if (event == BUS_REQUEST)
            request = n;
        if (event == BUS_FRAME && slice_equal(a.bytes, slice_text("honest")))
            honest = n;
        usleep(200); /* the core is slow */
    }
    assert_in_range(request, 1, 150);
    assert_in_range(honest, 1, 150);
    zmq_close(client);
    zmq_ctx_term(context);
    side_stop(&c);
    side_stop(&b);
    side_stop(&a);
    rmdir(dir);
}

/* Parts and never the last one, from a key that nobody needs to know: how many MiB until the connection is ended; more than `most`: it is not. */
static size_t parts_without_end(const struct side *a, struct slice first, size_t most)
{
    enum { PART = 60000 };
    struct net_raw raw;
    struct sign_key key;
    uint8_t seed[SEED_BYTES] = {9};
    size_t sent = 0;
    uint8_t *part = calloc(1, PART);
    bool open = true;
    sign_key_from_seed(seed, &key);
    assert_true(net_raw_open(&raw, port_of(a), &key, a->options.curve_public));
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
    struct side a, b;
    side_start(&a, 1, "127.0.0.1:0", NULL);
    side_start(&b, 2, "", NULL);
    uint64_t good = link_two(&a, &b);
    /* Before its first frame. */
    assert_in_range(parts_without_end(&a, slice_text(""), 200), 0, 100);
    /* After it. */
    assert_in_range(parts_without_end(&a, slice_text("hello"), 250), 20, 150);
    expect(&a, BUS_LINK_UP);
    uint64_t bad = a.link;
    assert_true(bad != good);
    expect(&a, BUS_FRAME);
    expect(&a, BUS_LINK_DOWN);
    assert_int_equal(a.link, bad);
    assert_string_equal(a.text, "too_large");
    say_send(&b, 1, slice_text("still here"));
    expect(&a, BUS_FRAME);
    assert_int_equal(a.link, good);
    side_stop(&b);
    side_stop(&a);
}

/* The same from a listener that we dialled. */
static void parts_without_end_of_who_listens_are_not_kept_either(void **state)
{
    (void)state;
    struct side b;
    struct sign_key key;
    struct net_raw raw;
    uint8_t seed[SEED_BYTES] = {9}, secret[32];
    static uint8_t part[60000];
    char address[ADDRESS_TEXT_MAX];
    sign_key_from_seed(seed, &key);
    assert_int_equal(sign_curve_secret(&key, secret), ERR_OK);
    side_start(&b, 2, "", NULL);
    int listening = plain_listener(address, sizeof address);
    say_connect(&b, 1, key.pub, address);
    assert_true(net_raw_accept(&raw, listening, secret));
    expect(&b, BUS_LINK_UP);
    assert_true(net_raw_send(&raw, slice_text("hello"), false));
    expect(&b, BUS_FRAME);
    size_t sent = 0;
    while (sent < 250u << 20 && net_raw_send(&raw, slice_of(part, sizeof part), true)) {
        sent += sizeof part;
        usleep(500);
    }
    assert_in_range(sent >> 20, 20, 150);
    expect(&b, BUS_LINK_DOWN);
    assert_string_equal(b.text, "too_large");
    net_raw_close(&raw);
    close(listening);
    side_stop(&b);
}

static void much_that_is_taken_does_not_count_as_unread(void **state)
{
    (void)state;
    struct side a, b;
    size_t bytes = 0;
    const size_t all = 2 * WATCH_UNREAD_BYTES;
    struct buf frame;
    side_start(&a, 1, "127.0.0.1:0", NULL);
    side_start(&b, 2, "", NULL);
    uint64_t link = link_two(&a, &b);
    buf_init(&frame, LIMIT_MESSAGE_BYTES);
    while (frame.len < LIMIT_MESSAGE_BYTES)
        buf_append(&frame, "0123456789abcdef", 16);
    for (; bytes < all; bytes += frame.len) {
        say_send(&b, 1, buf_slice(&frame));
        expect(&a, BUS_FRAME);
        assert_int_equal(a.link, link);
    }
    /* Small ones weigh mostly by what is around them. */
    for (int i = 0; i < 2000; i++) {
        say_send(&b, 1, slice_of(frame.at, 1));
        expect(&a, BUS_FRAME);
    }
    assert_int_equal(next_event(&a, 600), 0);
    buf_fini(&frame);
    side_stop(&b);
    side_stop(&a);
}

static void frame_past_the_limit_ends_that_link_alone(void **state)
{
    (void)state;
    struct side a, b;
    uint8_t *big = calloc(1, 2 * LIMIT_MESSAGE_BYTES);
    size_t sizes[] = {LIMIT_MESSAGE_BYTES + 1, 2 * LIMIT_MESSAGE_BYTES};
    side_start(&a, 1, "127.0.0.1:0", NULL);
    side_start(&b, 2, "", NULL);
    uint64_t good = link_two(&a, &b);
    for (size_t i = 0; i < 2; i++) {
        void *context = zmq_ctx_new(), *peer = dealer_to(context, &a, &b);
        zmq_send(peer, "x", 1, 0);
        expect(&a, BUS_LINK_UP);
        uint64_t bad = a.link;
        expect(&a, BUS_FRAME);
        zmq_send(peer, big, sizes[i], 0);
        expect(&a, BUS_LINK_DOWN);
        assert_int_equal(a.link, bad);
        int none = 0;
        zmq_setsockopt(peer, ZMQ_LINGER, &none, sizeof none);
        zmq_close(peer);
        zmq_ctx_term(context);
    }
    say_send(&b, 1, slice_text("still here"));
    expect(&a, BUS_FRAME);
    assert_int_equal(a.link, good);
    free(big);
    side_stop(&b);
    side_stop(&a);
}

static int plain_connect(const struct side *a)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    to.sin_port = htons(port_of(a));
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    return fd;
}

static void garbage_on_the_port_does_no_harm(void **state)
{
    (void)state;
    struct side a, b;
    static const char http[] = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    static const uint8_t zmtp_null[64] = {0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, 0, 'N', 'U', 'L', 'L'};
    uint8_t noise[4096];
    memset(noise, 0xa5, sizeof noise);
    side_start(&a, 1, "127.0.0.1:0", NULL);
    side_start(&b, 2, "", NULL);
    int fds[12];
    for (int i = 0; i < 12; i++) {
        fds[i] = plain_connect(&a);
        const void *what = i % 3 == 0 ? (const void *)http : i % 3 == 1 ? (const void *)zmtp_null : (const void *)noise;
        size_t len = i % 3 == 0 ? sizeof http : i % 3 == 1 ? sizeof zmtp_null : sizeof noise;
        (void)!send(fds[i], what, len, MSG_NOSIGNAL);
        if (i % 2)
            close(fds[i]);
    }
    uint64_t link = link_two(&a, &b);
    for (int i = 0; i < 12; i += 2)
        close(fds[i]);
    say_send(&a, link, slice_text("fine"));
    expect(&b, BUS_FRAME);
    assert_int_equal(next_event(&a, 100), 0);
    side_stop(&b);
    side_stop(&a);
}

static void port_in_use_is_told_with_the_address(void **state)
{
    (void)state;
    struct side a, b;
    side_start(&a, 1, "127.0.0.1:0", NULL);
    side_begin(&b, 2, a.address, NULL);
    expect(&b, BUS_FAILED);
    assert_string_equal(b.text, "port_used");
    assert_string_equal(b.address, a.address);
    side_stop(&b);
    side_begin(&b, 2, "127.0.0.1", NULL);
    expect(&b, BUS_FAILED);
    assert_string_equal(b.text, "address");
    side_stop(&b);
    side_start(&b, 2, "*:0", NULL);
    assert_memory_equal(b.address, "*:", 2);
    assert_string_not_equal(b.address, "*:0");
    side_stop(&b);
    side_stop(&a);
}

static void close_by_the_caller_is_told_to_the_listener(void **state)
{
    (void)state;
    struct side a, b;
    side_start(&a, 1, "127.0.0.1:0", NULL);
    side_start(&b, 2, "", NULL);
    for (int i = 0; i < 3; i++) {
        uint64_t link = link_two(&a, &b);
        say_send(&b, 1, slice_text("bye"));
        say_close(&b, 1);
        expect(&a, BUS_FRAME);
        assert_true(slice_equal(a.bytes, slice_text("bye")));
        expect(&a, BUS_LINK_DOWN);
        assert_int_equal(a.link, link);
    }
    assert_int_equal(next_event(&b, 50), 0);
    side_stop(&b);
    side_stop(&a);
}

static void close_by_the_listener_is_told_to_the_caller_after_the_last_frame(void **state)
{
    (void)state;
    struct side a, b, c;
    side_start(&a, 1, "127.0.0.1:0", NULL);
    side_start(&b, 2, "", NULL);
    side_start(&c, 3, "", NULL);
    uint64_t link = link_two(&a, &b), other = link_two(&a, &c);
    say_send(&a, link, slice_text("bye"));
    say_close(&a, link);
    expect(&b, BUS_FRAME);
    assert_true(slice_equal(b.bytes, slice_text("bye")));
    expect(&b, BUS_LINK_DOWN);
    assert_int_equal(b.link, 1);
    say_send(&a, other, slice_text("you stay"));
    expect(&c, BUS_FRAME);
    assert_int_equal(next_event(&a, 50), 0);
    side_stop(&c);
    side_stop(&b);
    side_stop(&a);
}

static void stop_lets_the_last_frames_out_and_ends_the_links(void **state)
{
    (void)state;
    struct side a, b;
    side_start(&a, 1, "127.0.0.1:0", NULL);
    side_start(&b, 2, "", NULL);
    uint64_t link = link_two(&a, &b);
    say_send(&a, link, slice_text("bye"));
    side_stop(&a);
    expect(&b, BUS_FRAME);
    expect(&b, BUS_LINK_DOWN);
    assert_string_equal(b.text, "unreachable");
    side_stop(&b);
}

static void ipv6_loopback_works_like_any_other(void **state)
{
    (void)state;
    struct side a, b;
    int probe = socket(AF_INET6, SOCK_STREAM, 0);
    struct sockaddr_in6 at = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    bool have = probe >= 0 && bind(probe, (struct sockaddr *)&at, sizeof at) == 0;
    if (probe >= 0)
        close(probe);
    if (!have)
        skip();
    side_start(&a, 1, "[::1]:0", NULL);
    side_start(&b, 2, "", NULL);
    link_two(&a, &b);
    side_stop(&b);
    side_stop(&a);
}

struct call {
    const char *dir;
    err_t err;
    struct buf answer;
};

static void *call_thread(void *arg)
{
    struct call *c = arg;
    c->err = control_call(c->dir, slice_text("{\"what\":\"status\"}"), WAIT_MS, &c->answer);
    return NULL;
}

static void say_reply(struct side *a, struct slice json)
{
    struct buf b;
    buf_init(&b, json.len + 512);
    wr_array(&b, 3);
    wr_uint(&b, BUS_REPLY);
    wr_bin(&b, a->client);
    wr_bin(&b, json);
    command(a, &b);
}

static void one_call(const char *dir, size_t answer_len)
{
    struct side a;
    struct stat st;
    pthread_t thread;
    char path[4096];
    struct call c = {.dir = dir};
    uint8_t *json = malloc(answer_len);
    memset(json, 'x', answer_len);
    buf_init(&c.answer, 64u << 20);
    snprintf(path, sizeof path, "%s/%s", dir, CONTROL_SOCKET);
    side_start(&a, 1, "", path);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777 & ~0700u, 0);
    assert_int_equal(pthread_create(&thread, NULL, call_thread, &c), 0);
    expect(&a, BUS_REQUEST);
    assert_true(slice_equal(a.bytes, slice_text("{\"what\":\"status\"}")));
    say_reply(&a, slice_of(json, answer_len));
    pthread_join(thread, NULL);
    assert_int_equal(c.err, ERR_OK);
    assert_true(slice_equal(buf_slice(&c.answer), slice_of(json, answer_len)));
    side_stop(&a);
    assert_int_not_equal(stat(path, &st), 0);
    assert_int_equal(control_call(dir, slice_text("{}"), WAIT_MS, &c.answer), ERR_NO_DAEMON);
    buf_fini(&c.answer);
    free(json);
}

static void control_socket_answers_at_short_and_very_long_paths(void **state)
{
    (void)state;
    char dir[64] = "/tmp/allied-net-XXXXXX", deep[512];
    assert_non_null(mkdtemp(dir));
    one_call(dir, 10);
    one_call(dir, 20u << 20);
    snprintf(deep, sizeof deep, "%s/%0150d", dir, 7);
    assert_int_equal(mkdir(deep, 0700), 0);
    one_call(deep, 10);
    assert_int_equal(rmdir(deep), 0);
    assert_int_equal(rmdir(dir), 0);
}

static void daemon_that_goes_away_is_told_at_once_not_by_a_timeout(void **state)
{
    (void)state;
    struct side a;
    pthread_t thread;
    char dir[64] = "/tmp/allied-net-XXXXXX", path[128];
    struct call c = {.dir = dir};
    assert_non_null(mkdtemp(dir));
    buf_init(&c.answer, 1024);
    snprintf(path, sizeof path, "%s/%s", dir, CONTROL_SOCKET);
    side_start(&a, 1, "", path);
    assert_int_equal(pthread_create(&thread, NULL, call_thread, &c), 0);
    expect(&a, BUS_REQUEST);
    side_stop(&a);
    pthread_join(thread, NULL);
    assert_int_equal(c.err, ERR_UNANSWERED);
    buf_fini(&c.answer);
    assert_int_equal(rmdir(dir), 0);
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
        cmocka_unit_test(frame_of_several_parts_ends_that_link_alone),
        cmocka_unit_test(a_flood_goes_before_nobody),
        cmocka_unit_test(parts_without_end_are_not_kept_without_end),
        cmocka_unit_test(parts_without_end_of_who_listens_are_not_kept_either),
        cmocka_unit_test(much_that_is_taken_does_not_count_as_unread),
        cmocka_unit_test(frame_past_the_limit_ends_that_link_alone),
        cmocka_unit_test(garbage_on_the_port_does_no_harm),
        cmocka_unit_test(port_in_use_is_told_with_the_address),
        cmocka_unit_test(close_by_the_caller_is_told_to_the_listener),
        cmocka_unit_test(close_by_the_listener_is_told_to_the_caller_after_the_last_frame),
        cmocka_unit_test(stop_lets_the_last_frames_out_and_ends_the_links),
        cmocka_unit_test(ipv6_loopback_works_like_any_other),
        cmocka_unit_test(control_socket_answers_at_short_and_very_long_paths),
        cmocka_unit_test(daemon_that_goes_away_is_told_at_once_not_by_a_timeout),
    };
    if (sign_start())
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
