/*
 * record: what record.show puts together.
 */
#ifndef ALLIED_DAEMON_READ_RECORD_H
#define ALLIED_DAEMON_READ_RECORD_H

#include "daemon/commons/discipline.h"
#include "daemon/read/read.h"

json_t *read_record_row(struct read *r, const struct record_row *row); /* as record.list gives it */
/* "next", and the rows of a page of record.list; all its arguments hold. */
err_t read_record_page(struct read *r, struct record_row **rows, size_t *n);

/* Who says so: an array of their names, of an ally that has none here its id. */
json_t *read_allies(const struct read *r, const struct view_key *key);
/* "links", "linked_by"; ops: of the record. */
err_t read_put_links(struct read *r, const struct view *v, const struct replica_op *ops, size_t n);
/* "translations": which texts were made from which, and which of them no longer fit what their source says (DESIGN §4). */
void read_put_translations(struct read *r, const struct view *v, const struct replica_op *ops, size_t n);
/* "made_from": {"en": "fr"}, where texts were made from others. */
void read_put_made_from(struct read *r, const struct view *v, const struct replica_op *ops, size_t n, json_t *out);
/* Appends "title@en" for each text of the record whose source, in the same record, moved on. */
void read_stale(const struct view *v, json_t *to);
/*
 * What moved on in the record that a link says this one translates: appends "abstract@fr" for each text there that was written later than this record's own of that
 * field (without any: than the link). By the authors' clocks: no op says of a record as a whole what it was made from. Nothing where that record is not here.
 */
err_t read_moved(struct read *r, const struct view *v, const struct replica_op *ops, size_t n,
                 const struct view_key *link, json_t *to);
err_t read_put_reviews(struct read *r, const struct view *v); /* "reviews", "replies" */
/* How an index term stands in the thesaurus: "uri", "label", "status", "merged_into"; counted. */
err_t read_put_term(struct read *r, json_t *out, struct slice concept, struct discipline_terms *terms);
json_t *read_missed(const struct read *r, const struct discipline *d,
                    size_t i); /* what to say of the i-th rule missed */

#endif
