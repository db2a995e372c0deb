#include "daemon/core/joins.h"
#include "daemon/core/admit.h"
#include "daemon/core/answer.h"
#include "daemon/core/exchange.h"
#include "daemon/core/ingest.h"
#include "daemon/core/rotate.h"
#include "daemon/core/sync.h"
#include <stdio.h>

/* ---- keeping ---- */

static err_t read_kept(const struct kept_join *kept, struct arena *arena, struct msg *m, struct join_request *r)
{
    err_t e = msg_decode(kept->message, arena, m);
    if (!e && m->type != MSG_JOIN && m->type != MSG_VOUCH)
        e = ERR_DATABASE;
    return e ? e : join_decode(m->join.request, r);
}

static bool same_inviter(const struct msg_join *a, const struct msg_join *b)
{
    struct vouch x, y;
    return vouch_decode(a->word, &x) == ERR_OK && vouch_decode(b->word, &y) == ERR_OK &&
           memcmp(x.inviter, y.inviter, SITE_BYTES) == 0;
}

/* Whoever invites many takes no room from those who want a new key, nor from other inviters. */
static err_t room_for(const struct kept_join *all, size_t n, const struct msg *one, const uint8_t old_site[SITE_BYTES])
{
    const bool vouched = one->type == MSG_VOUCH;
    size_t of_site = 0, of_inviter = 0, of_kind = 0;
    struct arena arena = {0};
    for (size_t i = 0; i < n; i++) {
        struct msg m;
        struct join_request r;
        if (read_kept(&all[i], &arena, &m, &r) != ERR_OK || m.type != one->type)
            continue;
        of_kind++;
        of_site += memcmp(all[i].old_site, old_site, SITE_BYTES) == 0;
        of_inviter += vouched && same_inviter(&m.join, &one->join);
    }
    arena_fini(&arena);
    return of_kind < (vouched ? LIMIT_VOUCHES : LIMIT_JOINS) && of_site < LIMIT_JOINS_SITE &&
                   of_inviter < LIMIT_VOUCHES_INVITER
               ? ERR_OK
               : ERR_ITEMS;
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
    return e ? e : batch_close(c, local_put_join(c->store, join));
}

err_t joins_keep(struct core *c, enum msg_type type, const struct msg_join *m, const struct join_request *r)
{
    struct arena arena = {0};
    struct kept_join *all = NULL, one = {0};
    struct msg whole = {.type = type, .join = *m};
    struct buf message;
    size_t n = 0;
    buf_init(&message, LIMIT_MESSAGE_BYTES);
    err_t e = local_joins(c->store, &arena, &all, &n);
    hash256(one.request, &m->request, 1);
    memcpy(one.old_site, r->secret_key, SITE_BYTES);
    bool known = !e && is_among(all, n, one.request);
    if (!e && !known)
        e = room_for(all, n, &whole, one.old_site);
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
    return e ? e : batch_close(c, local_drop_join(c->store, request));
}

/* The registrar's own turn; ERR_WAITING: it has to go on to somebody else, or to wait. Whatever else: it is settled. */
static err_t settle(struct core *c, const struct kept_join *kept, struct arena *arena)
{
    struct msg m = {0};
    struct join_request r;
    struct why why = {0};
    uint64_t before = c->authority.roster_number;
    err_t e = read_kept(kept, arena, &m, &r);
    if (!e)
        e = m.type == MSG_VOUCH ? admit_judge_vouched(c, &m.join, &r, &why) : rotate_judge(c, &r, &why);
    if (e && !ingest_survives(e))
        return e;
    /* Where nobody asked just now, no answer brings the roster along; a new key's act is told where it is signed. */
    if (m.type == MSG_VOUCH && c->authority.roster_number != before)
        sync_tell_roster(c);
    return e == ERR_WAITING ? e : drop_one(c, kept->request);
}

/* Of a request that is out for a hosted site, the answer comes first: none says to which it belongs. */
static bool is_to_be_told(const struct peer *p)
{
    return !p->joins_told && !p->join_out && p->member && p->state == SESSION_LIVE;
}

/* Answers come in the order of what was said, and say no more. */
static bool expect_answer(struct peer *p, const uint8_t request[HASH_BYTES])
{
    void *array = p->joins_out;
    err_t e = core_grow(&array, p->joins_open, &p->joins_room, sizeof *p->joins_out);
    p->joins_out = array;
    if (!e)
        memcpy(p->joins_out[p->joins_open++], request, HASH_BYTES);
    return !e;
}

static void tell(struct core *c, const struct kept_join *all, size_t n)
{
    for (size_t i = 0; i < c->peers_n; i++) {
        struct peer *p = &c->peers[i];
        if (!is_to_be_told(p))
            continue;
        p->joins_told = true;
        for (size_t k = 0; k < n; k++)
            if (expect_answer(p, all[k].request))
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

/* ---- what members say to them ---- */

static err_t find_kept(struct core *c, const uint8_t request[HASH_BYTES], struct arena *arena, struct msg *m,
                       struct join_request *r)
{
    struct kept_join *all = NULL;
    size_t n = 0;
    err_t e = local_joins(c->store, arena, &all, &n);
    for (size_t i = 0; i < n && !e; i++)
        if (memcmp(all[i].request, request, HASH_BYTES) == 0)
            return read_kept(&all[i], arena, m, r);
    return e ? e : ERR_NOT_FOUND;
}

/* Whoever else refuses knows less than the secretariat, or would have us believe so. */
static bool decides(const struct core *c, const uint8_t site[SITE_BYTES])
{
    const struct ally *ally = authority_ally_of(&c->authority, site);
    return ally && core_admits(c, site) && authority_has_role(&c->authority, ally->id, ROLE_SECRETARIAT);
}

/* The inviter remembers it, for the newcomer comes again to ask. */
static err_t refused(struct core *c, const uint8_t request[HASH_BYTES], const struct join_request *r, err_t said,
                     const char *detail)
{
    char text[ANSWER_BYTES];
    struct arena arena = {0};
    struct invitation row;
    err_t e = batch_begin(c);
    if (e)
        return e;
    e = local_invitation(c->store, r->secret_key, &arena, &row);
    answer_write(said, detail, text);
    row.answer = slice_text(text);
    if (!e && memcmp(row.used_by, r->site, SITE_BYTES) == 0)
        e = local_put_invitation(c->store, &row);
    if (!e || e == ERR_NOT_FOUND)
        e = local_drop_join(c->store, request);
    e = batch_close(c, e);
    arena_fini(&arena);
    return e;
}

static void note_rotation(struct core *c, const struct join_request *r, err_t said, const char *detail)
{
    for (size_t i = 0; i < c->own_n; i++) {
        struct own *own = &c->own[i];
        if (memcmp(own->key.pub, r->secret_key, SITE_BYTES) != 0)
            continue;
        own->rekey_error = said;
        snprintf(own->rekey_detail, sizeof own->rekey_detail, "%s", detail);
    }
}

void joins_answered(struct core *c, struct peer *p, const struct msg_welcome *m)
{
    char detail[JOIN_DETAIL_BYTES];
    uint8_t request[HASH_BYTES];
    struct arena arena = {0};
    struct msg kept;
    struct join_request r;
    memcpy(request, p->joins_out[0], HASH_BYTES);
    memmove(p->joins_out[0], p->joins_out[1], --p->joins_open * sizeof *p->joins_out);
    err_t said = answer_of(m, detail);
    if (said && said != ERR_COUNT && err_exit(said) != 75 && find_kept(c, request, &arena, &kept, &r) == ERR_OK) {
        if (kept.type == MSG_JOIN)
            note_rotation(c, &r, said, detail);
        else if (decides(c, p->site) && refused(c, request, &r, said, detail))
            core_note(c, JOURNAL_ERROR, "join.kept", "reason=%s", err_name(ERR_DATABASE));
    }
    arena_fini(&arena);
}
