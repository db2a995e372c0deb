#include "daemon/core/joins.h"
#include "daemon/core/exchange.h"
#include "daemon/core/ingest.h"
#include "daemon/core/rotate.h"
#include "daemon/core/sync.h"

/* ---- keeping ---- */

static err_t room_for(const struct kept_join *all, size_t n, const uint8_t old_site[SITE_BYTES])
{
    size_t of_site = 0;
    for (size_t i = 0; i < n; i++)
        of_site += memcmp(all[i].old_site, old_site, SITE_BYTES) == 0;
    return n < LIMIT_JOINS && of_site < LIMIT_JOINS_SITE ? ERR_OK : ERR_ITEMS;
}

static bool is_among(const struct kept_join *all, size_t n, const uint8_t request[HASH_BYTES])
{
    for (size_t i = 0; i < n; i++)
        if (memcmp(all[i].request, request, HASH_BYTES) == 0)
            return true;
    return false;
}

static err_t store_one(struct core *c, const struct kept_join *join)
{
    err_t e = batch_begin(c);
    if (e)
        return e;
    e = local_put_join(c->store, join);
    if (!e)
        return batch_end(c);
    batch_abort(c);
    return e;
}

err_t joins_keep(struct core *c, const struct msg_join *m, const struct join_request *r)
{
    struct arena arena = {0};
    struct kept_join *all = NULL, one = {0};
    struct msg whole = {.type = MSG_JOIN, .join = *m};
    struct buf message;
    size_t n = 0;
    buf_init(&message, LIMIT_MESSAGE_BYTES);
    err_t e = local_joins(c->store, &arena, &all, &n);
    hash256(one.request, &m->request, 1);
    memcpy(one.old_site, r->secret_key, SITE_BYTES);
    bool known = !e && is_among(all, n, one.request);
    if (!e && !known)
        e = room_for(all, n, one.old_site);
    if (!e && !known)
        e = msg_encode(&whole, &message);
    one.message = buf_slice(&message);
    if (!e && !known)
        e = store_one(c, &one);
    if (!e && !known) {
        c->joins_due = true;
        for (size_t i = 0; i < c->peers_n; i++)
            c->peers[i].joins_told = false;
    }
    buf_fini(&message);
    arena_fini(&arena);
    return e;
}

static err_t read_kept(const struct kept_join *kept, struct arena *arena, struct msg *m, struct join_request *r)
{
    err_t e = msg_decode(kept->message, arena, m);
    if (!e && m->type != MSG_JOIN)
        e = ERR_DATABASE;
    return e ? e : join_decode(m->join.request, r);
}

err_t joins_wanted(struct core *c, const uint8_t old_site[SITE_BYTES], uint8_t fresh[SITE_BYTES])
{
    struct arena arena = {0};
    struct kept_join *all = NULL;
    size_t n = 0;
    err_t e = local_joins(c->store, &arena, &all, &n), found = ERR_NOT_FOUND;
    for (size_t i = 0; i < n && !e; i++) {
        struct msg m;
        struct join_request r;
        if (memcmp(all[i].old_site, old_site, SITE_BYTES) != 0 || read_kept(&all[i], &arena, &m, &r) != ERR_OK)
            continue;
        memcpy(fresh, r.site, SITE_BYTES);
        found = ERR_OK;
    }
    arena_fini(&arena);
    return e ? e : found;
}

/* ---- what becomes of them ---- */

static err_t drop_one(struct core *c, const uint8_t request[HASH_BYTES])
{
    err_t e = batch_begin(c);
    if (e)
        return e;
    e = local_drop_join(c->store, request);
    if (!e)
        return batch_end(c);
    batch_abort(c);
    return e;
}

/* The registrar's own turn; ERR_WAITING: it has to go on to somebody else, or to wait. Whatever else: it is settled. */
static err_t settle(struct core *c, const struct kept_join *kept, struct arena *arena)
{
    struct msg m;
    struct join_request r;
    struct why why = {0};
    err_t e = read_kept(kept, arena, &m, &r);
    if (!e)
        e = rotate_judge(c, &r, &why);
    if (e && !ingest_survives(e))
        return e;
    return e == ERR_WAITING ? e : drop_one(c, kept->request);
}

/* Of a request that is out for a hosted site, the answer comes first: none says to which it belongs. */
static bool is_to_be_told(const struct peer *p)
{
    return !p->joins_told && !p->join_out && p->member && p->state == SESSION_LIVE;
}

static void tell(struct core *c, const struct kept_join *all, size_t n)
{
    for (size_t i = 0; i < c->peers_n; i++) {
        struct peer *p = &c->peers[i];
        if (!is_to_be_told(p))
            continue;
        p->joins_told = true;
        p->joins_open += n;
        for (size_t k = 0; k < n; k++)
            exchange_send(c, p->link, all[k].message);
    }
}

static bool somebody_to_tell(const struct core *c)
{
    for (size_t i = 0; i < c->peers_n; i++)
        if (is_to_be_told(&c->peers[i]))
            return true;
    return false;
}

void joins_tick(struct core *c)
{
    struct arena arena = {0};
    struct kept_join *all = NULL;
    size_t n = 0, left = 0;
    if (!c->serves || !c->founded || (!c->joins_due && !somebody_to_tell(c)))
        return;
    err_t e = local_joins(c->store, &arena, &all, &n);
    for (size_t i = 0; i < n && !e; i++) {
        err_t one = settle(c, &all[i], &arena);
        if (one == ERR_WAITING)
            all[left++] = all[i];
        else
            e = one;
    }
    if (!e)
        tell(c, all, left);
    if (e)
        core_note(c, JOURNAL_ERROR, "join.kept", "reason=%s", err_name(e));
    /* A registrar that was restored may decide once it has compared itself. */
    c->joins_due = !e && left && c->is_registrar;
    arena_fini(&arena);
}

void joins_answered(struct core *c, const struct msg_welcome *m)
{
    char name[64] = "";
    uint8_t fresh[SITE_BYTES];
    size_t n = m->detail.len < sizeof c->rekey_detail ? m->detail.len : sizeof c->rekey_detail - 1;
    if (m->code.len < sizeof name)
        memcpy(name, m->code.at, m->code.len);
    err_t e = err_by_name(name);
    if (!e || e == ERR_COUNT || err_exit(e) == 75 || !core_own(c) ||
        joins_wanted(c, core_own(c)->key.pub, fresh) != ERR_OK)
        return;
    c->rekey_error = e;
    memcpy(c->rekey_detail, m->detail.at, n);
    c->rekey_detail[n] = 0;
}
