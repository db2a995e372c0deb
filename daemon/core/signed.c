#include "daemon/core/signed.h"

#include "daemon/core/charters.h"
#include "daemon/core/found.h"
#include "daemon/store/aside.h"
#include "daemon/store/inspect.h"
#include "daemon/store/local.h"
#include "daemon/store/rolls.h"
#include "daemon/read/roll.h"
#include <stdio.h>
#include <stdlib.h>

struct looking {
    const struct signed_look *how;
    struct store *s;
    struct arena arena;
    struct commit *commit; /* the one that is looked at */
    uint8_t alliance[ALLIANCE_BYTES];
    struct authority authority;
    bool founded; /* there are charters */
};

/* ERR_OK: the look goes on. */
static err_t found(const struct looking *l, err_t what, const char *where)
{
    if (what)
        l->how->fault(l->how->ctx, what, where);
    return what && !l->how->every ? ERR_VERIFY : ERR_OK;
}

static err_t found_at(const struct looking *l, err_t what, const struct log_id *log, uint64_t seq)
{
    char site[SHORT_LEN + 1], where[120];
    snprintf(where, sizeof where, "log %s/%llu seq %llu", core_short(slice_of(log->site, SITE_BYTES), site),
             (unsigned long long)log->incarnation, (unsigned long long)seq);
    return found(l, what, where);
}

bool signed_by_registrar(const struct authority *a, const struct roster_act *act)
{
    for (size_t i = 0; i < a->charters_n; i++)
        if (roster_check_signature(act, a->charters[i].registrar) == ERR_OK)
            return true;
    return false;
}

/* ---- commits ---- */

static err_t check_bodies(const struct commit *c)
{
    err_t e = ERR_OK;
    for (size_t i = 0; i < c->ops_n && !e; i++)
        if (c->ops[i].state == BODY_PRESENT)
            e = commit_check_body(&c->ops[i]);
    return e;
}

static err_t check_commit(const struct looking *l, const struct log_head *before)
{
    const struct commit *c = l->commit;
    uint64_t seq = before->seq + 1;
    bool next =
        c->seq == seq && log_compare(&c->log, &before->log) == 0 && memcmp(c->prev, before->id, HASH_BYTES) == 0;
    const err_t all[] = {commit_verify(c, l->alliance), next ? ERR_OK : ERR_CHAIN,
                         c->clock <= before->clock ? ERR_CLOCK : ERR_OK, check_bodies(c)};
    err_t e = ERR_OK;
    for (size_t i = 0; i < sizeof all / sizeof *all && !e; i++)
        e = found_at(l, all[i], &before->log, seq);
    err_t more = !e && l->how->commit ? l->how->commit(l->how->ctx, c, !all[0]) : e;
    return !e && more == ERR_VERIFY ? found_at(l, more, &before->log, seq) : more;
}

/* What cannot be read ends the look at its log: nothing behind it can be placed. */
static err_t check_log(const struct looking *l, const struct log_head *head)
{
    struct commit *c = l->commit;
    struct log_head at = {.log = head->log};
    struct arena arena = {0};
    err_t e = ERR_OK;
    while (at.seq < head->seq && !e) {
        arena_clear(&arena);
        e = oplog_get(l->s, &head->log, at.seq + 1, &arena, c);
        if (e) {
            e = e == ERR_MEMORY || e == ERR_DISK ? e : found_at(l, e, &head->log, at.seq + 1);
            break;
        }
        e = check_commit(l, &at);
        memcpy(at.id, c->id, HASH_BYTES);
        at.clock = c->clock;
        at.seq++;
    }
    if (!e && at.seq == head->seq && (memcmp(at.id, head->id, HASH_BYTES) != 0 || at.clock != head->clock))
        e = found_at(l, ERR_CHAIN, &head->log, head->seq);
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

/* What is wrong with a commit beside the logs, which goes into l->commit. */
static err_t read_carried(const struct looking *l, struct slice carried)
{
    err_t e = commit_decode(carried, l->commit);
    if (!e)
        e = commit_verify(l->commit, l->alliance);
    return e ? e : check_bodies(l->commit);
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
        if (e)
            break;
        err_t what = read_carried(l, carried);
        if (!what && memcmp(l->commit->id, rows[i].dot, sizeof rows[i].dot) != 0)
            what = ERR_CHAIN;
        e = found(l, what, "table aside");
    }
    arena_fini(&arena);
    return e;
}

/* Both are signed, follow the same commit, and stand in the order of their ids. */
static err_t read_fork(const struct looking *l, const struct fork_proof *fork)
{
    const struct slice sides[] = {fork->a, fork->b};
    uint8_t prev[2][HASH_BYTES], id[2][HASH_BYTES];
    const struct commit *c = l->commit;
    err_t e = ERR_OK;
    for (size_t i = 0; i < 2 && !e; i++) {
        e = read_carried(l, sides[i]);
        if (!e && (log_compare(&c->log, &fork->log) != 0 || c->seq != fork->seq))
            e = ERR_FORK;
        memcpy(prev[i], c->prev, HASH_BYTES);
        memcpy(id[i], c->id, HASH_BYTES);
    }
    if (!e && (memcmp(prev[0], prev[1], HASH_BYTES) != 0 || memcmp(id[0], id[1], HASH_BYTES) >= 0))
        e = ERR_FORK;
    return e;
}

static err_t check_forks(struct looking *l)
{
    struct fork_proof *all = NULL;
    size_t n = 0;
    err_t e = forks_all(l->s, &l->arena, &all, &n);
    for (size_t i = 0; i < n && !e; i++)
        e = found(l, read_fork(l, &all[i]), "table forks");
    return e;
}

/* ---- charters, acts, promises ---- */

static err_t evaluate(struct looking *l)
{
    struct authority_input in;
    err_t e = roll_input(l->s, &l->arena, &in);
    if (e || !in.charters_n)
        return e;
    e = authority_build_all(&in, &l->authority);
    l->founded = e == ERR_OK;
    return e == ERR_MEMORY ? e : found(l, e, "table charters");
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
        e = found(l, what, "table charters");
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
        e = found(l, what, "table roster");
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
        e = found(l, what, "table promises");
    }
    return e;
}

typedef err_t check_fn(struct looking *l);

err_t signed_look(struct store *s, const struct signed_look *how)
{
    static check_fn *const checks[] = {evaluate,    check_charters, check_acts, check_promises,
                                       check_forks, check_aside,    check_logs};
    struct looking l = {.how = how, .s = s, .commit = malloc(sizeof *l.commit)};
    struct slice alliance;
    err_t e = l.commit ? local_get(s, SETTING_ALLIANCE, &l.arena, &alliance) : ERR_MEMORY;
    if (!e && alliance.len != ALLIANCE_BYTES)
        e = ERR_DATABASE;
    if (!e)
        memcpy(l.alliance, alliance.at, ALLIANCE_BYTES);
    for (size_t i = 0; i < sizeof checks / sizeof *checks && !e; i++) {
        e = checks[i](&l);
        /* A page that cannot be read is a fault, and ends the look at what stands on it. */
        if (e == ERR_DATABASE && how->every)
            e = found(&l, e, "database");
    }
    if (l.founded)
        authority_fini(&l.authority);
    arena_fini(&l.arena);
    free(l.commit);
    return e;
}

static void tell(void *why, err_t what, const char *where)
{
    why_set(why, ERR_VERIFY, "%s: %s", where, err_name(what));
}

err_t signed_check(struct store *s, struct why *why)
{
    return signed_look(s, &(struct signed_look){.ctx = why, .fault = tell});
}
