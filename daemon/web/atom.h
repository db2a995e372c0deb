/*
 * atom: what changed here, newest first, as Atom (RFC 4287). The feed itself has the last changes; what was before stands in archive documents that name each other (RFC 5005
 * §4), each with the records that changed between two fixed places of the feed: which ones those are never changes, and each is shown as it is now. What is gone
 * is a deleted-entry (RFC 6721).
 */
#ifndef ALLIED_DAEMON_WEB_ATOM_H
#define ALLIED_DAEMON_WEB_ATOM_H

#include "daemon/web/shown.h"

#define ATOM_PAGE_ROWS 100 /* of the feed in one archive document */
#define ATOM_LEAST     30  /* records in the feed itself, where there are as many */
#define ATOM_BYTES_MAX (64u * 1024 * 1024)

struct atom {
    struct read *read;
    struct atlas *atlas;
    const char *base; /* where this site is on the web, without a slash at the end */
    const char *name; /* "all", "ally-ID", "concept-ID" */
    int64_t page;     /* of the archive, from 1; 0: the feed itself */
};
/* ERR_NOT_FOUND: no such feed, or a page that is not closed yet. */
err_t atom_write(const struct atom *a, struct buf *out);

#endif
