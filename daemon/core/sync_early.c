/*
 * sync_early: what travels ahead of data: erasures, fork proofs, promises. Said once at the beginning of a session, and as they come.
 */
#include "daemon/core/admit.h"
#include "daemon/core/charters.h"
#include "daemon/core/erase.h"
#include "daemon/core/fork.h"
#include "daemon/core/ingest.h"
#include "daemon/core/sync.h"

#define PAGE_BYTES (512u * 1024)

/* As many as fit, message by message. */
static void say_bins(struct core *c, const struct outlet *to, enum msg_type type, const struct slice *items, size_t n)
{
    size_t at = 0;
    while (at < n) {
        size_t bytes = 0, count = 0;
        while (at + count < n && (!count || bytes + items[at + count].len <= PAGE_BYTES))
            bytes += items[at + count++].len;
        struct msg m = {
            .type = type, .bins = {.items = items + at, .n = count}
        };
        to->say(c, to->to, &m);
        at += count;
    }
}

void early_tell(struct core *c, const struct outlet *to)
{
    struct arena arena = {0};
    struct slice *items = NULL;
    size_t n = 0;
    if (c->erase.any && erase_message(c, &arena, &items, &n) == ERR_OK)
        say_bins(c, to, MSG_ERASE, items, n);
    fork_tell(c, to);
    if (charters_promises(c, &arena, &items, &n) == ERR_OK)
        say_bins(c, to, MSG_PROMISE, items, n);
    arena_fini(&arena);
}

/* One batch for one message; what does not hold is refused, and its sender with it. */
static err_t in_batch(struct core *c, const struct slice *items, size_t n, err_t (*take)(struct core *, struct slice))
{
    err_t e = batch_begin(c), refused = ERR_OK;
    for (size_t i = 0; i < n && !e && !refused; i++) {
        err_t one = take(c, items[i]);
        if (one && ingest_survives(one))
            refused = one;
        else
            e = one;
    }
    if (e) {
        batch_abort(c);
        return e;
    }
    e = batch_end(c);
    return e ? e : refused;
}

err_t early_erase(struct core *c, const struct msg_bins *m)
{
    return in_batch(c, m->items, m->n, erase_ahead);
}

err_t early_promise(struct core *c, const struct msg_bins *m)
{
    return in_batch(c, m->items, m->n, charters_promise);
}

err_t early_fork(struct core *c, const struct msg_fork *m)
{
    err_t e = batch_begin(c);
    if (e)
        return e;
    e = fork_take(c, m->one, m->other);
    if (e) {
        batch_abort(c);
        return e;
    }
    return batch_end(c);
}
