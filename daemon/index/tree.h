/*
 * tree: the concepts as a search follows them: what lies below one, what is beside it, where merges lead. Read out of the replica when first needed, and kept
 * until tree_forget. Edges that would close a cycle are left out (daemon/commons/lattice.h).
 */
#ifndef ALLIED_DAEMON_INDEX_TREE_H
#define ALLIED_DAEMON_INDEX_TREE_H

#include "daemon/commons/lattice.h"
#include "daemon/store/replica.h"

struct tree {
    struct arena arena;
    bool merges_known, edges_known;
    struct lattice_merges merges;
    struct edge_row *merge_rows; /* as shown, unfollowed */
    size_t merge_rows_n;
    struct lattice_edge *narrower, *related; /* child: the broader one; ascending. related: both ways */
    size_t narrower_n, related_n;
};
struct tree_set { /* ids of concepts, ascending */
    const uint8_t (*ids)[CONCEPT_BYTES];
    size_t n;
};
void tree_forget(struct tree *t); /* zeroed: fine */
err_t tree_need_merges(struct tree *t, struct store *s);
err_t tree_need_edges(struct tree *t, struct store *s); /* merges too */
/* Where the concept's merges end: itself, where it has none. After tree_need_merges. */
const uint8_t *tree_final(const struct tree *t, const uint8_t *concept_id);
/*
 * After tree_need_edges. near: the concept and all below it; far: what is related to it, and not near. Both hold ends of merges alone. In the arena. ERR_MEMORY.
 */
err_t tree_around(const struct tree *t, const uint8_t *concept_id, struct arena *arena, struct tree_set *near,
                  struct tree_set *far);
bool tree_has(const struct tree_set *set, const uint8_t *concept_id);

#endif
