/*
 * watch: what sites said of their health (tables `beacons` and `strip`; daemon/core/beacons.h): the last of each, and the worst of each day. This machine's own
 * notes, neither derived nor replicated.
 */
#ifndef ALLIED_DAEMON_STORE_WATCH_H
#define ALLIED_DAEMON_STORE_WATCH_H

#include "daemon/store/store.h"

struct watch_beacon {
    struct slice beacon;                /* as signed */
    uint8_t signature[SIGNATURE_BYTES]; /* over it */
    uint8_t site[SITE_BYTES];
    int64_t received_ms; /* our wall clock, Unix milliseconds */
    bool measured;       /* clock_off_ms says something */
    int64_t clock_off_ms;
};
/* In place of the site's last one. */
err_t watch_put_beacon(struct store *s, const struct watch_beacon *b);
/* All, ascending by site; in the arena. */
err_t watch_beacons(struct store *s, struct arena *arena, struct watch_beacon **out, size_t *n);

struct watch_day {
    uint8_t site[SITE_BYTES];
    int64_t day;  /* since 1970-01-01, UTC by our clock */
    unsigned was; /* the worst: enum of the caller */
};
err_t watch_put_day(struct store *s, const struct watch_day *d);
/* From `first` on, ascending by site and day. */
err_t watch_days(struct store *s, int64_t first, struct arena *arena, struct watch_day **out, size_t *n);
err_t watch_forget(struct store *s, int64_t before); /* days before that one */

#endif
