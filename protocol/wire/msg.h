/*
 * msg: messages between sites, bytes <-> values. Decoding is scan, then read; slices point into the bytes, lists live in the arena.
 * Commits, charters and acts travel as bins: their own decoders look into them.
 */
#ifndef ALLIED_PROTOCOL_WIRE_MSG_H
#define ALLIED_PROTOCOL_WIRE_MSG_H

#include "protocol/base/arena.h"
#include "protocol/base/buf.h"
#include "protocol/wire/msg.def"

#define PROTOCOL_VERSION 1

enum msg_type {
#define X(id, number, name) MSG_##id = number,
    MESSAGES(X)
#undef X
};

struct msg_head { /* one log's head, as the sender has it durably */
    uint8_t site[32];
    uint64_t incarnation, seq;
    uint8_t id[32];
};
struct msg_site { /* BLAKE2b-256 over that site's counting heads: see PROTOCOL.md §8 */
    uint8_t site[32], digest[32];
};
struct msg_hello {
    uint64_t version;
    uint8_t alliance[16], site[32], session[8];
    uint64_t charter_number, roster_number;
    uint8_t charter_id[32], roster_id[32];
    uint8_t inputs[32];
    uint64_t fold;
    uint8_t state[32];
    struct slice software;
};
struct msg_charter {
    const struct slice *charters, *acts; /* carried forms */
    size_t charters_n, acts_n;
    bool more;
};
struct msg_bins { /* ERASE: commits; PROMISE: promises; carried forms */
    const struct slice *items;
    size_t n;
};
struct msg_fork {
    struct slice one, other; /* commits, carried forms */
};
struct msg_vector {
    unsigned level; /* 0 digest, 1 sites, 2 logs */
    uint8_t inputs[32];
    const struct msg_site *sites;
    size_t sites_n;
    const struct msg_head *heads;
    size_t heads_n;
    bool more;
};
struct msg_want {
    uint8_t site[32];
    uint64_t incarnation, first, last;
};
struct msg_run {
    uint8_t site[32];
    uint64_t incarnation, first;
    const struct slice *commits; /* carried forms, consecutive */
    size_t commits_n;
    bool done; /* nothing more follows for that WANT */
};
struct msg_ack {
    uint64_t credit;              /* bytes of RUN and NEW messages given back */
    const struct msg_head *heads; /* durable; ids are not carried */
    size_t heads_n;
};
struct msg_new {
    struct msg_head head;
    struct slice commit; /* empty: ask with WANT */
};
struct msg_beacon {
    struct slice beacon; /* see protocol/beacon/beacon.h */
    uint8_t signature[64];
};
struct msg_join {         /* JOIN, and VOUCH with the word of whom the request reached */
    struct slice request; /* see join.h */
    uint8_t secret_signature[64], site_signature[64];
    struct slice word; /* VOUCH alone */
    uint8_t inviter_signature[64];
};
struct msg_welcome {
    struct slice code, detail;
};
struct msg_ping {
    uint64_t number;
    uint8_t inputs[32];
    uint64_t fold;
    uint8_t state[32];
};
struct msg_bye {
    struct slice code, reason;
    uint64_t retry_after_s;
};

struct msg {
    enum msg_type type;
    union {
        struct msg_hello hello;
        struct msg_charter charter;
        struct msg_bins bins; /* ERASE, PROMISE */
        struct msg_fork fork;
        struct msg_vector vector;
        struct msg_want want;
        struct msg_run run;
        struct msg_ack ack;
        struct msg_new fresh;
        struct msg_beacon beacon;
        struct msg_join join; /* JOIN and VOUCH */
        struct msg_welcome welcome;
        struct msg_ping ping; /* PING and PONG */
        struct msg_bye bye;
    };
};

/* What scan and rd say; ERR_PEER_PROTOCOL for a number that is no message's. */
err_t msg_decode(struct slice bytes, struct arena *arena, struct msg *out);
/* The same; *at: how many bytes were read until the first fault, 0 where not even the number was. */
err_t msg_decode_at(struct slice bytes, struct arena *arena, struct msg *out, size_t *at);
/* Appends. ERR_TOO_LARGE past LIMIT_MESSAGE_BYTES. */
err_t msg_encode(const struct msg *m, struct buf *out);
const char *msg_name(enum msg_type type);

#endif
