#include "daemon/core/recover.h"
#include "daemon/core/found.h"
#include "daemon/core/keyfile.h"
#include "daemon/store/guard.h"
#include "daemon/store/local.h"
#include "daemon/store/rolls.h"
#include "daemon/read/roll.h"
#include <limits.h>
#include <stdio.h>

static err_t open_store(const char *dir, enum store_mode mode, struct store **s, struct why *why)
{
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s/%s", dir, DATABASE_NAME) >= (int)sizeof path)
        return why_set(why, ERR_FILE, "%.150s", dir);
    return store_open(path, mode, s, why);
}

static void copy_name(struct slice name, char out[NAME_MAX_BYTES + 1])
{
    size_t n = name.len < NAME_MAX_BYTES ? name.len : NAME_MAX_BYTES;
    memcpy(out, name.at, n);
    out[n] = 0;
}

/* A key that is there already is what an earlier try left, or nothing to do. */
static err_t put_key(const char *dir, const char *name, const uint8_t seed[SEED_BYTES], bool *fresh, struct why *why)
{
    struct sign_key key, there = {0};
    err_t e = keyfile_write(dir, name, seed, why);
    if (e != ERR_DATA_EXISTS) {
        *fresh |= e == ERR_OK;
        return e;
    }
    sign_key_from_seed(seed, &key);
    e = keyfile_read(dir, name, &there, why);
    if (!e && memcmp(key.pub, there.pub, SITE_BYTES) != 0)
        e = why_set(why, ERR_KEY_OTHER, "keys/%.100s.key", name);
    sign_key_wipe(&key);
    sign_key_wipe(&there);
    return e;
}

/* ---- into a directory with a site ---- */

struct known {
    struct arena arena;
    struct own_site *sites;
    size_t sites_n;
    struct charter charter;
    bool has_charter;
};

static err_t look(const char *dir, struct known *known, struct why *why)
{
    struct store *s = NULL;
    struct slice *charters = NULL;
    size_t n = 0;
    err_t e = open_store(dir, STORE_READ, &s, why);
    if (!e)
        e = local_sites(s, &known->arena, &known->sites, &known->sites_n);
    if (!e)
        e = rolls_charters(s, &known->arena, &charters, &n);
    /* The newest: a charter may name another registrar. */
    for (size_t i = n; !e && i-- > 0 && !known->has_charter;)
        known->has_charter = charter_decode(charters[i], &known->arena, &known->charter) == ERR_OK;
    store_close(s);
    return e;
}

/* Whose seed is it? */
static err_t give_one(const char *dir, const struct known *known, const uint8_t seed[SEED_BYTES], bool *fresh,
                      struct why *why)
{
    struct sign_key key;
    char name[NAME_MAX_BYTES + 1] = "";
    sign_key_from_seed(seed, &key);
    for (size_t i = 0; i < known->sites_n; i++)
        if (memcmp(key.pub, known->sites[i].site, SITE_BYTES) == 0)
            copy_name(known->sites[i].name, name);
    if (!*name && known->has_charter && memcmp(key.pub, known->charter.registrar, SITE_BYTES) == 0)
        snprintf(name, sizeof name, "%s", REGISTRAR_KEY_NAME);
    sign_key_wipe(&key);
    return *name ? put_key(dir, name, seed, fresh, why) : why_set(why, ERR_KEY_OTHER, "%.150s", dir);
}

err_t recover_give(const char *dir, const struct keytext *k, bool *fresh, struct why *why)
{
    struct known known = {.sites_n = 0};
    *fresh = false;
    err_t e = look(dir, &known, why);
    if (!e)
        e = give_one(dir, &known, k->seed, fresh, why);
    if (!e && k->has_registrar)
        e = give_one(dir, &known, k->registrar, fresh, why);
    arena_fini(&known.arena);
    return e;
}

/* ---- into an empty directory ---- */

static err_t put_all(struct store *s, const struct keytext *k, const uint8_t site[SITE_BYTES])
{
    static const uint8_t yes = 1;
    char guard[512];
    struct own_site row = {.name = slice_text(k->name)};
    memcpy(row.site, site, SITE_BYTES);
    guard_choose(site, guard, sizeof guard);
    row.guard_path = slice_text(guard);
    err_t e = local_set(s, SETTING_ALLIANCE, slice_of(k->alliance, ALLIANCE_BYTES));
    if (!e)
        e = local_set(s, SETTING_RESTORED, slice_of(&yes, 1));
    for (size_t i = 0; i < k->peers_n && !e; i++)
        e = local_address_add(s, k->peers[i].site, slice_text(k->peers[i].address));
    return e ? e : local_put_site(s, &row);
}

static err_t make_store(const char *dir, const struct keytext *k, const uint8_t site[SITE_BYTES], struct why *why)
{
    struct store *s = NULL;
    err_t e = open_store(dir, STORE_CREATE, &s, why);
    if (!e)
        e = store_begin(s);
    if (!e)
        e = put_all(s, k, site);
    if (!e)
        e = store_commit(s);
    if (e && s)
        store_rollback(s);
    store_close(s);
    return e;
}

err_t recover_found(const char *dir, const struct keytext *k, struct why *why)
{
    struct sign_key key;
    bool fresh = false;
    if (!k->has_alliance)
        return why_set(why, ERR_USAGE_MISSING, "--alliance ID --from HOST:PORT --peer KEY");
    if (!k->peers_n)
        return why_set(why, ERR_USAGE_MISSING, "--from HOST:PORT --peer KEY");
    err_t e = found_site_name(k->name, why);
    if (!e)
        e = found_dir(dir, why);
    if (!e)
        e = put_key(dir, k->name, k->seed, &fresh, why);
    if (!e && k->has_registrar)
        e = put_key(dir, REGISTRAR_KEY_NAME, k->registrar, &fresh, why);
    sign_key_from_seed(k->seed, &key);
    if (!e)
        e = make_store(dir, k, key.pub, why);
    sign_key_wipe(&key);
    return e;
}

/* ---- out of a directory ---- */

static err_t take_seed(const char *dir, const char *name, uint8_t seed[SEED_BYTES], struct why *why)
{
    struct sign_key key = {0};
    err_t e = keyfile_read(dir, name, &key, why);
    if (!e)
        memcpy(seed, key.secret, SEED_BYTES);
    sign_key_wipe(&key);
    return e;
}

static err_t choose(const struct known *known, struct why *why)
{
    struct buf names;
    buf_init(&names, 4096);
    for (size_t i = 0; i < known->sites_n; i++)
        buf_printf(&names, "%s%.*s", i ? ", " : "", (int)known->sites[i].name.len,
                   (const char *)known->sites[i].name.at);
    err_t e = why_set(why, ERR_SITE_CHOOSE, "--site %.140s", buf_text(&names) ? buf_text(&names) : "NAME");
    buf_fini(&names);
    return e;
}

err_t recover_keys(const char *dir, const char *name, bool registrar, struct keytext *out, struct why *why)
{
    struct known known = {.sites_n = 0};
    struct keytext k = {.peers_n = 0};
    err_t e = look(dir, &known, why);
    for (size_t i = 0; !e && i < known.sites_n && !k.has_seed; i++)
        if (!name || slice_equal(known.sites[i].name, slice_text(name))) {
            copy_name(known.sites[i].name, k.name);
            k.has_seed = true;
        }
    if (!e && known.sites_n > 1 && !name)
        e = choose(&known, why);
    if (!e && !k.has_seed)
        e = why_set(why, name ? ERR_SITE_UNKNOWN : ERR_NO_DATA, "%.150s", name ? name : dir);
    if (!e)
        e = take_seed(dir, k.name, k.seed, why);
    if (!e && registrar) {
        k.has_registrar = true;
        e = take_seed(dir, REGISTRAR_KEY_NAME, k.registrar, why);
    }
    if (!e)
        *out = k;
    keytext_wipe(&k);
    arena_fini(&known.arena);
    return e;
}
