/*
 * restore: a backup's parts go to DIR/restoring first; there they are checked as a site. Only then does what stands in DIR move aside and the new
 * take its place, the database last: until it stands there, DIR is no site, and the same command can be given again.
 */
#include "daemon/core/backup.h"
#include "daemon/core/found.h"
#include "daemon/core/keyfile.h"
#include "daemon/core/refold.h"
#include "daemon/core/restore_filter.h"
#include "daemon/core/signed.h"
#include "daemon/store/archive.h"
#include "daemon/store/copy.h"
#include "daemon/store/local.h"
#include "daemon/store/whole.h"
#include "daemon/read/roll.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define STAGING     "restoring"
#define ASIDE       "before-restore-"
#define CONFIG_NAME "allied.conf"
#define KEYS_NAME   "keys"

struct restoring {
    const struct backup_options *o;
    struct why *why;
    char staging[PATH_MAX], aside[PATH_MAX];
    bool moved; /* something went aside */
    bool keeps_keys, has_config;
    uint64_t erased; /* bodies that were erased after the backup, and stay out */
    struct archive *a;
};

static err_t failed(struct restoring *r, const char *path)
{
    return why_set(r->why, err_of_errno(errno, ERR_WRITE), "%.150s", path);
}

static err_t path_in(struct restoring *r, char out[PATH_MAX], const char *dir, const char *name)
{
    return snprintf(out, PATH_MAX, "%s/%s", dir, name) < PATH_MAX ? ERR_OK : why_set(r->why, ERR_WRITE, "%.150s", dir);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st, (void)type, (void)at;
    return remove(path);
}

static void remove_staging(const struct restoring *r)
{
    nftw(r->staging, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* ---- unpacking ---- */

struct file {
    int fd;
};

static err_t to_file(void *ctx, struct slice bytes)
{
    const struct file *f = ctx;
    return whole_write(f->fd, bytes);
}

static err_t to_seed(void *ctx, struct slice bytes)
{
    struct buf *seed = ctx;
    return buf_add(seed, bytes);
}

static err_t unpack_file(struct restoring *r, const char *name)
{
    char path[PATH_MAX];
    struct file f = {-1};
    err_t e = path_in(r, path, r->staging, name);
    if (!e && (f.fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600)) < 0)
        e = failed(r, path);
    if (!e)
        e = archive_next(r->a, to_file, &f);
    if (!e && fsync(f.fd))
        e = failed(r, path);
    if (f.fd >= 0)
        close(f.fd);
    return e;
}

static err_t unpack_key(struct restoring *r, struct slice name)
{
    char text[NAME_MAX_BYTES + 1] = "";
    struct buf seed;
    memcpy(text, name.at, name.len);
    buf_init(&seed, SEED_BYTES);
    err_t e = archive_next(r->a, to_seed, &seed);
    if (!e && seed.len == SEED_BYTES)
        e = keyfile_write(r->staging, text, seed.at, r->why);
    buf_wipe(&seed);
    return e;
}

static err_t unpack(struct restoring *r)
{
    const struct archive_manifest *m = archive_manifest(r->a);
    err_t e = mkdir(r->staging, 0700) ? failed(r, r->staging) : ERR_OK;
    for (size_t i = 0; i < m->parts_n && !e; i++) {
        bool config = m->parts[i].kind == ARCHIVE_CONFIG;
        r->has_config |= config;
        e = m->parts[i].kind == ARCHIVE_KEY ? unpack_key(r, m->parts[i].name)
                                            : unpack_file(r, config ? CONFIG_NAME : DATABASE_NAME);
    }
    return e ? e : archive_end(r->a);
}

/* ---- checking ---- */

/* The keys are those of the sites in the database: nobody is to sign with a key that is not meant. */
static err_t check_keys(struct restoring *r, const char *dir, const struct own_site *sites, size_t n)
{
    err_t e = ERR_OK;
    for (size_t i = 0; i < n && !e; i++) {
        struct sign_key key = {0};
        char name[NAME_MAX_BYTES + 1] = "";
        memcpy(name, sites[i].name.at, sites[i].name.len < NAME_MAX_BYTES ? sites[i].name.len : NAME_MAX_BYTES);
        e = keyfile_read(dir, name, &key, r->why);
        if (!e && memcmp(key.pub, sites[i].site, SITE_BYTES) != 0)
            e = why_set(r->why, ERR_KEY_OTHER, "keys/%.100s.key", name);
        sign_key_wipe(&key);
    }
    return e;
}

static err_t check_site(struct restoring *r, struct store *s, struct arena *arena)
{
    const struct archive_manifest *m = archive_manifest(r->a);
    struct own_site *sites = NULL;
    struct slice alliance, fold;
    struct why found = {0};
    uint8_t digest[HASH_BYTES];
    uint64_t commits = 0;
    size_t n = 0;
    err_t e = copy_check(s, &commits, digest, r->why);
    if (!e)
        e = local_sites(s, arena, &sites, &n);
    if (!e)
        e = local_get(s, SETTING_ALLIANCE, arena, &alliance);
    if (e)
        return e;
    bool same = n == m->sites_n && commits == m->commits && memcmp(digest, m->digest, HASH_BYTES) == 0 &&
                slice_equal(alliance, slice_of(m->alliance, ALLIANCE_BYTES));
    for (size_t i = 0; same && i < n; i++)
        same = memcmp(sites[i].site, m->sites[i].site, SITE_BYTES) == 0;
    if (!same)
        return why_set(r->why, ERR_BACKUP_DAMAGED, "%.150s", r->o->path);
    e = local_get(s, SETTING_FOLD, arena, &fold);
    if (!e && refold_is_newer(fold))
        e = why_set(r->why, ERR_BACKUP_NEWER, "%.150s", r->o->path);
    if (!e || e == ERR_NOT_FOUND)
        e = signed_check(s, &found);
    if (e)
        return e == ERR_VERIFY ? why_set(r->why, ERR_BACKUP_UNSIGNED, "%s", found.text) : e;
    if (archive_has_keys(m))
        return check_keys(r, r->staging, sites, n);
    struct why unused = {0}, *told = r->why;
    r->why = &unused;
    r->keeps_keys = check_keys(r, r->o->dir, sites, n) == ERR_OK;
    r->why = told;
    return ERR_OK;
}

/* A database that cannot be read may be why a backup is put back: it has nothing to say then. */
static err_t filter(struct restoring *r, struct store *s)
{
    char path[PATH_MAX];
    struct store *known = NULL;
    struct why unused = {0};
    err_t e = path_in(r, path, r->o->dir, DATABASE_NAME);
    if (e || store_open(path, STORE_READ, &known, &unused))
        return e;
    e = restore_filter(s, known, &r->erased);
    store_close(known);
    return e == ERR_DATABASE ? ERR_OK : e;
}

static err_t settle(struct restoring *r)
{
    char path[PATH_MAX];
    struct arena arena = {0};
    struct store *s = NULL;
    static const uint8_t yes = 1;
    err_t e = path_in(r, path, r->staging, DATABASE_NAME);
    if (!e)
        e = store_open(path, STORE_WRITE, &s, r->why);
    if (!e)
        e = check_site(r, s, &arena);
    if (!e)
        e = copy_settle(s);
    if (!e)
        e = filter(r, s);
    if (!e)
        e = local_set(s, SETTING_RESTORED, slice_of(&yes, 1));
    arena_fini(&arena);
    store_close(s);
    return e;
}

/* ---- taking its place ---- */

/* What makes the old site: the database with what lies beside it, keys, configuration. All else in the directory is left where it is. */
static bool goes(const struct restoring *r, const char *name)
{
    if (strcmp(name, KEYS_NAME) == 0)
        return !r->keeps_keys;
    if (strcmp(name, CONFIG_NAME) == 0)
        return r->has_config;
    return strncmp(name, DATABASE_NAME, strlen(DATABASE_NAME)) == 0 || strncmp(name, "index.db", 8) == 0;
}

static err_t move(struct restoring *r, const char *from, const char *to, const char *name)
{
    char old[PATH_MAX], new[PATH_MAX];
    err_t e = path_in(r, old, from, name);
    if (!e)
        e = path_in(r, new, to, name);
    return e ? e : rename(old, new) ? failed(r, old) : ERR_OK;
}

static err_t aside(struct restoring *r, const char *name)
{
    if (!r->moved && mkdir(r->aside, 0700))
        return failed(r, r->aside);
    r->moved = true;
    return move(r, r->o->dir, r->aside, name);
}

static err_t move_aside(struct restoring *r)
{
    DIR *dir = opendir(r->o->dir);
    struct dirent *entry;
    err_t e = dir ? ERR_OK : failed(r, r->o->dir);
    /* The database first: without it nobody takes the rest for a site. */
    if (!e && backup_finds_site(r->o->dir))
        e = aside(r, DATABASE_NAME);
    while (!e && (entry = readdir(dir)))
        if (goes(r, entry->d_name))
            e = aside(r, entry->d_name);
    if (dir)
        closedir(dir);
    return e;
}

static err_t move_back(struct restoring *r)
{
    DIR *dir = r->moved ? opendir(r->aside) : NULL;
    struct dirent *entry;
    err_t e = ERR_OK;
    while (dir && (entry = readdir(dir)))
        if (entry->d_name[0] != '.' && strcmp(entry->d_name, DATABASE_NAME) != 0)
            e = move(r, r->aside, r->o->dir, entry->d_name);
    if (dir) {
        closedir(dir);
        move(r, r->aside, r->o->dir, DATABASE_NAME);
        rmdir(r->aside);
    }
    return e;
}

static int give_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
    struct stat parent;
    char up[PATH_MAX];
    (void)st, (void)type;
    snprintf(up, sizeof up, "%.*s", at->base ? at->base - 1 : 0, path);
    return at->base && stat(up, &parent) == 0 ? lchown(path, parent.st_uid, parent.st_gid) : 0;
}

static err_t take_place(struct restoring *r)
{
    bool keys = archive_has_keys(archive_manifest(r->a));
    /* Run as root, all of it belongs to the directory's owner: each file to whom what it lies in belongs. */
    if (geteuid() == 0 && nftw(r->staging, give_one, 8, FTW_PHYS))
        return failed(r, r->staging);
    err_t e = move_aside(r);
    if (!e && keys)
        e = move(r, r->staging, r->o->dir, KEYS_NAME);
    if (!e && r->has_config)
        e = move(r, r->staging, r->o->dir, CONFIG_NAME);
    if (!e)
        e = move(r, r->staging, r->o->dir, DATABASE_NAME);
    int fd = open(r->o->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (!e && (fd < 0 || fsync(fd)))
        e = failed(r, r->o->dir);
    if (fd >= 0)
        close(fd);
    if (e) {
        struct why told = *r->why;
        if (keys)
            move(r, r->o->dir, r->staging, KEYS_NAME);
        if (r->has_config)
            move(r, r->o->dir, r->staging, CONFIG_NAME);
        move_back(r);
        *r->why = told;
    }
    return e;
}

static err_t restore(struct restoring *r)
{
    char date[RFC3339_LEN + 1];
    err_t e = path_in(r, r->staging, r->o->dir, STAGING);
    rfc3339_format(r->o->now, date);
    if (!e && snprintf(r->aside, sizeof r->aside, "%s/" ASIDE "%s", r->o->dir, date) >= (int)sizeof r->aside)
        e = why_set(r->why, ERR_WRITE, "%.150s", r->o->dir);
    if (e)
        return e;
    remove_staging(r);
    e = unpack(r);
    if (!e)
        e = settle(r);
    if (!e)
        e = take_place(r);
    remove_staging(r);
    return e;
}

err_t backup_restore(const struct backup_options *o, json_t **facts, struct why *why)
{
    struct restoring r = {.o = o, .why = why};
    json_t *said = NULL;
    err_t e = backup_look(o->path, &said, why);
    if (e)
        return e;
    int fd = open(o->path, O_RDONLY | O_CLOEXEC);
    e = fd < 0 ? why_set(why, ERR_FILE, "%.150s", o->path) : archive_open(fd, &r.a);
    if (!e)
        e = restore(&r);
    if (!e) {
        bool keys = r.keeps_keys || archive_has_keys(archive_manifest(r.a));
        json_object_set_new(said, "to", json_string(o->dir));
        json_object_set_new(said, "moved", r.moved ? json_string(r.aside) : json_null());
        json_object_set_new(said, "key_here", json_boolean(keys));
        json_object_set_new(said, "erased", json_integer((json_int_t)r.erased));
        *facts = said;
        said = NULL;
    }
    json_decref(said);
    archive_close(r.a);
    return e && why->code != e ? why_set(why, e, "%.150s", o->path) : e;
}
