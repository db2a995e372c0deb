/*
 * req_verify: everything stored is looked at again: SQLite's pages, every signature, chain and commitment, every fold, the digest, the rows
 * that lists are made of. And rebuild: derived tables dropped and replayed.
 */
#include "conf/tr.h"
#include "daemon/core/ingest.h"
#include "daemon/core/refold.h"
#include "daemon/core/req.h"
#include "daemon/core/signed.h"
#include "daemon/core/sync.h"
#include "daemon/store/inspect.h"
#include "protocol/base/base32.h"
#include <stdio.h>

#define FAULTS_SHOWN 100

struct verification {
    struct req *r;
    json_t *faults;
    uint64_t commits, signatures, faults_n;
    uint8_t sum[HASH_BYTES];
};

static void fault(void *verification, err_t e, const char *where)
{
    struct verification *v = verification;
    v->faults_n++;
    if (json_array_size(v->faults) >= FAULTS_SHOWN)
        return;
    json_array_append_new(v->faults, json_pack("{s:s, s:o, s:s, s:s}", "where", where, "code",
                                               json_sprintf("ALLIED-%d", err_number(e)), "name", err_name(e), "text",
                                               tr(v->r->read.lang, err_what(e))));
}

static void fault_entity(struct verification *v, err_t e, struct slice entity)
{
    char where[BASE32_LEN(SITE_BYTES) + 8] = "entity ";
    base32_encode(entity, where + 7);
    fault(v, e, where);
}

/* ---- what is signed ---- */

static err_t check_files(struct verification *v, const struct commit *c)
{
    for (size_t i = 0; i < c->ops_n; i++) {
        uint64_t kind = 0;
        struct slice entity, canon;
        struct arena arena = {0};
        const struct kind_info *info;
        if (op_peek(c->ops[i].header, &kind, &entity) || !(info = kind_info(kind)) ||
            entity.len != entity_bytes(info->entity))
            continue;
        err_t e = replica_get(v->r->core->store, info->entity, entity, &arena, &canon);
        arena_fini(&arena);
        if (e == ERR_NOT_FOUND)
            fault_entity(v, ERR_VERIFY, entity);
        else if (e)
            return e;
    }
    return ERR_OK;
}

static err_t check_commit(void *verification, const struct commit *c, bool sound)
{
    struct verification *v = verification;
    v->commits++;
    v->signatures += sound;
    err_t e = inspect_commit(v->r->core->store, &c->log, c), more = e && e != ERR_VERIFY ? e : check_files(v, c);
    return more ? more : e;
}

static err_t check_signed(struct verification *v)
{
    return signed_look(v->r->core->store,
                       &(struct signed_look){.ctx = v, .every = true, .fault = fault, .commit = check_commit});
}

/* ---- folds ---- */

static void add_hash(struct verification *v, struct slice canon)
{
    uint8_t hash[HASH_BYTES];
    struct slice parts[] = {slice_text(DOMAIN_STATE), canon};
    hash256(hash, parts, 2);
    sum256_add(v->sum, hash);
}

static err_t check_entities(struct verification *v)
{
    enum entity_type type = ENTITY_NONE;
    uint8_t id[SITE_BYTES];
    struct slice entity = slice_text(""), canon;
    struct arena arena = {0};
    struct buf fresh;
    err_t e;
    buf_init(&fresh, 64u * 1024 * 1024);
    while ((e = replica_next(v->r->core->store, &type, &entity, &arena, &canon)) == ERR_OK) {
        buf_clear(&fresh);
        add_hash(v, canon);
        e = refold_canon(v->r->core, type, entity, &arena, &fresh);
        if (e)
            break;
        if (!slice_equal(canon, buf_slice(&fresh)))
            fault_entity(v, ERR_VERIFY, entity);
        memcpy(id, entity.at, entity.len);
        entity.at = id;
        arena_clear(&arena);
    }
    buf_fini(&fresh);
    arena_fini(&arena);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* Everything derived is replayed out of the logs, compared, and thrown away. */
static err_t check_derived(struct verification *v)
{
    struct core *c = v->r->core;
    struct inspect_sums stored, fresh;
    uint64_t ops = 0;
    char where[40];
    err_t e = inspect_derived(c->store, &stored);
    if (!e)
        e = batch_begin(c);
    if (e)
        return e;
    e = refold_replay(c, &ops);
    if (!e)
        e = inspect_derived(c->store, &fresh);
    batch_abort(c);
    for (size_t i = 0; i < INSPECT_TABLES && !e; i++) {
        snprintf(where, sizeof where, "table %s", inspect_table(i));
        if (memcmp(stored.sum[i], fresh.sum[i], HASH_BYTES) != 0)
            fault(v, ERR_VERIFY, where);
    }
    return e;
}

static err_t check_file(struct verification *v)
{
    struct why why = {0};
    err_t e = store_integrity(v->r->core->store, &why);
    if (!e)
        e = inspect_schema(v->r->core->store, &why);
    if (e == ERR_DATABASE)
        fault(v, e, why.text);
    if (e && e != ERR_DATABASE)
        return e;
    e = inspect_counts(v->r->core->store);
    if (e == ERR_VERIFY)
        fault(v, e, "tables logs, commits, bodies");
    return e == ERR_VERIFY ? ERR_OK : e;
}

err_t req_verify(struct req *r)
{
    static err_t (*const checks[])(struct verification *) = {check_file, check_signed, check_entities, check_derived};
    struct verification v = {.r = r, .faults = json_array()};
    struct core *c = r->core;
    uint8_t digest[HASH_BYTES];
    err_t e = ERR_OK;
    for (size_t i = 0; i < sizeof checks / sizeof *checks && !e; i++) {
        e = checks[i](&v);
        /* A page that cannot be read is a finding, and ends the look at what stands on it. */
        if (e == ERR_DATABASE) {
            fault(&v, e, "database");
            e = ERR_OK;
        }
    }
    if (!e)
        e = replica_digest(c->store, digest);
    if (!e && memcmp(digest, v.sum, HASH_BYTES) != 0)
        fault(&v, ERR_VERIFY, "digest");
    say_put(r->read.result, "ok", json_boolean(!e && !v.faults_n));
    say_put(r->read.result, "commits", json_integer((json_int_t)v.commits));
    say_put(r->read.result, "signatures", json_integer((json_int_t)v.signatures));
    say_put(r->read.result, "digest", e ? json_null() : say_hex(slice_of(digest, HASH_BYTES)));
    say_put(r->read.result, "faults_total", json_integer((json_int_t)v.faults_n));
    say_put(r->read.result, "faults", v.faults);
    return e;
}

err_t req_rebuild(struct req *r)
{
    struct core *c = r->core;
    uint8_t before[HASH_BYTES];
    uint64_t ops = 0, entities = 0;
    err_t e = replica_digest(c->store, before);
    if (!e)
        e = refold_all(c, &ops, &entities);
    if (!e)
        e = digests_update(c);
    if (e)
        return e;
    say_put(r->read.result, "ops", json_integer((json_int_t)ops));
    say_put(r->read.result, "entities", json_integer((json_int_t)entities));
    say_put(r->read.result, "before", say_hex(slice_of(before, HASH_BYTES)));
    say_put(r->read.result, "after", say_hex(slice_of(c->state, HASH_BYTES)));
    say_put(r->read.result, "same", json_boolean(memcmp(before, c->state, HASH_BYTES) == 0));
    return ERR_OK;
}
