/*
 * A handle carries the real one behind it. Changes are filed by path and not by handle, since a file may be closed and opened again between two syncs.
 */
#include "tests/sim/fault_vfs.h"

#include <assert.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct fault_vfs {
    sqlite3_vfs vfs;
    sqlite3_vfs *real;
    uint64_t random;
    struct fault_disk disks[FAULT_DISKS];
    size_t disks_n;
};
struct fault_file {
    sqlite3_file base;
    struct fault_disk *disk; /* NULL: not ours, passed through */
    struct fault_node *node;
    sqlite3_file *real;
};

uint64_t fault_vfs_random(struct fault_vfs *v, uint64_t below)
{
    uint64_t z = v->random += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    z ^= z >> 31;
    return below ? z % below : z;
}

/* ---- what is not synced ---- */

static struct fault_node *node_of(struct fault_disk *d, const char *path)
{
    for (size_t i = 0; i < d->nodes_n; i++)
        if (strcmp(d->nodes[i].path, path) == 0)
            return &d->nodes[i];
    assert(d->nodes_n < FAULT_NODES);
    struct fault_node *n = &d->nodes[d->nodes_n++];
    *n = (struct fault_node){0};
    snprintf(n->path, sizeof n->path, "%s", path);
    return n;
}

static struct fault_change *new_change(struct fault_node *n, size_t bytes)
{
    if (n->changes_n == n->changes_room) {
        n->changes_room = n->changes_room ? n->changes_room * 2 : 32;
        n->changes = reallocarray(n->changes, n->changes_room, sizeof *n->changes);
        assert(n->changes);
    }
    struct fault_change *c = &n->changes[n->changes_n++];
    *c = (struct fault_change){.bytes = malloc(bytes + 1)};
    assert(c->bytes);
    return c;
}

static void keep_write(struct fault_file *f, const void *bytes, int len, int64_t at)
{
    sqlite3_int64 size = 0;
    f->real->pMethods->xFileSize(f->real, &size);
    int64_t old = size - at < 0 ? 0 : size - at < len ? size - at : len;
    struct fault_change *c = new_change(f->node, (size_t)old + (size_t)len);
    c->at = at;
    c->old_size = size;
    c->old_len = (size_t)old;
    c->new_len = (size_t)len;
    if (old)
        f->real->pMethods->xRead(f->real, c->bytes, (int)old, at);
    memcpy(c->bytes + old, bytes, (size_t)len);
}

static void keep_truncate(struct fault_file *f, int64_t to)
{
    sqlite3_int64 size = 0;
    f->real->pMethods->xFileSize(f->real, &size);
    if (size <= to)
        return;
    struct fault_change *c = new_change(f->node, (size_t)(size - to));
    c->truncates = true;
    c->at = to;
    c->old_size = size;
    c->new_size = to;
    c->old_len = (size_t)(size - to);
    f->real->pMethods->xRead(f->real, c->bytes, (int)(size - to), to);
}

/* ---- counting, freezing, failing ---- */

void fault_disk_freeze(struct fault_disk *d)
{
    if (d->frozen)
        return;
    d->frozen = true;
    d->freeze_at = 0;
    if (d->froze)
        d->froze(d->ctx);
}

void fault_disk_thaw(struct fault_disk *d)
{
    d->frozen = false;
}

static bool fails(struct fault_disk *d, enum fault_kind kind, uint64_t count)
{
    if (d->fault != kind || !d->fault_n || count < d->fault_at)
        return false;
    d->fault_n--;
    return true;
}

/* One more operation; what it has to answer, or SQLITE_OK to do it. */
static int begin_op(struct fault_disk *d, enum fault_kind kind, int failure)
{
    if (d->frozen)
        return SQLITE_IOERR;
    d->ops++;
    return fails(d, kind, d->ops) ? failure : SQLITE_OK;
}

static int end_op(struct fault_disk *d, int rc)
{
    if (d->freeze_at && d->ops >= d->freeze_at)
        fault_disk_freeze(d);
    return rc;
}

/* ---- a file ---- */

#define REAL(f) (f)->real->pMethods

static int f_close(sqlite3_file *file)
{
    struct fault_file *f = (struct fault_file *)file;
    int rc = f->real->pMethods ? REAL(f)->xClose(f->real) : SQLITE_OK;
    sqlite3_free(f->real);
    return rc;
}

static int f_read(sqlite3_file *file, void *out, int len, sqlite3_int64 at)
{
    struct fault_file *f = (struct fault_file *)file;
    struct fault_disk *d = f->disk;
    if (!d)
        return REAL(f)->xRead(f->real, out, len, at);
    if (d->frozen)
        return SQLITE_IOERR_READ;
    d->reads++;
    if (fails(d, FAULT_READ, d->reads))
        return SQLITE_IOERR_READ;
    int rc = REAL(f)->xRead(f->real, out, len, at);
    if (rc == SQLITE_OK && d->flip_n && fault_vfs_random(d->vfs, d->flip_one_in) == 0) {
        ((uint8_t *)out)[fault_vfs_random(d->vfs, (uint64_t)len)] ^= (uint8_t)(1u << fault_vfs_random(d->vfs, 8));
        d->flips++;
        d->flip_n--;
    }
    return rc;
}

static int f_write(sqlite3_file *file, const void *bytes, int len, sqlite3_int64 at)
{
    struct fault_file *f = (struct fault_file *)file;
    if (!f->disk)
        return REAL(f)->xWrite(f->real, bytes, len, at);
    int rc = begin_op(f->disk, FAULT_FULL, SQLITE_FULL);
    if (!rc && fails(f->disk, FAULT_WRITE, f->disk->ops))
        rc = SQLITE_IOERR_WRITE;
    if (f->disk->frozen)
        return rc;
    int part = rc ? len / 2 / SECTOR * SECTOR : len; /* what fails may have begun */
    if (part) {
        keep_write(f, bytes, part, at);
        int real = REAL(f)->xWrite(f->real, bytes, part, at);
        rc = rc ? rc : real;
    }
    return end_op(f->disk, rc);
}

static int f_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    struct fault_file *f = (struct fault_file *)file;
    if (!f->disk)
        return REAL(f)->xTruncate(f->real, size);
    int rc = begin_op(f->disk, FAULT_WRITE, SQLITE_IOERR_TRUNCATE);
    if (rc)
        return rc;
    keep_truncate(f, size);
    return end_op(f->disk, REAL(f)->xTruncate(f->real, size));
}

static int f_sync(sqlite3_file *file, int flags)
{
    struct fault_file *f = (struct fault_file *)file;
    if (!f->disk)
        return REAL(f)->xSync(f->real, flags);
    int rc = begin_op(f->disk, FAULT_SYNC, SQLITE_IOERR_FSYNC);
    if (rc)
        return rc;
    fault_node_forget_changes(f->node);
    fault_node_forget_ghost(f->node);
    f->node->created = false;
    return end_op(f->disk, SQLITE_OK);
}

static int f_size(sqlite3_file *file, sqlite3_int64 *out)
{
    struct fault_file *f = (struct fault_file *)file;
    return REAL(f)->xFileSize(f->real, out);
}

static int f_lock(sqlite3_file *file, int level)
{
    struct fault_file *f = (struct fault_file *)file;
    return REAL(f)->xLock(f->real, level);
}

static int f_unlock(sqlite3_file *file, int level)
{
    struct fault_file *f = (struct fault_file *)file;
    return REAL(f)->xUnlock(f->real, level);
}

static int f_check_reserved(sqlite3_file *file, int *out)
{
    struct fault_file *f = (struct fault_file *)file;
    return REAL(f)->xCheckReservedLock(f->real, out);
}

static int f_control(sqlite3_file *file, int op, void *arg)
{
    struct fault_file *f = (struct fault_file *)file;
    return REAL(f)->xFileControl(f->real, op, arg);
}

static int f_sector(sqlite3_file *file)
{
    struct fault_file *f = (struct fault_file *)file;
    return REAL(f)->xSectorSize(f->real);
}

static int f_traits(sqlite3_file *file)
{
    struct fault_file *f = (struct fault_file *)file;
    return REAL(f)->xDeviceCharacteristics(f->real);
}

static int f_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **out)
{
    struct fault_file *f = (struct fault_file *)file;
    return REAL(f)->xShmMap(f->real, page, size, extend, out);
}

static int f_shm_lock(sqlite3_file *file, int offset, int n, int flags)
{
    struct fault_file *f = (struct fault_file *)file;
    return REAL(f)->xShmLock(f->real, offset, n, flags);
}

static void f_shm_barrier(sqlite3_file *file)
{
    struct fault_file *f = (struct fault_file *)file;
    REAL(f)->xShmBarrier(f->real);
}

static int f_shm_unmap(sqlite3_file *file, int drop)
{
    struct fault_file *f = (struct fault_file *)file;
    return REAL(f)->xShmUnmap(f->real, drop);
}

/* Version 2: no mapped pages, so that every read and write comes through here. */
static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = f_close,
    .xRead = f_read,
    .xWrite = f_write,
    .xTruncate = f_truncate,
    .xSync = f_sync,
    .xFileSize = f_size,
    .xLock = f_lock,
    .xUnlock = f_unlock,
    .xCheckReservedLock = f_check_reserved,
    .xFileControl = f_control,
    .xSectorSize = f_sector,
    .xDeviceCharacteristics = f_traits,
    .xShmMap = f_shm_map,
    .xShmLock = f_shm_lock,
    .xShmBarrier = f_shm_barrier,
    .xShmUnmap = f_shm_unmap,
};

/* ---- the VFS ---- */

static struct fault_vfs *self(sqlite3_vfs *vfs)
{
    return vfs->pAppData;
}

static struct fault_disk *disk_of(struct fault_vfs *v, const char *path)
{
    for (size_t i = 0; path && i < v->disks_n; i++) {
        size_t len = strlen(v->disks[i].dir);
        if (strncmp(path, v->disks[i].dir, len) == 0 && path[len] == '/')
            return &v->disks[i];
    }
    return NULL;
}

static int v_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *out_flags)
{
    struct fault_vfs *v = self(vfs);
    struct fault_file *f = (struct fault_file *)file;
    *f = (struct fault_file){.disk = disk_of(v, path)};
    bool fresh = f->disk && access(path, F_OK) != 0;
    if (f->disk && f->disk->frozen)
        return SQLITE_CANTOPEN;
    f->real = sqlite3_malloc(v->real->szOsFile);
    if (!f->real)
        return SQLITE_NOMEM;
    memset(f->real, 0, (size_t)v->real->szOsFile);
    if (fresh)
        f->disk->ops++;
    int rc = v->real->xOpen(v->real, path, f->real, flags, out_flags);
    if (rc) {
        sqlite3_free(f->real);
        return rc;
    }
    if (f->disk)
        f->node = node_of(f->disk, path);
    if (fresh)
        f->node->created = true;
    f->base.pMethods = &methods;
    return fresh ? end_op(f->disk, SQLITE_OK) : SQLITE_OK;
}

static void keep_ghost(struct fault_node *n)
{
    struct stat st;
    int fd = open(n->path, O_RDONLY | O_CLOEXEC);
    fault_node_forget_ghost(n);
    if (fd >= 0 && fstat(fd, &st) == 0) {
        n->ghost = malloc((size_t)st.st_size + 1);
        assert(n->ghost);
        ssize_t got = read(fd, n->ghost, (size_t)st.st_size);
        n->ghost_len = got < 0 ? 0 : (size_t)got;
    }
    if (fd >= 0)
        close(fd);
}

static int v_delete(sqlite3_vfs *vfs, const char *path, int sync)
{
    struct fault_vfs *v = self(vfs);
    struct fault_disk *d = disk_of(v, path);
    if (!d)
        return v->real->xDelete(v->real, path, sync);
    int rc = begin_op(d, FAULT_NONE, SQLITE_OK);
    if (rc)
        return rc;
    struct fault_node *n = node_of(d, path);
    if (!sync && !n->created)
        keep_ghost(n);
    fault_node_forget_changes(n);
    n->created = false;
    return end_op(d, v->real->xDelete(v->real, path, 0));
}

static int v_access(sqlite3_vfs *vfs, const char *path, int flags, int *out)
{
    sqlite3_vfs *real = self(vfs)->real;
    return real->xAccess(real, path, flags, out);
}

static int v_full_path(sqlite3_vfs *vfs, const char *path, int n, char *out)
{
    sqlite3_vfs *real = self(vfs)->real;
    return real->xFullPathname(real, path, n, out);
}

static int v_randomness(sqlite3_vfs *vfs, int n, char *out)
{
    for (int i = 0; i < n; i++)
        out[i] = (char)fault_vfs_random(self(vfs), 256);
    return n;
}

static int v_sleep(sqlite3_vfs *vfs, int us)
{
    (void)vfs;
    return us;
}

static int v_time(sqlite3_vfs *vfs, double *out)
{
    (void)vfs;
    *out = 2461000.5;
    return SQLITE_OK;
}

static int v_last_error(sqlite3_vfs *vfs, int n, char *out)
{
    sqlite3_vfs *real = self(vfs)->real;
    return real->xGetLastError(real, n, out);
}

struct fault_vfs *fault_vfs_start(uint64_t seed)
{
    struct fault_vfs *v = calloc(1, sizeof *v);
    assert(v);
    v->real = sqlite3_vfs_find(NULL);
    v->random = seed ^ UINT64_C(0xd15c);
    v->vfs = (sqlite3_vfs){.iVersion = 1,
                           .szOsFile = (int)sizeof(struct fault_file),
                           .mxPathname = v->real->mxPathname,
                           .zName = "fault",
                           .pAppData = v,
                           .xOpen = v_open,
                           .xDelete = v_delete,
                           .xAccess = v_access,
                           .xFullPathname = v_full_path,
                           .xRandomness = v_randomness,
                           .xSleep = v_sleep,
                           .xCurrentTime = v_time,
                           .xGetLastError = v_last_error};
    assert(sqlite3_vfs_register(&v->vfs, 1) == SQLITE_OK);
    sqlite3_randomness(0, NULL); /* drawn anew, from us */
    return v;
}

void fault_vfs_end(struct fault_vfs *v)
{
    sqlite3_vfs_unregister(&v->vfs);
    sqlite3_vfs_register(v->real, 1);
    for (size_t i = 0; i < v->disks_n; i++) {
        fault_disk_forget(&v->disks[i]);
        for (size_t k = 0; k < v->disks[i].nodes_n; k++)
            free(v->disks[i].nodes[k].changes);
    }
    free(v);
}

struct fault_disk *fault_vfs_disk(struct fault_vfs *v, const char *dir)
{
    assert(v->disks_n < FAULT_DISKS);
    struct fault_disk *d = &v->disks[v->disks_n++];
    *d = (struct fault_disk){.vfs = v};
    snprintf(d->dir, sizeof d->dir, "%s", dir);
    return d;
}
