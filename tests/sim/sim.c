/*
 * sim: runs seeds. sim [--seeds N] [--from K] [--seed K] [--list FILE] [--jobs N] [--seconds S] [--cuts] [--once] [--first] [--watch]
 *
 * Each seed runs twice (--once: once), and both traces must be the same. Each job has a child that runs one seed after the other; a seed that ends
 * it is named by its parent, which goes on with the next in a new child. --seconds: no seed begins later than that; --first: none begins
 * after one that failed. --cuts: instead of what the
 * seed would draw, a long run with nothing but kills and power cuts. The last lines are figures and "N passed, N failed".
 */
#include "tests/sim/sim.h"

#include "tests/help/store_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define JOBS_MAX     64
#define SEED_SECONDS 120 /* one that takes longer hangs */

struct shared {
    struct sim_counts counts;
    size_t at; /* of the seed under way */
};

struct settings {
    uint64_t *seeds;
    size_t n, jobs;
    int64_t until_ms; /* no seed begins after it; 0: all do */
    bool once, first, watch, cuts;
    const struct shared *all; /* of every job */
};

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool is_over(const struct settings *set)
{
    for (size_t i = 0; set->first && i < set->jobs; i++)
        if (set->all[i].counts.failed)
            return true;
    return set->until_ms && now_ms() >= set->until_ms;
}

static bool run_seed(const struct settings *set, struct sim_counts *counts, uint64_t seed)
{
    uint8_t one[HASH_BYTES], two[HASH_BYTES];
    struct sim_plan plan = set->cuts ? sim_plan_of_cuts(seed) : sim_plan_of(seed);
    sim_run(&plan, counts, set->watch, one);
    counts->runs++;
    if (set->once)
        return true;
    sim_run(&plan, counts, false, two);
    counts->runs++;
    if (memcmp(one, two, HASH_BYTES) == 0)
        return true;
    print_error("the two traces differ\n");
    return false;
}

static void fail_seed(struct shared *sh, uint64_t seed)
{
    printf("FAIL  SEED=%llu\n", (unsigned long long)seed);
    fflush(stdout);
    sh->counts.failed++;
}

/* Runs every jobs-th seed from sh->at on, in a child of its own. */
static int work(const struct settings *set, struct shared *sh)
{
    fflush(stdout);
    setvbuf(stdout, NULL, _IOLBF, 0);
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (; sh->at < set->n && !is_over(set); sh->at += set->jobs) {
            alarm(SEED_SECONDS);
            if (!run_seed(set, &sh->counts, set->seeds[sh->at]))
                fail_seed(sh, set->seeds[sh->at]);
            sh->counts.seeds++;
        }
        fflush(stdout);
        _exit(0);
    }
    int status = 1;
    if (child < 0 || waitpid(child, &status, 0) < 0)
        return 1;
    return status;
}

static void report(const struct sim_counts *c, int64_t ms)
{
    ms = ms ? ms : 1;
#define FIGURE(name) (unsigned long long)c->name
    printf("sim: %llu seeds, %llu runs in %lld ms; %llu virtual seconds, %llu for each real one\n", FIGURE(seeds),
           FIGURE(runs), (long long)ms, FIGURE(virtual_ms) / 1000, FIGURE(virtual_ms) / (unsigned long long)ms);
    printf("sim: %llu power cuts, %llu kills, %llu fatal stops, %llu polite stops, %llu disks full, %llu disk errors\n",
           FIGURE(power_cuts), FIGURE(kills), FIGURE(fatals), FIGURE(stops), FIGURE(full_disks), FIGURE(disk_errors));
    printf("sim: %llu restores, %llu with a boot, %llu clones, %llu joined, %llu acts, %llu charters, %llu clocks set, "
           "%llu "
           "partitions, %llu "
           "one-way, "
           "%llu resets, %llu hostile commits\n",
           FIGURE(restores), FIGURE(boots), FIGURE(clones), FIGURE(joined), FIGURE(acts), FIGURE(charters),
           FIGURE(skews), FIGURE(partitions), FIGURE(mutes), FIGURE(resets), FIGURE(hostile));
    printf("sim: %llu backups, %llu restored, %llu sites out of their key alone, %llu ops of unknown kinds, %llu lies; "
           "%llu bits flipped, %llu rebuilt; %llu upgrades\n",
           FIGURE(backups), FIGURE(put_back), FIGURE(key_alone), FIGURE(newer), FIGURE(lies), FIGURE(flips),
           FIGURE(rebuilt), FIGURE(upgrades));
    printf("sim: %llu writes acknowledged, %llu refused, %llu without an answer; %llu lost with a disk that went back, "
           "%llu seen aside\n",
           FIGURE(writes), FIGURE(refused), FIGURE(unknown), FIGURE(lost_with_disk), FIGURE(aside));
#undef FIGURE
}

static void add_seed(struct settings *set, uint64_t seed)
{
    set->seeds = reallocarray(set->seeds, set->n + 1, sizeof *set->seeds);
    if (!set->seeds)
        exit(1);
    set->seeds[set->n++] = seed;
}

/* One seed a line; what follows it is what it once found. */
static bool read_list(struct settings *set, const char *path)
{
    char line[256];
    FILE *f = fopen(path, "r");
    if (!f)
        return false;
    while (fgets(line, sizeof line, f))
        if (line[0] >= '0' && line[0] <= '9')
            add_seed(set, strtoull(line, NULL, 10));
    return fclose(f) == 0;
}

static bool read_arguments(struct settings *set, int argc, char **argv)
{
    uint64_t n = 0, from = 1;
    for (int i = 1; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : NULL;
        if (strcmp(argv[i], "--once") == 0)
            set->once = true;
        else if (strcmp(argv[i], "--first") == 0)
            set->first = true;
        else if (strcmp(argv[i], "--cuts") == 0)
            set->cuts = true;
        else if (strcmp(argv[i], "--watch") == 0)
            set->watch = true;
        else if (!value)
            return false;
        else if (strcmp(argv[i], "--seeds") == 0)
            n = strtoull(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--from") == 0)
            from = strtoull(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--seconds") == 0)
            set->until_ms = now_ms() + (int64_t)strtoull(argv[++i], NULL, 10) * 1000;
        else if (strcmp(argv[i], "--jobs") == 0)
            set->jobs = strtoull(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--seed") == 0)
            add_seed(set, strtoull(argv[++i], NULL, 10));
        else if (strcmp(argv[i], "--list") != 0 || !read_list(set, argv[++i]))
            return false;
    }
    for (uint64_t i = 0; i < n; i++)
        add_seed(set, from + i);
    return set->n > 0 && set->jobs > 0 && set->jobs <= JOBS_MAX;
}

/* All of one job's seeds: a new child after each that died. */
static void run_job(const struct settings *set, struct shared *sh)
{
    for (int status; sh->at < set->n && (status = work(set, sh)) != 0;) {
        if (sh->at >= set->n)
            break;
        printf("ended by %s %d\n", WIFSIGNALED(status) ? "signal" : "exit",
               WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
        fail_seed(sh, set->seeds[sh->at]);
        sh->at += set->jobs;
        sh->counts.seeds++;
        if (sh->counts.root[0])
            store_fixture_remove_tree(sh->counts.root);
        sh->counts.root[0] = 0;
    }
}

static void start_job(const struct settings *set, struct shared *all, size_t i)
{
    fflush(stdout);
    pid_t child = fork();
    if (child != 0)
        return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    all[i].at = i;
    run_job(set, &all[i]);
    fflush(stdout);
    _exit(0);
}

static void add_counts(struct sim_counts *sum, const struct sim_counts *c)
{
    uint64_t a[offsetof(struct sim_counts, root) / sizeof(uint64_t)], b[sizeof a / sizeof *a];
    memcpy(a, sum, sizeof a);
    memcpy(b, c, sizeof b);
    for (size_t i = 0; i < sizeof a / sizeof *a; i++)
        a[i] += b[i];
    memcpy(sum, a, sizeof a);
}

int main(int argc, char **argv)
{
    struct settings set = {.jobs = 1};
    if (!read_arguments(&set, argc, argv)) {
        fprintf(stderr, "sim [--seeds N] [--from K] [--seed K] [--list FILE] [--jobs N] [--seconds S] [--cuts] "
                        "[--once] [--first] [--watch]\n");
        return 64;
    }
    struct shared *sh = mmap(NULL, JOBS_MAX * sizeof *sh, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (sh == MAP_FAILED)
        return 1;
    set.all = sh;
    setenv("CMOCKA_TEST_ABORT", "1", 1); /* outside a test of its own, cmocka says what failed only so */
    int64_t began = now_ms();
    for (size_t i = 0; i < set.jobs; i++)
        start_job(&set, sh, i);
    while (wait(NULL) > 0)
        ;
    for (size_t i = 1; i < set.jobs; i++)
        add_counts(&sh[0].counts, &sh[i].counts);
    report(&sh->counts, now_ms() - began);
    printf("sim: %llu passed, %llu failed\n", (unsigned long long)(sh->counts.seeds - sh->counts.failed),
           (unsigned long long)sh->counts.failed);
    free(set.seeds);
    return sh->counts.failed ? 1 : 0;
}
