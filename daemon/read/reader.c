#include "daemon/read/reader.h"
#include "daemon/read/roll.h"
#include "daemon/store/local.h"
#include <stdlib.h>

struct reader {
    struct store *store;
    struct authority authority;
    bool known;        /* the authority is that of `effect` */
    struct buf effect; /* SETTING_EFFECT as it was when the authority was made */
};

#define EFFECT_BYTES_MAX 1024

err_t reader_open(const char *path, struct reader **out, struct why *why)
{
    struct reader *r = calloc(1, sizeof *r);
    if (!r)
        return ERR_MEMORY;
    err_t e = store_open(path, STORE_READ, &r->store, why);
    buf_init(&r->effect, EFFECT_BYTES_MAX);
    if (e) {
        reader_close(r);
        return e;
    }
    *out = r;
    return ERR_OK;
}

void reader_close(struct reader *r)
{
    if (!r)
        return;
    store_close(r->store);
    authority_fini(&r->authority);
    buf_fini(&r->effect);
    free(r);
}

static err_t rebuild(struct reader *r, struct arena *arena)
{
    struct authority_input in;
    struct authority fresh = {0};
    err_t e = roll_input(r->store, arena, &in);
    if (!e)
        e = in.charters_n ? authority_build_all(&in, &fresh) : ERR_CHARTER;
    if (e)
        return e;
    authority_fini(&r->authority);
    r->authority = fresh;
    return ERR_OK;
}

/* The core notes charter and roster head once logs and folds were brought to them: until then what was judged by the former ones is shown as such. */
static err_t refresh(struct reader *r, struct arena *arena)
{
    struct slice effect = slice_text("");
    err_t e = local_get(r->store, SETTING_EFFECT, arena, &effect);
    if (e && e != ERR_NOT_FOUND)
        return e;
    if (!e && r->known && slice_equal(effect, buf_slice(&r->effect)))
        return ERR_OK;
    r->known = false;
    err_t built = rebuild(r, arena);
    if (built)
        return built;
    r->effect.len = 0;
    r->known = e == ERR_OK && buf_add(&r->effect, effect) == ERR_OK;
    return ERR_OK;
}

err_t reader_begin(struct reader *r, struct read *read)
{
    struct read fresh = {.store = r->store, .authority = &r->authority};
    err_t e = store_begin(r->store);
    if (e)
        return e;
    e = refresh(r, &fresh.arena);
    fresh.result = e ? NULL : json_object();
    if (!e && !fresh.result)
        e = ERR_MEMORY;
    if (e) {
        reader_end(r, &fresh);
        return e;
    }
    *read = fresh;
    return ERR_OK;
}

void reader_end(struct reader *r, struct read *read)
{
    read_fini(read);
    store_rollback(r->store);
}

err_t reader_state(struct reader *r, int64_t *out)
{
    return store_state(r->store, out);
}
