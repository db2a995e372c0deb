/*
 * ledger_pen: what writes the history that ledger_world plans: chance, values, ops in signed commits, charters and acts; and what has site 0 of its world take all of it
 * in. Only ledger_*.c use this header.
 */
#ifndef ALLIED_TESTS_HELP_LEDGER_PEN_H
#define ALLIED_TESTS_HELP_LEDGER_PEN_H

#include "tests/help/ledger_world.h"

#define PEN_OPS_A_COMMIT 8

struct pen_commit {
    struct buf bytes;
    size_t ally;
};
struct ledger_record; /* ledger_world.c */
struct ledger_concept;
struct ledger_made {
    struct arena arena;
    uint64_t random;
    struct ledger_record *records;
    size_t records_n, records_room;
    struct ledger_concept *concepts;
    size_t concepts_n, concepts_room;
    struct pen_commit *commits;
    size_t commits_room, given; /* given: how many site 0 took in */
    int64_t now_ms;
    struct op_draft ops[PEN_OPS_A_COMMIT]; /* of the commit under way */
    size_t ops_n;
};

uint64_t pen_draw(struct ledger_world *l, uint64_t below);
bool pen_chance(struct ledger_world *l, unsigned percent);
/* Room for one more of n. */
void pen_grow(void **at, size_t n, size_t *room, size_t size);

/* ---- values, encoded; they live as long as the world ---- */
struct slice pen_keep(struct ledger_world *l, struct buf *b); /* takes the buffer */
struct slice pen_text(struct ledger_world *l, struct slice text);
struct slice pen_word(struct ledger_world *l, const char *word);
/* The same for the same seed; a revision has sentences of its own at the end. */
struct slice pen_words(struct ledger_world *l, const char *lang, uint64_t seed, size_t n);
struct slice pen_actors(struct ledger_world *l, uint64_t seed);
struct slice pen_texts(struct ledger_world *l, struct slice text);

/* ---- ops and commits ---- */
struct op pen_op_on(enum op_kind kind, const void *entity, size_t len);
struct op_write pen_write_of(uint64_t field, const char *lang);
/* One more op of the commit under way; its place in it. */
size_t pen_add_op(struct ledger_world *l, const struct op *op, const struct slice *values, size_t n);
/* Signs what was added, as that ally's, now. The commit's id. */
const uint8_t *pen_write_commit(struct ledger_world *l, size_t ally);

/* ---- taking in ---- */
/* All that was written and not taken in yet. */
void pen_take_rest(struct ledger_world *l, bool mixed);
/* The next charter, signed by all, which covers these heads; it closes the year, or (0) none. */
void pen_enact(struct ledger_world *l, unsigned year, const struct head *heads, size_t n);
/* Of all allies that wrote something; how many. */
size_t pen_heads(const struct ledger_world *l, struct head *out);
/* A roster act fixes all logs. */
void pen_fix(struct ledger_world *l);

#endif
