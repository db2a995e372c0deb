#include "daemon/core/fork.h"
#include "daemon/core/sync.h"
#include "peers/reconcile.h"

err_t digests_heads(struct core *c, struct arena *arena, struct msg_head **out, size_t *n)
{
    struct log_head *heads = NULL;
    size_t all = 0;
    *n = 0;
    err_t e = oplog_heads(c->store, arena, &heads, &all);
    if (e)
        return e;
    *out = arena_alloc(arena, all + 1, sizeof **out);
    if (!*out)
        return ERR_MEMORY;
    for (size_t i = 0; i < all; i++) {
        if (!heads[i].seq || !authority_site(&c->authority, heads[i].log.site))
            continue;
        struct msg_head *h = &(*out)[(*n)++];
        memcpy(h->site, heads[i].log.site, SITE_BYTES);
        memcpy(h->id, heads[i].id, HASH_BYTES);
        h->incarnation = heads[i].log.incarnation;
        h->seq = heads[i].seq;
    }
    return ERR_OK;
}

err_t digests_update(struct core *c)
{
    if (c->digests_known)
        return ERR_OK;
    struct arena arena = {0};
    struct msg_head *heads = NULL;
    struct msg_site *sites = NULL;
    struct oplog_counts counts = {0};
    struct buf forks;
    buf_init(&forks, LIMIT_CHARTER_BYTES);
    size_t n = 0, sites_n = 0;
    err_t e = digests_heads(c, &arena, &heads, &n);
    if (!e)
        e = oplog_counts(c->store, &counts);
    if (!e)
        e = reconcile_sites(heads, n, &arena, &sites, &sites_n);
    if (!e)
        e = fork_inputs(c, &forks);
    if (!e)
        e = reconcile_inputs(sites, sites_n, c->authority.charter_id, c->authority.roster_id, buf_slice(&forks),
                             c->inputs);
    if (!e)
        e = replica_digest(c->store, c->state);
    buf_fini(&forks);
    arena_fini(&arena);
    c->holes = counts.holes;
    c->digests_known = e == ERR_OK;
    return e;
}
