/*
 * sim: one run of the simulator: an alliance in a world whose machines, disks, clocks, links and members go wrong as its seed says.
 */
#ifndef ALLIED_TESTS_SIM_SIM_H
#define ALLIED_TESTS_SIM_SIM_H

#include "daemon/core/keytext.h"
#include "tests/help/core_author.h"
#include "tests/help/core_world.h"
#include "tests/sim/fault_vfs.h"

/* Summed up over runs, in memory shared with the parent. */
struct sim_counts {
    uint64_t seeds, runs, failed, virtual_ms;
    uint64_t power_cuts, kills, fatals, stops, restores, boots, clones, acts, charters, full_disks, disk_errors, skews,
        partitions, mutes, resets, backups, put_back, key_alone, newer, lies, flips, rebuilt, upgrades;
    uint64_t writes, refused, unknown, lost_with_disk, aside, hostile, joined;
    char root[96]; /* of the run under way, to be removed should it die */
};

/* What a seed's run is like. */
struct sim_plan {
    uint64_t seed;
    bool real_signatures;
    size_t sites, steps;
    unsigned faults;            /* mask of enum sim_class */
    bool ends, rotates, rivals; /* with SIM_STANDING: allies are expelled, keys replaced, rival charters signed */
};
enum sim_class {
    SIM_CRASHES = 1 << 0,
    SIM_NETWORK = 1 << 1,
    SIM_DISKS = 1 << 2,
    SIM_CLOCKS = 1 << 3,
    SIM_RESTORES = 1 << 4,
    SIM_CLONES = 1 << 5,
    SIM_HOSTILE = 1 << 6,
    SIM_JOINS = 1 << 7,
    SIM_STANDING = 1 << 8, /* suspensions, checkpoints, charters, erasures */
    SIM_BACKUPS = 1 << 9,
    SIM_FLIPS = 1 << 12,
    SIM_OLDER = 1 << 13,   /* some sites run an older program at first */
    SIM_LIAR = 1 << 11,    /* with SIM_HOSTILE: it speaks in sessions of its own too */
    SIM_BEACONS = 1 << 14, /* sites say how they are */
    SIM_NEWER = 1 << 10,   /* ops of kinds that nobody knows yet */
};

struct sim_site {
    struct sim *sim;
    size_t at;
    struct fault_disk *disk;
    bool power;     /* what a freeze of its disk stands for: a power cut, or a kill */
    int64_t up_at;  /* when it starts again; 0: it is up */
    bool played;    /* a hostile one: its core never runs again */
    bool faulty;    /* its disk may still refuse something */
    bool older;     /* its program is */
    bool flipped;   /* its disk has given back wrong bits, or may have */
    bool went_back; /* to an older disk, and has not started since */
    char guard_path[256];
    uint8_t guard[64];
    size_t guard_len;    /* as it was when the disk froze; 0: none */
    char images[2][160]; /* copies of its directory */
    size_t images_n;
    char backups[2][160];
    size_t backups_n;
};
struct sim_ack {
    struct dot dot;
    size_t site;
};
struct sim {
    struct sim_plan plan;
    struct sim_counts *counts;
    struct world *w;
    struct fault_vfs *vfs;
    struct sim_site sites[WORLD_SITES];
    struct sim_ack *acks;
    size_t acks_n, acks_room;
    uint8_t (*lost)[16]; /* commits that one site alone held, gone with its disk */
    size_t lost_n, lost_room;
    bool has_hostile;
    size_t hostile_at;
    struct core_author author; /* the hostile site's hand */
    struct {
        uint8_t curve[32];
        uint64_t link[WORLD_SITES]; /* its session with each site, by the number there; 0: never any */
    } lies;
    struct {
        bool any;
        size_t at; /* one site alone, so that the others are witnesses */
        struct keytext key;
    } flips;
    bool cloned, watch;
};

/* ---- scenario.c ---- */
struct sim_plan sim_plan_of(uint64_t seed);
struct sim_plan sim_plan_of_cuts(uint64_t seed); /* many falls, and nothing else */
/* A whole run, checks included; ends the process where something does not hold. The trace of all that happened. */
void sim_run(const struct sim_plan *plan, struct sim_counts *counts, bool watch, uint8_t trace[HASH_BYTES]);
uint64_t sim_random(struct sim *s, uint64_t below);
bool sim_one_in(struct sim *s, uint64_t n);
void sim_adopt(struct sim *s, size_t at); /* a site of the world comes under the simulator's eyes */
/* A random running honest site; false: none. */
bool sim_some_up(struct sim *s, size_t *at);
/* One random request; what was acknowledged is noted. */
void sim_work(struct sim *s, size_t at);
__attribute__((format(printf, 2, 3))) void sim_say(const struct sim *s, const char *format, ...);

void sim_acknowledged(struct sim *s, size_t at, const struct dot *dot);
/* A request with all that it draws behind it. `args` is taken. */
void sim_ask(struct sim *s, size_t at, const char *what, json_t *args);

/* ---- standing.c ---- */
void standing_step(struct sim *s);
void standing_end(struct sim *s); /* a suspension may be lifted at last */
/* Where two complete rivals parted the sites: their operators go over to what site 0 has. */
void standing_follow_first(struct sim *s);

/* ---- faults.c ---- */
/* The hook of the world. */
void faults_after(void *ctx, size_t at);
/* Starts what is due. */
void faults_start_due(struct sim *s);
void faults_start(struct sim *s, size_t at);
/* Politely; it comes back within seconds. */
void faults_stop(struct sim *s, size_t at);
/* A random fault of the plan's classes. */
void faults_step(struct sim *s);
/* Everything is mended: disks, links, clocks; all sites start. */
void faults_end(struct sim *s);
/* Its process dies now: by kill -9, or with the power. */
void faults_fall(struct sim *s, size_t at, bool power);

/* ---- backups.c ---- */
void backups_make(struct sim *s, size_t at);
void backups_restore(struct sim *s, size_t at);
bool backups_all_up(const struct sim *s); /* are all honest sites up, and know their charter? */
/* Its key, and whom to ask for everything. */
struct keytext backups_key_of(struct sim *s, size_t at);
/* It loses all but that key; started again by the caller. */
void backups_key_alone(struct sim *s, size_t at, const struct keytext *k);

/* ---- older.c ---- */
void older_become(struct sim *s, size_t at); /* it is down */
void older_upgrade(struct sim *s, size_t at);
/* Could its program ask for that? */
bool older_can(const struct sim *s, size_t at, const char *what, const json_t *args);
void older_end(void);

/* ---- flips.c ---- */
void flips_begin(struct sim *s, size_t at);
void flips_mend(struct sim *s); /* when no more bits flip */

/* ---- newer.c ---- */
void newer_write(struct sim *s, size_t at);

/* ---- hostile.c ---- */
void hostile_step(struct sim *s);
void hostile_fork(struct sim *s, size_t to); /* one branch there, the other somewhere */

/* ---- liar.c ---- */
void liar_begin(struct sim *s); /* while its core still runs */
void liar_step(struct sim *s);

/* ---- check.c ---- */
void check_all(struct sim *s);
/* This site's disk is about to be replaced by a copy (NULL: by nothing): what it alone held is expected no more. */
void check_before_restore(struct sim *s, size_t at, const char *image);
/* Did the last copy of a commit go that way, and no honest site has it again? */
bool check_is_lost(const struct sim *s, const uint8_t commit16[16]);

#endif
