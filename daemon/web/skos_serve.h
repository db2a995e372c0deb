/*
 * skos_serve: the whole thesaurus at /skos.ttl, /skos.nt and /skos.rdf (skos_file.h).
 */
#ifndef ALLIED_DAEMON_WEB_SKOS_SERVE_H
#define ALLIED_DAEMON_WEB_SKOS_SERVE_H

#include "daemon/http/request.h"

http_handler skos_serve_turtle, skos_serve_ntriples, skos_serve_rdfxml; /* with an ETag */

#endif
