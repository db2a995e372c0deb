/*
 * page_concept: /concepts/{id}: a concept, by its id or its URI: names, notes, what is next to it as a drawing and as lists, the records that it indexes, how it stands.
 */
#ifndef ALLIED_DAEMON_WEB_PAGE_CONCEPT_H
#define ALLIED_DAEMON_WEB_PAGE_CONCEPT_H

#include "daemon/http/request.h"

http_handler page_concept;

#endif
