/*
 * aside: what fell out of the logs, kept because it can be shown and, by its author, re-published (log tables `aside`, `forks`): commits
 * beyond a cut, commits from a proved fork on, the branch that a checkpoint did not name. And the fork proofs themselves: two validly signed commits
 * with different ids at one place with one predecessor.
 */
#ifndef ALLIED_DAEMON_STORE_ASIDE_H
#define ALLIED_DAEMON_STORE_ASIDE_H

#include "daemon/store/oplog.h"

/*
 * Takes a log's head commit out: into `aside` with its reason, out of commits and bodies; the head goes back by one. The caller has taken its ops out of the
 * derived tables. ERR_NOT_FOUND where the log is empty.
 */
err_t aside_take_head(struct store *s, const struct log_id *log, err_t why);
/* Keeps a commit that never was in the log. Known ones are left alone. */
err_t aside_put(struct store *s, const struct commit *c, struct slice carried, err_t why);
/* How many of a log are aside; how many of them claim one place. */
err_t aside_count(struct store *s, const struct log_id *log, uint64_t *n);
err_t aside_count_at(struct store *s, const struct log_id *log, uint64_t seq, uint64_t *n);
/* The commit set aside that follows `prev` at this place, if it is there: its carried form, in the arena. ERR_NOT_FOUND. */
err_t aside_next(struct store *s, const struct log_id *log, uint64_t seq, const uint8_t prev[HASH_BYTES],
                 struct arena *arena, struct slice *carried);
err_t aside_drop(struct store *s, const uint8_t dot16[16]); /* it is back in its log */
struct aside_row {
    struct log_id log;
    uint64_t seq;
    uint8_t dot[16]; /* first half of the commit id */
    err_t why;
};
/* All of them, ascending by (site, incarnation, seq, dot). */
err_t aside_list(struct store *s, struct arena *arena, struct aside_row **out, size_t *n);
err_t aside_get(struct store *s, const uint8_t dot16[16], struct arena *arena,
                struct slice *carried); /* ERR_NOT_FOUND */

/* ---- fork proofs ---- */
struct fork_proof {
    struct log_id log;
    uint64_t seq;
    struct slice a, b; /* carried forms, the lower commit id first */
};
/* One proof a place is enough: a second one for the same place is left alone (*fresh false). */
err_t forks_put(struct store *s, const struct fork_proof *proof, bool *fresh);
err_t forks_all(struct store *s, struct arena *arena, struct fork_proof **out, size_t *n);
/* How many proofs there are of a log; *known: one is of this place. */
err_t forks_count(struct store *s, const struct log_id *log, uint64_t seq, uint64_t *n, bool *known);
/* The lowest proved fork of a log above `above`. ERR_NOT_FOUND. */
err_t forks_lowest(struct store *s, const struct log_id *log, uint64_t above, uint64_t *seq);

#endif
