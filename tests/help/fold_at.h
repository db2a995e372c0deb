/*
 * fold_at: small histories written by hand, folded and viewed, for the tests that have one for each rule of fold.h. Sites 10 … 19 are of the ally
 * that owns the record; sites 90 … of the secretariat. Ops are named by their place in the history.
 */
#ifndef ALLIED_TESTS_HELP_FOLD_AT_H
#define ALLIED_TESTS_HELP_FOLD_AT_H

#include "tests/help/fold_ops.h"
#include "daemon/commons/view.h"

struct at {
    struct ops o;
    struct arena arena;
    struct buf canon;
    struct view v;
};

struct at *at_begin(void); /* one at a time */
/* Folds what there is so far, into `canon` and `v`: the record, the concept, the means, or site 10. */
void at_fold(struct at *a, enum entity_type type, const struct fold_rules *rules);
void at_end(struct at *a);

/* Each adds one op, which names `names`, and gives its place: a title in French; a prefLabel; broader; an adoption; an index term; cites;
 * what is declared. */
size_t at_put(struct at *a, unsigned site, uint64_t clock, const char *title, const size_t *names, size_t n);
size_t at_label(struct at *a, unsigned site, uint64_t clock, const char *text, const size_t *names, size_t n);
size_t at_relate(struct at *a, unsigned site, uint64_t clock, unsigned target, bool remove, const size_t *names,
                 size_t n);
size_t at_adopt(struct at *a, unsigned site, uint64_t clock, size_t what);
size_t at_index(struct at *a, unsigned site, uint64_t clock, unsigned target, bool remove, const size_t *names,
                size_t n);
size_t at_link(struct at *a, unsigned site, uint64_t clock, unsigned record, bool remove, const size_t *names,
               size_t n);
size_t at_declare(struct at *a, unsigned site, uint64_t clock, unsigned what, unsigned amount, const size_t *names,
                  size_t n);

/* What is live at the only key, by the places of their ops; n 0: there is no key. */
void at_live(const struct view_key *keys, size_t keys_n, const size_t *places, size_t n);
#define FIELDS_LIVE(a, ...)                                                                                            \
    at_live((a)->v.fields, (a)->v.fields_n, (const size_t[]){__VA_ARGS__},                                             \
            sizeof((size_t[]){__VA_ARGS__}) / sizeof(size_t))
#define SETS_LIVE(a, ...)                                                                                              \
    at_live((a)->v.sets, (a)->v.sets_n, (const size_t[]){__VA_ARGS__}, sizeof((size_t[]){__VA_ARGS__}) / sizeof(size_t))
#define LINKS_LIVE(a, ...)                                                                                             \
    at_live((a)->v.links, (a)->v.links_n, (const size_t[]){__VA_ARGS__},                                               \
            sizeof((size_t[]){__VA_ARGS__}) / sizeof(size_t))

/* The canonical bytes, and the entity's hash (PROTOCOL.md §10.4), in hexadecimal. */
void at_bytes(const struct at *a, const char *hex, const char *hash_hex);

#endif
