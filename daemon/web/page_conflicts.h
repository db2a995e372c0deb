/*
 * page_conflicts: GET /conflicts, /conflicts/{id}: what allies wrote at the same time, side by side with what it was made from, and how to choose.
 */
#ifndef ALLIED_DAEMON_WEB_PAGE_CONFLICTS_H
#define ALLIED_DAEMON_WEB_PAGE_CONFLICTS_H

#include "daemon/web/sheet.h"

void page_conflicts(struct http_request *q);
void page_conflict(struct http_request *q);

#endif
