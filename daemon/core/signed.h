/*
 * signed: does everything that stands in a store stand there by the signatures it claims? For a backup, whose own checksums prove no more than that it is as
 * somebody wrote it, and for verify.
 */
#ifndef ALLIED_DAEMON_CORE_SIGNED_H
#define ALLIED_DAEMON_CORE_SIGNED_H

#include "daemon/store/store.h"
#include "protocol/charter/authority.h"

/* Who looks: what is told of each fault, and of each commit that could be read. */
struct signed_look {
    void *ctx;
    bool
        every; /* goes on behind a fault, and behind what cannot be read (ERR_DATABASE at "database"); else the first fault ends it */
    void (*fault)(void *ctx, err_t what, const char *where); /* where: "log SITE/N seq N", "table charters", … */
    /* NULL, or what else is to be said of a commit in a log; `sound`: its signature is its author's. ERR_VERIFY is a fault where it stands. */
    err_t (*commit)(void *ctx, const struct commit *c, bool sound);
};
/*
 * Commits with their chains, clocks and bodies, in logs, set aside and in fork proofs; charters, roster acts, promises. ERR_VERIFY where a fault ended it;
 * ERR_MEMORY, ERR_DISK, ERR_DATABASE.
 */
err_t signed_look(struct store *s, const struct signed_look *how);
/* Is there nothing? ERR_VERIFY with the first fault: where it stands and what it is; else as signed_look. */
err_t signed_check(struct store *s, struct why *why);
/* Is an act by the key that one of the chain's charters names as registrar? */
bool signed_by_registrar(const struct authority *a, const struct roster_act *act);

#endif
