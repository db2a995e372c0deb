/*
 * flood: what one ally can make every replica keep beside commits, whose signatures are all good: promises about charters that nobody has seen, and proofs that its
 * own logs fork. The bounds are local and of this process: what is passed over is told again in later sessions, so they delay and decide nothing. Status
 * names the site.
 */
#ifndef ALLIED_DAEMON_CORE_FLOOD_H
#define ALLIED_DAEMON_CORE_FLOOD_H

#include "daemon/core/state.h"
#include "protocol/charter/promise.h"

/* May this promise be kept? Always of a charter that is here; else of few charters an ally (LIMIT_PROMISES_UNSEEN). */
err_t flood_promise(struct core *c, const struct promise *p, bool *keep);
/*
 * May a proof about this place be kept? One above a proof that ends the log already as long as the log has few (LIMIT_FORKS_LOG); one that decides where a log
 * ends, as many a day and site as no accident makes (LIMIT_FORKS_DAY).
 */
err_t flood_fork(struct core *c, const struct log_id *log, uint64_t seq, bool *keep);
/* How much of a site was passed over in the last day. */
uint64_t flood_passed(const struct core *c, const uint8_t site[SITE_BYTES]);

#endif
