/*
 * signed: does everything that stands in a store stand there by the signatures it claims? For a backup, whose own checksums prove no more than that it is as
 * somebody wrote it, and for verify.
 */
#ifndef ALLIED_DAEMON_CORE_SIGNED_H
#define ALLIED_DAEMON_CORE_SIGNED_H

#include "daemon/store/store.h"
#include "protocol/charter/authority.h"

/*
 * Commits with their chains, clocks and bodies, in logs, set aside and in fork proofs; charters, roster acts, promises. ERR_VERIFY with the first fault:
 * where it stands and what it is; ERR_MEMORY, ERR_DISK, ERR_DATABASE.
 */
err_t signed_check(struct store *s, struct why *why);
/* The same of what stands beside logs, charters and roster: promises, fork proofs, commits set aside. */
err_t signed_check_beside(struct store *s, struct why *why);
/* Is an act by the key that one of the chain's charters names as registrar? */
bool signed_by_registrar(const struct authority *a, const struct roster_act *act);

#endif
