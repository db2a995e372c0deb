/*
 * op_random: random ops of every kind of kinds.def, about a few entities and about what was written of them before, as a site of an alliance would write
 * them: mostly by whoever may, now and then by somebody who may not. A kind without a generator does not compile.
 */
#ifndef ALLIED_TESTS_HELP_OP_RANDOM_H
#define ALLIED_TESTS_HELP_OP_RANDOM_H

#include "protocol/op/op.h"

#define OP_RANDOM_SEEN   1024
#define OP_RANDOM_ALLIES 8

struct op_seen {
    struct dot dot;
    const struct kind_info *info;
    uint8_t entity[SITE_BYTES], ally[ALLY_BYTES];
};
struct op_random {
    uint64_t random;
    struct arena arena; /* of the op under way */
    struct op_seen seen[OP_RANDOM_SEEN];
    size_t seen_n;
    uint8_t ally[OP_RANDOM_ALLIES][ALLY_BYTES]; /* whose records there are */
    size_t ally_n;
};
struct op_author {
    const uint8_t *site, *ally;
};

uint64_t op_random_below(struct op_random *r, uint64_t below);
/* One op; its parts live in r->arena until the next one. `body` is cleared first. */
void op_random_make(struct op_random *r, enum op_kind kind, struct op_author by, struct op *op, struct buf *body);
/* It stands in this commit, at index 0: later ops may name it. */
void op_random_made(struct op_random *r, const struct op *op, struct op_author by, const uint8_t commit[HASH_BYTES]);
/* The n-th of the kinds there are, any n. */
enum op_kind op_random_kind(size_t n);

#endif
