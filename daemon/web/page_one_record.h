/*
 * page_one_record: /records/{id}: a record with all that stands around it; what was withdrawn, with 410. ?text_lang= names the language of its texts.
 */
#ifndef ALLIED_DAEMON_WEB_PAGE_ONE_RECORD_H
#define ALLIED_DAEMON_WEB_PAGE_ONE_RECORD_H

#include "daemon/http/request.h"

http_handler page_one_record;

#endif
