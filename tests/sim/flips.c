/*
 * A disk that gives back other bits than it was given, now and then, and what an operator does about it: nothing where `verify` finds nothing; a rebuild
 * where only what is derived is wrong; else the site anew out of its key, from its peers. The others never notice.
 */
#include "tests/sim/sim.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

void flips_begin(struct sim *s, size_t at)
{
    static const uint64_t rates[] = {2, 15, 100};
    if (s->flips.any)
        at = s->flips.at;
    struct fault_disk *d = s->sites[at].disk;
    if (!s->w->sites[at].core || d->frozen)
        return;
    if (!s->flips.any) {
        if (!backups_all_up(s) || s->sites[at].faulty)
            return;
        s->flips.key = backups_key_of(s, at);
        s->flips.any = true;
        s->flips.at = at;
    }
    d->flip_one_in = rates[sim_random(s, sizeof rates / sizeof *rates)];
    d->flip_n = 1 + sim_random(s, 4);
    s->sites[at].faulty = s->sites[at].flipped = true;
    if (sim_one_in(s, 3)) /* else pages that are in memory are read no more */
        faults_stop(s, at);
}

static bool verifies(struct sim *s, size_t at)
{
    json_t *answer = s->w->sites[at].core ? world_ask(s->w, at, "verify", NULL) : NULL;
    bool ok = json_is_true(json_object_get(json_object_get(answer, "result"), "ok"));
    char *text = answer ? json_dumps(answer, JSON_COMPACT) : NULL;
    sim_say(s, "verify at %s: %.400s", s->w->sites[at].name, text ? text : "-");
    free(text);
    json_decref(answer);
    return ok;
}

/* The process that had read wrongly is gone. */
static void start_anew(struct sim *s, size_t at)
{
    if (s->w->sites[at].core)
        world_stop(s->w, at);
    faults_start(s, at);
}

void flips_mend(struct sim *s)
{
    size_t at = s->flips.at;
    if (!s->flips.any)
        return;
    for (int i = 0; i < 20 && !backups_all_up(s); i++) {
        world_run(s->w, 500);
        faults_start_due(s);
    }
    check_before_restore(s, at, NULL);
    start_anew(s, at);
    if (!verifies(s, at) && s->w->sites[at].core) {
        json_decref(world_ask(s->w, at, "rebuild", NULL));
        s->counts->rebuilt++;
    }
    if (!verifies(s, at)) {
        backups_key_alone(s, at, &s->flips.key);
        faults_start(s, at);
    }
    keytext_wipe(&s->flips.key);
    s->sites[at].faulty = s->sites[at].flipped = false;
}
