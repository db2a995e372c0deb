/*
 * ingest: how anything enters the replica: one batch, one COMMIT. Ours and others' commits take the same way.
 */
#ifndef ALLIED_DAEMON_CORE_INGEST_H
#define ALLIED_DAEMON_CORE_INGEST_H

#include "daemon/core/state.h"

err_t batch_begin(struct core *c);
/* Folds what was touched, commits, writes guards, publishes. On an error all of it is rolled back. */
err_t batch_end(struct core *c);
void batch_abort(struct core *c);
/* Ends it where e is ERR_OK; else takes it back and returns e. */
err_t batch_close(struct core *c, err_t e);
/* Folds what was touched so far; batch_end does it too. */
err_t batch_fold(struct core *c);

/*
 * A commit from outside, inside a batch. ERR_OK: it is in, or it was already. ERR_GAP: commits before it are missing. ERR_STANDING: its site is
 * unknown here. ERR_CUT: beyond its log's cut. ERR_FORK: it proved a fork, or lies beyond one. ERR_BRANCH: validly signed, of another branch that parts
 * further down: ask that peer for what comes before. ERR_CHAIN, ERR_CLOCK: signed and not fitting; the log is shown as held until one fits. ERR_SIGNATURE,
 * ERR_ALLIANCE and decoding errors hold nothing: nobody signed those bytes for us. Errors of disk and memory end the batch.
 */
err_t ingest_commit(struct core *c, struct slice carried, uint64_t from_link, struct commit *scratch);
/* A commit that was set aside and may count again. Leaves it in scratch. */
err_t ingest_again(struct core *c, struct slice carried, struct commit *scratch);
/* Stores a commit that passed every check, files its ops, marks what it touches. For ingest_commit and own.c only. */
err_t ingest_store(struct core *c, struct commit *commit, uint64_t from_link);
/* Is this an error of one input (the batch goes on), or of the machine? */
bool ingest_survives(err_t e);

#endif
