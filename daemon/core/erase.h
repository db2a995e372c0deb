/*
 * erase: erasures in force (DESIGN §4 "Erasure"). site.erase asks; it counts where its writer's ally wrote the op or has the role data_protection. Then
 * salt, body and all that came of them go, from every table and from the write-ahead log, and only then does this site attest.
 */
#ifndef ALLIED_DAEMON_CORE_ERASE_H
#define ALLIED_DAEMON_CORE_ERASE_H

#include "daemon/core/state.h"
#include "daemon/store/erased.h"

#define ROLE_DATA_PROTECTION "data_protection"

/* A commit enters or leaves its log: what it asks and attests is noted or forgotten; what it touches is judged at the batch's end. */
err_t erase_file(struct core *c, const struct commit *commit);
err_t erase_unfile(struct core *c, const struct commit *commit);
/* Standing or roles changed: every erasure is judged anew at the batch's end. */
err_t erase_judge_all(struct core *c);
/* Is the body of this op of `author` to go? */
bool erase_is_due(struct core *c, const struct dot *target, const uint8_t author[SITE_BYTES]);
/* Erased, or an erasure was told ahead whose commit is on its way: this op's body is not to be taken. */
bool erase_keeps_out(struct core *c, const struct commit *commit, size_t i);
/* A commit from outside: bodies that do not match, are not there, or are to be kept out become holes; what is erased is so. */
void erase_filter(struct core *c, struct commit *commit);
err_t erase_carry(const struct commit *commit, struct buf *out); /* its carried form, with the states as they are now */
/* Within the batch, before folding: bodies go, or become holes again. */
err_t erase_apply(struct core *c);
/* After COMMIT: what went leaves the write-ahead log too; then our sites attest. */
void erase_tick(struct core *c);
/* Commits with erasures, carried, for a peer to have before the data. */
err_t erase_message(struct core *c, struct arena *arena, struct slice **commits, size_t *n);
/* One such commit of a peer: noted ahead of its turn in its log, it keeps the bodies out that it names. Inside a batch. */
err_t erase_ahead(struct core *c, struct slice carried);
/* A peer and we have the same inputs: what was told ahead and is not among them never will be. */
void erase_settled(struct core *c);
/* What was told ahead stands in a derived table and comes out of no log: kept over a rebuild. */
err_t erase_keep_ahead(struct core *c, struct arena *arena, struct erasure **out, size_t *n);
err_t erase_restore_ahead(struct core *c, const struct erasure *all, size_t n);
/* When the core opens. */
err_t erase_open(struct core *c);

#endif
