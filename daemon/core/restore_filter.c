#include "daemon/core/restore_filter.h"

#include "daemon/core/refold.h"
#include "daemon/store/erased.h"
#include <stdlib.h>

/* It stands in a log or aside, and its body is gone: somebody's right to erase it was judged then. */
static err_t is_gone(struct store *known, const struct dot *target, struct commit *c, bool *gone)
{
    struct arena arena = {0};
    struct slice carried;
    int64_t row = 0;
    err_t e = oplog_by_dot(known, target->commit, &row);
    if (!e)
        e = oplog_get_row(known, row, &arena, c);
    else if (e == ERR_NOT_FOUND && !(e = aside_get(known, target->commit, &arena, &carried)))
        e = commit_decode(carried, c);
    *gone = !e && target->index < c->ops_n && c->ops[target->index].state == BODY_ERASED;
    arena_fini(&arena);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static err_t take_out(struct store *s, const struct dot *target, bool *went)
{
    bool voided = false;
    err_t e = erased_purge(s, target, went);
    return e || !*went ? e : erased_void(s, target, &voided);
}

/* Asked for in the order of their targets: those that ask for one op stand together. */
static err_t filter(struct store *s, struct store *known, struct erasure *all, size_t all_n, struct commit *c,
                    uint64_t *n)
{
    static const uint8_t never[] = {0, 0};
    err_t e = ERR_OK;
    size_t kept = 0;
    for (size_t i = 0; i < all_n && !e;) {
        size_t end = i;
        bool gone = false, went = false;
        while (end < all_n && dot_compare(&all[end].target, &all[i].target) == 0)
            end++;
        e = is_gone(known, &all[i].target, c, &gone);
        if (!e && gone)
            e = take_out(s, &all[i].target, &went);
        *n += went;
        for (; i < end; i++)
            if (went)
                all[kept++] = all[i];
    }
    if (!e && kept)
        e = store_drop_derived(s);
    for (size_t i = 0; i < kept && !e; i++)
        e = erased_ask(s, &all[i], true);
    return e || !kept ? e : local_set(s, SETTING_FOLD, slice_of(never, sizeof never));
}

err_t restore_filter(struct store *s, struct store *known, uint64_t *n)
{
    struct arena arena = {0};
    struct erasure *all = NULL;
    size_t all_n = 0;
    struct commit *c = malloc(sizeof *c);
    uint64_t went = 0;
    err_t e = c ? erased_list(known, NULL, &arena, &all, &all_n) : ERR_MEMORY;
    if (!e)
        e = store_begin(s);
    if (!e) {
        e = filter(s, known, all, all_n, c, &went);
        if (!e)
            e = store_commit(s);
        if (e)
            store_rollback(s);
    }
    if (!e)
        e = erased_flush(s);
    if (!e)
        *n = went;
    arena_fini(&arena);
    free(c);
    return e;
}
