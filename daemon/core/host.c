#include "daemon/core/host.h"
#include "daemon/core/admit.h"
#include "daemon/core/announce.h"
#include "daemon/core/answer.h"
#include "daemon/core/found.h"
#include "daemon/core/ingest.h"
#include "daemon/core/keyfile.h"
#include "daemon/core/move.h"
#include "daemon/core/own.h"
#include "daemon/core/sync.h"
#include "daemon/store/archive.h"
#include "daemon/store/tokens.h"
#include <stdio.h>

#define ASK_AGAIN_MS 30000
#define KEY_BYTES    (NAME_MAX_BYTES + 24)

static void key_of(const char *what, struct slice name, char out[KEY_BYTES])
{
    snprintf(out, KEY_BYTES, "%s%.*s", what, (int)name.len, (const char *)name.at);
}

static err_t set_of(struct core *c, const char *what, struct slice name, struct slice value)
{
    char key[KEY_BYTES];
    key_of(what, name, key);
    return local_set(c->store, key, value);
}

static err_t get_of(struct core *c, const char *what, struct slice name, struct arena *arena, struct slice *out)
{
    char key[KEY_BYTES];
    key_of(what, name, key);
    return local_get(c->store, key, arena, out);
}

/* ---- opening ---- */

err_t host_open(struct core *c)
{
    struct arena arena = {0};
    struct slice kept;
    err_t e = ERR_OK;
    for (size_t i = 0; i < c->own_n && !e; i++) {
        struct own *own = &c->own[i];
        e = get_of(c, SETTING_SITE_REQUEST, own->row.name, &arena, &kept);
        own->waits = e == ERR_OK;
        if (!e)
            e = get_of(c, SETTING_SITE_REFUSED, own->row.name, &arena, &kept);
        if (!e)
            own->join_error = answer_read(kept, own->join_detail);
        e = e == ERR_NOT_FOUND ? ERR_OK : e;
    }
    arena_fini(&arena);
    return e;
}

/* ---- adding ---- */

struct adding {
    struct core *c;
    const struct host_site *in;
    struct sign_key key, secret;
    uint8_t inviter[SITE_BYTES];
    struct own_site row;
    char guard[512];
    struct buf request;
    bool fresh; /* no row of that name yet */
};

/* A key that an attempt left before there was a row never signed anything; one that was a site's did. */
static err_t make_key(struct adding *a, struct why *why)
{
    uint8_t seed[SEED_BYTES];
    a->c->env.random(a->c->env.ctx, seed, sizeof seed);
    err_t e = keyfile_write(a->c->dir, a->in->name, seed, why);
    sign_key_from_seed(seed, &a->key);
    sign_wipe(seed, sizeof seed);
    if (e != ERR_DATA_EXISTS)
        return e;
    e = keyfile_read(a->c->dir, a->in->name, &a->key, why);
    return !e && authority_site(&a->c->authority, a->key.pub) ? why_set(why, ERR_SITE_EXISTS, "%.60s", a->in->name) : e;
}

static err_t take_invite(struct adding *a, struct why *why)
{
    const struct invite *invite = a->in->invite;
    struct core *c = a->c;
    uint8_t seed[SEED_BYTES];
    if (!invite && !c->is_registrar)
        return why_set(why, ERR_SITE_CODE, "%.60s", a->in->name);
    if (invite && memcmp(invite->alliance, c->authority.alliance, ALLIANCE_BYTES) != 0)
        return why_set(why, ERR_ALLIANCE, "%s", "CODE");
    if (invite && invite_is_card(invite))
        return why_set(why, ERR_CARD, "%s", "site add");
    if (invite && (int64_t)invite->expires_s * 1000 < core_wall(c).ms)
        return why_set(why, ERR_INVITE_EXPIRED, "%.*s", (int)(a->in->ally.len < 100 ? a->in->ally.len : 100),
                       (const char *)a->in->ally.at);
    c->env.random(c->env.ctx, seed, sizeof seed);
    sign_key_from_seed(invite ? invite->secret : seed, &a->secret);
    sign_wipe(seed, sizeof seed);
    memcpy(a->inviter, invite ? invite->inviter : core_own(c)->key.pub, SITE_BYTES);
    return ERR_OK;
}

/* The key of the row, where one waits already; or a new one. */
static err_t find_place(struct adding *a, struct why *why)
{
    struct own *own = core_own_named(a->c, slice_text(a->in->name));
    if (own && !own->waits)
        return why_set(why, ERR_SITE_EXISTS, "%.60s", a->in->name);
    a->fresh = !own;
    if (!own && a->c->own_n >= ARCHIVE_SITES_MAX)
        return why_set(why, ERR_ITEMS, "%d", ARCHIVE_SITES_MAX);
    if (own) {
        a->key = own->key;
        a->row = own->row;
        return ERR_OK;
    }
    err_t e = make_key(a, why);
    if (e)
        return e;
    memcpy(a->row.site, a->key.pub, SITE_BYTES);
    guard_choose(a->key.pub, a->guard, sizeof a->guard);
    a->row.name = slice_text(a->in->name);
    a->row.guard_path = slice_text(a->guard);
    return ERR_OK;
}

static err_t write_request(struct adding *a)
{
    struct join_request request = {.ally_name = a->in->ally, .site_name = a->row.name};
    memcpy(request.alliance, a->c->authority.alliance, ALLIANCE_BYTES);
    memcpy(request.secret_key, a->secret.pub, SITE_BYTES);
    memcpy(request.site, a->key.pub, SITE_BYTES);
    a->c->env.random(a->c->env.ctx, request.ally, ALLY_BYTES);
    join_encode(&request, &a->request);
    return a->request.err;
}

static err_t keep_rows(struct adding *a)
{
    struct core *c = a->c;
    const struct invite *invite = a->in->invite;
    struct slice name = a->row.name;
    struct invitation row = {.ally_name = a->in->ally, .expires_ms = core_wall(c).ms + 600000};
    memcpy(row.secret_key, a->secret.pub, SITE_BYTES);
    err_t e = a->fresh ? local_put_site(c->store, &a->row) : ERR_OK;
    if (!e)
        e = local_set(c->store, SETTING_FIRST, core_own(c)->row.name);
    if (!e)
        e = set_of(c, SETTING_SITE_REQUEST, name, buf_slice(&a->request));
    if (!e)
        e = set_of(c, SETTING_SITE_SECRET, name, slice_of(a->secret.secret, SEED_BYTES));
    if (!e)
        e = set_of(c, SETTING_SITE_INVITER, name, slice_of(a->inviter, SITE_BYTES));
    if (!e)
        e = set_of(c, SETTING_SITE_CODE, name, slice_of(a->secret.pub, SITE_BYTES));
    if (!e)
        e = set_of(c, SETTING_SITE_REFUSED, name, slice_text(""));
    if (!e)
        e = set_of(c, SETTING_SITE_MOVED, name, slice_text(""));
    for (size_t i = 0; invite && i < invite->addresses_n && !e; i++)
        e = local_address_add(c->store, invite->inviter, invite->addresses[i]);
    return e || invite ? e : local_put_invitation(c->store, &row);
}

static err_t keep(struct adding *a)
{
    err_t e = batch_begin(a->c);
    return e ? e : batch_close(a->c, keep_rows(a));
}

/* The same code again, of a site that is in: nothing is left to do. */
static bool is_done(struct adding *a)
{
    struct own *own = core_own_named(a->c, slice_text(a->in->name));
    struct slice code;
    struct sign_key secret;
    if (!own || own->waits || !a->in->invite ||
        get_of(a->c, SETTING_SITE_CODE, own->row.name, &a->c->frame, &code) != ERR_OK)
        return false;
    sign_key_from_seed(a->in->invite->secret, &secret);
    bool same = slice_equal(code, slice_of(secret.pub, SITE_BYTES));
    sign_key_wipe(&secret);
    return same;
}

static err_t make_join(struct core *c, const struct own *own, struct arena *arena, struct msg *m)
{
    struct slice seed;
    *m = (struct msg){.type = MSG_JOIN};
    err_t e = get_of(c, SETTING_SITE_REQUEST, own->row.name, arena, &m->join.request);
    if (!e)
        e = get_of(c, SETTING_SITE_SECRET, own->row.name, arena, &seed);
    if (!e && seed.len != SEED_BYTES)
        e = ERR_DATABASE;
    return e ? e : admit_sign(m->join.request, seed.at, &own->key, &m->join);
}

static err_t admit_here(struct core *c, const struct own *own, struct why *why)
{
    struct arena arena = {0};
    struct msg m;
    err_t e = make_join(c, own, &arena, &m);
    if (!e)
        e = admit_join(c, &m.join, own->key.pub, why);
    arena_fini(&arena);
    if (!e)
        sync_tell_roster(c);
    return e;
}

static err_t keep_refusal(struct core *c, const struct own *own)
{
    char text[ANSWER_BYTES];
    answer_write(own->join_error, own->join_detail, text);
    return set_of(c, SETTING_SITE_REFUSED, own->row.name, slice_text(text));
}

static err_t in_batch(struct core *c, const struct own *own, err_t (*work)(struct core *c, const struct own *own))
{
    err_t e = batch_begin(c);
    return e ? e : batch_close(c, work(c, own));
}

/* What passes by itself, "waiting" among it, is no refusal: the act comes, or the question is asked again. */
static err_t refuse(struct core *c, struct own *own, err_t said, const char *detail)
{
    char site[SHORT_LEN + 1];
    own->confirm = said == ERR_CONFIRM;
    if (!said || err_exit(said) == 75 || !ingest_survives(said))
        return ERR_OK;
    own->join_error = said;
    snprintf(own->join_detail, sizeof own->join_detail, "%.159s", detail);
    core_note(c, JOURNAL_WARN, "site.refused", "site=%s reason=%s",
              core_short(slice_of(own->key.pub, SITE_BYTES), site), err_name(said));
    return in_batch(c, own, keep_refusal);
}

err_t host_add(struct core *c, const struct host_site *in, struct why *why)
{
    struct adding a = {.c = c, .in = in};
    if (is_done(&a))
        return ERR_OK;
    buf_init(&a.request, LIMIT_ENVELOPE_BYTES);
    err_t e = hello_we_stand(c) ? found_site_name(in->name, why) : ERR_STANDING;
    if (!e)
        e = take_invite(&a, why);
    if (!e && c->is_registrar && (e = admit_knows_roster(c)) != ERR_OK)
        why_set(why, e, "%.60s", in->name);
    if (!e)
        e = find_place(&a, why);
    if (!e)
        e = write_request(&a);
    if (!e)
        e = keep(&a);
    if (!e && a.fresh)
        e = own_add(c, &a.row, why);
    sign_key_wipe(&a.key);
    sign_key_wipe(&a.secret);
    buf_fini(&a.request);
    struct own *own = e ? NULL : core_own_named(c, slice_text(in->name));
    if (own) {
        own->waits = true;
        own->join_error = ERR_OK;
        own->asked.ms = 0;
    }
    if (own && c->is_registrar && core_is_own(c, a.inviter) && (e = admit_here(c, own, why)) != ERR_OK)
        refuse(c, own, e, why->text);
    if (!e)
        host_tick(c, core_mono(c));
    return e;
}

/* ---- waiting ---- */

static err_t forget_request(struct core *c, const struct own *own)
{
    err_t e = set_of(c, SETTING_SITE_REQUEST, own->row.name, slice_text(""));
    if (!e)
        e = set_of(c, SETTING_SITE_SECRET, own->row.name, slice_text(""));
    if (!e)
        e = set_of(c, SETTING_SITE_INVITER, own->row.name, slice_text(""));
    return e ? e : set_of(c, SETTING_SITE_REFUSED, own->row.name, slice_text(""));
}

static err_t forget_site(struct core *c, const struct own *own)
{
    err_t e = forget_request(c, own);
    if (!e)
        e = set_of(c, SETTING_SITE_CODE, own->row.name, slice_text(""));
    if (!e)
        e = tokens_drop_site(c->store, own->row.name);
    return e ? e : local_drop_site(c->store, own->key.pub);
}

err_t host_remove(struct core *c, struct own *own, struct why *why)
{
    char name[KEY_BYTES], old[KEY_BYTES];
    key_of("", own->row.name, name);
    snprintf(old, sizeof old, "%.*s.old", (int)own->row.name.len, (const char *)own->row.name.at);
    if (own == c->own || !own->waits)
        return why_set(why, own == c->own ? ERR_SITE_OWN : ERR_MEMBER, "%.100s", name);
    err_t e = in_batch(c, own, forget_site);
    if (e)
        return e;
    own_drop(c, (size_t)(own - c->own));
    return keyfile_move(c->dir, name, old, why);
}

static void note_admitted(struct core *c, struct own *own)
{
    char site[SHORT_LEN + 1];
    if (in_batch(c, own, forget_request))
        return;
    own->waits = false;
    own->join_error = ERR_OK;
    core_note(c, JOURNAL_INFO, "site.admitted", "site=%s roster=%llu",
              core_short(slice_of(own->key.pub, SITE_BYTES), site), (unsigned long long)c->authority.roster_number);
}

/* The inviter's session, or that of another site of the same ally: its key may have been replaced meanwhile. */
static struct peer *inviter_of(struct core *c, const struct own *own, struct arena *arena)
{
    struct slice inviter;
    if (get_of(c, SETTING_SITE_INVITER, own->row.name, arena, &inviter) || inviter.len != SITE_BYTES)
        return NULL;
    const struct site *known = authority_site(&c->authority, inviter.at);
    struct peer *p = sync_peer_of(c, inviter.at);
    for (size_t i = 0; known && !p && i < c->authority.sites_n; i++)
        if (c->authority.sites[i].ally == known->ally)
            p = sync_peer_of(c, c->authority.sites[i].id);
    return p;
}

/* Answers say not to which question they belong: but one is out. */
static bool is_due(const struct own *own, const struct peer *p, struct mono now)
{
    if (!p->member || p->state < SESSION_DIFF || p->join_out || p->joins_open)
        return false;
    return !own->asked.ms || own->asked.ms < p->since.ms || now.ms - own->asked.ms >= ASK_AGAIN_MS;
}

/* The code is ours, so no session leads to who judges it; or an attempt was stopped between its row and the act. */
static bool ask_ourselves(struct core *c, struct own *own, struct mono now)
{
    struct arena arena = {0};
    struct slice inviter;
    struct why why = {0};
    bool ours = get_of(c, SETTING_SITE_INVITER, own->row.name, &arena, &inviter) == ERR_OK &&
                inviter.len == SITE_BYTES && core_is_own(c, inviter.at);
    if (ours && (!own->asked.ms || now.ms - own->asked.ms >= ASK_AGAIN_MS)) {
        own->asked = now;
        refuse(c, own, admit_here(c, own, &why), why.text);
    }
    arena_fini(&arena);
    return ours;
}

static void ask(struct core *c, struct own *own, struct mono now)
{
    struct arena arena = {0};
    struct msg m;
    if (ask_ourselves(c, own, now))
        return;
    struct peer *p = inviter_of(c, own, &arena);
    if (p && is_due(own, p, now) && make_join(c, own, &arena, &m) == ERR_OK && sync_send(c, p, &m)) {
        p->join_out = true;
        memcpy(p->join_site, own->key.pub, SITE_BYTES);
        own->asked = now;
    }
    arena_fini(&arena);
}

void host_tick(struct core *c, struct mono now)
{
    for (size_t i = 0; i < c->own_n; i++) {
        struct own *own = &c->own[i];
        if (own->waits && authority_site(&c->authority, own->key.pub))
            note_admitted(c, own);
        if (own->waits && !own->join_error && c->serves)
            ask(c, own, now);
    }
}

err_t host_answered(struct core *c, struct peer *p, const struct msg_welcome *m)
{
    struct own *own = NULL;
    char detail[JOIN_DETAIL_BYTES];
    p->join_out = false;
    for (size_t i = 0; i < c->own_n; i++)
        if (memcmp(c->own[i].key.pub, p->join_site, SITE_BYTES) == 0)
            own = &c->own[i];
    if (!own || !own->waits)
        return ERR_OK;
    err_t said = answer_of(m, detail);
    return refuse(c, own, said == ERR_COUNT ? ERR_STANDING : said, detail);
}

/* ---- who hosts whom ---- */

bool host_of(struct core *c, const uint8_t site[SITE_BYTES], uint8_t host[SITE_BYTES])
{
    struct announcement a;
    struct arena arena = {0};
    bool hosted = core_is_own(c, site) && memcmp(core_own(c)->key.pub, site, SITE_BYTES) != 0;
    if (hosted)
        memcpy(host, core_own(c)->key.pub, SITE_BYTES);
    else
        hosted = announce_read(c, site, &arena, &a) == ERR_OK && announce_host(&a, host);
    arena_fini(&arena);
    return hosted;
}
