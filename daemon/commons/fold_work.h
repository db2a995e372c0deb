/*
 * fold_work: the machinery that the folds of all entity types share (fold.h, PROTOCOL.md §10). Counting ops are decoded once into items; each
 * write of an item is an entry; entries die by the dots that others name; what is left is handed out in groups of one key.
 * Everything lives in the fold's arena. Only fold*.c and the ledger, which looks at who adopted what, use this header.
 */
#ifndef ALLIED_DAEMON_COMMONS_FOLD_WORK_H
#define ALLIED_DAEMON_COMMONS_FOLD_WORK_H

#include "daemon/commons/fold.h"

struct fold_item;
struct fold_entry {
    const struct op_write *write;
    const struct fold_item *item;
    struct slice value; /* encoded; nil where the op was erased */
    bool dead;          /* named by a write that takes effect, or a set's member that was erased */
};
struct fold_item { /* an op that counts, decodes and is held */
    const struct fold_op *in;
    struct op op;
    size_t order; /* place in canonical order */
    bool adopted;
    struct fold_entry *entries; /* one for each of op.writes */
};
struct fold_group { /* what is shown at one key, in canonical order; never empty */
    struct fold_entry **at;
    size_t n;
};
struct fold_work {
    struct arena *arena;
    struct fold_item *items; /* in canonical order */
    size_t items_n;
    struct fold_item **by_dot;
    const struct fold_op **pending; /* in canonical order */
    size_t pending_n;
};

/* Decodes what counts. ERR_MEMORY. */
err_t fold_work_init(struct fold_work *w, enum entity_type type, struct slice entity, const struct fold_op *ops,
                     size_t n, struct arena *arena);
/* Sets `adopted` of every item. ERR_MEMORY. */
err_t fold_work_adopt(struct fold_work *w);
/* Sets `dead` of every entry; after fold_work_adopt. */
void fold_work_kill(struct fold_work *w);
/* The groups of one op kind, ascending by key. ERR_MEMORY. */
err_t fold_work_groups(const struct fold_work *w, enum op_kind kind, struct fold_group **out, size_t *n);
/* The items of one kind that no op's `dots` name, in canonical order: announcements, tombstones. ERR_MEMORY. */
err_t fold_work_unnamed(const struct fold_work *w, enum op_kind kind, const struct fold_item ***out, size_t *n);

/* Canonical pieces. */
void fold_write_dot(struct buf *out, const struct dot *d);
void fold_write_dots(struct buf *out, const struct dot *d, size_t n);
void fold_write_named(struct buf *out, const struct fold_work *w, const struct fold_entry *e);
void fold_write_pending(struct buf *out, const struct fold_work *w);

/* One for each entity type: what stands between [type, entity and pending]. */
err_t fold_site_write(const struct fold_work *w, struct buf *out);
err_t fold_record_write(const struct fold_work *w, struct buf *out);
err_t fold_concept_write(const struct fold_work *w, struct buf *out);
err_t fold_means_write(const struct fold_work *w, struct buf *out);

#endif
