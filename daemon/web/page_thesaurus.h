/*
 * page_thesaurus: /thesaurus: the lattice of components and angles with how much stands at each crossing, and ways in: by letter, from the top, by words.
 *
 * Parameters: q (the beginning of a name), letter (a to z, or 0 for all others) with from, component and angle (ids, or none) with from, waiting=1 with cursor.
 */
#ifndef ALLIED_DAEMON_WEB_PAGE_THESAURUS_H
#define ALLIED_DAEMON_WEB_PAGE_THESAURUS_H

#include "daemon/http/request.h"

http_handler page_thesaurus;

#endif
