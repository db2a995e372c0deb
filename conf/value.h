/*
 * value: what may stand in a setting, type by type (conf/settings.h), and the number it means. Pure: a text in, an error or a number out.
 */
#ifndef ALLIED_CONF_VALUE_H
#define ALLIED_CONF_VALUE_H

#include "conf/settings.h"

#define VALUE_MAX_BYTES 1024u

/*
 * *number: sizes in bytes, durations in seconds, booleans 0 or 1, numbers; else 0. The errors are the ERR_CONFIG_… of the type, ERR_ADDRESS,
 * ERR_CONFIG_VALUE (too long, a control character, no e-mail address), ERR_CONFIG_UTF8, ERR_CONFIG_SECRET.
 */
err_t value_check(enum setting_type type, const char *form, const char *text, int64_t *number);
/* Where the word begins that stands in a "a|b|c"; false: it is none of them. */
bool value_among(const char *words, const char *text, size_t len);

#endif
