/*
 * core_author: commits signed by a site's key outside its core, right ones and wrong ones.
 */
#ifndef ALLIED_TESTS_HELP_CORE_AUTHOR_H
#define ALLIED_TESTS_HELP_CORE_AUTHOR_H

#include "tests/help/core_world.h"

struct core_author {
    struct sign_key key;
    uint8_t alliance[ALLIANCE_BYTES], ally[ALLY_BYTES];
    struct log_id log;
    uint64_t seq, clock;
    uint8_t prev[HASH_BYTES];
    unsigned bodies; /* how many were salted so far */
};
/* What is wrong with one commit; zeroed: nothing. */
struct core_twist {
    uint64_t seq; /* 0: the next */
    bool prev, alliance, signature;
    bool clock_stands; /* the clock of the commit before */
    bool aside;        /* the author does not go on from it */
    unsigned body;     /* 1: other bytes than those committed to, 2: erased, 3: not held */
};

/* The author of a new log of a running site, or of a key that nobody admitted (at ≥ WORLD_SITES). */
void core_author_init(struct core_author *a, const struct world *w, size_t at, uint64_t incarnation);
/* A record.put of one title (fr) about the record `number` of the author's ally; the carried form. */
struct buf core_author_put(struct core_author *a, unsigned number, const char *title, const struct core_twist *twist);
/* Any one op. */
struct buf core_author_op(struct core_author *a, const struct op *op, struct slice body);
void core_author_record(const struct core_author *a, unsigned number, char id[64]);
/* Hands it to a core in one batch; what ingest_commit said. */
err_t core_author_give(struct world *w, size_t to, struct slice carried, uint64_t from_link);
/* Both, and frees. */
err_t core_author_tell(struct core_author *a, struct world *w, size_t to, unsigned number, const char *title,
                       const struct core_twist *twist);

#endif
