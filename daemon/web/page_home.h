/*
 * page_home: GET /: the state in a sentence and what to do now, how much there is, what was written last.
 */
#ifndef ALLIED_DAEMON_WEB_PAGE_HOME_H
#define ALLIED_DAEMON_WEB_PAGE_HOME_H

#include "daemon/web/sheet.h"

void page_home(struct http_request *q);

#endif
