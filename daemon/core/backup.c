#include "daemon/core/backup.h"
#include "daemon/core/found.h"
#include "daemon/core/host.h"
#include "daemon/core/keyfile.h"
#include "daemon/core/upkeep.h"
#include "daemon/store/archive.h"
#include "daemon/store/copy.h"
#include "daemon/store/local.h"
#include "daemon/store/replica.h"
#include "daemon/store/rolls.h"
#include "daemon/store/whole.h"
#include "daemon/store/schema.h"
#include "daemon/read/roll.h"
#include "protocol/base/base32.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define CONFIG_NAME "allied.conf"

static err_t write_error(struct why *why, const char *path)
{
    return why_set(why, err_of_errno(errno, ERR_WRITE), "%.150s", path);
}

static err_t join_path(char out[PATH_MAX], const char *a, const char *b, struct why *why)
{
    return snprintf(out, PATH_MAX, "%s%s", a, b) < PATH_MAX ? ERR_OK : why_set(why, ERR_WRITE, "%.100s…", a);
}

bool backup_finds_site(const char *dir)
{
    char path[PATH_MAX];
    struct stat st;
    return join_path(path, dir, "/" DATABASE_NAME, NULL) == ERR_OK && lstat(path, &st) == 0;
}

/* ---- what it says of itself ---- */

static json_t *id_json(const uint8_t *id, size_t len)
{
    char text[BASE32_LEN(SITE_BYTES) + 1] = "";
    base32_encode(slice_of(id, len), text);
    return json_string(text);
}

static json_t *hex_json(const uint8_t hash[HASH_BYTES])
{
    char text[2 * HASH_BYTES + 1];
    for (size_t i = 0; i < HASH_BYTES; i++)
        snprintf(text + 2 * i, 3, "%02x", hash[i]);
    return json_string(text);
}

static json_t *facts_of(const struct archive_manifest *m, const char *path)
{
    char created[RFC3339_LEN + 1];
    struct stat st;
    rfc3339_format((struct wall){(int64_t)m->created_ms}, created);
    long long bytes = stat(path, &st) == 0 ? (long long)st.st_size : 0;
    return json_pack("{s:s, s:I, s:I, s:s, s:b, s:o, s:o, s:o, s:o, s:I, s:I, s:I, s:o}", "file", path, "bytes", bytes,
                     "database_bytes", (json_int_t)m->parts[0].bytes, "created", created, "key", archive_has_keys(m),
                     "alliance", json_stringn((const char *)m->alliance_name.at, m->alliance_name.len), "alliance_id",
                     id_json(m->alliance, ALLIANCE_BYTES), "site", id_json(m->sites[0].site, SITE_BYTES), "name",
                     json_stringn((const char *)m->sites[0].name.at, m->sites[0].name.len), "records",
                     (json_int_t)m->records, "concepts", (json_int_t)m->concepts, "commits", (json_int_t)m->commits,
                     "digest", hex_json(m->digest));
}

/* ---- making one ---- */

struct making {
    const struct backup_options *o;
    struct why *why;
    char database[PATH_MAX], fresh[PATH_MAX]; /* beside the backup, until it is done */
    struct arena arena;
    struct archive_manifest m;
    struct archive_source sources[ARCHIVE_PARTS_MAX];
    uint8_t seeds[ARCHIVE_PARTS_MAX][SEED_BYTES];
    uint8_t config[ARCHIVE_CONFIG_BYTES];
};

static err_t new_file(const char *path, int *fd, struct why *why)
{
    if (unlink(path) && errno != ENOENT)
        return write_error(why, path);
    *fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    return *fd < 0 ? write_error(why, path) : ERR_OK;
}

static err_t check_target(const char *path, struct why *why)
{
    struct stat st;
    if (lstat(path, &st))
        return errno == ENOENT ? ERR_OK : write_error(why, path);
    errno = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
    return S_ISREG(st.st_mode) ? ERR_OK : write_error(why, path);
}

static err_t open_site(const char *dir, struct store **s, struct why *why)
{
    char path[PATH_MAX];
    err_t e = join_path(path, dir, "/" DATABASE_NAME, why);
    return e ? e : store_open(path, STORE_READ, s, why);
}

static err_t copy_database(struct making *b)
{
    struct store *s = NULL;
    int fd = -1;
    err_t e = new_file(b->database, &fd, b->why);
    if (e)
        return e;
    close(fd);
    e = open_site(b->o->dir, &s, b->why);
    if (!e)
        e = copy_make(s, b->database, b->why);
    store_close(s);
    return e;
}

static err_t name_alliance(struct making *b, struct store *s)
{
    struct slice id, *charters = NULL;
    struct charter charter;
    size_t n = 0;
    err_t e = local_get(s, SETTING_ALLIANCE, &b->arena, &id);
    if (!e && id.len != ALLIANCE_BYTES)
        e = ERR_DATABASE;
    if (!e)
        memcpy(b->m.alliance, id.at, ALLIANCE_BYTES);
    if (!e)
        e = rolls_charters(s, &b->arena, &charters, &n);
    b->m.alliance_name = slice_text("");
    if (!e && n && charter_decode(charters[0], &b->arena, &charter) == ERR_OK)
        b->m.alliance_name = charter.name;
    return e;
}

/* Everything the backup says of itself is read from the copy, so that it is true of the copy. */
static err_t describe(struct making *b, struct store *s)
{
    struct replica_counts counts;
    struct own_site *sites = NULL;
    size_t n = 0;
    struct slice secret;
    struct setting_row *hosted = NULL;
    size_t hosted_n = 0;
    err_t e = copy_check(s, &b->m.commits, b->m.digest, b->why);
    /* A site that still waits to be admitted holds the invitation's secret in its database. */
    if (!e && !b->o->with_keys) {
        e = local_get(s, SETTING_JOIN_SECRET, &b->arena, &secret);
        e = e == ERR_NOT_FOUND ? ERR_OK : why_set(b->why, e ? e : ERR_WAITING, "--without-key");
    }
    if (!e)
        e = local_settings(s, SETTING_SITE_SECRET, &b->arena, &hosted, &hosted_n);
    if (!e && !b->o->with_keys && hosted_n)
        e = why_set(b->why, ERR_WAITING, "--without-key");
    if (!e)
        e = name_alliance(b, s);
    if (!e)
        e = replica_counts(s, &counts);
    if (!e)
        e = local_sites(s, &b->arena, &sites, &n);
    if (!e && (n == 0 || n > ARCHIVE_SITES_MAX))
        e = ERR_NO_DATA;
    if (e)
        return e;
    b->m.records = counts.records;
    b->m.concepts = counts.concepts;
    for (b->m.sites_n = 0; b->m.sites_n < n; b->m.sites_n++) {
        memcpy(b->m.sites[b->m.sites_n].site, sites[b->m.sites_n].site, SITE_BYTES);
        b->m.sites[b->m.sites_n].name = sites[b->m.sites_n].name;
    }
    return ERR_OK;
}

static err_t look_at_copy(struct making *b)
{
    struct store *s = NULL;
    err_t e = store_open(b->database, STORE_READ, &s, b->why);
    if (!e)
        e = describe(b, s);
    store_close(s);
    return e;
}

static err_t add_part(struct making *b, enum archive_kind kind, struct slice name, struct archive_source source)
{
    size_t i = b->m.parts_n;
    b->sources[i] = source;
    b->m.parts[i] = (struct archive_part){.kind = kind, .name = name};
    err_t e = archive_measure(&b->sources[i], &b->m.parts[i]);
    if (!e)
        b->m.parts_n++;
    return e;
}

static err_t add_key(struct making *b, struct slice name, bool needed)
{
    struct sign_key key = {0};
    char text[NAME_MAX_BYTES + 1] = "";
    uint8_t *seed = b->seeds[b->m.parts_n];
    memcpy(text, name.at, name.len < NAME_MAX_BYTES ? name.len : NAME_MAX_BYTES);
    err_t e = keyfile_read(b->o->dir, text, &key, b->why);
    memcpy(seed, key.secret, SEED_BYTES);
    sign_key_wipe(&key);
    if (e == ERR_KEY_MISSING)
        return needed ? why_set(b->why, ERR_KEY_MISSING, "keys/%.60s.key (--without-key)", text) : ERR_OK;
    return e ? e : add_part(b, ARCHIVE_KEY, name, (struct archive_source){-1, slice_of(seed, SEED_BYTES)});
}

static err_t add_next_key(struct making *b, struct slice name)
{
    struct buf text;
    struct slice kept = slice_text("");
    buf_init(&text, NAME_MAX_BYTES);
    buf_add(&text, name);
    buf_add(&text, slice_text(".next"));
    err_t e = text.err == ERR_TOO_LARGE ? ERR_OK : text.err;
    bool fits = !text.err;
    if (fits)
        e = arena_copy(&b->arena, buf_slice(&text), &kept);
    buf_fini(&text);
    return e || !fits ? e : add_key(b, kept, false);
}

static err_t add_keys(struct making *b)
{
    err_t e = ERR_OK;
    for (size_t i = 0; i < b->m.sites_n && !e; i++)
        e = add_key(b, b->m.sites[i].name, true);
    if (!e)
        e = add_key(b, slice_text(REGISTRAR_KEY_NAME), false);
    /* Those that wait: the alliance may give them their places after this backup was made. */
    if (!e)
        e = add_key(b, slice_text(REGISTRAR_KEY_NAME ".next"), false);
    for (size_t i = 0; i < b->m.sites_n && !e; i++)
        e = add_next_key(b, b->m.sites[i].name);
    return e;
}

static err_t add_config(struct making *b)
{
    char path[PATH_MAX];
    err_t e = join_path(path, b->o->dir, "/" CONFIG_NAME, b->why);
    int fd = e ? -1 : open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return e;
    size_t n = 0;
    e = whole_read(fd, b->config, sizeof b->config, &n);
    close(fd);
    if (e)
        return why_set(b->why, e, "%.150s", path);
    struct slice text = slice_of(b->config, n);
    return text.len ? add_part(b, ARCHIVE_CONFIG, slice_text(CONFIG_NAME), (struct archive_source){-1, text}) : ERR_OK;
}

static err_t nowhere(void *ctx, struct slice bytes)
{
    (void)ctx, (void)bytes;
    return ERR_OK;
}

/* Reads a backup from its beginning to its end. */
static err_t read_through(const char *path, json_t **facts, struct why *why)
{
    struct archive *a = NULL;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    err_t e = fd < 0 ? ERR_FILE : archive_open(fd, &a);
    for (size_t i = 0; !e && i < archive_manifest(a)->parts_n; i++)
        e = archive_next(a, nowhere, NULL);
    if (!e)
        e = archive_end(a);
    if (!e && facts)
        *facts = facts_of(archive_manifest(a), path);
    archive_close(a);
    return e ? why_set(why, e, "%.150s", path) : ERR_OK;
}

err_t backup_look(const char *path, json_t **facts, struct why *why)
{
    return read_through(path, facts, why);
}

/* Run as root, what is made belongs to the site's owner. */
static err_t give_to_owner(int fd, const char *dir)
{
    struct stat st;
    return geteuid() == 0 && stat(dir, &st) == 0 && st.st_uid && fchown(fd, st.st_uid, st.st_gid) ? ERR_WRITE : ERR_OK;
}

static err_t sync_parent(const char *path, struct why *why)
{
    char dir[PATH_MAX];
    snprintf(dir, sizeof dir, "%s", path);
    char *slash = strrchr(dir, '/');
    if (slash)
        slash[slash == dir] = 0;
    int fd = open(slash ? dir : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    err_t e = fd < 0 || fsync(fd) ? write_error(why, path) : ERR_OK;
    if (fd >= 0)
        close(fd);
    return e;
}

static err_t write_archive(struct making *b)
{
    int fd = -1;
    err_t e = new_file(b->fresh, &fd, b->why);
    if (!e)
        e = give_to_owner(fd, b->o->dir);
    if (!e)
        e = archive_write(fd, &b->m, b->sources);
    if (!e && fsync(fd))
        e = errno == ENOSPC || errno == EDQUOT ? ERR_DISK_FULL : ERR_DISK;
    if (fd >= 0 && close(fd) && !e)
        e = ERR_DISK;
    if (e)
        return b->why->code == e ? e : why_set(b->why, e, "%.150s", b->fresh);
    e = read_through(b->fresh, NULL, b->why);
    if (!e && rename(b->fresh, b->o->path))
        e = write_error(b->why, b->o->path);
    return e ? e : sync_parent(b->o->path, b->why);
}

static err_t make(struct making *b)
{
    int database = -1;
    err_t e = copy_database(b);
    if (!e)
        e = look_at_copy(b);
    if (!e && (database = open(b->database, O_RDONLY | O_CLOEXEC)) < 0)
        e = write_error(b->why, b->database);
    if (!e)
        e = add_part(b, ARCHIVE_DATABASE, slice_text(DATABASE_NAME), (struct archive_source){.fd = database});
    if (!e && b->o->with_keys)
        e = add_keys(b);
    if (!e)
        e = add_config(b);
    if (!e)
        e = write_archive(b);
    if (database >= 0)
        close(database);
    return e;
}

err_t backup_make(const struct backup_options *o, json_t **facts, struct why *why)
{
    struct why unused = {0};
    struct making *b = calloc(1, sizeof *b);
    if (!b)
        return ERR_MEMORY;
    b->o = o;
    b->why = why ? why : &unused;
    b->m.program = slice_text("allied/" ALLIED_VERSION);
    /* A clock gone astray is no reason to have no backup: the nearest that may be written. */
    b->m.created_ms = o->now.ms < 0 ? 0 : o->now.ms > CLOCK_MAX_MS ? (uint64_t)CLOCK_MAX_MS : (uint64_t)o->now.ms;
    b->m.schema = SCHEMA_VERSION;
    err_t e =
        backup_finds_site(o->dir) ? check_target(o->path, b->why) : why_set(b->why, ERR_NO_DATA, "%.150s", o->dir);
    if (!e)
        e = join_path(b->database, o->path, ".db.new", b->why);
    if (!e)
        e = join_path(b->fresh, o->path, ".new", b->why);
    if (!e) {
        e = make(b);
        unlink(b->database);
        if (e)
            unlink(b->fresh);
    }
    if (!e) {
        *facts = facts_of(&b->m, o->path);
        upkeep_backup_made(o->dir, (struct wall){(int64_t)b->m.created_ms});
    }
    if (e && b->why->code != e)
        why_set(b->why, e, "%.150s", o->path);
    arena_fini(&b->arena);
    sign_wipe(b->seeds, sizeof b->seeds);
    free(b);
    return e;
}
