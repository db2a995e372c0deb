#include "daemon/store/aside.h"

#include "daemon/store/query.h"

enum statement {
    PUT,
    NEXT,
    DROP,
    LIST,
    GET,
    LOG_ROW,
    COMMIT_ROW,
    DROP_BODIES,
    DROP_COMMIT,
    SET_HEAD,
    PUT_FORK,
    FORKS,
    COUNT_FORKS,
    LOWEST,
    COUNT,
    COUNT_AT,
    STATEMENTS
};
/* clang-format off */
static const char *const statements[STATEMENTS] = {
    [PUT]         = "INSERT OR IGNORE INTO aside (dot, site, incarnation, seq, prev, why, carried) VALUES (?, ?, ?, ?, ?, ?, ?)",
    [NEXT]        = "SELECT carried FROM aside WHERE site = ? AND incarnation = ? AND seq = ? AND prev = ? ORDER BY dot LIMIT 1",
    [DROP]        = "DELETE FROM aside WHERE dot = ?",
    [LIST]        = "SELECT site, incarnation, seq, dot, why FROM aside ORDER BY site, incarnation, seq, dot",
    [GET]         = "SELECT carried FROM aside WHERE dot = ?",
    [LOG_ROW]     = "SELECT row FROM logs WHERE site = ? AND incarnation = ?",
    [COMMIT_ROW]  = "SELECT row FROM commits WHERE log = ? AND seq = ?",
    [DROP_BODIES] = "DELETE FROM bodies WHERE row BETWEEN ? AND ?",
    [DROP_COMMIT] = "DELETE FROM commits WHERE row = ?",
    [SET_HEAD]    = "UPDATE logs SET seq = ?, id = ?, clock = ?, ops = ops - ? WHERE row = ?",
    [PUT_FORK]    = "INSERT OR IGNORE INTO forks (site, incarnation, seq, a, b) VALUES (?, ?, ?, ?, ?)",
    [FORKS]       = "SELECT site, incarnation, seq, a, b FROM forks ORDER BY site, incarnation, seq",
    [COUNT_FORKS] = "SELECT count(*), coalesce(sum(seq = ?3), 0) FROM forks WHERE site = ?1 AND incarnation = ?2",
    [LOWEST]      = "SELECT seq FROM forks WHERE site = ? AND incarnation = ? AND seq > ? ORDER BY seq LIMIT 1",
    [COUNT]       = "SELECT count(*) FROM aside WHERE site = ? AND incarnation = ?",
    [COUNT_AT]    = "SELECT count(*) FROM aside WHERE site = ? AND incarnation = ? AND seq = ?",
};
/* clang-format on */
_Static_assert(STATEMENTS <= QUERY_STATEMENTS_MAX, "room for the statements of aside");

static void start(struct query *q, struct store *s, enum statement which)
{
    query_start(q, s, OWNER_ASIDE, which, statements[which]);
}

/* ---- commits set aside ---- */

static err_t put(struct store *s, const struct log_id *log, uint64_t seq, const uint8_t dot[16],
                 const uint8_t prev[HASH_BYTES], err_t why, struct slice carried)
{
    struct query q;
    start(&q, s, PUT);
    query_blob(&q, slice_of(dot, 16));
    query_log(&q, log);
    query_uint(&q, seq);
    query_blob(&q, slice_of(prev, HASH_BYTES));
    query_int(&q, err_number(why));
    query_blob(&q, carried);
    return query_run(&q);
}

err_t aside_put(struct store *s, const struct commit *c, struct slice carried, err_t why)
{
    return put(s, &c->log, c->seq, c->id, c->prev, why, carried);
}

static err_t read_carried(struct query *q, struct arena *arena, struct slice *carried)
{
    struct slice got = {0};
    bool found = query_row(q);
    if (found)
        got = query_get_copy(q, arena);
    err_t e = query_end_found(q, found);
    if (!e)
        *carried = got;
    return e;
}

err_t aside_next(struct store *s, const struct log_id *log, uint64_t seq, const uint8_t prev[HASH_BYTES],
                 struct arena *arena, struct slice *carried)
{
    struct query q;
    start(&q, s, NEXT);
    query_log(&q, log);
    query_uint(&q, seq);
    query_blob(&q, slice_of(prev, HASH_BYTES));
    return read_carried(&q, arena, carried);
}

err_t aside_get(struct store *s, const uint8_t dot16[16], struct arena *arena, struct slice *carried)
{
    struct query q;
    start(&q, s, GET);
    query_blob(&q, slice_of(dot16, 16));
    return read_carried(&q, arena, carried);
}

err_t aside_drop(struct store *s, const uint8_t dot16[16])
{
    struct query q;
    start(&q, s, DROP);
    query_blob(&q, slice_of(dot16, 16));
    return query_run(&q);
}

static err_t err_of(int64_t number)
{
    for (int e = 0; e < ERR_COUNT; e++)
        if (err_number((err_t)e) == number)
            return (err_t)e;
    return ERR_INTERNAL;
}

err_t aside_list(struct store *s, struct arena *arena, struct aside_row **out, size_t *n)
{
    struct query q;
    struct query_list list = {.arena = arena, .size = sizeof(struct aside_row)};
    start(&q, s, LIST);
    while (query_row(&q)) {
        struct aside_row *row = query_list_add(&q, &list);
        if (!row)
            break;
        query_get_fixed(&q, row->log.site, SITE_BYTES);
        row->log.incarnation = query_get_uint(&q);
        row->seq = query_get_uint(&q);
        query_get_fixed(&q, row->dot, sizeof row->dot);
        row->why = err_of(query_get_int(&q));
    }
    err_t e = query_end(&q);
    if (!e) {
        *out = list.at;
        *n = list.n;
    }
    return e;
}

static err_t number_of(struct query *q, int64_t *out)
{
    bool found = query_row(q);
    if (found)
        *out = query_get_int(q);
    return query_end_found(q, found);
}

static err_t count(struct query *q, uint64_t *n)
{
    int64_t found = 0;
    err_t e = number_of(q, &found);
    if (!e)
        *n = (uint64_t)found;
    return e;
}

err_t aside_count(struct store *s, const struct log_id *log, uint64_t *n)
{
    struct query q;
    start(&q, s, COUNT);
    query_log(&q, log);
    return count(&q, n);
}

err_t aside_count_at(struct store *s, const struct log_id *log, uint64_t seq, uint64_t *n)
{
    struct query q;
    start(&q, s, COUNT_AT);
    query_log(&q, log);
    query_uint(&q, seq);
    return count(&q, n);
}

/* ---- out of a log ---- */

static err_t drop_commit(struct store *s, int64_t row)
{
    struct query q;
    start(&q, s, DROP_BODIES);
    query_int(&q, row << 8);
    query_int(&q, (row << 8) + (LIMIT_OPS - 1));
    err_t e = query_run(&q);
    if (e)
        return e;
    start(&q, s, DROP_COMMIT);
    query_int(&q, row);
    return query_run(&q);
}

/* The head goes back to the commit before, whose clock its envelope tells. */
static err_t step_back(struct store *s, const struct log_id *log, int64_t log_row, const struct commit *gone,
                       struct arena *arena)
{
    struct commit *before = arena_alloc(arena, 1, sizeof *before);
    struct query q;
    err_t e = before ? ERR_OK : ERR_MEMORY;
    if (!e && gone->seq > 1)
        e = oplog_get(s, log, gone->seq - 1, arena, before);
    if (e)
        return e;
    start(&q, s, SET_HEAD);
    query_uint(&q, gone->seq - 1);
    query_blob(&q, slice_of(gone->prev, HASH_BYTES));
    query_uint(&q, before->clock);
    query_uint(&q, gone->ops_n);
    query_int(&q, log_row);
    return query_run(&q);
}

static err_t take_out(struct store *s, const struct log_head *head, err_t why, struct arena *arena, struct buf *carried)
{
    struct commit *gone = arena_alloc(arena, 1, sizeof *gone);
    struct query q;
    int64_t row = 0;
    err_t e = gone ? oplog_get(s, &head->log, head->seq, arena, gone) : ERR_MEMORY;
    if (!e)
        e = oplog_carried(s, &head->log, head->seq, carried);
    if (!e)
        e = put(s, &head->log, head->seq, gone->id, gone->prev, why, buf_slice(carried));
    if (e)
        return e;
    start(&q, s, COMMIT_ROW);
    query_int(&q, head->row);
    query_uint(&q, head->seq);
    e = number_of(&q, &row);
    if (!e)
        e = drop_commit(s, row);
    return e ? e : step_back(s, &head->log, head->row, gone, arena);
}

err_t aside_take_head(struct store *s, const struct log_id *log, err_t why)
{
    struct log_head head;
    struct arena arena = {0};
    struct buf carried;
    buf_init(&carried, LIMIT_COMMIT_BYTES * 2);
    err_t e = oplog_head(s, log, &head);
    if (!e && !head.seq)
        e = ERR_NOT_FOUND;
    if (!e)
        e = take_out(s, &head, why, &arena, &carried);
    buf_fini(&carried);
    arena_fini(&arena);
    return e;
}

/* ---- fork proofs ---- */

err_t forks_put(struct store *s, const struct fork_proof *proof, bool *fresh)
{
    struct query q;
    int changed = 0;
    start(&q, s, PUT_FORK);
    query_log(&q, &proof->log);
    query_uint(&q, proof->seq);
    query_blob(&q, proof->a);
    query_blob(&q, proof->b);
    err_t e = query_run_changed(&q, &changed);
    if (!e)
        *fresh = changed > 0;
    return e;
}

err_t forks_all(struct store *s, struct arena *arena, struct fork_proof **out, size_t *n)
{
    struct query q;
    struct query_list list = {.arena = arena, .size = sizeof(struct fork_proof)};
    start(&q, s, FORKS);
    while (query_row(&q)) {
        struct fork_proof *f = query_list_add(&q, &list);
        if (!f)
            break;
        query_get_fixed(&q, f->log.site, SITE_BYTES);
        f->log.incarnation = query_get_uint(&q);
        f->seq = query_get_uint(&q);
        f->a = query_get_copy(&q, arena);
        f->b = query_get_copy(&q, arena);
    }
    err_t e = query_end(&q);
    if (!e) {
        *out = list.at;
        *n = list.n;
    }
    return e;
}

err_t forks_count(struct store *s, const struct log_id *log, uint64_t seq, uint64_t *n, bool *known)
{
    struct query q;
    uint64_t all = 0, here = 0;
    start(&q, s, COUNT_FORKS);
    query_log(&q, log);
    query_uint(&q, seq);
    if (query_row(&q)) {
        all = query_get_uint(&q);
        here = query_get_uint(&q);
    }
    err_t e = query_end(&q);
    if (!e) {
        *n = all;
        *known = here > 0;
    }
    return e;
}

err_t forks_lowest(struct store *s, const struct log_id *log, uint64_t above, uint64_t *seq)
{
    struct query q;
    int64_t found = 0;
    start(&q, s, LOWEST);
    query_log(&q, log);
    query_uint(&q, above);
    err_t e = number_of(&q, &found);
    if (!e)
        *seq = (uint64_t)found;
    return e;
}
