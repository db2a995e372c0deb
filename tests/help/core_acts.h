/*
 * core_acts: roster acts and charters made for a core_world by its keys: the registrar is the founder's. What is made is given to one site, as a peer
 * would; the others hear of it from there.
 */
#ifndef ALLIED_TESTS_HELP_CORE_ACTS_H
#define ALLIED_TESTS_HELP_CORE_ACTS_H

#include "tests/help/core_author.h"

/* One act on the roster head of site `on`, carried; number, predecessor, charter and signature are filled in. */
struct buf core_act(struct world *w, size_t on, struct roster_act act);
/* A CHARTER message with one act or one charter, given to a site; it tells its peers. What charters_take said. */
err_t core_act_give(struct world *w, size_t to, struct slice act);
err_t core_charter_give(struct world *w, size_t to, struct slice charter);
/* The promise of a site's key never to sign another charter than that one (it need not exist), given to a site as a peer would; all is kept, or passed over. */
void core_promise_give(struct world *w, size_t to, const struct sign_key *key, const uint8_t charter[HASH_BYTES]);
/* Made on the head of that site, and given to it; fails the test. */
void core_act_do(struct world *w, size_t at, struct roster_act act);
void core_suspend(struct world *w, size_t at, const struct core_author *whose, const struct head *heads, size_t n);
void core_lift(struct world *w, size_t at, const struct core_author *whose);
void core_checkpoint(struct world *w, size_t at, struct head head);
struct head core_head(const struct core_author *a); /* its last commit */

/* Charter n + 1 of a site's own: everybody ratified, `change` (may be NULL) edits the draft, all running sites sign. */
typedef void core_charter_change(struct charter *c, void *ctx);
struct buf core_charter(struct world *w, size_t on, const struct head *heads, size_t n, core_charter_change *change,
                        void *ctx);

/* Up to where a site holds that log; its reason where it is held. */
uint64_t core_head_seq(struct world *w, size_t at, const struct log_id *log, err_t *held);
/* Ends the test unless all agree, verify finds nothing, and a rebuild changes nothing. */
void core_agree(struct world *w);

#endif
