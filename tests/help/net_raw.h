/*
 * net_raw: a peer that speaks ZMTP 3.1 with CURVE (RFC 23, RFC 26) by itself, so that it can send what libzmq never would: parts without a last one.
 */
#ifndef ALLIED_TESTS_HELP_NET_RAW_H
#define ALLIED_TESTS_HELP_NET_RAW_H

#include "protocol/sign/sign.h"

struct net_raw {
    int fd;
    bool listens; /* the server's side */
    uint64_t nonce;
    uint8_t shared[32]; /* the connection's keys, combined */
};

/* Connects to the loopback port and completes the handshake under `key` with the server's CURVE key. False where it fails. */
bool net_raw_open(struct net_raw *r, uint16_t port, const struct sign_key *key, const uint8_t server[32]);
/* Accepts one connection and completes the handshake as the server with that CURVE key. False where it fails. */
bool net_raw_accept(struct net_raw *r, int listening, const uint8_t secret[32]);
/* One frame of at most 64 KiB; `more`: not the last of its message. False once the other side has hung up. */
bool net_raw_send(struct net_raw *r, struct slice bytes, bool more);
void net_raw_close(struct net_raw *r);
/* A loopback socket that listens and says nothing by itself; its address. The caller closes it. */
int net_raw_listener(char *address, size_t size);

#endif
