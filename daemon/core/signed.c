#include "daemon/core/signed.h"

#include "daemon/core/charters.h"
#include "daemon/core/found.h"
#include "daemon/store/aside.h"
#include "daemon/store/inspect.h"
#include "daemon/store/local.h"
#include "daemon/store/rolls.h"
#include <stdlib.h>

struct looking {
    struct store *s;
    struct why *why;
    struct arena arena;
    struct commit *commit; /* the one that is looked at */
    uint8_t alliance[ALLIANCE_BYTES];
    struct authority authority;
    bool founded; /* there are charters */
};

static err_t found(struct looking *l, err_t what, const char *where)
{
    return why_set(l->why, ERR_VERIFY, "%s: %s", where, err_name(what));
}

static err_t found_at(struct looking *l, err_t what, const struct commit *c)
{
    char site[SHORT_LEN + 1];
    return why_set(l->why, ERR_VERIFY, "log %s/%llu seq %llu: %s", core_short(slice_of(c->log.site, SITE_BYTES), site),
                   (unsigned long long)c->log.incarnation, (unsigned long long)c->seq, err_name(what));
}

bool signed_by_registrar(const struct authority *a, const struct roster_act *act)
{
    for (size_t i = 0; i < a->charters_n; i++)
        if (roster_check_signature(act, a->charters[i].registrar) == ERR_OK)
            return true;
    return false;
}

/* ---- commits ---- */

static err_t check_bytes(const struct looking *l, const struct commit *c)
{
    err_t e = commit_verify(c, l->alliance);
    for (size_t i = 0; i < c->ops_n && !e; i++)
        if (c->ops[i].state == BODY_PRESENT)
            e = commit_check_body(&c->ops[i]);
    return e;
}

static err_t check_log(struct looking *l, const struct log_head *head)
{
    struct commit *c = l->commit;
    struct log_head before = {.log = head->log};
    struct arena arena = {0};
    err_t e = ERR_OK;
    for (uint64_t seq = 1; seq <= head->seq && !e; seq++) {
        arena_clear(&arena);
        e = oplog_get(l->s, &head->log, seq, &arena, c);
        if (e == ERR_MEMORY || e == ERR_DISK)
            break;
        err_t what = e ? e : check_bytes(l, c);
        if (!what &&
            (c->seq != seq || log_compare(&c->log, &head->log) != 0 || memcmp(c->prev, before.id, HASH_BYTES) != 0))
            what = ERR_CHAIN;
        if (!what && c->clock <= before.clock)
            what = ERR_CLOCK;
        c->log = head->log;
        c->seq = seq;
        e = what ? found_at(l, what, c) : ERR_OK;
        memcpy(before.id, c->id, HASH_BYTES);
        before.clock = c->clock;
    }
    arena_fini(&arena);
    return e;
}

static err_t check_logs(struct looking *l)
{
    struct log_head *heads = NULL;
    size_t n = 0;
    err_t e = oplog_heads(l->s, &l->arena, &heads, &n);
    for (size_t i = 0; i < n && !e; i++)
        e = check_log(l, &heads[i]);
    return e;
}

static err_t check_carried(struct looking *l, struct slice carried, const char *where)
{
    err_t what = commit_decode(carried, l->commit);
    if (!what)
        what = check_bytes(l, l->commit);
    return what ? found(l, what, where) : ERR_OK;
}

static err_t check_aside(struct looking *l)
{
    struct aside_row *rows = NULL;
    size_t n = 0;
    struct arena arena = {0};
    struct slice carried;
    err_t e = aside_list(l->s, &l->arena, &rows, &n);
    for (size_t i = 0; i < n && !e; i++) {
        arena_clear(&arena);
        e = aside_get(l->s, rows[i].dot, &arena, &carried);
        if (!e)
            e = check_carried(l, carried, "table aside");
        if (!e && memcmp(l->commit->id, rows[i].dot, sizeof rows[i].dot) != 0)
            e = found(l, ERR_CHAIN, "table aside");
    }
    arena_fini(&arena);
    return e;
}

static err_t check_forks(struct looking *l)
{
    struct fork_proof *all = NULL;
    size_t n = 0;
    err_t e = forks_all(l->s, &l->arena, &all, &n);
    for (size_t i = 0; i < n && !e; i++) {
        uint8_t prev[HASH_BYTES], id[HASH_BYTES];
        e = check_carried(l, all[i].a, "table forks");
        if (e)
            break;
        bool same = log_compare(&l->commit->log, &all[i].log) == 0 && l->commit->seq == all[i].seq;
        memcpy(prev, l->commit->prev, HASH_BYTES);
        memcpy(id, l->commit->id, HASH_BYTES);
        e = check_carried(l, all[i].b, "table forks");
        same &= log_compare(&l->commit->log, &all[i].log) == 0 && l->commit->seq == all[i].seq &&
                memcmp(prev, l->commit->prev, HASH_BYTES) == 0 && memcmp(id, l->commit->id, HASH_BYTES) < 0;
        if (!e && !same)
            e = found(l, ERR_FORK, "table forks");
    }
    return e;
}

/* ---- charters, acts, promises ---- */

static err_t evaluate(struct looking *l)
{
    struct authority_input in = {.alliance = l->alliance};
    struct slice *charters = NULL, *acts = NULL, chain;
    err_t e = rolls_charters(l->s, &l->arena, &charters, &in.charters_n);
    if (!e)
        e = rolls_acts(l->s, &l->arena, &acts, &in.acts_n);
    if (e || !in.charters_n)
        return e;
    in.charters = charters;
    in.acts = acts;
    e = local_get(l->s, SETTING_CHAIN, &l->arena, &chain);
    if (!e && chain.len % HASH_BYTES == 0) {
        in.chain = (const uint8_t(*)[HASH_BYTES])(uintptr_t)chain.at;
        in.chain_n = chain.len / HASH_BYTES;
    }
    if (e && e != ERR_NOT_FOUND)
        return e;
    e = authority_build_all(&in, &l->authority);
    l->founded = e == ERR_OK;
    return e && e != ERR_MEMORY ? found(l, e, "table charters") : e;
}

/* One that waits for more signatures has one at least; which of them stand is for the authority to say. */
static bool is_signed(const struct charter *c)
{
    for (size_t i = 0; i < c->signatures_n; i++)
        if (!sign_check(c->signatures[i].site, DOMAIN_CHARTER, c->body, c->signatures[i].signature))
            return true;
    return false;
}

static err_t check_charters(struct looking *l)
{
    struct inspect_roll *rows = NULL;
    size_t n = 0;
    err_t e = inspect_charters(l->s, &l->arena, &rows, &n);
    for (size_t i = 0; i < n && !e; i++) {
        struct charter c;
        err_t what = charter_decode(rows[i].carried, &l->arena, &c);
        if (!what && (!slice_equal(rows[i].id, slice_of(c.id, HASH_BYTES)) || rows[i].number != c.number))
            what = ERR_CHARTER;
        if (!what)
            what = c.number == 0 ? charter_check_founding(&c) : is_signed(&c) ? ERR_OK : ERR_SIGNATURE;
        e = what ? found(l, what, "table charters") : ERR_OK;
    }
    return e;
}

static err_t check_acts(struct looking *l)
{
    struct inspect_roll *rows = NULL;
    size_t n = 0;
    err_t e = inspect_acts(l->s, &l->arena, &rows, &n);
    for (size_t i = 0; i < n && !e; i++) {
        struct roster_act act;
        err_t what = roster_decode(rows[i].carried, &l->arena, &act);
        if (!what && (!slice_equal(rows[i].id, slice_of(act.id, HASH_BYTES)) || rows[i].number != act.number))
            what = ERR_ROSTER;
        if (!what && !signed_by_registrar(&l->authority, &act))
            what = ERR_SIGNATURE;
        e = what ? found(l, what, "table roster") : ERR_OK;
    }
    return e;
}

static err_t check_promises(struct looking *l)
{
    struct slice *all = NULL;
    size_t n = 0;
    err_t e = rolls_promises(l->s, &l->arena, &all, &n);
    for (size_t i = 0; i < n && !e; i++) {
        struct promise p;
        err_t what = promise_decode(all[i], &p);
        if (!what)
            what = promise_check(&p);
        e = what ? found(l, what, "table promises") : ERR_OK;
    }
    return e;
}

typedef err_t check_fn(struct looking *l);

static err_t look(struct store *s, check_fn *const *checks, size_t n, struct why *why)
{
    struct looking l = {.s = s, .why = why, .commit = malloc(sizeof *l.commit)};
    struct slice alliance;
    err_t e = l.commit ? local_get(s, SETTING_ALLIANCE, &l.arena, &alliance) : ERR_MEMORY;
    if (!e && alliance.len != ALLIANCE_BYTES)
        e = ERR_DATABASE;
    if (!e)
        memcpy(l.alliance, alliance.at, ALLIANCE_BYTES);
    for (size_t i = 0; i < n && !e; i++)
        e = checks[i](&l);
    if (l.founded)
        authority_fini(&l.authority);
    arena_fini(&l.arena);
    free(l.commit);
    return e;
}

err_t signed_check(struct store *s, struct why *why)
{
    static check_fn *const all[] = {evaluate,    check_charters, check_acts, check_promises,
                                    check_forks, check_aside,    check_logs};
    return look(s, all, sizeof all / sizeof *all, why);
}

err_t signed_check_beside(struct store *s, struct why *why)
{
    static check_fn *const beside[] = {check_promises, check_forks, check_aside};
    return look(s, beside, sizeof beside / sizeof *beside, why);
}
