/*
 * charters: charters, roster acts and promises as the core holds them: loading, evaluating, taking in what peers send, passing it on (DESIGN
 * §3). Charters are evaluated first, then the roster, then logs: a change is followed by standing, erasures, folds.
 */
#ifndef ALLIED_DAEMON_CORE_CHARTERS_H
#define ALLIED_DAEMON_CORE_CHARTERS_H

#include "daemon/core/outlet.h"
#include "protocol/charter/promise.h"

/* Reads them out of the store and evaluates them. A directory that waits to be admitted has no charter yet: ERR_OK, founded false. */
err_t charters_load(struct core *c);
/* Evaluates anew after something was stored, outside a batch: authority, then what counts of each log, erasures, folds. */
err_t charters_take_effect(struct core *c);
/* What failed of it (a full disk, a read that failed) is done as soon as it can be: when time passes, and before anything is signed that builds on it. */
err_t charters_settle(struct core *c);
void charters_tick(struct core *c, struct mono now);
/* When the core opens: a crash may have lain between the storing of a charter or an act and its effect. */
err_t charters_catch_up(struct core *c);
/* Takes in a CHARTER message: what verifies is kept. *news: something new came. ERR_ALLIANCE, ERR_CHARTER, ERR_ROSTER: nothing of it is kept. */
err_t charters_take(struct core *c, const struct msg_charter *m, bool *news);
/* Says charters and acts, in as many CHARTER messages as it takes; the last one says so. Nothing but that where `empty`. */
void charters_tell(struct core *c, const struct outlet *to, bool empty);

/* A charter by the beginning of its id in base32 or by its number: the one of the chain, else the one draft. ERR_NOT_FOUND, ERR_AMBIGUOUS. */
err_t charters_find(struct core *c, const char *text, struct arena *arena, struct charter *out);
/* Keeps a charter with its signatures, added to those known. Inside a batch. */
err_t charters_put(struct core *c, struct slice carried, bool *fresh);
/* Promises: all of them carried; one of a peer or our own, inside a batch. */
err_t charters_promises(struct core *c, struct arena *arena, struct slice **out, size_t *n);
err_t charters_promise(struct core *c, struct slice carried);

#endif
