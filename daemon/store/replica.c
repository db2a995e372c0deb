/*
 * Ops filed under entities, folded entities, and the digest. The digest is a sum, so an entity that changes costs one subtraction and one
 * addition, whatever the others are.
 */
#include "daemon/store/replica.h"

#include "daemon/store/changed.h"
#include "daemon/store/query.h"

enum statement {
    FILE_OP,
    UNFILE_OP,
    DROP_ENTITY,
    OPS,
    GET,
    HASH,
    NEW_ENTITY,
    SET_ENTITY,
    DIGEST,
    SET_DIGEST,
    NEXT,
    STATEMENTS
};
/* clang-format off */
static const char *const statements[STATEMENTS] = {
    [FILE_OP]    = "INSERT OR IGNORE INTO ops (type, entity, row, kind) VALUES (?, ?, ?, ?)",
    [UNFILE_OP]  = "DELETE FROM ops WHERE type = ? AND entity = ? AND row = ?",
    [DROP_ENTITY] = "DELETE FROM entities WHERE row = ?",
    [OPS]        = "SELECT o.row, o.kind, l.site, l.incarnation, c.seq, c.clock, c.dot, "
                   "substr(c.envelope, b.header_at + 1, b.header_len), b.state, b.body "
                   "FROM ops o JOIN bodies b ON b.row = o.row JOIN commits c ON c.row = o.row >> 8 JOIN logs l ON l.row = c.log "
                   "WHERE o.type = ? AND o.entity = ? ORDER BY c.clock, l.site, l.incarnation, c.seq, o.row",
    [GET]        = "SELECT canon FROM entities WHERE type = ? AND id = ?",
    [HASH]       = "SELECT row, hash FROM entities WHERE type = ? AND id = ?",
    [NEW_ENTITY] = "INSERT INTO entities (hash, canon, type, id) VALUES (?, ?, ?, ?)",
    [SET_ENTITY] = "UPDATE entities SET hash = ?, canon = ? WHERE row = ?",
    [DIGEST]     = "SELECT digest FROM totals",
    [SET_DIGEST] = "UPDATE totals SET digest = ?",
    [NEXT]       = "SELECT type, id, canon FROM entities WHERE (type, id) > (?, ?) ORDER BY type, id LIMIT 1",
};
/* clang-format on */
_Static_assert(STATEMENTS <= QUERY_STATEMENTS_MAX, "room for the statements of replica");

static void start(struct query *q, struct store *s, enum statement which)
{
    query_start(q, s, OWNER_REPLICA, which, statements[which]);
}

static void start_entity(struct query *q, struct store *s, enum statement which, enum entity_type type,
                         struct slice entity)
{
    start(q, s, which);
    query_int(q, (int64_t)type);
    query_blob(q, entity);
}

err_t replica_file(struct store *s, int64_t op_row, enum entity_type type, struct slice entity, uint64_t kind)
{
    struct query q;
    start_entity(&q, s, FILE_OP, type, entity);
    query_int(&q, op_row);
    query_uint(&q, kind);
    return query_run(&q);
}

err_t replica_unfile(struct store *s, int64_t op_row, enum entity_type type, struct slice entity)
{
    struct query q;
    start_entity(&q, s, UNFILE_OP, type, entity);
    query_int(&q, op_row);
    return query_run(&q);
}

static void read_op(struct query *q, struct arena *arena, struct replica_op *op)
{
    op->row = query_get_int(q);
    op->kind = query_get_uint(q);
    query_get_fixed(q, op->log.site, SITE_BYTES);
    op->log.incarnation = query_get_uint(q);
    op->seq = query_get_uint(q);
    op->clock = query_get_uint(q);
    query_get_fixed(q, op->dot.commit, sizeof op->dot.commit);
    op->dot.index = (uint8_t)(op->row & 0xff);
    op->header = query_get_copy(q, arena);
    int64_t state = query_get_int(q);
    if (!q->err && (state < BODY_PRESENT || state > BODY_MISSING))
        q->err = ERR_DATABASE;
    else
        op->state = (enum body_state)state;
    if (op->state == BODY_PRESENT)
        op->body = query_get_copy(q, arena);
}

err_t replica_ops(struct store *s, enum entity_type type, struct slice entity, struct arena *arena,
                  struct replica_op **out, size_t *n)
{
    struct query q;
    struct query_list list = {.arena = arena, .size = sizeof(struct replica_op)};
    start_entity(&q, s, OPS, type, entity);
    while (query_row(&q)) {
        struct replica_op *op = query_list_add(&q, &list);
        if (op)
            read_op(&q, arena, op);
    }
    err_t e = query_end(&q);
    if (!e) {
        *out = list.at;
        *n = list.n;
    }
    return e;
}

err_t replica_get(struct store *s, enum entity_type type, struct slice entity, struct arena *arena, struct slice *canon)
{
    struct query q;
    struct slice got = {0};
    start_entity(&q, s, GET, type, entity);
    bool found = query_row(&q);
    if (found)
        got = query_get_copy(&q, arena);
    err_t e = query_end(&q);
    if (!e && !found)
        e = ERR_NOT_FOUND;
    if (!e)
        *canon = got;
    return e;
}

/* *row is 0 where the entity is new. */
static err_t old_hash(struct store *s, enum entity_type type, struct slice entity, int64_t *row,
                      uint8_t hash[HASH_BYTES])
{
    struct query q;
    *row = 0;
    start_entity(&q, s, HASH, type, entity);
    if (query_row(&q)) {
        *row = query_get_int(&q);
        query_get_fixed(&q, hash, HASH_BYTES);
    }
    return query_end(&q);
}

static err_t set_digest(struct store *s, const uint8_t sum[HASH_BYTES])
{
    struct query q;
    start(&q, s, SET_DIGEST);
    query_blob(&q, slice_of(sum, HASH_BYTES));
    return query_run(&q);
}

err_t replica_version(struct store *s, enum entity_type type, struct slice entity, uint8_t out[VERSION_BYTES])
{
    uint8_t hash[HASH_BYTES];
    int64_t row = 0;
    err_t e = old_hash(s, type, entity, &row, hash);
    if (!e && !row)
        e = ERR_NOT_FOUND;
    if (!e)
        memcpy(out, hash, VERSION_BYTES);
    return e;
}

err_t replica_put(struct store *s, enum entity_type type, struct slice entity, struct slice canon)
{
    struct query q;
    uint8_t old[HASH_BYTES], hash[HASH_BYTES], sum[HASH_BYTES];
    int64_t row = 0;
    struct slice parts[] = {slice_text(DOMAIN_STATE), canon};
    hash256(hash, parts, 2);
    err_t e = old_hash(s, type, entity, &row, old);
    if (e || (row && memcmp(old, hash, HASH_BYTES) == 0))
        return e;
    start(&q, s, row ? SET_ENTITY : NEW_ENTITY);
    query_blob(&q, slice_of(hash, HASH_BYTES));
    query_blob(&q, canon);
    if (row) {
        query_int(&q, row);
    } else {
        query_int(&q, (int64_t)type);
        query_blob(&q, entity);
    }
    e = query_run(&q);
    if (!e)
        e = changed_mark(s, type, entity);
    if (!e)
        e = replica_digest(s, sum);
    if (e)
        return e;
    if (row)
        sum256_sub(sum, old);
    sum256_add(sum, hash);
    return set_digest(s, sum);
}

err_t replica_drop(struct store *s, enum entity_type type, struct slice entity)
{
    struct query q;
    uint8_t old[HASH_BYTES], sum[HASH_BYTES];
    int64_t row = 0;
    err_t e = old_hash(s, type, entity, &row, old);
    if (e || !row)
        return e;
    start(&q, s, DROP_ENTITY);
    query_int(&q, row);
    e = query_run(&q);
    if (!e)
        e = replica_drop_rows(s, type, entity);
    if (!e)
        e = changed_mark(s, type, entity);
    if (!e)
        e = replica_digest(s, sum);
    if (e)
        return e;
    sum256_sub(sum, old);
    return set_digest(s, sum);
}

err_t replica_digest(struct store *s, uint8_t out[HASH_BYTES])
{
    struct query q;
    uint8_t sum[HASH_BYTES] = {0};
    start(&q, s, DIGEST);
    bool found = query_row(&q);
    if (found)
        query_get_fixed(&q, sum, HASH_BYTES);
    err_t e = query_end(&q);
    if (!e && !found)
        e = ERR_DATABASE;
    if (!e)
        memcpy(out, sum, HASH_BYTES);
    return e;
}

err_t replica_next(struct store *s, enum entity_type *type, struct slice *entity, struct arena *arena,
                   struct slice *canon)
{
    struct query q;
    enum entity_type t = ENTITY_NONE;
    struct slice id = {0}, bytes = {0};
    start_entity(&q, s, NEXT, *type, *entity);
    bool found = query_row(&q);
    if (found) {
        t = (enum entity_type)query_get_int(&q);
        id = query_get_copy(&q, arena);
        bytes = query_get_copy(&q, arena);
    }
    err_t e = query_end(&q);
    if (!e && !found)
        e = ERR_NOT_FOUND;
    if (!e && (t <= ENTITY_NONE || t > ENTITY_MEANS || id.len != entity_bytes(t)))
        e = ERR_DATABASE;
    if (!e) {
        *type = t;
        *entity = id;
        *canon = bytes;
    }
    return e;
}
