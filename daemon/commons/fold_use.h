/*
 * fold_use: adoption by use (DOMAIN §3, PROTOCOL.md §10.5), a derivation over a concept and all records: no digest holds it, and it is a pure function of the
 * ops, so that it is the same on every replica.
 *
 *   proposer  the ally of the first op in canonical order that proposes anything of the concept and takes part
 *   use       a record.index op that takes part, adds the concept and is judged by a charter whose rule 6 is 1. Whether the term still stands, or the
 *             record, or the op's body is erased, does not matter: what was adopted stays so. A feed's hiccup or a change of keywords must not put a concept in doubt again.
 *   adopts    the first use, in canonical order, that comes after the proposer's op and is of another ally. It adopts what the proposer had written by then
 *             and what still lives of it: fields and relations that replace nothing alive and stand at a key where nothing else was adopted.
 *             What came later, changes what others see, or is of somebody else waits for an act: whoever uses a concept has not looked at that.
 */
#ifndef ALLIED_DAEMON_COMMONS_FOLD_USE_H
#define ALLIED_DAEMON_COMMONS_FOLD_USE_H

#include "daemon/commons/view.h"

struct fold_place { /* in canonical order, as far as ops of different sites are concerned */
    uint64_t clock;
    uint8_t site[SITE_BYTES];
};
struct fold_use {
    uint8_t concept_id[CONCEPT_BYTES], ally[ALLY_BYTES];
    struct fold_place place;
    const struct fold_op *op; /* of a record's uses: of two ops at one place that with the lower dot */
};
int fold_place_compare(const struct fold_place *a, const struct fold_place *b);

/* The uses that a record's ops make of concepts: ascending by (concept, ally, place), each once. Ops in canonical order. ERR_MEMORY. */
err_t fold_use_of_record(struct slice record, const struct fold_op *ops, size_t n, struct arena *arena,
                         struct fold_use **out, size_t *out_n);
/* The proposer's op; *out is NULL where nobody proposed anything. ERR_MEMORY. */
err_t fold_use_proposer(struct slice concept_id, const struct fold_op *ops, size_t n, struct arena *arena,
                        const struct fold_op **out);
/* The ops whose live values that use adopts, ascending: what view_read_used takes. ERR_MEMORY. */
err_t fold_use_adopts(const struct view *v, const struct fold_op *proposer, const struct fold_use *use,
                      const struct fold_op *ops, size_t n, struct arena *arena, struct dot **out, size_t *out_n);

#endif
