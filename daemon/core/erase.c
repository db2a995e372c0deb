#include "daemon/core/erase.h"
#include "daemon/core/ingest.h"
#include "daemon/core/own.h"
#include "daemon/core/refold.h"
#include "daemon/store/erased.h"
#include <stdlib.h>

#define ATTEST_DOTS_MAX 512

/* ---- what waits to be judged ---- */

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
        if (!err)
            err = judge_later(c, &e.target);
    }
    c->erase.any = true;
    return err;
}

static err_t file_attested(struct core *c, const struct commit *commit, const struct op *op, enum way way)
{
    err_t e = ERR_OK;
    for (size_t i = 0; i < op->dots_n && !e; i++)
        e = way == WAY_IN ? erased_attest(c->store, &op->dots[i], commit->log.site)
                          : erased_unattest(c->store, &op->dots[i], commit->log.site);
    return e;
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

err_t erase_file(struct core *c, const struct commit *commit)
{
    err_t e = file_ops(c, commit, WAY_IN);
    for (size_t i = 0; i < commit->ops_n && !e && c->erase.any; i++) {
        struct dot dot = dot_at(commit, i);
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

bool erase_is_due(struct core *c, const struct dot *target, const uint8_t author[SITE_BYTES])
{
    struct arena arena = {0};
    struct erasure *asked = NULL;
    size_t n = 0;
    bool due = false;
    if (!c->erase.any || erased_list(c->store, target, &arena, &asked, &n))
        n = 0;
    for (size_t i = 0; i < n && !due; i++)
        due = may_erase(c, &asked[i], author);
    arena_fini(&arena);
    return due;
}

/* ---- applying ---- */

static bool may_go(const struct commit_op *op)
{
    uint64_t kind = 0;
    struct slice entity;
    const struct kind_info *info;
    err_t e = op_peek(op->header, &kind, &entity);
    return e == ERR_UNKNOWN_KIND || (e == ERR_OK && (info = kind_info(kind)) && info->erasable);
}

static err_t apply_one(struct core *c, const struct dot *target, struct commit *commit, struct arena *arena)
{
    int64_t row = 0;
    bool changed = false;
    err_t e = oplog_by_dot(c->store, target->commit, &row);
    if (e == ERR_NOT_FOUND) {
        /* Not in a log here; what was set aside may still hold it. */
        struct slice carried;
        e = aside_get(c->store, target->commit, arena, &carried);
        if (!e)
            e = commit_decode(carried, commit);
        if (!e && target->index < commit->ops_n && may_go(&commit->ops[target->index]) &&
            erase_is_due(c, target, commit->log.site))
            e = erased_purge(c->store, target, &changed);
        c->erase.flush |= changed;
        return e == ERR_NOT_FOUND ? ERR_OK : e;
    }
    if (!e)
        e = oplog_get_row(c->store, row, arena, commit);
    if (e || target->index >= commit->ops_n || !may_go(&commit->ops[target->index]))
        return e;
    bool due = erase_is_due(c, target, commit->log.site);
    e = due ? erased_purge(c->store, target, &changed) : erased_void(c->store, target, &changed);
    if (e || !changed)
        return e;
    c->erase.flush |= due;
    return refold_touch_op(c, &commit->ops[target->index]);
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

static int compare_dots(const void *a, const void *b)
{
    return dot_compare(a, b);
}

/* Erasures in force whose bodies are gone here and that this site has not attested yet. */
static err_t to_attest(struct core *c, const struct own *own, struct arena *arena, struct dot *dots, size_t *n)
{
    struct erasure *all = NULL;
    size_t all_n = 0;
    struct commit *commit = arena_alloc(arena, 1, sizeof *commit);
    err_t e = commit ? erased_list(c->store, NULL, arena, &all, &all_n) : ERR_MEMORY;
    for (size_t i = 0; i < all_n && !e && *n < ATTEST_DOTS_MAX; i++) {
        int64_t row = 0;
        if (erased_is_attested(c->store, &all[i].target, own->key.pub) ||
            oplog_by_dot(c->store, all[i].target.commit, &row))
            continue;
        e = oplog_get_row(c->store, row, arena, commit);
        bool gone = !e && all[i].target.index < commit->ops_n && commit->ops[all[i].target.index].state == BODY_ERASED;
        if (gone && (!*n || dot_compare(&dots[*n - 1], &all[i].target) != 0))
            dots[(*n)++] = all[i].target;
    }
    return e;
}

static err_t write_attest(struct core *c, struct own *own, struct dot *dots, size_t n)
{
    struct op op = {
        .info = kind_info(OP_SITE_ATTEST), .entity = slice_of(own->key.pub, SITE_BYTES), .dots = dots, .dots_n = n};
    struct buf header, body;
    qsort(dots, n, sizeof *dots, compare_dots);
    buf_init(&header, LIMIT_ENVELOPE_BYTES);
    buf_init(&body, LIMIT_BODY_BYTES);
    op_encode_header(&header, &op);
    op_encode_body(&body, NULL, 0);
    struct op_draft draft = {.header = buf_slice(&header), .body = buf_slice(&body)};
    err_t e = header.err ? header.err : batch_begin(c);
    if (!e) {
        e = own_write(c, own, &draft, 1, NULL);
        if (e)
            batch_abort(c);
        else
            e = batch_end(c);
    }
    buf_fini(&header);
    buf_fini(&body);
    return e;
}

static err_t attest(struct core *c, struct own *own)
{
    struct arena arena = {0};
    struct dot *dots = arena_alloc(&arena, ATTEST_DOTS_MAX, sizeof *dots);
    size_t n = 0;
    err_t e = dots ? to_attest(c, own, &arena, dots, &n) : ERR_MEMORY;
    if (!e && n)
        e = write_attest(c, own, dots, n);
    arena_fini(&arena);
    return e;
}

void erase_tick(struct core *c)
{
    if (!c->erase.flush || !c->founded)
        return;
    err_t e = erased_flush(c->store);
    if (e == ERR_LOCKED)
        return; /* a reader still stands in the old pages: next time */
    for (size_t i = 0; i < c->own_n && !e; i++)
        e = authority_site(&c->authority, c->own[i].key.pub) ? attest(c, &c->own[i]) : ERR_OK;
    c->erase.flush = e != ERR_OK;
    if (e)
        core_note(c, JOURNAL_WARN, "erase.unattested", "reason=%s", err_name(e));
}

/* ---- ahead of data ---- */

err_t erase_message(struct core *c, struct arena *arena, struct slice **commits, size_t *n)
{
    struct erasure *all = NULL;
    size_t all_n = 0;
    *n = 0;
    err_t e = erased_list(c->store, NULL, arena, &all, &all_n);
    *commits = e ? NULL : arena_alloc(arena, all_n + 1, sizeof **commits);
    for (size_t i = 0; i < all_n && !e && *commits; i++) {
        struct buf carried;
        bool twice = false;
        for (size_t k = 0; k < i; k++)
            twice |= log_compare(&all[k].by, &all[i].by) == 0 && all[k].by_seq == all[i].by_seq;
        if (twice)
            continue;
        buf_init(&carried, LIMIT_COMMIT_BYTES * 2);
        e = oplog_carried(c->store, &all[i].by, all[i].by_seq, &carried);
        if (!e)
            e = arena_copy(arena, buf_slice(&carried), &(*commits)[(*n)++]);
        if (e == ERR_NOT_FOUND)
            e = ERR_OK;
        buf_fini(&carried);
    }
    return !e && !*commits ? ERR_MEMORY : e;
}

err_t erase_ahead(struct core *c, struct slice carried)
{
    struct commit *commit = malloc(sizeof *commit);
    err_t e = commit ? commit_decode(carried, commit) : ERR_MEMORY;
    if (!e && !authority_site(&c->authority, commit->log.site))
        e = ERR_STANDING;
    if (!e)
        e = commit_verify(commit, c->authority.alliance);
    if (!e)
        e = file_ops(c, commit, WAY_AHEAD);
    free(commit);
    return e;
}
