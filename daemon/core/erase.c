#include "daemon/core/erase.h"
#include "daemon/core/ingest.h"
#include "daemon/core/own.h"
#include "daemon/core/refold.h"
#include <stdlib.h>

#define ATTEST_DOTS_MAX 512

/* ---- what waits to be judged ---- */

static void clean_later(struct core *c)
{
    c->erase.flush = true;
    c->erase.round++;
}

static err_t judge_later(struct core *c, const struct dot *target)
{
    void *array = c->erase.due;
    err_t e = core_grow(&array, c->erase.due_n, &c->erase.due_room, sizeof *c->erase.due);
    c->erase.due = array;
    if (!e)
        c->erase.due[c->erase.due_n++] = *target;
    return e;
}

static struct dot dot_at(const struct commit *commit, size_t i)
{
    return dot_of(commit->id, i);
}

enum way { WAY_IN, WAY_AHEAD, WAY_OUT };

static err_t file_asked(struct core *c, const struct commit *commit, const struct op *op, enum way way)
{
    struct erasure e = {.by = commit->log, .by_seq = commit->seq};
    err_t err = ERR_OK;
    for (size_t i = 0; i < op->dots_n && !err; i++) {
        e.target = op->dots[i];
        err = way == WAY_OUT ? erased_unask(c->store, &e) : erased_ask(c->store, &e, way == WAY_AHEAD);
        if (!err && way != WAY_AHEAD)
            err = judge_later(c, &e.target);
    }
    c->erase.any = true;
    c->erase.ahead |= way == WAY_AHEAD;
    return err;
}

static err_t file_attested(struct core *c, const struct commit *commit, const struct op *op, enum way way)
{
    struct erasure e = {.by = commit->log, .by_seq = commit->seq};
    err_t err = ERR_OK;
    for (size_t i = 0; i < op->dots_n && !err; i++) {
        e.target = op->dots[i];
        err = way == WAY_IN ? erased_attest(c->store, &e) : erased_unattest(c->store, &e);
    }
    return err;
}

static err_t file_ops(struct core *c, const struct commit *commit, enum way way)
{
    struct arena arena = {0};
    err_t e = ERR_OK;
    for (size_t i = 0; i < commit->ops_n && !e; i++) {
        uint64_t kind = 0;
        struct slice entity;
        struct op op;
        if (op_peek(commit->ops[i].header, &kind, &entity) || (kind != OP_SITE_ERASE && kind != OP_SITE_ATTEST))
            continue;
        /* Only a site itself says what it wants erased and what it has erased. */
        if (op_decode(commit->ops[i].header, commit->id, &arena, &op) ||
            memcmp(entity.at, commit->log.site, SITE_BYTES) != 0)
            continue;
        if (kind == OP_SITE_ERASE)
            e = file_asked(c, commit, &op, way);
        else if (way != WAY_AHEAD)
            e = file_attested(c, commit, &op, way);
    }
    arena_fini(&arena);
    return e;
}

/* ---- judging ---- */

static bool may_erase(const struct core *c, const struct erasure *e, const uint8_t author[SITE_BYTES])
{
    const struct authority *a = &c->authority;
    const struct ally *by = authority_ally_of(a, e->by.site), *of = authority_ally_of(a, author);
    if (!by || e->by_seq > authority_limit(a, &e->by))
        return false;
    if (by == of)
        return true;
    return authority_has_role_at(a, authority_charter_of(a, &e->by, e->by_seq), by->id, ROLE_DATA_PROTECTION);
}

static bool may_go(const struct commit_op *op)
{
    uint64_t kind = 0;
    struct slice entity;
    const struct kind_info *info;
    err_t e = op_peek(op->header, &kind, &entity);
    return e == ERR_UNKNOWN_KIND || (e == ERR_OK && (info = kind_info(kind)) && info->erasable);
}

enum asked { ASKED_NOT, ASKED_AHEAD, ASKED };

/* What was told ahead of data keeps bodies out; what erases is an op that counts, in its log. */
static enum asked asked_for(struct core *c, const struct dot *target, const uint8_t author[SITE_BYTES])
{
    struct arena arena = {0};
    struct erasure *all = NULL;
    size_t n = 0;
    enum asked found = ASKED_NOT;
    if (!c->erase.any || erased_list(c->store, target, &arena, &all, &n))
        n = 0;
    for (size_t i = 0; i < n && found != ASKED; i++)
        if (may_erase(c, &all[i], author))
            found = all[i].early ? ASKED_AHEAD : ASKED;
    arena_fini(&arena);
    return found;
}

err_t erase_file(struct core *c, const struct commit *commit)
{
    err_t e = file_ops(c, commit, WAY_IN);
    for (size_t i = 0; i < commit->ops_n && !e && c->erase.any; i++) {
        struct dot dot = dot_at(commit, i);
        if (commit->ops[i].state == BODY_ERASED || asked_for(c, &dot, commit->log.site) == ASKED)
            e = judge_later(c, &dot);
    }
    return e;
}

err_t erase_unfile(struct core *c, const struct commit *commit)
{
    return file_ops(c, commit, WAY_OUT);
}

err_t erase_judge_all(struct core *c)
{
    struct arena arena = {0};
    struct erasure *all = NULL;
    size_t n = 0;
    err_t e = erased_list(c->store, NULL, &arena, &all, &n);
    for (size_t i = 0; i < n && !e; i++)
        e = judge_later(c, &all[i].target);
    arena_fini(&arena);
    return e;
}

bool erase_is_due(struct core *c, const struct dot *target, const uint8_t author[SITE_BYTES])
{
    return asked_for(c, target, author) == ASKED;
}

bool erase_keeps_out(struct core *c, const struct commit *commit, size_t i)
{
    struct dot dot = dot_at(commit, i);
    return may_go(&commit->ops[i]) && asked_for(c, &dot, commit->log.site) != ASKED_NOT;
}

void erase_filter(struct core *c, struct commit *commit)
{
    for (size_t i = 0; i < commit->ops_n; i++) {
        struct commit_op *op = &commit->ops[i];
        struct dot dot = dot_at(commit, i);
        enum asked asked = c->erase.any && may_go(op) ? asked_for(c, &dot, commit->log.site) : ASKED_NOT;
        if (asked == ASKED)
            op->state = BODY_ERASED;
        else if (asked == ASKED_AHEAD || op->state != BODY_PRESENT || commit_check_body(op) != ERR_OK)
            op->state = BODY_MISSING;
    }
}

err_t erase_carry(const struct commit *commit, struct buf *out)
{
    commit_write_start(out, commit->envelope, commit->signature, commit->ops_n);
    for (size_t i = 0; i < commit->ops_n; i++)
        commit_write_body(out, commit->ops[i].state, commit->ops[i].salt, commit->ops[i].body);
    return out->err;
}

/* ---- applying ---- */

/* Hashes of what an import wrote tell the value to whoever guesses it. */
static err_t drop_notes(struct core *c, const struct commit_op *op, const uint8_t *self, struct arena *arena)
{
    struct op decoded;
    if (op_decode(op->header, self, arena, &decoded))
        return ERR_OK;
    err_t e = ERR_OK;
    for (size_t i = 0; i < decoded.writes_n && !e; i++) {
        const struct op_write *w = &decoded.writes[i];
        e = local_import_drop(c->store, decoded.entity, w->field, w->lang);
        if (!e && w->target.len)
            e = local_import_drop(c->store, decoded.entity, w->field, w->target);
    }
    return e;
}

/* Not in a log here: aside, or in a proof alone. */
static err_t find_outside(struct core *c, const struct dot *target, struct arena *arena, struct commit *out)
{
    struct slice carried;
    struct fork_proof *all = NULL;
    size_t n = 0;
    err_t e = aside_get(c->store, target->commit, arena, &carried);
    if (e != ERR_NOT_FOUND)
        return e ? e : commit_decode(carried, out);
    e = forks_all(c->store, arena, &all, &n);
    for (size_t i = 0; i < n * 2 && !e; i++) {
        e = commit_decode(i % 2 ? all[i / 2].b : all[i / 2].a, out);
        if (!e && memcmp(out->id, target->commit, sizeof target->commit) == 0)
            return ERR_OK;
    }
    return e ? e : ERR_NOT_FOUND;
}

static err_t apply_outside(struct core *c, const struct dot *target, struct commit *commit, struct arena *arena)
{
    bool changed = false;
    err_t e = find_outside(c, target, arena, commit);
    if (!e && target->index < commit->ops_n && may_go(&commit->ops[target->index]) &&
        erase_is_due(c, target, commit->log.site))
        e = erased_purge(c->store, target, &changed);
    if (changed)
        clean_later(c);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static err_t apply_one(struct core *c, const struct dot *target, struct commit *commit, struct arena *arena)
{
    int64_t row = 0;
    bool changed = false;
    err_t e = oplog_by_dot(c->store, target->commit, &row);
    if (e == ERR_NOT_FOUND)
        return apply_outside(c, target, commit, arena);
    if (!e)
        e = oplog_get_row(c->store, row, arena, commit);
    if (e || target->index >= commit->ops_n || !may_go(&commit->ops[target->index]))
        return e;
    bool due = erase_is_due(c, target, commit->log.site);
    e = due ? erased_purge(c->store, target, &changed) : erased_void(c->store, target, &changed);
    /* What came erased already is attested all the same. */
    if (due)
        clean_later(c);
    if (e || !changed)
        return e;
    if (due)
        e = drop_notes(c, &commit->ops[target->index], commit->id, arena);
    return e ? e : refold_touch_op(c, &commit->ops[target->index]);
}

err_t erase_apply(struct core *c)
{
    struct commit *commit = c->erase.due_n ? malloc(sizeof *commit) : NULL;
    err_t e = c->erase.due_n && !commit ? ERR_MEMORY : ERR_OK;
    for (size_t i = 0; i < c->erase.due_n && !e; i++) {
        struct arena arena = {0};
        e = apply_one(c, &c->erase.due[i], commit, &arena);
        arena_fini(&arena);
    }
    c->erase.due_n = 0;
    free(commit);
    return e;
}

/* ---- attesting ---- */

/* Erasures in force whose bodies are gone here and that this site has not attested yet. */
static err_t to_attest(struct core *c, const struct own *own, struct arena *arena, struct dot *dots, size_t *n)
{
    struct arena one = {0};
    struct erasure *all = NULL;
    size_t all_n = 0;
    struct commit *commit = arena_alloc(arena, 1, sizeof *commit);
    err_t e = commit ? erased_list(c->store, NULL, arena, &all, &all_n) : ERR_MEMORY;
    for (size_t i = 0; i < all_n && !e && *n < ATTEST_DOTS_MAX; i++) {
        int64_t row = 0;
        if (erased_is_attested(c->store, &all[i].target, own->key.pub) ||
            oplog_by_dot(c->store, all[i].target.commit, &row))
            continue;
        arena_clear(&one);
        e = oplog_get_row(c->store, row, &one, commit);
        bool gone = !e && all[i].target.index < commit->ops_n && commit->ops[all[i].target.index].state == BODY_ERASED;
        if (gone && (!*n || dot_compare(&dots[*n - 1], &all[i].target) != 0))
            dots[(*n)++] = all[i].target;
    }
    arena_fini(&one);
    return e;
}

static err_t write_attest(struct core *c, struct own *own, struct dot *dots, size_t n)
{
    struct op op = {
        .info = kind_info(OP_SITE_ATTEST), .entity = slice_of(own->key.pub, SITE_BYTES), .dots = dots, .dots_n = n};
    static const uint8_t nothing[] = {0x90};
    dots_sort(dots, n);
    return own_write_alone(c, own, &op, slice_of(nothing, sizeof nothing), NULL);
}

/* A site whose membership ended or is suspended has nothing to say that would count. */
static err_t attest(struct core *c, struct own *own, bool *more)
{
    struct arena arena = {0};
    struct dot *dots = arena_alloc(&arena, ATTEST_DOTS_MAX, sizeof *dots);
    size_t n = 0;
    err_t e = dots ? to_attest(c, own, &arena, dots, &n) : ERR_MEMORY;
    if (!e && n)
        e = write_attest(c, own, dots, n);
    *more |= !e && n == ATTEST_DOTS_MAX;
    arena_fini(&arena);
    return e;
}

/* Out of the write-ahead log, then out of the index. ERR_LOCKED: a reader still stands in the old pages; ERR_WAITING: the index is at it. */
static err_t clean(struct core *c)
{
    err_t e = c->erase.flushed < c->erase.round ? erased_flush(c->store) : ERR_OK;
    if (e)
        return e;
    c->erase.flushed = c->erase.round;
    return c->env.index_clean ? c->env.index_clean(c->env.ctx, c->erase.round) : ERR_OK;
}

void erase_tick(struct core *c)
{
    bool more = false;
    if (!c->erase.flush || !c->founded)
        return;
    err_t e = clean(c);
    if (e == ERR_LOCKED || e == ERR_WAITING)
        return; /* next time */
    for (size_t i = 0; i < c->own_n && !e; i++)
        e = own_may_write(c, &c->own[i]) ? attest(c, &c->own[i], &more) : ERR_OK;
    c->erase.flush = more || !ingest_survives(e);
    if (e)
        core_note(c, JOURNAL_WARN, "erase.unattested", "reason=%s", err_name(e));
}

/* ---- ahead of data ---- */

static int by_asker(const void *left, const void *right)
{
    const struct erasure *a = left, *b = right;
    int c = log_compare(&a->by, &b->by);
    return c ? c : (a->by_seq > b->by_seq) - (a->by_seq < b->by_seq);
}

static err_t carry_asker(struct core *c, const struct erasure *asked, struct arena *arena, struct slice *out, size_t *n)
{
    struct buf carried;
    buf_init(&carried, LIMIT_COMMIT_BYTES * 2);
    err_t e = oplog_carried(c->store, &asked->by, asked->by_seq, &carried);
    if (!e)
        e = arena_copy(arena, buf_slice(&carried), &out[(*n)++]);
    buf_fini(&carried);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

err_t erase_message(struct core *c, struct arena *arena, struct slice **commits, size_t *n)
{
    struct erasure *all = NULL;
    size_t all_n = 0;
    *n = 0;
    err_t e = erased_list(c->store, NULL, arena, &all, &all_n);
    *commits = e ? NULL : arena_alloc(arena, all_n + 1, sizeof **commits);
    if (!e && !*commits)
        return ERR_MEMORY;
    if (!e && all_n)
        qsort(all, all_n, sizeof *all, by_asker);
    for (size_t i = 0; i < all_n && !e; i++)
        if (!all[i].early && (!i || by_asker(&all[i - 1], &all[i]) != 0))
            e = carry_asker(c, &all[i], arena, *commits, n);
    return e;
}

err_t erase_ahead(struct core *c, struct slice carried)
{
    struct commit *commit = malloc(sizeof *commit);
    err_t e = commit ? commit_decode(carried, commit) : ERR_MEMORY;
    /* Of a site not named here yet: it comes again when both know the same charter. */
    bool known = !e && authority_site(&c->authority, commit->log.site);
    if (known)
        e = commit_verify(commit, c->authority.alliance);
    if (known && !e)
        e = file_ops(c, commit, WAY_AHEAD);
    free(commit);
    return e;
}

void erase_settled(struct core *c)
{
    bool any = false;
    if (c->erase.ahead && erased_unask_early(c->store, &any) == ERR_OK)
        c->erase.ahead = false;
}

err_t erase_keep_ahead(struct core *c, struct arena *arena, struct erasure **out, size_t *n)
{
    struct erasure *all = NULL;
    size_t all_n = 0;
    *n = 0;
    err_t e = erased_list(c->store, NULL, arena, &all, &all_n);
    for (size_t i = 0; i < all_n && !e; i++)
        if (all[i].early)
            all[(*n)++] = all[i];
    *out = all;
    return e;
}

err_t erase_restore_ahead(struct core *c, const struct erasure *all, size_t n)
{
    err_t e = ERR_OK;
    for (size_t i = 0; i < n && !e; i++)
        e = erased_ask(c->store, &all[i], true);
    return e;
}

err_t erase_open(struct core *c)
{
    struct arena arena = {0};
    struct erasure *all = NULL;
    size_t n = 0;
    err_t e = erased_list(c->store, NULL, &arena, &all, &n);
    for (size_t i = 0; i < n; i++)
        c->erase.ahead |= all[i].early;
    c->erase.any = n > 0;
    /* A crash may have lain between the COMMIT that erased and what follows it. */
    if (n)
        clean_later(c);
    arena_fini(&arena);
    return e;
}
