#include "daemon/core/standing.h"
#include "daemon/core/ingest.h"
#include "daemon/core/refold.h"
#include "daemon/core/republish.h"
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

err_t standing_reach(struct core *c, const struct log_id *log, uint64_t *limit, err_t *why)
{
    uint64_t fork = 0, named = checkpoint_seq(c, log);
    err_t e = standing_limit(c, log, limit, why);
    if (!e && *limit < named && forks_lowest(c->store, log, 0, &fork) == ERR_OK && fork <= named)
        *limit = named;
    return e;
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

/*
 * Up to where the registrar had our log when it gave us the new key. What we wrote after that, not knowing, is ours to write again; what another cut takes is
 * not. UINT64_MAX: no log of ours, or no new key.
 */
static uint64_t rotated_at(const struct core *c, const struct log_id *log)
{
    const struct roster_act *act = authority_replacement(&c->authority, log->site);
    if (!act || !core_was_own(c, log->site))
        return UINT64_MAX;
    for (size_t i = 0; i < act->heads_n; i++)
        if (log_compare(&act->heads[i].log, log) == 0)
            return act->heads[i].seq;
    return 0;
}

static err_t cut_to(struct core *c, struct log_head *head, uint64_t limit, err_t why)
{
    uint64_t before = head->seq;
    err_t e = ERR_OK;
    bool forked = why == ERR_FORK && core_is_own(c, head->log.site);
    uint64_t rotated = why == ERR_CUT ? rotated_at(c, &head->log) : UINT64_MAX;
    while (head->seq > limit && !e) {
        if (forked || head->seq > rotated)
            e = republish_note(c, head->id);
        if (!e)
            e = take_head(c, head, why);
    }
    if (before != head->seq) {
        char site[SHORT_LEN + 1];
        core_note(c, JOURNAL_WARN, "log.cut", "site=%s incarnation=%llu from=%llu to=%llu reason=%s",
                  core_short(slice_of(head->log.site, SITE_BYTES), site), (unsigned long long)head->log.incarnation,
                  (unsigned long long)before, (unsigned long long)head->seq, err_name(why));
    }
    return e;
}

/* Where two branches of a log part at or below a seq, as far as proofs tell. ERR_NOT_FOUND. */
static err_t parting(struct core *c, const struct log_id *log, uint64_t upto, uint64_t *fork)
{
    err_t e = forks_lowest(c->store, log, 0, fork);
    return e ? e : *fork > upto ? ERR_NOT_FOUND : ERR_OK;
}

/* Is the commit that the checkpoint names the one we have at its place? */
static err_t is_named(struct core *c, const struct head *named, bool *same)
{
    struct arena arena = {0};
    struct commit *ours = arena_alloc(&arena, 1, sizeof *ours);
    err_t e = ours ? oplog_get(c->store, &named->log, named->seq, &arena, ours) : ERR_MEMORY;
    *same = !e && memcmp(ours->id, named->id, HASH_BYTES) == 0;
    arena_fini(&arena);
    return e;
}

/*
 * Until the commit that a checkpoint names is here, nobody can tell which branch leads there: what stands from where branches are proved to part on waits aside.
 * Without a proof that is only what has the place of the named one, and what follows it; who never had more holds the same.
 */
static err_t follow_checkpoint(struct core *c, struct log_head *head)
{
    const struct head *named = authority_checkpoint(&c->authority, &head->log);
    uint64_t fork = 0;
    bool same = false;
    if (!named || !named->seq)
        return ERR_OK;
    err_t e = head->seq >= named->seq ? is_named(c, named, &same) : ERR_OK;
    if (e || same)
        return e;
    e = parting(c, &head->log, named->seq, &fork);
    if (e == ERR_NOT_FOUND)
        fork = named->seq;
    return e && e != ERR_NOT_FOUND ? e : cut_to(c, head, fork - 1, ERR_FORK);
}

bool standing_waits(struct core *c, const struct commit *commit, uint64_t head)
{
    const struct head *named = authority_checkpoint(&c->authority, &commit->log);
    uint64_t fork = 0;
    return named && head < named->seq && commit->seq <= named->seq &&
           parting(c, &commit->log, commit->seq, &fork) == ERR_OK && fork > head;
}

/* ---- back in ---- */

struct path {
    uint8_t (*dots)[16]; /* of the commits from head + 1 to the checkpoint, the last first */
    size_t n;
    bool whole;
};

/* From the commit that a checkpoint names back to our head, through what was set aside. */
static err_t find_path(struct core *c, const struct log_head *head, const struct head *named, struct arena *keep,
                       struct path *out)
{
    uint8_t id[HASH_BYTES];
    struct arena arena = {0};
    struct slice carried;
    struct commit *commit = malloc(sizeof *commit);
    size_t n = (size_t)(named->seq - head->seq);
    /* As many as there are aside, at most: the seq of a checkpoint may be anything. */
    uint64_t there = 0;
    err_t e = commit ? aside_count(c->store, &head->log, &there) : ERR_MEMORY;
    *out = (struct path){.whole = false};
    memcpy(id, named->id, HASH_BYTES);
    if (!e && n <= there)
        out->dots = arena_alloc(keep, n, sizeof *out->dots);
    while (!e && out->dots && out->n < n) {
        arena_clear(&arena);
        e = aside_get(c->store, id, &arena, &carried);
        if (!e)
            e = commit_decode(carried, commit);
        if (e || memcmp(commit->id, id, HASH_BYTES) != 0 || log_compare(&commit->log, &head->log) != 0 ||
            commit->seq != named->seq - out->n)
            break;
        memcpy(out->dots[out->n++], id, 16);
        memcpy(id, commit->prev, HASH_BYTES);
    }
    out->whole = out->n == n && memcmp(id, head->id, HASH_BYTES) == 0;
    arena_fini(&arena);
    free(commit);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static err_t take_one(struct core *c, struct log_head *head, struct slice carried, struct commit *commit)
{
    err_t e = ingest_again(c, carried, commit);
    if (!e)
        e = aside_drop(c->store, commit->id);
    return e ? e : oplog_head(c->store, &head->log, head);
}

static err_t take_path(struct core *c, struct log_head *head, const struct path *path, uint64_t limit,
                       struct commit *commit)
{
    err_t e = ERR_OK;
    for (size_t i = path->n; i-- > 0 && head->seq < limit && !e;) {
        struct arena arena = {0};
        struct slice carried;
        e = aside_get(c->store, path->dots[i], &arena, &carried);
        if (!e)
            e = take_one(c, head, carried, commit);
        arena_fini(&arena);
    }
    return e;
}

static err_t take_rest(struct core *c, struct log_head *head, uint64_t limit, struct commit *commit)
{
    err_t e = ERR_OK;
    while (!e && head->seq < limit) {
        struct arena arena = {0};
        struct slice carried;
        e = aside_next(c->store, &head->log, head->seq + 1, head->id, &arena, &carried);
        if (!e)
            e = take_one(c, head, carried, commit);
        arena_fini(&arena);
    }
    return e;
}

static err_t only_fatal(err_t e)
{
    return e == ERR_NOT_FOUND || (e && ingest_survives(e)) ? ERR_OK : e;
}

/* Up to where branches part one commit follows another; from there on, and at the checkpoint's own place, only the branch that leads there does. */
static err_t take_to_checkpoint(struct core *c, struct log_head *head, const struct head *named, uint64_t limit,
                                struct commit *commit)
{
    struct arena arena = {0};
    struct path path = {.whole = false};
    uint64_t fork = named->seq;
    err_t e = parting(c, &head->log, named->seq, &fork);
    if (e == ERR_NOT_FOUND)
        fork = named->seq;
    e = only_fatal(e);
    if (!e)
        e = only_fatal(take_rest(c, head, fork - 1 < limit ? fork - 1 : limit, commit));
    if (!e)
        e = find_path(c, head, named, &arena, &path);
    if (!e && path.whole)
        e = take_path(c, head, &path, limit, commit);
    arena_fini(&arena);
    return e;
}

static err_t take_back(struct core *c, struct log_head *head, uint64_t limit)
{
    const struct head *named = authority_checkpoint(&c->authority, &head->log);
    struct commit *commit = malloc(sizeof *commit);
    err_t e = commit ? ERR_OK : ERR_MEMORY;
    if (!e && named && head->seq < named->seq)
        e = take_to_checkpoint(c, head, named, limit, commit);
    if (!e && (!named || head->seq >= named->seq))
        e = take_rest(c, head, limit, commit);
    free(commit);
    return only_fatal(e);
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
    /* A log that may grow again is not held any more, whatever kept it; one that a fork ended is. */
    err_t held = limit == UINT64_MAX || why != ERR_FORK ? ERR_OK : ERR_FORK;
    if (!e && head.row && head.held != held && (held || head.held == ERR_FORK || head.held == ERR_BRANCH))
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
