/*
 * copies: what the scribe answered, for as long as nothing is committed and it is not too old: many ask for the same report. Of a fixed number; the oldest makes
 * room.
 */
#ifndef ALLIED_DAEMON_SCRIBE_COPIES_H
#define ALLIED_DAEMON_SCRIBE_COPIES_H

#include "protocol/base/buf.h"
#include "protocol/base/clock.h"
#include <jansson.h>

#define COPIES_N      8
#define COPIES_MAX_MS 120000 /* what a site saw of the others is older by then */

struct copies {
    struct copy {
        struct buf key, text; /* an empty key: a free place */
        int64_t state;        /* reader_state */
        struct mono at;
    } all[COPIES_N];
};
void copies_fini(struct copies *c);
/* The answer to the same question in the same state, borrowed until the next call; len 0: there is none. `asked`: without what beside the replica goes into an answer. */
struct slice copies_find(struct copies *c, const json_t *asked, int64_t state, struct mono now);
void copies_put(struct copies *c, const json_t *asked, int64_t state, struct mono now, struct slice text);

#endif
