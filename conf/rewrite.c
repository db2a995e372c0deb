/*
 * rewrite: the strict checker says where each value and each section stands, in bytes; the rest is cutting and joining. The result is checked once
 * more before it replaces the file. A symbolic link is followed, so that the file behind it changes and the link stays.
 */
#include "conf/rewrite.h"
#include "conf/strict.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX_BYTES (1024u * 1024)

static void add_quoted(struct buf *out, const char *value, size_t len)
{
    buf_byte(out, '"');
    for (size_t i = 0; i < len; i++) {
        if (value[i] == '"' || value[i] == '\\' || (value[i] == '$' && i + 1 < len && value[i + 1] == '{'))
            buf_byte(out, '\\');
        buf_byte(out, (uint8_t)value[i]);
    }
    buf_byte(out, '"');
}

static void add_list(struct buf *out, const char *value)
{
    bool first = true;
    buf_byte(out, '{');
    for (const char *item = value + strspn(value, ", "); *item; item += strspn(item, ", ")) {
        size_t n = strcspn(item, ","), end = n;
        while (end > 0 && item[end - 1] == ' ')
            end--;
        buf_printf(out, "%s", first ? "" : ", ");
        add_quoted(out, item, end);
        first = false;
        item += n;
    }
    buf_byte(out, '}');
}

static void add_value(struct buf *out, enum setting id, const char *value)
{
    enum setting_type type = setting_type(id);
    if (type == SETTING_LIST)
        add_list(out, value);
    else if (type == SETTING_BOOL || type == SETTING_NUMBER || type == SETTING_SIZE || type == SETTING_DURATION)
        buf_printf(out, "%s", value);
    else
        add_quoted(out, value, strlen(value));
}

static void add_slice(struct buf *out, struct slice text, size_t from, size_t to)
{
    buf_append(out, text.at + from, to - from);
}

/* A new line at the end of the section: behind its last setting, before the blanks that lead to its "}". */
static void into_section(struct buf *out, struct slice text, const struct strict_section *s, enum setting id,
                         const char *value)
{
    size_t at = s->close;
    while (at > s->open && (text.at[at - 1] == ' ' || text.at[at - 1] == '\t'))
        at--;
    bool own_line = at > s->open && text.at[at - 1] == '\n';
    if (!own_line)
        at = s->close;
    add_slice(out, text, 0, at);
    buf_printf(out, "%s    %s = ", own_line ? "" : "\n", setting_key(id));
    add_value(out, id, value);
    buf_byte(out, '\n');
    add_slice(out, text, at, text.len);
}

static void new_section(struct buf *out, struct slice text, enum setting id, const char *value)
{
    add_slice(out, text, 0, text.len);
    if (text.len > 0)
        buf_printf(out, "%s\n", text.at[text.len - 1] == '\n' ? "" : "\n");
    buf_printf(out, "%s {\n    %s = ", setting_section(id), setting_key(id));
    add_value(out, id, value);
    buf_printf(out, "\n}\n");
}

err_t rewrite_text(const char *file, struct slice text, enum setting id, const char *value, struct buf *out,
                   struct why *why)
{
    struct strict found, again;
    err_t e = setting_check(id, value, setting_name(id), why);
    if (e == ERR_OK)
        e = strict_check(file, text, &found, why);
    if (e != ERR_OK)
        return e;
    size_t start = out->len;
    const struct strict_item *item = NULL;
    const struct strict_section *section = NULL;
    for (size_t i = 0; i < found.items_n; i++)
        if (found.items[i].id == id)
            item = &found.items[i];
    for (size_t i = 0; i < found.sections_n; i++)
        if (strcmp(found.sections[i].name, setting_section(id)) == 0)
            section = &found.sections[i];
    if (item) {
        add_slice(out, text, 0, item->from);
        add_value(out, id, value);
        add_slice(out, text, item->to, text.len);
    } else if (section) {
        into_section(out, text, section, id, value);
    } else {
        new_section(out, text, id, value);
    }
    if (out->err != ERR_OK)
        return why_set(why, out->err, "%s", setting_name(id));
    return strict_check(file, slice_of(out->at + start, out->len - start), &again, why);
}

static err_t disk_error(struct why *why, const char *path)
{
    return why_set(why,
                   errno == ENOSPC || errno == EDQUOT ? ERR_DISK_FULL
                   : errno == EIO                     ? ERR_DISK
                                                      : ERR_FILE,
                   "%.150s", path);
}

static err_t read_old(const char *path, struct buf *text, struct stat *st, struct why *why)
{
    char chunk[4096];
    ssize_t n = -1;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return ERR_OK;
    if (fd >= 0 && fstat(fd, st) == 0 && S_ISREG(st->st_mode))
        while ((n = read(fd, chunk, sizeof chunk)) > 0)
            buf_append(text, chunk, (size_t)n);
    if (fd >= 0)
        close(fd);
    if (n < 0)
        return why_set(why, ERR_FILE, "%.150s", path);
    return text->err == ERR_OK ? ERR_OK : why_set(why, text->err, "%.150s", path);
}

/* The owner is kept where we may (root may); a failure there only means that the file is ours afterwards. */
static err_t fill(int fd, const struct buf *text, const struct stat *old)
{
    size_t done = 0;
    if (fchmod(fd, old->st_mode ? old->st_mode & 07777 : 0644) != 0)
        return ERR_FILE;
    if (old->st_mode && geteuid() == 0 && fchown(fd, old->st_uid, old->st_gid) != 0)
        return ERR_FILE;
    while (done < text->len) {
        ssize_t n = write(fd, text->at + done, text->len - done);
        if (n < 0 && errno != EINTR)
            return ERR_DISK;
        done += n > 0 ? (size_t)n : 0;
    }
    return fsync(fd) == 0 ? ERR_OK : ERR_DISK;
}

static err_t sync_directory(const char *path)
{
    char dir[PATH_MAX];
    const char *slash = strrchr(path, '/');
    size_t len = slash ? (size_t)(slash - path) + 1 : 1;
    if (len >= sizeof dir)
        return ERR_FILE;
    memcpy(dir, slash ? path : ".", len);
    dir[len] = 0;
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return ERR_FILE;
    err_t e = fsync(fd) == 0 ? ERR_OK : ERR_DISK;
    close(fd);
    return e;
}

static err_t replace(const char *path, const struct buf *text, const struct stat *old, struct why *why)
{
    char temp[PATH_MAX];
    int n = snprintf(temp, sizeof temp, "%s.XXXXXX", path);
    if (n < 0 || (size_t)n >= sizeof temp)
        return why_set(why, ERR_FILE, "%.150s", path);
    int fd = mkostemp(temp, O_CLOEXEC);
    if (fd < 0)
        return disk_error(why, path);
    err_t e = fill(fd, text, old);
    if (e != ERR_OK)
        e = disk_error(why, path);
    if (close(fd) != 0 && e == ERR_OK)
        e = disk_error(why, path);
    if (e == ERR_OK && rename(temp, path) != 0)
        e = disk_error(why, path);
    if (e != ERR_OK)
        unlink(temp);
    else if (sync_directory(path) != ERR_OK)
        e = disk_error(why, path);
    return e;
}

err_t rewrite_file(const char *path, const char *name, const char *value, struct why *why)
{
    struct stat old = {.st_mode = 0};
    struct buf text, fresh;
    char *real = realpath(path, NULL);
    const char *target = real ? real : path;
    enum setting id = setting_by_name(name), near = setting_guess(name);
    buf_init(&text, FILE_MAX_BYTES);
    buf_init(&fresh, FILE_MAX_BYTES);
    err_t e = ERR_OK;
    if (id == SETTING_COUNT && near == SETTING_COUNT)
        e = why_set(why, ERR_CONFIG_UNKNOWN, "%.60s", name);
    else if (id == SETTING_COUNT)
        e = why_set(why, ERR_CONFIG_UNKNOWN, "%.60s (%s?)", name, setting_name(near));
    if (e == ERR_OK)
        e = read_old(target, &text, &old, why);
    if (e == ERR_OK)
        e = rewrite_text(path, buf_slice(&text), id, value, &fresh, why);
    if (e == ERR_OK)
        e = replace(target, &fresh, &old, why);
    buf_fini(&text);
    buf_fini(&fresh);
    free(real);
    return e;
}
