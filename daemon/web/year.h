/*
 * year: a year in a path ("/ledger/2026"), and the links to all years that there are.
 */
#ifndef ALLIED_DAEMON_WEB_YEAR_H
#define ALLIED_DAEMON_WEB_YEAR_H

#include "daemon/web/sheet.h"

/* {year} of the path into *year; 0 where it names none. False: 404 is answered. */
bool year_of(struct http_request *q, int64_t *year);
/* An answer about a year, an ally or a kind that the path names: true: it was an error, and is answered, by 404 where it is the path's. */
bool year_failed(struct http_request *q, const json_t *answer);
/* Links to all years, the open one first; `before`: "/report/"; `shown`: this page's. */
void year_links(struct sheet *s, struct read *read, const char *before, int64_t shown);

#endif
