#include "tests/sim/truth.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define YEAR_MS (INT64_C(31556952) * 1000)

/* ---- a process that dies ---- */

static void read_guard(struct sim_site *x)
{
    int fd = open(x->guard_path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : read(fd, x->guard, sizeof x->guard);
    x->guard_len = n < 0 ? 0 : (size_t)n;
    if (fd >= 0)
        close(fd);
}

/* The process goes on to its next look at the disk; what it does meanwhile never was. */
static void write_guard(const struct sim_site *x)
{
    if (!x->guard_len) {
        unlink(x->guard_path);
        return;
    }
    int fd = open(x->guard_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, x->guard, x->guard_len), x->guard_len);
    close(fd);
}

static void froze(void *ctx)
{
    struct sim_site *x = ctx;
    x->sim->w->sites[x->at].silent = true;
    read_guard(x);
}

/* Its tmpfs is empty after a boot; a guard that stood elsewhere is not. */
static void forget_memory(struct sim *s, size_t at)
{
    const char *tmpfs = s->w->sites[at].machine;
    if (strncmp(s->sites[at].guard_path, tmpfs, strlen(tmpfs)) == 0)
        unlink(s->sites[at].guard_path);
}

static void fell(struct sim *s, size_t at)
{
    struct sim_site *x = &s->sites[at];
    sim_say(s, "%s falls: %s, op %llu", s->w->sites[at].name, x->power ? "power" : "kill",
            (unsigned long long)x->disk->ops);
    if (s->w->sites[at].core) {
        if (sim_one_in(s, 2))
            world_lose_links(s->w, at);
        else
            world_leave_links(s->w, at);
        world_close(s->w, at);
    }
    s->w->sites[at].silent = false;
    fault_disk_thaw(x->disk);
    x->disk->freeze_at = 0;
    if (x->power) {
        fault_disk_lose_power(x->disk);
        forget_memory(s, at);
        s->counts->power_cuts++;
    } else {
        write_guard(x);
        s->counts->kills++;
    }
    x->up_at = s->w->now + 50 + (int64_t)sim_random(s, sim_one_in(s, 3) ? 20000 : 1500);
}

void faults_fall(struct sim *s, size_t at, bool power)
{
    s->sites[at].power = power;
    fault_disk_freeze(s->sites[at].disk);
    fell(s, at);
}

static void remember_guard(struct sim *s, size_t at)
{
    const struct own *own = core_own(s->w->sites[at].core);
    struct slice path = own->row.guard_path;
    assert_true(path.len < sizeof s->sites[at].guard_path);
    memcpy(s->sites[at].guard_path, path.at, path.len);
    s->sites[at].guard_path[path.len] = 0;
    s->sites[at].disk->froze = froze;
    s->sites[at].disk->ctx = &s->sites[at];
}

void faults_after(void *ctx, size_t at)
{
    struct sim *s = ctx;
    struct sim_site *x = &s->sites[at];
    if (!x->disk)
        return;
    if (x->disk->frozen) {
        fell(s, at);
        return;
    }
    if (!s->w->sites[at].core) { /* it did not come up again with its new key */
        x->up_at = x->up_at || x->played ? x->up_at : s->w->now + 1000;
        return;
    }
    remember_guard(s, at);
    if (core_fatal(s->w->sites[at].core)) {
        if (!x->faulty)
            fail_msg("%s stops without a cause", s->w->sites[at].name);
        s->counts->fatals++;
        faults_fall(s, at, false);
    }
}

void faults_start(struct sim *s, size_t at)
{
    struct sim_site *x = &s->sites[at];
    setenv("RUNTIME_DIRECTORY", s->w->sites[at].machine, 1); /* a guard that is chosen anew stands on its own machine */
    err_t e = world_start(s->w, at);
    x->up_at = 0;
    if (x->disk->frozen) {
        if (e)
            s->w->sites[at].core = NULL;
        fell(s, at);
        return;
    }
    if (e && !x->faulty)
        fail_msg("%s does not start: %s", s->w->sites[at].name, err_name(e));
    if (e)
        x->up_at = s->w->now + 1000;
    else
        remember_guard(s, at);
}

/* Who went back writes before anybody can tell it what it wrote since. */
static void write_at_once(struct sim *s, size_t at)
{
    struct sim_site *x = &s->sites[at];
    bool went_back = x->went_back;
    x->went_back = false;
    if (went_back && s->w->sites[at].core)
        sim_work(s, at);
}

void faults_start_due(struct sim *s)
{
    for (size_t i = 0; i < s->w->sites_n; i++)
        if (s->sites[i].up_at && s->sites[i].up_at <= s->w->now) {
            faults_start(s, i);
            truth_check_copies(s);
            write_at_once(s, i);
        }
}

/* ---- faults ---- */

typedef void fault_fn(struct sim *s, size_t at);

static void fall_now(struct sim *s, size_t at)
{
    faults_fall(s, at, sim_one_in(s, 2));
}

/* At an operation to come, most often in the middle of a write. */
static void fall_soon(struct sim *s, size_t at)
{
    struct sim_site *x = &s->sites[at];
    x->power = !sim_one_in(s, 3);
    x->disk->freeze_at = x->disk->ops + 1 + sim_random(s, sim_one_in(s, 4) ? 200 : 12);
    sim_work(s, at);
}

/* Several in a row, in the middle of the recovery from the one before. */
static void fall_again(struct sim *s, size_t at)
{
    for (uint64_t n = 1 + sim_random(s, 4); n--;) {
        struct sim_site *x = &s->sites[at];
        if (!s->w->sites[at].core) {
            x->power = sim_one_in(s, 2);
            x->disk->freeze_at = x->disk->ops + 1 + sim_random(s, 6);
            faults_start(s, at);
        }
        if (s->w->sites[at].core)
            fall_soon(s, at);
        world_run(s->w, (int64_t)sim_random(s, 100));
    }
}

void faults_stop(struct sim *s, size_t at)
{
    world_stop(s->w, at);
    s->sites[at].up_at = s->w->now + 100 + (int64_t)sim_random(s, 5000);
    s->counts->stops++;
}

static bool two(struct sim *s, size_t *a, size_t *b)
{
    *a = (size_t)sim_random(s, s->w->sites_n);
    *b = (size_t)sim_random(s, s->w->sites_n);
    return *a != *b;
}

static void part(struct sim *s, size_t at)
{
    size_t a, b;
    (void)at;
    if (!two(s, &a, &b))
        return;
    world_block(s->w, a, b, !s->w->blocked[a][b]);
    s->counts->partitions++;
}

static void part_one_way(struct sim *s, size_t at)
{
    size_t a, b;
    (void)at;
    if (!two(s, &a, &b))
        return;
    world_mute(s->w, a, b, !s->w->muted[a][b]);
    s->counts->mutes++;
}

static void heal(struct sim *s, size_t at)
{
    (void)at;
    world_heal(s->w);
}

/* Two halves: each goes on by itself. */
static void part_in_two(struct sim *s, size_t at)
{
    uint64_t half = sim_random(s, UINT64_C(1) << s->w->sites_n);
    (void)at;
    for (size_t a = 0; a < s->w->sites_n; a++)
        for (size_t b = 0; b < a; b++)
            world_block(s->w, a, b, (half >> a & 1) != (half >> b & 1));
    s->counts->partitions++;
}

static void reset(struct sim *s, size_t at)
{
    for (size_t i = 0; i < s->w->sites_n; i++)
        if (i != at && sim_one_in(s, 2))
            world_cut(s->w, at, i);
    s->counts->resets++;
}

static void slow(struct sim *s, size_t at)
{
    static const int64_t delays[] = {1, 5, 40, 300, 2500}, jitters[] = {0, 3, 60, 900};
    (void)at;
    s->w->delay = delays[sim_random(s, sizeof delays / sizeof *delays)];
    s->w->jitter = jitters[sim_random(s, sizeof jitters / sizeof *jitters)];
}

static void fill(struct sim *s, size_t at)
{
    struct fault_disk *d = s->sites[at].disk;
    d->fault = FAULT_FULL;
    d->fault_at = d->ops + 1 + sim_random(s, 20);
    d->fault_n = 1 + sim_random(s, 30);
    s->sites[at].faulty = true;
    s->counts->full_disks++;
}

static void fail_once(struct sim *s, size_t at)
{
    static const enum fault_kind kinds[] = {FAULT_WRITE, FAULT_SYNC, FAULT_READ};
    struct fault_disk *d = s->sites[at].disk;
    d->fault = kinds[sim_random(s, 3)];
    d->fault_at = (d->fault == FAULT_READ ? d->reads : d->ops) + 1 + sim_random(s, 15);
    d->fault_n = 1 + sim_random(s, 3);
    s->sites[at].faulty = true;
    s->counts->disk_errors++;
}

static void skew(struct sim *s, size_t at)
{
    static const int64_t skews[] = {
        0, 5000, -5000, 3 * 86400000, -3 * 86400000, 10 * YEAR_MS, -20 * YEAR_MS, 200 * YEAR_MS};
    s->w->sites[at].skew_ms = skews[sim_random(s, sizeof skews / sizeof *skews)];
    s->counts->skews++;
}

static void take_image(struct sim *s, size_t at)
{
    struct sim_site *x = &s->sites[at];
    world_copy(s->w, at, x->images[x->images_n % 2]);
    x->images_n++;
}

/* The machine goes back to an old copy of its disk; booted, or only the directory. */
static void go_back(struct sim *s, size_t at)
{
    struct sim_site *x = &s->sites[at];
    if (!x->images_n) {
        take_image(s, at);
        return;
    }
    for (size_t i = 0; i < s->w->sites_n; i++)
        if (!s->sites[i].played && !s->w->sites[i].core)
            return;
    const char *image = x->images[sim_random(s, x->images_n < 2 ? 1 : 2)];
    check_before_restore(s, at, image);
    if (sim_one_in(s, 2))
        world_stop(s->w, at);
    else
        faults_fall(s, at, false);
    world_restore(s->w, at, image);
    fault_disk_forget(x->disk);
    if (sim_one_in(s, 2)) {
        forget_memory(s, at);
        s->counts->boots++;
    }
    x->up_at = s->w->now + 500;
    x->went_back = true;
    s->counts->restores++;
}

/* A copy of the whole machine, memory included, that runs from now on as well. */
static void clone(struct sim *s, size_t at)
{
    if (s->cloned || s->sites[at].flipped || s->w->sites_n >= WORLD_SITES || s->sites[at].disk->frozen)
        return;
    s->cloned = true;
    faults_fall(s, at, false);
    size_t copy = world_clone(s->w, at, true, access(s->sites[at].guard_path, F_OK) == 0);
    sim_adopt(s, copy);
    s->sites[copy].older = s->sites[at].older;
    faults_start(s, at);
    faults_start(s, copy);
    s->counts->clones++;
}

static void join(struct sim *s, size_t at)
{
    static const char *const names[] = {"kappa", "lambda"};
    (void)at;
    if (!s->w->sites[0].core || s->sites[0].faulty || s->sites[0].disk->freeze_at || s->w->sites_n + 1 >= WORLD_SITES ||
        s->w->sites_n >= s->plan.sites + 2)
        return;
    size_t fresh = world_add(s->w, names[s->w->sites_n - s->plan.sites]);
    world_join(s->w, fresh, NULL);
    sim_adopt(s, fresh);
    faults_start(s, fresh);
    s->counts->joined++;
}

static const struct {
    enum sim_class class;
    unsigned weight;
    fault_fn *run;
} faults[] = {
    {SIM_CRASHES,  2, fall_now       },
    {SIM_CRASHES,  8, fall_soon      },
    {SIM_CRASHES,  3, fall_again     },
    {SIM_CRASHES,  1, faults_stop    },
    {SIM_NETWORK,  3, part           },
    {SIM_NETWORK,  3, part_one_way   },
    {SIM_NETWORK,  1, part_in_two    },
    {SIM_NETWORK,  3, heal           },
    {SIM_NETWORK,  3, reset          },
    {SIM_NETWORK,  2, slow           },
    {SIM_DISKS,    2, fill           },
    {SIM_DISKS,    2, fail_once      },
    {SIM_CLOCKS,   3, skew           },
    {SIM_RESTORES, 8, go_back        },
    {SIM_RESTORES, 2, take_image     },
    {SIM_BACKUPS,  4, backups_make   },
    {SIM_BACKUPS,  4, backups_restore},
    {SIM_OLDER,    1, older_upgrade  },
    {SIM_FLIPS,    4, flips_begin    },
    {SIM_CLONES,   1, clone          },
    {SIM_JOINS,    1, join           },
};
#define FAULTS (sizeof faults / sizeof *faults)

void faults_step(struct sim *s)
{
    uint64_t sum = 0;
    size_t at, i = 0;
    for (size_t k = 0; k < FAULTS; k++)
        sum += s->plan.faults & faults[k].class ? faults[k].weight : 0;
    if (!sum || !sim_some_up(s, &at))
        return;
    uint64_t drawn = sim_random(s, sum);
    for (;; i++) {
        uint64_t weight = s->plan.faults & faults[i].class ? faults[i].weight : 0;
        if (drawn < weight)
            break;
        drawn -= weight;
    }
    sim_say(s, "fault %zu at %s", i, s->w->sites[at].name);
    faults[i].run(s, at);
}

void faults_end(struct sim *s)
{
    world_heal(s->w);
    s->w->delay = 5;
    s->w->jitter = 10;
    for (size_t i = 0; i < s->w->sites_n; i++) {
        struct sim_site *x = &s->sites[i];
        x->disk->freeze_at = x->disk->fault_n = 0;
        x->disk->fault = FAULT_NONE;
        s->counts->flips += x->disk->flips;
        x->disk->flip_n = 0;
        s->w->sites[i].skew_ms = 0;
        if (x->played)
            continue;
        older_upgrade(s, i);
        if (s->w->sites[i].core && s->plan.rotates && i == 0)
            world_stop(s->w, i); /* a replaced key is taken at a start */
        if (!s->w->sites[i].core)
            faults_start(s, i);
        if (!x->flipped)
            x->faulty = false;
    }
    flips_mend(s);
}
