/*
 * rewrite: `config set`: changes one value in the text of allied.conf and leaves all other bytes, comments included, as they are. A missing section or
 * file is made; the file is replaced at once (written beside, then renamed), with the mode and owner it had.
 */
#ifndef ALLIED_CONF_REWRITE_H
#define ALLIED_CONF_REWRITE_H

#include "conf/settings.h"

/* The text with the setting changed, appended to `out`. `file` is for messages. Errors as settings_load: a text that is wrong is not edited. */
err_t rewrite_text(const char *file, struct slice text, enum setting id, const char *value, struct buf *out,
                   struct why *why);
/* name: "section.key"; lists as "a, b". ERR_CONFIG_UNKNOWN, the errors of the value's type, ERR_FILE, ERR_DISK, ERR_DISK_FULL. */
err_t rewrite_file(const char *path, const char *name, const char *value, struct why *why);

#endif
