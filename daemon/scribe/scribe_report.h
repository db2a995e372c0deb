/*
 * scribe_report: the scribe's reading "report":
 *   {year (0: the open one), form: body|html|csv|json, sites?, self?} → {year, open, title, text, now}
 * body: what stands within a page, below its <h1> (daemon/report/html.h). sites: what the core's request of that name says, as seen by the site called self; now: when that was (null without).
 */
#ifndef ALLIED_DAEMON_SCRIBE_SCRIBE_REPORT_H
#define ALLIED_DAEMON_SCRIBE_SCRIBE_REPORT_H

#include "daemon/read/read.h"

#define REPORT_PAGE "body"
err_t scribe_report(struct read *r);

#endif
