/*
 * kept: what was answered about single entities, for as long as nobody commits to the replica: many ask for the same ones, and each is made out of a dozen reads. Of a fixed
 * size; who comes last takes the place. What was made of another state is freed, not only passed over.
 */
#ifndef ALLIED_DAEMON_WEB_KEPT_H
#define ALLIED_DAEMON_WEB_KEPT_H

#include "protocol/base/buf.h"

#define KEPT_SLOTS      64
#define KEPT_KEY_BYTES  16 /* a hash of all that the answer depends on beside the replica */
#define KEPT_TAG_BYTES  96
#define KEPT_BODY_BYTES 32768 /* what is larger is not kept */

struct kept_one {
    bool there;
    uint8_t key[KEPT_KEY_BYTES];
    char tag[KEPT_TAG_BYTES]; /* ETag, with its quotes */
    struct buf body;
};
struct kept {
    bool known;
    int64_t state; /* reader_state of what is kept here; where known */
    struct kept_one slots[KEPT_SLOTS];
};

void kept_fini(struct kept *k); /* forgets all; nothing is kept until kept_at */
void kept_at(struct kept *k, int64_t state);
const struct kept_one *kept_find(const struct kept *k, const uint8_t key[KEPT_KEY_BYTES]); /* NULL: not here */
/* The answer is of the state that kept_at named last, or of a later one. */
void kept_put(struct kept *k, const uint8_t key[KEPT_KEY_BYTES], const char *tag, struct slice body);

#endif
