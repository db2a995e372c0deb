/*
 * registrar: the secretariat's key, which signs the roster and nothing else: DATA/keys/registrar.key. A charter names it, and so may name another: its holder makes
 * that one beforehand (registrar.next.key); it takes its place once the charter is in force, the old one becoming registrar.old.key.
 */
#ifndef ALLIED_DAEMON_CORE_REGISTRAR_H
#define ALLIED_DAEMON_CORE_REGISTRAR_H

#include "daemon/core/state.h"

/* After charters were evaluated: c->is_registrar and c->registrar become true to the newest. */
void registrar_load(struct core *c);
/* The next key's public half; made where there is none yet. Durable before it is told. ERR_READ_ONLY, ERR_DISK_FULL, … */
err_t registrar_next(struct core *c, uint8_t out[SITE_BYTES], struct why *why);

/* Are we the secretariat's only site, and its key is not here? Then nobody can decide anything. Of several sites another may have it. */
bool registrar_is_lost(struct core *c);

#endif
