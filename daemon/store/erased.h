/*
 * erased: which bodies are to go, who asked, who says that it is done (derived tables `erasures`, `attests`), and the erasing itself: bodies
 * in their table, in what was set aside, in fork proofs, in what imports remember. Whether an erasure is authorised is the core's to judge.
 */
#ifndef ALLIED_DAEMON_STORE_ERASED_H
#define ALLIED_DAEMON_STORE_ERASED_H

#include "daemon/store/aside.h"

struct erasure {
    struct dot target;
    struct log_id by; /* the commit that asks, or attests */
    uint64_t by_seq;
    bool early; /* as listed: told ahead of data */
};
/* early: told ahead of data; its commit is not in its log yet. */
err_t erased_ask(struct store *s, const struct erasure *e, bool early);
err_t erased_unask(struct store *s, const struct erasure *e); /* its commit fell out of its log */
err_t erased_unask_early(struct store *s, bool *any);         /* whatever was told ahead and never came */
/* Those that ask for one op (ascending), or all where `target` is NULL. */
err_t erased_list(struct store *s, const struct dot *target, struct arena *arena, struct erasure **out, size_t *n);
/* The site `by` says in that commit that it has erased `target`; or that commit fell out of its log. */
err_t erased_attest(struct store *s, const struct erasure *e);
err_t erased_unattest(struct store *s, const struct erasure *e);
/* In any commit. */
bool erased_is_attested(struct store *s, const struct dot *target, const uint8_t site[SITE_BYTES]);

/* The body and salt of an op go, wherever they stand. *changed: something went. ERR_OK too where the op is not here (yet). */
err_t erased_purge(struct store *s, const struct dot *target, bool *changed);
/* An erasure that does not count (any more): the body is a hole again. */
err_t erased_void(struct store *s, const struct dot *target, bool *changed);
/* After COMMIT: the write-ahead log is truncated, so that nothing of it is left there. Outside a transaction. */
err_t erased_flush(struct store *s);

#endif
