/*
 * Private to settle: a settling on its way. Facts are taken in the ledger's order, one by one, and each is decided where it comes; so the first is the one
 * that counts, of what counts once and under a cap.
 */
#ifndef ALLIED_DAEMON_LEDGER_SETTLE_WORK_H
#define ALLIED_DAEMON_LEDGER_SETTLE_WORK_H

#include "daemon/ledger/seen.h"
#include "daemon/ledger/settle.h"

struct settle_row { /* a fact in its place */
    const struct fact *fact;
    uint64_t clock; /* fact->op.clock, which is compared most */
    size_t span;
    struct settle_record *thing; /* FACT_RECORD, FACT_CONCEPT: what it tells of */
};
struct settle_record {               /* a record, or a concept, as the rows up to this term tell of it */
    const struct fact *first, *last; /* its publication, and how it stands */
    const struct fact *copy_of;      /* the publication that its own is a near copy of */
};
struct settle_entry {
    struct ledger_entry entry;
    size_t ally, order;
};
struct settle_work {
    const struct settle_input *in;
    struct arena *arena;
    struct settle_row *rows; /* in the ledger's order */
    size_t rows_n, term_n;   /* term_n: of them in the term itself */
    struct settle_record *things;
    size_t things_n;
    const struct fact **welcomed; /* by ally: the newcomer's first complete record; NULL: none yet */
    struct seen seen;             /* sorts of keys: enum settle_key */
    struct settle_entry *entries;
    size_t entries_n, room;
    struct settle_month *months; /* settle_service.c */
    size_t months_n, months_room;
    size_t at; /* row being decided */
};
enum settle_key {
    KEY_ALLY = 1, /* → index + 1 */
    KEY_THING,    /* entity type, id → index + 1 */
    KEY_CAP,      /* ally, kind, day → how many counted */
    KEY_ONCE,     /* what counts once → the row that did, + 1 */
    KEY_WORDS,    /* reviewer, hash → row + 1 */
    KEY_MEANS,    /* ally, year, what → the last row + 1 */
    KEY_MONTH,    /* ally, month → index of the month + 1 */
    KEY_SAID      /* ally, month, who says so → one bit a day */
};

/* An entry in the making; `other` zeros where nobody else has a part. */
struct settle_claim {
    enum ledger_kind kind;
    enum ledger_why why;
    const uint8_t *ally, *other; /* other NULL: nobody */
    const struct fact *fact, *same;
    unsigned day;
    uint64_t count;
    const struct seen_key *once; /* counts once; NULL: each time */
};

/* ---- settle.c ---- */
/* Decides on the claim: self, once, cap; notes the entry. Claims for allies that the authority does not know are dropped. */
err_t settle_claim(struct settle_work *w, struct settle_claim claim);
bool settle_ally(const struct settle_work *w, const uint8_t *ally, size_t *index);
struct settle_record *settle_thing(const struct settle_work *w, enum entity_type type, struct slice entity);
unsigned settle_day(const struct settle_work *w, const struct settle_row *row);

/* ---- one for each sort of facts; `row` is of the term or of one before it ---- */
typedef err_t settle_fn(struct settle_work *w, const struct settle_row *row);
settle_fn settle_record, settle_revision;                                      /* settle_records.c */
settle_fn settle_link, settle_term, settle_review, settle_adopted, settle_act; /* settle_commons.c */
settle_fn settle_relay, settle_means;                                          /* settle_service.c */

/* ---- before: settle_records.c, settle_copies.c ---- */
err_t settle_know_things(struct settle_work *w);
err_t settle_know_newcomers(struct settle_work *w);
err_t settle_know_copies(struct settle_work *w, const struct settle_row *const *records, size_t n);
/* ---- after: settle_service.c ---- */
err_t settle_after(struct settle_work *w);

#endif
