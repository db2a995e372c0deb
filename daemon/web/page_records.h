/*
 * page_records: /records: what is found, or all there is, with what it can be narrowed by.
 *
 * Parameters: q, concept (it and what lies below), term (ids, a blank between two: each stands in the record), ally, type, text_lang (of the texts: lang is the
 * page's own), place, from, until, year, since, order (best, newest, oldest), cursor. Every link keeps all others.
 */
#ifndef ALLIED_DAEMON_WEB_PAGE_RECORDS_H
#define ALLIED_DAEMON_WEB_PAGE_RECORDS_H

#include "daemon/http/request.h"

http_handler page_records;

#endif
