#include "daemon/web/kept.h"
#include <stdio.h>
#include <string.h>

static size_t place_of(const uint8_t key[KEPT_KEY_BYTES])
{
    return key[0] % KEPT_SLOTS;
}

static void forget(struct kept_one *one)
{
    buf_fini(&one->body);
    one->there = false;
}

void kept_fini(struct kept *k)
{
    for (size_t i = 0; i < KEPT_SLOTS; i++)
        if (k->slots[i].there)
            forget(&k->slots[i]);
    k->known = false;
}

void kept_at(struct kept *k, int64_t state)
{
    if (!k->known || k->state != state)
        kept_fini(k);
    k->known = true;
    k->state = state;
}

const struct kept_one *kept_find(const struct kept *k, const uint8_t key[KEPT_KEY_BYTES])
{
    const struct kept_one *one = &k->slots[place_of(key)];
    return one->there && memcmp(one->key, key, KEPT_KEY_BYTES) == 0 ? one : NULL;
}

void kept_put(struct kept *k, const uint8_t key[KEPT_KEY_BYTES], const char *tag, struct slice body)
{
    struct kept_one *one = &k->slots[place_of(key)];
    if (!k->known || body.len > KEPT_BODY_BYTES || strlen(tag) >= sizeof one->tag)
        return;
    if (one->there)
        forget(one);
    buf_init(&one->body, KEPT_BODY_BYTES);
    if (buf_add(&one->body, body)) {
        forget(one);
        return;
    }
    memcpy(one->key, key, KEPT_KEY_BYTES);
    snprintf(one->tag, sizeof one->tag, "%s", tag);
    one->there = true;
}
