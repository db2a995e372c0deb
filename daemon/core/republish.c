#include "daemon/core/republish.h"
#include "daemon/core/ingest.h"
#include "daemon/core/own.h"
#include <stdlib.h>

#define DOT_COMMIT_BYTES 16
#define LEFT_OUT         UINT16_MAX /* of an op's new index: it has none */
#define MAPPED_BYTES     (64u * 1024 * 1024)
#define COMMITS_BATCH    200

struct work {
    struct core *core;
    struct own *own;
    struct arena *arena;
    struct republished *map; /* those known, then those made now */
    size_t map_n, map_room, known_n;
};
struct lost {
    struct aside_row row;
    struct commit *commit;
};

/* ---- what was re-published ---- */

static err_t map_add(struct work *w, const struct dot *old, const struct dot *fresh)
{
    if (w->map_n == w->map_room) {
        size_t room = w->map_room ? w->map_room * 2 : 256;
        struct republished *more = arena_alloc(w->arena, room, sizeof *more);
        if (!more)
            return ERR_MEMORY;
        if (w->map_n)
            memcpy(more, w->map, w->map_n * sizeof *more);
        w->map = more;
        w->map_room = room;
    }
    w->map[w->map_n++] = (struct republished){*old, *fresh};
    return ERR_OK;
}

static const struct dot *map_find(const struct work *w, const struct dot *old)
{
    for (size_t i = w->map_n; i-- > 0;)
        if (dot_compare(&w->map[i].old, old) == 0)
            return &w->map[i].fresh;
    return NULL;
}

static err_t map_load(struct work *w)
{
    struct slice kept;
    err_t e = local_get(w->core->store, SETTING_REPUBLISHED, w->arena, &kept);
    for (size_t i = 0; !e && i + 2 * DOT_BYTES <= kept.len; i += 2 * DOT_BYTES) {
        struct dot old = dot_unpack(kept.at + i), fresh = dot_unpack(kept.at + i + DOT_BYTES);
        e = map_add(w, &old, &fresh);
    }
    w->known_n = w->map_n;
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static err_t map_store(struct work *w)
{
    struct buf out;
    buf_init(&out, MAPPED_BYTES);
    for (size_t i = 0; i < w->map_n; i++) {
        uint8_t pair[2 * DOT_BYTES];
        dot_pack(&w->map[i].old, pair);
        dot_pack(&w->map[i].fresh, pair + DOT_BYTES);
        buf_append(&out, pair, sizeof pair);
    }
    err_t e = out.err ? out.err : local_set(w->core->store, SETTING_REPUBLISHED, buf_slice(&out));
    buf_fini(&out);
    return e;
}

/* Stands for a commit itself: the second half of its id, which no dot of an op is. */
static struct dot whole(const uint8_t id[HASH_BYTES])
{
    struct dot dot = {.index = 0};
    memcpy(dot.commit, id + sizeof dot.commit, sizeof dot.commit);
    return dot;
}

/* ---- one commit ---- */

/* Our own commit's dots are named by zeros: its new id is not known before it is signed. `place` are the new indices of its ops. */
static err_t map_dots(struct work *w, const struct commit *commit, const uint16_t *place, const struct dot **dots,
                      size_t *n, bool keep_unknown)
{
    struct dot *out = arena_alloc(w->arena, *n + 1, sizeof *out);
    size_t kept = 0;
    if (!out)
        return ERR_MEMORY;
    for (size_t i = 0; i < *n; i++) {
        const struct dot *old = &(*dots)[i], *fresh = map_find(w, old);
        int64_t row = 0;
        if (memcmp(old->commit, commit->id, sizeof old->commit) == 0) {
            if (old->index < commit->ops_n && place[old->index] != LEFT_OUT)
                out[kept++] = (struct dot){{0}, (uint8_t)place[old->index]};
        } else if (fresh)
            out[kept++] = *fresh;
        else if (keep_unknown || oplog_by_dot(w->core->store, old->commit, &row) == ERR_OK)
            out[kept++] = *old;
    }
    dots_sort(out, kept);
    *n = 0;
    for (size_t i = 0; i < kept; i++)
        if (!i || dot_compare(&out[*n - 1], &out[i]) != 0)
            out[(*n)++] = out[i];
    *dots = out;
    return ERR_OK;
}

static err_t map_op(struct work *w, const struct commit *commit, const uint16_t *place, struct op *op)
{
    struct op_write *writes = arena_alloc(w->arena, op->writes_n + 1, sizeof *writes);
    if (!writes)
        return ERR_MEMORY;
    if (op->writes_n)
        memcpy(writes, op->writes, op->writes_n * sizeof *writes);
    err_t e = map_dots(w, commit, place, &op->dots, &op->dots_n, op->info->kind == OP_SITE_ERASE);
    for (size_t i = 0; i < op->writes_n && !e; i++) {
        e = map_dots(w, commit, place, &writes[i].replaces, &writes[i].replaces_n, false);
        if (!e)
            e = map_dots(w, commit, place, &writes[i].made_from, &writes[i].made_from_n, false);
    }
    op->writes = writes;
    if (op->info->who == WHO_SELF) /* what a key says of itself, the key in its place says for itself */
        op->entity = slice_of(w->own->key.pub, SITE_BYTES);
    return e;
}

/* What is commons, what is to be erased, and relay days. A log's own beginnings, announcements and attestations are said anew by themselves. */
static bool is_ours_to_repeat(const struct commit_op *op, const struct kind_info **info)
{
    uint64_t kind = 0;
    struct slice entity;
    if (op->state != BODY_PRESENT || op_peek(op->header, &kind, &entity))
        return false;
    *info = kind_info(kind);
    return *info && ((*info)->entity != ENTITY_SITE || kind == OP_SITE_ERASE || kind == OP_SITE_RELAYS);
}

/* What is left of an op once dots went may be too little to be one: an adoption of nothing. */
static err_t repeat_op(struct work *w, const struct commit *commit, size_t at, const uint16_t *place,
                       struct op_draft *draft, bool *good)
{
    struct op op, check;
    struct buf header;
    *good = false;
    err_t e = op_decode(commit->ops[at].header, commit->id, w->arena, &op);
    if (e)
        return e == ERR_MEMORY ? e : ERR_OK;
    e = map_op(w, commit, place, &op);
    if (e)
        return e;
    buf_init(&header, LIMIT_ENVELOPE_BYTES);
    op_encode_header(&header, &op);
    e = header.err ? header.err : arena_copy(w->arena, buf_slice(&header), &draft->header);
    buf_fini(&header);
    if (e)
        return e;
    draft->body = commit->ops[at].body;
    e = op_decode(draft->header, NULL, w->arena, &check);
    *good = e == ERR_OK;
    return e == ERR_MEMORY ? e : ERR_OK;
}

static err_t repeat_ops(struct work *w, const struct commit *commit, uint16_t *place, struct op_draft *drafts,
                        size_t *n)
{
    const struct kind_info *info;
    err_t e = ERR_OK;
    *n = 0;
    for (size_t i = 0; i < LIMIT_OPS; i++)
        place[i] = LEFT_OUT;
    for (size_t i = 0; i < commit->ops_n && !e; i++) {
        bool good = false;
        if (is_ours_to_repeat(&commit->ops[i], &info))
            e = repeat_op(w, commit, i, place, &drafts[*n], &good);
        if (!e && good)
            place[i] = (uint16_t)(*n)++;
    }
    return e;
}

static err_t repeat(struct work *w, const struct commit *commit)
{
    struct op_draft *drafts = arena_alloc(w->arena, LIMIT_OPS, sizeof *drafts);
    uint16_t *place = arena_alloc(w->arena, LIMIT_OPS, sizeof *place);
    uint8_t id[HASH_BYTES] = {0};
    struct dot from = whole(commit->id), to;
    size_t n = 0;
    err_t e = drafts && place ? repeat_ops(w, commit, place, drafts, &n) : ERR_MEMORY;
    if (!e && n)
        e = own_write(w->core, w->own, drafts, n, id);
    to = whole(id);
    if (!e)
        e = map_add(w, &from, &to);
    for (size_t i = 0; i < commit->ops_n && !e; i++) {
        if (place[i] == LEFT_OUT)
            continue;
        struct dot old = dot_of(commit->id, i), fresh = dot_of(id, place[i]);
        e = map_add(w, &old, &fresh);
    }
    return e;
}

/* ---- all of them ---- */

static int by_clock(const void *a, const void *b)
{
    const struct lost *x = a, *y = b;
    if (x->commit->clock != y->commit->clock)
        return x->commit->clock < y->commit->clock ? -1 : 1;
    return memcmp(x->commit->id, y->commit->id, HASH_BYTES);
}

/* Written under this site's key, or under one that it took over. */
static bool is_of(const struct work *w, const uint8_t site[SITE_BYTES])
{
    const uint8_t *at = w->own->key.pub;
    while (at && memcmp(at, site, SITE_BYTES) != 0)
        at = authority_replaces(&w->core->authority, at);
    return at != NULL;
}

static err_t collect(struct work *w, republish_pick *pick, void *ctx, struct lost **out, size_t *n, size_t *known)
{
    struct aside_row *rows = NULL;
    size_t rows_n = 0;
    err_t e = aside_list(w->core->store, w->arena, &rows, &rows_n);
    struct lost *lost = e ? NULL : arena_alloc(w->arena, rows_n + 1, sizeof *lost);
    if (!e && !lost)
        e = ERR_MEMORY;
    *n = *known = 0;
    for (size_t i = 0; i < rows_n && !e; i++) {
        struct slice carried;
        if (!is_of(w, rows[i].log.site))
            continue;
        struct commit *commit = arena_alloc(w->arena, 1, sizeof *commit);
        e = commit ? aside_get(w->core->store, rows[i].dot, w->arena, &carried) : ERR_MEMORY;
        if (!e)
            e = commit_decode(carried, commit);
        if (e || (pick && !pick(ctx, &rows[i], commit)))
            continue;
        struct dot mark = whole(commit->id);
        if (map_find(w, &mark))
            (*known)++;
        else
            lost[(*n)++] = (struct lost){rows[i], commit};
    }
    if (!e && *n)
        qsort(lost, *n, sizeof *lost, by_clock);
    *out = lost;
    return e;
}

static err_t repeat_some(struct work *w, const struct lost *lost, size_t n)
{
    err_t e = batch_begin(w->core);
    if (e)
        return e;
    for (size_t i = 0; i < n && !e; i++)
        e = repeat(w, lost[i].commit);
    if (!e)
        e = map_store(w);
    if (!e)
        return batch_end(w->core);
    batch_abort(w->core);
    return e;
}

err_t republish(struct core *c, struct own *own, republish_pick *pick, void *ctx, struct arena *arena,
                struct republished **out, size_t *n, size_t *known)
{
    struct work w = {.core = c, .own = own, .arena = arena};
    struct lost *lost = NULL;
    size_t lost_n = 0;
    err_t e = map_load(&w);
    if (!e)
        e = collect(&w, pick, ctx, &lost, &lost_n, known);
    for (size_t i = 0; i < lost_n && !e; i += COMMITS_BATCH)
        e = repeat_some(&w, lost + i, lost_n - i < COMMITS_BATCH ? lost_n - i : COMMITS_BATCH);
    if (e)
        return e;
    if (lost_n)
        core_note(c, JOURNAL_WARN, "log.republished", "commits=%zu", lost_n);
    *out = w.map + w.known_n;
    *n = w.map_n - w.known_n;
    return ERR_OK;
}

/* ---- what a fork took ---- */

err_t republish_note(struct core *c, const uint8_t id[HASH_BYTES])
{
    struct arena arena = {0};
    struct slice kept = slice_text("");
    struct buf all;
    buf_init(&all, MAPPED_BYTES);
    err_t e = local_get(c->store, SETTING_FORKED, &arena, &kept);
    if (e == ERR_NOT_FOUND)
        e = ERR_OK;
    buf_append(&all, kept.at, kept.len);
    buf_append(&all, id, DOT_COMMIT_BYTES);
    if (!e)
        e = all.err ? all.err : local_set(c->store, SETTING_FORKED, buf_slice(&all));
    buf_fini(&all);
    arena_fini(&arena);
    c->republish_due = true;
    return e;
}

static bool is_noted(void *ctx, const struct aside_row *row, const struct commit *commit)
{
    const struct slice *noted = ctx;
    (void)commit;
    for (size_t i = 0; i + DOT_COMMIT_BYTES <= noted->len; i += DOT_COMMIT_BYTES)
        if (memcmp(noted->at + i, row->dot, DOT_COMMIT_BYTES) == 0)
            return true;
    return false;
}

/* False where a site may not write now: what is noted waits. */
static bool take_back(struct core *c, struct own *own, struct slice *noted, struct arena *arena)
{
    struct republished *made = NULL;
    size_t n = 0, known = 0;
    if (!own_may_write(c, own))
        return false;
    err_t e = republish(c, own, is_noted, noted, arena, &made, &n, &known);
    if (e)
        core_note(c, JOURNAL_ERROR, "republish.failed", "reason=%s", err_name(e));
    return e == ERR_OK;
}

void republish_tick(struct core *c)
{
    struct arena arena = {0};
    struct slice noted;
    bool all = true;
    if (!c->serves || !c->founded || !c->republish_due)
        return;
    c->republish_due = false;
    err_t e = local_get(c->store, SETTING_FORKED, &arena, &noted);
    for (size_t i = 0; i < c->own_n && !e; i++)
        all = take_back(c, &c->own[i], &noted, &arena) && all;
    if (!e && all)
        e = local_set(c->store, SETTING_FORKED, slice_text(""));
    if (e && e != ERR_NOT_FOUND)
        core_note(c, JOURNAL_ERROR, "republish.failed", "reason=%s", err_name(e));
    arena_fini(&arena);
}
