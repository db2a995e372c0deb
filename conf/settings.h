/*
 * settings: allied.conf and -o section.key=value, as INTERFACE.md lists them. The table of settings is conf/settings.def. Strict: an unknown
 * setting, a repeat, an unclosed section, invalid UTF-8, an unquoted `*` are errors with file, line and a guess at what was meant.
 */
#ifndef ALLIED_CONF_SETTINGS_H
#define ALLIED_CONF_SETTINGS_H

#include "conf/settings.def"
#include "protocol/base/buf.h"

enum setting {
#define X(id, section, key, type, fallback, form, use, meaning) SETTING_##id,
    SETTINGS(X)
#undef X
        SETTING_COUNT
};
enum setting_type {
    SETTING_TEXT,
    SETTING_LANGUAGE, /* one there is a translation for, or "en" */
    SETTING_LIST,     /* {"a", "b"} in the file; "a, b" as an override */
    SETTING_ADDRESS,  /* HOST:PORT, *:PORT, [IPv6]:PORT or empty */
    SETTING_URL,      /* of a scheme in `form`; without a password */
    SETTING_BOOL,     /* true, false */
    SETTING_NUMBER,
    SETTING_SIZE,     /* bytes, with K, M, G (powers of 1024) */
    SETTING_DURATION, /* seconds, with s, m, h, d */
    SETTING_CHOICE
};
struct settings;

/* Defaults, then the file at `path` (NULL: none; a missing file is ERR_FILE), then overrides "section.key=value". On an error why names file and line. */
err_t settings_load(const char *path, const char *const *overrides, size_t overrides_n, struct settings **out,
                    struct why *why);
void settings_free(struct settings *s);
const char *settings_get(const struct settings *s,
                         enum setting id); /* "" where unset and without default; lists are joined by ", " */
int64_t settings_number(const struct settings *s,
                        enum setting id); /* numbers, sizes in bytes, durations in seconds, booleans 0 or 1 */
bool settings_is_default(const struct settings *s, enum setting id);
const char *setting_name(enum setting id);      /* "zeromq.listen" */
const char *setting_meaning(enum setting id);   /* English sentence, a msgid */
bool setting_used(enum setting id);             /* false: it can be set, and nothing reads it yet */
enum setting setting_by_name(const char *name); /* SETTING_COUNT: none */
const char *setting_section(enum setting id);
const char *setting_key(enum setting id);
enum setting_type setting_type(enum setting id);
const char *setting_fallback(enum setting id);
/* The setting whose name is nearest to what was typed ("zeromq.lisen", "lisen"); SETTING_COUNT where nothing is near. */
enum setting setting_guess(const char *typed);
/* Whether `value` may stand for this setting: lists as "a, b". Fills why.text with `at` and the value. */
err_t setting_check(enum setting id, const char *value, const char *at, struct why *why);

#endif
