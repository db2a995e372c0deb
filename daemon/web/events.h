/*
 * events: what changes here, as it comes, as a stream of server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html):
 *
 *   id: a commit's name            the place behind it, as cursors of `changes` name it: whoever comes back with it as Last-Event-ID misses and repeats nothing
 *   event: record | concept | retired
 *   data: {"type", "id", "label", "fields", "commit", "at", "ally", "ally_name"}
 *
 * One event for each entity a commit touched with ops that count; the id stands with a commit's last one. `reset`: that place is not known here (a backup was put back, a
 * log was cut): read anew what you follow; the stream goes on from now.
 */
#ifndef ALLIED_DAEMON_WEB_EVENTS_H
#define ALLIED_DAEMON_WEB_EVENTS_H

#include "daemon/http/request.h"
#include "daemon/read/read.h"
#include "daemon/store/changed.h"

#define EVENTS_BEAT_MS  20000 /* a comment after so much silence */
#define EVENTS_RETRY_MS 3000
#define EVENTS_COMMITS  50 /* looked at in one go */
#define EVENT_PLACE_MAX 32

enum event_type { EVENT_RECORD, EVENT_CONCEPT, EVENT_RETIRED, EVENT_TYPES };

struct events {                  /* one stream */
    char place[EVENT_PLACE_MAX]; /* the commit behind which it stands; "": before the first */
    unsigned types;              /* 1 << enum event_type */
    bool begun;
    struct changed_state state; /* of the replica, as it was looked at last */
    struct mono said;           /* the last byte */
};
/* The names, comma-separated; NULL or "": all. ERR_HTTP_VALUE. */
err_t events_types(const char *text, unsigned *out);
/* Adds what happened behind its place, or nothing. The reading is of one state; its args and result are used. */
err_t events_step(struct events *s, struct read *r, struct mono now, struct buf *out);

http_handler events_serve; /* GET /events */

#endif
