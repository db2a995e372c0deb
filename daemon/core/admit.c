#include "daemon/core/admit.h"
#include "daemon/core/answer.h"
#include "daemon/core/asks.h"
#include "daemon/core/charters.h"
#include "daemon/core/found.h"
#include "daemon/core/ingest.h"
#include "daemon/core/joins.h"
#include "daemon/core/keyfile.h"
#include "daemon/core/refold.h"
#include "daemon/core/registrar.h"
#include "daemon/core/rotate.h"
#include "daemon/core/roster.h"
#include "daemon/core/sync.h"
#include "daemon/core/vouch.h"
#include "peers/address.h"

/* ---- refused ---- */

/* A refusal outlives the command that met it: whoever looks later shall not wait for nobody. */
void admit_refused(struct core *c, struct arena *arena)
{
    struct slice kept;
    if (c->joining && local_get(c->store, SETTING_JOIN_REFUSED, arena, &kept) == ERR_OK)
        c->join_error = answer_read(kept, c->join_detail);
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
    return e ? e : batch_close(c, local_put_invitation(c->store, row));
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

/* Nobody could admit whom the secretariat's only site invites without its key: it is told which file it lacks. */
static err_t may_invite(struct core *c, struct why *why)
{
    struct sign_key key = {0};
    err_t e = c->is_registrar ? ERR_OK : vouch_may(c, core_own(c)->key.pub);
    if (e || !registrar_is_lost(c))
        return e ? why_set(why, e, "%s", "invite") : ERR_OK;
    e = keyfile_read(c->dir, REGISTRAR_KEY_NAME, &key, why);
    sign_key_wipe(&key);
    return e && e != ERR_KEY_MISSING
               ? e
               : why_set(why, ERR_KEY_REGISTRAR, "%.120s/keys/%s.key", c->dir, REGISTRAR_KEY_NAME);
}

static err_t make_code(const struct invite *invite, struct buf *code, char *words, size_t words_size)
{
    uint8_t hash[HASH_BYTES];
    err_t e = invite_encode(invite, code);
    if (e)
        return e;
    struct slice part = buf_slice(code);
    hash256(hash, &part, 1);
    if (words_size >= WORD_TEXT_LEN(WORDS_BYTES))
        words_encode(slice_of(hash, WORDS_BYTES), words);
    return ERR_OK;
}

static void pin(struct core *c, struct invite *invite)
{
    memcpy(invite->alliance, c->authority.alliance, ALLIANCE_BYTES);
    memcpy(invite->charter_id, c->authority.charter_id, HASH_BYTES);
    memcpy(invite->inviter, core_own(c)->key.pub, SITE_BYTES);
}

err_t admit_invite(struct core *c, const struct invitation *in, const char *addresses, struct buf *code, char *words,
                   size_t words_size, struct why *why)
{
    struct invite invite = {.expires_s = (uint64_t)(in->expires_ms / 1000), .ally_name = in->ally_name};
    struct invitation row = *in;
    struct sign_key secret;
    err_t e = may_invite(c, why);
    if (!e)
        e = admit_addresses(&invite, addresses, why);
    if (e)
        return e;
    pin(c, &invite);
    c->env.random(c->env.ctx, invite.secret, SEED_BYTES);
    sign_key_from_seed(invite.secret, &secret);
    memcpy(row.secret_key, secret.pub, SITE_BYTES);
    e = make_code(&invite, code, words, words_size);
    if (!e)
        e = store_invitation(c, &row);
    sign_key_wipe(&secret);
    sign_wipe(invite.secret, sizeof invite.secret);
    return e;
}

err_t admit_card(struct core *c, const char *addresses, struct buf *code, struct why *why)
{
    struct invite card = {.ally_name = c->authority.name};
    err_t e = may_invite(c, why);
    if (!e)
        e = admit_addresses(&card, addresses, why);
    if (e)
        return e;
    pin(c, &card);
    return invite_encode(&card, code);
}

/* ---- admitting ---- */

static bool is_nobody(const uint8_t site[SITE_BYTES])
{
    static const uint8_t nobody[SITE_BYTES];
    return memcmp(site, nobody, SITE_BYTES) == 0;
}

/* Whom it invited, and who used it: where that is a stranger, it was stolen. */
static err_t used(struct core *c, const struct invitation *row, struct why *why)
{
    const struct site *site = authority_site(&c->authority, row->used_by);
    struct slice name = site ? site->name : slice_text("-");
    char id[SHORT_LEN + 1];
    return why_set(why, ERR_INVITE_USED, "%.*s: %.*s %s…", (int)(row->ally_name.len < 60 ? row->ally_name.len : 60),
                   (const char *)row->ally_name.at, (int)(name.len < 60 ? name.len : 60), (const char *)name.at,
                   core_short(slice_of(row->used_by, SITE_BYTES), id));
}

static err_t check_invitation(struct core *c, const struct join_request *r, struct invitation *row, struct why *why)
{
    err_t e = local_invitation(c->store, r->secret_key, &c->frame, row);
    if (!e && !is_nobody(row->used_by))
        return memcmp(row->used_by, r->site, SITE_BYTES) == 0 ? ERR_OK : used(c, row, why);
    if (!e)
        e = row->expires_ms < core_wall(c).ms ? ERR_INVITE_EXPIRED : ERR_OK;
    e = e == ERR_NOT_FOUND ? ERR_INVITE_UNKNOWN : e;
    return e ? why_set(why, e, "%.*s", (int)(r->ally_name.len < 100 ? r->ally_name.len : 100),
                       (const char *)r->ally_name.at)
             : ERR_OK;
}

/* Whoever invited an ally accompanies it (DOMAIN §5). A site that joins later is an ally's that is known. */
static struct slice mentor_of(const struct core *c, const struct join_request *r, const uint8_t *inviter)
{
    const struct ally *mentor = authority_ally_of(&c->authority, inviter);
    return mentor && memcmp(mentor->id, r->ally, ALLY_BYTES) != 0 ? slice_of(mentor->id, ALLY_BYTES) : slice_text("");
}

static err_t write_act(struct core *c, const struct join_request *r, struct slice request, const uint8_t *inviter,
                       struct buf *carried, struct roster_act *act)
{
    *act = (struct roster_act){.kind = ACT_ADMIT,
                               .ally_name = r->ally_name,
                               .site_name = r->site_name,
                               .college = r->college,
                               .mentor = mentor_of(c, r, inviter)};
    memcpy(act->ally, r->ally, ALLY_BYTES);
    memcpy(act->site, r->site, SITE_BYTES);
    hash256(act->request, &request, 1);
    return roster_sign(c, act, carried);
}

static err_t store_admission(struct core *c, const struct join_request *r, struct invitation *row,
                             const struct roster_act *act, struct slice carried)
{
    bool fresh = false;
    memcpy(row->used_by, r->site, SITE_BYTES);
    err_t e = batch_begin(c);
    if (e)
        return e;
    e = rolls_put_act(c->store, act->id, act->number, carried, &fresh);
    if (!e)
        e = local_put_invitation(c->store, row);
    for (size_t i = 0; i < r->endpoints_n && !e; i++)
        e = local_address_add(c->store, r->site, r->endpoints[i]);
    return batch_close(c, e);
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
    err_t e = rotate_judge(c, r, why), kept = e == ERR_WAITING ? joins_keep(c, MSG_JOIN, m, r) : ERR_OK;
    return kept ? why_set(why, kept, "%s", "key.rotate") : e;
}

err_t admit_let_in(struct core *c, const struct msg_join *m, const struct join_request *r,
                   const uint8_t inviter[SITE_BYTES], struct invitation *row, struct why *why)
{
    struct roster_act act;
    struct buf carried;
    buf_init(&carried, LIMIT_ENVELOPE_BYTES);
    /* An ally's id is drawn by the newcomer: one that is taken would join a site to somebody else's ally. */
    err_t e = authority_ally(&c->authority, r->ally) ? why_set(why, ERR_MEMBER, "%s", "ally") : ERR_OK;
    if (!e && (e = admit_knows_roster(c)) != ERR_OK)
        why_set(why, e, "%s", "roster");
    if (!e)
        e = write_act(c, r, m->request, inviter, &carried, &act);
    if (!e)
        e = store_admission(c, r, row, &act, buf_slice(&carried));
    if (!e)
        e = charters_take_effect(c);
    buf_fini(&carried);
    return e;
}

static err_t waiting(struct core *c, struct why *why)
{
    char who[120];
    roster_secretariat(c, who, sizeof who);
    return why_set(why, ERR_WAITING, "%s", who);
}

/* Who may use the invitation is settled here, durably, before anybody hears of it. */
err_t admit_pass_on(struct core *c, const struct msg_join *m, const struct join_request *r, struct invitation *row,
                    int64_t taken_ms, struct why *why)
{
    struct msg_join vouched;
    struct buf word;
    err_t e = vouch_may(c, core_own(c)->key.pub);
    if (e)
        return why_set(why, e, "%s", "invite");
    if (is_nobody(row->used_by)) {
        memcpy(row->used_by, r->site, SITE_BYTES);
        e = store_invitation(c, row);
    }
    buf_init(&word, VOUCH_MAX_BYTES);
    if (!e)
        e = vouch_make(c, m, taken_ms, row->expires_ms, &word, &vouched);
    if (!e)
        e = joins_keep(c, MSG_VOUCH, &vouched, r);
    buf_fini(&word);
    /* Others of the same site are on their way already. */
    return e && e != ERR_ITEMS ? e : waiting(c, why);
}

/* ERR_NOT_FOUND: it is not in. */
static err_t is_in(const struct core *c, const struct join_request *r, struct why *why)
{
    const struct site *site = authority_site(&c->authority, r->site);
    if (!site)
        return ERR_NOT_FOUND;
    return site->ended ? why_set(why, ERR_STANDING, "%s", "site") : ERR_OK;
}

/* What the registrar said already, or his turn. */
static err_t go_on(struct core *c, const struct msg_join *m, const struct join_request *r, struct invitation *row,
                   struct why *why)
{
    char detail[JOIN_DETAIL_BYTES];
    if (c->is_registrar)
        return admit_let_in(c, m, r, core_own(c)->key.pub, row, why);
    if (!row->answer.len)
        return admit_pass_on(c, m, r, row, core_wall(c).ms, why);
    err_t e = answer_read(row->answer, detail);
    return why_set(why, e, "%s", detail);
}

static err_t invited(struct core *c, const struct msg_join *m, const struct join_request *r, struct why *why)
{
    struct invitation row;
    err_t e = check_invitation(c, r, &row, why);
    if (e)
        return e;
    e = is_in(c, r, why);
    if (e != ERR_NOT_FOUND)
        return e;
    if (row.confirm && is_nobody(row.used_by))
        return asks_take(c, m, r, why);
    return go_on(c, m, r, &row, why);
}

/* Without an invitation. Once it was let in here, its word is on its way. */
static err_t uninvited(struct core *c, const struct msg_join *m, const struct join_request *r, struct why *why)
{
    struct invitation row;
    err_t e = is_in(c, r, why);
    if (e != ERR_NOT_FOUND)
        return e;
    e = local_invitation(c->store, r->secret_key, &c->frame, &row);
    if (e == ERR_NOT_FOUND)
        return asks_take(c, m, r, why);
    if (e)
        return e;
    return go_on(c, m, r, &row, why);
}

err_t admit_join(struct core *c, const struct msg_join *m, const uint8_t site[SITE_BYTES], struct why *why)
{
    struct join_request r;
    err_t e = judge_join(c, m, site, &r, why);
    if (e)
        return e;
    if (memcmp(r.secret_key, r.site, SITE_BYTES) == 0)
        return uninvited(c, m, &r, why);
    return authority_site(&c->authority, r.secret_key) ? join_again(c, m, &r, why) : invited(c, m, &r, why);
}

err_t admit_judge_vouched(struct core *c, const struct msg_join *m, const struct join_request *r, struct why *why)
{
    struct vouch v;
    struct invitation row = {.ally_name = r->ally_name};
    err_t e = vouch_check(c, m, &v, why);
    if (!e && (e = is_in(c, r, why)) != ERR_NOT_FOUND)
        return e;
    if (e != ERR_NOT_FOUND)
        return e;
    /* The invitation may be our own, or was passed on by two members. */
    e = local_invitation(c->store, r->secret_key, &c->frame, &row);
    if (!e && !is_nobody(row.used_by) && memcmp(row.used_by, r->site, SITE_BYTES) != 0)
        return used(c, &row, why);
    if (e && e != ERR_NOT_FOUND)
        return e;
    if (!c->is_registrar)
        return waiting(c, why);
    memcpy(row.secret_key, r->secret_key, SITE_BYTES);
    row.expires_ms = (int64_t)v.expires_s * 1000;
    e = admit_let_in(c, m, r, v.inviter, &row, why);
    return e == ERR_RESTORED ? waiting(c, why) : e;
}

err_t admit_vouched(struct core *c, const struct msg_join *m, const uint8_t site[SITE_BYTES], struct why *why)
{
    struct join_request r;
    err_t e = judge_join(c, m, site, &r, why);
    /* A site's key cannot be an invitation's secret: that would be a request for a new key, which needs nobody's word. */
    if (!e && memcmp(r.secret_key, r.site, SITE_BYTES) != 0 && authority_site(&c->authority, r.secret_key))
        e = why_set(why, ERR_MEMBER, "%s", "secret");
    if (!e)
        e = admit_judge_vouched(c, m, &r, why);
    err_t kept = e == ERR_WAITING ? joins_keep(c, MSG_VOUCH, m, &r) : ERR_OK;
    return kept ? why_set(why, kept, "%s", "vouch") : e;
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
    e = admit_sign(request, is_nobody(seed.at) ? core_own(c)->key.secret : seed.at, &core_own(c)->key, &m.join);
    return e ? e : msg_encode(&m, message);
}

static err_t keep_answer(struct core *c)
{
    char text[ANSWER_BYTES];
    answer_write(c->join_error, c->join_detail, text);
    err_t e = batch_begin(c);
    return e ? e : batch_close(c, local_set(c->store, SETTING_JOIN_REFUSED, slice_text(text)));
}

err_t admit_answered(struct core *c, const struct msg_welcome *m)
{
    err_t e = answer_of(m, c->join_detail);
    e = e == ERR_COUNT ? ERR_STANDING : e;
    c->join_wait = err_exit(e) == 75 ? e : ERR_OK;
    c->join_error = c->join_wait ? ERR_OK : e;
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
    if (e)
        return batch_close(c, e);
    c->joining = false;
    c->join_error = c->join_wait = ERR_OK;
    core_note(c, JOURNAL_INFO, "join.admitted", "roster=%llu", (unsigned long long)c->authority.roster_number);
    return batch_end(c);
}
