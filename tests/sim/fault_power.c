/*
 * What a power cut leaves: every file goes back to what was synced, then any part of what came after may have reached the disk all the same.
 */
#include "tests/sim/fault_vfs.h"

#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void fault_node_forget_changes(struct fault_node *n)
{
    for (size_t i = 0; i < n->changes_n; i++)
        free(n->changes[i].bytes);
    n->changes_n = 0;
}

void fault_node_forget_ghost(struct fault_node *n)
{
    free(n->ghost);
    n->ghost = NULL;
    n->ghost_len = 0;
}

/* ---- a power cut ---- */

enum survival { ALL_LOST, BEGINNING_KEPT, SECTORS_KEPT, SURVIVALS };

static void put(int fd, const uint8_t *bytes, size_t len, int64_t at)
{
    ssize_t n = len ? pwrite(fd, bytes, len, at) : 0;
    assert(n == (ssize_t)len);
}

static void resize(int fd, int64_t size)
{
    int rc = ftruncate(fd, size);
    assert(rc == 0);
}

static void undo(int fd, const struct fault_change *c)
{
    if (c->truncates)
        resize(fd, c->old_size);
    put(fd, c->bytes, c->old_len, c->at);
    if (!c->truncates)
        resize(fd, c->old_size);
}

static void redo(struct fault_vfs *v, int fd, const struct fault_change *c, bool whole)
{
    if (c->truncates) {
        if (whole || fault_vfs_random(v, 2))
            resize(fd, c->new_size);
        return;
    }
    for (size_t done = 0; done < c->new_len;) {
        size_t n = SECTOR - (size_t)((c->at + (int64_t)done) % SECTOR);
        n = n < c->new_len - done ? n : c->new_len - done;
        if (whole || fault_vfs_random(v, 2))
            put(fd, c->bytes + c->old_len + done, n, c->at + (int64_t)done);
        done += n;
    }
}

static void tear(struct fault_vfs *v, struct fault_node *n)
{
    int fd = open(n->path, O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return;
    for (size_t i = n->changes_n; i-- > 0;)
        undo(fd, &n->changes[i]);
    enum survival how = (enum survival)fault_vfs_random(v, SURVIVALS);
    size_t kept = how == BEGINNING_KEPT ? (size_t)fault_vfs_random(v, n->changes_n + 1) : n->changes_n;
    for (size_t i = 0; how != ALL_LOST && i < kept; i++)
        redo(v, fd, &n->changes[i], how == BEGINNING_KEPT && i + 1 < kept);
    close(fd);
}

static void back_again(struct fault_node *n)
{
    int fd = open(n->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return;
    put(fd, n->ghost, n->ghost_len, 0);
    close(fd);
}

void fault_disk_lose_power(struct fault_disk *d)
{
    for (size_t i = 0; i < d->nodes_n; i++) {
        struct fault_node *n = &d->nodes[i];
        if (n->changes_n)
            tear(d->vfs, n);
        bool gone = n->created && fault_vfs_random(d->vfs, 2);
        if (gone)
            unlink(n->path);
        if (n->ghost && fault_vfs_random(d->vfs, 2))
            back_again(n);
    }
    char shm[256];
    snprintf(shm, sizeof shm, "%s/allied.db-shm", d->dir);
    unlink(shm);
    fault_disk_forget(d);
}

void fault_disk_forget(struct fault_disk *d)
{
    for (size_t i = 0; i < d->nodes_n; i++) {
        fault_node_forget_changes(&d->nodes[i]);
        fault_node_forget_ghost(&d->nodes[i]);
        d->nodes[i].created = false;
    }
}
