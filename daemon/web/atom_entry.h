/*
 * atom_entry: a record as an entry of an Atom feed.
 */
#ifndef ALLIED_DAEMON_WEB_ATOM_ENTRY_H
#define ALLIED_DAEMON_WEB_ATOM_ENTRY_H

#include "daemon/web/shown.h"

/* An <entry>, or an <at:deleted-entry> where it is gone, in the reading's language where the record has it. ERR_MEMORY, ERR_DATABASE. */
err_t atom_entry(struct read *r, struct atlas *atlas, const struct shown *s, const char *base, struct buf *out);
void atom_time(struct buf *out, int64_t at_s);

#endif
