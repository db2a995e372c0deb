/*
 * facts_work: what the facts of all entity types share. The ops that count, each with its place in the ledger, and the rows as they are found. Only facts*.c use this
 * header.
 */
#ifndef ALLIED_DAEMON_LEDGER_FACTS_WORK_H
#define ALLIED_DAEMON_LEDGER_FACTS_WORK_H

#include "daemon/ledger/days.h"
#include "daemon/ledger/facts.h"
#include "daemon/ledger/years.h"

struct facts_op {
    const struct fold_op *in;
    struct fact_op at;
    unsigned term;
    size_t span;
};
struct facts_work {
    const struct facts_source *source;
    struct arena *arena;
    struct facts_op *ops; /* that count, in the ledger's order */
    struct facts_op **by_dot;
    size_t n;
    struct fact *rows;
    size_t rows_n, rows_room;
};
/* By term, span, and then as ops are ordered everywhere: a term's ops come after those of all before it. */
int facts_op_compare(const struct facts_op *a, const struct facts_op *b);
const struct facts_op *facts_find(const struct facts_work *w, const struct dot *dot); /* NULL: none that counts */
bool facts_has_ops(const struct facts_work *w, unsigned term);
/* The ops of that term and those before it, in canonical order. ERR_MEMORY. */
err_t facts_prefix(struct facts_work *w, unsigned term, const struct fold_op **out, size_t *n);
/* Canonical bytes of the ops of that term and those before it. ERR_MEMORY. */
err_t facts_fold(struct facts_work *w, unsigned term, struct slice *canon);
/* Another row, of that kind and term, resting on that op; to be filled in. NULL without memory. */
struct fact *facts_add(struct facts_work *w, enum fact_kind kind, unsigned term, const struct fact_op *op);
/*
 * What rows are made of, as one number. Of the ops of a term and those before it, of one kind or (0) of all; two more mixed in. A row keeps up to FACTS_STAMPS of them.
 */
#define FACTS_STAMPS 3
uint64_t facts_stamp(uint64_t stamp, uint64_t a, uint64_t b);
uint64_t facts_stamp_dot(uint64_t stamp, const struct dot *dot);
uint64_t facts_stamp_bytes(uint64_t stamp, uint64_t a, struct slice bytes);
uint64_t facts_stamp_ops(const struct facts_work *w, unsigned term, uint64_t kind);
err_t facts_note_stamps(struct facts_work *w, struct fact *f, const uint64_t *stamps, size_t n);
bool facts_has_stamp(const struct fact *f, size_t i, uint64_t stamp); /* f may be NULL */
/* The known row of that kind and term; NULL: there is none. Known rows of a term, and of one kind (0: of all), stay. ERR_MEMORY. */
const struct fact *facts_known(const struct facts_work *w, enum fact_kind kind, unsigned term);
err_t facts_keep(struct facts_work *w, unsigned term, unsigned kind);
void facts_ally(uint8_t out[ALLY_BYTES], const uint8_t *ally);

/* One for each entity type. */
err_t facts_of_site(struct facts_work *w);
err_t facts_of_record(struct facts_work *w);
err_t facts_of_concept(struct facts_work *w);
err_t facts_of_means(struct facts_work *w);

#endif
