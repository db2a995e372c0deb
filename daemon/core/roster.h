/*
 * roster: the acts that the registrar signs: admissions (admit.h), suspensions and their end, replaced keys, checkpoints (DESIGN §3).
 */
#ifndef ALLIED_DAEMON_CORE_ROSTER_H
#define ALLIED_DAEMON_CORE_ROSTER_H

#include "daemon/core/state.h"

/* May this site write acts? ERR_WHO: our ally is not the secretariat; ERR_KEY_REGISTRAR: its key is not here; ERR_RESTORED. `what` is named in why. */
err_t roster_may_act(struct core *c, const char *what, struct why *why);
/* Fills in charter, number, predecessor and id, and signs: for whoever stores more with the act. In no batch. */
err_t roster_sign(const struct core *c, struct roster_act *act, struct buf *carried);
/*
 * Fills in charter, number and predecessor, signs, stores; lets it take effect and tells everybody. In no batch, after roster_may_act. The caller has looked
 * whether it makes sense: an act without effect stays in the chain.
 */
err_t roster_act(struct core *c, struct roster_act *act);
/* The head of each log that counts here, ascending: what a checkpoint and a cut name. In the arena. */
err_t roster_heads(struct core *c, struct arena *arena, struct head **out, size_t *n);
/* Out of heads, ascending, those of one ally's sites, or of one site: the rest goes. The number left. */
size_t roster_heads_of_ally(const struct core *c, const struct ally *ally, struct head *heads, size_t n);
size_t roster_heads_of_site(const uint8_t site[SITE_BYTES], struct head *heads, size_t n);

/* The allies that may decide, by name: "A, B". */
void roster_secretariat(const struct core *c, char *out, size_t size);

#endif
