/*
 * copies: what the scribe answered, fresh for as long as nothing is committed and it is not too old: many ask for the same report. One that is no longer fresh
 * is still there for a while, for who may be given it. Of a fixed number; the oldest makes room.
 */
#ifndef ALLIED_DAEMON_SCRIBE_COPIES_H
#define ALLIED_DAEMON_SCRIBE_COPIES_H

#include "protocol/base/buf.h"
#include "protocol/base/clock.h"
#include <jansson.h>

#define COPIES_N      8
#define COPIES_MAX_MS 120000 /* what a site saw of the others is older by then */
#define COPIES_OLD_MS 600000 /* nobody is given one as old */

struct copies {
    struct copy {
        struct buf key, text; /* an empty key: a free place */
        int64_t state;        /* reader_state */
        struct mono at;
    } all[COPIES_N];
};
void copies_fini(struct copies *c);
/*
 * The answer to the same question, borrowed until the next call; len 0: there is none. *fresh: from the same state, and not too old. `asked`: without what
 * beside the replica goes into an answer.
 */
struct slice copies_find(struct copies *c, const json_t *asked, int64_t state, struct mono now, bool *fresh);
/* Takes the place of the one to the same question. */
void copies_put(struct copies *c, const json_t *asked, int64_t state, struct mono now, struct slice text);

#endif
