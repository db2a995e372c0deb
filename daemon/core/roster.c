#include "daemon/core/roster.h"
#include "daemon/core/admit.h"
#include "daemon/core/charters.h"
#include "daemon/core/ingest.h"
#include "daemon/core/keyfile.h"
#include "daemon/core/sync.h"

err_t roster_may_act(struct core *c, const char *what, struct why *why)
{
    const struct ally *ally = core_own(c) ? authority_ally_of(&c->authority, core_own(c)->key.pub) : NULL;
    if (!ally)
        return ERR_STANDING;
    if (!c->is_registrar && authority_has_role(&c->authority, ally->id, ROLE_SECRETARIAT))
        return why_set(why, ERR_KEY_REGISTRAR, "%.120s/keys/%s.key", c->dir, REGISTRAR_KEY_NAME);
    if (!c->is_registrar)
        return why_set(why, ERR_WHO, "%s", what);
    err_t e = admit_knows_roster(c);
    return e ? why_set(why, e, "%s", what) : ERR_OK;
}

err_t roster_sign(const struct core *c, struct roster_act *act, struct buf *carried)
{
    struct buf body;
    uint8_t signature[SIGNATURE_BYTES];
    buf_init(&body, LIMIT_CHARTER_BYTES);
    act->number = c->authority.roster_number + 1;
    memcpy(act->charter, c->authority.charter_id, HASH_BYTES);
    memcpy(act->prev, c->authority.roster_id, HASH_BYTES);
    roster_encode_body(&body, act);
    err_t e = body.err ? body.err : sign_make(&c->registrar, DOMAIN_ROSTER, buf_slice(&body), signature);
    if (!e) {
        roster_id(buf_slice(&body), act->id);
        roster_encode(carried, buf_slice(&body), signature);
        e = carried->err;
    }
    buf_fini(&body);
    return e;
}

/* Durable before anybody sees it: two acts with one predecessor would be a rift in the roster. */
static err_t store_act(struct core *c, const struct roster_act *act, struct slice carried)
{
    bool fresh = false;
    err_t e = batch_begin(c);
    if (e)
        return e;
    return batch_close(c, rolls_put_act(c->store, act->id, act->number, carried, &fresh));
}

err_t roster_act(struct core *c, struct roster_act *act)
{
    struct buf carried;
    buf_init(&carried, LIMIT_CHARTER_BYTES);
    err_t e = roster_sign(c, act, &carried);
    if (!e)
        e = store_act(c, act, buf_slice(&carried));
    buf_fini(&carried);
    if (e)
        return e;
    core_note(c, JOURNAL_WARN, "roster.act", "number=%llu kind=%d", (unsigned long long)act->number, (int)act->kind);
    e = charters_take_effect(c);
    sync_tell_roster(c);
    return e;
}

err_t roster_heads(struct core *c, struct arena *arena, struct head **out, size_t *n)
{
    struct msg_head *heads = NULL;
    size_t all = 0;
    err_t e = digests_heads(c, arena, &heads, &all);
    struct head *copy = e ? NULL : arena_alloc(arena, all + 1, sizeof *copy);
    if (e || !copy)
        return e ? e : ERR_MEMORY;
    for (size_t i = 0; i < all; i++) {
        memcpy(copy[i].log.site, heads[i].site, SITE_BYTES);
        memcpy(copy[i].id, heads[i].id, HASH_BYTES);
        copy[i].log.incarnation = heads[i].incarnation;
        copy[i].seq = heads[i].seq;
    }
    *out = copy;
    *n = all;
    return ERR_OK;
}

size_t roster_heads_of_ally(const struct core *c, const struct ally *ally, struct head *heads, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (authority_ally_of(&c->authority, heads[i].log.site) == ally)
            heads[kept++] = heads[i];
    return kept;
}

size_t roster_heads_of_site(const uint8_t site[SITE_BYTES], struct head *heads, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (memcmp(heads[i].log.site, site, SITE_BYTES) == 0)
            heads[kept++] = heads[i];
    return kept;
}

void roster_secretariat(const struct core *c, char *out, size_t size)
{
    size_t at = 0;
    *out = 0;
    for (size_t i = 0; i < c->authority.allies_n && at < size; i++) {
        struct slice name = c->authority.allies[i].name;
        if (authority_has_role(&c->authority, c->authority.allies[i].id, ROLE_SECRETARIAT))
            at += (size_t)snprintf(out + at, size - at, "%s%.*s", at ? ", " : "", (int)name.len, (const char *)name.at);
    }
}
