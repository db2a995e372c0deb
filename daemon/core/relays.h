/*
 * relays: through whom changes of others came here, day by day, and telling it once a UTC month is over: one `site.relays` (PROTOCOL.md §5), which the ledger counts as
 * service to others. Days are by our own clock.
 *
 * The daemon's own site tells, never a hosted one: with other daemons the first one alone speaks (host.h), so that what came over its links is one
 * observation; the ledger asks for two allies who say so, and a daemon that hosts several must not be several witnesses. What a relay's own guests wrote came to
 * us from where it is written: no relaying.
 */
#ifndef ALLIED_DAEMON_CORE_RELAYS_H
#define ALLIED_DAEMON_CORE_RELAYS_H

#include "daemon/core/state.h"

/* Inside a batch, before its COMMIT: what grew in it over links. */
err_t relays_note(struct core *c);
/* Tells what is over, one month at a time; told days are forgotten in the same transaction. Not while our site may not write. */
void relays_tick(struct core *c);

#endif
