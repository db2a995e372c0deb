#include "daemon/core/own.h"
#include "daemon/core/ingest.h"
#include "daemon/core/keyfile.h"
#include "daemon/core/rotate.h"
#include "daemon/core/standing.h"
#include <stdlib.h>

#define CLONE_SHOWN_MS                                                                                                 \
    86400000 /* its writes are sorted out by themselves; whoever looks the next day still has to stop it */

enum open_reason {
    OPEN_FIRST = 0,
    OPEN_NO_GUARD = 1,
    OPEN_GUARD_DIFFERS = 2,
    OPEN_CLONE_SEEN = 3,
    OPEN_CLOCK_AHEAD = 4
};

static err_t open_one(struct core *c, struct own *own, const struct own_site *row, struct why *why)
{
    own->row = *row;
    own->guard.lock_fd = -1;
    char name[NAME_MAX_BYTES + 1] = "";
    memcpy(name, row->name.at, row->name.len < NAME_MAX_BYTES ? row->name.len : NAME_MAX_BYTES);
    err_t e = rotate_settle(c->dir, name, row->site, why);
    if (!e)
        e = keyfile_read(c->dir, name, &own->key, why);
    if (!e && memcmp(own->key.pub, row->site, SITE_BYTES) != 0)
        e = why_set(why, ERR_KEY_OTHER, "%.80s/keys/%.60s.key", c->dir, name);
    if (!e)
        e = sign_curve_public(own->key.pub, own->curve);
    return e;
}

err_t own_open(struct core *c, struct why *why)
{
    struct own_site *rows = NULL;
    size_t n = 0;
    err_t e = local_sites(c->store, &c->arena, &rows, &n);
    if (e || !n)
        return e ? e : why_set(why, ERR_NO_DATA, "%.120s", c->dir);
    c->own = calloc(n, sizeof *c->own);
    if (!c->own)
        return ERR_MEMORY;
    for (c->own_n = 0; c->own_n < n && !e; c->own_n++)
        e = open_one(c, &c->own[c->own_n], &rows[c->own_n], why);
    return e;
}

/* The sites move: the old places held keys. */
static err_t make_room(struct core *c)
{
    struct own *more = calloc(c->own_n + 1, sizeof *more);
    if (!more)
        return ERR_MEMORY;
    memcpy(more, c->own, c->own_n * sizeof *more);
    sign_wipe(c->own, c->own_n * sizeof *c->own);
    free(c->own);
    c->own = more;
    return ERR_OK;
}

static err_t keep_text(struct core *c, struct slice *text)
{
    return arena_copy(&c->arena, *text, text);
}

err_t own_add(struct core *c, const struct own_site *row, struct why *why)
{
    struct own_site kept = *row;
    err_t e = keep_text(c, &kept.name);
    if (!e)
        e = keep_text(c, &kept.guard_path);
    if (!e)
        e = make_room(c);
    if (!e)
        e = open_one(c, &c->own[c->own_n], &kept, why);
    c->own_n += e == ERR_OK;
    return e;
}

static void close_one(struct own *own)
{
    if (own->open)
        guard_close(&own->guard);
    sign_key_wipe(&own->key);
}

void own_drop(struct core *c, size_t at)
{
    close_one(&c->own[at]);
    memmove(&c->own[at], &c->own[at + 1], (c->own_n - at - 1) * sizeof *c->own);
    sign_wipe(&c->own[--c->own_n], sizeof *c->own);
}

void own_close(struct core *c)
{
    for (size_t i = 0; i < c->own_n; i++)
        close_one(&c->own[i]);
    free(c->own);
    c->own = NULL;
    c->own_n = 0;
}

/*
 * The place chosen when the site was made is another machine's, or gone. No guard of ours can be in the new place unless this very head was written
 * by its hand: a guard is put down in one place alone.
 */
static err_t take_other_place(struct core *c, struct own *own, char path[512], struct why *why)
{
    char old[512];
    memcpy(old, path, sizeof old);
    guard_choose(own->key.pub, path, sizeof old);
    if (strcmp(old, path) == 0)
        return ERR_GUARD;
    err_t e = guard_open(path, &own->guard, why);
    size_t len = strlen(path);
    char *kept = e ? NULL : arena_alloc(&c->arena, 1, len + 1);
    if (!e && !kept) {
        guard_close(&own->guard);
        e = ERR_MEMORY;
    }
    if (e)
        return e;
    memcpy(kept, path, len + 1);
    own->row.guard_path = slice_of(kept, len);
    char site[SHORT_LEN + 1];
    core_note(c, JOURNAL_INFO, "guard.moved", "site=%s", core_short(slice_of(own->key.pub, SITE_BYTES), site));
    return ERR_OK;
}

/* The guard is taken at the first write, so that looking needs none. */
static err_t take_guard(struct core *c, struct own *own)
{
    if (own->open)
        return ERR_OK;
    char path[512] = "";
    if (own->row.guard_path.len >= sizeof path)
        return ERR_GUARD;
    memcpy(path, own->row.guard_path.at, own->row.guard_path.len);
    struct why why = {0};
    err_t e = guard_open(path, &own->guard, &why);
    if (e == ERR_GUARD)
        e = take_other_place(c, own, path, &why);
    e = e == ERR_LOCKED ? ERR_GUARD_TAKEN : e;
    if (e)
        core_note(c, JOURNAL_ERROR, "guard.refused", "reason=%s", err_name(e));
    own->open = e == ERR_OK;
    return e;
}

static bool guard_is(const struct guard_state *g, uint64_t incarnation, uint64_t seq, const uint8_t id[HASH_BYTES])
{
    return g->incarnation == incarnation && g->seq == seq && memcmp(g->id, id, HASH_BYTES) == 0;
}

/* May the current incarnation go on? Only if the guard equals the head now, or as it was before the last own transaction. */
static err_t judge(struct core *c, struct own *own, const struct log_head *head, enum open_reason *reason,
                   bool *goes_on)
{
    struct guard_state g;
    *goes_on = false;
    *reason = own->clone_seen ? OPEN_CLONE_SEEN : OPEN_FIRST;
    if (own->row.incarnation == 0)
        return ERR_OK;
    err_t e = guard_read(&own->guard, &g);
    if (e == ERR_NOT_FOUND) {
        *reason = OPEN_NO_GUARD;
        return ERR_OK;
    }
    if (e)
        return e;
    bool now = guard_is(&g, head->log.incarnation, head->seq, head->id);
    bool before = own->row.before_seq && guard_is(&g, head->log.incarnation, own->row.before_seq, own->row.before_id);
    int64_t ahead = clock_wall(head->clock).ms - core_wall(c).ms;
    *goes_on = (now || before) && head->held == ERR_OK && ahead <= CLOCK_DAY_MS;
    *reason = ahead > CLOCK_DAY_MS ? OPEN_CLOCK_AHEAD : OPEN_GUARD_DIFFERS;
    return ERR_OK;
}

static err_t write_commit(struct core *c, struct own *own, struct log_head *head, struct op_draft *ops, size_t n,
                          uint8_t *id)
{
    struct commit_draft d = {.log = head->log, .seq = head->seq + 1, .ops = ops, .ops_n = n};
    memcpy(d.alliance, c->authority.alliance, ALLIANCE_BYTES);
    memcpy(d.prev, head->id, HASH_BYTES);
    err_t e = clock_next(core_wall(c), head->clock, &d.clock);
    struct buf envelope, carried;
    uint8_t signature[SIGNATURE_BYTES], own_id[HASH_BYTES];
    buf_init(&envelope, LIMIT_ENVELOPE_BYTES);
    buf_init(&carried, LIMIT_COMMIT_BYTES);
    for (size_t i = 0; i < n; i++)
        c->env.random(c->env.ctx, ops[i].salt, SALT_BYTES);
    if (!e)
        e = commit_build(&d, &own->key, &envelope, signature, own_id);
    if (!e) {
        commit_write_start(&carried, buf_slice(&envelope), signature, n);
        for (size_t i = 0; i < n; i++)
            commit_write_body(&carried, BODY_PRESENT, ops[i].salt, ops[i].body);
        e = carried.err;
    }
    struct commit *commit = e ? NULL : malloc(sizeof *commit);
    if (!e && !commit)
        e = ERR_MEMORY;
    if (!e)
        e = commit_decode(buf_slice(&carried), commit);
    if (!e)
        e = ingest_store(c, commit, 0);
    if (!e && id)
        memcpy(id, own_id, HASH_BYTES);
    free(commit);
    buf_fini(&carried);
    buf_fini(&envelope);
    return e;
}

static err_t open_incarnation(struct core *c, struct own *own, enum open_reason reason, struct log_head *head)
{
    memset(head, 0, sizeof *head);
    memcpy(head->log.site, own->key.pub, SITE_BYTES);
    do
        c->env.random(c->env.ctx, &head->log.incarnation, sizeof head->log.incarnation);
    while ((head->log.incarnation &= INCARNATION_MAX) == 0);
    own->row.incarnation = head->log.incarnation;
    core_note(c, reason == OPEN_CLONE_SEEN ? JOURNAL_ERROR : JOURNAL_INFO, "log.open", "incarnation=%llu reason=%d",
              (unsigned long long)head->log.incarnation, (int)reason);

    struct op op = {.info = kind_info(OP_LOG_OPEN), .entity = slice_of(own->key.pub, SITE_BYTES)};
    struct buf header, body, value;
    buf_init(&header, LIMIT_ENVELOPE_BYTES);
    buf_init(&body, LIMIT_BODY_BYTES);
    buf_init(&value, 16);
    op_encode_header(&header, &op);
    buf_byte(&value, (uint8_t)reason);
    struct slice values[1] = {buf_slice(&value)};
    op_encode_body(&body, values, 1);
    struct op_draft draft = {.header = buf_slice(&header), .body = buf_slice(&body)};
    err_t e = header.err ? header.err : body.err;
    if (!e)
        e = write_commit(c, own, head, &draft, 1, NULL);
    buf_fini(&header);
    buf_fini(&body);
    buf_fini(&value);
    return e ? e : oplog_head(c->store, &head->log, head);
}

static err_t current_head(struct core *c, const struct own *own, struct log_head *head)
{
    memset(head, 0, sizeof *head);
    memcpy(head->log.site, own->key.pub, SITE_BYTES);
    head->log.incarnation = own->row.incarnation;
    err_t e = own->row.incarnation ? oplog_head(c->store, &head->log, head) : ERR_OK;
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* First write of a batch: is it still our log to continue? */
static err_t prepare(struct core *c, struct own *own, struct log_head *head)
{
    err_t e = current_head(c, own, head);
    if (e || own->wrote)
        return e;
    bool goes_on = false;
    uint64_t limit = 0;
    err_t why = ERR_OK;
    enum open_reason reason = OPEN_FIRST;
    e = take_guard(c, own);
    if (!e)
        e = judge(c, own, head, &reason, &goes_on);
    if (!e)
        e = standing_limit(c, &head->log, &limit, &why);
    if (e)
        return e;
    /* Where a fork ended the log, another one goes on. */
    if (head->seq >= limit) {
        goes_on = false;
        reason = OPEN_CLONE_SEEN;
    }
    own->wrote = true;
    own->before = (struct guard_state){head->log.incarnation, head->seq, {0}};
    memcpy(own->before.id, head->id, HASH_BYTES);
    return goes_on ? ERR_OK : open_incarnation(c, own, reason, head);
}

err_t own_why_not(const struct core *c, const struct own *own)
{
    const struct site *site = authority_site(&c->authority, own->key.pub);
    struct log_id log = {.incarnation = own->row.incarnation};
    memcpy(log.site, own->key.pub, SITE_BYTES);
    if (!site)
        return ERR_STANDING;
    if (own->moving)
        return ERR_SITE_MOVED;
    if (authority_limit(&c->authority, &log) == UINT64_MAX)
        return ERR_OK;
    const struct ally *ally = &c->authority.allies[site->ally];
    return site->ended || ally->ended ? ERR_ENDED : ally->suspended ? ERR_SUSPENDED : ERR_CUT;
}

bool own_may_write(const struct core *c, const struct own *own)
{
    return own_why_not(c, own) == ERR_OK;
}

err_t own_write(struct core *c, struct own *own, struct op_draft *ops, size_t n, uint8_t id[HASH_BYTES])
{
    struct log_head head;
    /* Where the membership ended or is suspended, nothing we write would count, in this log or another. */
    err_t e = own_why_not(c, own);
    if (!e)
        e = prepare(c, own, &head);
    return e ? e : write_commit(c, own, &head, ops, n, id);
}

err_t own_write_op(struct core *c, struct own *own, const struct op *op, struct slice body, uint8_t id[HASH_BYTES])
{
    struct buf header;
    buf_init(&header, LIMIT_ENVELOPE_BYTES);
    op_encode_header(&header, op);
    struct op_draft draft = {.header = buf_slice(&header), .body = body};
    err_t e = header.err ? header.err : own_write(c, own, &draft, 1, id);
    buf_fini(&header);
    return e;
}

err_t own_write_alone(struct core *c, struct own *own, const struct op *op, struct slice body, uint8_t id[HASH_BYTES])
{
    err_t e = batch_begin(c);
    return e ? e : batch_close(c, own_write_op(c, own, op, body, id));
}

err_t own_seal(struct core *c)
{
    err_t e = ERR_OK;
    for (size_t i = 0; i < c->own_n && !e; i++) {
        struct own *own = &c->own[i];
        if (!own->wrote)
            continue;
        bool same = own->before.incarnation == own->row.incarnation;
        own->row.before_seq = same ? own->before.seq : 0;
        memcpy(own->row.before_id, own->before.id, HASH_BYTES);
        e = local_put_site(c->store, &own->row);
    }
    return e;
}

static err_t guard_head(struct core *c, struct own *own)
{
    struct log_head head;
    err_t e = current_head(c, own, &head);
    struct guard_state g = {head.log.incarnation, head.seq, {0}};
    memcpy(g.id, head.id, HASH_BYTES);
    if (!e)
        e = guard_write(&own->guard, &g);
    own->current = e == ERR_OK;
    if (!e)
        return e;
    /* The commit is durable. An old guard would fit an old copy of the directory: none fits nothing. */
    guard_drop(&own->guard);
    core_note(c, JOURNAL_ERROR, "guard.failed", "reason=%s", err_name(e));
    return e;
}

void own_guard(struct core *c)
{
    for (size_t i = 0; i < c->own_n; i++)
        if (c->own[i].wrote) {
            c->own[i].wrote = false;
            c->own[i].clone_seen = false;
            guard_head(c, &c->own[i]);
        }
}

static void settle_one(struct core *c, struct own *own)
{
    struct log_head head;
    struct guard_state g;
    struct why why = {0};
    char path[sizeof own->guard.path] = "";
    if (!own->row.incarnation || own->row.guard_path.len >= sizeof path || current_head(c, own, &head))
        return;
    memcpy(path, own->row.guard_path.at, own->row.guard_path.len);
    /* Without a file, what a process before this one knew is gone. With one that another process holds, that process is the one to write. */
    if (!*path || guard_open(path, &own->guard, &why))
        return;
    if (guard_read(&own->guard, &g) == ERR_OK) {
        own->current = guard_is(&g, head.log.incarnation, head.seq, head.id);
        if (!own->current && own->row.before_seq &&
            guard_is(&g, head.log.incarnation, own->row.before_seq, own->row.before_id))
            guard_head(c, own);
    }
    guard_close(&own->guard);
}

void own_settle(struct core *c)
{
    for (size_t i = 0; i < c->own_n; i++)
        settle_one(c, &c->own[i]);
}

static void take_numbers(struct own_site *row, const struct own_site *stored)
{
    row->incarnation = stored->incarnation;
    row->before_seq = stored->before_seq;
    memcpy(row->before_id, stored->before_id, HASH_BYTES);
}

/* After a rollback the rows in memory may name an incarnation that never was: read them again. */
void own_forget(struct core *c)
{
    struct arena arena = {0};
    struct own_site *rows = NULL;
    size_t n = 0;
    for (size_t i = 0; i < c->own_n; i++)
        c->own[i].wrote = false;
    if (local_sites(c->store, &arena, &rows, &n))
        n = 0;
    for (size_t i = 0; i < c->own_n; i++)
        for (size_t k = 0; k < n; k++)
            if (memcmp(rows[k].site, c->own[i].key.pub, SITE_BYTES) == 0)
                take_numbers(&c->own[i].row, &rows[k]);
    arena_fini(&arena);
}

static bool is_current(const struct own *own, const struct log_id *log)
{
    return memcmp(own->key.pub, log->site, SITE_BYTES) == 0 && own->row.incarnation == log->incarnation;
}

void own_twin(struct core *c, int64_t shown_ms)
{
    int64_t until = core_mono(c).ms + shown_ms;
    if (!own_has_twin(c))
        core_note(c, JOURNAL_ERROR, "key.twin", "shown_s=%lld", (long long)(shown_ms / 1000));
    c->twin_until.ms = c->twin_until.ms < until ? until : c->twin_until.ms;
}

bool own_has_twin(const struct core *c)
{
    return core_mono(c).ms < c->twin_until.ms;
}

void own_saw(struct core *c, const struct commit *commit)
{
    for (size_t i = 0; i < c->own_n; i++) {
        struct own *own = &c->own[i];
        if (!is_current(own, &commit->log) || !own->current)
            continue;
        core_note(c, JOURNAL_ERROR, "clone.seen", "incarnation=%llu seq=%llu",
                  (unsigned long long)commit->log.incarnation, (unsigned long long)commit->seq);
        own->row.incarnation = 0;
        own->clone_seen = true;
        own_twin(c, CLONE_SHOWN_MS);
        if (local_put_site(c->store, &own->row))
            core_note(c, JOURNAL_ERROR, "clone.unnoted", "incarnation=%llu",
                      (unsigned long long)commit->log.incarnation);
    }
}
