/*
 * api_concepts: /api/v1/concepts (INTERFACE.md "HTTP"). An {id} may be a URI, encoded. A concept that was merged is shown with what it was merged into.
 */
#ifndef ALLIED_DAEMON_WEB_API_CONCEPTS_H
#define ALLIED_DAEMON_WEB_API_CONCEPTS_H

#include "daemon/http/request.h"

http_handler api_concepts_list, api_concepts_show, api_concepts_history;
http_handler api_concepts_new;    /* POST: 201 */
http_handler api_concepts_put;    /* PUT by id: in place of the version that If-Match names */
http_handler api_concepts_source; /* PUT by URI: adds it, or what it lacks */
http_handler api_concepts_retire; /* DELETE: deprecates it, or proposes to */
http_handler api_concepts_batch;

#endif
