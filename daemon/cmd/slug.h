/*
 * slug: a short name for a file and for --site, made from what people call themselves: "Réseau Cohérence" becomes "reseau-coherence".
 */
#ifndef ALLIED_DAEMON_CMD_SLUG_H
#define ALLIED_DAEMON_CMD_SLUG_H

#include "protocol/base/buf.h"

#define SLUG_MAX 40
/* Never empty: "site" where nothing is left. */
void slug_make(const char *name, char out[SLUG_MAX + 1]);

#endif
