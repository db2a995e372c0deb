/*
 * evaluate: charters first, then the roster (PROTOCOL.md §7.3). Charters are sorted by (number, id), copies of one charter becoming one with all
 * their signatures; acts by (number, predecessor, id). Sorted so, the order of arrival cannot show. From charter n, each of its children is tried on
 * a copy of the state: the acts to the head it names, then its form and its signatures. Behind the newest charter's head one walk meets, for each
 * place of the roster, the acts that may stand there, the lowest id first. What is left over and validly signed is void, or waits.
 */
#include "protocol/charter/authority.h"

#include "protocol/charter/charter_read.h"
#include "protocol/charter/state.h"

#include <stdlib.h>

struct charter_in {
    struct charter charter;
    struct slice carried;
    bool complete; /* found so at the step of the chain it would follow */
};
struct act_in {
    struct roster_act act;
    struct slice carried;
    enum { UNSEEN, VALID, INVALID } signature; /* by the registrar of the charter it names */
};
struct inputs {
    const struct authority_input *in;
    const struct charter *stop; /* NULL: to the end; else what it builds on */
    struct arena arena;
    struct charter_in *charters;
    size_t charters_n;
    struct act_in *acts;
    size_t acts_n;
};

/* ---- taking in ---- */

static int by_number_and_id(const void *left, const void *right)
{
    const struct charter_in *a = left, *b = right;
    if (a->charter.number != b->charter.number)
        return a->charter.number < b->charter.number ? -1 : 1;
    return memcmp(a->charter.id, b->charter.id, HASH_BYTES);
}

static int by_place(const void *left, const void *right)
{
    const struct roster_act *a = &((const struct act_in *)left)->act, *b = &((const struct act_in *)right)->act;
    if (a->number != b->number)
        return a->number < b->number ? -1 : 1;
    int c = memcmp(a->prev, b->prev, HASH_BYTES);
    return c ? c : memcmp(a->id, b->id, HASH_BYTES);
}

/* One charter with the signatures of all its copies, from[0] … from[n - 1]. */
static err_t join_copies(struct inputs *x, const struct charter_in *from, size_t n, struct charter_in *to)
{
    size_t total = 0, at = 0;
    struct charter_in joined = from[0];
    for (size_t i = 0; i < n; i++)
        total += from[i].charter.signatures_n;
    struct charter_signature *all = arena_alloc(&x->arena, total, sizeof *all);
    if (!all)
        return ERR_MEMORY;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < from[i].charter.signatures_n; k++)
            all[at++] = from[i].charter.signatures[k];
    joined.charter.signatures = all;
    joined.charter.signatures_n = total;
    *to = joined;
    return ERR_OK;
}

static err_t join_all(struct inputs *x)
{
    size_t kept = 0;
    for (size_t i = 0, end; i < x->charters_n; i = end) {
        for (end = i + 1; end < x->charters_n; end++)
            if (by_number_and_id(&x->charters[i], &x->charters[end]) != 0)
                break;
        err_t e = join_copies(x, &x->charters[i], end - i, &x->charters[kept++]);
        if (e)
            return e;
    }
    x->charters_n = kept;
    return ERR_OK;
}

static err_t take_charters(struct inputs *x)
{
    x->charters = arena_alloc(&x->arena, x->in->charters_n, sizeof *x->charters);
    if (!x->charters)
        return ERR_MEMORY;
    for (size_t i = 0; i < x->in->charters_n; i++) {
        struct charter_in c = {.carried = x->in->charters[i]};
        err_t e = charter_decode(c.carried, &x->arena, &c.charter);
        if (e == ERR_MEMORY)
            return e;
        if (!e)
            x->charters[x->charters_n++] = c;
    }
    qsort(x->charters, x->charters_n, sizeof *x->charters, by_number_and_id);
    return join_all(x);
}

static err_t take_acts(struct inputs *x)
{
    x->acts = arena_alloc(&x->arena, x->in->acts_n, sizeof *x->acts);
    if (!x->acts)
        return ERR_MEMORY;
    for (size_t i = 0; i < x->in->acts_n; i++) {
        struct act_in a = {.carried = x->in->acts[i]};
        err_t e = roster_decode(a.carried, &x->arena, &a.act);
        if (e == ERR_MEMORY)
            return e;
        if (!e)
            x->acts[x->acts_n++] = a;
    }
    qsort(x->acts, x->acts_n, sizeof *x->acts, by_place);
    return ERR_OK;
}

/* ---- acts ---- */

static bool act_valid(const struct authority *a, struct act_in *in)
{
    const struct charter *named = state_charter(a, in->act.charter);
    if (!named)
        return false;
    if (in->signature == UNSEEN)
        in->signature = roster_check_signature(&in->act, named->registrar) == ERR_OK ? VALID : INVALID;
    return in->signature == VALID;
}

static size_t first_of(const struct inputs *x, uint64_t number)
{
    size_t low = 0, high = x->acts_n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (x->acts[middle].act.number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct act_in *find_act(const struct authority *a, struct inputs *x, uint64_t number, const uint8_t *id)
{
    for (size_t i = first_of(x, number); i < x->acts_n && x->acts[i].act.number == number; i++)
        if (memcmp(x->acts[i].act.id, id, HASH_BYTES) == 0 && act_valid(a, &x->acts[i]))
            return &x->acts[i];
    return NULL;
}

/* To the head a charter names: its id forces each act before it, so the path is found from its end. */
static err_t walk_to(struct authority *a, struct inputs *x, const struct charter *c)
{
    const uint8_t *id = c->roster_id;
    if (c->roster_number < a->roster_number || c->roster_number - a->roster_number > x->acts_n)
        return ERR_CHARTER;
    size_t n = (size_t)(c->roster_number - a->roster_number);
    struct act_in **path = arena_alloc(&x->arena, n, sizeof(struct act_in *));
    if (!path)
        return ERR_MEMORY;
    for (size_t i = n; i > 0; i--) {
        path[i - 1] = find_act(a, x, a->roster_number + i, id);
        if (!path[i - 1])
            return ERR_CHARTER;
        id = path[i - 1]->act.prev;
    }
    if (memcmp(id, a->roster_id, HASH_BYTES) != 0)
        return ERR_CHARTER;
    for (size_t i = 0; i < n; i++) {
        err_t e = state_take_act(a, path[i]->carried);
        if (e)
            return e;
    }
    return ERR_OK;
}

/* An earlier charter may be named by who did not know the newest yet; by its registrar alone, so that what stands can be forced later. */
static bool registrar_same(const struct authority *a, const struct roster_act *act)
{
    const struct charter *named = state_charter(a, act->charter);
    return named && memcmp(named->registrar, a->registrar, SITE_BYTES) == 0;
}

static err_t walk_on(struct authority *a, struct inputs *x)
{
    for (size_t i = first_of(x, a->roster_number + 1); i < x->acts_n; i++) {
        struct act_in *in = &x->acts[i];
        if (in->act.number != a->roster_number + 1 || memcmp(in->act.prev, a->roster_id, HASH_BYTES) != 0)
            continue;
        if (!registrar_same(a, &in->act) || !act_valid(a, in))
            continue;
        err_t e = state_take_act(a, in->carried);
        if (e)
            return e;
    }
    return ERR_OK;
}

/* ---- charters ---- */

static err_t found(struct authority *a, const struct inputs *x)
{
    const struct charter_in *chosen = NULL;
    const uint8_t *alliance = x->in->alliance;
    bool others = false;
    for (size_t i = 0; i < x->charters_n && x->charters[i].charter.number == 0; i++) {
        const struct charter *c = &x->charters[i].charter;
        bool ours = !alliance || memcmp(alliance, c->id, ALLIANCE_BYTES) == 0;
        bool in_chain = x->in->chain_n > 0 && memcmp(x->in->chain[0], c->id, HASH_BYTES) == 0;
        others = others || !ours;
        if (ours && (!chosen || in_chain) && charter_check_founding(c) == ERR_OK)
            chosen = &x->charters[i];
    }
    if (!chosen)
        return others ? ERR_ALLIANCE : ERR_CHARTER;
    return state_take_charter(a, chosen->carried);
}

static err_t try_child(const struct authority *a, struct inputs *x, struct charter_in *child)
{
    struct authority before;
    err_t e = state_clone(a, &before);
    if (e)
        return e;
    e = walk_to(&before, x, &child->charter);
    if (!e)
        e = charter_check_next(&child->charter, &before);
    authority_fini(&before);
    child->complete = e == ERR_OK;
    return e == ERR_MEMORY ? e : ERR_OK;
}

/* NULL: no complete child. Sorted by id, the first is the lowest. */
static err_t choose_child(const struct authority *a, struct inputs *x, struct charter_in **out)
{
    uint64_t number = a->charter_number + 1;
    struct charter_in *chosen = NULL;
    for (size_t i = 0; i < x->charters_n; i++) {
        struct charter_in *child = &x->charters[i];
        if (child->charter.number != number || memcmp(child->charter.prev, a->charter_id, HASH_BYTES) != 0)
            continue;
        err_t e = try_child(a, x, child);
        if (e)
            return e;
        bool in_chain = number < x->in->chain_n && memcmp(x->in->chain[number], child->charter.id, HASH_BYTES) == 0;
        if (child->complete && (!chosen || in_chain))
            chosen = child;
    }
    *out = chosen;
    return ERR_OK;
}

static err_t note_rivals(struct authority *a, const struct inputs *x, const struct charter_in *kept)
{
    for (size_t i = 0; i < x->charters_n; i++) {
        const struct charter_in *c = &x->charters[i];
        struct charter_rival r = {.number = kept->charter.number};
        if (c == kept || !c->complete || c->charter.number != kept->charter.number)
            continue;
        memcpy(r.kept, kept->charter.id, HASH_BYTES);
        memcpy(r.other, c->charter.id, HASH_BYTES);
        err_t e = state_add_rival(a, &r);
        if (e)
            return e;
    }
    return ERR_OK;
}

static err_t follow(struct authority *a, struct inputs *x)
{
    while (!x->stop || a->charter_number + 1 < x->stop->number) {
        struct charter_in *child = NULL;
        err_t e = choose_child(a, x, &child);
        if (e || !child)
            return e;
        e = walk_to(a, x, &child->charter);
        if (!e)
            e = state_take_charter(a, child->carried);
        if (!e)
            e = note_rivals(a, x, child);
        if (e)
            return e;
    }
    return ERR_OK;
}

/* ---- what is shown, not followed ---- */

static bool act_stands(const struct authority *a, uint64_t number, const uint8_t *id)
{
    return number > 0 && number <= a->acts_n && memcmp(a->acts[number - 1].act.id, id, HASH_BYTES) == 0;
}

static bool act_void(const struct authority *a, uint64_t number, const uint8_t *id)
{
    for (size_t i = 0; i < a->voids_n; i++)
        if (a->voids[i].number == number && memcmp(a->voids[i].id, id, HASH_BYTES) == 0)
            return true;
    return false;
}

/* 0: it waits for its predecessor. */
static enum void_why why_void(const struct authority *a, const struct roster_act *act)
{
    const struct charter *newest = &a->charters[a->charters_n - 1];
    if (act_void(a, act->number - 1, act->prev))
        return VOID_FOLLOWS;
    if (act->number > 1 && !act_stands(a, act->number - 1, act->prev))
        return (enum void_why)0;
    if (act->number <= newest->roster_number)
        return VOID_CHARTER;
    return registrar_same(a, act) ? VOID_LOWER : VOID_REGISTRAR;
}

static err_t note_voids(struct authority *a, struct inputs *x)
{
    for (size_t i = 0; i < x->acts_n; i++) {
        const struct roster_act *act = &x->acts[i].act;
        struct act_void v = {.number = act->number};
        if (act_stands(a, act->number, act->id) || act_void(a, act->number, act->id) || !act_valid(a, &x->acts[i]))
            continue;
        v.why = why_void(a, act);
        if (v.why == 0)
            continue;
        memcpy(v.id, act->id, HASH_BYTES);
        err_t e = state_add_void(a, &v);
        if (e)
            return e;
    }
    return ERR_OK;
}

/* ---- all together ---- */

static err_t evaluate(struct authority *a, struct inputs *x)
{
    err_t e = take_charters(x);
    if (!e)
        e = take_acts(x);
    if (!e)
        e = found(a, x);
    if (!e)
        e = follow(a, x);
    if (e)
        return e;
    if (x->stop) {
        bool here = a->charter_number + 1 == x->stop->number && memcmp(a->charter_id, x->stop->prev, HASH_BYTES) == 0;
        return here ? walk_to(a, x, x->stop) : ERR_CHARTER;
    }
    e = walk_on(a, x);
    return e ? e : note_voids(a, x);
}

static int by_site_id(const void *left, const void *right)
{
    const struct site *a = left, *b = right;
    return memcmp(a->id, b->id, SITE_BYTES);
}

static err_t build(const struct authority_input *in, const struct charter *stop, struct authority *out)
{
    struct authority a = {
        .name = {NULL, 0}
    };
    struct inputs x = {.in = in, .stop = stop};
    err_t e = evaluate(&a, &x);
    arena_fini(&x.arena);
    if (!e) {
        if (a.sites_n > 1)
            qsort(a.sites, a.sites_n, sizeof *a.sites, by_site_id);
        e = state_fix_heads(&a);
    }
    if (e) {
        authority_fini(&a);
        return e;
    }
    *out = a;
    return ERR_OK;
}

err_t authority_build_all(const struct authority_input *in, struct authority *out)
{
    return build(in, NULL, out);
}

err_t authority_build_before(const struct authority_input *in, const struct charter *next, struct authority *out)
{
    return next->number > 0 ? build(in, next, out) : ERR_CHARTER;
}

err_t authority_build(struct slice charter, const struct slice *acts, size_t acts_n, const uint8_t *alliance,
                      struct authority *out)
{
    struct authority_input in = {
        .charters = &charter, .charters_n = 1, .acts = acts, .acts_n = acts_n, .alliance = alliance};
    return build(&in, NULL, out);
}
