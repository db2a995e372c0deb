#include "daemon/core/rotate.h"
#include "daemon/core/ingest.h"
#include "daemon/core/keyfile.h"
#include "daemon/core/own.h"
#include "daemon/core/roster.h"
#include "daemon/core/sync.h"
#include <stdio.h>

#define KEY_NAME_BYTES (NAME_MAX_BYTES + 8)

static void name_of(const struct own *own, const char *suffix, char out[KEY_NAME_BYTES])
{
    snprintf(out, KEY_NAME_BYTES, "%.*s%s", (int)own->row.name.len, (const char *)own->row.name.at, suffix);
}

/* One that an attempt left is taken: the act may have gone out with it. */
static err_t next_key(struct core *c, const struct own *own, struct sign_key *out, struct why *why)
{
    char name[KEY_NAME_BYTES];
    uint8_t seed[SEED_BYTES];
    name_of(own, ".next", name);
    err_t e = keyfile_read(c->dir, name, out, why);
    if (e != ERR_KEY_MISSING)
        return e;
    c->env.random(c->env.ctx, seed, sizeof seed);
    e = keyfile_write(c->dir, name, seed, why);
    if (!e)
        sign_key_from_seed(seed, out);
    sign_wipe(seed, sizeof seed);
    return e;
}

static err_t heads_of(struct core *c, const uint8_t site[SITE_BYTES], struct arena *arena, struct roster_act *act)
{
    struct msg_head *all = NULL;
    size_t n = 0;
    err_t e = digests_heads(c, arena, &all, &n);
    struct head *heads = e ? NULL : arena_alloc(arena, n + 1, sizeof *heads);
    if (e || !heads)
        return e ? e : ERR_MEMORY;
    for (size_t i = 0; i < n; i++) {
        if (memcmp(all[i].site, site, SITE_BYTES) != 0)
            continue;
        struct head *head = &heads[act->heads_n++];
        memcpy(head->log.site, all[i].site, SITE_BYTES);
        memcpy(head->id, all[i].id, HASH_BYTES);
        head->log.incarnation = all[i].incarnation;
        head->seq = all[i].seq;
    }
    act->heads = heads;
    return ERR_OK;
}

err_t rotate_key(struct core *c, uint8_t fresh[SITE_BYTES], struct why *why)
{
    struct arena arena = {0};
    struct sign_key key = {0};
    struct roster_act act = {.kind = ACT_REPLACE_KEY};
    struct own *own = core_own(c);
    err_t e = roster_may_act(c, "key.rotate", why);
    const struct site *site = e ? NULL : authority_site(&c->authority, own->key.pub);
    if (!e && site->ended)
        e = why_set(why, ERR_NOTHING_TO_DO, "%s", "key.rotate");
    if (!e)
        e = next_key(c, own, &key, why);
    if (!e)
        e = heads_of(c, own->key.pub, &arena, &act);
    if (!e) {
        memcpy(act.ally, c->authority.allies[site->ally].id, ALLY_BYTES);
        memcpy(act.old_site, own->key.pub, SITE_BYTES);
        memcpy(act.site, key.pub, SITE_BYTES);
        e = roster_act(c, &act);
    }
    if (!e)
        memcpy(fresh, key.pub, SITE_BYTES);
    sign_key_wipe(&key);
    arena_fini(&arena);
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
    if (!e)
        e = local_put_site(c->store, &row);
    if (!e)
        return batch_end(c);
    batch_abort(c);
    return e;
}

/* The new key stands in the roster, for the same ally, and the old one is over. */
static bool is_replaced(const struct core *c, const struct own *own, const uint8_t fresh[SITE_BYTES])
{
    const struct site *old = authority_site(&c->authority, own->key.pub), *site = authority_site(&c->authority, fresh);
    return old && site && old->ended && !site->ended && old->ally == site->ally;
}

err_t rotate_finish(struct core *c, bool *switched, struct why *why)
{
    bool any = false;
    err_t e = ERR_OK;
    for (size_t i = 0; i < c->own_n && !e; i++) {
        const struct site *site = c->founded ? authority_site(&c->authority, c->own[i].key.pub) : NULL;
        char name[KEY_NAME_BYTES];
        struct sign_key key = {0};
        if (!site || !site->ended)
            continue;
        name_of(&c->own[i], ".next", name);
        if (keyfile_read(c->dir, name, &key, why) == ERR_OK && is_replaced(c, &c->own[i], key.pub)) {
            e = switch_row(c, &c->own[i], key.pub);
            any = true;
        }
        sign_key_wipe(&key);
    }
    *why = e ? *why : (struct why){0};
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
