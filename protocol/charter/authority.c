/*
 * authority: looking up in what evaluate.c built; standing.c answers what of a log counts.
 */
#include "protocol/charter/authority.h"

#include "protocol/charter/state.h"

#include <stdlib.h>

void authority_fini(struct authority *a)
{
    if (!a)
        return;
    arena_fini(&a->arena);
    *a = (struct authority){0};
}

static int by_site_id(const void *left, const void *right)
{
    const struct site *a = left, *b = right;
    return memcmp(a->id, b->id, SITE_BYTES);
}

const struct site *authority_site(const struct authority *a, const uint8_t site[SITE_BYTES])
{
    struct site key = {0};
    if (a->sites_n == 0)
        return NULL;
    memcpy(key.id, site, SITE_BYTES);
    return bsearch(&key, a->sites, a->sites_n, sizeof *a->sites, by_site_id);
}

static const struct roster_act *replacement(const struct authority *a, const uint8_t site[SITE_BYTES], bool old)
{
    for (size_t i = 0; i < a->acts_n; i++) {
        const struct roster_act *act = &a->acts[i].act;
        if (a->acts[i].effect && act->kind == ACT_REPLACE_KEY &&
            memcmp(old ? act->old_site : act->site, site, SITE_BYTES) == 0)
            return act;
    }
    return NULL;
}

const struct roster_act *authority_replacement(const struct authority *a, const uint8_t old_site[SITE_BYTES])
{
    return replacement(a, old_site, true);
}

const uint8_t *authority_replaces(const struct authority *a, const uint8_t site[SITE_BYTES])
{
    const struct roster_act *act = replacement(a, site, false);
    return act ? act->old_site : NULL;
}

const struct roster_act *authority_admission(const struct authority *a, const uint8_t ally[ALLY_BYTES])
{
    for (size_t i = 0; a->charters_n && i < a->charters[0].allies_n; i++)
        if (memcmp(a->charters[0].allies[i].id, ally, ALLY_BYTES) == 0)
            return NULL;
    for (size_t i = 0; i < a->acts_n; i++)
        if (a->acts[i].effect && a->acts[i].act.kind == ACT_ADMIT && memcmp(a->acts[i].act.ally, ally, ALLY_BYTES) == 0)
            return &a->acts[i].act;
    return NULL;
}

const struct ally *authority_ally_of(const struct authority *a, const uint8_t site[SITE_BYTES])
{
    const struct site *s = authority_site(a, site);
    return s ? &a->allies[s->ally] : NULL;
}

const struct ally *authority_ally(const struct authority *a, const uint8_t ally[ALLY_BYTES])
{
    return state_ally(a, ally);
}

bool authority_has_role(const struct authority *a, const uint8_t ally[ALLY_BYTES], const char *role)
{
    return a->charters_n > 0 && authority_has_role_at(a, a->charters_n - 1, ally, role);
}

uint64_t authority_rule(const struct authority *a, enum rule rule)
{
    return a->charters_n > 0 ? authority_rule_at(a, a->charters_n - 1, rule) : 0;
}
