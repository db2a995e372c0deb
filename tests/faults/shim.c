/*
 * shim: stands between a program and the C library (LD_PRELOAD), counts what it does to the files below some directories and what it
 * allocates, and lets it fail or kills the process at the K-th.
 *
 *   FAULT_UNDER  directories, colons between; without it no file operation counts
 *   FAULT_AT     K, from 1; 0 or absent: nothing fails, all is counted
 *   FAULT_HOW    kill: SIGKILL instead of the operation; half: SIGKILL after half of a write's bytes, and after any other operation;
 *                once: the operation fails; on: it and every later one that the error can meet
 *   FAULT_ERRNO  with once and on: its number
 *   FAULT_TOLD   file (outside of FAULT_UNDER) that gets, at the end or before the kill, the count, and the operation struck: "COUNT NAME PATH"
 *
 * Operations: open with O_CREAT, write, pwrite, pwritev, fsync, fdatasync, ftruncate, fallocate, rename, renameat, renameat2, unlink, unlinkat,
 * mkdir, link. A full disk (ENOSPC) does not meet fsync, ftruncate, rename and unlink; those are counted all the same.
 *
 * A program may call fault_allocations(k), found by dlsym: from then on the k-th allocation returns NULL (0: none); it returns how many there were
 * since the last call. One thread.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define FDS   1024
#define PATHS 192

static struct {
    bool ready, kill, half, on;
    int number;
    unsigned long at, count;
    const char *under, *told;
    char struck[64 + PATHS];
    bool ours[FDS];
    char path[FDS][PATHS];
} f;

static struct {
    unsigned long count, at;
} memory;

/* ---- the plan ---- */

static void tell(void)
{
    char line[128 + PATHS];
    if (!f.told)
        return;
    int n = snprintf(line, sizeof line, "%lu %s\n", f.count, f.struck[0] ? f.struck : "none none");
    int (*real)(const char *, int, ...) = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, "open");
    ssize_t (*put)(int, const void *, size_t) = (ssize_t(*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
    int fd = real(f.told, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd >= 0 && put(fd, line, (size_t)n) < 0)
        _exit(99);
    if (fd >= 0)
        close(fd);
}

static void __attribute__((constructor)) begin(void)
{
    const char *at = getenv("FAULT_AT"), *how = getenv("FAULT_HOW"), *number = getenv("FAULT_ERRNO");
    f.under = getenv("FAULT_UNDER");
    f.told = getenv("FAULT_TOLD");
    f.at = at ? strtoul(at, NULL, 10) : 0;
    f.half = how && strcmp(how, "half") == 0;
    f.kill = f.half || (how && strcmp(how, "kill") == 0);
    f.on = how && strcmp(how, "on") == 0;
    f.number = number ? (int)strtol(number, NULL, 10) : EIO;
    f.ready = true;
}

static void __attribute__((destructor)) end(void)
{
    tell();
}

/* How many operations there were so far: found by dlsym as well. */
unsigned long fault_operations(void);
unsigned long fault_operations(void)
{
    return f.count;
}

static bool is_under(const char *path)
{
    const char *at = f.under;
    while (f.ready && at && *at && path) {
        size_t n = strcspn(at, ":");
        if (strncmp(path, at, n) == 0 && (path[n] == 0 || path[n] == '/'))
            return true;
        at += n + (at[n] == ':');
    }
    return false;
}

static bool fd_is_ours(int fd)
{
    return fd >= 0 && fd < FDS && f.ours[fd];
}

static bool at_is_ours(int dir, const char *path)
{
    return path && path[0] == '/' ? is_under(path) : fd_is_ours(dir);
}

static bool can_meet(const char *name)
{
    static const char *const never_full[] = {"fsync", "fdatasync", "ftruncate", "rename", "unlink"};
    for (size_t i = 0; f.number == ENOSPC && i < sizeof never_full / sizeof *never_full; i++)
        if (strcmp(name, never_full[i]) == 0)
            return false;
    return true;
}

static void die(void)
{
    tell();
    kill(getpid(), SIGKILL);
    for (;;)
        pause();
}

/* Counts one operation. True: it fails, errno is set. *last: this process ends after it. */
static bool strikes(const char *name, const char *path, bool *last)
{
    *last = false;
    f.count++;
    bool hit = f.at && (f.count == f.at || (f.on && f.count > f.at));
    if (!hit)
        return false;
    if (!f.struck[0])
        snprintf(f.struck, sizeof f.struck, "%s %s", name, path);
    if (f.kill && !f.half)
        die();
    *last = f.half;
    if (f.half || !can_meet(name))
        return false;
    errno = f.number;
    return true;
}

#define REAL(type, name) __typeof__(type) real = (__typeof__(type))dlsym(RTLD_NEXT, name)
#define PATH_OF(fd)      (fd_is_ours(fd) ? f.path[fd] : "")

/* ---- opening ---- */

static void opened(int fd, bool ours, const char *path)
{
    if (fd < 0 || fd >= FDS)
        return;
    f.ours[fd] = ours;
    if (ours)
        snprintf(f.path[fd], PATHS, "%s", path);
}

typedef int openat_fn(int, const char *, int, ...);

static int open_any(const char *name, int dir, const char *path, int flags, mode_t mode)
{
    bool ours = at_is_ours(dir, path), last = false;
    if (ours && (flags & O_CREAT) && strikes("open", path, &last))
        return -1;
    REAL(openat_fn *, name);
    int fd = real(dir, path, flags, mode);
    opened(fd, ours, path);
    if (last)
        die();
    return fd;
}

#define TAKE_MODE                                                                                                      \
    mode_t mode = 0;                                                                                                   \
    if (flags & (O_CREAT | (O_TMPFILE & ~O_DIRECTORY))) {                                                              \
        va_list args;                                                                                                  \
        va_start(args, flags);                                                                                         \
        mode = va_arg(args, mode_t);                                                                                   \
        va_end(args);                                                                                                  \
    }

int open(const char *path, int flags, ...)
{
    TAKE_MODE
    return open_any("openat", AT_FDCWD, path, flags, mode);
}
int open64(const char *path, int flags, ...)
{
    TAKE_MODE
    return open_any("openat64", AT_FDCWD, path, flags, mode);
}
int openat(int dir, const char *path, int flags, ...)
{
    TAKE_MODE
    return open_any("openat", dir, path, flags, mode);
}
int openat64(int dir, const char *path, int flags, ...)
{
    TAKE_MODE
    return open_any("openat64", dir, path, flags, mode);
}

/* With _FORTIFY_SOURCE, an open without a mode is another function. */
int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);
int __open_2(const char *path, int flags)
{
    return open_any("openat", AT_FDCWD, path, flags, 0);
}
int __open64_2(const char *path, int flags)
{
    return open_any("openat64", AT_FDCWD, path, flags, 0);
}

int close(int fd)
{
    if (fd >= 0 && fd < FDS)
        f.ours[fd] = false;
    REAL(int (*)(int), "close");
    return real(fd);
}

/* ---- writing ---- */

ssize_t write(int fd, const void *bytes, size_t len)
{
    bool last = false;
    if (fd_is_ours(fd) && strikes("write", PATH_OF(fd), &last))
        return -1;
    REAL(ssize_t(*)(int, const void *, size_t), "write");
    ssize_t n = real(fd, bytes, last ? len / 2 : len);
    if (last)
        die();
    return n;
}

static ssize_t pwrite_any(const char *name, int fd, const void *bytes, size_t len, off64_t at)
{
    bool last = false;
    if (fd_is_ours(fd) && strikes("pwrite", PATH_OF(fd), &last))
        return -1;
    REAL(ssize_t(*)(int, const void *, size_t, off64_t), name);
    ssize_t n = real(fd, bytes, last ? len / 2 : len, at);
    if (last)
        die();
    return n;
}
ssize_t pwrite(int fd, const void *bytes, size_t len, off_t at)
{
    return pwrite_any("pwrite", fd, bytes, len, at);
}
ssize_t pwrite64(int fd, const void *bytes, size_t len, off64_t at)
{
    return pwrite_any("pwrite64", fd, bytes, len, at);
}

ssize_t pwritev(int fd, const struct iovec *v, int n, off_t at)
{
    bool last = false;
    if (fd_is_ours(fd) && strikes("pwritev", PATH_OF(fd), &last))
        return -1;
    REAL(ssize_t(*)(int, const struct iovec *, int, off_t), "pwritev");
    ssize_t done = real(fd, v, last ? (n + 1) / 2 : n, at);
    if (last)
        die();
    return done;
}
ssize_t writev(int fd, const struct iovec *v, int n)
{
    bool last = false;
    if (fd_is_ours(fd) && strikes("writev", PATH_OF(fd), &last))
        return -1;
    REAL(ssize_t(*)(int, const struct iovec *, int), "writev");
    ssize_t done = real(fd, v, last ? (n + 1) / 2 : n);
    if (last)
        die();
    return done;
}

/* Operations whose half is their whole: struck by `half`, the process ends right after them. */
#define WHOLE(ours, label, path, call)                                                                                 \
    do {                                                                                                               \
        bool last = false;                                                                                             \
        if ((ours) && strikes(label, path, &last))                                                                     \
            return -1;                                                                                                 \
        int rc = (call);                                                                                               \
        if (last)                                                                                                      \
            die();                                                                                                     \
        return rc;                                                                                                     \
    } while (0)

int fsync(int fd)
{
    REAL(int (*)(int), "fsync");
    WHOLE(fd_is_ours(fd), "fsync", PATH_OF(fd), real(fd));
}
int fdatasync(int fd)
{
    REAL(int (*)(int), "fdatasync");
    WHOLE(fd_is_ours(fd), "fdatasync", PATH_OF(fd), real(fd));
}
int ftruncate(int fd, off_t len)
{
    REAL(int (*)(int, off_t), "ftruncate");
    WHOLE(fd_is_ours(fd), "ftruncate", PATH_OF(fd), real(fd, len));
}
int ftruncate64(int fd, off64_t len)
{
    REAL(int (*)(int, off64_t), "ftruncate64");
    WHOLE(fd_is_ours(fd), "ftruncate", PATH_OF(fd), real(fd, len));
}
/* posix_fallocate returns its error; SQLite uses it for the shared memory of the WAL. */
int posix_fallocate64(int fd, off64_t at, off64_t len)
{
    bool last = false;
    if (fd_is_ours(fd) && strikes("fallocate", PATH_OF(fd), &last))
        return errno;
    REAL(int (*)(int, off64_t, off64_t), "posix_fallocate64");
    int rc = real(fd, at, len);
    if (last)
        die();
    return rc;
}

/* ---- names ---- */

int rename(const char *from, const char *to)
{
    REAL(int (*)(const char *, const char *), "rename");
    WHOLE(is_under(to), "rename", to, real(from, to));
}
int renameat(int a, const char *from, int b, const char *to)
{
    REAL(int (*)(int, const char *, int, const char *), "renameat");
    WHOLE(at_is_ours(b, to), "rename", to, real(a, from, b, to));
}
int renameat2(int a, const char *from, int b, const char *to, unsigned flags)
{
    REAL(int (*)(int, const char *, int, const char *, unsigned), "renameat2");
    WHOLE(at_is_ours(b, to), "rename", to, real(a, from, b, to, flags));
}
int link(const char *from, const char *to)
{
    REAL(int (*)(const char *, const char *), "link");
    WHOLE(is_under(to), "link", to, real(from, to));
}
int unlink(const char *path)
{
    REAL(int (*)(const char *), "unlink");
    WHOLE(is_under(path), "unlink", path, real(path));
}
int unlinkat(int dir, const char *path, int flags)
{
    REAL(int (*)(int, const char *, int), "unlinkat");
    WHOLE(at_is_ours(dir, path), "unlink", path, real(dir, path, flags));
}
int mkdir(const char *path, mode_t mode)
{
    REAL(int (*)(const char *, mode_t), "mkdir");
    WHOLE(is_under(path), "mkdir", path, real(path, mode));
}

/* ---- memory ---- */

/* glibc's own names for its allocator, and the sanitizer's where it runs: dlsym would allocate. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *old, size_t size);
extern void *__interceptor_malloc(size_t size) __attribute__((weak));
extern void *__interceptor_calloc(size_t n, size_t size) __attribute__((weak));
extern void *__interceptor_realloc(void *old, size_t size) __attribute__((weak));

unsigned long fault_allocations(unsigned long at);
unsigned long fault_allocations(unsigned long at)
{
    unsigned long before = memory.count;
    memory.count = 0;
    memory.at = at;
    return before;
}

static bool memory_fails(void)
{
    if (++memory.count != memory.at)
        return false;
    errno = ENOMEM;
    return true;
}

void *malloc(size_t size)
{
    if (memory_fails())
        return NULL;
    return __interceptor_malloc ? __interceptor_malloc(size) : __libc_malloc(size);
}
void *calloc(size_t n, size_t size)
{
    if (memory_fails())
        return NULL;
    return __interceptor_calloc ? __interceptor_calloc(n, size) : __libc_calloc(n, size);
}
void *realloc(void *old, size_t size)
{
    if (memory_fails())
        return NULL;
    return __interceptor_realloc ? __interceptor_realloc(old, size) : __libc_realloc(old, size);
}
void *reallocarray(void *old, size_t n, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(n, size, &bytes)) {
        errno = ENOMEM;
        return NULL;
    }
    return realloc(old, bytes);
}
