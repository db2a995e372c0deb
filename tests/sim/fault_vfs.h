/*
 * fault_vfs: SQLite's default VFS with a disk beneath that can lose power, fill up, fail and lie. It stands before the real one and is registered as the default, so
 * that the store is tested as it is.
 *
 * A disk is a directory. Its files always hold what the process wrote: that is what kill -9 leaves. What is not synced yet is kept here
 * beside, old bytes and new, so that fault_disk_lose_power can take away any part of it, 512 bytes by 512 bytes: what a power cut leaves. xSync makes
 * a file, and the directory entry of a new one, durable. A file deleted without a sync of its directory may be there again.
 *
 * Operations that change the disk are counted (create, write, truncate, sync, delete); a freeze is placed after the k-th: from then on the
 * disk keeps its state and refuses all, until fault_disk_thaw.
 */
#ifndef ALLIED_TESTS_SIM_FAULT_VFS_H
#define ALLIED_TESTS_SIM_FAULT_VFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FAULT_DISKS 16
#define FAULT_NODES 8
#define SECTOR      512

enum fault_kind { FAULT_NONE, FAULT_FULL, FAULT_WRITE, FAULT_SYNC, FAULT_READ };

struct fault_change { /* one write or truncation that is not synced */
    bool truncates;
    int64_t at, old_size, new_size;
    size_t old_len, new_len;
    uint8_t *bytes; /* old, then new */
};
struct fault_node {
    char path[256];
    bool created;   /* and its directory entry not synced */
    uint8_t *ghost; /* what stood in it when it was deleted, the deletion not synced */
    size_t ghost_len;
    struct fault_change *changes;
    size_t changes_n, changes_room;
};
struct fault_vfs;
struct fault_disk {
    struct fault_vfs *vfs;
    char dir[200];
    bool frozen;
    uint64_t ops, reads;   /* so far */
    uint64_t freeze_at;    /* freezes after this op; 0: never */
    enum fault_kind fault; /* what fails from fault_at on, fault_n times */
    uint64_t fault_at, fault_n;
    uint64_t flip_one_in, flip_n; /* one bit in one of so many reads, so many times */
    uint64_t flips;
    struct fault_node nodes[FAULT_NODES];
    size_t nodes_n;
    void (*froze)(void *ctx); /* told at that moment */
    void *ctx;
};

/* Registers it; one at a time. Names and salts that SQLite draws come from the seed. */
struct fault_vfs *fault_vfs_start(uint64_t seed);
void fault_vfs_end(struct fault_vfs *v);
struct fault_disk *fault_vfs_disk(struct fault_vfs *v, const char *dir);
uint64_t fault_vfs_random(struct fault_vfs *v, uint64_t below);

void fault_disk_freeze(struct fault_disk *d);
void fault_disk_thaw(struct fault_disk *d); /* no file is open any more */
/* Takes away what was not synced, or any part of it. No file is open. */
void fault_disk_lose_power(struct fault_disk *d);
void fault_node_forget_changes(struct fault_node *n); /* it was synced */
void fault_node_forget_ghost(struct fault_node *n);
/* All that is there is durable: the directory was put there from elsewhere. */
void fault_disk_forget(struct fault_disk *d);

#endif
