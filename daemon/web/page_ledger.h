/*
 * page_ledger: GET /ledger, /ledger/{year}: what each ally added, kind by kind, what was left out and why; /ledger/{year}/{ally}/{kind}: each entry, down to
 * its op (daemon/read/ledger.h). The scribe reads it.
 */
#ifndef ALLIED_DAEMON_WEB_PAGE_LEDGER_H
#define ALLIED_DAEMON_WEB_PAGE_LEDGER_H

#include "daemon/web/sheet.h"

void page_ledger(struct http_request *q);
void page_ledger_kind(struct http_request *q);

#endif
