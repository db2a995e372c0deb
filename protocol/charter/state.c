/*
 * state: lists that grow in the arena, and the effects of charters and acts (PROTOCOL.md §7.3). An act that says nothing sensible (an unknown ally, a
 * key that is taken) keeps its place in the chain and has no effect. Nobody is ever taken out of the lists: who ended is marked.
 */
#include "protocol/charter/state.h"

#include "protocol/charter/charter_read.h"

#define FOUNDERS_MIN 3 /* until so many allies are ratified, an admission is full at once */
#define ROOM_MIN     8

/* The room of a list follows from its length: the next power of two, ROOM_MIN at least; where it shrank, there is more. */
static bool is_full(size_t n)
{
    return n == 0 || (n >= ROOM_MIN && (n & (n - 1)) == 0);
}

static size_t room_of(size_t n)
{
    size_t room = ROOM_MIN;
    while (room < n)
        room *= 2;
    return room;
}

static void *copied(struct arena *arena, const void *from, size_t n, size_t size, size_t room)
{
    void *to = arena_alloc(arena, room, size);
    if (to && n)
        memcpy(to, from, n * size);
    return to;
}

/* The list, moved where there is no room for one more; NULL without memory. */
static void *with_room(struct arena *arena, void *list, size_t n, size_t size)
{
    return is_full(n) ? copied(arena, list, n, size, room_of(n + 1)) : list;
}

#define PUSH(a, list, n, value)                                                                                        \
    do {                                                                                                               \
        void *moved_ = with_room(&(a)->arena, (a)->list, (a)->n, sizeof *(a)->list);                                   \
        if (!moved_)                                                                                                   \
            return ERR_MEMORY;                                                                                         \
        (a)->list = moved_;                                                                                            \
        (a)->list[(a)->n++] = (value);                                                                                 \
    } while (0)

err_t state_add_void(struct authority *a, const struct act_void *v)
{
    PUSH(a, voids, voids_n, *v);
    return ERR_OK;
}

err_t state_add_rival(struct authority *a, const struct charter_rival *r)
{
    PUSH(a, rivals, rivals_n, *r);
    return ERR_OK;
}

static err_t add_cut(struct authority *a, const struct cut *c)
{
    PUSH(a, cuts, cuts_n, *c);
    return ERR_OK;
}

static err_t add_ally(struct authority *a, const struct ally *ally)
{
    PUSH(a, allies, allies_n, *ally);
    return ERR_OK;
}

static err_t add_site(struct authority *a, const struct site *site)
{
    PUSH(a, sites, sites_n, *site);
    return ERR_OK;
}

static err_t add_act(struct authority *a, const struct act_stands *act)
{
    PUSH(a, acts, acts_n, *act);
    return ERR_OK;
}

static err_t add_charter(struct authority *a, const struct charter *c)
{
    PUSH(a, charters, charters_n, *c);
    return ERR_OK;
}

#define CLONE(from, out, list, n)                                                                                      \
    ((from)->n == 0 ||                                                                                                 \
     ((out)->list = copied(&(out)->arena, (from)->list, (from)->n, sizeof *(from)->list, room_of((from)->n))) != NULL)

err_t state_clone(const struct authority *from, struct authority *out)
{
    struct authority a = *from;
    a.arena = (struct arena){0};
    a.voids_n = a.rivals_n = 0;
    a.voids = NULL;
    a.rivals = NULL;
    bool ok = CLONE(from, &a, allies, allies_n) && CLONE(from, &a, sites, sites_n) && CLONE(from, &a, cuts, cuts_n) &&
              CLONE(from, &a, acts, acts_n) && CLONE(from, &a, charters, charters_n);
    if (!ok) {
        authority_fini(&a);
        return ERR_MEMORY;
    }
    *out = a;
    return ERR_OK;
}

/* ---- looking up ---- */

struct ally *state_ally(const struct authority *a, const uint8_t id[ALLY_BYTES])
{
    for (size_t i = 0; i < a->allies_n; i++)
        if (memcmp(a->allies[i].id, id, ALLY_BYTES) == 0)
            return &a->allies[i];
    return NULL;
}

struct site *state_site(const struct authority *a, const uint8_t id[SITE_BYTES])
{
    for (size_t i = 0; i < a->sites_n; i++)
        if (memcmp(a->sites[i].id, id, SITE_BYTES) == 0)
            return &a->sites[i];
    return NULL;
}

const struct charter *state_charter(const struct authority *a, const uint8_t id[HASH_BYTES])
{
    for (size_t i = a->charters_n; i > 0; i--)
        if (memcmp(a->charters[i - 1].id, id, HASH_BYTES) == 0)
            return &a->charters[i - 1];
    return NULL;
}

const struct charter_ally *charter_lists(const struct charter *c, const uint8_t id[ALLY_BYTES])
{
    for (size_t i = 0; i < c->allies_n; i++)
        if (memcmp(c->allies[i].id, id, ALLY_BYTES) == 0)
            return &c->allies[i];
    return NULL;
}

const struct charter_site *charter_lists_site(const struct charter *c, const uint8_t id[SITE_BYTES])
{
    for (size_t i = 0; i < c->allies_n; i++)
        for (size_t k = 0; k < c->allies[i].sites_n; k++)
            if (memcmp(c->allies[i].sites[k].site, id, SITE_BYTES) == 0)
                return &c->allies[i].sites[k];
    return NULL;
}

/* ---- acts ---- */

static bool key_taken(const struct authority *a, const uint8_t *key)
{
    return state_site(a, key) != NULL || memcmp(key, a->registrar, SITE_BYTES) == 0;
}

static size_t ratified_n(const struct authority *a)
{
    size_t n = 0;
    for (size_t i = 0; i < a->allies_n; i++)
        n += a->allies[i].ratified;
    return n;
}

/* A further site of a known ally gets no vote: the roster gives none. An ally that ended comes back by a charter alone. */
static err_t admit(struct authority *a, const struct roster_act *act, bool *effect)
{
    const struct ally *known = state_ally(a, act->ally);
    struct site site = {.name = act->site_name, .ally = known ? (size_t)(known - a->allies) : a->allies_n};
    if (key_taken(a, act->site) || (known && known->ended))
        return ERR_OK;
    *effect = true;
    memcpy(site.id, act->site, SITE_BYTES);
    if (!known) {
        struct ally ally = {.name = act->ally_name, .college = act->college, .ratified = ratified_n(a) < FOUNDERS_MIN};
        memcpy(ally.id, act->ally, ALLY_BYTES);
        site.votes = ally.ratified;
        site.vote_due = !ally.ratified;
        err_t e = add_ally(a, &ally);
        if (e)
            return e;
    }
    return add_site(a, &site);
}

static err_t suspend(struct authority *a, const struct roster_act *act, bool *effect)
{
    struct ally *ally = state_ally(a, act->ally);
    struct cut cut = {.suspension = true, .heads = act->heads, .heads_n = act->heads_n};
    if (!ally)
        return ERR_OK;
    *effect = true;
    ally->suspended = true;
    memcpy(cut.ally, act->ally, ALLY_BYTES);
    return add_cut(a, &cut);
}

static err_t lift(struct authority *a, const struct roster_act *act, bool *effect)
{
    struct ally *ally = state_ally(a, act->ally);
    size_t kept = 0;
    if (!ally || !ally->suspended)
        return ERR_OK;
    *effect = true;
    ally->suspended = false;
    for (size_t i = 0; i < a->cuts_n; i++)
        if (!a->cuts[i].suspension || memcmp(a->cuts[i].ally, act->ally, ALLY_BYTES) != 0)
            a->cuts[kept++] = a->cuts[i];
    a->cuts_n = kept;
    return ERR_OK;
}

/* The old key stays known, without a vote: what it signed before its cut goes on counting. */
static err_t replace_key(struct authority *a, const struct roster_act *act, bool *effect)
{
    struct site *old = state_site(a, act->old_site);
    if (!old || old->ended || memcmp(a->allies[old->ally].id, act->ally, ALLY_BYTES) != 0 || key_taken(a, act->site))
        return ERR_OK;
    struct site site = {.name = old->name, .ally = old->ally, .vote_due = old->votes || old->vote_due};
    struct cut cut = {.heads = act->heads, .heads_n = act->heads_n};
    *effect = true;
    old->votes = old->vote_due = false;
    old->ended = true;
    memcpy(site.id, act->site, SITE_BYTES);
    memcpy(cut.ally, act->ally, ALLY_BYTES);
    memcpy(cut.site, act->old_site, SITE_BYTES);
    err_t e = add_site(a, &site);
    return e ? e : add_cut(a, &cut);
}

/* Heads that are fixed change nothing about allies and sites. */
static err_t checkpoint(struct authority *a, const struct roster_act *act, bool *effect)
{
    (void)a;
    (void)act;
    *effect = true;
    return ERR_OK;
}

static err_t (*const effects[])(struct authority *a, const struct roster_act *act, bool *effect) = {
    [ACT_ADMIT] = admit,           [ACT_SUSPEND] = suspend, [ACT_LIFT] = lift, [ACT_REPLACE_KEY] = replace_key,
    [ACT_CHECKPOINT] = checkpoint,
};

err_t state_take_act(struct authority *a, struct slice carried)
{
    struct act_stands stands = {.effect = false};
    struct slice own;
    err_t e = arena_copy(&a->arena, carried, &own);
    if (!e)
        e = roster_decode(own, &a->arena, &stands.act);
    if (!e)
        e = effects[stands.act.kind](a, &stands.act, &stands.effect);
    if (!e)
        e = add_act(a, &stands);
    if (e)
        return e;
    a->roster_number = stands.act.number;
    memcpy(a->roster_id, stands.act.id, HASH_BYTES);
    return ERR_OK;
}

/* ---- charters ---- */

/* A site that the charter does not list ends where its cuts name it; one that ended before may be cut further down. */
static err_t end_sites(struct authority *a, const struct charter *c)
{
    for (size_t i = 0; i < a->sites_n; i++) {
        struct site *s = &a->sites[i];
        struct cut cut = {.heads = c->cuts, .heads_n = c->cuts_n};
        if (charter_lists_site(c, s->id) || !heads_name_site(c->cuts, c->cuts_n, s->id))
            continue;
        s->votes = s->vote_due = false;
        s->ended = true;
        memcpy(cut.ally, a->allies[s->ally].id, ALLY_BYTES);
        memcpy(cut.site, s->id, SITE_BYTES);
        err_t e = add_cut(a, &cut);
        if (e)
            return e;
    }
    return ERR_OK;
}

static err_t list_site(struct authority *a, const struct charter_site *from, size_t ally)
{
    struct site *known = state_site(a, from->site);
    if (known) {
        known->name = from->name;
        known->votes = from->votes;
        known->vote_due = false;
        return ERR_OK;
    }
    struct site site = {.name = from->name, .ally = ally, .votes = from->votes};
    memcpy(site.id, from->site, SITE_BYTES);
    return add_site(a, &site);
}

/* Listed without sites: it left. */
static err_t list_ally(struct authority *a, const struct charter_ally *from)
{
    struct ally *ally = state_ally(a, from->id);
    if (!ally) {
        struct ally fresh = {.ratified = false};
        memcpy(fresh.id, from->id, ALLY_BYTES);
        err_t e = add_ally(a, &fresh);
        if (e)
            return e;
        ally = &a->allies[a->allies_n - 1];
    }
    ally->name = from->name;
    ally->college = from->college;
    ally->heir = from->heir;
    ally->ratified = from->sites_n > 0;
    ally->ended = from->sites_n == 0;
    for (size_t k = 0; k < from->sites_n; k++) {
        err_t e = list_site(a, &from->sites[k], (size_t)(ally - a->allies));
        if (e)
            return e;
    }
    return ERR_OK;
}

static bool has_site_left(const struct authority *a, size_t ally)
{
    for (size_t i = 0; i < a->sites_n; i++)
        if (a->sites[i].ally == ally && !a->sites[i].ended)
            return true;
    return false;
}

/* Whom the charter omits: a ratified ally was expelled (the form asked for its cuts), a provisional one only with its last site. */
static void end_omitted(struct authority *a, const struct charter *c)
{
    for (size_t i = 0; i < a->allies_n; i++) {
        struct ally *ally = &a->allies[i];
        if (ally->ended || charter_lists(c, ally->id) || (!ally->ratified && has_site_left(a, i)))
            continue;
        ally->ratified = false;
        ally->ended = true;
        ally->heir = slice_of(NULL, 0);
    }
}

static void take_rest(struct authority *a, const struct charter *c)
{
    if (c->number == 0)
        memcpy(a->alliance, c->id, ALLIANCE_BYTES);
    memcpy(a->charter_id, c->id, HASH_BYTES);
    memcpy(a->registrar, c->registrar, SITE_BYTES);
    a->charter_number = c->number;
    a->name = c->name;
    a->roles = c->roles;
    a->roles_n = c->roles_n;
    a->rules = c->rules;
    a->rules_n = c->rules_n;
}

err_t state_take_charter(struct authority *a, struct slice carried)
{
    struct slice own;
    struct charter c;
    err_t e = arena_copy(&a->arena, carried, &own);
    if (!e)
        e = charter_decode(own, &a->arena, &c);
    if (e)
        return e;
    c.signatures = NULL; /* those of one copy: chance */
    c.signatures_n = 0;
    c.motion = slice_of(NULL, 0);
    e = end_sites(a, &c);
    for (size_t i = 0; i < c.allies_n && !e; i++)
        e = list_ally(a, &c.allies[i]);
    if (!e)
        e = add_charter(a, &c);
    if (e)
        return e;
    end_omitted(a, &c);
    take_rest(a, &c);
    return ERR_OK;
}
