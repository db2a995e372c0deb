/*
 * state: what the index holds; open inside daemon/index, opaque outside.
 */
#ifndef ALLIED_DAEMON_INDEX_STATE_H
#define ALLIED_DAEMON_INDEX_STATE_H

#include "daemon/index/doc.h"
#include "daemon/index/index.h"
#include "daemon/index/tree.h"
#include "daemon/read/reader.h"
#include "daemon/store/query.h"

struct index {
    char *dir, *path; /* of the index file */
    struct reader *reader;
    struct store *db; /* the index file; NULL: it could not be opened */
    struct tree tree;
    struct doc doc; /* of the record at hand */
    int64_t search_ms;
    int64_t until_ms; /* of the search under way, on the monotonic clock */
};

enum name_of { NAME_TITLE, NAME_PREF, NAME_ALT, NAME_HIDDEN }; /* names.what */

static inline void index_start(struct query *q, struct index *ix, enum query_owner owner, unsigned statement,
                               const char *const *statements)
{
    query_start(q, ix->db, owner, statement, statements[statement]);
}
int64_t index_now_ms(void);
/* From now on statements on the index end with ERR_TIMEOUT once the time of a search is over; no longer. */
void index_hurry(struct index *ix);
void index_rest(struct index *ix);
int index_is_over(void *ix); /* 1: it is over */

#endif
