/*
 * sync_diff: who has what. VECTOR in its levels: the input digest; then a digest a site; then the heads of the sites that differ.
 */
#include "daemon/commons/fold.h"
#include "daemon/core/erase.h"
#include "daemon/core/sync.h"
#include "peers/reconcile.h"
#include <stdlib.h>

#define PAGE_SITES 8000
#define PAGE_HEADS 8000
#define REDIFF_MS  1000 /* equal digests may be on their way: compare again only after this calm */

static void say_digest(struct core *c, struct peer *p)
{
    p->said_digest = true;
    p->diffed = core_mono(c);
    struct msg m = {.type = MSG_VECTOR, .vector = {.level = 0}};
    memcpy(m.vector.inputs, c->inputs, HASH_BYTES);
    sync_send(c, p, &m);
}

void diff_start(struct core *c, struct peer *p)
{
    if (digests_update(c))
        return;
    sync_move(c, p, SESSION_DIFF);
    p->said_sites = false;
    p->vector_sites_n = 0;
    say_digest(c, p);
}

bool diff_equal(struct core *c, const struct peer *p)
{
    if (!p->hello || digests_update(c) || memcmp(p->theirs.inputs, c->inputs, HASH_BYTES) != 0)
        return false;
    /* With a hole of our own, equal logs are not yet equal contents. */
    if (c->holes)
        return false;
    return p->theirs.fold != FOLD_VERSION || memcmp(p->theirs.state, c->state, HASH_BYTES) == 0;
}

static err_t all_equal(struct core *c, struct peer *p)
{
    erase_settled(c);
    struct arena arena = {0};
    struct msg_head *heads = NULL;
    size_t n = 0;
    err_t e = digests_heads(c, &arena, &heads, &n);
    if (!e)
        known_equal(c, p, heads, n, NULL);
    arena_fini(&arena);
    return e;
}

void diff_digests(struct core *c, struct peer *p, struct mono now)
{
    if (p->state != SESSION_LIVE || digests_update(c))
        return;
    if (memcmp(p->theirs.inputs, c->inputs, HASH_BYTES) == 0) {
        all_equal(c, p);
        return;
    }
    if (now.ms - c->changed.ms < REDIFF_MS || now.ms - p->diffed.ms < REDIFF_MS)
        return;
    /* What travels ahead of data is an input too, and who did not know its site passed it over. */
    early_tell(c, &(struct outlet){sync_say, p});
    diff_start(c, p);
}

/* ---- what we say ---- */

static err_t our_sites(struct core *c, struct msg_head **heads, size_t *heads_n, struct msg_site **sites,
                       size_t *sites_n)
{
    err_t e = digests_heads(c, &c->frame, heads, heads_n);
    return e ? e : reconcile_sites(*heads, *heads_n, &c->frame, sites, sites_n);
}

static void say_sites(struct core *c, struct peer *p, const struct msg_site *sites, size_t n)
{
    size_t at = 0;
    p->said_sites = true;
    do {
        struct msg m = {
            .type = MSG_VECTOR, .vector = {.level = 1, .sites = sites + at}
        };
        m.vector.sites_n = n - at < PAGE_SITES ? n - at : PAGE_SITES;
        at += m.vector.sites_n;
        m.vector.more = at < n;
        sync_send(c, p, &m);
    } while (at < n);
}

static void say_heads(struct core *c, struct peer *p, const struct msg_head *heads, size_t n)
{
    size_t at = 0;
    do {
        struct msg m = {
            .type = MSG_VECTOR, .vector = {.level = 2, .heads = heads + at}
        };
        m.vector.heads_n = n - at < PAGE_HEADS ? n - at : PAGE_HEADS;
        at += m.vector.heads_n;
        m.vector.more = at < n;
        sync_send(c, p, &m);
    } while (at < n);
}

/* ---- what they say ---- */

static err_t on_digest(struct core *c, struct peer *p, const struct msg_vector *m)
{
    memcpy(p->theirs.inputs, m->inputs, HASH_BYTES);
    err_t e = digests_update(c);
    if (e)
        return e;
    /* They began this round: without our digest, one who finds it equal would leave the other in DIFF. */
    if (!p->said_digest)
        say_digest(c, p);
    if (memcmp(m->inputs, c->inputs, HASH_BYTES) == 0) {
        p->said_digest = false;
        sync_move(c, p, SESSION_LIVE);
        return all_equal(c, p);
    }
    struct msg_head *heads;
    struct msg_site *sites;
    size_t heads_n, sites_n;
    e = our_sites(c, &heads, &heads_n, &sites, &sites_n);
    if (!e && !p->said_sites)
        say_sites(c, p, sites, sites_n);
    return e;
}

static err_t keep_sites(struct peer *p, const struct msg_vector *m)
{
    if (m->sites_n > PEER_SITES_MAX - p->vector_sites_n)
        return ERR_ITEMS;
    for (size_t i = 0; i < m->sites_n; i++) {
        void *array = p->vector_sites;
        err_t e = core_grow(&array, p->vector_sites_n, &p->vector_sites_room, sizeof *p->vector_sites);
        p->vector_sites = array;
        if (e)
            return e;
        p->vector_sites[p->vector_sites_n++] = m->sites[i];
    }
    return ERR_OK;
}

static bool among(const struct msg_site *sites, size_t n, const uint8_t site[SITE_BYTES])
{
    for (size_t i = 0; i < n; i++)
        if (memcmp(sites[i].site, site, SITE_BYTES) == 0)
            return true;
    return false;
}

static err_t on_sites(struct core *c, struct peer *p, const struct msg_vector *m)
{
    struct msg_head *heads, *out;
    struct msg_site *sites, *differing;
    size_t heads_n, sites_n, differing_n, out_n;
    err_t e = keep_sites(p, m);
    if (e || m->more)
        return e;
    if (!reconcile_sites_ordered(p->vector_sites, p->vector_sites_n))
        return ERR_KEY_ORDER;
    e = our_sites(c, &heads, &heads_n, &sites, &sites_n);
    if (!e)
        e = reconcile_differing(sites, sites_n, p->vector_sites, p->vector_sites_n, &c->frame, &differing,
                                &differing_n);
    if (!e)
        e = reconcile_heads_of(heads, heads_n, differing, differing_n, &c->frame, &out, &out_n);
    if (e)
        return e;
    if (!p->said_sites)
        say_sites(c, p, sites, sites_n);
    for (size_t i = 0; i < sites_n; i++)
        if (!among(differing, differing_n, sites[i].site))
            known_equal(c, p, heads, heads_n, sites[i].site);
    p->vector_sites_n = 0;
    say_heads(c, p, out, out_n);
    return ERR_OK;
}

/* Is what we have at that place another commit? Branches of equal length, or a shorter one of theirs, would never be asked for. */
static bool other_branch(struct core *c, const struct log_id *log, const struct msg_head *theirs)
{
    struct arena arena = {0};
    struct log_head head = {.seq = 0};
    struct commit *commit = NULL;
    bool other = false;
    if (!authority_site(&c->authority, log->site) || oplog_head(c->store, log, &head) || head.seq < theirs->seq)
        return false;
    if (head.seq == theirs->seq)
        return memcmp(head.id, theirs->id, HASH_BYTES) != 0;
    commit = arena_alloc(&arena, 1, sizeof *commit);
    if (commit && oplog_get(c->store, log, theirs->seq, &arena, commit) == ERR_OK)
        other = memcmp(commit->id, theirs->id, HASH_BYTES) != 0;
    arena_fini(&arena);
    return other;
}

static err_t on_heads(struct core *c, struct peer *p, const struct msg_vector *m)
{
    if (!reconcile_heads_ordered(m->heads, m->heads_n))
        return ERR_KEY_ORDER;
    for (size_t i = 0; i < m->heads_n; i++) {
        struct log_id log = {.incarnation = m->heads[i].incarnation};
        memcpy(log.site, m->heads[i].site, SITE_BYTES);
        err_t e = known_claim(c, p, &log, m->heads[i].seq, true);
        if (e)
            return e;
        if (other_branch(c, &log, &m->heads[i]))
            flow_walk_back(c, p, &log, m->heads[i].seq + 1);
    }
    if (m->more)
        return ERR_OK;
    p->said_digest = p->said_sites = false;
    sync_move(c, p, SESSION_STREAM);
    c->ask_due = true;
    return ERR_OK;
}

err_t diff_vector(struct core *c, struct peer *p, const struct msg_vector *m)
{
    static err_t (*const levels[])(struct core *, struct peer *, const struct msg_vector *) = {on_digest, on_sites,
                                                                                               on_heads};
    return m->level < sizeof levels / sizeof *levels ? levels[m->level](c, p, m) : ERR_PEER_PROTOCOL;
}
