#include "daemon/store/copy.h"

#include "daemon/store/guard.h"
#include "daemon/store/local.h"
#include "daemon/store/query.h"
#include "daemon/store/replica.h"

#include <stdlib.h>

enum statement { INTO, PROGRAMS, END_INVITATIONS, STATEMENTS };
/* clang-format off */
static const char *const statements[STATEMENTS] = {
    [INTO]            = "VACUUM INTO ?",
    [PROGRAMS]        = "SELECT name FROM sqlite_schema WHERE type NOT IN ('table', 'index') OR sql LIKE 'CREATE VIRTUAL%' LIMIT 1",
    [END_INVITATIONS] = "UPDATE invitations SET expires_ms = 0 WHERE used_by = zeroblob(32)",
};
/* clang-format on */
_Static_assert(STATEMENTS <= QUERY_STATEMENTS_MAX, "room for the statements of copy");

static void start(struct query *q, struct store *s, enum statement which)
{
    query_start(q, s, OWNER_COPY, which, statements[which]);
}

err_t copy_make(struct store *s, const char *path, struct why *why)
{
    struct query q;
    start(&q, s, INTO);
    query_text(&q, slice_text(path));
    err_t e = query_run(&q);
    return e ? why_set(why, e, "%.100s: %.50s", path, sqlite3_errmsg(s->db)) : ERR_OK;
}

/* ---- is it whole? ---- */

static err_t no_programs(struct store *s, struct why *why)
{
    struct query q;
    start(&q, s, PROGRAMS);
    if (query_row(&q)) {
        struct slice name = query_get(&q);
        why_set(why, ERR_DATABASE, "sqlite_schema: %.*s", (int)(name.len < 100 ? name.len : 100),
                (const char *)name.at);
        query_end(&q);
        return ERR_DATABASE;
    }
    return query_end(&q);
}

static err_t check_heads(struct store *s, uint64_t *commits, struct why *why)
{
    struct arena list = {0}, arena = {0};
    struct log_head *heads = NULL;
    size_t n = 0;
    struct commit *c = malloc(sizeof *c);
    err_t e = c ? oplog_heads(s, &list, &heads, &n) : ERR_MEMORY;
    *commits = 0;
    for (size_t i = 0; i < n && !e; i++) {
        arena_clear(&arena);
        *commits += heads[i].seq;
        if (!heads[i].seq)
            continue;
        e = oplog_get(s, &heads[i].log, heads[i].seq, &arena, c);
        if ((e && e != ERR_MEMORY && e != ERR_DISK) || (!e && memcmp(c->id, heads[i].id, HASH_BYTES) != 0))
            e = why_set(why, ERR_DATABASE, "logs.row=%lld", (long long)heads[i].row);
    }
    arena_fini(&list);
    arena_fini(&arena);
    free(c);
    return e;
}

static err_t check_digest(struct store *s, uint8_t digest[HASH_BYTES], struct why *why)
{
    enum entity_type type = ENTITY_NONE;
    uint8_t sum[HASH_BYTES] = {0}, hash[HASH_BYTES], id[SITE_BYTES];
    struct slice entity = slice_text(""), canon;
    struct arena arena = {0};
    err_t e;
    while ((e = replica_next(s, &type, &entity, &arena, &canon)) == ERR_OK && entity.len <= sizeof id) {
        struct slice parts[] = {slice_text(DOMAIN_STATE), canon};
        hash256(hash, parts, 2);
        sum256_add(sum, hash);
        memcpy(id, entity.at, entity.len);
        entity.at = id;
        arena_clear(&arena);
    }
    arena_fini(&arena);
    e = e == ERR_NOT_FOUND ? replica_digest(s, digest) : e ? e : ERR_DATABASE;
    if (!e && memcmp(sum, digest, sizeof sum) != 0)
        e = why_set(why, ERR_DATABASE, "%s", "totals.digest");
    return e;
}

err_t copy_check(struct store *s, uint64_t *commits, uint8_t digest[HASH_BYTES], struct why *why)
{
    err_t e = no_programs(s, why);
    if (!e)
        e = store_integrity(s, why);
    if (!e)
        e = check_heads(s, commits, why);
    return e ? e : check_digest(s, digest, why);
}

/* ---- before it is used ---- */

static err_t settle_sites(struct store *s)
{
    struct arena arena = {0};
    struct own_site *sites = NULL;
    size_t n = 0;
    err_t e = local_sites(s, &arena, &sites, &n);
    for (size_t i = 0; i < n && !e; i++) {
        char guard[512];
        guard_choose(sites[i].site, guard, sizeof guard);
        sites[i].guard_path = slice_text(guard);
        sites[i].incarnation = sites[i].before_seq = 0;
        memset(sites[i].before_id, 0, HASH_BYTES);
        e = local_put_site(s, &sites[i]);
    }
    arena_fini(&arena);
    return e;
}

err_t copy_settle(struct store *s)
{
    static const char *const wal[] = {"PRAGMA journal_mode = WAL", NULL};
    struct query q;
    err_t e = query_script(s, wal);
    if (!e)
        e = store_begin(s);
    if (e)
        return e;
    e = settle_sites(s);
    if (!e) {
        start(&q, s, END_INVITATIONS);
        e = query_run(&q);
    }
    if (!e)
        e = store_commit(s);
    if (e)
        store_rollback(s);
    return e;
}
