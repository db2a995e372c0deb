/*
 * oai_serve: OAI-PMH at /oai, by GET and by POST of a form (oai.h).
 */
#ifndef ALLIED_DAEMON_WEB_OAI_SERVE_H
#define ALLIED_DAEMON_WEB_OAI_SERVE_H

#include "daemon/http/request.h"

#define OAI_FORM_BYTES 4096

http_handler oai_serve; /* text/xml; errors of the protocol with 200, as it wants them */

#endif
