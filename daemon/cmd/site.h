/*
 * site: the sites whose daemon this is, as site.list and status give them.
 */
#ifndef ALLIED_DAEMON_CMD_SITE_H
#define ALLIED_DAEMON_CMD_SITE_H

#include "daemon/cmd/out.h"

/* A table of result's "sites". */
void site_table(const struct out *o, const json_t *result);

#endif
