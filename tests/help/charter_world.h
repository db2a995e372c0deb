/*
 * charter_world: an alliance for tests, whose charters and acts grow one by one. Ally k (1 … 9) has the id of 8 bytes b0 + k and the voting site of seed
 * 10h·k + 1 ("site k"); ally 1 is the secretariat; the registrar is the key of seed ee. Everything made is kept as carried; world_build hands
 * it all to authority_build_all.
 */
#ifndef ALLIED_TESTS_HELP_CHARTER_WORLD_H
#define ALLIED_TESTS_HELP_CHARTER_WORLD_H

#include "protocol/charter/promise.h"

#define WORLD_MAX       64
#define WORLD_REGISTRAR 0xee

struct world {
    struct arena arena;
    struct slice charters[WORLD_MAX], acts[WORLD_MAX];
    size_t charters_n, acts_n;
    uint8_t charter[HASH_BYTES]; /* that acts name and the next charter follows */
    uint64_t roster_number;      /* the act that the next one follows */
    uint8_t roster_id[HASH_BYTES];
    uint8_t registrar; /* seed */
    uint8_t chain[WORLD_MAX][HASH_BYTES];
    size_t chain_n;                       /* handed in; 0 at first */
    struct authority *befores[WORLD_MAX]; /* of drafts */
    size_t befores_n;
};
void world_init(struct world *w, unsigned allies); /* founds with so many allies */
void world_fini(struct world *w);

uint8_t world_seed(unsigned k);                                                            /* of ally k's site */
const uint8_t *world_site(struct world *w, uint8_t seed);                                  /* its public key */
const uint8_t *world_ally(struct world *w, unsigned k);                                    /* its id */
struct head world_head(struct world *w, uint8_t seed, uint64_t incarnation, uint64_t seq); /* id: 32 times seq */
const struct head *world_heads(struct world *w, const struct head *heads, size_t n);       /* sorted, in the arena */

/* Acts. Number, predecessor and charter follow from the world; `acts[acts_n - 1]` is the new one; its id is now roster_id. */
void world_act(struct world *w, struct roster_act act);
void world_admit(struct world *w, unsigned ally, uint8_t seed);
void world_suspend(struct world *w, unsigned ally, const struct head *heads, size_t n);
void world_lift(struct world *w, unsigned ally);
void world_replace(struct world *w, unsigned ally, uint8_t old, uint8_t new_seed, const struct head *heads, size_t n);
void world_checkpoint(struct world *w, const struct head *heads, size_t n);
struct world_place {
    uint8_t charter[HASH_BYTES], roster_id[HASH_BYTES];
    uint64_t roster_number;
};
struct world_place world_place(const struct world *w); /* to come back to, for siblings and rivals */
void world_return(struct world *w, struct world_place place);

/* Charters. A draft on the place of the world (its charter and roster head), whose lists may be written to. */
struct world_draft {
    struct authority before;
    struct charter charter;
    struct charter_ally allies[16];
    struct charter_site sites[16][8];
    struct head cuts[32];
};
struct world_draft *world_draft(struct world *w, bool ratify); /* in the arena; `before` is freed by world_fini */
struct charter_ally *draft_ally(struct world_draft *d, struct world *w, unsigned ally);
void draft_drop(struct world_draft *d, struct world *w, unsigned ally); /* no longer listed */
void draft_cut(struct world_draft *d, struct world *w, uint8_t seed);   /* a site alone */
void draft_cut_at(struct world_draft *d, struct head head);
/* Encodes and signs by the keys of the seeds, and decodes: for charter_check_next. */
struct charter world_sign(struct world *w, const struct charter *c, const uint8_t *seeds, size_t n);
/* The same, kept among the world's charters; acts name it from now on. */
struct charter world_enact(struct world *w, const struct charter *c, const uint8_t *seeds, size_t n);
struct promise world_promise(struct world *w, const struct charter *of, uint8_t seed);

struct authority world_build(struct world *w);
err_t world_try(struct world *w, struct authority *out);
struct authority_input world_input(const struct world *w);
/* Everything that an authority says, in the arena. */
struct slice world_describe(struct world *w, const struct authority *a);

#endif
