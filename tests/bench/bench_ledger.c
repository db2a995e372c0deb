/*
 * bench_ledger: what the ledger's facts cost as work comes in, commit by commit, beside the fold of what each commit touches, over the history of ledger_world.
 * bench_ledger [ALLIES YEARS OPS]: prints, in microseconds of CPU, what the facts take a commit and as a share of folding, as work comes in and as all is folded
 * anew (which each closing charter does); and, in milliseconds of CPU, what the ledger of the last year takes to be read and settled, the least of some turns.
 */
#include "daemon/core/refold.h"
#include "daemon/core/tally.h"
#include "daemon/read/ledger.h"
#include "tests/help/ledger_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* What `--wrap` puts before the functions of those names; one program, one thread. */
static struct timing {
    int64_t facts_ns, fold_ns; /* fold: of entities, facts included */
    size_t facts_n, folds_n;
    bool anew; /* a rebuild is under way */
} live, rebuilt;
static int64_t settled_ns; /* the last time */

err_t __real_tally_note(struct core *c, const struct tally_entity *of);
err_t __wrap_tally_note(struct core *c, const struct tally_entity *of);
err_t __real_refold_entity(struct core *c, enum entity_type type, const uint8_t *id);
err_t __wrap_refold_entity(struct core *c, enum entity_type type, const uint8_t *id);
err_t __real_settle(const struct settle_input *in, struct arena *arena, struct ledger *out);
err_t __wrap_settle(const struct settle_input *in, struct arena *arena, struct ledger *out);
err_t __real_refold_all(struct core *c, uint64_t *ops, uint64_t *entities);
err_t __wrap_refold_all(struct core *c, uint64_t *ops, uint64_t *entities);

static int64_t cpu_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static struct timing *now(void)
{
    return live.anew ? &rebuilt : &live;
}

err_t __wrap_tally_note(struct core *c, const struct tally_entity *of)
{
    int64_t begin = cpu_ns();
    err_t e = __real_tally_note(c, of);
    now()->facts_ns += cpu_ns() - begin;
    now()->facts_n++;
    return e;
}

err_t __wrap_refold_entity(struct core *c, enum entity_type type, const uint8_t *id)
{
    int64_t begin = cpu_ns();
    err_t e = __real_refold_entity(c, type, id);
    now()->fold_ns += cpu_ns() - begin;
    now()->folds_n++;
    return e;
}

err_t __wrap_refold_all(struct core *c, uint64_t *ops, uint64_t *entities)
{
    live.anew = true;
    err_t e = __real_refold_all(c, ops, entities);
    live.anew = false;
    return e;
}

err_t __wrap_settle(const struct settle_input *in, struct arena *arena, struct ledger *out)
{
    int64_t begin = cpu_ns();
    err_t e = __real_settle(in, arena, out);
    settled_ns = cpu_ns() - begin;
    return e;
}

#define TURNS 20

struct reading {
    int64_t ledger_ns, settle_ns; /* ledger: settling included */
    size_t facts_n, entries_n;
};

static struct reading read_ledger_often(const struct core *c, unsigned year)
{
    struct reading least = {.ledger_ns = INT64_MAX, .settle_ns = INT64_MAX};
    for (int i = 0; i < TURNS; i++) {
        struct read r = {.store = c->store, .authority = &c->authority, .lang = "en", .result = json_object()};
        struct read_ledger l = {.facts_n = 0};
        int64_t begin = cpu_ns();
        err_t e = read_ledger_of(&r, year, &l);
        int64_t took = cpu_ns() - begin;
        if (e)
            fprintf(stderr, "the ledger of %u: %s\n", year, err_name(e));
        least.ledger_ns = took < least.ledger_ns ? took : least.ledger_ns;
        least.settle_ns = settled_ns < least.settle_ns ? settled_ns : least.settle_ns;
        least.facts_n = l.facts_n;
        least.entries_n = l.ledger.entries_n;
        read_fini(&r);
    }
    return least;
}

/* What looking at the clock takes is no part of it. */
static int64_t clock_cost_ns(void)
{
    int64_t begin = cpu_ns(), last = begin;
    for (int i = 0; i < 10000; i++)
        last = cpu_ns();
    return (last - begin) / 10000;
}

static double us(int64_t ns, size_t n)
{
    return n ? (double)ns / 1000.0 / (double)n : 0;
}

/* Of the time that folding takes, facts included. */
static double share(struct timing t)
{
    return t.fold_ns ? (double)t.facts_ns / (double)t.fold_ns : 0;
}

static unsigned number(int argc, char **argv, int at, unsigned otherwise)
{
    return argc > at ? (unsigned)strtoul(argv[at], NULL, 10) : otherwise;
}

int main(int argc, char **argv)
{
    struct ledger_plan plan = {.seed = 11,
                               .allies = number(argc, argv, 1, 20),
                               .years = number(argc, argv, 2, 3),
                               .ops = number(argc, argv, 3, 20000),
                               .batch = 1};
    struct ledger_world *l = ledger_world_new(&plan);
    int64_t cost = clock_cost_ns();
    live.facts_ns -= cost * (int64_t)live.facts_n;
    rebuilt.facts_ns -= cost * (int64_t)rebuilt.facts_n;
    live.fold_ns -= cost * (int64_t)(live.facts_n + live.folds_n);
    rebuilt.fold_ns -= cost * (int64_t)(rebuilt.facts_n + rebuilt.folds_n);
    struct reading last = read_ledger_often(ledger_world_core(l), LEDGER_WORLD_FIRST + plan.years - 1);
    printf(
        "{\"allies\": %u, \"years\": %u, \"ops\": %zu, \"commits\": %zu, \"folds\": %zu, \"facts_us_a_commit\": %.1f, "
        "\"facts_of_fold\": %.2f, \"rebuilt_folds\": %zu, \"facts_us_a_rebuilt\": %.1f, \"facts_of_rebuild\": %.2f, "
        "\"facts\": %zu, \"entries\": %zu, \"ledger_ms\": %.1f, \"settle_ms\": %.1f}\n",
        plan.allies, plan.years, l->ops_n, l->commits_n, live.folds_n, us(live.facts_ns, l->commits_n), share(live),
        rebuilt.folds_n, us(rebuilt.facts_ns, rebuilt.folds_n), share(rebuilt), last.facts_n, last.entries_n,
        (double)last.ledger_ns / 1e6, (double)last.settle_ns / 1e6);
    ledger_world_free(l);
    return 0;
}
