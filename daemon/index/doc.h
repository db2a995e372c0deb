/*
 * doc: what the index keeps of one record: its folded words by column, and what filters and facets look at. Of values in conflict the shown one.
 */
#ifndef ALLIED_DAEMON_INDEX_DOC_H
#define ALLIED_DAEMON_INDEX_DOC_H

#include "daemon/commons/view.h"
#include "protocol/base/buf.h"

enum doc_column {
    DOC_TITLE,
    DOC_SUBTITLE,
    DOC_ABSTRACT,
    DOC_BODY,
    DOC_PEOPLE,
    DOC_PLACE,
    DOC_LABELS, /* of its concepts, and of those that they are merged into: in all languages, hidden ones too */
    DOC_COLUMNS
};
struct doc {
    struct buf words[DOC_COLUMNS]; /* what is beyond their caps is not found */
    struct buf langs;              /* " fr en ": those of its texts, each once */
    struct buf terms;              /* ids of the concepts that it names, CONCEPT_BYTES each, ascending */
    struct slice type, country;    /* in the view's bytes; "" none */
    unsigned from, to;             /* its date, else its period: 20100500 is May 2010; 0 unknown. to: 20100599 */
};
void doc_init(struct doc *d);
void doc_fini(struct doc *d);
/* All but DOC_LABELS. ERR_MEMORY. */
err_t doc_read(struct doc *d, const struct view *record);
void doc_label(struct doc *d, struct slice text, struct slice lang);
err_t doc_error(const struct doc *d); /* ERR_MEMORY, where something could not be kept for want of it */

/* The first and the last day of a date: YYYY, YYYY-MM, YYYY-MM-DD. False where it is none. */
bool doc_days(struct slice date, unsigned *from, unsigned *to);
/* Each text in a value of a record's or a concept's field that people read: of actors name, role, family and contribution. */
typedef void doc_text_fn(void *ctx, struct slice text);
void doc_texts(enum entity_type type, uint64_t field, struct slice value, doc_text_fn *each, void *ctx);

#endif
