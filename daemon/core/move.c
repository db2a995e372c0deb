#include "daemon/core/move.h"
#include "daemon/core/admit.h"
#include "daemon/core/announce.h"
#include "daemon/core/host.h"
#include "daemon/core/ingest.h"
#include "daemon/core/keyfile.h"
#include "daemon/core/own.h"
#include "daemon/core/sync.h"
#include "daemon/store/tokens.h"
#include <stdio.h>

#define KEY_BYTES (NAME_MAX_BYTES + 24)

static void key_of(const char *before, struct slice name, const char *behind, char out[KEY_BYTES])
{
    snprintf(out, KEY_BYTES, "%s%.*s%s", before, (int)name.len, (const char *)name.at, behind);
}

/* ---- offering ---- */

/* One of the secretariat's daemons holds all of it: the cut will be at what that one has. */
static bool is_copied(struct core *c, const struct own *own)
{
    const struct authority *a = &c->authority;
    bool copied = c->is_registrar;
    for (size_t i = 0; i < a->sites_n && !copied; i++) {
        uint64_t left = 1;
        uint8_t host[SITE_BYTES];
        if (a->sites[i].ended || !authority_has_role(a, a->allies[a->sites[i].ally].id, ROLE_SECRETARIAT))
            continue;
        const uint8_t *peer = host_of(c, a->sites[i].id, host) ? host : a->sites[i].id;
        copied = local_unheld_by(c->store, own->key.pub, peer, &left) == ERR_OK && left == 0;
    }
    return copied;
}

/* A daemon that only reaches out names another member: each passes the request on. */
static err_t other_inviter(struct core *c, struct arena *arena, struct invite *invite)
{
    for (size_t i = 0; i < c->authority.sites_n; i++) {
        const struct site *site = &c->authority.sites[i];
        struct announcement a;
        uint8_t host[SITE_BYTES];
        if (site->ended || core_is_own(c, site->id) || announce_read(c, site->id, arena, &a) || !a.endpoints_n ||
            announce_host(&a, host))
            continue;
        memcpy(invite->inviter, site->id, SITE_BYTES);
        memcpy(invite->addresses, a.endpoints, sizeof a.endpoints);
        invite->addresses_n = a.endpoints_n;
        return ERR_OK;
    }
    return ERR_NO_ADDRESS;
}

static err_t set_moving(struct core *c, struct own *own, bool moving)
{
    char key[KEY_BYTES];
    static const uint8_t yes = 1;
    key_of(SETTING_SITE_MOVING, own->row.name, "", key);
    err_t e = batch_begin(c);
    if (e)
        return e;
    e = batch_close(c, local_set(c->store, key, moving ? slice_of(&yes, 1) : slice_text("")));
    own->moving = e ? own->moving : moving;
    return e;
}

static err_t may_move(struct core *c, const struct own *own, struct why *why)
{
    char name[NAME_MAX_BYTES + 1] = "";
    memcpy(name, own->row.name.at, own->row.name.len < NAME_MAX_BYTES ? own->row.name.len : NAME_MAX_BYTES);
    err_t e = own == c->own                                  ? ERR_SITE_OWN
              : !authority_site(&c->authority, own->key.pub) ? ERR_STANDING
              : !own->moving && !own_may_write(c, own)       ? own_why_not(c, own)
              : (known_note_held(c), is_copied(c, own))      ? ERR_OK
                                                             : ERR_SITE_UNCOPIED;
    return e ? why_set(why, e, "%.100s", name) : ERR_OK;
}

err_t move_offer(struct core *c, struct own *own, int64_t expires_ms, const char *addresses, struct buf *code,
                 struct why *why)
{
    struct arena arena = {0};
    struct invite invite = {.expires_s = (uint64_t)(expires_ms / 1000)};
    err_t e = may_move(c, own, why);
    if (!e && *addresses)
        e = admit_addresses(&invite, addresses, why);
    else if (!e && (e = other_inviter(c, &arena, &invite)) != ERR_OK)
        why_set(why, e, "%s", "zeromq.announce");
    if (!e) {
        if (*addresses)
            memcpy(invite.inviter, core_own(c)->key.pub, SITE_BYTES);
        memcpy(invite.alliance, c->authority.alliance, ALLIANCE_BYTES);
        memcpy(invite.charter_id, c->authority.charter_id, HASH_BYTES);
        memcpy(invite.secret, own->key.secret, SEED_BYTES);
        invite.ally_name = authority_ally_of(&c->authority, own->key.pub)->name;
        e = invite_encode(&invite, code);
    }
    if (!e)
        e = set_moving(c, own, true);
    if (!e)
        core_note(c, JOURNAL_WARN, "site.moving", "name=%.*s", (int)own->row.name.len, (const char *)own->row.name.at);
    sign_wipe(&invite, sizeof invite);
    arena_fini(&arena);
    return e;
}

err_t move_cancel(struct core *c, struct own *own, struct why *why)
{
    if (!own->moving)
        return why_set(why, ERR_NOTHING_TO_DO, "%s", "site move --cancel");
    return set_moving(c, own, false);
}

/* ---- gone ---- */

/* A new key of our own making changes over by itself (rotate.h). */
static const struct roster_act *replaced_elsewhere(struct core *c, const struct own *own)
{
    const struct site *site = authority_site(&c->authority, own->key.pub);
    const struct roster_act *act = site && site->ended ? authority_replacement(&c->authority, own->key.pub) : NULL;
    char name[KEY_BYTES];
    struct sign_key key = {0};
    struct why ignored = {0};
    if (!act)
        return NULL;
    key_of("", own->row.name, ".next", name);
    bool ours = keyfile_read(c->dir, name, &key, &ignored) == ERR_OK && memcmp(key.pub, act->site, SITE_BYTES) == 0;
    sign_key_wipe(&key);
    return ours ? NULL : act;
}

static err_t drop_row(struct core *c, const struct own *own, const uint8_t fresh[SITE_BYTES])
{
    char moving[KEY_BYTES], moved[KEY_BYTES];
    key_of(SETTING_SITE_MOVING, own->row.name, "", moving);
    key_of(SETTING_SITE_MOVED, own->row.name, "", moved);
    err_t e = batch_begin(c);
    if (e)
        return e;
    e = local_drop_site(c->store, own->key.pub);
    if (!e)
        e = tokens_drop_site(c->store, own->row.name);
    if (!e)
        e = local_set(c->store, moving, slice_text(""));
    return batch_close(c, e ? e : local_set(c->store, moved, slice_of(fresh, SITE_BYTES)));
}

static void set_key_aside(struct core *c, struct slice name)
{
    char from[KEY_BYTES], to[KEY_BYTES];
    struct why why = {0};
    key_of("", name, "", from);
    key_of("", name, ".moved", to);
    if (keyfile_move(c->dir, from, to, &why))
        core_note(c, JOURNAL_WARN, "site.moved", "key=%s reason=%s", from, err_name(why.code));
}

void move_tick(struct core *c)
{
    for (size_t i = c->own_n; i-- > 1;) {
        const struct roster_act *act = replaced_elsewhere(c, &c->own[i]);
        if (!act || drop_row(c, &c->own[i], act->site))
            continue;
        set_key_aside(c, c->own[i].row.name);
        core_note(c, JOURNAL_WARN, "site.moved", "name=%.*s", (int)c->own[i].row.name.len,
                  (const char *)c->own[i].row.name.at);
        own_drop(c, i);
    }
}

/* A crash lay between the row and the file. */
static void finish_one(struct core *c, struct slice name)
{
    char file[KEY_BYTES];
    struct sign_key key = {0};
    struct why ignored = {0};
    key_of("", name, "", file);
    if (!core_own_named(c, name) && keyfile_read(c->dir, file, &key, &ignored) == ERR_OK) {
        const struct site *site = authority_site(&c->authority, key.pub);
        if (site && site->ended)
            set_key_aside(c, name);
    }
    sign_key_wipe(&key);
}

err_t move_open(struct core *c)
{
    struct arena arena = {0};
    struct setting_row *rows = NULL;
    size_t n = 0;
    err_t e = local_settings(c->store, SETTING_SITE_MOVING, &arena, &rows, &n);
    for (size_t i = 0; i < n && !e; i++) {
        struct own *own = core_own_named(c, rows[i].name);
        if (own)
            own->moving = true;
    }
    if (!e)
        e = local_settings(c->store, SETTING_SITE_MOVED, &arena, &rows, &n);
    for (size_t i = 0; i < n && !e; i++)
        finish_one(c, rows[i].name);
    arena_fini(&arena);
    return e;
}

bool move_is_gone(struct core *c, struct slice name)
{
    struct arena arena = {0};
    struct slice value;
    char key[KEY_BYTES];
    bool gone = name.len <= NAME_MAX_BYTES &&
                (key_of(SETTING_SITE_MOVED, name, "", key), local_get(c->store, key, &arena, &value) == ERR_OK);
    arena_fini(&arena);
    return gone;
}
