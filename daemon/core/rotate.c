#include "daemon/core/rotate.h"
#include "daemon/core/admit.h"
#include "daemon/core/ingest.h"
#include "daemon/core/joins.h"
#include "daemon/core/keyfile.h"
#include "daemon/core/own.h"
#include "daemon/core/roster.h"
#include <stdio.h>

#define KEY_NAME_BYTES (NAME_MAX_BYTES + 8)

static void name_of(const struct own *own, const char *suffix, char out[KEY_NAME_BYTES])
{
    snprintf(out, KEY_NAME_BYTES, "%.*s%s", (int)own->row.name.len, (const char *)own->row.name.at, suffix);
}

/* ---- the registrar's act ---- */

static err_t replace(struct core *c, const struct site *site, const uint8_t fresh[SITE_BYTES])
{
    struct arena arena = {0};
    struct roster_act act = {.kind = ACT_REPLACE_KEY};
    struct head *heads = NULL;
    size_t n = 0;
    err_t e = roster_heads(c, &arena, &heads, &n);
    if (!e) {
        act.heads = heads;
        act.heads_n = roster_heads_of_site(site->id, heads, n);
        memcpy(act.ally, c->authority.allies[site->ally].id, ALLY_BYTES);
        memcpy(act.old_site, site->id, SITE_BYTES);
        memcpy(act.site, fresh, SITE_BYTES);
        e = roster_act(c, &act);
    }
    arena_fini(&arena);
    return e;
}

static err_t keep_addresses(struct core *c, const struct join_request *r)
{
    err_t e = batch_begin(c);
    if (e)
        return e;
    for (size_t i = 0; i < r->endpoints_n && !e; i++)
        e = local_address_add(c->store, r->site, r->endpoints[i]);
    return batch_close(c, e);
}

static err_t check_request(const struct core *c, const struct join_request *r, struct why *why)
{
    const struct site *old = authority_site(&c->authority, r->secret_key);
    const struct roster_act *act = authority_replacement(&c->authority, r->secret_key);
    if (act && memcmp(act->site, r->site, SITE_BYTES) == 0)
        return ERR_NOTHING_TO_DO;
    if (old->ended)
        return why_set(why, ERR_STANDING, "%s", "key.rotate");
    if (memcmp(c->authority.allies[old->ally].id, r->ally, ALLY_BYTES) != 0)
        return why_set(why, ERR_WHO, "%s", "key.rotate");
    /* A key that is somebody's, was, or signs the roster is nobody's new one. */
    if (authority_site(&c->authority, r->site) || memcmp(c->authority.registrar, r->site, SITE_BYTES) == 0)
        return why_set(why, ERR_MEMBER, "%s", "key.rotate");
    return ERR_OK;
}

err_t rotate_judge(struct core *c, const struct join_request *r, struct why *why)
{
    err_t e = check_request(c, r, why);
    if (e)
        return e == ERR_NOTHING_TO_DO ? ERR_OK : e;
    if (!c->is_registrar)
        return why_set(why, ERR_WAITING, "%s", "key.rotate");
    e = admit_knows_roster(c);
    if (e)
        return e == ERR_RESTORED ? why_set(why, ERR_WAITING, "%s", "key.rotate") : e;
    e = keep_addresses(c, r);
    return e ? e : replace(c, authority_site(&c->authority, r->secret_key), r->site);
}

/* ---- asking ---- */

static err_t write_request(struct core *c, const struct own *own, const struct site *site, const struct sign_key *fresh,
                           struct buf *out)
{
    const struct ally *ally = &c->authority.allies[site->ally];
    struct join_request r = {.ally_name = ally->name, .site_name = own->row.name, .college = ally->college};
    memcpy(r.alliance, c->authority.alliance, ALLIANCE_BYTES);
    memcpy(r.secret_key, own->key.pub, SITE_BYTES);
    memcpy(r.site, fresh->pub, SITE_BYTES);
    memcpy(r.ally, ally->id, ALLY_BYTES);
    /* A hosted one is reached by its host. */
    if (own == c->own)
        join_endpoints(c->endpoints, &r);
    join_encode(&r, out);
    return out->err;
}

static err_t ask(struct core *c, const struct own *own, const struct site *site, const struct sign_key *fresh)
{
    struct msg_join m = {0};
    struct join_request r;
    struct buf request;
    buf_init(&request, LIMIT_ENVELOPE_BYTES);
    err_t e = write_request(c, own, site, fresh, &request);
    m.request = buf_slice(&request);
    if (!e)
        e = join_decode(m.request, &r);
    if (!e)
        e = sign_make(&own->key, DOMAIN_JOIN, m.request, m.secret_signature);
    if (!e)
        e = sign_make(fresh, DOMAIN_JOIN, m.request, m.site_signature);
    if (!e)
        e = joins_keep(c, MSG_JOIN, &m, &r);
    buf_fini(&request);
    return e;
}

err_t rotate_key(struct core *c, struct own *own, uint8_t fresh[SITE_BYTES], bool *waits, struct why *why)
{
    struct sign_key key = {0};
    uint8_t wanted[SITE_BYTES];
    char name[KEY_NAME_BYTES];
    name_of(own, ".next", name);
    err_t e = roster_may_act(c, "key.rotate", why);
    /* The registrar's key may be at another site of the secretariat. */
    *waits = e == ERR_WHO || e == ERR_KEY_REGISTRAR;
    e = *waits ? ERR_OK : e;
    *why = e ? *why : (struct why){0};
    const struct site *site = e ? NULL : authority_site(&c->authority, own->key.pub);
    if (!e && !site)
        e = ERR_STANDING;
    if (!e && site->ended)
        e = why_set(why, ERR_NOTHING_TO_DO, "%s", "key.rotate");
    if (!e)
        e = keyfile_next(c->dir, name, &c->env, &key, why);
    if (!e && !*waits)
        e = replace(c, site, key.pub);
    /* One that is on its way already is not said twice, though our addresses may be others by now. */
    else if (!e && (joins_wanted(c, own->key.pub, wanted) || memcmp(wanted, key.pub, SITE_BYTES) != 0))
        e = ask(c, own, site, &key);
    if (!e)
        memcpy(fresh, key.pub, SITE_BYTES);
    own->rekey_error = ERR_OK;
    sign_key_wipe(&key);
    return e;
}

/* ---- finishing ---- */

static err_t switch_row(struct core *c, const struct own *own, const uint8_t fresh[SITE_BYTES])
{
    char guard[512];
    struct own_site row = {.name = own->row.name};
    memcpy(row.site, fresh, SITE_BYTES);
    guard_choose(fresh, guard, sizeof guard);
    row.guard_path = slice_text(guard);
    err_t e = batch_begin(c);
    if (e)
        return e;
    e = local_drop_site(c->store, own->key.pub);
    return batch_close(c, e ? e : local_put_site(c->store, &row));
}

/* The new key stands in the roster, for the same ally, and the old one is over. */
static bool is_replaced(const struct core *c, const struct own *own, const uint8_t fresh[SITE_BYTES])
{
    const struct site *old = authority_site(&c->authority, own->key.pub), *site = authority_site(&c->authority, fresh);
    return old && site && old->ended && !site->ended && old->ally == site->ally;
}

/* The key that waits for this site, where the act that gives it stands. */
static bool has_next(struct core *c, const struct own *own, struct sign_key *key)
{
    char name[KEY_NAME_BYTES];
    struct why ignored = {0};
    const struct site *site = c->founded ? authority_site(&c->authority, own->key.pub) : NULL;
    if (!site || !site->ended)
        return false;
    name_of(own, ".next", name);
    return keyfile_read(c->dir, name, key, &ignored) == ERR_OK && is_replaced(c, own, key->pub);
}

bool rotate_due(struct core *c)
{
    bool due = false;
    for (size_t i = 0; i < c->own_n; i++) {
        struct sign_key key = {0};
        due |= has_next(c, &c->own[i], &key);
        sign_key_wipe(&key);
    }
    return due;
}

err_t rotate_finish(struct core *c, bool *switched, struct why *why)
{
    bool any = false;
    err_t e = ERR_OK;
    for (size_t i = 0; i < c->own_n && !e; i++) {
        struct sign_key key = {0};
        if (has_next(c, &c->own[i], &key)) {
            e = switch_row(c, &c->own[i], key.pub);
            any = true;
        }
        sign_key_wipe(&key);
    }
    if (!e && any) {
        core_note(c, JOURNAL_WARN, "key.rotated", "roster=%llu", (unsigned long long)c->authority.roster_number);
        own_close(c);
        e = own_open(c, why);
        if (!e)
            own_settle(c);
        c->digests_known = false;
    }
    if (switched)
        *switched = any;
    return e;
}

err_t rotate_settle(const char *dir, const char *name, const uint8_t site[SITE_BYTES], struct why *why)
{
    char next[KEY_NAME_BYTES], old[KEY_NAME_BYTES];
    struct sign_key key = {0}, now = {0};
    struct why ignored = {0};
    snprintf(next, sizeof next, "%s.next", name);
    snprintf(old, sizeof old, "%s.old", name);
    bool ours = keyfile_read(dir, next, &key, &ignored) == ERR_OK && memcmp(key.pub, site, SITE_BYTES) == 0;
    bool before = ours && keyfile_read(dir, name, &now, &ignored) == ERR_OK;
    err_t e = before ? keyfile_move(dir, name, old, why) : ERR_OK;
    if (!e && ours)
        e = keyfile_move(dir, next, name, why);
    sign_key_wipe(&key);
    sign_key_wipe(&now);
    return e;
}
