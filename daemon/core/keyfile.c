#include "daemon/core/keyfile.h"
#include "protocol/base/base32.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define UNFINISHED_NAME "unfinished"
#define SEED_TEXT_LEN   BASE32_LEN(SEED_BYTES)

static err_t os_error(struct why *why, const char *path)
{
    err_t e = errno == ENOSPC || errno == EDQUOT                    ? ERR_DISK_FULL
              : errno == EACCES || errno == EROFS || errno == EPERM ? ERR_READ_ONLY
              : errno == EEXIST                                     ? ERR_DATA_EXISTS
              : errno == ENOENT                                     ? ERR_FILE
                                                                    : ERR_DISK;
    return why_set(why, e, "%.150s", path);
}

static err_t path_of(const char *dir, const char *name, char *path, size_t size)
{
    int n = name ? snprintf(path, size, "%s/keys/%s.key", dir, name) : snprintf(path, size, "%s/keys", dir);
    return n > 0 && (size_t)n < size ? ERR_OK : ERR_FILE;
}

static err_t sync_dir(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return ERR_DISK;
    err_t e = fsync(fd) ? ERR_DISK : ERR_OK;
    close(fd);
    return e;
}

static err_t write_text(int fd, const char *text, size_t len)
{
    ssize_t n = write(fd, text, len);
    return n == (ssize_t)len && fsync(fd) == 0 ? ERR_OK : ERR_DISK;
}

/* Under its name a key stands whole or not at all: half of one would be taken for a key that somebody damaged. */
static err_t write_whole(const char *path, const char *text, size_t len)
{
    char fresh[4096 + 8];
    snprintf(fresh, sizeof fresh, "%s.new", path);
    unlink(fresh);
    int fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return ERR_DISK;
    err_t e = write_text(fd, text, len);
    if (!e && renameat2(AT_FDCWD, fresh, AT_FDCWD, path, RENAME_NOREPLACE))
        e = ERR_DISK;
    int reason = errno;
    close(fd);
    if (e)
        unlink(fresh);
    errno = reason;
    return e;
}

err_t keyfile_write(const char *dir, const char *name, const uint8_t seed[SEED_BYTES], struct why *why)
{
    char keys[4096], path[4096], text[SEED_TEXT_LEN + 2];
    err_t e = path_of(dir, NULL, keys, sizeof keys);
    if (!e)
        e = path_of(dir, name, path, sizeof path);
    if (e)
        return why_set(why, e, "%.150s", dir);
    if (mkdir(keys, 0700) && errno != EEXIST)
        return os_error(why, keys);
    base32_encode(slice_of(seed, SEED_BYTES), text);
    text[SEED_TEXT_LEN] = '\n';
    if (write_whole(path, text, SEED_TEXT_LEN + 1))
        e = os_error(why, path);
    sign_wipe(text, sizeof text);
    return e ? e : sync_dir(keys);
}

err_t keyfile_move(const char *dir, const char *from, const char *to, struct why *why)
{
    char keys[4096], old[4096], fresh[4096];
    if (path_of(dir, NULL, keys, sizeof keys) || path_of(dir, from, old, sizeof old) ||
        path_of(dir, to, fresh, sizeof fresh))
        return why_set(why, ERR_FILE, "%.150s", dir);
    if (rename(old, fresh))
        return os_error(why, old);
    return sync_dir(keys);
}

err_t keyfile_read(const char *dir, const char *name, struct sign_key *out, struct why *why)
{
    char path[4096], text[SEED_TEXT_LEN + 1];
    uint8_t seed[SEED_BYTES];
    struct stat st;
    if (path_of(dir, name, path, sizeof path))
        return why_set(why, ERR_FILE, "%.150s", dir);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return errno == ENOENT ? why_set(why, ERR_KEY_MISSING, "%.150s", path) : os_error(why, path);
    ssize_t n = read(fd, text, SEED_TEXT_LEN);
    int seen = fstat(fd, &st);
    close(fd);
    if (!seen && S_ISDIR(st.st_mode))
        return why_set(why, ERR_FILE_DIRECTORY, "%.150s", path);
    if (seen || (st.st_mode & 077))
        return why_set(why, ERR_OWNER, "%.120s: chmod 600", path);
    err_t e =
        n == (ssize_t)SEED_TEXT_LEN ? base32_decode(slice_of(text, SEED_TEXT_LEN), seed, sizeof seed) : ERR_TRUNCATED;
    if (e)
        e = why_set(why, ERR_KEY_DAMAGED, "%.150s", path);
    else
        sign_key_from_seed(seed, out);
    sign_wipe(text, sizeof text);
    sign_wipe(seed, sizeof seed);
    return e;
}

err_t keyfile_next(const char *dir, const char *name, const struct env *env, struct sign_key *out, struct why *why)
{
    uint8_t seed[SEED_BYTES];
    struct why ignored = {0};
    err_t e = keyfile_read(dir, name, out, &ignored);
    if (e != ERR_KEY_MISSING)
        return e ? why_set(why, e, "%s", ignored.text) : ERR_OK;
    env->random(env->ctx, seed, sizeof seed);
    e = keyfile_write(dir, name, seed, why);
    if (!e)
        sign_key_from_seed(seed, out);
    sign_wipe(seed, sizeof seed);
    return e;
}

/* ---- what an attempt that was stopped leaves ---- */

static err_t unfinished_path(const char *dir, char *path, size_t size)
{
    int n = snprintf(path, size, "%s/keys/%s", dir, UNFINISHED_NAME);
    return n > 0 && (size_t)n < size ? ERR_OK : ERR_FILE;
}

static bool has_keys(const char *keys)
{
    DIR *d = opendir(keys);
    bool found = false;
    for (struct dirent *at; d && !found && (at = readdir(d));) {
        size_t n = strlen(at->d_name);
        found = n > 4 && strcmp(at->d_name + n - 4, ".key") == 0;
    }
    if (d)
        closedir(d);
    return found;
}

bool keyfile_left(const char *dir)
{
    char keys[4096], path[4096];
    return path_of(dir, NULL, keys, sizeof keys) == ERR_OK && has_keys(keys) &&
           unfinished_path(dir, path, sizeof path) == ERR_OK && access(path, F_OK) != 0;
}

err_t keyfile_start(const char *dir, struct why *why)
{
    char keys[4096], path[4096];
    err_t e = path_of(dir, NULL, keys, sizeof keys);
    if (!e)
        e = unfinished_path(dir, path, sizeof path);
    if (e)
        return why_set(why, e, "%.150s", dir);
    if (mkdir(keys, 0700) && errno != EEXIST)
        return os_error(why, keys);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return os_error(why, path);
    close(fd);
    return sync_dir(keys);
}

void keyfile_done(const char *dir)
{
    char path[4096];
    if (unfinished_path(dir, path, sizeof path) == ERR_OK)
        unlink(path);
}
