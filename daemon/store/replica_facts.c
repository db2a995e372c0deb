#include "daemon/store/replica_facts.h"

#include "daemon/store/query.h"

enum statement { KNOWN, OF, IN, UPTO, PUT, CHANGE, DROP, STATEMENTS };
/* clang-format off */
#define COLUMNS "SELECT f.row, f.kind, f.term, f.dot, f.ally, f.other, f.target, f.sort, f.amount, f.data, f.made, f.type, f.entity, l.site, " \
                "l.incarnation, f.seq, f.clock FROM facts f JOIN logs l ON l.row = f.log "
static const char *const statements[STATEMENTS] = {
    [KNOWN] = "SELECT row, kind, term, dot, ally, other, target, sort, amount, data, made FROM facts WHERE type = ? AND entity = ? ORDER BY row",
    [OF]   = COLUMNS "WHERE f.type = ? AND f.entity = ?",
    [IN]   = COLUMNS "WHERE f.term = ?",
    [UPTO] = COLUMNS "WHERE f.kind = ? AND f.term <= ?",
    [PUT]  = "INSERT INTO facts (kind, term, type, entity, dot, seq, clock, ally, other, target, sort, amount, data, made, log) "
             "SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, row FROM logs WHERE site = ? AND incarnation = ?",
    [CHANGE] = "UPDATE facts SET ally = ?, other = ?, target = ?, sort = ?, amount = ?, data = ?, made = ? WHERE row = ?",
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

/* What the row says itself. */
static void read_told(struct query *q, struct arena *arena, struct fact_row *out)
{
    out->row = query_get_int(q);
    out->kind = (unsigned)query_get_uint(q);
    out->term = (unsigned)query_get_uint(q);
    read_dot(q, &out->dot);
    query_get_fixed(q, out->ally, ALLY_BYTES);
    query_get_fixed(q, out->other, ALLY_BYTES);
    out->target = query_get_copy(q, arena);
    out->sort = (unsigned)query_get_uint(q);
    out->amount = query_get_uint(q);
    out->data = query_get_copy(q, arena);
    out->made = query_get_copy(q, arena);
}

static void read_fact(struct query *q, struct arena *arena, struct fact_row *out)
{
    read_told(q, arena, out);
    out->type = (enum entity_type)query_get_uint(q);
    out->entity = query_get_copy(q, arena);
    query_get_fixed(q, out->log.site, SITE_BYTES);
    out->log.incarnation = query_get_uint(q);
    out->seq = query_get_uint(q);
    out->clock = query_get_uint(q);
}

static err_t read_all(struct query *q, struct arena *arena,
                      void (*read)(struct query *q, struct arena *arena, struct fact_row *out), struct fact_row **out,
                      size_t *n)
{
    struct query_list list = {.arena = arena, .size = sizeof(struct fact_row)};
    while (query_row(q)) {
        struct fact_row *row = query_list_add(q, &list);
        if (row)
            read(q, arena, row);
    }
    err_t e = query_end(q);
    if (!e) {
        *out = list.at;
        *n = list.n;
    }
    return e;
}

static void start_of(struct query *q, struct store *s, enum statement which, enum entity_type type, struct slice entity)
{
    start(q, s, which);
    query_uint(q, type);
    query_blob(q, entity);
}

err_t replica_facts_known(struct store *s, enum entity_type type, struct slice entity, struct arena *arena,
                          struct fact_row **out, size_t *n)
{
    struct query q;
    start_of(&q, s, KNOWN, type, entity);
    return read_all(&q, arena, read_told, out, n);
}

err_t replica_facts_of(struct store *s, enum entity_type type, struct slice entity, struct arena *arena,
                       struct fact_row **out, size_t *n)
{
    struct query q;
    start_of(&q, s, OF, type, entity);
    return read_all(&q, arena, read_fact, out, n);
}

err_t replica_facts_in(struct store *s, unsigned term, struct arena *arena, struct fact_row **out, size_t *n)
{
    struct query q;
    start(&q, s, IN);
    query_uint(&q, term);
    return read_all(&q, arena, read_fact, out, n);
}

err_t replica_facts_upto(struct store *s, unsigned kind, unsigned term, struct arena *arena, struct fact_row **out,
                         size_t *n)
{
    struct query q;
    start(&q, s, UPTO);
    query_uint(&q, kind);
    query_uint(&q, term);
    return read_all(&q, arena, read_fact, out, n);
}

/* ---- writing ---- */

static bool is_at_same(const struct fact_row *a, const struct fact_row *b)
{
    return a->kind == b->kind && a->term == b->term && dot_compare(&a->dot, &b->dot) == 0;
}

static bool is_same(const struct fact_row *a, const struct fact_row *b)
{
    return is_at_same(a, b) && a->sort == b->sort && a->amount == b->amount &&
           memcmp(a->ally, b->ally, ALLY_BYTES) == 0 && memcmp(a->other, b->other, ALLY_BYTES) == 0 &&
           slice_equal(a->target, b->target) && slice_equal(a->data, b->data) && slice_equal(a->made, b->made);
}

struct puts { /* rows to put; those that are done with */
    const struct fact_row *rows;
    bool *taken;
    size_t n, next;
};

/* Both stand in nearly one order: what follows the last one found is looked at first. */
static const struct fact_row *take(struct puts *p, const struct fact_row *wanted,
                                   bool (*fits)(const struct fact_row *a, const struct fact_row *b))
{
    for (size_t i = 0; i < p->n; i++) {
        size_t at = (p->next + i) % p->n;
        if (!p->taken[at] && fits(&p->rows[at], wanted)) {
            p->taken[at] = true;
            p->next = at + 1;
            return &p->rows[at];
        }
    }
    return NULL;
}

static err_t drop_row(struct store *s, int64_t row)
{
    struct query q;
    start(&q, s, DROP);
    query_int(&q, row);
    return query_run(&q);
}

static void bind_rest(struct query *q, const struct fact_row *r)
{
    query_blob(q, slice_of(r->ally, ALLY_BYTES));
    query_blob(q, slice_of(r->other, ALLY_BYTES));
    query_blob(q, r->target);
    query_uint(q, r->sort);
    query_uint(q, r->amount);
    query_blob(q, r->data);
    query_blob(q, r->made);
}

static err_t change_row(struct store *s, int64_t row, const struct fact_row *r)
{
    struct query q;
    start(&q, s, CHANGE);
    bind_rest(&q, r);
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
    bind_rest(&q, r);
    query_log(&q, &r->log);
    err_t e = query_run_changed(&q, &changed);
    return e ? e : changed == 1 ? ERR_OK : ERR_DATABASE;
}

/* What stood and is not among the rows to put: where one rests on the same op it takes its place. */
static err_t give_way(struct store *s, struct puts *p, const struct fact_row *was)
{
    const struct fact_row *instead = take(p, was, is_at_same);
    return instead ? change_row(s, was->row, instead) : drop_row(s, was->row);
}

err_t replica_put_facts(struct store *s, const struct fact_row *was, size_t was_n, const struct fact_row *rows,
                        size_t n, struct arena *arena)
{
    struct puts p = {.rows = rows, .n = n, .taken = arena_alloc(arena, n + 1, sizeof *p.taken)};
    bool *stays = arena_alloc(arena, was_n + 1, sizeof *stays);
    err_t e = p.taken && stays ? ERR_OK : ERR_MEMORY;
    for (size_t i = 0; i < was_n && !e; i++)
        stays[i] = take(&p, &was[i], is_same) != NULL;
    for (size_t i = 0; i < was_n && !e; i++)
        if (!stays[i])
            e = give_way(s, &p, &was[i]);
    for (size_t i = 0; i < n && !e; i++)
        if (!p.taken[i])
            e = put_row(s, &rows[i]);
    return e;
}
