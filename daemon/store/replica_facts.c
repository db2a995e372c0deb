#include "daemon/store/replica_facts.h"

#include "daemon/store/query.h"

enum statement { OF, IN, UPTO, PUT, DROP, STATEMENTS };
/* clang-format off */
#define COLUMNS "SELECT f.row, f.kind, f.term, f.type, f.entity, f.dot, l.site, l.incarnation, f.seq, f.clock, f.ally, f.other, f.target, f.sort, f.amount, " \
                "f.data FROM facts f JOIN logs l ON l.row = f.log "
static const char *const statements[STATEMENTS] = {
    [OF]   = COLUMNS "WHERE f.type = ? AND f.entity = ? ORDER BY f.row",
    [IN]   = COLUMNS "WHERE f.term = ?",
    [UPTO] = COLUMNS "WHERE f.kind = ? AND f.term <= ?",
    [PUT]  = "INSERT INTO facts (kind, term, type, entity, dot, seq, clock, ally, other, target, sort, amount, data, log) "
             "SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, row FROM logs WHERE site = ? AND incarnation = ?",
    [DROP] = "DELETE FROM facts WHERE row = ?",
};
/* clang-format on */
_Static_assert(STATEMENTS <= QUERY_STATEMENTS_MAX, "room for the statements of replica_facts");

static void start(struct query *q, struct store *s, enum statement which)
{
    query_start(q, s, OWNER_FACTS, which, statements[which]);
}

/* ---- reading ---- */

static void read_dot(struct query *q, struct dot *out)
{
    uint8_t bytes[DOT_BYTES];
    query_get_fixed(q, bytes, sizeof bytes);
    if (q->err)
        return;
    memcpy(out->commit, bytes, sizeof out->commit);
    out->index = bytes[DOT_BYTES - 1];
}

static int64_t read_fact(struct query *q, struct arena *arena, struct fact_row *out)
{
    int64_t row = query_get_int(q);
    out->kind = (unsigned)query_get_uint(q);
    out->term = (unsigned)query_get_uint(q);
    out->type = (enum entity_type)query_get_uint(q);
    out->entity = query_get_copy(q, arena);
    read_dot(q, &out->dot);
    query_get_fixed(q, out->log.site, SITE_BYTES);
    out->log.incarnation = query_get_uint(q);
    out->seq = query_get_uint(q);
    out->clock = query_get_uint(q);
    query_get_fixed(q, out->ally, ALLY_BYTES);
    query_get_fixed(q, out->other, ALLY_BYTES);
    out->target = query_get_copy(q, arena);
    out->sort = (unsigned)query_get_uint(q);
    out->amount = query_get_uint(q);
    out->data = query_get_copy(q, arena);
    return row;
}

static err_t read_all(struct query *q, struct arena *arena, struct fact_row **out, size_t *n)
{
    struct query_list list = {.arena = arena, .size = sizeof(struct fact_row)};
    while (query_row(q)) {
        struct fact_row *row = query_list_add(q, &list);
        if (row)
            read_fact(q, arena, row);
    }
    err_t e = query_end(q);
    if (!e) {
        *out = list.at;
        *n = list.n;
    }
    return e;
}

static void start_of(struct query *q, struct store *s, enum entity_type type, struct slice entity)
{
    start(q, s, OF);
    query_uint(q, type);
    query_blob(q, entity);
}

err_t replica_facts_of(struct store *s, enum entity_type type, struct slice entity, struct arena *arena,
                       struct fact_row **out, size_t *n)
{
    struct query q;
    start_of(&q, s, type, entity);
    return read_all(&q, arena, out, n);
}

err_t replica_facts_in(struct store *s, unsigned term, struct arena *arena, struct fact_row **out, size_t *n)
{
    struct query q;
    start(&q, s, IN);
    query_uint(&q, term);
    return read_all(&q, arena, out, n);
}

err_t replica_facts_upto(struct store *s, unsigned kind, unsigned term, struct arena *arena, struct fact_row **out,
                         size_t *n)
{
    struct query q;
    start(&q, s, UPTO);
    query_uint(&q, kind);
    query_uint(&q, term);
    return read_all(&q, arena, out, n);
}

/* ---- writing ---- */

struct stored {
    int64_t row;
    struct fact_row fact;
};

static err_t read_stored(struct store *s, enum entity_type type, struct slice entity, struct arena *arena,
                         struct stored **out, size_t *n)
{
    struct query q;
    struct query_list list = {.arena = arena, .size = sizeof(struct stored)};
    start_of(&q, s, type, entity);
    while (query_row(&q)) {
        struct stored *at = query_list_add(&q, &list);
        if (at)
            at->row = read_fact(&q, arena, &at->fact);
    }
    *out = list.at;
    *n = list.n;
    return query_end(&q);
}

static bool is_same(const struct fact_row *a, const struct fact_row *b)
{
    return a->kind == b->kind && a->term == b->term && a->seq == b->seq && a->clock == b->clock && a->sort == b->sort &&
           a->amount == b->amount && dot_compare(&a->dot, &b->dot) == 0 && log_compare(&a->log, &b->log) == 0 &&
           memcmp(a->ally, b->ally, ALLY_BYTES) == 0 && memcmp(a->other, b->other, ALLY_BYTES) == 0 &&
           slice_equal(a->target, b->target) && slice_equal(a->data, b->data);
}

/* Both stand in nearly one order: what follows the last one found is looked at first. */
static bool take(const struct fact_row *rows, bool *taken, size_t n, size_t *next, const struct fact_row *wanted)
{
    for (size_t i = 0; i < n; i++) {
        size_t at = (*next + i) % n;
        if (!taken[at] && is_same(&rows[at], wanted)) {
            taken[at] = true;
            *next = at + 1;
            return true;
        }
    }
    return false;
}

static err_t drop_row(struct store *s, int64_t row)
{
    struct query q;
    start(&q, s, DROP);
    query_int(&q, row);
    return query_run(&q);
}

static err_t put_row(struct store *s, const struct fact_row *r)
{
    struct query q;
    uint8_t dot[DOT_BYTES];
    int changed = 0;
    memcpy(dot, r->dot.commit, sizeof r->dot.commit);
    dot[DOT_BYTES - 1] = r->dot.index;
    start(&q, s, PUT);
    query_uint(&q, r->kind);
    query_uint(&q, r->term);
    query_uint(&q, r->type);
    query_blob(&q, r->entity);
    query_blob(&q, slice_of(dot, sizeof dot));
    query_uint(&q, r->seq);
    query_uint(&q, r->clock);
    query_blob(&q, slice_of(r->ally, ALLY_BYTES));
    query_blob(&q, slice_of(r->other, ALLY_BYTES));
    query_blob(&q, r->target);
    query_uint(&q, r->sort);
    query_uint(&q, r->amount);
    query_blob(&q, r->data);
    query_log(&q, &r->log);
    err_t e = query_run_changed(&q, &changed);
    return e ? e : changed == 1 ? ERR_OK : ERR_DATABASE;
}

err_t replica_put_facts(struct store *s, enum entity_type type, struct slice entity, const struct fact_row *rows,
                        size_t n, struct arena *arena)
{
    struct stored *was = NULL;
    size_t was_n = 0, next = 0;
    bool *taken = arena_alloc(arena, n + 1, sizeof *taken);
    err_t e = taken ? read_stored(s, type, entity, arena, &was, &was_n) : ERR_MEMORY;
    for (size_t i = 0; i < was_n && !e; i++)
        if (!take(rows, taken, n, &next, &was[i].fact))
            e = drop_row(s, was[i].row);
    for (size_t i = 0; i < n && !e; i++)
        if (!taken[i])
            e = put_row(s, &rows[i]);
    return e;
}
