/*
 * journal: each event is taken apart into its pairs and written anew, as text or as JSON, so that no value can pass for another line or another key,
 * whatever the caller handed in. A line goes out in one write, under a lock: the core and the bus share one journal. A journal that cannot be
 * written (a full disk) never stops the daemon: the line still goes to the echo.
 */
#include "daemon/journal/journal.h"
#include "protocol/base/buf.h"
#include "protocol/base/utf8.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX_BYTES  (4 * 1024 * 1024)
#define LINE_MAX_BYTES  (16u * 1024)
#define VALUE_MAX_BYTES 2048u
#define KEY_MAX_BYTES   64u

struct journal {
    pthread_mutex_t lock;
    char *path, *old_path; /* NULL: no file */
    int fd;
    off_t size;
    FILE *echo;
    enum journal_level level;
    bool json;
};

static const char *const level_names[] = {
    [JOURNAL_ERROR] = "error", [JOURNAL_WARN] = "warn", [JOURNAL_INFO] = "info", [JOURNAL_DEBUG] = "debug"};

static err_t open_file(struct journal *j)
{
    struct stat st;
    int fd = open(j->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
    if (fd < 0)
        return ERR_FILE;
    j->size = fstat(fd, &st) == 0 ? st.st_size : 0;
    j->fd = fd;
    return ERR_OK;
}

static char *path_in(const char *dir, const char *name)
{
    struct buf b;
    buf_init(&b, 64u * 1024);
    buf_printf(&b, "%s/%s", dir, name);
    char *path = buf_text(&b) ? strdup(buf_text(&b)) : NULL;
    buf_fini(&b);
    return path;
}

static err_t set_up(struct journal *j, const char *dir, const char *level, const char *format, struct why *why)
{
    size_t n = sizeof level_names / sizeof *level_names, i = 0;
    while (i < n && strcmp(level, level_names[i]) != 0)
        i++;
    if (i == n)
        return why_set(why, ERR_CONFIG_CHOICE, "journal.level = \"%.40s\" (error|warn|info|debug)", level);
    if (strcmp(format, "json") != 0 && strcmp(format, "text") != 0)
        return why_set(why, ERR_CONFIG_CHOICE, "journal.format = \"%.40s\" (text|json)", format);
    j->level = (enum journal_level)i;
    j->json = format[0] == 'j';
    if (!dir)
        return ERR_OK;
    j->path = path_in(dir, "journal");
    j->old_path = path_in(dir, "journal.1");
    if (!j->path || !j->old_path)
        return why_set(why, ERR_MEMORY, "journal");
    return open_file(j) == ERR_OK ? ERR_OK : why_set(why, ERR_FILE, "%.150s", j->path);
}

err_t journal_open(const char *dir, FILE *echo, const char *level, const char *format, struct journal **out,
                   struct why *why)
{
    struct journal *j = calloc(1, sizeof *j);
    if (!j)
        return why_set(why, ERR_MEMORY, "journal");
    j->fd = -1;
    j->echo = echo;
    pthread_mutex_init(&j->lock, NULL);
    err_t e = set_up(j, dir, level, format, why);
    if (e == ERR_OK)
        *out = j;
    else
        journal_close(j);
    return e;
}

void journal_close(struct journal *j)
{
    if (!j)
        return;
    if (j->fd >= 0)
        close(j->fd);
    free(j->path);
    free(j->old_path);
    pthread_mutex_destroy(&j->lock);
    free(j);
}

/* How many bytes the character at `text` has; 0: not a character that may reach a terminal as it is (a control, an override of the writing
 * direction, a separator of lines, no UTF-8). */
static size_t plain(const unsigned char *text, size_t len)
{
    size_t n = text[0] < 0x80 ? 1 : text[0] < 0xe0 ? 2 : text[0] < 0xf0 ? 3 : 4;
    if (n > len || !utf8_valid(slice_of(text, n)))
        return 0;
    if (n == 1)
        return text[0] >= 0x20 && text[0] != 0x7f;
    if (n == 2)
        return text[0] == 0xc2 && text[1] < 0xa0 ? 0 : 2;
    if (n == 3 && text[0] == 0xe2 && text[1] == 0x80 && text[2] >= 0xa8 && text[2] <= 0xae)
        return 0;
    if (n == 3 && text[0] == 0xe2 && text[1] == 0x81 && text[2] >= 0xa6 && text[2] <= 0xa9)
        return 0;
    return n;
}

static bool needs_quotes(const char *value)
{
    size_t len = strlen(value);
    for (size_t i = 0, n; i < len; i += n) {
        n = plain((const unsigned char *)value + i, len - i);
        if (n == 0 || strchr(" \"\\=", value[i]))
            return true;
    }
    return len == 0;
}

/* One character as it stands between quotes; returns the bytes taken from `text`. `out` needs 5 bytes. */
static size_t escape(const unsigned char *text, size_t len, char *out)
{
    static const char from[] = "\"\\\n\r\t", to[] = "\"\\nrt";
    const char *found = text[0] ? strchr(from, text[0]) : NULL;
    size_t n = plain(text, len);
    if (found) {
        snprintf(out, 5, "\\%c", to[found - from]);
    } else if (n == 0) {
        snprintf(out, 5, "\\x%02x", text[0]);
    } else {
        memcpy(out, text, n);
        out[n] = 0;
        return n;
    }
    return 1;
}

void journal_quote(const char *value, char *out, size_t size)
{
    size_t len = strlen(value), at = 0;
    if (size < 3) {
        if (size)
            out[0] = 0;
        return;
    }
    if (!needs_quotes(value) && len < size) {
        memcpy(out, value, len + 1);
        return;
    }
    out[at++] = '"';
    for (size_t i = 0; i < len;) {
        char one[5];
        size_t taken = escape((const unsigned char *)value + i, len - i, one), n = strlen(one);
        if (at + n + 2 > size)
            break;
        memcpy(out + at, one, n);
        at += n;
        i += taken;
    }
    out[at++] = '"';
    out[at] = 0;
}

static int hex(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Takes back journal_quote. Stops behind the closing quote, or where the text ends. */
static const char *unquote(const char *p, char *out, size_t size)
{
    size_t at = 0;
    for (p++; *p && *p != '"'; p++) {
        char c = *p;
        if (c == '\\' && p[1]) {
            c = *++p;
            c = (char)(c == 'n' ? '\n' : c == 'r' ? '\r' : c == 't' ? '\t' : c);
            if (c == 'x' && hex(p[1]) >= 0 && hex(p[2]) >= 0) {
                c = (char)(hex(p[1]) << 4 | hex(p[2]));
                p += 2;
            }
        }
        if (at + 1 < size && c)
            out[at++] = c;
    }
    out[at] = 0;
    return *p ? p + 1 : p;
}

struct pair {
    char key[KEY_MAX_BYTES], value[VALUE_MAX_BYTES];
};

static bool key_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr("_.-", c));
}

/* The next pair; false at the end. What has no key goes under "text": nothing is lost, and nothing passes for a key. */
static bool next_pair(const char **text, struct pair *out)
{
    const char *p = *text + strspn(*text, " \t\r\n");
    size_t n = 0;
    if (!*p)
        return false;
    while (key_byte(p[n]) && n + 1 < KEY_MAX_BYTES)
        n++;
    if (n > 0 && p[n] == '=') {
        memcpy(out->key, p, n);
        out->key[n] = 0;
        p += n + 1;
    } else {
        memcpy(out->key, "text", 5);
    }
    if (*p == '"') {
        *text = unquote(p, out->value, sizeof out->value);
        return true;
    }
    n = strcspn(p, " \t\r\n");
    size_t kept = n < sizeof out->value ? n : sizeof out->value - 1;
    memcpy(out->value, p, kept);
    out->value[kept] = 0;
    *text = p + n;
    return true;
}

static void json_text(struct buf *b, const char *text)
{
    size_t len = strlen(text);
    buf_byte(b, '"');
    for (size_t i = 0, n; i < len; i += n) {
        const unsigned char *p = (const unsigned char *)text + i;
        n = plain(p, len - i);
        if (n == 1 && (*p == '"' || *p == '\\'))
            buf_printf(b, "\\%c", *p);
        else if (n > 0)
            buf_append(b, p, n);
        else if (*p < 0x80)
            buf_printf(b, "\\u%04x", *p);
        else
            buf_printf(b, "\\ufffd");
        n = n ? n : 1;
    }
    buf_byte(b, '"');
}

static void add_pair(struct buf *b, bool json, const struct pair *pair)
{
    char quoted[VALUE_MAX_BYTES * 4 + 3];
    if (json) {
        buf_byte(b, ',');
        json_text(b, pair->key);
        buf_byte(b, ':');
        json_text(b, pair->value);
    } else {
        journal_quote(pair->value, quoted, sizeof quoted);
        buf_printf(b, " %s=%s", pair->key, quoted);
    }
}

static void make_line(const struct journal *j, struct buf *b, struct wall now, enum journal_level level,
                      const char *event, const char *pairs)
{
    char time[RFC3339_LEN + 1];
    struct pair pair;
    rfc3339_format(now, time);
    if (j->json) {
        buf_printf(b, "{\"time\":\"%s\",\"level\":\"%s\",\"event\":", time, level_names[level]);
        json_text(b, event);
    } else {
        char quoted[128];
        journal_quote(event, quoted, sizeof quoted);
        buf_printf(b, "%s %s %s", time, level_names[level], quoted);
    }
    /* A pair that no longer fits is left out whole: a cut line would not be JSON. */
    for (const char *p = pairs ? pairs : ""; next_pair(&p, &pair);) {
        size_t before = b->len;
        add_pair(b, j->json, &pair);
        if (b->len > LINE_MAX_BYTES || b->err != ERR_OK) {
            b->len = before;
            break;
        }
    }
    buf_append(b, j->json ? "}\n" : "\n", j->json ? 2 : 1);
}

static void rotate(struct journal *j)
{
    if (rename(j->path, j->old_path) != 0)
        return;
    close(j->fd);
    j->fd = -1;
    j->size = 0;
}

static void write_line(struct journal *j, const struct buf *b)
{
    if (j->echo) {
        fwrite(b->at, 1, b->len, j->echo);
        fflush(j->echo);
    }
    if (!j->path)
        return;
    if (j->fd >= 0 && j->size > 0 && j->size + (off_t)b->len > FILE_MAX_BYTES)
        rotate(j);
    if (j->fd < 0 && open_file(j) != ERR_OK)
        return;
    ssize_t n = write(j->fd, b->at, b->len);
    if (n > 0)
        j->size += n;
}

void journal_note(struct journal *j, struct wall now, enum journal_level level, const char *event, const char *pairs)
{
    struct buf b;
    if (!j || level > j->level)
        return;
    /* Room for one pair too many, which is taken back. */
    buf_init(&b, LINE_MAX_BYTES + VALUE_MAX_BYTES * 8);
    make_line(j, &b, now, level, event, pairs);
    pthread_mutex_lock(&j->lock);
    if (b.err == ERR_OK)
        write_line(j, &b);
    pthread_mutex_unlock(&j->lock);
    buf_fini(&b);
}
