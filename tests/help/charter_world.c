/* An alliance for tests; see charter_world.h. */
#include "tests/help/charter_world.h"

#include "tests/help/op_vectors.h"

#include <stdio.h>
#include <stdlib.h>

static void *must(void *at)
{
    if (!at)
        abort();
    return at;
}

static void must_ok(err_t e, const char *what)
{
    if (e == ERR_OK)
        return;
    fprintf(stderr, "charter_world: %s: %s\n", what, err_name(e));
    abort();
}

static struct slice keep(struct world *w, struct buf *b)
{
    struct slice out;
    must_ok(b->err, "buf");
    must_ok(arena_copy(&w->arena, buf_slice(b), &out), "keep");
    buf_fini(b);
    return out;
}

uint8_t world_seed(unsigned k)
{
    return (uint8_t)(0x10 * k + 1);
}

const uint8_t *world_site(struct world *w, uint8_t seed)
{
    struct sign_key key;
    seeded_key(seed, &key);
    uint8_t *out = must(arena_alloc(&w->arena, SITE_BYTES, 1));
    memcpy(out, key.pub, SITE_BYTES);
    return out;
}

const uint8_t *world_ally(struct world *w, unsigned k)
{
    return memset(must(arena_alloc(&w->arena, ALLY_BYTES, 1)), (int)(0xb0 + k), ALLY_BYTES);
}

struct head world_head(struct world *w, uint8_t seed, uint64_t incarnation, uint64_t seq)
{
    struct head h = {.log = {.incarnation = incarnation}, .seq = seq};
    memcpy(h.log.site, world_site(w, seed), SITE_BYTES);
    memset(h.id, (int)seq, HASH_BYTES);
    return h;
}

static int by_log(const void *left, const void *right)
{
    const struct head *a = left, *b = right;
    return log_compare(&a->log, &b->log);
}

const struct head *world_heads(struct world *w, const struct head *heads, size_t n)
{
    struct head *out = must(arena_alloc(&w->arena, n, sizeof *out));
    if (n) {
        memcpy(out, heads, n * sizeof *out);
        qsort(out, n, sizeof *out, by_log);
    }
    return out;
}

/* ---- acts ---- */

void world_act(struct world *w, struct roster_act act)
{
    struct buf body, carried;
    struct sign_key key;
    uint8_t sig[SIGNATURE_BYTES];
    buf_init(&body, LIMIT_CHARTER_BYTES);
    buf_init(&carried, LIMIT_CHARTER_BYTES);
    memcpy(act.charter, w->charter, HASH_BYTES);
    memcpy(act.prev, w->roster_id, HASH_BYTES);
    act.number = ++w->roster_number;
    roster_encode_body(&body, &act);
    seeded_key(w->registrar, &key);
    must_ok(sign_make(&key, DOMAIN_ROSTER, buf_slice(&body), sig), "sign");
    roster_id(buf_slice(&body), w->roster_id);
    roster_encode(&carried, buf_slice(&body), sig);
    buf_fini(&body);
    if (w->acts_n == WORLD_MAX)
        abort();
    w->acts[w->acts_n++] = keep(w, &carried);
}

void world_admit(struct world *w, unsigned ally, uint8_t seed)
{
    struct roster_act act = {.kind = ACT_ADMIT, .ally_name = slice_text("Ally"), .site_name = slice_text("Site")};
    memcpy(act.ally, world_ally(w, ally), ALLY_BYTES);
    memcpy(act.site, world_site(w, seed), SITE_BYTES);
    world_act(w, act);
}

void world_suspend(struct world *w, unsigned ally, const struct head *heads, size_t n)
{
    struct roster_act act = {.kind = ACT_SUSPEND, .heads = world_heads(w, heads, n), .heads_n = n};
    memcpy(act.ally, world_ally(w, ally), ALLY_BYTES);
    world_act(w, act);
}

void world_lift(struct world *w, unsigned ally)
{
    struct roster_act act = {.kind = ACT_LIFT};
    memcpy(act.ally, world_ally(w, ally), ALLY_BYTES);
    world_act(w, act);
}

void world_replace(struct world *w, unsigned ally, uint8_t old, uint8_t new_seed, const struct head *heads, size_t n)
{
    struct roster_act act = {.kind = ACT_REPLACE_KEY, .heads = world_heads(w, heads, n), .heads_n = n};
    memcpy(act.ally, world_ally(w, ally), ALLY_BYTES);
    memcpy(act.old_site, world_site(w, old), SITE_BYTES);
    memcpy(act.site, world_site(w, new_seed), SITE_BYTES);
    world_act(w, act);
}

void world_checkpoint(struct world *w, const struct head *heads, size_t n)
{
    struct roster_act act = {.kind = ACT_CHECKPOINT, .heads = world_heads(w, heads, n), .heads_n = n};
    world_act(w, act);
}

struct world_place world_place(const struct world *w)
{
    struct world_place p = {.roster_number = w->roster_number};
    memcpy(p.charter, w->charter, HASH_BYTES);
    memcpy(p.roster_id, w->roster_id, HASH_BYTES);
    return p;
}

void world_return(struct world *w, struct world_place place)
{
    memcpy(w->charter, place.charter, HASH_BYTES);
    memcpy(w->roster_id, place.roster_id, HASH_BYTES);
    w->roster_number = place.roster_number;
}

/* ---- charters ---- */

static int by_site(const void *a, const void *b)
{
    return memcmp(a, b, SITE_BYTES);
}

static struct slice carry(struct world *w, const struct charter *c, const uint8_t *seeds, size_t n)
{
    struct charter_signature sigs[16] = {0};
    struct buf body, carried;
    buf_init(&body, LIMIT_CHARTER_BYTES);
    buf_init(&carried, LIMIT_CHARTER_BYTES);
    charter_encode_body(&body, c);
    for (size_t i = 0; i < n; i++) {
        struct sign_key key;
        seeded_key(seeds[i], &key);
        memcpy(sigs[i].site, key.pub, SITE_BYTES);
        must_ok(sign_make(&key, DOMAIN_CHARTER, buf_slice(&body), sigs[i].signature), "sign");
    }
    if (n > 1)
        qsort(sigs, n, sizeof *sigs, by_site);
    charter_encode(&carried, buf_slice(&body), sigs, n, slice_of(NULL, 0));
    buf_fini(&body);
    return keep(w, &carried);
}

struct charter world_sign(struct world *w, const struct charter *c, const uint8_t *seeds, size_t n)
{
    struct charter out;
    must_ok(charter_decode(carry(w, c, seeds, n), &w->arena, &out), "charter");
    return out;
}

struct charter world_enact(struct world *w, const struct charter *c, const uint8_t *seeds, size_t n)
{
    struct charter out;
    if (w->charters_n == WORLD_MAX)
        abort();
    w->charters[w->charters_n] = carry(w, c, seeds, n);
    must_ok(charter_decode(w->charters[w->charters_n++], &w->arena, &out), "charter");
    memcpy(w->charter, out.id, HASH_BYTES);
    return out;
}

void world_init(struct world *w, unsigned allies)
{
    static const struct charter_rule rules[] = {
        {RULE_ADOPT_SECRETARIAT, 1},
        {RULE_ADOPT_ALLIES,      2}
    };
    struct charter_site sites[9] = {0};
    struct charter_ally list[9] = {0};
    struct charter_role role = {.role = slice_text(ROLE_SECRETARIAT)};
    struct charter c = {.name = slice_text("World"), .allies = list, .allies_n = allies, .roles = &role, .roles_n = 1};
    uint8_t seeds[9];
    *w = (struct world){.registrar = WORLD_REGISTRAR};
    for (unsigned k = 1; k <= allies; k++) {
        memcpy(list[k - 1].id, world_ally(w, k), ALLY_BYTES);
        list[k - 1].name = sites[k - 1].name = slice_text("Founder");
        memcpy(sites[k - 1].site, world_site(w, world_seed(k)), SITE_BYTES);
        sites[k - 1].votes = true;
        list[k - 1].sites = &sites[k - 1];
        list[k - 1].sites_n = 1;
        seeds[k - 1] = world_seed(k);
    }
    memcpy(role.ally, list[0].id, ALLY_BYTES);
    memcpy(c.registrar, world_site(w, WORLD_REGISTRAR), SITE_BYTES);
    c.rules = rules;
    c.rules_n = 2;
    world_enact(w, &c, seeds, allies);
}

void world_fini(struct world *w)
{
    while (w->befores_n)
        authority_fini(w->befores[--w->befores_n]);
    arena_fini(&w->arena);
    *w = (struct world){0};
}

struct world_draft *world_draft(struct world *w, bool ratify)
{
    struct world_draft *d = must(arena_alloc(&w->arena, 1, sizeof *d));
    struct charter place = {0};
    struct authority_input in = world_input(w);
    struct arena scratch = {0};
    struct charter head;
    for (size_t i = 0; i < w->charters_n; i++) {
        must_ok(charter_decode(w->charters[i], &scratch, &head), "charter");
        if (memcmp(head.id, w->charter, HASH_BYTES) == 0)
            place.number = head.number + 1;
    }
    arena_fini(&scratch);
    memcpy(place.prev, w->charter, HASH_BYTES);
    place.roster_number = w->roster_number;
    memcpy(place.roster_id, w->roster_id, HASH_BYTES);
    must_ok(authority_build_before(&in, &place, &d->before), "before");
    if (w->befores_n == WORLD_MAX)
        abort();
    w->befores[w->befores_n++] = &d->before;
    must_ok(charter_draft_next(&d->before, ratify, NULL, 0, &w->arena, &d->charter), "draft");
    for (size_t i = 0; i < d->charter.allies_n; i++) {
        d->allies[i] = d->charter.allies[i];
        for (size_t k = 0; k < d->allies[i].sites_n; k++)
            d->sites[i][k] = d->charter.allies[i].sites[k];
        d->allies[i].sites = d->sites[i];
    }
    d->charter.allies = d->allies;
    d->charter.cuts = d->cuts;
    return d;
}

struct charter_ally *draft_ally(struct world_draft *d, struct world *w, unsigned ally)
{
    for (size_t i = 0; i < d->charter.allies_n; i++)
        if (memcmp(d->allies[i].id, world_ally(w, ally), ALLY_BYTES) == 0)
            return &d->allies[i];
    abort();
}

void draft_drop(struct world_draft *d, struct world *w, unsigned ally)
{
    size_t at = (size_t)(draft_ally(d, w, ally) - d->allies);
    for (size_t i = at + 1; i < d->charter.allies_n; i++)
        d->allies[i - 1] = d->allies[i];
    d->charter.allies_n--;
}

void draft_cut_at(struct world_draft *d, struct head head)
{
    d->cuts[d->charter.cuts_n++] = head;
    qsort(d->cuts, d->charter.cuts_n, sizeof *d->cuts, by_log);
}

void draft_cut(struct world_draft *d, struct world *w, uint8_t seed)
{
    struct head h = world_head(w, seed, 0, 0);
    draft_cut_at(d, h);
}

struct promise world_promise(struct world *w, const struct charter *of, uint8_t seed)
{
    struct buf body, carried;
    struct sign_key key;
    struct promise p;
    uint8_t sig[SIGNATURE_BYTES];
    buf_init(&body, PROMISE_MAX_BYTES);
    buf_init(&carried, PROMISE_MAX_BYTES);
    seeded_key(seed, &key);
    promise_encode_body(&body, of->id, key.pub);
    must_ok(sign_make(&key, DOMAIN_PROMISE, buf_slice(&body), sig), "sign");
    promise_encode(&carried, buf_slice(&body), sig);
    buf_fini(&body);
    must_ok(promise_decode(keep(w, &carried), &p), "promise");
    return p;
}

/* ---- building ---- */

struct authority_input world_input(const struct world *w)
{
    return (struct authority_input){.charters = w->charters,
                                    .charters_n = w->charters_n,
                                    .acts = w->acts,
                                    .acts_n = w->acts_n,
                                    .chain = w->chain,
                                    .chain_n = w->chain_n};
}

err_t world_try(struct world *w, struct authority *out)
{
    struct authority_input in = world_input(w);
    return authority_build_all(&in, out);
}

struct authority world_build(struct world *w)
{
    struct authority a;
    must_ok(world_try(w, &a), "build");
    return a;
}

struct slice world_describe(struct world *w, const struct authority *a)
{
    struct buf b;
    buf_init(&b, 1u << 22);
    authority_describe(a, &b);
    return keep(w, &b);
}
