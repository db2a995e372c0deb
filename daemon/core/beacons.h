/*
 * beacons: what each site says of its health (PROTOCOL.md §8.7), signed by it and passed on from site to site; in no log. A daemon says its own once a minute, and
 * sooner where something changed; of each other site the newest stands here, beside when it came by our own clock, and so what is known of its clock; and
 * for 90 days the worst of each day. Two local tables (daemon/store/watch.h) keep both over a restart, written down once a minute.
 *
 * beacons.c the rows and what comes in, beacons_say.c our own, beacons_pass.c passing on, beacons_days.c the strip and the tables.
 */
#ifndef ALLIED_DAEMON_CORE_BEACONS_H
#define ALLIED_DAEMON_CORE_BEACONS_H

#include "daemon/core/propagation.h"
#include "daemon/core/state.h"
#include "protocol/beacon/beacon.h"

#define BEACON_EVERY_MS     60000
#define BEACON_SOON_MS      10000    /* not more often, whatever changes */
#define BEACON_SILENT_MS    180000   /* who has not been heard of for so long is silent */
#define BEACON_CLOCK_OFF_MS 120000   /* a clock as far from ours is wrong */
#define BEACON_WORD         "beacon" /* in HELLO's software: takes message 10 */
#define STRIP_DAYS          90

/* As the table `strip` has them; the worst of a day is the highest. */
enum health { HEALTH_UNKNOWN, HEALTH_OK, HEALTH_DEGRADED, HEALTH_SILENT };

struct beacon_row {
    uint8_t site[SITE_BYTES], host[SITE_BYTES]; /* host: whose daemon says it; the site itself where it has one */
    bool any;                                   /* something was said */
    struct beacon said;                         /* version points into bytes */
    uint8_t bytes[BEACON_MAX_BYTES], signature[SIGNATURE_BYTES];
    size_t bytes_n;
    bool troubled;           /* one of its problems is worse than a warning */
    struct mono heard, came; /* when it was alive, as far as is known; when the last one came */
    int64_t received_ms;     /* `heard` by our wall clock */
    bool measured;           /* clock_off_ms says something */
    int64_t clock_off_ms;    /* its clock minus ours */
    struct mono pass_at;     /* not to be passed on before */
    unsigned allowance;      /* how many more are taken at once */
    struct mono allowed;
    struct mono asked; /* when others were last shown how old ours is, and how often since it was heard */
    unsigned asks;
    uint8_t days[STRIP_DAYS]; /* enum health; of day d at d % STRIP_DAYS */
    int64_t day;              /* the last one that counts, since 1970-01-01; those after it are unknown */
    bool dirty;               /* not written down */
    int64_t day_dirty;        /* nor the days from that one on; 0: all are */
};

struct beacons {
    struct beacon_row **rows; /* in the order they came; a row stays where it is */
    size_t n, room;
    struct mono listening; /* since when somebody has been connected all the while; -1 ms: nobody is */
    struct mono looked;    /* when our own problems were last looked at */
    struct mono said;      /* when ours was last said */
    struct mono written;
    int64_t forgotten; /* the day on which old days were last forgotten */
    uint16_t problems[BEACON_PROBLEMS_MAX];
    size_t problems_n;
    bool changed;                   /* since ours was said */
    uint8_t told_state[HASH_BYTES]; /* as ours last said */
    int64_t up_since_ms;
    uint64_t passed_over; /* of those that came too often */
    struct propagation propagation;
};

/* ---- beacons.c ---- */
/* Where the settings ask for them; what the tables hold. */
err_t beacons_open(struct core *c);
void beacons_close(struct core *c); /* writes down what is not yet */
void beacons_tick(struct core *c, struct mono now);
/* ERR_SIGNATURE, ERR_ALLIANCE and what a decoder says: faults of the peer. All else is passed over or taken. */
err_t beacons_take(struct core *c, struct peer *p, const struct msg_beacon *m);
/* A commit of another site is stored; where it came in a live session, it tells how long they take. */
void beacons_travelled(struct core *c, const struct commit *commit, uint64_t from_link);
/* NULL: nothing was ever heard of it. */
const struct beacon_row *beacons_of(const struct core *c, const uint8_t site[SITE_BYTES]);
enum health beacons_health(const struct core *c, const struct beacon_row *row);
/* Is it this site's clock that differs from ours by too much, and not ours from everybody's? */
bool beacons_clock_is_off(const struct core *c, const struct beacon_row *row);
/* Do most of the others' clocks, of two at least, disagree with ours the same way? By how much, at the least. */
bool beacons_our_clock_is_off(const struct core *c, int64_t *off_ms);

/* ---- beacons_say.c ---- */
void beacons_say(struct core *c, struct mono now);
/* Somebody speaks as one of ours, or we forgot how far we had counted: ours go on behind that number. */
void beacons_count_from(struct core *c, const struct beacon *ours, const struct msg_beacon *m);

/* ---- beacons_pass.c ---- */
void beacons_pass(struct core *c, struct mono now);
/* One of that number came from the peer: what it needs no more, or still lacks. `known`: ours was as new before. */
void beacons_heard_from(struct core *c, struct peer *p, size_t row, uint64_t number, bool known);

/* ---- beacons_days.c ---- */
/* Is it the site itself, or its host, whose daemon speaks there? */
bool beacons_is_its_daemon(const struct beacon_row *row, const struct peer *p);
struct beacon_row *beacons_row(struct core *c, const uint8_t site[SITE_BYTES],
                               size_t *at); /* makes it; NULL without memory */
void beacons_mark(const struct core *c, struct beacon_row *row, enum health was);
/* What it says from now on: a beacon that decodes. Copied. */
void beacons_set(struct core *c, struct beacon_row *row, struct slice beacon, const uint8_t signature[SIGNATURE_BYTES]);
/* One letter a day, STRIP_DAYS of them, the last one today: 'o' well, 'd' degraded, 's' silent for a while, '-' nothing heard, '.' nothing
 * yet: it was not there, or not known here. Today is never '.'. */
void beacons_strip(const struct core *c, const struct beacon_row *row, char out[STRIP_DAYS + 1]);
err_t beacons_load(struct core *c);
void beacons_write(struct core *c, struct mono now);

#endif
