/*
 * authority: charter first, then the roster's chain, act by act (PROTOCOL.md §7). The acts are sorted by (number, predecessor, id): one walk
 * then meets, for each place of the chain, the acts that may stand there, the lowest id first, and the first whose signature holds stands;
 * the order of arrival cannot show. An act that says nothing sensible (an unknown ally, a key that is taken) keeps its place in the chain
 * and has no effect.
 */
#include "protocol/charter/authority.h"

#include <stdlib.h>

#define FOUNDERS_MIN 3 /* until so many allies are ratified, an admission is full at once */

static struct ally *find_ally(const struct authority *a, const uint8_t *id)
{
    for (size_t i = 0; i < a->allies_n; i++)
        if (memcmp(a->allies[i].id, id, ALLY_BYTES) == 0)
            return &a->allies[i];
    return NULL;
}

static struct site *find_site(const struct authority *a, const uint8_t *id)
{
    for (size_t i = 0; i < a->sites_n; i++)
        if (memcmp(a->sites[i].id, id, SITE_BYTES) == 0)
            return &a->sites[i];
    return NULL;
}

static bool key_taken(const struct authority *a, const uint8_t *key)
{
    return find_site(a, key) != NULL || memcmp(key, a->registrar, SITE_BYTES) == 0;
}

static size_t ratified_n(const struct authority *a)
{
    size_t n = 0;
    for (size_t i = 0; i < a->allies_n; i++)
        n += a->allies[i].ratified;
    return n;
}

static void add_site(struct authority *a, const uint8_t *key, struct slice name, const struct ally *ally, bool votes)
{
    struct site *s = &a->sites[a->sites_n++];
    memcpy(s->id, key, SITE_BYTES);
    s->name = name;
    s->ally = (size_t)(ally - a->allies);
    s->votes = votes;
}

/* Names outlive the acts they came in. */
static err_t keep(struct authority *a, struct slice in, struct slice *out)
{
    return arena_copy(&a->arena, in, out);
}

static err_t admit(struct authority *a, const struct roster_act *act)
{
    struct slice ally_name, site_name;
    struct ally *ally = find_ally(a, act->ally);
    if (key_taken(a, act->site))
        return ERR_OK;
    err_t e = keep(a, act->site_name, &site_name);
    if (!e && !ally)
        e = keep(a, act->ally_name, &ally_name);
    if (e)
        return e;
    bool votes = false; /* a further site of a known ally: the roster gives no votes */
    if (!ally) {
        bool full = ratified_n(a) < FOUNDERS_MIN;
        votes = full;
        ally = &a->allies[a->allies_n++];
        *ally = (struct ally){.name = ally_name, .college = act->college, .ratified = full};
        memcpy(ally->id, act->ally, ALLY_BYTES);
    }
    add_site(a, act->site, site_name, ally, votes);
    return ERR_OK;
}

static err_t suspend(struct authority *a, const struct roster_act *act)
{
    struct ally *ally = find_ally(a, act->ally);
    if (ally)
        ally->suspended = true;
    return ERR_OK;
}

static err_t lift(struct authority *a, const struct roster_act *act)
{
    struct ally *ally = find_ally(a, act->ally);
    if (ally)
        ally->suspended = false;
    return ERR_OK;
}

/* The old key stays known, without a vote: what it signed before its cut goes on counting. */
static err_t replace_key(struct authority *a, const struct roster_act *act)
{
    struct ally *ally = find_ally(a, act->ally);
    struct site *old = find_site(a, act->old_site);
    if (!ally || !old || &a->allies[old->ally] != ally || key_taken(a, act->site))
        return ERR_OK;
    old->votes = false;
    add_site(a, act->site, old->name, ally, false);
    return ERR_OK;
}

/* Heads that are fixed change nothing about allies and sites. */
static err_t checkpoint(struct authority *a, const struct roster_act *act)
{
    (void)a;
    (void)act;
    return ERR_OK;
}

static err_t (*const effects[])(struct authority *a, const struct roster_act *act) = {
    [ACT_ADMIT] = admit,           [ACT_SUSPEND] = suspend, [ACT_LIFT] = lift, [ACT_REPLACE_KEY] = replace_key,
    [ACT_CHECKPOINT] = checkpoint,
};

static int by_place(const void *left, const void *right)
{
    const struct roster_act *a = left, *b = right;
    if (a->number != b->number)
        return a->number < b->number ? -1 : 1;
    int c = memcmp(a->prev, b->prev, HASH_BYTES);
    return c ? c : memcmp(a->id, b->id, HASH_BYTES);
}

static err_t walk(struct authority *a, struct roster_act *acts, size_t n)
{
    if (n > 1)
        qsort(acts, n, sizeof *acts, by_place);
    for (size_t i = 0; i < n; i++) {
        const struct roster_act *act = &acts[i];
        if (act->number != a->roster_number + 1 || memcmp(act->prev, a->roster_id, HASH_BYTES) != 0)
            continue;
        if (roster_check_signature(act, a->registrar) != ERR_OK)
            continue;
        err_t e = effects[act->kind](a, act);
        if (e)
            return e;
        a->roster_number = act->number;
        memcpy(a->roster_id, act->id, HASH_BYTES);
    }
    return ERR_OK;
}

/* Room for everything that acts could add. */
static err_t make_room(struct authority *a, const struct charter *c, size_t acts_n)
{
    size_t sites_n = acts_n;
    for (size_t i = 0; i < c->allies_n; i++)
        sites_n += c->allies[i].sites_n;
    a->allies = arena_alloc(&a->arena, c->allies_n + acts_n, sizeof *a->allies);
    a->sites = arena_alloc(&a->arena, sites_n ? sites_n : 1, sizeof *a->sites);
    return a->allies && a->sites ? ERR_OK : ERR_MEMORY;
}

static void take_charter(struct authority *a, const struct charter *c)
{
    memcpy(a->alliance, c->id, ALLIANCE_BYTES);
    memcpy(a->charter_id, c->id, HASH_BYTES);
    memcpy(a->registrar, c->registrar, SITE_BYTES);
    a->charter_number = c->number;
    a->name = c->name;
    a->roles = c->roles;
    a->roles_n = c->roles_n;
    a->rules = c->rules;
    a->rules_n = c->rules_n;
    for (size_t i = 0; i < c->allies_n; i++) {
        const struct charter_ally *from = &c->allies[i];
        struct ally *ally = &a->allies[a->allies_n++];
        *ally = (struct ally){.name = from->name, .college = from->college, .ratified = true};
        memcpy(ally->id, from->id, ALLY_BYTES);
        for (size_t k = 0; k < from->sites_n; k++)
            add_site(a, from->sites[k].site, from->sites[k].name, ally, from->sites[k].votes);
    }
}

static err_t decode_acts(const struct slice *acts, size_t n, const struct authority *a, struct arena *arena,
                         struct roster_act **out, size_t *out_n)
{
    struct roster_act *kept = arena_alloc(arena, n ? n : 1, sizeof *kept);
    if (!kept)
        return ERR_MEMORY;
    size_t kept_n = 0;
    for (size_t i = 0; i < n; i++) {
        err_t e = roster_decode(acts[i], arena, &kept[kept_n]);
        if (e == ERR_MEMORY)
            return e;
        if (e == ERR_OK && memcmp(kept[kept_n].charter, a->charter_id, HASH_BYTES) == 0)
            kept_n++;
    }
    *out = kept;
    *out_n = kept_n;
    return ERR_OK;
}

static err_t build(struct authority *a, struct slice carried, const struct slice *acts, size_t acts_n,
                   const uint8_t *alliance, struct arena *scratch)
{
    struct slice own;
    struct charter c;
    struct roster_act *decoded;
    size_t n;
    err_t e = arena_copy(&a->arena, carried, &own);
    if (e)
        return e;
    e = charter_decode(own, &a->arena, &c);
    if (e)
        return e == ERR_MEMORY ? e : ERR_CHARTER;
    if (alliance && memcmp(alliance, c.id, ALLIANCE_BYTES) != 0)
        return ERR_ALLIANCE;
    e = charter_check_founding(&c);
    if (!e)
        e = make_room(a, &c, acts_n);
    if (e)
        return e;
    take_charter(a, &c);
    e = decode_acts(acts, acts_n, a, scratch, &decoded, &n);
    return e ? e : walk(a, decoded, n);
}

static int by_site_id(const void *left, const void *right)
{
    const struct site *a = left, *b = right;
    return memcmp(a->id, b->id, SITE_BYTES);
}

err_t authority_build(struct slice charter, const struct slice *acts, size_t acts_n, const uint8_t *alliance,
                      struct authority *out)
{
    struct authority a = {0};
    struct arena scratch = {0};
    err_t e = build(&a, charter, acts, acts_n, alliance, &scratch);
    arena_fini(&scratch);
    if (e) {
        authority_fini(&a);
        return e;
    }
    qsort(a.sites, a.sites_n, sizeof *a.sites, by_site_id);
    *out = a;
    return ERR_OK;
}

void authority_fini(struct authority *a)
{
    if (!a)
        return;
    arena_fini(&a->arena);
    *a = (struct authority){0};
}

const struct site *authority_site(const struct authority *a, const uint8_t site[SITE_BYTES])
{
    struct site key = {0};
    if (a->sites_n == 0)
        return NULL;
    memcpy(key.id, site, SITE_BYTES);
    return bsearch(&key, a->sites, a->sites_n, sizeof *a->sites, by_site_id);
}

const struct ally *authority_ally_of(const struct authority *a, const uint8_t site[SITE_BYTES])
{
    const struct site *s = authority_site(a, site);
    return s ? &a->allies[s->ally] : NULL;
}

const struct ally *authority_ally(const struct authority *a, const uint8_t ally[ALLY_BYTES])
{
    return find_ally(a, ally);
}

bool authority_has_role(const struct authority *a, const uint8_t ally[ALLY_BYTES], const char *role)
{
    for (size_t i = 0; i < a->roles_n; i++)
        if (memcmp(a->roles[i].ally, ally, ALLY_BYTES) == 0 && slice_equal(a->roles[i].role, slice_text(role)))
            return true;
    return false;
}

uint64_t authority_rule(const struct authority *a, enum rule rule)
{
    for (size_t i = 0; i < a->rules_n; i++)
        if (a->rules[i].rule == (uint64_t)rule)
            return a->rules[i].value;
    return 0;
}
