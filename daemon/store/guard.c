/*
 * The file, 64 bytes: "alliedG1" · incarnation 8 · seq 8 (big-endian) · id 32 · the first 8 bytes of BLAKE2b-256 of all before it.
 * A file that does not check is none: the next write then opens a new incarnation, which is always safe.
 *
 * No fsync: a guard has to outlive the process, and must not outlive the boot.
 */
#include "daemon/store/guard.h"
#include "daemon/store/whole.h"

#include "protocol/base/base32.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#define FORM_BYTES  64
#define CHECK_AT    56
#define SITE_CHARS  16
#define PLACE_BYTES 400
static const char magic[8] = {'a', 'l', 'l', 'i', 'e', 'd', 'G', '1'};

/* ---- directories ---- */

/*
 * Ours alone, and no symlink: /dev/shm is open to everybody, and whoever could put a guard there could make us reuse a seq. -1 where it is
 * not, or can't be written.
 */
static int open_private(const char *dir)
{
    struct stat st;
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return -1;
    if (fstat(fd, &st) == 0 && st.st_uid == geteuid() && !(st.st_mode & (S_IWGRP | S_IWOTH)) &&
        faccessat(fd, ".", W_OK | X_OK, AT_EACCESS) == 0)
        return fd;
    close(fd);
    return -1;
}

static bool is_private_tmpfs(const char *dir)
{
    struct statfs fs;
    int fd = open_private(dir);
    if (fd < 0)
        return false;
    bool tmpfs = fstatfs(fd, &fs) == 0 && fs.f_type == TMPFS_MAGIC;
    close(fd);
    return tmpfs;
}

enum place { PLACE_RUNTIME, PLACE_XDG, PLACE_RUN, PLACE_SHM, PLACE_COUNT };

/* False where this machine has no such place. */
static bool place_name(enum place place, char *out, size_t size)
{
    const char *env = NULL;
    int n = -1;
    switch (place) {
    case PLACE_RUNTIME:
        env = getenv("RUNTIME_DIRECTORY"); /* systemd: the names, with colons between them */
        if (env)
            n = snprintf(out, size, "%.*s", (int)strcspn(env, ":"), env);
        break;
    case PLACE_XDG:
        env = getenv("XDG_RUNTIME_DIR");
        if (env && *env)
            n = snprintf(out, size, "%s/allied", env);
        break;
    case PLACE_RUN:
        n = snprintf(out, size, "/run/allied");
        break;
    case PLACE_SHM:
        n = snprintf(out, size, "/dev/shm/allied-%lu", (unsigned long)geteuid());
        break;
    case PLACE_COUNT:
        break;
    }
    return n > 0 && (size_t)n < size && out[0] == '/';
}

void guard_choose(const uint8_t site[SITE_BYTES], char *path, size_t size)
{
    char id[BASE32_LEN(SITE_BYTES) + 1], dir[PLACE_BYTES];
    base32_encode(slice_of(site, SITE_BYTES), id);
    for (enum place place = PLACE_RUNTIME; place < PLACE_COUNT; place++) {
        if (!place_name(place, dir, sizeof dir))
            continue;
        bool made = mkdir(dir, 0700) == 0;
        if (is_private_tmpfs(dir)) {
            int n = snprintf(path, size, "%s/%.*s.guard", dir, SITE_CHARS, id);
            if (n > 0 && (size_t)n < size)
                return;
        }
        if (made)
            rmdir(dir);
    }
    if (size)
        path[0] = 0;
}

/* ---- lock ---- */

/* After a boot the directory is gone with all that was in it. */
static bool directory_again(const char *path)
{
    char dir[PLACE_BYTES + 64];
    int n = snprintf(dir, sizeof dir, "%s", path);
    char *slash = strrchr(dir, '/');
    if (n < 0 || (size_t)n >= sizeof dir || !slash || slash == dir)
        return false;
    *slash = 0;
    mkdir(dir, 0700);
    int fd = open_private(dir);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

err_t guard_open(const char *path, struct guard *out, struct why *why)
{
    char lock[sizeof out->path + 8];
    struct guard g = {.lock_fd = -1};
    if (!*path) {
        *out = g;
        return ERR_OK;
    }
    if (strlen(path) >= sizeof g.path - 8 || !directory_again(path))
        return why_set(why, ERR_GUARD, "%s", path);
    snprintf(g.path, sizeof g.path, "%s", path);
    snprintf(lock, sizeof lock, "%s.lock", path);
    g.lock_fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (g.lock_fd < 0)
        return why_set(why, ERR_GUARD, "%s: %s", lock, strerrorname_np(errno));
    if (flock(g.lock_fd, LOCK_EX | LOCK_NB)) {
        err_t e = errno == EWOULDBLOCK ? ERR_LOCKED : ERR_GUARD;
        close(g.lock_fd);
        return why_set(why, e, "%s", lock);
    }
    *out = g;
    return ERR_OK;
}

/* A zeroed guard has no path either: its lock_fd is not one. */
static bool has_file(const struct guard *g)
{
    return g->path[0] && g->lock_fd >= 0;
}

void guard_close(struct guard *g)
{
    if (!g)
        return;
    if (has_file(g))
        close(g->lock_fd);
    *g = (struct guard){.lock_fd = -1};
}

/* ---- form ---- */

static void put64(uint8_t *at, uint64_t v)
{
    for (int i = 0; i < 8; i++)
        at[i] = (uint8_t)(v >> (56 - 8 * i));
}

static uint64_t get64(const uint8_t *at)
{
    uint64_t v = 0;
    for (int i = 0; i < 8; i++)
        v = v << 8 | at[i];
    return v;
}

static void check_of(const uint8_t *form, uint8_t out[8])
{
    uint8_t hash[HASH_BYTES];
    struct slice part = slice_of(form, CHECK_AT);
    hash256(hash, &part, 1);
    memcpy(out, hash, 8);
}

static void form_write(uint8_t form[FORM_BYTES], const struct guard_state *state)
{
    memcpy(form, magic, sizeof magic);
    put64(form + 8, state->incarnation);
    put64(form + 16, state->seq);
    memcpy(form + 24, state->id, HASH_BYTES);
    check_of(form, form + CHECK_AT);
}

static err_t form_read(const uint8_t form[FORM_BYTES], struct guard_state *out)
{
    uint8_t check[8];
    check_of(form, check);
    if (memcmp(form, magic, sizeof magic) != 0 || memcmp(form + CHECK_AT, check, sizeof check) != 0)
        return ERR_NOT_FOUND;
    out->incarnation = get64(form + 8);
    out->seq = get64(form + 16);
    memcpy(out->id, form + 24, HASH_BYTES);
    return ERR_OK;
}

/* ---- reading, writing ---- */

err_t guard_read(struct guard *g, struct guard_state *out)
{
    if (!has_file(g)) {
        if (g->known)
            *out = g->state;
        return g->known ? ERR_OK : ERR_NOT_FOUND;
    }
    uint8_t form[FORM_BYTES + 1]; /* one more, to see that nothing follows */
    struct stat st;
    int fd = open(g->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return ERR_NOT_FOUND;
    bool ours = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == geteuid();
    size_t n = 0;
    err_t e = ours ? whole_read(fd, form, sizeof form, &n) : ERR_NOT_FOUND;
    close(fd);
    return !e && n == FORM_BYTES ? form_read(form, out) : ERR_NOT_FOUND;
}

err_t guard_write(struct guard *g, const struct guard_state *state)
{
    if (!has_file(g)) {
        g->state = *state;
        g->known = true;
        return ERR_OK;
    }
    uint8_t form[FORM_BYTES];
    char fresh[sizeof g->path + 8];
    form_write(form, state);
    snprintf(fresh, sizeof fresh, "%s.new", g->path);
    unlink(fresh);
    int fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return ERR_GUARD;
    bool written = whole_write(fd, slice_of(form, sizeof form)) == ERR_OK;
    written = close(fd) == 0 && written;
    if (written && rename(fresh, g->path) == 0)
        return ERR_OK;
    unlink(fresh);
    return ERR_GUARD;
}

void guard_drop(struct guard *g)
{
    if (has_file(g))
        unlink(g->path);
    g->known = false;
}
