/*
 * oplog: the commits of every log, as received (log tables `logs`, `commits`, `bodies`).
 * An op's row number is its commit's row × 256 + its index.
 */
#ifndef ALLIED_DAEMON_STORE_OPLOG_H
#define ALLIED_DAEMON_STORE_OPLOG_H

#include "daemon/store/store.h"

struct log_head {
    int64_t row; /* of the log */
    struct log_id log;
    uint64_t seq; /* 0: nothing yet */
    uint8_t id[HASH_BYTES];
    uint64_t clock;
    err_t held; /* ERR_OK, or why the log ends here (ERR_SIGNATURE, ERR_CHAIN, ERR_FORK, …) */
};

/* Appends a verified commit: its bodies with their states as in c->ops, its log's head. *row is the commit's. ERR_CHAIN where it does not follow. */
err_t oplog_put(struct store *s, const struct commit *c, int64_t *row);
err_t oplog_head(struct store *s, const struct log_id *log, struct log_head *out); /* ERR_NOT_FOUND */
/* All logs, ascending by (site, incarnation). */
err_t oplog_heads(struct store *s, struct arena *arena, struct log_head **out, size_t *n);
/* Notes why a log ends where it does (the log may be empty); ERR_OK lifts it. */
err_t oplog_hold(struct store *s, const struct log_id *log, err_t why);

/* Appends the carried form of one commit. ERR_NOT_FOUND. */
err_t oplog_carried(struct store *s, const struct log_id *log, uint64_t seq, struct buf *out);
/* A commit as stored (decoded; bodies in place). Its bytes live in the arena. ERR_NOT_FOUND. */
err_t oplog_get(struct store *s, const struct log_id *log, uint64_t seq, struct arena *arena, struct commit *out);
err_t oplog_get_row(struct store *s, int64_t row, struct arena *arena, struct commit *out);
/* Next commit row above `after`, for walks over everything; ERR_NOT_FOUND at the end. */
err_t oplog_next_row(struct store *s, int64_t after, int64_t *row);
/* The commit that a dot names. ERR_NOT_FOUND. */
err_t oplog_by_dot(struct store *s, const uint8_t commit16[16], int64_t *row);
/* Row of the newest commit, 0 where there is none; rows grow with arrival. */
err_t oplog_last_row(struct store *s, int64_t *row);

/* The next hole above op row `after` (0: the first): which commit to ask for. ERR_NOT_FOUND where there is none. */
err_t oplog_next_hole(struct store *s, int64_t after, int64_t *op_row, struct log_id *log, uint64_t *seq);
/* Fills a hole with the body a peer gave (already checked). ERR_NOT_FOUND where there is no hole. */
err_t oplog_fill(struct store *s, int64_t op_row, const uint8_t salt[SALT_BYTES], struct slice body);
struct oplog_counts {
    uint64_t commits, ops, holes, held; /* held: logs with a reason */
};
err_t oplog_counts(struct store *s, struct oplog_counts *out);

#endif
