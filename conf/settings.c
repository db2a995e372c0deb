/*
 * settings: defaults, then allied.conf, then -o. The file goes through conf/strict.c, which finds what stands where, then through libconfuse, which
 * reads the values, then value by value through conf/value.c. libconfuse sees every setting as a text, so that the types, and the sentences about
 * them, are ours. The tables for libconfuse are built from settings.def at each load: it wants them writable.
 */
#include "conf/settings.h"
#include "conf/strict.h"
#include "conf/value.h"
#include "protocol/base/utf8.h"

#include <confuse.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX_BYTES (1024u * 1024)

struct row {
    const char *name, *section, *key;
    enum setting_type type;
    const char *fallback, *form, *meaning;
    bool used;
};

enum { USE_unused, USE_used };

static const struct row rows[SETTING_COUNT] = {
#define X(id, section, key, type, fallback, form, use, meaning)                                                        \
    [SETTING_##id] = {section "." key, section, key, SETTING_##type, fallback, form, meaning, USE_##use},
    SETTINGS(X)
#undef X
};

struct settings {
    char *text[SETTING_COUNT]; /* NULL: the default */
    int64_t number[SETTING_COUNT];
};

static const struct row *row(enum setting id)
{
    static const struct row none = {"", "", "", SETTING_TEXT, "", "", "", false};
    return (unsigned)id < SETTING_COUNT ? &rows[id] : &none;
}

const char *setting_name(enum setting id)
{
    return row(id)->name;
}

const char *setting_section(enum setting id)
{
    return row(id)->section;
}

const char *setting_key(enum setting id)
{
    return row(id)->key;
}

enum setting_type setting_type(enum setting id)
{
    return row(id)->type;
}

const char *setting_fallback(enum setting id)
{
    return row(id)->fallback;
}

const char *setting_meaning(enum setting id)
{
    return row(id)->meaning;
}

bool setting_used(enum setting id)
{
    return row(id)->used;
}

enum setting setting_by_name(const char *name)
{
    for (unsigned i = 0; i < SETTING_COUNT; i++)
        if (strcmp(rows[i].name, name) == 0)
            return (enum setting)i;
    return SETTING_COUNT;
}

#define GUESS_MAX 40u

static size_t least(size_t a, size_t b, size_t c)
{
    size_t m = a < b ? a : b;
    return m < c ? m : c;
}

/* Levenshtein's distance, over one row of its table. */
static size_t distance(const char *a, size_t a_len, const char *b)
{
    size_t line[GUESS_MAX + 1], b_len = strlen(b);
    if (a_len > GUESS_MAX || b_len > GUESS_MAX)
        return GUESS_MAX;
    for (size_t j = 0; j <= b_len; j++)
        line[j] = j;
    for (size_t i = 1; i <= a_len; i++) {
        size_t diagonal = line[0];
        line[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            size_t above = line[j];
            line[j] = least(above + 1, line[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1]));
            diagonal = above;
        }
    }
    return line[b_len];
}

/* A key in the wrong section is meant more often than a quite different key in the right one: the section weighs 2 at most. */
enum setting setting_guess(const char *typed)
{
    const char *dot = strchr(typed, '.'), *key = dot ? dot + 1 : typed;
    size_t section_len = dot ? (size_t)(dot - typed) : 0, best = GUESS_MAX;
    enum setting found = SETTING_COUNT;
    for (unsigned i = 0; i < SETTING_COUNT; i++) {
        size_t d = distance(key, strlen(key), rows[i].key);
        size_t s = dot ? distance(typed, section_len, rows[i].section) : 0;
        d += s > 2 ? 2 : s;
        if (!dot && distance(typed, strlen(typed), rows[i].section) < d)
            d = distance(typed, strlen(typed), rows[i].section);
        size_t shorter = strlen(key) < strlen(rows[i].key) ? strlen(key) : strlen(rows[i].key);
        if (d < best && d <= 1 + shorter / 3) {
            best = d;
            found = (enum setting)i;
        }
    }
    return found;
}

/* The value is shown as far as it is printable and no secret. */
err_t setting_check(enum setting id, const char *value, const char *at, struct why *why)
{
    const struct row *r = row(id);
    err_t e = value_check(r->type, r->form, value, NULL);
    bool shown = e != ERR_CONFIG_SECRET && e != ERR_CONFIG_UTF8 && e != ERR_CONFIG_VALUE;
    if (e == ERR_OK)
        return ERR_OK;
    if (!shown)
        return why_set(why, e, "%s", at);
    return why_set(why, e, "%s = \"%.40s\"%s%s%s", at, value, r->form[0] ? " (" : "", r->form, r->form[0] ? ")" : "");
}

static err_t store(struct settings *s, enum setting id, const char *value, const char *at, struct why *why)
{
    err_t e = setting_check(id, value, at, why);
    if (e != ERR_OK)
        return e;
    char *copy = strdup(value);
    if (!copy)
        return why_set(why, ERR_MEMORY, "%s", at);
    free(s->text[id]);
    s->text[id] = copy;
    return value_check(rows[id].type, rows[id].form, copy, &s->number[id]);
}

static err_t read_file(const char *path, struct buf *text, struct why *why)
{
    char chunk[4096];
    struct stat st;
    ssize_t n = -1;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0 && fstat(fd, &st) == 0 && !S_ISDIR(st.st_mode))
        while ((n = read(fd, chunk, sizeof chunk)) > 0)
            buf_append(text, chunk, (size_t)n);
    if (fd >= 0)
        close(fd);
    if (n < 0)
        return why_set(why, ERR_FILE, "%.150s", path);
    return text->err == ERR_OK ? ERR_OK : why_set(why, text->err, "%.150s", path);
}

struct confuse {
    cfg_opt_t keys[STRICT_SECTIONS][SETTING_COUNT + 1];
    cfg_opt_t sections[STRICT_SECTIONS + 1];
};

/* What passed conf/strict.c has no reason left to be refused here; were there one, it must not be printed by libconfuse. */
static void keep_silent(cfg_t *cfg, const char *format, va_list args)
{
    (void)cfg;
    (void)format;
    (void)args;
}

static void describe(const struct strict *strict, struct confuse *c)
{
    size_t n = 0;
    for (; n < strict->sections_n; n++) {
        size_t keys_n = 0;
        for (unsigned i = 0; i < SETTING_COUNT; i++) {
            if (strcmp(rows[i].section, strict->sections[n].name) != 0)
                continue;
            cfg_opt_t text = CFG_STR(rows[i].key, NULL, CFGF_NODEFAULT);
            cfg_opt_t list = CFG_STR_LIST(rows[i].key, NULL, CFGF_NODEFAULT);
            c->keys[n][keys_n++] = rows[i].type == SETTING_LIST ? list : text;
        }
        c->keys[n][keys_n] = (cfg_opt_t)CFG_END();
        c->sections[n] = (cfg_opt_t)CFG_SEC(strict->sections[n].name, c->keys[n], CFGF_NONE);
    }
    c->sections[n] = (cfg_opt_t)CFG_END();
}

static err_t take_item(struct settings *s, cfg_t *cfg, const struct strict_item *item, const char *file,
                       struct why *why)
{
    char place[STRICT_PLACE_BYTES], at[STRICT_PLACE_BYTES + 40];
    const struct row *r = &rows[item->id];
    cfg_t *section = cfg_getsec(cfg, r->section);
    struct buf value;
    buf_init(&value, FILE_MAX_BYTES);
    for (unsigned i = 0; i < cfg_size(section, r->key); i++)
        buf_printf(&value, "%s%s", i ? ", " : "", cfg_getnstr(section, r->key, i));
    strict_place(file, item->line, place);
    snprintf(at, sizeof at, "%s: %s", place, r->name);
    buf_byte(&value, 0);
    err_t e = value.err;
    if (e == ERR_OK)
        e = store(s, item->id, (const char *)value.at, at, why);
    buf_fini(&value);
    return e;
}

static err_t take_file(struct settings *s, const char *path, struct why *why)
{
    struct strict strict = {.items_n = 0};
    struct confuse tables;
    struct buf text;
    cfg_t *cfg = NULL;
    buf_init(&text, FILE_MAX_BYTES);
    err_t e = read_file(path, &text, why);
    if (e == ERR_OK)
        e = strict_check(path, buf_slice(&text), &strict, why);
    if (e != ERR_OK || strict.items_n == 0)
        goto end;
    describe(&strict, &tables);
    cfg = cfg_init(tables.sections, CFGF_NONE);
    if (!cfg || !buf_text(&text)) {
        e = ERR_MEMORY;
        goto end;
    }
    cfg_set_error_function(cfg, keep_silent);
    if (cfg_parse_buf(cfg, buf_text(&text) + (text.at[0] == 0xef ? 3 : 0)) != CFG_SUCCESS)
        e = why_set(why, ERR_CONFIG, "%.150s", path);
    for (size_t i = 0; i < strict.items_n && e == ERR_OK; i++)
        e = take_item(s, cfg, &strict.items[i], path, why);
end:
    if (cfg)
        cfg_free(cfg);
    buf_fini(&text);
    return e;
}

static err_t take_override(struct settings *s, const char *text, bool *seen, struct why *why)
{
    const char *equal = strchr(text, '=');
    char name[64], at[80];
    if (!equal || equal == text)
        return why_set(why, ERR_CONFIG, "-o %.60s", utf8_valid(slice_text(text)) ? text : "");
    snprintf(name, sizeof name, "%.*s", (int)(equal - text > 63 ? 63 : equal - text), text);
    enum setting id = setting_by_name(name), near = setting_guess(name);
    if (!utf8_valid(slice_text(text)))
        return why_set(why, ERR_CONFIG_UTF8, "-o %s", id < SETTING_COUNT ? name : "");
    if (id == SETTING_COUNT && near == SETTING_COUNT)
        return why_set(why, ERR_CONFIG_UNKNOWN, "-o %s", name);
    if (id == SETTING_COUNT)
        return why_set(why, ERR_CONFIG_UNKNOWN, "-o %s (%s?)", name, rows[near].name);
    if (seen[id])
        return why_set(why, ERR_CONFIG_REPEAT, "-o %s", name);
    seen[id] = true;
    snprintf(at, sizeof at, "-o %s", name);
    return store(s, id, equal + 1, at, why);
}

err_t settings_load(const char *path, const char *const *overrides, size_t overrides_n, struct settings **out,
                    struct why *why)
{
    bool seen[SETTING_COUNT] = {false};
    struct settings *s = calloc(1, sizeof *s);
    err_t e = s ? ERR_OK : why_set(why, ERR_MEMORY, "settings");
    for (unsigned i = 0; i < SETTING_COUNT && e == ERR_OK; i++)
        e = value_check(rows[i].type, rows[i].form, rows[i].fallback, &s->number[i]);
    if (e == ERR_OK && path)
        e = take_file(s, path, why);
    for (size_t i = 0; i < overrides_n && e == ERR_OK; i++)
        e = take_override(s, overrides[i], seen, why);
    if (e == ERR_OK)
        *out = s;
    else
        settings_free(s);
    return e;
}

void settings_free(struct settings *s)
{
    for (unsigned i = 0; s && i < SETTING_COUNT; i++)
        free(s->text[i]);
    free(s);
}

const char *settings_get(const struct settings *s, enum setting id)
{
    return s->text[id] ? s->text[id] : rows[id].fallback;
}

int64_t settings_number(const struct settings *s, enum setting id)
{
    return s->number[id];
}

bool settings_is_default(const struct settings *s, enum setting id)
{
    return !s->text[id];
}
