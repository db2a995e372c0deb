#include "daemon/core/registrar.h"
#include "daemon/core/keyfile.h"

#define NEXT_NAME REGISTRAR_KEY_NAME ".next"
#define OLD_NAME  REGISTRAR_KEY_NAME ".old"

static bool is_named(const struct core *c, const struct sign_key *key)
{
    return memcmp(key->pub, c->authority.registrar, SITE_BYTES) == 0;
}

/* Stopped between the two, it is the next key that is found and named: the second goes on alone. */
static err_t take_place(struct core *c)
{
    struct sign_key old = {0};
    struct why why = {0};
    err_t e = keyfile_read(c->dir, REGISTRAR_KEY_NAME, &old, &why);
    e = e == ERR_OK ? keyfile_move(c->dir, REGISTRAR_KEY_NAME, OLD_NAME, &why) : ERR_OK;
    if (!e)
        e = keyfile_move(c->dir, NEXT_NAME, REGISTRAR_KEY_NAME, &why);
    sign_key_wipe(&old);
    return e;
}

void registrar_load(struct core *c)
{
    struct why why = {0};
    if (c->is_registrar && is_named(c, &c->registrar))
        return;
    sign_key_wipe(&c->registrar);
    c->is_registrar =
        keyfile_read(c->dir, REGISTRAR_KEY_NAME, &c->registrar, &why) == ERR_OK && is_named(c, &c->registrar);
    if (c->is_registrar)
        return;
    c->is_registrar = keyfile_read(c->dir, NEXT_NAME, &c->registrar, &why) == ERR_OK && is_named(c, &c->registrar);
    err_t e = c->is_registrar ? take_place(c) : ERR_OK;
    if (c->is_registrar)
        core_note(c, JOURNAL_WARN, "registrar.key", "charter=%llu files=%s",
                  (unsigned long long)c->authority.charter_number, err_name(e));
    else
        sign_key_wipe(&c->registrar);
}

err_t registrar_next(struct core *c, uint8_t out[SITE_BYTES], struct why *why)
{
    struct sign_key key = {0};
    err_t e = keyfile_next(c->dir, NEXT_NAME, &c->env, &key, why);
    if (!e)
        memcpy(out, key.pub, SITE_BYTES);
    sign_key_wipe(&key);
    return e;
}

bool registrar_is_lost(struct core *c)
{
    size_t sites = 0;
    const struct ally *ally = core_own(c) ? authority_ally_of(&c->authority, core_own(c)->key.pub) : NULL;
    if (!ally || c->is_registrar || ally->ended || !authority_has_role(&c->authority, ally->id, ROLE_SECRETARIAT))
        return false;
    for (size_t i = 0; i < c->authority.sites_n; i++)
        sites += &c->authority.allies[c->authority.sites[i].ally] == ally && !c->authority.sites[i].ended;
    return sites == 1;
}
