/*
 * exchange: links that travel over HTTP (PROTOCOL.md §8.5). Towards sync such a link is as any other: it comes up, frames come in, what is sent is kept until the
 * other side has it, and it ends. exchange.c has the links and what is said on them, exchange_ask.c the side that asks, exchange_answer.c the side
 * that is asked. Nothing goes out in the middle of an event: exchange_flush, at its end, does what there is to do, so that what was said together
 * travels together.
 */
#ifndef ALLIED_DAEMON_CORE_EXCHANGE_H
#define ALLIED_DAEMON_CORE_EXCHANGE_H

#include "daemon/core/state.h"
#include "protocol/exchange/exchange.h"

#define EXCHANGE_HOLD_MS     25000 /* so long an answer is kept back at most */
#define EXCHANGE_SMALL_BYTES 4096u /* what goes along with a request that waits, and with an answer that does not */
#define EXCHANGE_GIVE_BYTES  (640u * 1024) /* past that no further message goes into a body: 20 s must do for it */
#define EXCHANGE_OPEN_MS     15000         /* from the naming of a session to its first request */
#define EXCHANGE_LINGER_MS   10000         /* so long what was said last may still be fetched or brought */
#define EXCHANGE_NEW_MAX     64u           /* sessions named to strangers that have not begun */
#define EXCHANGE_MAX         1024u         /* sessions in all; past that strangers are told to come later */
#define EXCHANGE_NEW_SITE    4u            /* the same, of one site */

/* A request of ours under way. */
struct exchange_lane {
    uint64_t post; /* 0: none */
    uint8_t hash[HASH_BYTES];
    uint64_t upto; /* number after its last message */
    struct mono sent, due;
    unsigned failures;
};

struct exchange {
    uint64_t link;
    bool asks; /* we opened it: requests are ours, answers theirs */
    bool up;   /* sync knows it */
    bool over; /* sync has dropped it, or was told of its end */
    bool gone; /* over, and nothing more is to be said */
    err_t broken;
    uint8_t self[SITE_BYTES], site[SITE_BYTES], session[EXCHANGE_SESSION_BYTES];
    bool has_session;
    char *url;        /* whom we ask */
    struct buf *said; /* not known to have arrived: numbers first … first + said_n - 1 */
    size_t said_n, said_room, said_bytes;
    uint64_t first, given, taken;    /* given: numbers below were in some answer; taken: how many of theirs came */
    struct exchange_lane wait, push; /* asking */
    int64_t hold_ms; /* so long an answer may be kept back: less where something in between does not bear it */
    struct {
        uint64_t ticket; /* 0: none */
        uint8_t hash[HASH_BYTES];
        uint64_t received;
        struct mono until;
    } held; /* asked: the request whose answer is kept back */
    struct mono heard, end;
};

/* ---- for sync and reach ---- */
bool exchange_is(const struct core *c, uint64_t link);
void exchange_connect(struct core *c, uint64_t link, const uint8_t site[SITE_BYTES], struct slice endpoint);
void exchange_send(struct core *c, uint64_t link, struct slice message); /* over HTTP or ZeroMQ, as the link goes */
void exchange_close(struct core *c, uint64_t link);                      /* what was said still goes out */

/* ---- for core ---- */
void exchange_posted(struct core *c, uint64_t post, unsigned status, err_t why, struct slice body);
void exchange_asked(struct core *c, uint64_t ticket, struct slice body);
void exchange_flush(struct core *c);
void exchange_stop(struct core *c);
void exchange_free(struct core *c);

/* ---- between the parts ---- */
struct exchange *exchange_new(struct core *c, uint64_t link); /* NULL without memory */
struct own *exchange_own(struct core *c, const uint8_t site[SITE_BYTES]);
static inline uint64_t exchange_end(const struct exchange *x) /* number of the next message */
{
    return x->first + x->said_n;
}
/* The messages from number `from` on, as many as go into `bytes`, at least one if `one`. `list` has room for EXCHANGE_LIST. */
#define EXCHANGE_LIST 512u
size_t exchange_pick(const struct exchange *x, uint64_t from, size_t bytes, bool one, struct slice list[EXCHANGE_LIST]);
void exchange_arrived(struct exchange *x, uint64_t received); /* they have what comes before this number */
void exchange_take(struct core *c, struct exchange *x, uint64_t first, const struct slice *messages, size_t n);
void exchange_over(struct core *c, struct exchange *x, err_t why); /* tells sync, and says nothing more */
void exchange_ask_flush(struct core *c, struct exchange *x, struct mono now);
void exchange_ask_stop(struct core *c, struct exchange *x);
void exchange_answer_flush(struct core *c, struct exchange *x, struct mono now);

#endif
