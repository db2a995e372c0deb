/*
 * api_records: /api/v1/records (INTERFACE.md "HTTP").
 */
#ifndef ALLIED_DAEMON_WEB_API_RECORDS_H
#define ALLIED_DAEMON_WEB_API_RECORDS_H

#include "daemon/http/request.h"

http_handler api_records_list; /* with q: what the index finds */
http_handler api_records_show; /* 410 where it was retired */
http_handler api_records_history;
http_handler api_records_new;    /* POST: 201 */
http_handler api_records_put;    /* PUT by id: in place of the version that If-Match names */
http_handler api_records_source; /* PUT by source id: what changed there since it last came */
http_handler api_records_retire, api_records_retire_source; /* DELETE */
http_handler api_records_batch;
http_handler api_suggest;

#endif
