/*
 * What the alliance decides meanwhile: suspensions and their end, checkpoints, charters, expulsions, keys replaced, erasures, and what was set aside
 * written again.
 */
#include "tests/sim/sim.h"

#include "daemon/read/roll.h"
#include "protocol/base/base32.h"
#include "tests/help/core_acts.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static json_t *because(json_t *ally)
{
    return json_pack("{s:o, s:s}", "ally", ally, "reason", "essai");
}

/* What it writes before it hears of it lies beyond the cut. */
static void suspend(struct sim *s, size_t at)
{
    (void)at;
    size_t whom = 1 + (size_t)sim_random(s, s->plan.sites - 1);
    if (!s->w->sites[0].core)
        return;
    sim_ask(s, 0, "ally.suspend", because(json_string(s->w->sites[whom].name)));
    if (s->w->sites[whom].core && !s->sites[whom].played)
        sim_work(s, whom);
}

static void lift(struct sim *s, size_t at)
{
    (void)at;
    const struct core *c = s->w->sites[0].core;
    for (size_t i = 0; c && i < c->authority.allies_n; i++)
        if (c->authority.allies[i].suspended) {
            struct slice name = c->authority.allies[i].name;
            sim_ask(s, 0, "ally.lift", because(json_stringn((const char *)name.at, name.len)));
            return;
        }
}

void standing_end(struct sim *s)
{
    if (s->plan.faults & SIM_STANDING && sim_one_in(s, 2))
        lift(s, 0);
}

static void checkpoint(struct sim *s, size_t at)
{
    (void)at;
    if (s->has_hostile && sim_one_in(s, 2)) /* before it has seen both branches */
        hostile_fork(s, 0);
    if (s->w->sites[0].core)
        sim_ask(s, 0, "ally.checkpoint", NULL);
}

static void erase(struct sim *s, size_t at)
{
    char dot[DOT_TEXT_LEN + 1];
    if (!s->acks_n)
        return;
    const struct sim_ack *ack = &s->acks[sim_random(s, s->acks_n)];
    if (s->w->sites[ack->site].core && !sim_one_in(s, 5)) /* else whoever has no right to, most often */
        at = ack->site;
    dot_format(&ack->dot, dot);
    sim_ask(s, at, "erase", json_pack("{s:[s], s:s}", "dots", dot, "reason", "essai"));
}

static void republish(struct sim *s, size_t at)
{
    sim_ask(s, at, "record.republish", NULL);
}

/* Whatever is open there, signed or refused. */
static void sign(struct sim *s, size_t at)
{
    json_t *answer = world_ask(s->w, at, "charter.log", NULL), *item;
    json_t *charters = json_object_get(json_object_get(answer, "result"), "charters");
    size_t i;
    json_array_foreach(charters, i, item)
    {
        const char *id = json_string_value(json_object_get(item, "id"));
        if (id && s->w->sites[at].core && sim_one_in(s, 2))
            sim_ask(s, at, sim_one_in(s, 5) ? "charter.refuse" : "charter.sign", json_pack("{s:s}", "id", id));
    }
    json_decref(answer);
}

static json_t *a_concept(struct sim *s)
{
    return json_pack("{s:i, s:{s:o, s:{s:s}}}", "line", 1, "concept", "uri",
                     json_sprintf("http://atlas.test/c/%d", (int)sim_random(s, 6)), "prefLabel", "fr", "adopté");
}

/* Others hear of it, and some sign at once. Who may adopt concepts changes from one charter to the next: what was adopted before stays so. */
static void propose(struct sim *s, size_t at)
{
    if (s->w->sites[0].core)
        sim_ask(s, 0, "concept.write",
                json_pack("{s:[o], s:s, s:b}", "concepts", a_concept(s), "mode", "add", "adopt", 1));
    if (!s->w->sites[at].core)
        return;
    sim_ask(s, at, "charter.propose",
            json_pack("{s:s, s:b, s:{s:i, s:i}}", "name", sim_one_in(s, 2) ? "Commons" : "Communs", "keep_provisional",
                      (int)sim_one_in(s, 2), "rules", "2", (int)sim_random(s, 2), "3", (int)sim_random(s, 3)));
    world_run(s->w, (int64_t)sim_random(s, 3000));
    for (size_t i = 0; i < 2 * s->w->sites_n; i++)
        if (s->w->sites[i / 2].core && !s->sites[i / 2].played)
            sign(s, i / 2);
}

/* ---- what ends ---- */

static void cut(struct sim *s, size_t at)
{
    size_t whom = 1 + (size_t)sim_random(s, s->plan.sites - 1), heir = (size_t)sim_random(s, s->plan.sites);
    json_t *args = json_pack("{s:s}", "ally", s->w->sites[whom].name);
    if (!s->plan.ends)
        return;
    if (heir != whom && sim_one_in(s, 2))
        json_object_set_new(args, "heir", json_string(s->w->sites[heir].name));
    sim_ask(s, at, "ally.cut", args);
}

/* The founder's: nobody else replaces a key by itself. A copy of its disk from before is no copy of what it is now. */
static void rotate(struct sim *s, size_t at)
{
    (void)at;
    if (!s->plan.rotates || !s->w->sites[0].core)
        return;
    sim_ask(s, 0, "key.rotate", NULL);
    s->sites[0].images_n = s->sites[0].backups_n = 0;
    if (s->w->sites[0].core && sim_one_in(s, 2))
        faults_stop(s, 0);
}

/* ---- rivals ---- */

static err_t all_charters(struct sim *s, size_t at, struct arena *arena, struct authority_input *in)
{
    struct core *c = s->w->sites[at].core;
    return c ? roll_input(c->store, arena, in) : ERR_NOT_FOUND;
}

static void sign_all_the_same(struct sim *s, size_t at, const struct charter *c)
{
    struct core *core = s->w->sites[at].core;
    struct charter_signature sig;
    struct buf carried;
    buf_init(&carried, LIMIT_CHARTER_BYTES + 65536);
    memcpy(sig.site, core->own[0].key.pub, SITE_BYTES);
    assert_int_equal(sign_make(&core->own[0].key, DOMAIN_CHARTER, c->body, sig.signature), ERR_OK);
    charter_encode(&carried, c->body, &sig, 1, slice_text(""));
    assert_int_equal(carried.err, ERR_OK);
    err_t e = core_charter_give(s->w, at, buf_slice(&carried));
    sim_say(s, "%s signs charter %llu in spite of all: %s", s->w->sites[at].name, (unsigned long long)c->number,
            err_name(e));
    buf_fini(&carried);
    s->w->after(s->w->after_ctx, at);
}

/* A key that signs whatever it is shown, its own program's refusal notwithstanding: how two complete rivals come about. */
static void sign_carelessly(struct sim *s, size_t at)
{
    struct arena arena = {0};
    struct authority_input in = {0};
    struct charter c;
    uint64_t newest = 0;
    if (!s->plan.rivals || all_charters(s, at, &arena, &in))
        return;
    newest = s->w->sites[at].core->authority.charter_number;
    for (size_t i = 0; i < in.charters_n && s->w->sites[at].core; i++)
        if (charter_decode(in.charters[i], &arena, &c) == ERR_OK && c.number && c.number >= newest)
            sign_all_the_same(s, at, &c);
    arena_fini(&arena);
}

/* Whatever rival is offered here, or only what site 0 has. */
static void follow(struct sim *s, size_t at, bool only_as_0)
{
    json_t *answer = world_ask(s->w, at, "charter.log", NULL), *item;
    size_t i;
    json_array_foreach(json_object_get(json_object_get(answer, "result"), "rivals"), i, item)
    {
        const char *other = json_string_value(json_object_get(item, "other"));
        uint64_t number = world_number(item, "number");
        const struct core *first = s->w->sites[0].core;
        char id[64];
        if (!other || !s->w->sites[at].core || !first)
            continue;
        if (only_as_0 && number >= first->authority.charters_n)
            continue;
        if (only_as_0)
            base32_encode(slice_of(first->authority.charters[number].id, HASH_BYTES), id);
        if (!only_as_0 || strcmp(id, other) == 0)
            sim_ask(s, at, "charter.follow", json_pack("{s:s}", "id", other));
    }
    json_decref(answer);
}

static void follow_any(struct sim *s, size_t at)
{
    follow(s, at, false);
}

void standing_follow_first(struct sim *s)
{
    for (size_t i = 1; i < s->w->sites_n; i++)
        if (s->w->sites[i].core && !s->sites[i].played)
            follow(s, i, true);
}

void standing_step(struct sim *s)
{
    static void (*const steps[])(struct sim *, size_t) = {suspend, lift,      lift,    checkpoint, checkpoint, erase,
                                                          erase,   republish, propose, propose,    sign,       sign};
    static void (*const more[])(struct sim *, size_t) = {cut, rotate, propose, sign, sign_carelessly, follow_any};
    size_t at;
    if (!sim_some_up(s, &at))
        return;
    s->counts->acts++;
    if (s->plan.ends + s->plan.rotates + s->plan.rivals && sim_one_in(s, 2))
        more[sim_random(s, sizeof more / sizeof *more)](s, at);
    else
        steps[sim_random(s, sizeof steps / sizeof *steps)](s, at);
}
