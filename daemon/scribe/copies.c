#include "daemon/scribe/copies.h"

#define KEY_BYTES  4096     /* a longer question is not kept */
#define TEXT_BYTES 4000000u /* nor is a longer answer */

static int add_piece(const char *at, size_t n, void *ctx)
{
    return buf_append(ctx, at, n) ? -1 : 0;
}

/* Whatever else is handed in with a question, how the other sites are is told anew in a moment. */
static err_t key_of(const json_t *asked, struct buf *out)
{
    json_t *bare = json_deep_copy(asked);
    buf_init(out, KEY_BYTES);
    json_object_del(json_object_get(bare, "args"), "sites");
    int bad = bare ? json_dump_callback(bare, add_piece, out, JSON_COMPACT | JSON_SORT_KEYS) : -1;
    json_decref(bare);
    return bad ? ERR_MEMORY : out->err;
}

static void drop(struct copy *one)
{
    buf_fini(&one->key);
    buf_fini(&one->text);
    *one = (struct copy){.state = 0};
}

void copies_fini(struct copies *c)
{
    for (size_t i = 0; i < COPIES_N; i++)
        drop(&c->all[i]);
}

static struct copy *of_key(struct copies *c, struct slice key)
{
    for (size_t i = 0; i < COPIES_N; i++)
        if (c->all[i].key.len && slice_equal(buf_slice(&c->all[i].key), key))
            return &c->all[i];
    return NULL;
}

struct slice copies_find(struct copies *c, const json_t *asked, int64_t state, struct mono now, bool *fresh)
{
    struct buf key;
    struct copy *found = NULL;
    for (size_t i = 0; i < COPIES_N; i++)
        if (c->all[i].key.len && now.ms - c->all[i].at.ms >= COPIES_OLD_MS)
            drop(&c->all[i]);
    if (!key_of(asked, &key))
        found = of_key(c, buf_slice(&key));
    buf_fini(&key);
    *fresh = found && found->state == state && now.ms - found->at.ms < COPIES_MAX_MS;
    return found ? buf_slice(&found->text) : slice_of("", 0);
}

static struct copy *place_for(struct copies *c, struct slice key)
{
    struct copy *place = of_key(c, key), *oldest = &c->all[0];
    for (size_t i = 1; i < COPIES_N && oldest->key.len; i++)
        if (!c->all[i].key.len || c->all[i].at.ms < oldest->at.ms)
            oldest = &c->all[i];
    return place ? place : oldest;
}

void copies_put(struct copies *c, const json_t *asked, int64_t state, struct mono now, struct slice text)
{
    struct copy fresh = {.state = state, .at = now};
    buf_init(&fresh.text, TEXT_BYTES);
    if (key_of(asked, &fresh.key) || buf_add(&fresh.text, text)) {
        drop(&fresh);
        return;
    }
    struct copy *place = place_for(c, buf_slice(&fresh.key));
    drop(place);
    *place = fresh;
}
