/* Vectors of charters after 0, of rosters and of what follows from both; see charter_vectors.h. */
#include "tests/help/charter_vectors.h"

#include "tests/help/charter_situations.h"
#include "tests/help/op_notation.h"
#include "tests/help/op_vectors.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static void put(json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, value) != 0)
        abort();
}

static json_t *hex(const uint8_t *at, size_t len)
{
    return hex_of(slice_of(at, len));
}

static json_t *decimal(uint64_t n)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, n);
    return json_string(text);
}

static json_t *hex_list(const struct slice *list, size_t n)
{
    json_t *out = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(out, hex_of(list[i]));
    return out;
}

/* The inputs of a world. */
static json_t *inputs_of(const char *name, const struct world *w)
{
    json_t *c = json_object();
    put(c, "name", json_string(name));
    put(c, "charters", hex_list(w->charters, w->charters_n));
    put(c, "acts", hex_list(w->acts, w->acts_n));
    json_t *chain = json_array();
    for (size_t i = 0; i < w->chain_n; i++)
        json_array_append_new(chain, hex(w->chain[i], HASH_BYTES));
    put(c, "chain", chain);
    return c;
}

/* A stored case as a world, without what a world has to go on. */
static struct slice read_hex(struct world *w, const json_t *text)
{
    struct buf b;
    struct slice out;
    buf_init(&b, 1u << 20);
    hex_read(text, &b);
    if (arena_copy(&w->arena, buf_slice(&b), &out) != ERR_OK)
        abort();
    buf_fini(&b);
    return out;
}

static void read_world(const json_t *stored, struct world *w)
{
    size_t i;
    json_t *item;
    *w = (struct world){0};
    json_array_foreach(json_object_get(stored, "charters"), i, item) w->charters[w->charters_n++] = read_hex(w, item);
    json_array_foreach(json_object_get(stored, "acts"), i, item) w->acts[w->acts_n++] = read_hex(w, item);
    json_array_foreach(json_object_get(stored, "chain"), i, item)
        memcpy(w->chain[w->chain_n++], read_hex(w, item).at, HASH_BYTES);
}

/* The result's keys beside the case's own. */
static void add_case(json_t *list, json_t *c, json_t *(*result)(const json_t *stored))
{
    json_t *r = result(c);
    json_object_update(c, r);
    json_decref(r);
    json_array_append_new(list, c);
}

/* ---- the next charter ---- */

json_t *charter_next_result(const json_t *stored)
{
    struct world w;
    struct charter c;
    struct authority before;
    json_t *out = json_object();
    read_world(stored, &w);
    struct authority_input in = world_input(&w);
    err_t e = charter_decode(read_hex(&w, json_object_get(stored, "carried")), &w.arena, &c);
    if (!e)
        e = authority_build_before(&in, &c, &before);
    if (!e) {
        struct charter_count count = charter_count(&c, &before);
        e = charter_check_next(&c, &before);
        put(out, "voters", json_integer((json_int_t)count.voters));
        put(out, "needed", json_integer((json_int_t)count.needed));
        put(out, "signers", json_integer((json_int_t)count.signers));
        authority_fini(&before);
    }
    put(out, "result", json_string(err_name(e)));
    world_fini(&w);
    return out;
}

struct next_case {
    const char *name;
    void (*change)(struct world *w, struct world_draft *d);
    uint8_t signers[4]; /* seeds */
    unsigned allies;
};

static void as_drafted(struct world *w, struct world_draft *d)
{
    (void)w;
    (void)d;
}
static void another_predecessor(struct world *w, struct world_draft *d)
{
    (void)w;
    d->charter.prev[0] ^= 1;
}
static void another_head(struct world *w, struct world_draft *d)
{
    (void)w;
    d->charter.roster_id[0] ^= 1;
}
static void omits(struct world *w, struct world_draft *d)
{
    draft_drop(d, w, 3);
}
static void expels(struct world *w, struct world_draft *d)
{
    draft_drop(d, w, 3);
    draft_cut_at(d, world_head(w, 0x31, 1, 5));
}
static void expels_and_cuts_at_zero(struct world *w, struct world_draft *d)
{
    draft_drop(d, w, 3);
    draft_cut(d, w, 0x31);
}
static void leaves_to_an_heir(struct world *w, struct world_draft *d)
{
    struct charter_ally *left = draft_ally(d, w, 3);
    left->sites_n = 0;
    left->heir = slice_of(world_ally(w, 2), ALLY_BYTES);
    draft_cut_at(d, world_head(w, 0x31, 1, 5));
}
static void leaves_to_nobody_known(struct world *w, struct world_draft *d)
{
    leaves_to_an_heir(w, d);
    draft_ally(d, w, 3)->heir = slice_of(world_ally(w, 9), ALLY_BYTES);
}
static void loses_a_site_in_silence(struct world *w, struct world_draft *d)
{
    draft_ally(d, w, 2)->sites_n = 1;
}
static void cuts_a_stranger(struct world *w, struct world_draft *d)
{
    draft_cut(d, w, 0x77);
}
static void gives_a_key_to_another(struct world *w, struct world_draft *d)
{
    struct charter_site swap = d->sites[0][0];
    (void)w;
    d->sites[0][0] = d->sites[2][0];
    d->sites[2][0] = swap;
}
static void dismisses(struct world *w, struct world_draft *d)
{
    (void)w;
    d->charter.roles_n = 0;
}

static const struct next_case next_cases[] = {
    {"signed by two of three",                                   as_drafted,              {0x11, 0x21},       3},
    {"signed by one of three",                                   as_drafted,              {0x11},             3},
    {"signed by a suspended ally",                               as_drafted,              {0x11, 0x31},       3},
    {"signed by a provisional ally",                             as_drafted,              {0x11, 0x41},       3},
    {"signed twice by one ally",                                 as_drafted,              {0x21, 0x22},       3},
    {"signed by a site without a vote",                          as_drafted,              {0x11, 0x22},       3},
    {"another predecessor",                                      another_predecessor,     {0x11, 0x21, 0x31}, 3},
    {"a roster head that nobody knows",                          another_head,            {0x11, 0x21, 0x31}, 3},
    {"a ratified ally neither listed nor cut",                   omits,                   {0x11, 0x21, 0x31}, 3},
    {"a ratified ally expelled",                                 expels,                  {0x11, 0x21},       3},
    {"a ratified ally expelled, all of its logs",                expels_and_cuts_at_zero, {0x11, 0x21},       3},
    {"an ally leaves and names an heir",                         leaves_to_an_heir,       {0x11, 0x31},       3},
    {"an heir that is no ally",                                  leaves_to_nobody_known,  {0x11, 0x21, 0x31}, 3},
    {"a site of a listed ally neither listed nor cut",           loses_a_site_in_silence, {0x11, 0x21, 0x31}, 3},
    {"a cut of an unknown site",                                 cuts_a_stranger,         {0x11, 0x21, 0x31}, 3},
    {"a key that becomes another ally's",                        gives_a_key_to_another,  {0x11, 0x21, 0x31}, 3},
    {"dismissal of the secretariat by two of the other three",   dismisses,               {0x21, 0x31},       4},
    {"dismissal of the secretariat, signed by it and one other", dismisses,               {0x11, 0x21},       4},
};

json_t *charter_next_cases(void)
{
    json_t *list = json_array();
    for (size_t i = 0; i < sizeof next_cases / sizeof *next_cases; i++) {
        const struct next_case *nc = &next_cases[i];
        struct world w;
        size_t n = 0;
        world_init(&w, nc->allies);
        world_admit(&w, nc->allies + 1, world_seed(nc->allies + 1));
        world_admit(&w, 2, 0x22);
        world_suspend(&w, 3, NULL, 0);
        struct world_draft *d = world_draft(&w, false);
        nc->change(&w, d);
        while (n < 4 && nc->signers[n])
            n++;
        json_t *c = inputs_of(nc->name, &w);
        world_enact(&w, &d->charter, nc->signers, n);
        put(c, "carried", hex_of(w.charters[w.charters_n - 1]));
        add_case(list, c, charter_next_result);
        world_fini(&w);
    }
    return list;
}

/* ---- promises ---- */

const char *promise_verdict(struct slice carried)
{
    struct promise p;
    err_t e = promise_decode(carried, &p);
    return err_name(e ? e : promise_check(&p));
}

static void add_promise(json_t *list, const char *name, struct slice carried)
{
    json_t *c = json_object();
    put(c, "name", json_string(name));
    put(c, "carried", hex_of(carried));
    put(c, "result", json_string(promise_verdict(carried)));
    json_array_append_new(list, c);
}

json_t *promise_cases(void)
{
    struct world w;
    struct buf b;
    json_t *list = json_array();
    world_init(&w, 3);
    struct world_draft *d = world_draft(&w, false);
    struct charter c = world_sign(&w, &d->charter, NULL, 0);
    struct promise p = world_promise(&w, &c, 0x21);
    buf_init(&b, PROMISE_MAX_BYTES);
    promise_encode(&b, p.bytes, p.signature);
    add_promise(list, "a promise never to sign", buf_slice(&b));
    b.at[b.len - 2] ^= 1;
    add_promise(list, "a signature that does not match", buf_slice(&b));
    b.at[b.len - 2] ^= 1;
    add_promise(list, "cut short", slice_of(b.at, b.len - 1));
    buf_byte(&b, 0);
    add_promise(list, "a byte too many", buf_slice(&b));
    buf_fini(&b);
    world_fini(&w);
    return list;
}

/* ---- what stands of a roster ---- */

static json_t *stands_of(const struct authority *a)
{
    json_t *out = json_array();
    for (size_t i = 0; i < a->acts_n; i++) {
        json_t *act = json_object();
        put(act, "id", hex(a->acts[i].act.id, HASH_BYTES));
        put(act, "effect", json_boolean(a->acts[i].effect));
        json_array_append_new(out, act);
    }
    return out;
}

static json_t *voids_of(const struct authority *a)
{
    static const char *const why[] = {
        [VOID_CHARTER] = "charter", [VOID_LOWER] = "lower", [VOID_REGISTRAR] = "registrar", [VOID_FOLLOWS] = "follows"};
    json_t *out = json_array();
    for (size_t i = 0; i < a->voids_n; i++) {
        json_t *v = json_object();
        put(v, "number", json_integer((json_int_t)a->voids[i].number));
        put(v, "id", hex(a->voids[i].id, HASH_BYTES));
        put(v, "why", json_string(why[a->voids[i].why]));
        json_array_append_new(out, v);
    }
    return out;
}

json_t *roster_walk_result(const json_t *stored)
{
    struct world w;
    json_t *out = json_object();
    read_world(stored, &w);
    struct authority a = world_build(&w);
    put(out, "stands", stands_of(&a));
    put(out, "voids", voids_of(&a));
    authority_fini(&a);
    world_fini(&w);
    return out;
}

static json_t *cases_of(const struct situation *list, size_t n, json_t *(*result)(const json_t *stored))
{
    json_t *out = json_array();
    for (size_t i = 0; i < n; i++) {
        struct world w;
        list[i].make(&w);
        add_case(out, inputs_of(list[i].name, &w), result);
        world_fini(&w);
    }
    return out;
}

json_t *roster_walks(void)
{
    return cases_of(roster_situations, ROSTER_SITUATIONS, roster_walk_result);
}

/* ---- what all of it says ---- */

static json_t *allies_of(const struct authority *a)
{
    json_t *out = json_array();
    for (size_t i = 0; i < a->allies_n; i++) {
        const struct ally *ally = &a->allies[i], *owner = authority_owner_of(a, ally->id);
        json_t *j = json_object();
        put(j, "id", hex(ally->id, ALLY_BYTES));
        put(j, "ratified", json_boolean(ally->ratified));
        put(j, "suspended", json_boolean(ally->suspended));
        put(j, "ended", json_boolean(ally->ended));
        put(j, "owner", owner ? hex(owner->id, ALLY_BYTES) : json_null());
        put(j, "secretariat", json_boolean(authority_has_role(a, ally->id, ROLE_SECRETARIAT)));
        json_array_append_new(out, j);
    }
    return out;
}

/* Each site with the limit of two logs, and the charters that judge three commits of the first. */
static json_t *sites_of(const struct authority *a)
{
    json_t *out = json_array();
    for (size_t i = 0; i < a->sites_n; i++) {
        const struct site *s = &a->sites[i];
        json_t *j = json_object(), *limits = json_array(), *judges = json_array();
        put(j, "id", hex(s->id, SITE_BYTES));
        put(j, "ally", hex(a->allies[s->ally].id, ALLY_BYTES));
        put(j, "votes", json_boolean(s->votes));
        put(j, "ended", json_boolean(s->ended));
        for (uint64_t incarnation = 1; incarnation <= 2; incarnation++) {
            struct log_id log = {.incarnation = incarnation};
            memcpy(log.site, s->id, SITE_BYTES);
            uint64_t limit = authority_limit(a, &log);
            json_array_append_new(limits, limit == UINT64_MAX ? json_null() : decimal(limit));
            for (uint64_t seq = 1; seq <= 11 && incarnation == 1; seq += 5)
                json_array_append_new(judges, json_integer((json_int_t)authority_charter_of(a, &log, seq)));
        }
        put(j, "limits_of_incarnations_1_2", limits);
        put(j, "charters_of_seq_1_6_11", judges);
        json_array_append_new(out, j);
    }
    return out;
}

static json_t *checkpoints_of(const struct authority *a)
{
    size_t n;
    const struct head *heads = authority_checkpoints(a, &n);
    json_t *out = json_array();
    for (size_t i = 0; i < n; i++) {
        json_t *j = json_object();
        put(j, "site", hex(heads[i].log.site, SITE_BYTES));
        put(j, "incarnation", decimal(heads[i].log.incarnation));
        put(j, "seq", decimal(heads[i].seq));
        put(j, "id", hex(heads[i].id, HASH_BYTES));
        json_array_append_new(out, j);
    }
    return out;
}

static json_t *rivals_of(const struct authority *a)
{
    json_t *out = json_array();
    for (size_t i = 0; i < a->rivals_n; i++) {
        json_t *j = json_object();
        put(j, "number", json_integer((json_int_t)a->rivals[i].number));
        put(j, "kept", hex(a->rivals[i].kept, HASH_BYTES));
        put(j, "other", hex(a->rivals[i].other, HASH_BYTES));
        json_array_append_new(out, j);
    }
    return out;
}

json_t *authority_result(const json_t *stored)
{
    struct world w;
    struct authority a;
    json_t *out = json_object();
    read_world(stored, &w);
    err_t e = world_try(&w, &a);
    put(out, "result", json_string(err_name(e)));
    if (!e) {
        put(out, "charter_number", json_integer((json_int_t)a.charter_number));
        put(out, "charter_id", hex(a.charter_id, HASH_BYTES));
        put(out, "roster_number", json_integer((json_int_t)a.roster_number));
        put(out, "roster_id", hex(a.roster_id, HASH_BYTES));
        put(out, "allies", allies_of(&a));
        put(out, "sites", sites_of(&a));
        put(out, "checkpoints", checkpoints_of(&a));
        put(out, "voids", voids_of(&a));
        put(out, "rivals", rivals_of(&a));
        authority_fini(&a);
    }
    world_fini(&w);
    return out;
}

json_t *vectors_authority(void)
{
    json_t *file = json_object();
    put(file, "version", json_integer(1));
    put(file, "cases", cases_of(authority_situations, AUTHORITY_SITUATIONS, authority_result));
    return file;
}
