/*
 * fold_ops: ops for tests of folds and views, written by hand or at random; headers and bodies are encoded as an author would. One struct is one
 * history; op i has the clock it is given and a dot made of its number.
 */
#ifndef ALLIED_TESTS_HELP_FOLD_OPS_H
#define ALLIED_TESTS_HELP_FOLD_OPS_H

#include "daemon/commons/fold.h"

#define OPS_MAX 4096
struct ops {
    struct arena arena;
    struct fold_op *op;
    size_t n;
    uint8_t record[RECORD_BYTES], concept[CONCEPT_BYTES], means[MEANS_BYTES];
};
void ops_init(struct ops *o);
void ops_fini(struct ops *o);

/* Dots are those of earlier ops by their place (OP_UNSEEN + x: of an op that is not there). */
#define OPS_UNSEEN 100000
struct write_spec {
    unsigned field; /* field, relation, link, what is declared, or 0 */
    const char *lang;
    unsigned target;  /* number of a concept, or of a link's record; 0: none (a merge undone) */
    bool remove;      /* concept.retire: retired no more */
    const char *text; /* TEXT value, URI, a link's URL, or concept.retire's reason, a declaration's note; NULL: nil */
    unsigned weight;  /* index terms; the amount of a declaration, 1 more than it is; 0: nil */
    size_t names[8];
    size_t names_n;
    size_t made_from[2];
    size_t made_from_n;
};
/* Each adds one op by `site` (1 …; its ally is site / 10 …, see ops.c) and gives its place. Site 10 … 19 are the owner's, of the record and of the means. */
size_t ops_write(struct ops *o, enum op_kind kind, unsigned site, uint64_t clock, const struct write_spec *w, size_t n,
                 const size_t *dots, size_t dots_n);
size_t ops_dots(struct ops *o, enum op_kind kind, unsigned site, uint64_t clock, const size_t *dots, size_t n);
struct dot ops_dot(size_t place);
uint8_t *ops_site(unsigned site, uint8_t out[SITE_BYTES]);
void ops_target(unsigned target, uint8_t out[CONCEPT_BYTES]);
/* Where the write of a merge or a retirement lands: a single register, whose write the header gives. */
bool ops_is_register(enum op_kind kind);

/* Sorts as the store hands ops to the fold. */
void ops_sort(struct fold_op *op, size_t n);
/* Folds a copy of the ops given, sorted; fails the test unless it succeeds. The caller frees. */
void ops_fold(const struct fold_op *op, size_t n, enum entity_type type, struct slice entity,
              const struct fold_rules *rules, struct buf *canon);

#endif
