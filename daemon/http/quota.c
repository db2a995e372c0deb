#include "daemon/http/quota.h"
#include <string.h>

#define WAYS      4 /* places in which an address may lie */
#define MINUTE_MS 60000

void quota_init(struct quota *q, unsigned burst, unsigned per_minute)
{
    memset(q, 0, sizeof *q);
    q->burst = burst;
    q->per_minute = per_minute;
}

/* FNV-1a: whoever can choose addresses freely has many more than there are slots. */
static size_t hash_of(const uint8_t key[8])
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < 8; i++)
        h = (h ^ key[i]) * 16777619u;
    return h;
}

static struct quota_slot *slot_of(struct quota *q, const uint8_t key[8], struct mono now)
{
    size_t first = hash_of(key) & (QUOTA_SLOTS - 1) & ~(size_t)(WAYS - 1);
    struct quota_slot *oldest = &q->slots[first];
    for (size_t i = first; i < first + WAYS; i++) {
        struct quota_slot *s = &q->slots[i];
        if (s->taken && memcmp(s->key, key, sizeof s->key) == 0)
            return s;
        if (oldest->taken && (!s->taken || s->at.ms < oldest->at.ms))
            oldest = s;
    }
    *oldest = (struct quota_slot){.taken = true, .left_thousandths = (int64_t)q->burst * 1000, .at = now};
    memcpy(oldest->key, key, sizeof oldest->key);
    return oldest;
}

bool quota_take(struct quota *q, const struct conn_key *from, struct mono now, unsigned *retry_s)
{
    struct quota_slot *s = slot_of(q, from->bytes, now);
    int64_t full = (int64_t)q->burst * 1000, away = now.ms - s->at.ms;
    if (away >= MINUTE_MS * (int64_t)q->burst / q->per_minute)
        s->left_thousandths = full;
    else /* thousandths of a request a millisecond: per_minute / 60 */
        s->left_thousandths += away * q->per_minute / 60;
    if (s->left_thousandths > full)
        s->left_thousandths = full;
    s->at = now;
    if (s->left_thousandths >= 1000) {
        s->left_thousandths -= 1000;
        return true;
    }
    *retry_s = (unsigned)(((1000 - s->left_thousandths) * 60 / q->per_minute + 999) / 1000);
    *retry_s = *retry_s ? *retry_s : 1;
    return false;
}
