#include "daemon/core/upkeep.h"
#include "daemon/core/found.h"
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_BYTES 4096

static uint64_t size_of(const char *dir, const char *name)
{
    char path[PATH_BYTES];
    struct stat st;
    int n = snprintf(path, sizeof path, "%s/%s", dir, name);
    return n > 0 && n < (int)sizeof path && stat(path, &st) == 0 ? (uint64_t)st.st_size : 0;
}

void upkeep_room(const struct core *c, struct upkeep_room *out)
{
    *out = (struct upkeep_room){.store_bytes = size_of(c->dir, DATABASE_NAME),
                                .wal_bytes = size_of(c->dir, DATABASE_NAME "-wal")};
    if (c->env.disk)
        c->env.disk(c->env.ctx, c->dir, &out->free_bytes, &out->total_bytes);
}

/* ---- backups ---- */

/* Renamed into place: who runs `allied backup` need not be who owns the directory, and either may do it next. */
void upkeep_backup_made(const char *dir, struct wall now)
{
    char path[PATH_BYTES], fresh[PATH_BYTES + 8], text[RFC3339_LEN + 1];
    if (snprintf(path, sizeof path, "%s/%s", dir, BACKUP_MARK_NAME) >= (int)sizeof path)
        return;
    snprintf(fresh, sizeof fresh, "%s.new", path);
    (void)unlink(fresh);
    int fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (fd < 0)
        return;
    rfc3339_format(now, text);
    text[RFC3339_LEN] = '\n';
    bool whole = write(fd, text, sizeof text) == (ssize_t)sizeof text;
    if (close(fd) || !whole || rename(fresh, path))
        (void)unlink(fresh);
}

bool upkeep_backup_at(const char *dir, struct wall *out)
{
    char path[PATH_BYTES], text[RFC3339_LEN + 1] = "";
    if (snprintf(path, sizeof path, "%s/%s", dir, BACKUP_MARK_NAME) >= (int)sizeof path)
        return false;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool whole = read(fd, text, RFC3339_LEN) == RFC3339_LEN;
    close(fd);
    return whole && rfc3339_read(text, out) == ERR_OK;
}

bool upkeep_since_backup(struct core *c, struct wall *out)
{
    struct log_id first = {.incarnation = UINT64_MAX};
    struct log_head *heads = NULL;
    struct arena arena = {0};
    struct commit commit;
    size_t n = 0;
    bool known = upkeep_backup_at(c->dir, out);
    const struct own *own = core_own(c);
    if (known || !own)
        return known;
    if (oplog_heads(c->store, &arena, &heads, &n))
        n = 0;
    for (size_t i = 0; i < n; i++)
        if (memcmp(heads[i].log.site, own->key.pub, SITE_BYTES) == 0 && heads[i].seq &&
            heads[i].log.incarnation < first.incarnation)
            first = heads[i].log;
    known = first.incarnation != UINT64_MAX && oplog_get(c->store, &first, 1, &arena, &commit) == ERR_OK;
    if (known)
        *out = clock_wall(commit.clock);
    arena_fini(&arena);
    return known;
}

/* ---- clock ---- */

uint64_t upkeep_clock_back_ms(struct core *c, const struct log_head *heads, size_t n)
{
    int64_t most = 0, now = core_wall(c).ms;
    for (size_t i = 0; i < n; i++) {
        int64_t ahead = clock_wall(heads[i].clock).ms - now;
        if (core_is_own(c, heads[i].log.site) && ahead > most)
            most = ahead;
    }
    return most > CLOCK_OFF_MS ? (uint64_t)most : 0;
}
