/*
 * once: answers to requests that their client may send again (local table `answers`): kept in the transaction of what the request wrote, so that it is done once,
 * whatever is lost in between.
 */
#ifndef ALLIED_DAEMON_STORE_ONCE_H
#define ALLIED_DAEMON_STORE_ONCE_H

#include "daemon/store/store.h"

#define ONCE_BYTES   16
#define ONCE_KEEP_MS INT64_C(86400000) /* how long an answer is kept */

struct once {
    uint8_t key[ONCE_BYTES];     /* what the client calls the request by, with who it is: hashed */
    uint8_t request[ONCE_BYTES]; /* of all that was asked */
    struct slice answer;         /* JSON */
    int64_t at_ms;               /* Unix milliseconds */
};
/* The one kept under out->key since `since_ms`; ERR_NOT_FOUND. The answer in the arena. */
err_t once_get(struct store *s, int64_t since_ms, struct arena *arena, struct once *out);
/* Keeps it, and drops what was kept longer than ONCE_KEEP_MS before it. */
err_t once_put(struct store *s, const struct once *once);

#endif
