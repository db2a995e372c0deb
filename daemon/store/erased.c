#include "daemon/store/erased.h"

#include "daemon/store/query.h"
#include "protocol/base/limits.h"

enum statement {
    ASK,
    UNASK,
    UNASK_EARLY,
    LIST_ONE,
    LIST_ALL,
    ATTEST,
    UNATTEST,
    ATTESTED,
    PURGE,
    VOID,
    SET_ASIDE,
    SET_FORK,
    FLUSH,
    STATEMENTS
};
#define BODY_ROW "(SELECT c.row * 256 + ?2 FROM commits c WHERE c.dot = ?1 AND ?2 < c.ops)"
/* clang-format off */
static const char *const statements[STATEMENTS] = {
    [ASK]       = "INSERT INTO erasures (commit16, op, by_site, by_incarnation, by_seq, early) VALUES (?, ?, ?, ?, ?, ?) "
                  "ON CONFLICT DO UPDATE SET early = min(early, excluded.early)",
    [UNASK]     = "DELETE FROM erasures WHERE commit16 = ? AND op = ? AND by_site = ? AND by_incarnation = ? AND by_seq = ?",
    [UNASK_EARLY] = "DELETE FROM erasures WHERE early = 1",
    [LIST_ONE]  = "SELECT commit16, op, by_site, by_incarnation, by_seq, early FROM erasures WHERE commit16 = ? AND op = ? "
                  "ORDER BY by_site, by_incarnation, by_seq",
    [LIST_ALL]  = "SELECT commit16, op, by_site, by_incarnation, by_seq, early FROM erasures ORDER BY commit16, op, by_site, by_incarnation, by_seq",
    [ATTEST]    = "INSERT OR IGNORE INTO attests (commit16, op, by_site, by_incarnation, by_seq) VALUES (?, ?, ?, ?, ?)",
    [UNATTEST]  = "DELETE FROM attests WHERE commit16 = ? AND op = ? AND by_site = ? AND by_incarnation = ? AND by_seq = ?",
    [ATTESTED]  = "SELECT 1 FROM attests WHERE commit16 = ? AND op = ? AND by_site = ?",
    [PURGE]     = "UPDATE bodies SET state = 2, salt = NULL, body = NULL WHERE state <> 2 AND row IN " BODY_ROW,
    [VOID]      = "UPDATE bodies SET state = 3 WHERE state = 2 AND row IN " BODY_ROW,
    [SET_ASIDE] = "UPDATE aside SET carried = ? WHERE dot = ?",
    [SET_FORK]  = "UPDATE forks SET a = ?, b = ? WHERE site = ? AND incarnation = ? AND seq = ?",
    [FLUSH]     = "PRAGMA wal_checkpoint(TRUNCATE)",
};
/* clang-format on */
_Static_assert(STATEMENTS <= QUERY_STATEMENTS_MAX, "room for the statements of erased");

static void start(struct query *q, struct store *s, enum statement which)
{
    query_start(q, s, OWNER_ERASED, which, statements[which]);
}

static void bind_dot(struct query *q, const struct dot *dot)
{
    query_blob(q, slice_of(dot->commit, sizeof dot->commit));
    query_int(q, dot->index);
}

/* ---- who asked ---- */

static void start_by(struct query *q, struct store *s, enum statement which, const struct erasure *e)
{
    start(q, s, which);
    bind_dot(q, &e->target);
    query_blob(q, slice_of(e->by.site, SITE_BYTES));
    query_uint(q, e->by.incarnation);
    query_uint(q, e->by_seq);
}

err_t erased_ask(struct store *s, const struct erasure *e, bool early)
{
    struct query q;
    start_by(&q, s, ASK, e);
    query_int(&q, early);
    return query_run(&q);
}

err_t erased_unask(struct store *s, const struct erasure *e)
{
    struct query q;
    start_by(&q, s, UNASK, e);
    return query_run(&q);
}

err_t erased_unask_early(struct store *s, bool *any)
{
    struct query q;
    int n = 0;
    start(&q, s, UNASK_EARLY);
    err_t e = query_run_changed(&q, &n);
    if (!e)
        *any = n > 0;
    return e;
}

err_t erased_list(struct store *s, const struct dot *target, struct arena *arena, struct erasure **out, size_t *n)
{
    struct query q;
    struct query_list list = {.arena = arena, .size = sizeof(struct erasure)};
    start(&q, s, target ? LIST_ONE : LIST_ALL);
    if (target)
        bind_dot(&q, target);
    while (query_row(&q)) {
        struct erasure *e = query_list_add(&q, &list);
        if (!e)
            break;
        query_get_fixed(&q, e->target.commit, sizeof e->target.commit);
        e->target.index = (uint8_t)query_get_int(&q);
        query_get_fixed(&q, e->by.site, SITE_BYTES);
        e->by.incarnation = query_get_uint(&q);
        e->by_seq = query_get_uint(&q);
        e->early = query_get_int(&q) != 0;
    }
    err_t e = query_end(&q);
    if (!e) {
        *out = list.at;
        *n = list.n;
    }
    return e;
}

/* ---- who has done it ---- */

err_t erased_attest(struct store *s, const struct erasure *e)
{
    struct query q;
    start_by(&q, s, ATTEST, e);
    return query_run(&q);
}

err_t erased_unattest(struct store *s, const struct erasure *e)
{
    struct query q;
    start_by(&q, s, UNATTEST, e);
    return query_run(&q);
}

bool erased_is_attested(struct store *s, const struct dot *target, const uint8_t site[SITE_BYTES])
{
    struct query q;
    start(&q, s, ATTESTED);
    bind_dot(&q, target);
    query_blob(&q, slice_of(site, SITE_BYTES));
    bool found = query_row(&q);
    return query_end(&q) == ERR_OK && found;
}

/* ---- erasing ---- */

static err_t change_body(struct store *s, enum statement which, const struct dot *target, bool *changed)
{
    struct query q;
    int n = 0;
    start(&q, s, which);
    bind_dot(&q, target);
    err_t e = query_run_changed(&q, &n);
    *changed |= n > 0;
    return e;
}

/* The same commit with that body left away. */
static err_t without_body(struct slice carried, const struct dot *target, struct commit *c, struct buf *out)
{
    err_t e = commit_decode(carried, c);
    if (e)
        return e;
    commit_write_start(out, c->envelope, c->signature, c->ops_n);
    for (size_t i = 0; i < c->ops_n; i++) {
        bool gone = i == target->index;
        commit_write_body(out, gone ? BODY_ERASED : c->ops[i].state, c->ops[i].salt, c->ops[i].body);
    }
    return out->err;
}

static err_t purge_aside(struct store *s, const struct dot *target, struct arena *arena, struct commit *scratch,
                         bool *changed)
{
    struct slice carried;
    struct buf out;
    struct query q;
    err_t e = aside_get(s, target->commit, arena, &carried);
    if (e)
        return e == ERR_NOT_FOUND ? ERR_OK : e;
    buf_init(&out, LIMIT_COMMIT_BYTES * 2);
    e = without_body(carried, target, scratch, &out);
    if (!e && target->index < scratch->ops_n && scratch->ops[target->index].state == BODY_PRESENT) {
        start(&q, s, SET_ASIDE);
        query_blob(&q, buf_slice(&out));
        query_blob(&q, slice_of(target->commit, sizeof target->commit));
        e = query_run(&q);
        *changed = true;
    }
    buf_fini(&out);
    return e;
}

static err_t purge_side(struct slice side, const struct dot *target, struct commit *scratch, struct buf *out, bool *hit)
{
    *hit = commit_decode(side, scratch) == ERR_OK && memcmp(scratch->id, target->commit, sizeof target->commit) == 0 &&
           target->index < scratch->ops_n && scratch->ops[target->index].state == BODY_PRESENT;
    return *hit ? without_body(side, target, scratch, out) : buf_add(out, side);
}

static err_t purge_fork(struct store *s, const struct fork_proof *f, const struct dot *target, struct commit *scratch,
                        bool *changed)
{
    struct buf a, b;
    struct query q;
    bool in_a = false, in_b = false;
    buf_init(&a, LIMIT_COMMIT_BYTES * 2);
    buf_init(&b, LIMIT_COMMIT_BYTES * 2);
    err_t e = purge_side(f->a, target, scratch, &a, &in_a);
    if (!e)
        e = purge_side(f->b, target, scratch, &b, &in_b);
    if (!e && (in_a || in_b)) {
        start(&q, s, SET_FORK);
        query_blob(&q, buf_slice(&a));
        query_blob(&q, buf_slice(&b));
        query_blob(&q, slice_of(f->log.site, SITE_BYTES));
        query_uint(&q, f->log.incarnation);
        query_uint(&q, f->seq);
        e = query_run(&q);
        *changed = true;
    }
    buf_fini(&a);
    buf_fini(&b);
    return e;
}

static err_t purge_forks(struct store *s, const struct dot *target, struct arena *arena, struct commit *scratch,
                         bool *changed)
{
    struct fork_proof *all = NULL;
    size_t n = 0;
    err_t e = forks_all(s, arena, &all, &n);
    for (size_t i = 0; i < n && !e; i++)
        e = purge_fork(s, &all[i], target, scratch, changed);
    return e;
}

err_t erased_purge(struct store *s, const struct dot *target, bool *changed)
{
    struct arena arena = {0};
    struct commit *scratch = arena_alloc(&arena, 1, sizeof *scratch);
    *changed = false;
    err_t e = scratch ? change_body(s, PURGE, target, changed) : ERR_MEMORY;
    if (!e)
        e = purge_aside(s, target, &arena, scratch, changed);
    if (!e)
        e = purge_forks(s, target, &arena, scratch, changed);
    arena_fini(&arena);
    return e;
}

err_t erased_void(struct store *s, const struct dot *target, bool *changed)
{
    *changed = false;
    return change_body(s, VOID, target, changed);
}

err_t erased_flush(struct store *s)
{
    struct query q;
    int64_t busy = 0;
    start(&q, s, FLUSH);
    if (query_row(&q))
        busy = query_get_int(&q);
    err_t e = query_end(&q);
    return e ? e : busy ? ERR_LOCKED : ERR_OK;
}
