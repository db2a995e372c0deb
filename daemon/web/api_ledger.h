/*
 * api_ledger: what each ally added to the whole work.
 */
#ifndef ALLIED_DAEMON_WEB_API_LEDGER_H
#define ALLIED_DAEMON_WEB_API_LEDGER_H

#include "daemon/http/request.h"

http_handler
    api_ledger; /* GET /api/v1/ledger: as the reading ledger.show gives it (daemon/core/request.h); kept while nothing is committed */

#endif
