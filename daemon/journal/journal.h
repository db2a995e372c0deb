/*
 * journal: what the daemon notes about itself: DATA/journal (replaced at 4 MiB by DATA/journal.1) and stderr. One line an event:
 * time level event key=value …; or one JSON object a line (journal.format = json). Never translated.
 */
#ifndef ALLIED_DAEMON_JOURNAL_JOURNAL_H
#define ALLIED_DAEMON_JOURNAL_JOURNAL_H

#include "protocol/base/clock.h"
#include "protocol/base/err.h"
#include <stddef.h>
#include <stdio.h>

enum journal_level { JOURNAL_ERROR, JOURNAL_WARN, JOURNAL_INFO, JOURNAL_DEBUG };
struct journal;

/* `dir` NULL: no file. `echo` (may be NULL) also gets every line. level: "error|warn|info|debug"; format "text|json". */
err_t journal_open(const char *dir, FILE *echo, const char *level, const char *format, struct journal **out,
                   struct why *why);
void journal_close(struct journal *j);
/* `pairs` is "key=value key2=value2": values with blanks, quotes or line breaks must have gone through journal_quote. */
void journal_note(struct journal *j, struct wall now, enum journal_level level, const char *event, const char *pairs);
/* A value as it may stand behind "key=": quoted and escaped where it needs it. Cuts what does not fit. */
void journal_quote(const char *value, char *out, size_t size);

#endif
