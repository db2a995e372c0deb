/*
 * reconcile: who lacks what, from heads alone (PROTOCOL.md §8). Pure. Heads stand strictly ascending by (site, incarnation), sites by site: the
 * store gives them so, and of a peer's lists reconcile_heads_ordered / reconcile_sites_ordered ask it first. A head with seq 0 is no log.
 *
 *   site digest   BLAKE2b-256("allied/inputs/1" ‖ for each log of the site with seq > 0, ascending by incarnation:
 *                             msgpack [site bin32, incarnation, seq, id bin32])
 *   input digest  BLAKE2b-256("allied/inputs/1" ‖ msgpack [charter id bin32, roster head id bin32] ‖ each site digest, ascending by site
 *                             ‖ msgpack [site bin32, incarnation, seq] of the fork that ends each forked log, ascending)
 *
 * A site without a log that has a commit has no digest and does not stand in the input digest.
 */
#ifndef ALLIED_PEERS_RECONCILE_H
#define ALLIED_PEERS_RECONCILE_H

#include "protocol/sign/sign.h"
#include "protocol/wire/msg.h"

bool reconcile_heads_ordered(const struct msg_head *heads, size_t n);
bool reconcile_sites_ordered(const struct msg_site *sites, size_t n);

/* The sites' digests, ascending; in the arena. ERR_MEMORY. */
err_t reconcile_sites(const struct msg_head *heads, size_t n, struct arena *arena, struct msg_site **out,
                      size_t *out_n);
err_t reconcile_inputs(const struct msg_site *sites, size_t n, const uint8_t charter_id[HASH_BYTES],
                       const uint8_t roster_id[HASH_BYTES], struct slice forks, uint8_t out[HASH_BYTES]);

/* Those sites (32 bytes each, ascending, digest of the first list or zeros) that stand in one list only or with unequal digests. */
err_t reconcile_differing(const struct msg_site *ours, size_t ours_n, const struct msg_site *theirs, size_t theirs_n,
                          struct arena *arena, struct msg_site **out, size_t *out_n);
/* The heads whose site stands in `sites`: what level 2 carries, and what `ours` below has to be where only some sites were compared. */
err_t reconcile_heads_of(const struct msg_head *heads, size_t n, const struct msg_site *sites, size_t sites_n,
                         struct arena *arena, struct msg_head **out, size_t *out_n);

/* The ranges that they have and we lack, one a log, ascending. */
err_t reconcile_wants(const struct msg_head *ours, size_t ours_n, const struct msg_head *theirs, size_t theirs_n,
                      struct arena *arena, struct msg_want **out, size_t *out_n);
struct reconcile_counts {
    uint64_t behind,
        ahead;     /* commits they have and we lack; the other way. A sum that does not fit stays at UINT64_MAX */
    size_t forked; /* logs whose heads stand at the same seq with different ids */
};
void reconcile_count(const struct msg_head *ours, size_t ours_n, const struct msg_head *theirs, size_t theirs_n,
                     struct reconcile_counts *out);

#endif
