/*
 * erase: erasures in force (DESIGN §4 "Erasure"). site.erase asks; it counts where its writer's ally wrote the op or has the role data_protection. Then
 * salt, body and all that came of them go, from every table and from the write-ahead log, and only then does this site attest.
 */
#ifndef ALLIED_DAEMON_CORE_ERASE_H
#define ALLIED_DAEMON_CORE_ERASE_H

#include "daemon/core/state.h"

#define ROLE_DATA_PROTECTION "data_protection"

/* A commit enters or leaves its log: what it asks and attests is noted or forgotten; what it touches is judged at the batch's end. */
err_t erase_file(struct core *c, const struct commit *commit);
err_t erase_unfile(struct core *c, const struct commit *commit);
/* Standing or roles changed: every erasure is judged anew at the batch's end. */
err_t erase_judge_all(struct core *c);
/* Is the body of this op of `author` to go? */
bool erase_is_due(struct core *c, const struct dot *target, const uint8_t author[SITE_BYTES]);
/* Within the batch, before folding: bodies go, or become holes again. */
err_t erase_apply(struct core *c);
/* After COMMIT: what went leaves the write-ahead log too; then our sites attest. */
void erase_tick(struct core *c);
/* Commits with erasures, carried, for a peer to have before the data. */
err_t erase_message(struct core *c, struct arena *arena, struct slice **commits, size_t *n);
/* One such commit of a peer: noted ahead of its turn in its log. Inside a batch. */
err_t erase_ahead(struct core *c, struct slice carried);

#endif
