/*
 * charter_next: charters after 0 (PROTOCOL.md §7.2): whether one follows from the state it builds on, who may sign it and who has, and how to draft the next.
 * Form looks at each ally and site of the state, then at each of the charter: nobody who has a say disappears in silence, and no key that ended or
 * is another's comes in.
 */
#include "protocol/charter/charter.h"

#include "protocol/charter/charter_read.h"
#include "protocol/charter/state.h"

#include <stdlib.h>

/* ---- form ---- */

static bool follows(const struct charter *next, const struct authority *before)
{
    return next->number == before->charter_number + 1 && memcmp(next->prev, before->charter_id, HASH_BYTES) == 0 &&
           next->roster_number == before->roster_number && memcmp(next->roster_id, before->roster_id, HASH_BYTES) == 0;
}

/* Of a ratified or a listed ally, each site that has not ended is listed as its own, or cut. */
static bool site_accounted_for(const struct charter *next, const struct authority *before, const struct site *s)
{
    const struct ally *ally = &before->allies[s->ally];
    bool listed = charter_lists_site(next, s->id) != NULL;
    if (s->ended)
        return !listed;
    if (!listed)
        return heads_name_site(next->cuts, next->cuts_n, s->id) || (!ally->ratified && !charter_lists(next, ally->id));
    const struct charter_ally *of = charter_lists(next, ally->id);
    for (size_t i = 0; of && i < of->sites_n; i++)
        if (memcmp(of->sites[i].site, s->id, SITE_BYTES) == 0)
            return true;
    return false; /* another ally's now */
}

/* An ally that left: it was one, and its heir is there. */
static bool departure_good(const struct charter *next, const struct authority *before, const struct charter_ally *a)
{
    if (a->sites_n > 0)
        return true;
    const struct charter_ally *heir = a->heir.len ? charter_lists(next, a->heir.at) : NULL;
    return state_ally(before, a->id) && (a->heir.len == 0 || (heir && heir->sites_n > 0));
}

/* A cut concerns a site that is known, and a site alone is cut because it is not listed. */
static bool cut_good(const struct charter *next, const struct authority *before, const struct head *cut)
{
    return state_site(before, cut->log.site) && (cut->log.incarnation != 0 || !charter_lists_site(next, cut->log.site));
}

err_t charter_check_next_form(const struct charter *next, const struct authority *before)
{
    bool good = follows(next, before) && !state_site(before, next->registrar);
    for (size_t i = 0; i < before->sites_n && good; i++)
        good = site_accounted_for(next, before, &before->sites[i]);
    for (size_t i = 0; i < next->allies_n && good; i++)
        good = departure_good(next, before, &next->allies[i]);
    for (size_t i = 0; i < next->cuts_n && good; i++)
        good = cut_good(next, before, &next->cuts[i]);
    return good ? ERR_OK : ERR_CHARTER;
}

/* ---- signatures ---- */

static bool keeps_role(const struct charter *next, const uint8_t *ally)
{
    const struct charter_ally *listed = charter_lists(next, ally);
    for (size_t i = 0; listed && listed->sites_n > 0 && i < next->roles_n; i++)
        if (memcmp(next->roles[i].ally, ally, ALLY_BYTES) == 0 &&
            slice_equal(next->roles[i].role, slice_text(ROLE_SECRETARIAT)))
            return true;
    return false;
}

/* Nobody votes on being dismissed as the secretariat. */
static bool is_voter(const struct charter *next, const struct authority *before, const struct ally *a)
{
    return a->ratified && (!authority_has_role(before, a->id, ROLE_SECRETARIAT) || keeps_role(next, a->id));
}

static bool has_signed(const struct charter *next, const struct authority *before, const struct ally *a)
{
    for (size_t i = 0; i < next->signatures_n; i++) {
        const struct charter_signature *sig = &next->signatures[i];
        const struct site *s = state_site(before, sig->site);
        if (s && s->votes && &before->allies[s->ally] == a &&
            sign_check(sig->site, DOMAIN_CHARTER, next->body, sig->signature) == ERR_OK)
            return true;
    }
    return false;
}

bool charter_voter(const struct charter *next, const struct authority *before, const uint8_t ally[ALLY_BYTES])
{
    const struct ally *a = state_ally(before, ally);
    return a && is_voter(next, before, a);
}

bool charter_signed_by(const struct charter *next, const struct authority *before, const uint8_t ally[ALLY_BYTES])
{
    const struct ally *a = state_ally(before, ally);
    return a && has_signed(next, before, a);
}

/* One signature at least, even where nobody is left to vote. */
struct charter_count charter_count(const struct charter *next, const struct authority *before)
{
    struct charter_count c = {0};
    for (size_t i = 0; i < before->allies_n; i++) {
        bool voter = is_voter(next, before, &before->allies[i]);
        c.voters += voter;
        c.signers += voter && has_signed(next, before, &before->allies[i]);
    }
    c.needed = c.voters ? (2 * c.voters + 2) / 3 : 1;
    return c;
}

err_t charter_check_next(const struct charter *next, const struct authority *before)
{
    err_t e = charter_check_next_form(next, before);
    if (e)
        return e;
    struct charter_count c = charter_count(next, before);
    return c.signers >= c.needed ? ERR_OK : ERR_CHARTER;
}

/* ---- copies with unequal signatures ---- */

static int by_site(const void *a, const void *b)
{
    return memcmp(a, b, SITE_BYTES);
}

static size_t add_good(const struct charter *from, const struct charter *of, const struct authority *before,
                       struct charter_signature *to, size_t n)
{
    size_t known = n;
    for (size_t i = 0; i < from->signatures_n; i++) {
        const struct charter_signature *s = &from->signatures[i];
        bool twice = false;
        for (size_t k = 0; k < known && !twice; k++)
            twice = by_site(to[k].site, s->site) == 0;
        if (!twice && (!before || state_site(before, s->site)) &&
            sign_check(s->site, DOMAIN_CHARTER, of->body, s->signature) == ERR_OK)
            to[n++] = *s;
    }
    return n;
}

err_t charter_merge(const struct charter *a, const struct charter *b, const struct authority *before, struct buf *out)
{
    if (memcmp(a->id, b->id, HASH_BYTES) != 0)
        return ERR_CHARTER;
    size_t room = a->signatures_n + b->signatures_n;
    struct charter_signature *sigs = calloc(room ? room : 1, sizeof *sigs);
    if (!sigs)
        return ERR_MEMORY;
    size_t n = add_good(a, a, before, sigs, 0);
    n = add_good(b, a, before, sigs, n);
    if (n > 1)
        qsort(sigs, n, sizeof *sigs, by_site);
    charter_encode(out, a->body, sigs, n, a->motion.len ? a->motion : b->motion);
    free(sigs);
    return out->err;
}

/* ---- drafting ---- */

static err_t draft_sites(const struct authority *a, size_t ally, struct arena *arena, struct charter_ally *out)
{
    struct charter_site *sites = arena_alloc(arena, a->sites_n, sizeof *sites);
    if (!sites)
        return ERR_MEMORY;
    size_t n = 0;
    for (size_t i = 0; i < a->sites_n; i++) {
        const struct site *s = &a->sites[i];
        if (s->ally != ally || s->ended)
            continue;
        memcpy(sites[n].site, s->id, SITE_BYTES);
        sites[n].name = s->name;
        sites[n++].votes = s->votes || s->vote_due;
    }
    out->sites = sites;
    out->sites_n = n;
    return ERR_OK;
}

static err_t draft_allies(const struct authority *a, bool ratify, struct arena *arena, struct charter *c)
{
    struct charter_ally *allies = arena_alloc(arena, a->allies_n, sizeof *allies);
    if (!allies)
        return ERR_MEMORY;
    for (size_t i = 0; i < a->allies_n; i++) {
        const struct ally *from = &a->allies[i];
        struct charter_ally *to = &allies[c->allies_n];
        if (from->ended || !(from->ratified || ratify))
            continue;
        memcpy(to->id, from->id, ALLY_BYTES);
        to->name = from->name;
        to->college = from->college;
        to->heir = from->heir;
        err_t e = draft_sites(a, i, arena, to);
        if (e)
            return e;
        c->allies_n++;
    }
    c->allies = allies;
    return ERR_OK;
}

err_t charter_draft_next(const struct authority *a, bool ratify, const struct head *checkpoint, size_t checkpoint_n,
                         struct arena *arena, struct charter *out)
{
    const struct charter *now = &a->charters[a->charters_n - 1];
    struct charter c = {
        .number = a->charter_number + 1, .name = a->name, .checkpoint = checkpoint, .checkpoint_n = checkpoint_n};
    err_t e = draft_allies(a, ratify, arena, &c);
    if (e)
        return e;
    memcpy(c.prev, a->charter_id, HASH_BYTES);
    memcpy(c.text_hash, now->text_hash, HASH_BYTES);
    memcpy(c.registrar, a->registrar, SITE_BYTES);
    c.roles = now->roles;
    c.roles_n = now->roles_n;
    c.rules = now->rules;
    c.rules_n = now->rules_n;
    c.scores = now->scores;
    c.scores_n = now->scores_n;
    c.roster_number = a->roster_number;
    memcpy(c.roster_id, a->roster_id, HASH_BYTES);
    *out = c;
    return ERR_OK;
}
