/*
 * What the alliance decides meanwhile: suspensions and their end, checkpoints, charters, erasures, and what was set aside written again.
 */
#include "tests/sim/sim.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static json_t *some_ally(struct sim *s)
{
    size_t at = 1 + (size_t)sim_random(s, s->plan.sites - 1);
    return json_pack("{s:s, s:s}", "ally", s->w->sites[at].name, "reason", "essai");
}

static void suspend(struct sim *s, size_t at)
{
    (void)at;
    if (s->w->sites[0].core)
        sim_ask(s, 0, "ally.suspend", some_ally(s));
}

static void lift(struct sim *s, size_t at)
{
    (void)at;
    if (s->w->sites[0].core)
        sim_ask(s, 0, "ally.lift", some_ally(s));
}

static void checkpoint(struct sim *s, size_t at)
{
    (void)at;
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

static void propose(struct sim *s, size_t at)
{
    sim_ask(s, at, "charter.propose",
            json_pack("{s:s, s:b}", "name", sim_one_in(s, 2) ? "Commons" : "Communs", "keep_provisional",
                      (int)sim_one_in(s, 2)));
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

void standing_step(struct sim *s)
{
    static void (*const steps[])(struct sim *, size_t) = {suspend, lift,      lift,    checkpoint, erase,
                                                          erase,   republish, propose, sign,       sign};
    size_t at;
    if (!sim_some_up(s, &at))
        return;
    s->counts->acts++;
    steps[sim_random(s, sizeof steps / sizeof *steps)](s, at);
}
