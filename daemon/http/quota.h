/*
 * quota: how often an address may ask: a bucket for each, which fills again with time. A table of fixed size: who has not come for longest makes room.
 */
#ifndef ALLIED_DAEMON_HTTP_QUOTA_H
#define ALLIED_DAEMON_HTTP_QUOTA_H

#include "daemon/http/conn.h"

#define QUOTA_SLOTS 1024 /* a power of two */

struct quota_slot {
    uint8_t key[8];
    bool taken;
    int64_t left_thousandths; /* of a request */
    struct mono at;           /* when that was so */
};
struct quota {
    unsigned burst, per_minute; /* at once; then */
    struct quota_slot slots[QUOTA_SLOTS];
};

void quota_init(struct quota *q, unsigned burst, unsigned per_minute);
/* One request of that address. False: too many; *retry_s gets after how many seconds there is room for one (at least 1). */
bool quota_take(struct quota *q, const struct conn_key *from, struct mono now, unsigned *retry_s);

#endif
