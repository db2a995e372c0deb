/*
 * A network thread on loopback with its own context, as in a process of its own; the test is its core.
 */
#ifndef ALLIED_TESTS_HELP_NET_SIDE_H
#define ALLIED_TESTS_HELP_NET_SIDE_H

#include "peers/net.h"
#include <pthread.h>

#define NET_SIDE_WAIT_MS 8000

struct net_side {
    struct bus *bus;
    struct bus_end *core, *net;
    struct net_options options;
    struct sign_key key;
    char address[128]; /* where it listens */
    pthread_t thread;
    struct buf message;
    /* the last event; borrowed until the next one */
    uint64_t link;
    bool has_site;
    uint8_t curve[32];
    struct slice bytes;
    char text[300];
};

/* `listen` "": it only dials. Its key comes of `seed`. start: once it listens. */
void net_side_begin(struct net_side *s, uint8_t seed, const char *listen);
void net_side_start(struct net_side *s, uint8_t seed, const char *listen);
void net_side_stop(struct net_side *s);
/* The next event, enum bus_event; 0 when none comes in time. expect: fails the test unless it is this one. */
unsigned net_side_next(struct net_side *s, long timeout_ms);
void net_side_expect(struct net_side *s, unsigned event);

void net_side_connect(struct net_side *s, uint64_t link, const uint8_t site[32], const char *address);
void net_side_send(struct net_side *s, uint64_t link, struct slice frame);
void net_side_close(struct net_side *s, uint64_t link);
/* b's link 1 to a, with a first frame each way; returns a's number. */
uint64_t net_side_link(struct net_side *a, struct net_side *b);
uint16_t net_side_port(const struct net_side *s);

#endif
