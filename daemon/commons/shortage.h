/*
 * shortage: did memory run out while jansson built or read a value? Answers are built piece by piece, and a piece that could not be made would be
 * left out of what then reads as a success.
 *
 * jansson's reader (2.14) ignores that the text of a token could not grow, and goes on past the end of what it has. shortage_load therefore keeps a
 * reserve for it, taken before it begins.
 */
#ifndef ALLIED_DAEMON_COMMONS_SHORTAGE_H
#define ALLIED_DAEMON_COMMONS_SHORTAGE_H

#include "protocol/base/err.h"
#include "protocol/base/slice.h"
#include <jansson.h>

/* From now on jansson's failed allocations are noted. As often as one likes. */
void shortage_watch(void);
/* Forgets what this thread noted so far. */
void shortage_clear(void);
/* Did one fail on this thread since? */
bool shortage_seen(void);
/* Notes that something else could not be read for want of memory, where an answer goes on without it. */
void shortage_note(err_t e);
/* Reads a text; a name that stands twice in an object is refused. NULL where it is not JSON, or shortage_seen(). */
json_t *shortage_load(struct slice text);

#endif
