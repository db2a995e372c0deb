#include "tests/help/net_side.h"

#include "protocol/base/limits.h"
#include "protocol/wire/rd.h"
#include "protocol/wire/wr.h"
#include "tests/help/bus_say.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void *side_thread(void *arg)
{
    struct net_side *s = arg;
    net_run(s->bus, s->net, &s->options);
    return NULL;
}

static void read_text(struct rd *r, char *out, size_t size)
{
    struct slice t = rd_text(r, size - 1);
    memcpy(out, t.at, t.len);
    out[t.len] = 0;
}

unsigned net_side_next(struct net_side *s, long timeout_ms)
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
    } else if (event == BUS_FAILED) {
        read_text(&r, s->text, sizeof s->text);
        read_text(&r, s->address, sizeof s->address);
    } else {
        read_text(&r, s->address, sizeof s->address);
    }
    assert_int_equal(rd_end(&r), ERR_OK);
    return event;
}

void net_side_expect(struct net_side *s, unsigned event)
{
    assert_int_equal(net_side_next(s, NET_SIDE_WAIT_MS), event);
}

void net_side_begin(struct net_side *s, uint8_t seed, const char *listen)
{
    uint8_t bytes[SEED_BYTES];
    memset(s, 0, sizeof *s);
    memset(bytes, seed, sizeof bytes);
    sign_key_from_seed(bytes, &s->key);
    assert_int_equal(sign_curve_secret(&s->key, s->options.curve_secret), ERR_OK);
    assert_int_equal(sign_curve_public(s->key.pub, s->options.curve_public), ERR_OK);
    s->options.listen = listen;
    buf_init(&s->message, 2 * LIMIT_REQUEST_BYTES);
    assert_int_equal(bus_open(&s->bus), ERR_OK);
    assert_int_equal(bus_attach(s->bus, "net", true, &s->core), ERR_OK);
    assert_int_equal(bus_attach(s->bus, "net", false, &s->net), ERR_OK);
    assert_int_equal(pthread_create(&s->thread, NULL, side_thread, s), 0);
}

void net_side_start(struct net_side *s, uint8_t seed, const char *listen)
{
    net_side_begin(s, seed, listen);
    net_side_expect(s, BUS_LISTENING);
}

void net_side_stop(struct net_side *s)
{
    bus_say_stop(s->core);
    pthread_join(s->thread, NULL);
    bus_detach(s->core);
    bus_detach(s->net);
    bus_close(s->bus);
    buf_fini(&s->message);
}

void net_side_connect(struct net_side *s, uint64_t link, const uint8_t site[32], const char *address)
{
    struct buf b;
    buf_init(&b, 1024);
    wr_array(&b, 4);
    wr_uint(&b, BUS_CONNECT);
    wr_uint(&b, link);
    wr_bin(&b, slice_of(site, 32));
    wr_text(&b, slice_text(address));
    bus_say(s->core, &b);
}

void net_side_send(struct net_side *s, uint64_t link, struct slice frame)
{
    struct buf b;
    buf_init(&b, frame.len + 64);
    wr_array(&b, 3);
    wr_uint(&b, BUS_SEND);
    wr_uint(&b, link);
    wr_bin(&b, frame);
    bus_say(s->core, &b);
}

void net_side_close(struct net_side *s, uint64_t link)
{
    struct buf b;
    buf_init(&b, 64);
    wr_array(&b, 2);
    wr_uint(&b, BUS_CLOSE);
    wr_uint(&b, link);
    bus_say(s->core, &b);
}

uint64_t net_side_link(struct net_side *a, struct net_side *b)
{
    net_side_connect(b, 1, a->key.pub, a->address);
    net_side_expect(b, BUS_LINK_UP);
    net_side_send(b, 1, slice_text("first"));
    net_side_expect(a, BUS_LINK_UP);
    uint64_t link = a->link;
    net_side_expect(a, BUS_FRAME);
    return link;
}

uint16_t net_side_port(const struct net_side *s)
{
    return (uint16_t)strtoul(strrchr(s->address, ':') + 1, NULL, 10);
}
