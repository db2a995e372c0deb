/*
 * facts_pack: the facts of one entity and one term as bytes, as they are stored; the same for the same facts.
 */
#ifndef ALLIED_DAEMON_LEDGER_FACTS_PACK_H
#define ALLIED_DAEMON_LEDGER_FACTS_PACK_H

#include "daemon/ledger/facts.h"
#include "protocol/base/buf.h"

/* Ascending ones (fact_compare). What the caller knows is left out: type, entity, term. */
void facts_pack(const struct fact *facts, size_t n, struct buf *out);
/* How many there are; 0 where the bytes are none of facts_pack's. */
size_t facts_packed(struct slice bytes);
/* Into `out`, which has room for facts_packed() of them; slices point into the bytes. ERR_DATABASE: not packed so. */
err_t facts_unpack(struct slice bytes, enum entity_type type, struct slice entity, unsigned term, struct fact *out);

#endif
