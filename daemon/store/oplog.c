/*
 * Writing touches, for a commit: its log's row, one commit row with two index entries, one body row an op. Ids are computed again from the
 * stored bytes when a commit is read, so that they need no room.
 */
#include "daemon/store/oplog.h"

#include "daemon/store/query.h"

#define OPS_SHIFT 8 /* an op's row is its commit's << 8 | index */

enum statement {
    LOG,
    LOGS,
    NEW_LOG,
    SET_HEAD,
    SET_HELD,
    PUT_COMMIT,
    PUT_BODY,
    COMMIT_BY_SEQ,
    COMMIT_BY_ROW,
    BODIES,
    NEXT_ROW,
    BY_DOT,
    LAST_ROW,
    NEXT_HOLE,
    FILL,
    COUNTS,
    STATEMENTS
};
/* clang-format off */
static const char *const statements[STATEMENTS] = {
    [LOG]           = "SELECT row, site, incarnation, seq, id, clock, held FROM logs WHERE site = ? AND incarnation = ?",
    [LOGS]          = "SELECT row, site, incarnation, seq, id, clock, held FROM logs ORDER BY site, incarnation",
    [NEW_LOG]       = "INSERT INTO logs (site, incarnation, seq, id, clock, ops, held) VALUES (?, ?, 0, zeroblob(32), 0, 0, 0)",
    [SET_HEAD]      = "UPDATE logs SET seq = ?, id = ?, clock = ?, ops = ops + ? WHERE row = ?",
    [SET_HELD]      = "UPDATE logs SET held = ? WHERE row = ?",
    [PUT_COMMIT]    = "INSERT INTO commits (log, seq, dot, clock, ops, signature, envelope) VALUES (?, ?, ?, ?, ?, ?, ?)",
    [PUT_BODY]      = "INSERT INTO bodies (row, state, header_at, header_len, salt, body) VALUES (?, ?, ?, ?, ?, ?)",
    [COMMIT_BY_SEQ] = "SELECT c.row, c.ops, c.signature, c.envelope FROM logs l JOIN commits c ON c.log = l.row AND c.seq = ?3 "
                      "WHERE l.site = ?1 AND l.incarnation = ?2",
    [COMMIT_BY_ROW] = "SELECT row, ops, signature, envelope FROM commits WHERE row = ?",
    [BODIES]        = "SELECT state, salt, body FROM bodies WHERE row BETWEEN ? AND ? ORDER BY row",
    [NEXT_ROW]      = "SELECT row FROM commits WHERE row > ? ORDER BY row LIMIT 1",
    [BY_DOT]        = "SELECT row FROM commits WHERE dot = ? ORDER BY row LIMIT 1",
    [LAST_ROW]      = "SELECT coalesce(max(row), 0) FROM commits",
    [NEXT_HOLE]     = "SELECT b.row, l.site, l.incarnation, c.seq FROM bodies b JOIN commits c ON c.row = b.row >> 8 "
                      "JOIN logs l ON l.row = c.log WHERE b.state = 3 AND b.row > ? ORDER BY b.row LIMIT 1",
    [FILL]          = "UPDATE bodies SET state = 1, salt = ?, body = ? WHERE row = ? AND state = 3",
    [COUNTS]        = "SELECT coalesce(sum(seq), 0), coalesce(sum(ops), 0), (SELECT count(*) FROM bodies WHERE state = 3), "
                      "coalesce(sum(held <> 0), 0) FROM logs",
};
/* clang-format on */
_Static_assert(STATEMENTS <= QUERY_STATEMENTS_MAX, "room for the statements of oplog");

static void start(struct query *q, struct store *s, enum statement which)
{
    query_start(q, s, OWNER_OPLOG, which, statements[which]);
}

static err_t one_row_number(struct query *q, int64_t *row)
{
    int64_t v = 0;
    bool found = query_row(q);
    if (found)
        v = query_get_int(q);
    err_t e = query_end_found(q, found);
    if (!e)
        *row = v;
    return e;
}

/* ---- heads ---- */

static void read_head(struct query *q, struct log_head *out)
{
    out->row = query_get_int(q);
    query_get_fixed(q, out->log.site, SITE_BYTES);
    out->log.incarnation = query_get_uint(q);
    out->seq = query_get_uint(q);
    query_get_fixed(q, out->id, HASH_BYTES);
    out->clock = query_get_uint(q);
    /* Kept by its number, which never changes; its place in the table may. */
    err_t held = err_by_number((int)query_get_int(q));
    out->held = held == ERR_COUNT ? ERR_INTERNAL : held;
}

err_t oplog_head(struct store *s, const struct log_id *log, struct log_head *out)
{
    struct query q;
    struct log_head head = {0};
    start(&q, s, LOG);
    query_log(&q, log);
    bool found = query_row(&q);
    if (found)
        read_head(&q, &head);
    err_t e = query_end_found(&q, found);
    if (!e)
        *out = head;
    return e;
}

err_t oplog_heads(struct store *s, struct arena *arena, struct log_head **out, size_t *n)
{
    struct query q;
    struct query_list list = {.arena = arena, .size = sizeof(struct log_head)};
    start(&q, s, LOGS);
    while (query_row(&q)) {
        struct log_head *head = query_list_add(&q, &list);
        if (head)
            read_head(&q, head);
    }
    err_t e = query_end(&q);
    if (!e) {
        *out = list.at;
        *n = list.n;
    }
    return e;
}

/* The log's head; a log that is not there yet is made. */
static err_t head_or_new(struct store *s, const struct log_id *log, struct log_head *out)
{
    err_t e = oplog_head(s, log, out);
    if (e != ERR_NOT_FOUND)
        return e;
    struct query q;
    start(&q, s, NEW_LOG);
    query_log(&q, log);
    e = query_run(&q);
    if (!e)
        *out = (struct log_head){.row = sqlite3_last_insert_rowid(s->db), .log = *log};
    return e;
}

err_t oplog_hold(struct store *s, const struct log_id *log, err_t why)
{
    struct log_head head;
    struct query q;
    err_t e = head_or_new(s, log, &head);
    if (e)
        return e;
    start(&q, s, SET_HELD);
    query_int(&q, err_number(why));
    query_int(&q, head.row);
    return query_run(&q);
}

/* ---- writing ---- */

static err_t put_commit(struct store *s, const struct commit *c, int64_t log_row, int64_t *row)
{
    struct query q;
    start(&q, s, PUT_COMMIT);
    query_int(&q, log_row);
    query_uint(&q, c->seq);
    query_blob(&q, slice_of(c->id, 16));
    query_uint(&q, c->clock);
    query_uint(&q, c->ops_n);
    query_blob(&q, slice_of(c->signature, SIGNATURE_BYTES));
    query_blob(&q, c->envelope);
    err_t e = query_run(&q);
    if (!e)
        *row = sqlite3_last_insert_rowid(s->db);
    return e;
}

/* A header is found again by its place in the envelope, so it must stand there. */
static bool header_place(struct slice envelope, struct slice header, size_t *at)
{
    uintptr_t first = (uintptr_t)envelope.at, h = (uintptr_t)header.at;
    if (h < first || h - first > envelope.len || header.len > envelope.len - (h - first))
        return false;
    *at = h - first;
    return true;
}

static err_t put_body(struct store *s, struct slice envelope, const struct commit_op *op, int64_t row)
{
    struct query q;
    size_t at = 0;
    bool present = op->state == BODY_PRESENT;
    if (op->state < BODY_PRESENT || op->state > BODY_MISSING || !header_place(envelope, op->header, &at))
        return ERR_INTERNAL;
    start(&q, s, PUT_BODY);
    query_int(&q, row);
    query_int(&q, (int64_t)op->state);
    query_uint(&q, at);
    query_uint(&q, op->header.len);
    if (present) {
        query_blob(&q, slice_of(op->salt, SALT_BYTES));
        query_blob(&q, op->body);
    } else {
        query_null(&q);
        query_null(&q);
    }
    return query_run(&q);
}

static err_t set_head(struct store *s, const struct commit *c, int64_t log_row)
{
    struct query q;
    start(&q, s, SET_HEAD);
    query_uint(&q, c->seq);
    query_blob(&q, slice_of(c->id, HASH_BYTES));
    query_uint(&q, c->clock);
    query_uint(&q, c->ops_n);
    query_int(&q, log_row);
    return query_run(&q);
}

err_t oplog_put(struct store *s, const struct commit *c, int64_t *row)
{
    struct log_head head;
    int64_t commit_row = 0;
    err_t e = head_or_new(s, &c->log, &head);
    if (e)
        return e;
    if (c->seq != head.seq + 1 || memcmp(c->prev, head.id, HASH_BYTES) != 0)
        return ERR_CHAIN;
    e = put_commit(s, c, head.row, &commit_row);
    for (size_t i = 0; i < c->ops_n && !e; i++)
        e = put_body(s, c->envelope, &c->ops[i], (commit_row << OPS_SHIFT) + (int64_t)i);
    if (!e)
        e = set_head(s, c, head.row);
    if (!e)
        *row = commit_row;
    return e;
}

err_t oplog_next_hole(struct store *s, int64_t after, int64_t *op_row, struct log_id *log, uint64_t *seq)
{
    struct query q;
    struct log_id where = {.incarnation = 0};
    int64_t row = 0;
    uint64_t at = 0;
    start(&q, s, NEXT_HOLE);
    query_int(&q, after);
    bool found = query_row(&q);
    if (found) {
        row = query_get_int(&q);
        query_get_fixed(&q, where.site, SITE_BYTES);
        where.incarnation = query_get_uint(&q);
        at = query_get_uint(&q);
    }
    err_t e = query_end_found(&q, found);
    if (e)
        return e;
    *op_row = row;
    *log = where;
    *seq = at;
    return ERR_OK;
}

err_t oplog_fill(struct store *s, int64_t op_row, const uint8_t salt[SALT_BYTES], struct slice body)
{
    struct query q;
    int changed = 0;
    start(&q, s, FILL);
    query_blob(&q, slice_of(salt, SALT_BYTES));
    query_blob(&q, body);
    query_int(&q, op_row);
    err_t e = query_run_changed(&q, &changed);
    return e ? e : changed ? ERR_OK : ERR_NOT_FOUND;
}

/* ---- reading ---- */

static void start_bodies(struct query *q, struct store *s, int64_t row)
{
    start(q, s, BODIES);
    query_int(q, row << OPS_SHIFT);
    query_int(q, (row << OPS_SHIFT) + (LIMIT_OPS - 1));
}

static void start_commit(struct query *q, struct store *s, const struct log_id *log, uint64_t seq)
{
    start(q, s, COMMIT_BY_SEQ);
    query_log(q, log);
    query_uint(q, seq);
}

static err_t read_state(struct query *q, enum body_state *out)
{
    int64_t state = query_get_int(q);
    if (state < BODY_PRESENT || state > BODY_MISSING)
        return ERR_DATABASE;
    *out = (enum body_state)state;
    return ERR_OK;
}

static err_t carry_bodies(struct store *s, int64_t row, size_t ops_n, struct buf *out)
{
    struct query q;
    size_t n = 0;
    start_bodies(&q, s, row);
    while (query_row(&q)) {
        enum body_state state = BODY_MISSING;
        uint8_t salt[SALT_BYTES] = {0};
        struct slice body = {0};
        q.err = read_state(&q, &state);
        if (state == BODY_PRESENT) {
            query_get_fixed(&q, salt, SALT_BYTES);
            body = query_get(&q);
        }
        if (!q.err)
            commit_write_body(out, state, salt, body);
        n++;
    }
    err_t e = query_end(&q);
    return e ? e : n != ops_n ? ERR_DATABASE : out->err;
}

err_t oplog_carried(struct store *s, const struct log_id *log, uint64_t seq, struct buf *out)
{
    struct query q;
    uint8_t signature[SIGNATURE_BYTES];
    int64_t row = 0;
    size_t ops_n = 0, before = out->len;
    start_commit(&q, s, log, seq);
    bool found = query_row(&q);
    if (found) {
        row = query_get_int(&q);
        ops_n = query_get_uint(&q);
        query_get_fixed(&q, signature, SIGNATURE_BYTES);
        struct slice envelope = query_get(&q);
        if (!q.err)
            commit_write_start(out, envelope, signature, ops_n);
    }
    err_t e = query_end_found(&q, found);
    if (!e)
        e = carry_bodies(s, row, ops_n, out);
    if (e && !out->err)
        out->len = before; /* nothing was appended */
    return e;
}

static err_t get_bodies(struct store *s, int64_t row, struct arena *arena, struct commit *c)
{
    struct query q;
    size_t n = 0;
    start_bodies(&q, s, row);
    while (query_row(&q) && n < c->ops_n) {
        struct commit_op *op = &c->ops[n++];
        q.err = read_state(&q, &op->state);
        if (op->state == BODY_PRESENT) {
            op->salt = query_get_copy(&q, arena).at;
            op->body = query_get_copy(&q, arena);
        }
    }
    err_t e = query_end(&q);
    return e ? e : n != c->ops_n ? ERR_DATABASE : ERR_OK;
}

/* Ends q, which stands before a commit's row. */
static err_t get_commit(struct query *q, struct store *s, struct arena *arena, struct commit *out)
{
    struct slice envelope = {0}, signature = {0};
    int64_t row = 0;
    size_t ops_n = 0;
    bool found = query_row(q);
    if (found) {
        row = query_get_int(q);
        ops_n = query_get_uint(q);
        signature = query_get_copy(q, arena);
        envelope = query_get_copy(q, arena);
    }
    err_t e = query_end_found(q, found);
    if (e)
        return e;
    struct commit *c = arena_alloc(arena, 1, sizeof *c);
    if (!c)
        return ERR_MEMORY;
    /* What was checked when it came in and does not decode now was changed on the disk. */
    if (signature.len != SIGNATURE_BYTES || commit_decode_envelope(envelope, signature.at, c) || c->ops_n != ops_n)
        return ERR_DATABASE;
    e = get_bodies(s, row, arena, c);
    if (!e)
        *out = *c;
    return e;
}

err_t oplog_get(struct store *s, const struct log_id *log, uint64_t seq, struct arena *arena, struct commit *out)
{
    struct query q;
    start_commit(&q, s, log, seq);
    return get_commit(&q, s, arena, out);
}

err_t oplog_get_row(struct store *s, int64_t row, struct arena *arena, struct commit *out)
{
    struct query q;
    start(&q, s, COMMIT_BY_ROW);
    query_int(&q, row);
    return get_commit(&q, s, arena, out);
}

err_t oplog_next_row(struct store *s, int64_t after, int64_t *row)
{
    struct query q;
    start(&q, s, NEXT_ROW);
    query_int(&q, after);
    return one_row_number(&q, row);
}

err_t oplog_by_dot(struct store *s, const uint8_t commit16[16], int64_t *row)
{
    struct query q;
    start(&q, s, BY_DOT);
    query_blob(&q, slice_of(commit16, 16));
    return one_row_number(&q, row);
}

err_t oplog_last_row(struct store *s, int64_t *row)
{
    struct query q;
    start(&q, s, LAST_ROW);
    return one_row_number(&q, row);
}

err_t oplog_counts(struct store *s, struct oplog_counts *out)
{
    struct query q;
    struct oplog_counts counts = {0};
    start(&q, s, COUNTS);
    bool found = query_row(&q);
    if (found) {
        counts.commits = query_get_uint(&q);
        counts.ops = query_get_uint(&q);
        counts.holes = query_get_uint(&q);
        counts.held = query_get_uint(&q);
    }
    err_t e = query_end_found(&q, found);
    if (!e)
        *out = counts;
    return e;
}
