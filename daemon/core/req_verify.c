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
#include <stdlib.h>

#define FAULTS_SHOWN 100

struct verification {
    struct req *r;
    json_t *faults;
    uint64_t commits, signatures, faults_n;
    uint8_t sum[HASH_BYTES];
};

static void fault(struct verification *v, err_t e, const char *where)
{
    v->faults_n++;
    if (json_array_size(v->faults) >= FAULTS_SHOWN)
        return;
    json_array_append_new(v->faults, json_pack("{s:s, s:o, s:s, s:s}", "where", where, "code",
                                               json_sprintf("ALLIED-%d", err_number(e)), "name", err_name(e), "text",
                                               tr(v->r->lang, err_what(e))));
}

static void fault_at(struct verification *v, err_t e, const struct log_id *log, uint64_t seq)
{
    char where[120], site[SHORT_LEN + 1];
    snprintf(where, sizeof where, "log %s/%llu seq %llu", core_short(slice_of(log->site, SITE_BYTES), site),
             (unsigned long long)log->incarnation, (unsigned long long)seq);
    fault(v, e, where);
}

static void fault_entity(struct verification *v, err_t e, struct slice entity)
{
    char where[BASE32_LEN(SITE_BYTES) + 8] = "entity ";
    base32_encode(entity, where + 7);
    fault(v, e, where);
}

/* ---- logs ---- */

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

static err_t check_commit(struct verification *v, const struct commit *c, const struct log_head *before)
{
    v->commits++;
    err_t e = commit_verify(c, v->r->core->authority.alliance);
    if (e)
        fault_at(v, e, &c->log, c->seq);
    else
        v->signatures++;
    if (memcmp(c->prev, before->id, HASH_BYTES) != 0)
        fault_at(v, ERR_CHAIN, &c->log, c->seq);
    if (c->clock <= before->clock)
        fault_at(v, ERR_CLOCK, &c->log, c->seq);
    for (size_t i = 0; i < c->ops_n; i++)
        if (c->ops[i].state == BODY_PRESENT && commit_check_body(&c->ops[i]))
            fault_at(v, ERR_COMMITMENT, &c->log, c->seq);
    e = inspect_commit(v->r->core->store, &c->log, c);
    if (e == ERR_VERIFY)
        fault_at(v, e, &c->log, c->seq);
    else if (e)
        return e;
    return check_files(v, c);
}

static err_t check_log(struct verification *v, const struct log_head *head, struct commit *c)
{
    struct log_head before = {.log = head->log};
    struct arena arena = {0};
    err_t e = ERR_OK;
    for (uint64_t seq = 1; seq <= head->seq && !e; seq++) {
        arena_clear(&arena);
        e = oplog_get(v->r->core->store, &head->log, seq, &arena, c);
        if (e && e != ERR_DISK && e != ERR_MEMORY) {
            fault_at(v, ERR_VERIFY, &head->log, seq);
            break;
        }
        if (!e && (c->seq != seq || log_compare(&c->log, &head->log) != 0))
            fault_at(v, ERR_CHAIN, &head->log, seq);
        if (!e)
            e = check_commit(v, c, &before);
        memcpy(before.id, c->id, HASH_BYTES);
        before.clock = c->clock;
    }
    if (!e && (memcmp(before.id, head->id, HASH_BYTES) != 0 || before.clock != head->clock))
        fault_at(v, ERR_CHAIN, &head->log, head->seq);
    arena_fini(&arena);
    return e == ERR_DISK || e == ERR_MEMORY ? e : ERR_OK;
}

static err_t check_logs(struct verification *v)
{
    struct log_head *heads = NULL;
    size_t n = 0;
    struct commit *scratch = malloc(sizeof *scratch);
    err_t e = scratch ? oplog_heads(v->r->core->store, &v->r->arena, &heads, &n) : ERR_MEMORY;
    for (size_t i = 0; i < n && !e; i++)
        e = check_log(v, &heads[i], scratch);
    free(scratch);
    return e;
}

/* ---- charters and roster ---- */

static bool is_roll(const struct inspect_roll *roll, const uint8_t id[HASH_BYTES], uint64_t number)
{
    return slice_equal(roll->id, slice_of(id, HASH_BYTES)) && roll->number == number;
}

static void check_charter(struct verification *v, const struct inspect_roll *roll)
{
    struct charter charter;
    err_t e = charter_decode(roll->carried, &v->r->arena, &charter);
    if (!e && charter.number == 0)
        e = charter_check_founding(&charter);
    if (e || !is_roll(roll, charter.id, charter.number))
        fault(v, ERR_CHARTER, "table charters");
}

static void check_act(struct verification *v, const struct inspect_roll *roll)
{
    struct roster_act act;
    err_t e = roster_decode(roll->carried, &v->r->arena, &act);
    if (e || !signed_by_registrar(&v->r->core->authority, &act) || !is_roll(roll, act.id, act.number))
        fault(v, ERR_ROSTER, "table roster");
}

static err_t check_rolls(struct verification *v)
{
    struct inspect_roll *charters = NULL, *acts = NULL;
    size_t charters_n = 0, acts_n = 0;
    err_t e = inspect_charters(v->r->core->store, &v->r->arena, &charters, &charters_n);
    if (!e)
        e = inspect_acts(v->r->core->store, &v->r->arena, &acts, &acts_n);
    for (size_t i = 0; i < charters_n && !e; i++)
        check_charter(v, &charters[i]);
    for (size_t i = 0; i < acts_n && !e; i++)
        check_act(v, &acts[i]);
    return e;
}

static err_t check_beside(struct verification *v)
{
    struct why found = {0};
    err_t e = signed_check_beside(v->r->core->store, &found);
    if (e == ERR_VERIFY)
        fault(v, e, found.text);
    return e == ERR_VERIFY ? ERR_OK : e;
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
    static err_t (*const checks[])(struct verification *) = {check_file, check_rolls,    check_beside,
                                                             check_logs, check_entities, check_derived};
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
    req_put(r->result, "ok", json_boolean(!e && !v.faults_n));
    req_put(r->result, "commits", json_integer((json_int_t)v.commits));
    req_put(r->result, "signatures", json_integer((json_int_t)v.signatures));
    req_put(r->result, "digest", e ? json_null() : req_hex(slice_of(digest, HASH_BYTES)));
    req_put(r->result, "faults_total", json_integer((json_int_t)v.faults_n));
    req_put(r->result, "faults", v.faults);
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
    req_put(r->result, "ops", json_integer((json_int_t)ops));
    req_put(r->result, "entities", json_integer((json_int_t)entities));
    req_put(r->result, "before", req_hex(slice_of(before, HASH_BYTES)));
    req_put(r->result, "after", req_hex(slice_of(c->state, HASH_BYTES)));
    req_put(r->result, "same", json_boolean(memcmp(before, c->state, HASH_BYTES) == 0));
    return ERR_OK;
}
