/*
 * page_sites: GET /sites: who copies what from whom, and how all sites are.
 */
#ifndef ALLIED_DAEMON_WEB_PAGE_SITES_H
#define ALLIED_DAEMON_WEB_PAGE_SITES_H

#include "daemon/web/sheet.h"

void page_sites(struct http_request *q);

#endif
