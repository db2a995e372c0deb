/*
 * settings: allied.conf and -o section.key=value, as INTERFACE.md lists them. The table of settings is conf/settings.def. Strict: an unknown
 * setting, a repeat, an unclosed section, invalid UTF-8, an unquoted `*` are errors with file, line and a guess at what was meant.
 */
#ifndef ALLIED_CONF_SETTINGS_H
#define ALLIED_CONF_SETTINGS_H

#include "conf/settings.def"
#include "protocol/base/buf.h"

enum setting {
#define X(id, section, key, type, fallback, meaning) SETTING_##id,
    SETTINGS(X)
#undef X
        SETTING_COUNT
};
struct settings;

/* Defaults, then the file at `path` (NULL: none; a missing file is ERR_FILE), then overrides "section.key=value". On an error why names file and line. */
err_t settings_load(const char *path, const char *const *overrides, size_t overrides_n, struct settings **out, struct why *why);
void settings_free(struct settings *s);
const char *settings_get(const struct settings *s, enum setting id); /* "" where unset and without default; lists are joined by ", " */
int64_t settings_number(const struct settings *s, enum setting id);  /* numbers, sizes in bytes, durations in seconds, booleans 0 or 1 */
bool settings_is_default(const struct settings *s, enum setting id);
const char *setting_name(enum setting id);    /* "zeromq.listen" */
const char *setting_meaning(enum setting id); /* English sentence, a msgid */
enum setting setting_by_name(const char *name); /* SETTING_COUNT: none */

#endif
