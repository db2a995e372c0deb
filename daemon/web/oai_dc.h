/*
 * oai_dc: a record in unqualified Dublin Core, as OAI-PMH 2.0 asks of every repository (schema http://www.openarchives.org/OAI/2.0/oai_dc.xsd).
 */
#ifndef ALLIED_DAEMON_WEB_OAI_DC_H
#define ALLIED_DAEMON_WEB_OAI_DC_H

#include "daemon/web/shown.h"

#define OAI_DC_NAMESPACE "http://www.openarchives.org/OAI/2.0/oai_dc/"
#define OAI_DC_SCHEMA    "http://www.openarchives.org/OAI/2.0/oai_dc.xsd"
#define OAI_DC_PREFIX    "oai_dc"

/* Appends <oai_dc:dc>…</oai_dc:dc>. ERR_MEMORY, ERR_DATABASE; what does not fit sticks in `out`. */
err_t oai_dc_write(struct read *r, struct atlas *a, const struct shown *s, const char *identifier, struct buf *out);

#endif
