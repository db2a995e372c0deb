/*
 * core_inputs: random histories of everything that is an input of a replica (DESIGN §4): commits of every kind of op, forks, charters with rivals and with
 * signatures that come apart, every kind of roster act with siblings, promises, erasures ahead of data. They are made by the keys of a core_world
 * whose sites are open and not linked; the first site has everything as it is made. A kind of op, act or input without a generator does not compile.
 */
#ifndef ALLIED_TESTS_HELP_CORE_INPUTS_H
#define ALLIED_TESTS_HELP_CORE_INPUTS_H

#include "tests/help/core_acts.h"
#include "tests/help/op_random.h"

#define TALE_SITES   4
#define TALE_AUTHORS 16
#define INPUTS_MAX   512
#define SEQ_MAX      64

/* How each thing that is an input comes in. */
#define INPUTS(X) X(COMMIT) X(FORK) X(CHARTER) X(ACT) X(PROMISE) X(AHEAD)
enum input_kind {
#define X(id) IN_##id,
    INPUTS(X)
#undef X
        IN_COUNT
};
struct input {
    enum input_kind kind;
    struct buf bytes, other; /* other: of a fork proof */
};
struct author {
    struct core_author a;
    uint8_t ids[SEQ_MAX + 1][HASH_BYTES]; /* of its commits, by seq */
};
/* How often there was what, over all tales. */
struct tale_figures {
    unsigned ops[64], acts[8], inputs[IN_COUNT], charters, forks;
};
struct tale {
    struct world *w;
    struct tale_figures *seen;
    struct op_random r;
    struct author authors[TALE_AUTHORS];
    size_t authors_n;
    struct input in[INPUTS_MAX];
    size_t in_n;
    char base[TALE_SITES][160]; /* each site's disk before anything of it */
};

struct tale *tale_new(uint64_t seed, size_t steps, struct tale_figures *seen);
void tale_free(struct tale *t);
/* Gives one input to a site, as its peers would; the commit as it is; without bodies, or with a lie about them. */
void tale_give(struct tale *t, size_t at, const struct input *in);
void tale_give_bare(struct tale *t, size_t at, const struct input *in);
/* Commits from order[0] on, up to a random number of them, in one batch. How many. */
size_t tale_give_run(struct tale *t, size_t at, const size_t *order, size_t n);
size_t tale_below(struct tale *t, size_t n);

#endif
