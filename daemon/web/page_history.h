/*
 * page_history: /records/{id}/history and /concepts/{id}/history: who wrote what, and when: the last one first.
 */
#ifndef ALLIED_DAEMON_WEB_PAGE_HISTORY_H
#define ALLIED_DAEMON_WEB_PAGE_HISTORY_H

#include "daemon/http/request.h"

http_handler page_record_history, page_concept_history;

#endif
