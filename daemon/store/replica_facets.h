/*
 * replica_facets: lists of records (derived table `facets`). Every record stands in it once for all it can be asked for, its facets: a letter, and
 *
 *   a             nothing: every record         t  its type
 *   o             its owner, 8 bytes            l  a language of its texts
 *   c             a concept that indexes it     b  type, a blank, language
 *
 * so that a page is read off an index, whatever is asked for together.
 */
#ifndef ALLIED_DAEMON_STORE_REPLICA_FACETS_H
#define ALLIED_DAEMON_STORE_REPLICA_FACETS_H

#include "daemon/store/replica.h"

/* For replica_put_record and replica_drop_rows, while the record's former row still stands. r NULL: it goes. */
err_t replica_put_facets(struct store *s, struct slice record, const struct record_row *r);

/* BY_ID: a record keeps its place, whatever is written. By time of change: one that changes goes to the other end. */
enum record_order { RECORDS_BY_ID, RECORDS_NEWEST, RECORDS_OLDEST };
struct record_place { /* in a list */
    uint64_t updated; /* not BY_ID */
    uint8_t record[RECORD_BYTES];
};
struct record_filter { /* zeroed: every record that is not retired, by id */
    struct slice ally, type, lang,
        concept; /* empty: any; ally: 8 bytes; concept: 16 bytes, as it stands in the record: merges are not followed */
    uint64_t since; /* updated then or later */
    bool retired_too;
    enum record_order order;
    const struct record_place *after; /* NULL: from the start */
};
/* Bytes in the arena; record_row.terms stays empty. */
err_t replica_records(struct store *s, const struct record_filter *f, size_t limit, struct arena *arena,
                      struct record_row **out, size_t *n);
/* The index terms of every record that is not retired, as record_row.terms has them, in no order; borrowed within the call. */
err_t replica_each_terms(struct store *s, void (*each)(void *ctx, struct slice terms), void *ctx);

#endif
