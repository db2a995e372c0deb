#include "daemon/core/standing.h"
#include "daemon/core/ingest.h"
#include "daemon/core/refold.h"
#include "daemon/store/aside.h"
#include <stdlib.h>

static uint64_t checkpoint_seq(const struct core *c, const struct log_id *log)
{
    const struct head *head = authority_checkpoint(&c->authority, log);
    return head ? head->seq : 0;
}

err_t standing_limit(struct core *c, const struct log_id *log, uint64_t *limit, err_t *why)
{
    uint64_t fork = 0;
    *limit = authority_limit(&c->authority, log);
    *why = *limit == UINT64_MAX ? ERR_OK : ERR_CUT;
    err_t e = forks_lowest(c->store, log, checkpoint_seq(c, log), &fork);
    if (e)
        return e == ERR_NOT_FOUND ? ERR_OK : e;
    if (fork - 1 < *limit) {
        *limit = fork - 1;
        *why = ERR_FORK;
    }
    return ERR_OK;
}

/* ---- out ---- */

static err_t unfile(struct core *c, const struct log_head *head, struct commit *commit, struct arena *arena)
{
    int64_t row = 0;
    err_t e = oplog_get(c->store, &head->log, head->seq, arena, commit);
    if (!e)
        e = oplog_by_dot(c->store, commit->id, &row);
    return e ? e : refold_unfile(c, commit, row);
}

static err_t take_head(struct core *c, struct log_head *head, err_t why)
{
    struct arena arena = {0};
    struct commit *commit = arena_alloc(&arena, 1, sizeof *commit);
    err_t e = commit ? unfile(c, head, commit, &arena) : ERR_MEMORY;
    if (!e)
        e = aside_take_head(c->store, &head->log, why);
    if (!e)
        e = oplog_head(c->store, &head->log, head);
    arena_fini(&arena);
    return e;
}

static err_t cut_to(struct core *c, struct log_head *head, uint64_t limit, err_t why)
{
    uint64_t before = head->seq;
    err_t e = ERR_OK;
    while (head->seq > limit && !e)
        e = take_head(c, head, why);
    if (before != head->seq) {
        char site[SHORT_LEN + 1];
        core_note(c, JOURNAL_WARN, "log.cut", "site=%s incarnation=%llu from=%llu to=%llu reason=%s",
                  core_short(slice_of(head->log.site, SITE_BYTES), site), (unsigned long long)head->log.incarnation,
                  (unsigned long long)before, (unsigned long long)head->seq, err_name(why));
    }
    return e;
}

/*
 * At a checkpoint the branch it names counts. Where ours is another, all from the lowest proved fork on goes (without a proof, all of the log does): the named branch
 * comes back out of what was set aside, or from peers.
 */
static err_t leave_branch(struct core *c, struct log_head *head, uint64_t below)
{
    uint64_t fork = 1;
    err_t e = forks_lowest(c->store, &head->log, 0, &fork);
    if (e == ERR_NOT_FOUND || fork > below)
        fork = 1;
    return e && e != ERR_NOT_FOUND ? e : cut_to(c, head, fork - 1, ERR_FORK);
}

err_t standing_leave_branch(struct core *c, const struct log_id *log)
{
    struct log_head head;
    err_t e = oplog_head(c->store, log, &head);
    return e ? e == ERR_NOT_FOUND ? ERR_OK : e : leave_branch(c, &head, head.seq + 1);
}

static err_t follow_checkpoint(struct core *c, struct log_head *head)
{
    const struct head *named = authority_checkpoint(&c->authority, &head->log);
    if (!named || !named->seq || head->seq < named->seq)
        return ERR_OK;
    struct arena arena = {0};
    struct commit *ours = arena_alloc(&arena, 1, sizeof *ours);
    err_t e = ours ? oplog_get(c->store, &head->log, named->seq, &arena, ours) : ERR_MEMORY;
    bool same = !e && memcmp(ours->id, named->id, HASH_BYTES) == 0;
    arena_fini(&arena);
    return e || same ? e : leave_branch(c, head, named->seq);
}

/* ---- back in ---- */

/* A branch may only grow up to a checkpoint if it leads there: walk what is aside before taking any of it. */
static err_t leads_to(struct core *c, const struct log_head *head, uint64_t limit, bool *good)
{
    const struct head *named = authority_checkpoint(&c->authority, &head->log);
    struct arena arena = {0};
    struct commit *commit = arena_alloc(&arena, 1, sizeof *commit);
    uint8_t prev[HASH_BYTES];
    err_t e = commit ? ERR_OK : ERR_MEMORY;
    *good = true;
    memcpy(prev, head->id, HASH_BYTES);
    if (!named || named->seq <= head->seq || named->seq > limit)
        named = NULL;
    for (uint64_t seq = head->seq + 1; named && !e && seq <= named->seq; seq++) {
        struct slice carried;
        e = aside_next(c->store, &head->log, seq, prev, &arena, &carried);
        if (!e)
            e = commit_decode(carried, commit);
        if (!e)
            memcpy(prev, commit->id, HASH_BYTES);
    }
    if (!e && named)
        *good = memcmp(prev, named->id, HASH_BYTES) == 0;
    if (e == ERR_NOT_FOUND) {
        *good = false;
        e = ERR_OK;
    }
    arena_fini(&arena);
    return e;
}

static err_t take_back(struct core *c, struct log_head *head, uint64_t limit)
{
    bool good = false, more = true;
    err_t e = leads_to(c, head, limit, &good);
    struct commit *commit = malloc(sizeof *commit);
    while (!e && commit && good && more && head->seq < limit) {
        struct arena arena = {0};
        struct slice carried;
        uint64_t before = head->seq;
        e = aside_next(c->store, &head->log, head->seq + 1, head->id, &arena, &carried);
        if (!e)
            e = ingest_again(c, carried, commit);
        if (!e)
            e = aside_drop(c->store, commit->id);
        if (!e)
            e = oplog_head(c->store, &head->log, head);
        more = !e && head->seq > before;
        if (e == ERR_NOT_FOUND || (e && ingest_survives(e))) {
            e = ERR_OK;
            more = false;
        }
        arena_fini(&arena);
    }
    err_t result = commit ? e : ERR_MEMORY;
    free(commit);
    return result;
}

err_t standing_apply_log(struct core *c, const struct log_id *log)
{
    struct log_head head = {.log = *log};
    uint64_t limit = 0;
    err_t why = ERR_OK;
    err_t e = oplog_head(c->store, log, &head);
    if (e == ERR_NOT_FOUND)
        e = ERR_OK;
    if (!e)
        e = standing_limit(c, log, &limit, &why);
    if (!e)
        e = cut_to(c, &head, limit, why);
    if (!e)
        e = follow_checkpoint(c, &head);
    if (!e)
        e = take_back(c, &head, limit);
    /* A log that may grow again is not held any more; one that a fork ended is. */
    err_t held = limit == UINT64_MAX || why != ERR_FORK ? ERR_OK : ERR_FORK;
    if (!e && head.seq + (head.held != ERR_OK) && (head.held == ERR_OK || head.held == ERR_FORK) && head.held != held)
        e = oplog_hold(c->store, log, held);
    return e;
}

static int compare_logs(const void *a, const void *b)
{
    return log_compare(a, b);
}

err_t standing_apply(struct core *c)
{
    struct arena arena = {0};
    struct log_head *heads = NULL;
    struct aside_row *rows = NULL;
    size_t heads_n = 0, rows_n = 0;
    err_t e = oplog_heads(c->store, &arena, &heads, &heads_n);
    if (!e)
        e = aside_list(c->store, &arena, &rows, &rows_n);
    struct log_id *logs = e ? NULL : arena_alloc(&arena, heads_n + rows_n + 1, sizeof *logs);
    size_t n = 0;
    for (size_t i = 0; logs && i < heads_n; i++)
        logs[n++] = heads[i].log;
    for (size_t i = 0; logs && i < rows_n; i++)
        logs[n++] = rows[i].log;
    if (!e && !logs)
        e = ERR_MEMORY;
    if (n)
        qsort(logs, n, sizeof *logs, compare_logs);
    for (size_t i = 0; i < n && !e; i++)
        if (!i || log_compare(&logs[i - 1], &logs[i]) != 0)
            e = standing_apply_log(c, &logs[i]);
    arena_fini(&arena);
    return e;
}
