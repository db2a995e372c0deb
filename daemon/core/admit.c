#include "daemon/core/admit.h"
#include "daemon/core/charters.h"
#include "daemon/core/found.h"
#include "daemon/core/ingest.h"
#include "daemon/core/joins.h"
#include "daemon/core/keyfile.h"
#include "daemon/core/refold.h"
#include "daemon/core/rotate.h"
#include "daemon/core/sync.h"
#include "peers/address.h"
#include <stdio.h>

#define INVITE_WORDS_BYTES 8

/* ---- refused ---- */

/* A refusal outlives the command that met it: whoever looks later shall not wait for nobody. */
void admit_refused(struct core *c, struct arena *arena)
{
    struct slice kept;
    char text[256] = "";
    if (!c->joining || local_get(c->store, SETTING_JOIN_REFUSED, arena, &kept))
        return;
    memcpy(text, kept.at, kept.len < sizeof text ? kept.len : sizeof text - 1);
    size_t name = strcspn(text, " ");
    snprintf(c->join_detail, sizeof c->join_detail, "%.159s", text[name] ? text + name + 1 : "");
    text[name] = 0;
    c->join_error = err_by_name(text);
    if (c->join_error == ERR_COUNT)
        c->join_error = ERR_STANDING;
}

/* ---- inviting ---- */

static err_t add_address(struct invite *invite, struct slice text, struct why *why)
{
    char copy[ADDRESS_TEXT_MAX] = "";
    if (text.len < sizeof copy)
        memcpy(copy, text.at, text.len);
    if (text.len > ADDRESS_MAX_BYTES || address_check(copy) != ERR_OK)
        return why_set(why, ERR_ADDRESS, "%.*s", (int)(text.len < 100 ? text.len : 100), (const char *)text.at);
    invite->addresses[invite->addresses_n++] = text;
    return ERR_OK;
}

err_t admit_addresses(struct invite *invite, const char *addresses, struct why *why)
{
    const char *at = addresses ? addresses : "";
    err_t e = ERR_OK;
    while (!e && *at && invite->addresses_n < INVITE_ADDRESSES_MAX) {
        size_t n = strcspn(at, " ,");
        if (n)
            e = add_address(invite, slice_of(at, n), why);
        at += n + strspn(at + n, " ,");
    }
    return !e && !invite->addresses_n ? why_set(why, ERR_NO_ADDRESS, "%s", "zeromq.announce") : e;
}

static err_t store_invitation(struct core *c, const struct invitation *row)
{
    err_t e = batch_begin(c);
    if (e)
        return e;
    e = local_put_invitation(c->store, row);
    if (e) {
        batch_abort(c);
        return e;
    }
    return batch_end(c);
}

/* Two acts with one predecessor are a rift in the roster, and a registrar out of a backup may lack acts that it signed itself. */
err_t admit_knows_roster(struct core *c)
{
    struct slice restored;
    err_t e = charters_settle(c);
    if (e)
        return e;
    bool alone = c->authority.sites_n <= c->own_n;
    e = local_get(c->store, SETTING_RESTORED, &c->frame, &restored);
    if (e)
        return e == ERR_NOT_FOUND ? ERR_OK : e;
    for (size_t i = 0; i < c->peers_n && !alone; i++)
        alone = c->peers[i].member && diff_equal(c, &c->peers[i]);
    if (!alone)
        return ERR_RESTORED;
    core_note(c, JOURNAL_INFO, "restored.compared", "roster=%llu", (unsigned long long)c->authority.roster_number);
    return local_set(c->store, SETTING_RESTORED, slice_text(""));
}

/* The secretariat's own site is told which file it lacks. */
static err_t no_registrar(struct core *c, struct why *why)
{
    struct sign_key key = {0};
    const struct ally *ally = core_own(c) ? authority_ally_of(&c->authority, core_own(c)->key.pub) : NULL;
    if (!ally || !authority_has_role(&c->authority, ally->id, ROLE_SECRETARIAT))
        return why_set(why, ERR_NOT_REGISTRAR, "%s", "invite");
    err_t e = keyfile_read(c->dir, REGISTRAR_KEY_NAME, &key, why);
    sign_key_wipe(&key);
    if (e && e != ERR_KEY_MISSING)
        return e;
    return why_set(why, ERR_KEY_REGISTRAR, "%.120s/keys/%s.key", c->dir, REGISTRAR_KEY_NAME);
}

err_t admit_invite(struct core *c, const char *ally, int64_t expires_ms, const char *addresses, struct buf *code,
                   char *words, size_t words_size, struct why *why)
{
    struct invite invite = {.expires_s = (uint64_t)(expires_ms / 1000), .ally_name = slice_text(ally)};
    struct invitation row = {.ally_name = slice_text(ally), .expires_ms = expires_ms};
    struct sign_key secret;
    if (!c->is_registrar)
        return no_registrar(c, why);
    err_t e = admit_addresses(&invite, addresses, why);
    if (e)
        return e;
    memcpy(invite.alliance, c->authority.alliance, ALLIANCE_BYTES);
    memcpy(invite.charter_id, c->authority.charter_id, HASH_BYTES);
    memcpy(invite.inviter, core_own(c)->key.pub, SITE_BYTES);
    c->env.random(c->env.ctx, invite.secret, SEED_BYTES);
    sign_key_from_seed(invite.secret, &secret);
    memcpy(row.secret_key, secret.pub, SITE_BYTES);
    e = invite_encode(&invite, code);
    if (!e) {
        uint8_t hash[HASH_BYTES];
        struct slice part = buf_slice(code);
        hash256(hash, &part, 1);
        if (words_size >= WORD_TEXT_LEN(INVITE_WORDS_BYTES))
            words_encode(slice_of(hash, INVITE_WORDS_BYTES), words);
        e = store_invitation(c, &row);
    }
    sign_key_wipe(&secret);
    sign_wipe(invite.secret, sizeof invite.secret);
    return e;
}

/* ---- admitting ---- */

static err_t check_invitation(struct core *c, const struct join_request *r, struct invitation *row)
{
    static const uint8_t nobody[SITE_BYTES];
    err_t e = local_invitation(c->store, r->secret_key, &c->frame, row);
    if (e)
        return e == ERR_NOT_FOUND ? ERR_INVITE_UNKNOWN : e;
    if (memcmp(row->used_by, nobody, SITE_BYTES) != 0)
        return memcmp(row->used_by, r->site, SITE_BYTES) == 0 ? ERR_OK : ERR_INVITE_USED;
    return row->expires_ms < core_wall(c).ms ? ERR_INVITE_EXPIRED : ERR_OK;
}

static err_t write_act(struct core *c, const struct join_request *r, struct slice request, struct buf *carried,
                       uint8_t id[HASH_BYTES])
{
    struct roster_act act = {.kind = ACT_ADMIT,
                             .number = c->authority.roster_number + 1,
                             .ally_name = r->ally_name,
                             .site_name = r->site_name,
                             .college = r->college};
    struct buf body;
    buf_init(&body, LIMIT_ENVELOPE_BYTES);
    memcpy(act.charter, c->authority.charter_id, HASH_BYTES);
    memcpy(act.prev, c->authority.roster_id, HASH_BYTES);
    memcpy(act.ally, r->ally, ALLY_BYTES);
    memcpy(act.site, r->site, SITE_BYTES);
    hash256(act.request, &request, 1);
    roster_encode_body(&body, &act);
    uint8_t signature[SIGNATURE_BYTES];
    err_t e = body.err ? body.err : sign_make(&c->registrar, DOMAIN_ROSTER, buf_slice(&body), signature);
    if (!e) {
        roster_id(buf_slice(&body), id);
        roster_encode(carried, buf_slice(&body), signature);
        e = carried->err;
    }
    buf_fini(&body);
    return e;
}

static err_t store_admission(struct core *c, const struct join_request *r, struct invitation *row, struct slice act,
                             const uint8_t id[HASH_BYTES])
{
    bool fresh = false;
    memcpy(row->used_by, r->site, SITE_BYTES);
    err_t e = batch_begin(c);
    if (e)
        return e;
    e = rolls_put_act(c->store, id, c->authority.roster_number + 1, act, &fresh);
    if (!e)
        e = local_put_invitation(c->store, row);
    for (size_t i = 0; i < r->endpoints_n && !e; i++)
        e = local_address_add(c->store, r->site, r->endpoints[i]);
    if (e) {
        batch_abort(c);
        return e;
    }
    return batch_end(c);
}

static err_t judge_join(struct core *c, const struct msg_join *m, const uint8_t site[SITE_BYTES],
                        struct join_request *r, struct why *why)
{
    err_t e = join_decode(m->request, r);
    if (e)
        return why_set(why, e, "%s", "request");
    if (memcmp(r->alliance, c->authority.alliance, ALLIANCE_BYTES) != 0)
        return why_set(why, ERR_ALLIANCE, "%s", "request");
    /* A member passes on what it was told: the two signatures are what counts. */
    if (memcmp(r->site, site, SITE_BYTES) != 0 && !core_admits(c, site))
        return why_set(why, ERR_PEER_KEY, "%s", "request");
    e = sign_check(r->secret_key, DOMAIN_JOIN, m->request, m->secret_signature);
    if (!e)
        e = sign_check(r->site, DOMAIN_JOIN, m->request, m->site_signature);
    return e ? why_set(why, e, "%s", "request") : ERR_OK;
}

/* A site that stands wants a new key: who cannot decide keeps it for who can. */
static err_t join_again(struct core *c, const struct msg_join *m, const struct join_request *r, struct why *why)
{
    err_t e = rotate_judge(c, r, why), kept = e == ERR_WAITING ? joins_keep(c, m, r) : ERR_OK;
    return kept ? why_set(why, kept, "%s", "key.rotate") : e;
}

err_t admit_join(struct core *c, const struct msg_join *m, const uint8_t site[SITE_BYTES], struct why *why)
{
    struct join_request r;
    struct invitation row;
    struct buf act;
    uint8_t id[HASH_BYTES];
    err_t e = judge_join(c, m, site, &r, why);
    if (e || authority_site(&c->authority, r.secret_key))
        return e ? e : join_again(c, m, &r, why);
    buf_init(&act, LIMIT_ENVELOPE_BYTES);
    if (!c->is_registrar)
        e = why_set(why, ERR_NOT_REGISTRAR, "%s", "invite");
    if (!e) {
        e = check_invitation(c, &r, &row);
        if (e)
            why_set(why, e, "%.*s", (int)(r.ally_name.len < 100 ? r.ally_name.len : 100), (const char *)r.ally_name.at);
    }
    if (!e && authority_site(&c->authority, r.site)) {
        buf_fini(&act);
        return ERR_OK;
    }
    /* An ally's id is drawn by the newcomer: one that is taken would join a site to somebody else's ally. */
    if (!e && authority_ally(&c->authority, r.ally))
        e = why_set(why, ERR_MEMBER, "%s", "ally");
    if (!e && (e = admit_knows_roster(c)) != ERR_OK)
        why_set(why, e, "%s", "roster");
    if (!e)
        e = write_act(c, &r, m->request, &act, id);
    if (!e)
        e = store_admission(c, &r, &row, buf_slice(&act), id);
    if (!e)
        e = charters_take_effect(c);
    buf_fini(&act);
    return e;
}

/* ---- being admitted ---- */

err_t admit_sign(struct slice request, const uint8_t seed[SEED_BYTES], const struct sign_key *site, struct msg_join *m)
{
    struct sign_key secret;
    sign_key_from_seed(seed, &secret);
    err_t e = sign_make(&secret, DOMAIN_JOIN, request, m->secret_signature);
    if (!e)
        e = sign_make(site, DOMAIN_JOIN, request, m->site_signature);
    sign_key_wipe(&secret);
    return e;
}

/* The code of a site that moves: its secret is the old key, whose ally it goes on to be. */
static err_t fit_ally(struct core *c, struct slice *request)
{
    struct join_request r;
    struct buf fitted;
    err_t e = join_decode(*request, &r);
    const struct ally *ally = e ? NULL : authority_ally_of(&c->authority, r.secret_key);
    if (!ally)
        return e;
    memcpy(r.ally, ally->id, ALLY_BYTES);
    r.college = ally->college;
    buf_init(&fitted, LIMIT_ENVELOPE_BYTES);
    join_encode(&r, &fitted);
    e = fitted.err ? fitted.err : arena_copy(&c->frame, buf_slice(&fitted), request);
    buf_fini(&fitted);
    return e;
}

err_t admit_request(struct core *c, struct buf *message)
{
    struct slice request, seed;
    struct msg m = {.type = MSG_JOIN};
    err_t e = local_get(c->store, SETTING_JOIN_REQUEST, &c->frame, &request);
    if (!e)
        e = local_get(c->store, SETTING_JOIN_SECRET, &c->frame, &seed);
    if (e || seed.len != SEED_BYTES)
        return e ? e : ERR_DATABASE;
    e = fit_ally(c, &request);
    if (e)
        return e;
    m.join.request = request;
    e = admit_sign(request, seed.at, &core_own(c)->key, &m.join);
    return e ? e : msg_encode(&m, message);
}

static err_t keep_answer(struct core *c)
{
    char text[256] = "";
    if (c->join_error && err_exit(c->join_error) != 75)
        snprintf(text, sizeof text, "%s %s", err_name(c->join_error), c->join_detail);
    err_t e = batch_begin(c);
    if (e)
        return e;
    e = local_set(c->store, SETTING_JOIN_REFUSED, slice_text(text));
    if (e) {
        batch_abort(c);
        return e;
    }
    return batch_end(c);
}

err_t admit_answered(struct core *c, const struct msg_welcome *m)
{
    char name[64] = "";
    size_t n = m->detail.len < sizeof c->join_detail ? m->detail.len : sizeof c->join_detail - 1;
    if (m->code.len < sizeof name)
        memcpy(name, m->code.at, m->code.len);
    c->join_error = err_by_name(name);
    if (c->join_error == ERR_COUNT)
        c->join_error = ERR_STANDING;
    /* Kept for the registrar: the act comes. */
    if (c->join_error == ERR_WAITING)
        c->join_error = ERR_OK;
    memcpy(c->join_detail, m->detail.at, n);
    c->join_detail[n] = 0;
    return keep_answer(c);
}

err_t admit_finish(struct core *c)
{
    if (!c->joining || !c->founded || !core_own(c) || !authority_site(&c->authority, core_own(c)->key.pub))
        return ERR_OK;
    err_t e = batch_begin(c);
    if (e)
        return e;
    e = local_set(c->store, SETTING_JOIN_REQUEST, slice_text(""));
    if (!e)
        e = local_set(c->store, SETTING_JOIN_SECRET, slice_text(""));
    if (!e)
        e = local_set(c->store, SETTING_JOIN_REFUSED, slice_text(""));
    if (e) {
        batch_abort(c);
        return e;
    }
    c->joining = false;
    c->join_error = ERR_OK;
    core_note(c, JOURNAL_INFO, "join.admitted", "roster=%llu", (unsigned long long)c->authority.roster_number);
    return batch_end(c);
}
