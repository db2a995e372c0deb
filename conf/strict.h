/*
 * strict: the syntax of allied.conf, checked before libconfuse reads it, which is too lenient: there unquoted `*:5671` becomes `:5671`, unclosed sections
 * and invalid UTF-8 pass, the last of two repeats wins silently, ${HOME} expands. What passes here, libconfuse reads to the same values:
 *
 *   file = { section "{" { setting "=" value } "}" }       value = word | quoted | "{" [ (word | quoted) { "," (word | quoted) } ] "}"
 *   quoted = "…" with \" \\ \$ as the only escapes, or '…' with \' \\ ; on one line      word = letters, digits and _ . : / @ -
 *   comments: # and // to the end of the line, and between slash-star and star-slash
 */
#ifndef ALLIED_CONF_STRICT_H
#define ALLIED_CONF_STRICT_H

#include "conf/settings.h"

#define STRICT_SECTIONS 16

struct strict_item {
    enum setting id;
    unsigned line;   /* of its name, from 1 */
    size_t from, to; /* the value's bytes in the text, quotes and braces included */
};
struct strict_section {
    const char *name;   /* one of setting_section */
    size_t open, close; /* behind its "{"; at its "}" */
};
struct strict {
    struct strict_item items[SETTING_COUNT];
    size_t items_n;
    struct strict_section sections[STRICT_SECTIONS];
    size_t sections_n;
};

/*
 * Which settings stand where. Values are not judged by type here (settings_load does). ERR_CONFIG, ERR_CONFIG_UNKNOWN, _REPEAT, _OPEN, _QUOTE, _DOLLAR,
 * _UTF8, with why.text "file:line: what stands there (what may be meant)".
 */
err_t strict_check(const char *file, struct slice text, struct strict *out, struct why *why);
/* "file:line", the path's beginning cut where it is long. */
#define STRICT_PLACE_BYTES 96
void strict_place(const char *file, unsigned line, char out[STRICT_PLACE_BYTES]);
/* Whether the text may stand without quotes. */
bool strict_word(struct slice text);

#endif
