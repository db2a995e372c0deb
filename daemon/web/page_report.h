/*
 * page_report: GET /report, /report/{year}, and the same as a file: .csv, .json, .html (daemon/report/). The scribe makes it.
 */
#ifndef ALLIED_DAEMON_WEB_PAGE_REPORT_H
#define ALLIED_DAEMON_WEB_PAGE_REPORT_H

#include "daemon/web/sheet.h"

void page_report(struct http_request *q);

#endif
