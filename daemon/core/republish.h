/*
 * republish: what fell out of our own logs is written again, in the log of now: same entities, same values, other dots. What it named is mapped: dots of
 * commits that were re-published before become their new ones, those of ops that nobody has here go. Each commit is re-published once; which ones
 * and as what is noted in the same transaction.
 */
#ifndef ALLIED_DAEMON_CORE_REPUBLISH_H
#define ALLIED_DAEMON_CORE_REPUBLISH_H

#include "daemon/core/state.h"
#include "daemon/store/aside.h"

#define SETTING_REPUBLISHED                                                                                            \
    "republished" /* (old dot, new dot) of each op, 17 bytes a dot; whole commits by the second half of their ids */

#define SETTING_FORKED                                                                                                 \
    "forked" /* 16 bytes of each commit that a fork or a new key took out of a log of ours, until it is re-published */

struct republished {
    struct dot old, fresh;
};
/* Which commits: NULL takes all of ours; else those for which it says so. */
typedef bool republish_pick(void *ctx, const struct aside_row *row, const struct commit *commit);
/*
 * In no batch. Re-publishes the commits of our own site that are set aside and were not re-published before, oldest first. *out (in the arena) is
 * what became of their ops; *known: how many were picked and had been done already. errors as own_write.
 */
err_t republish(struct core *c, struct own *own, republish_pick *pick, void *ctx, struct arena *arena,
                struct republished **out, size_t *n, size_t *known);
/*
 * A fork, or the cut of a key that was replaced, takes this commit out of a log of ours: it is noted, inside the batch, for only what stood in
 * our log is ours to write again by itself. The clone's branch, of which a proof shows us a part, is the clone's.
 */
err_t republish_note(struct core *c, const uint8_t id[HASH_BYTES]);
/* Of a daemon: what was noted comes back by itself. */
void republish_tick(struct core *c);

#endif
