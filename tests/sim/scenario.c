#include "tests/sim/sim.h"

#include "tests/help/core_history.h"
#include "tests/sim/stub_sign.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* ---- chance ---- */

uint64_t sim_random(struct sim *s, uint64_t below)
{
    return world_random(s->w, below);
}

bool sim_one_in(struct sim *s, uint64_t n)
{
    return sim_random(s, n) == 0;
}

void sim_say(const struct sim *s, const char *format, ...)
{
    va_list args;
    if (!s->watch)
        return;
    printf("%8lld ", (long long)s->w->now);
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    printf("\n");
}

/* splitmix64 once more: a plan is drawn before there is a world. */
static uint64_t draw(uint64_t *state, uint64_t below)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return (z ^ z >> 31) % below;
}

struct sim_plan sim_plan_of(uint64_t seed)
{
    uint64_t state = seed;
    struct sim_plan p = {.seed = seed};
    bool large = seed % 20 == 0;
    p.real_signatures = seed % 8 == 0;
    p.sites = large ? 5 + (size_t)draw(&state, 5) : 3 + (size_t)draw(&state, 2);
    p.steps = large ? 60 : 25 + (size_t)draw(&state, 20);
    p.faults = SIM_CRASHES | SIM_NETWORK;
    if (seed % 5 == 4) /* crashes alone, and many */
        p.faults = SIM_CRASHES;
    for (unsigned class = SIM_DISKS; class <= SIM_JOINS && seed % 5 != 4; class <<= 1)
        if (draw(&state, 3) == 0)
            p.faults |= class;
    /* An invitation runs out by the inviter's clock, and an inviter that goes back forgets it: nobody would be let in. */
    if (p.faults & (SIM_CLOCKS | SIM_RESTORES))
        p.faults &= ~(unsigned)SIM_JOINS;
    if (seed % 7 == 1 || seed % 7 == 4)
        p.faults |= SIM_STANDING;
    if (seed % 7 == 4) {
        p.ends = draw(&state, 2);
        p.rotates = draw(&state, 2);
        p.rivals = draw(&state, 2);
        /* Two machines of one key meet through a third: in a small alliance it may be the one that is expelled. */
        if (p.ends && p.sites < 5)
            p.faults &= ~(unsigned)SIM_CLONES;
    }
    if (seed % 11 == 2 || seed % 11 == 8)
        p.faults |= SIM_HOSTILE | SIM_LIAR;
    if (seed % 11 == 8) /* a member that lies about what the others have fixed */
        p.faults |= SIM_STANDING;
    if (seed % 11 == 9 && !p.rotates)
        p.faults = (p.faults | SIM_FLIPS) & ~(unsigned)SIM_JOINS;
    if (seed % 11 == 10 || seed % 11 == 7)
        p.faults |= SIM_OLDER;
    if (seed % 11 == 3 || seed % 11 == 5)
        p.faults |= SIM_BACKUPS;
    if (seed % 11 == 7 || seed % 11 == 5)
        p.faults |= SIM_NEWER;
    if (p.faults & SIM_BACKUPS)
        p.faults &= ~(unsigned)SIM_JOINS;
    if (seed % 13 == 6)
        p.faults |= SIM_BEACONS;
    return p;
}

struct sim_plan sim_plan_of_cuts(uint64_t seed)
{
    return (struct sim_plan){.seed = seed, .sites = 3, .steps = 400, .faults = SIM_CRASHES};
}

/* ---- sites ---- */

void sim_adopt(struct sim *s, size_t at)
{
    s->sites[at] = (struct sim_site){.sim = s, .at = at, .disk = fault_vfs_disk(s->vfs, s->w->sites[at].dir)};
}

bool sim_some_up(struct sim *s, size_t *at)
{
    size_t up[WORLD_SITES], n = 0;
    for (size_t i = 0; i < s->w->sites_n; i++)
        if (s->w->sites[i].core && !s->sites[i].played)
            up[n++] = i;
    if (n)
        *at = up[sim_random(s, n)];
    return n > 0;
}

/* ---- work ---- */

void sim_acknowledged(struct sim *s, size_t at, const struct dot *dot)
{
    void *array = s->acks;
    assert_int_equal(core_grow(&array, s->acks_n, &s->acks_room, sizeof *s->acks), ERR_OK);
    s->acks = array;
    s->acks[s->acks_n++] = (struct sim_ack){*dot, at};
    s->counts->writes++;
}

static void note_ack(struct sim *s, size_t at, const json_t *text)
{
    struct dot dot;
    if (!json_is_string(text))
        return;
    assert_int_equal(dot_parse(slice_text(json_string_value(text)), &dot), ERR_OK);
    sim_acknowledged(s, at, &dot);
}

static void note_answer(struct sim *s, size_t at, const char *what, const json_t *answer)
{
    size_t i;
    json_t *item;
    const json_t *result = json_object_get(answer, "result");
    const json_t *error = json_object_get(answer, "error");
    note_ack(s, at, json_object_get(result, "dot"));
    json_array_foreach(json_object_get(result, "ids"), i, item) note_ack(s, at, json_object_get(item, "dot"));
    if (!error)
        return;
    const char *name = json_string_value(json_object_get(error, "name"));
    if (err_number(err_by_name(name)) < 1100 && !s->sites[at].faulty)
        fail_msg("%s at %s: %s", what, s->w->sites[at].name, name);
    s->counts->refused++;
}

/* The directory has another name in each run, and answers may tell it. */
static void trace_answer(struct sim *s, const char *text)
{
    size_t root = strlen(s->w->root);
    for (const char *at; (at = strstr(text, s->w->root)); text = at + root)
        world_trace_add(s->w, slice_of(text, (size_t)(at - text)));
    world_trace_add(s->w, slice_text(text));
}

void sim_ask(struct sim *s, size_t at, const char *what, json_t *args)
{
    json_t *answer = world_ask(s->w, at, what, args);
    char *text = answer ? json_dumps(answer, JSON_COMPACT) : NULL;
    sim_say(s, "%s at %s: %s", what, s->w->sites[at].name, text ? text : "-");
    trace_answer(s, text ? text : "-");
    if (answer)
        note_answer(s, at, what, answer);
    else
        s->counts->unknown++;
    free(text);
    json_decref(answer);
}

/* What cannot be relied upon is not looked up first. */
static void work_blindly(struct sim *s, size_t at)
{
    static const char *const looks[] = {"record.list", "concept.list", "status", "conflicts.list"};
    if (sim_one_in(s, 3)) {
        sim_ask(s, at, looks[sim_random(s, 4)], NULL);
        return;
    }
    char id[24];
    snprintf(id, sizeof id, "aveugle%d", (int)sim_random(s, 6));
    sim_ask(s, at, "record.write",
            json_pack("{s:s, s:[{s:i, s:{s:s, s:s}}]}", "mode", "import", "lines", "line", 1, "record", "source_id", id,
                      "title", sim_one_in(s, 2) ? "Un" : "Deux"));
}

void sim_work(struct sim *s, size_t at)
{
    struct fault_disk *d = s->sites[at].disk;
    struct fault_disk armed = *d;
    if (s->sites[at].flipped) {
        work_blindly(s, at);
        return;
    }
    const char *what = "";
    d->freeze_at = 0; /* what the request is made of is looked up undisturbed */
    d->fault_n = 0;
    uint64_t ops = d->ops;
    json_t *args = core_history_request(s->w, at, &what);
    d->freeze_at = armed.freeze_at ? armed.freeze_at + (d->ops - ops) : 0;
    d->fault_n = armed.fault_n;
    if (older_can(s, at, what, args))
        sim_ask(s, at, what, args);
    else
        json_decref(args);
}

/* ---- a run ---- */

static void step(struct sim *s)
{
    size_t at;
    faults_start_due(s);
    uint64_t what = sim_random(s, 100);
    if (s->plan.faults & SIM_LIAR && what < 15)
        liar_step(s);
    else if (s->has_hostile && what < 10 + (s->plan.faults & SIM_LIAR ? 12 : 0))
        hostile_step(s);
    else if (s->plan.faults & SIM_STANDING && what >= 86)
        standing_step(s);
    else if (what < 45)
        faults_step(s);
    else if (sim_some_up(s, &at) && s->plan.faults & SIM_NEWER && sim_one_in(s, 4))
        newer_write(s, at);
    else if (sim_some_up(s, &at))
        sim_work(s, at);
    static const uint64_t pauses[] = {20, 200, 2000, 15000};
    world_run(s->w, (int64_t)sim_random(s, pauses[sim_random(s, sizeof pauses / sizeof *pauses)]));
}

static void begin(struct sim *s)
{
    stub_sign_real(s->plan.real_signatures);
    s->vfs = fault_vfs_start(s->plan.seed);
    s->w = world_alliance(s->plan.seed, s->plan.sites);
    snprintf(s->counts->root, sizeof s->counts->root, "%s", s->w->root);
    for (size_t i = 0; i < s->w->sites_n; i++) {
        /* Its files were opened before it was ours: from now on all goes through the disk. */
        world_stop(s->w, i);
        sim_adopt(s, i);
        if (i && s->plan.faults & SIM_OLDER && sim_one_in(s, 2))
            older_become(s, i);
    }
    s->w->beacons = s->plan.faults & SIM_BEACONS;
    s->w->after = faults_after;
    s->w->after_ctx = s;
    for (size_t i = 0; i < s->w->sites_n; i++)
        faults_start(s, i);
    if (s->plan.faults & SIM_HOSTILE) {
        s->hostile_at = s->w->sites_n - 1;
        if (s->plan.faults & SIM_LIAR)
            liar_begin(s);
        core_author_init(&s->author, s->w, s->hostile_at, 77);
        world_stop(s->w, s->hostile_at);
        s->sites[s->hostile_at].played = s->has_hostile = true;
    }
}

void sim_run(const struct sim_plan *plan, struct sim_counts *counts, bool watch, uint8_t trace[HASH_BYTES])
{
    struct sim s = {.plan = *plan, .counts = counts, .watch = watch};
    begin(&s);
    int64_t began = s.w->now;
    for (size_t i = 0; i < plan->steps; i++)
        step(&s);
    faults_end(&s);
    standing_end(&s);
    check_all(&s);
    counts->virtual_ms += (uint64_t)(s.w->now - began);
    memcpy(trace, s.w->trace, HASH_BYTES);
    free(s.acks);
    free(s.lost);
    older_end();
    world_free(s.w);
    fault_vfs_end(s.vfs);
    counts->root[0] = 0;
}
