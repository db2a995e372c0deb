/*
 * cursor: where a list goes on. To clients a word without meaning; it carries its version, the place in the list's order, and a sum over both, the alliance, the
 * list's name and all that was asked for: one of another list, with other filters, or made up, is refused.
 */
#ifndef ALLIED_DAEMON_READ_CURSOR_H
#define ALLIED_DAEMON_READ_CURSOR_H

#include "daemon/read/read.h"

/* All that was asked for but how much and from where, as JSON: the same for all who ask the same. To be freed. */
err_t cursor_question(const struct read *r, char **out);
/* "cursor" of the arguments: `bytes` of place, in the arena; empty: from the start. ERR_CURSOR. */
err_t cursor_read(struct read *r, const char *list, size_t bytes, struct slice *place);
/* "next" of the result: behind that place; empty: null. ERR_MEMORY. */
err_t cursor_put(struct read *r, const char *list, struct slice place);

#endif
