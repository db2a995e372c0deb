#include "daemon/core/carry.h"

#include "daemon/core/charters.h"
#include "daemon/core/found.h"
#include "daemon/core/standing.h"
#include "daemon/core/sync.h"
#include "daemon/store/local.h"
#include "daemon/read/roll.h"

#define HEADS_A_PAGE 4096

/* ---- out ---- */

static err_t say_heads(struct core *c, const struct outlet *to)
{
    struct arena arena = {0};
    struct msg_head *heads = NULL;
    size_t n = 0, at = 0;
    err_t e = digests_heads(c, &arena, &heads, &n);
    do {
        size_t page = n - at < HEADS_A_PAGE ? n - at : HEADS_A_PAGE;
        struct msg m = {
            .type = MSG_VECTOR, .vector = {.level = 2, .heads = heads + at, .heads_n = page, .more = at + page < n}
        };
        if (!e)
            to->say(c, to->to, &m);
        at += page;
    } while (!e && at < n);
    arena_fini(&arena);
    return e;
}

err_t carry_head(struct core *c, const struct outlet *to)
{
    if (!c->founded)
        return ERR_WAITING;
    err_t e = digests_update(c);
    if (e)
        return e;
    hello_say(c, to);
    charters_tell(c, to, false);
    early_tell(c, to);
    return say_heads(c, to);
}

/* ---- in ---- */

/* A site that waits to be admitted knows which alliance it asked. */
static err_t check_hello(struct core *c, const struct msg_hello *m)
{
    struct slice alliance = slice_of(c->authority.alliance, ALLIANCE_BYTES);
    if (m->version != PROTOCOL_VERSION)
        return ERR_VERSION;
    err_t e = c->founded ? ERR_OK : local_get(c->store, SETTING_ALLIANCE, &c->frame, &alliance);
    if (e)
        return e;
    return slice_equal(alliance, slice_of(m->alliance, ALLIANCE_BYTES)) ? ERR_OK : ERR_ALLIANCE;
}

static err_t take_charter(struct core *c, const struct msg_charter *m)
{
    bool news = false;
    err_t e = charters_take(c, m, &news);
    if (news)
        sync_tell_roster(c);
    return e;
}

static err_t take_run(struct core *c, const struct msg_run *m, struct carried *out)
{
    struct refusal refused = {ERR_OK, 0};
    out->log.incarnation = m->incarnation;
    memcpy(out->log.site, m->site, SITE_BYTES);
    uint64_t before = flow_head_seq(c, &out->log), last = m->first + m->commits_n - 1;
    if (!m->commits_n)
        return ERR_OK;
    if (!m->first || last < m->first)
        return ERR_PEER_PROTOCOL;
    if (!authority_site(&c->authority, m->site))
        refused = (struct refusal){ERR_STANDING, m->first};
    err_t e = refused.why ? ERR_OK : flow_take(c, 0, &out->log, 0, m->commits, m->commits_n, &refused);
    if (e)
        return e;
    uint64_t after = flow_head_seq(c, &out->log);
    out->added = after > before ? after - before : 0;
    out->known = before >= m->first ? (before < last ? before : last) - m->first + 1 : 0;
    out->refused = refused.why != ERR_OK;
    out->why = refused.why;
    /* Commits that cannot be read tell no place of their own. */
    out->seq = refused.seq >= m->first && refused.seq <= last ? refused.seq : m->first;
    return ERR_OK;
}

/* ---- by kind of message; what is not listed has no place in a bundle ---- */

static err_t on_hello(struct core *c, const struct msg *m, struct carried *out)
{
    (void)out;
    return check_hello(c, &m->hello);
}
static err_t on_charter(struct core *c, const struct msg *m, struct carried *out)
{
    (void)out;
    return take_charter(c, &m->charter);
}
static err_t on_erase(struct core *c, const struct msg *m, struct carried *out)
{
    (void)out;
    return early_erase(c, &m->bins);
}
static err_t on_fork(struct core *c, const struct msg *m, struct carried *out)
{
    (void)out;
    return early_fork(c, &m->fork);
}
static err_t on_promise(struct core *c, const struct msg *m, struct carried *out)
{
    (void)out;
    return early_promise(c, &m->bins);
}
static err_t on_run(struct core *c, const struct msg *m, struct carried *out)
{
    return take_run(c, &m->run, out);
}
static err_t on_nothing(struct core *c, const struct msg *m, struct carried *out)
{
    (void)c, (void)m, (void)out;
    return ERR_OK;
}

typedef err_t take_fn(struct core *c, const struct msg *m, struct carried *out);
static take_fn *const takers[] = {
    [MSG_HELLO] = on_hello,     [MSG_CHARTER] = on_charter, [MSG_ERASE] = on_erase,    [MSG_FORK] = on_fork,
    [MSG_PROMISE] = on_promise, [MSG_RUN] = on_run,         [MSG_VECTOR] = on_nothing, [MSG_BYE] = on_nothing,
};

err_t carry_take(struct core *c, struct slice message, struct carried *out)
{
    struct arena arena = {0};
    struct msg m;
    *out = (struct carried){.why = ERR_OK};
    err_t e = msg_decode(message, &arena, &m);
    take_fn *take = e || (size_t)m.type >= sizeof takers / sizeof *takers ? NULL : takers[m.type];
    if (!e)
        e = take ? take(c, &m, out) : ERR_PEER_PROTOCOL;
    arena_fini(&arena);
    return e;
}

err_t carry_lacks(struct core *c, struct slice message, struct arena *arena, struct lack **out, size_t *n)
{
    struct msg m;
    *n = 0;
    err_t e = msg_decode(message, arena, &m);
    if (!e && (m.type != MSG_VECTOR || m.vector.level != 2))
        e = ERR_PEER_PROTOCOL;
    *out = e ? NULL : arena_alloc(arena, m.vector.heads_n + 1, sizeof **out);
    if (e || !*out)
        return e ? e : ERR_MEMORY;
    for (size_t i = 0; i < m.vector.heads_n && !e; i++) {
        struct lack *one = &(*out)[*n];
        uint64_t limit = 0;
        err_t why = ERR_OK;
        memcpy(one->log.site, m.vector.heads[i].site, SITE_BYTES);
        one->log.incarnation = m.vector.heads[i].incarnation;
        /* Beyond a cut, or from a fork on, nothing is missing. */
        e = standing_reach(c, &one->log, &limit, &why);
        one->first = flow_head_seq(c, &one->log) + 1;
        one->last = m.vector.heads[i].seq < limit ? m.vector.heads[i].seq : limit;
        *n += !e && one->first <= one->last;
    }
    return e;
}
