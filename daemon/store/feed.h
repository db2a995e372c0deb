/*
 * feed: which records came to look otherwise here, in what order and when (local table `feed`): for those who harvest. What arrives late is dated by its arrival,
 * so that whoever asks for all since his last harvest misses nothing. A rebuild changes no canonical bytes, and with them nothing here.
 *
 * Times are Unix seconds, never falling from row to row, and never before the COMMIT with which the row is seen (feed_move mends what a slow one made late).
 */
#ifndef ALLIED_DAEMON_STORE_FEED_H
#define ALLIED_DAEMON_STORE_FEED_H

#include "daemon/store/replica.h"

/* ---- writing, in the transaction that changed the replica ---- */

/* The time for what is noted now: past now_s, and not before the last one. */
err_t feed_stamp(struct store *s, int64_t now_s, int64_t *at_s);
/*
 * Notes a record whose canonical bytes differ from those noted last. One that is gone and never was noted is left out. *noted: there is a new row.
 */
err_t feed_note(struct store *s, struct slice record, int64_t at_s, bool *noted);
/* Rows of from_s and later become those of to_s: COMMIT took that long. */
err_t feed_move(struct store *s, int64_t from_s, int64_t to_s);

/* ---- reading ---- */

struct feed_row {
    int64_t serial; /* from 1; never given twice */
    uint8_t record[RECORD_BYTES];
    int64_t at_s;
    bool last; /* nothing later is noted about this record */
};
struct feed_ask {
    int64_t after, upto;  /* serials: after < serial <= upto */
    struct slice ally;    /* 8 bytes, or empty: all */
    struct slice concept; /* 16 bytes: records that it indexes now; or empty: all */
    bool last_alone;      /* rows that are the last of their record */
    bool backwards;       /* the newest first */
    size_t limit;
};
err_t feed_page(struct store *s, const struct feed_ask *ask, struct arena *arena, struct feed_row **out, size_t *n);
err_t feed_count(struct store *s, const struct feed_ask *ask, uint64_t *out); /* whatever the limit */
/* The last row about a record; ERR_NOT_FOUND. */
err_t feed_of(struct store *s, struct slice record, struct feed_row *out);
/* The row of a serial; ERR_NOT_FOUND. */
err_t feed_at(struct store *s, int64_t serial, struct feed_row *out);
/* Serials of what has from_s <= at_s <= until_s: *after < serial <= *upto. */
err_t feed_between(struct store *s, int64_t from_s, int64_t until_s, int64_t *after, int64_t *upto);
/* Serial and time of the newest row, and the time of the oldest; 0 where there is none. */
struct feed_span {
    int64_t newest, newest_s, oldest_s;
};
err_t feed_span(struct store *s, struct feed_span *out);

#endif
